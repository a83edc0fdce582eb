#!/bin/sh
# EL1 guests that test the hypervisor, on QEMU and on nestwalk: each must end well and print the same on both.
. tests/e2e/lib.sh

# NAME | GUEST | OPTIONS, in bootargs' words | OUTPUT
cases() {
	cat <<'CASES'
console|console||hello from EL1.
console, 64K|console|s2=64k:33 el2=64k:48|hello from EL1.
aborts, sixteen tables|abort|s2=4k:43|aborts as expected
aborts, 16K|abort|s2=16k:47|aborts as expected
aborts, 2 MB blocks|abort|block=2m|aborts as expected
aborts, hypervisor below its own address|abort|el2=4k:30|aborts as expected
Image|image.img|-- build/el1/image.img console=none a=b|console=none a=b
Image, high RAM|image.img|s2=64k:52 vm-ram=64m@0x8000000000000 -- build/el1/image.img x|x
tables above 2^48, five levels|high|s2=4k:52:start=-1 vm-ram=1g@0x40000000 vm-ram=64m@0x4000000000000 vm-ram=64m@0x8000000000000|tables above 2^48 work
tables above 2^48, sixteen tables|high|s2=4k:52 vm-ram=1g@0x40000000 vm-ram=64m@0x4000000000000 vm-ram=64m@0x8000000000000|tables above 2^48 work
CASES
}

on_qemu() {
	timeout 60 qemu-system-aarch64 -M virt,virtualization=on,gic-version=3 -cpu max -m 4G -net none -nographic \
		-semihosting-config enable=on,target=native -kernel build/hyp.img -initrd "build/el1/$1" -append "$2" \
		</dev/null 2>&1
}

# The words of bootargs are the command line's options without dashes; what follows `--` are the guest's arguments.
on_nestwalk() {
	options=$(for word in ${2%%-- *}; do echo "--${word%%=*} ${word#*=}"; done)
	case $2 in *'-- '*) arguments=${2#*-- * } ;; *) arguments= ;; esac
	# shellcheck disable=SC2086
	timeout 60 "$NESTWALK" run -q --ram 4g@0x40000000 $options "build/el1/$1" $arguments 2>&1
}

# check WHERE NAME GUEST OPTIONS OUTPUT
check() {
	output=$("on_$1" "$3" "$4" | tr -d '\r')
	if [ "$output" = "$5" ]; then ok "$2 on $1"; else not_ok "$2 on $1" "$(echo "$output" | head -n 2 | tr '\n' ' ')"; fi
}

cases >"$work/cases"
while IFS='|' read -r name guest options output; do
	if command -v qemu-system-aarch64 >/dev/null; then
		check qemu "$name" "$guest" "$options" "$output"
	else
		skip "$name on qemu" "no qemu-system-aarch64"
	fi
	check nestwalk "$name" "$guest" "$options" "$output"
done <"$work/cases"
exit $failed
