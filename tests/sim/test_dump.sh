#!/bin/sh
# `nestwalk walk` from files: cores and raw memory that QEMU writes of a guest which waits, with the registers that the
# guest prints; what the guest's own AT instructions said is what each walk must come to.
. tests/e2e/lib.sh

if ! command -v qemu-system-aarch64 >/dev/null; then
	skip "walks of QEMU's memory dumps" "qemu-system-aarch64 is not installed"
	exit 0
fi

# hold ROUNDS COMMAND...: runs the guest until it waits, then the monitor's commands; its report is in report-ROUNDS
hold() {
	rounds=$1
	shift
	(
		for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
			grep -q holding "$work/report-$rounds" 2>/dev/null && break
			sleep 0.5
		done
		for command in "$@"; do echo "$command"; done
		echo quit
	) | timeout 60 qemu-system-aarch64 -M virt,virtualization=on,gic-version=3 -cpu max -m 64 -display none -nic none \
		-serial "file:$work/report-$rounds" -monitor stdio -append "rounds=$rounds" -kernel build/bare/dump.img >/dev/null 2>&1
}
hold 10 "dump-guest-memory $work/little" "pmemsave 0x40000000 0x4000000 \"$work/raw\""
hold 11 "dump-guest-memory $work/big"

# A block a geometry: "# NAME", registers, "# S12E1R VA PAR S12E1W PAR" lines.
for rounds in 10 11; do
	mkdir "$work/$rounds"
	awk -v dir="$work/$rounds" '/^# [0-9]/ { file = dir "/" ++n ".regs" } file { print > file }' "$work/report-$rounds"
done

# walk_says NAME VA ACCESS PAR OPTION...: output address or fault status and stage as PAR_EL1 of AT has them
walk_says() {
	name=$1 va=$2 access=$3 par=$4
	shift 4
	if ! "$NESTWALK" walk --json --el 1 --access "$access" "$@" "$va" >"$work/json" 2>"$work/err"; then
		not_ok "$name" "$(head -n 1 "$work/err")"
		return
	fi
	# Attributes [63:56] do not fit the shell's numbers.
	if [ ${#par} -eq 18 ]; then par=0x${par#0x??}; fi
	# PAR_EL1.F is bit 0; then FST is [6:1], PTW bit 8 and S bit 9, else PA is [51:12].
	if [ $((par & 1)) -eq 1 ]; then
		want=$((par & 0x37f))
		got=$(($(jq -r '.fault.par // "0"' "$work/json") & 0x37f))
	else
		want=$(((par & 0xffffffffff000) | (0x${va#"${va%???}"})))
		got=$(($(jq -r '.output.pa // "0"' "$work/json")))
	fi
	if [ "$got" = "$want" ]; then ok "$name"; else not_ok "$name" "$(printf '0x%x, QEMU has 0x%x' "$got" "$want")"; fi
}

# all_walks NAME ROUNDS OPTION...
all_walks() {
	source=$1 rounds=$2 count=0
	shift 2
	for regs in "$work/$rounds"/*.regs; do
		title=$(sed -n '1s/^# //p' "$regs")
		while read -r _ _ va read_par _ write_par; do
			walk_says "$source: $title, load at $va" "$va" r "$read_par" --regs "$regs" "$@"
			walk_says "$source: $title, store at $va" "$va" w "$write_par" --regs "$regs" "$@"
			count=$((count + 2))
		done <<-END
			$(grep '^# S12E1R' "$regs")
		END
	done
	if [ $count -eq 56 ]; then ok "$source: all walks were made"; else not_ok "$source: all walks were made" "$count, not 56"; fi
}
all_walks "little-endian core" 10 --core "$work/little"
all_walks "big-endian core" 11 --core "$work/big"
all_walks "raw memory" 10 --mem "$work/raw@0x40000000"
if [ "$(od -An -tu1 -j5 -N1 "$work/big" | tr -d ' ')" = 2 ]; then
	ok "QEMU wrote a big-endian core"
else
	not_ok "QEMU wrote a big-endian core" "EI_DATA is not 2"
fi

# Memory in two files, and one of them missing: the walk meets an external abort.
size=$(wc -c <"$work/raw")
head -c $((size / 16)) "$work/raw" >"$work/low"
tail -c +$((size / 16 + 1)) "$work/raw" >"$work/high"
regs=$work/10/1.regs
va=$(sed -n 's/^# S12E1R \([^ ]*\) .*/\1/p' "$regs" | head -n 1)
par=$(sed -n 's/^# S12E1R [^ ]* \([^ ]*\) .*/\1/p' "$regs" | head -n 1)
walk_says "memory in two files" "$va" r "$par" --regs "$regs" --mem "$work/high@$((0x40000000 + size / 16))" --mem "$work/low@0x40000000"
"$NESTWALK" walk --json --el 1 --regs "$regs" --mem "$work/high@$((0x40000000 + size / 16))" "$va" >"$work/json"
if [ "$(jq -r .fault.type "$work/json")" = "external abort on walk" ]; then
	ok "memory that no file has aborts the walk"
else
	not_ok "memory that no file has aborts the walk" "$(jq -c .fault "$work/json")"
fi

# Only what the walk asks for is read: a sparse file of a terabyte costs nothing.
cp "$work/raw" "$work/huge"
truncate -s 1T "$work/huge" 2>/dev/null && walk_says "a file of a terabyte" "$va" r "$par" --regs "$regs" --mem "$work/huge@0x40000000"

# --- cores that are cut: each prefix ends in a line that names the file, and status 2
headers=$((64 + 56 * $(od -An -tu2 -j56 -N2 "$work/little")))
bad=0 cuts=0
for length in 0 1 4 15 16 17 63 64 65 119 120 $((headers - 1)) $headers $((headers + 1)) 4096 $((size / 2)); do
	head -c "$length" "$work/little" >"$work/cut"
	"$NESTWALK" walk --regs "$regs" --core "$work/cut" "$va" >"$work/out" 2>"$work/err"
	status=$?
	cuts=$((cuts + 1))
	if [ $status -ne 2 ] || [ -s "$work/out" ] || [ "$(wc -l <"$work/err")" -ne 1 ] || ! grep -q "^nestwalk: $work/cut: " "$work/err"; then
		not_ok "core cut at $length" "status $status: $(head -n 1 "$work/err")"
		bad=1
	fi
done
if [ $bad -eq 0 ]; then ok "cores cut at $cuts places are refused"; fi
head -c $((size / 2)) "$work/little" >"$work/cut"
"$NESTWALK" walk --regs "$regs" --core "$work/cut" "$va" 2>"$work/err"
if grep -qE 'truncated: PT_LOAD of PA 0x[0-9a-f]+ has 0x[0-9a-f]+ bytes at offset 0x[0-9a-f]+, the file ends at 0x2000000$' "$work/err"; then
	ok "a cut segment is told with its offset"
else
	not_ok "a cut segment is told with its offset" "$(head -n 1 "$work/err")"
fi
exit $failed
