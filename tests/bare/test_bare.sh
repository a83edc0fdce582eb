#!/bin/sh
# Bare EL2 images print the same bytes here and on QEMU; s1ptw also prints what the architecture says, kept as literals.
. tests/e2e/lib.sh

for image in build/bench/*.img build/bare/*.img; do
	name=$(basename "$image" .img) cpu=max qemu=qemu-system-aarch64
	# What the installed QEMU's max has of pointer authentication (ID_AA64ISAR1_EL1.APA is 1).
	case $name in pauth | bti) cpu=max,FEAT_PAuth2=off,FEAT_FPAC=off,FEAT_FPACCOMBINE=off ;; esac
	timeout 300 "$NESTWALK" run --bare -q --cpu $cpu --append rounds=3 "$image" >"$work/ours" 2>"$work/err" </dev/null
	status=$?
	if [ $status -ne 0 ]; then
		not_ok "$name" "status $status: $(head -n 1 "$work/err")"
		continue
	fi
	case $image in
	build/bare/*)
		timeout 300 "$NESTWALK" run --bare -q --cpu $cpu --slow --append rounds=3 "$image" >"$work/slow" 2>/dev/null </dev/null
		same "$name: without translation filter" "$work/slow" "$work/ours"
		;;
	esac
	if ! command -v qemu-system-aarch64 >/dev/null; then
		skip "$name on QEMU" "qemu-system-aarch64 is not installed"
		continue
	fi
	if [ "$name" = mops ]; then # FEAT_MOPS is in QEMU 9 and later
		qemu=$(tests/oracle/fetch-qemu)
		if "$qemu" --version | grep -qE 'version [1-8]\.'; then
			skip "$name on QEMU" "no QEMU that has FEAT_MOPS"
			continue
		fi
	fi
	timeout 300 "$qemu" -M virt,virtualization=on,gic-version=3 -cpu max -m 512 -display none -nic none \
		-monitor none -serial stdio -semihosting -append rounds=3 -kernel "$image" >"$work/theirs" 2>"$work/err" </dev/null
	same "$name: nestwalk and QEMU" "$work/ours" "$work/theirs"
done

# Six updates by EL2, two by AT for EL1; they are no fetches.
"$NESTWALK" run --bare -q --stats "$work/stats" build/bare/update.img >/dev/null 2>&1 </dev/null
got=$(jq -r '.descriptor_fetches.updates' "$work/stats")
if [ "$got" = 8 ]; then ok "update: 8 in the statistics"; else not_ok "update: 8 in the statistics" "$got"; fi

# Translation fault, level -1, stage 2, S1PTW (DDI 0487, "ISS encoding for an exception from a Data Abort"): DFSC 0x2B,
# S1PTW bit 7, WnR of the store bit 6; HPFAR_EL2.FIPA is the IPA of the descriptor, which lies above 2^48.
timeout 60 "$NESTWALK" run --bare -q build/bare/s1ptw.img >"$work/ours" 2>/dev/null </dev/null
for expected in "load 920000ab 8" "store 920000eb 10" "fetch 820000ab 20"; do
	set -- $expected
	got=$(grep -A 3 "^$1\$" "$work/ours" | tr '\n' ' ')
	case $got in
	"$1 ESR_EL2=00000000$2 FAR_EL2=00000000000000$(printf %02x 0x"$3") HPFAR_EL2=00000100"*) ok "s1ptw $1" ;;
	*) not_ok "s1ptw $1" "$got" ;;
	esac
done

# After TLBI and DSB no load sees what was there before: one page of twos, then of ones; or eight.
timeout 60 "$NESTWALK" run --bare -q build/bare/maintenance.img >"$work/ours" 2>/dev/null </dev/null
lines=$(wc -l <"$work/ours")
stale=$(grep -vE ' (2 1|10 8)$' "$work/ours" | head -n 3)
if [ "$lines" -eq 104 ] && [ -z "$stale" ]; then
	ok maintenance_removes_what_it_names
else
	not_ok maintenance_removes_what_it_names "$lines lines; $stale"
fi
exit $failed
