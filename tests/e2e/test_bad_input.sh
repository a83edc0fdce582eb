#!/bin/sh
# Bad input: one clear line on stderr that begins "nestwalk: ", exit status 2, no statistics written, nothing run.
. tests/e2e/lib.sh
trace=$(ls traces/*.xz traces/*.zst 2>/dev/null | head -n 1)

refused() { # refused NAME PATTERN COMMAND...: PATTERN must be in the line
	name=$1 pattern=$2
	shift 2
	rm -f "$work/stats"
	timeout 60 "$NESTWALK" "$@" >"$work/out" 2>"$work/err" </dev/null
	status=$?
	if [ $status -ne 2 ]; then
		not_ok "$name" "status $status, expected 2"
	elif [ "$(wc -l <"$work/err")" -ne 1 ] || ! grep -q '^nestwalk: ' "$work/err"; then
		not_ok "$name" "expected one line, got: $(head -c 300 "$work/err" | tr '\n' '|')"
	elif ! grep -qiE -- "$pattern" "$work/err"; then
		not_ok "$name" "the line does not tell $pattern: $(cat "$work/err")"
	elif [ -e "$work/stats" ] || [ -s "$work/out" ]; then
		not_ok "$name" "something was written"
	else
		ok "$name"
	fi
}

accepted() { # accepted NAME COMMAND...: status 0
	name=$1
	shift
	timeout 60 "$NESTWALK" "$@" >"$work/out" 2>"$work/err" </dev/null
	status=$?
	if [ $status -eq 0 ]; then ok "$name"; else not_ok "$name" "status $status: $(head -n 1 "$work/err")"; fi
}

# --- geometries
geometry() { refused "--$1 $2 is refused" "$2|--$1" run --stats "$work/stats" "--$1" "$2" build/guest/hello; }
geometry s1 4k:53
geometry s1 4k:48:start=0
geometry s1 8k:48
geometry s1 64k:53
geometry s2 16k:52:start=-1
geometry s2 16k:52:start=1
geometry s2 4k:44:start=1
geometry s2 4k:48:start=-1
geometry s2 64k:47:start=2
geometry s2 4k:48:start=4
geometry el2 4k:53
for s1 in 4k:52 16k:52 4k:49; do
	refused "--s1 $s1 without LPA2" LPA2 run --stats "$work/stats" --cpu max,FEAT_LPA2=off --s1 $s1 build/guest/hello
done
accepted "--s2 4k:43" run -q --s2 4k:43 build/guest/hello
accepted "--s2 16k:48:start=0" run -q --s2 16k:48:start=0 build/guest/hello
accepted "--s2 64k:32" run -q --s2 64k:32 build/guest/hello
accepted "--s2 4k:49:start=-1" run -q --s2 4k:49:start=-1 build/guest/hello

# --- other options
option() { refused "$*" "$1" run --stats "$work/stats" "$@" build/guest/hello; }
option --no-such-option
option --tlb l1d=5x2
option --tlb l1x=4
option --walk-cache stage3=4
option --timing parallel
option --ram 0
option --ram 1g@0x10000000000000
option --cpu no-such-core
option --cpu max,FEAT_NONSENSE=on
option --max-insns many
option --block 3m
option --trace nonsense:file
option --files ""
refused "no image" "image|IMAGE" run --stats "$work/stats"
refused "no such image" "no-such-file" run --stats "$work/stats" no-such-file

# --- images
image() { refused "image: $1" "$2" run --stats "$work/stats" "$3"; }
head -c 40 build/guest/hello >"$work/short"
image "cut in the ELF header" . "$work/short"
head -c 200 build/guest/hello >"$work/cut"
image "cut behind the program headers" . "$work/cut"
head -c 2000 build/guest/sha256sum >"$work/half"
image "cut in a segment" . "$work/half"
image "x86-64 ELF" "machine|AArch64" /bin/true
head -c 4096 /dev/zero >"$work/zeros"
image "no image at all" . "$work/zeros"
: >"$work/empty"
image "empty file" . "$work/empty"
image "directory" . "$work"
if command -v aarch64-linux-gnu-gcc >/dev/null; then
	echo 'int main(void){return 0;}' >"$work/dynamic.c"
	if aarch64-linux-gnu-gcc -nostdlib -shared -fPIC -Wl,--dynamic-linker=/lib/ld-linux-aarch64.so.1 -o "$work/dynamic" "$work/dynamic.c" 2>/dev/null; then
		printf '/lib/ld' >/dev/null
		aarch64-linux-gnu-gcc -nostdlib -pie -Wl,--dynamic-linker=/lib/ld-linux-aarch64.so.1 -Wl,-e,main -o "$work/dynamic" "$work/dynamic.c" 2>/dev/null
		image "PT_INTERP" "interp|dynamic" "$work/dynamic"
	fi
fi

# --- registers and memory of walk
walk() { refused "walk: $1" "$2" walk --regs "$work/regs" --mem "$work/zeros@0x1000" 0; }
printf 'SCTLR_EL1=1\nTCR_EL1 0x19\nTTBR0_EL1=0x1000 # a table of zeros\nMAIR_EL1=0xff\n' >"$work/good.regs"
cp "$work/good.regs" "$work/regs"
accepted "walk of a table of zeros" walk --regs "$work/regs" --mem "$work/zeros@0x1000" 0
for line in TCR_EL1 TCR_EL1= TCR_EL1=0x1g TCR_EL1=0x10000000000000000 "TCR_EL1=1 2" =1 TCR_EL9=1 TCR_EL1=1; do
	{ cat "$work/good.regs"; echo "$line"; } >"$work/regs"
	walk "the line $line" "/regs:5: "
done
size=$(wc -c <"$work/good.regs") length=0 strange=
while [ $length -lt "$size" ]; do
	head -c $length "$work/good.regs" >"$work/regs"
	"$NESTWALK" walk --regs "$work/regs" --mem "$work/zeros@0x1000" 0 >"$work/out" 2>"$work/err"
	case $?:$(wc -l <"$work/err"):$(head -c 10 "$work/err") in
	0:0: | 2:1:"nestwalk: ") ;;
	*) strange="$strange $length" ;;
	esac
	length=$((length + 1))
done
if [ -z "$strange" ]; then ok "walk: each prefix of a registers file"; else not_ok "walk: each prefix of a registers file" "$strange"; fi
cp "$work/good.regs" "$work/regs"
refused "walk: no such registers file" "no-such-file" walk --regs no-such-file --mem "$work/zeros@0" 0
refused "walk: registers file that is a folder" "regular file" walk --regs "$work" --mem "$work/zeros@0" 0
refused "walk: a program as registers" ":1: " walk --regs build/guest/hello --mem "$work/zeros@0" 0
refused "walk: no such memory" "no-such-file" walk --regs "$work/regs" --mem no-such-file@0 0
refused "walk: empty memory" "not empty" walk --regs "$work/regs" --mem "$work/empty@0" 0
refused "walk: memory twice" "overlap" walk --regs "$work/regs" --mem "$work/zeros@0x1000" --mem "$work/zeros@0x1ff8" 0
refused "walk: memory above 2^52" "2.52" walk --regs "$work/regs" --mem "$work/zeros@0x10000000000000" 0
refused "walk: memory without registers" "without --regs" walk --mem "$work/zeros@0" 0
refused "walk: an executable as core" "expected a core" walk --regs "$work/regs" --core build/guest/hello 0
refused "walk: text as core" "ELF" walk --regs "$work/regs" --core "$work/regs" 0

# --- traces: status 2, and what was replayed before is in the statistics with complete:false
damaged() { # damaged NAME FILE
	rm -f "$work/stats"
	timeout 120 "$NESTWALK" replay -q --stats "$work/stats" "$2" >"$work/out" 2>"$work/err" </dev/null
	status=$?
	if [ $status -ne 2 ]; then
		not_ok "$1" "status $status, expected 2: $(head -n 1 "$work/err")"
	elif [ "$(wc -l <"$work/err")" -ne 1 ] || ! grep -qE '^nestwalk: .*(offset|byte|line) ' "$work/err"; then
		not_ok "$1" "no offset in: $(head -c 300 "$work/err")"
	elif [ -e "$work/stats" ] && [ "$(jq .complete "$work/stats")" != false ]; then
		not_ok "$1" "complete is not false"
	else
		ok "$1"
	fi
}
flip() { # flip FROM TO OFFSET: one bit
	cp "$1" "$2"
	byte=$(dd if="$1" bs=1 skip="$3" count=1 2>/dev/null | od -An -tu1 | tr -d ' ')
	# shellcheck disable=SC2059
	printf "\\$(printf %03o $((byte ^ 4)))" | dd of="$2" bs=1 seek="$3" conv=notrunc 2>/dev/null
}
awk 'BEGIN { for (i = 0; i < 20000; i++) { printf "I  %x,4\n L %x,8\n", 0x400000 + i % 1000 * 4, 0x10000000 + i * 64 } }' >"$work/good.lackey"
"$NESTWALK" convert "$work/good.lackey" "$work/good.nwt" || not_ok "convert to nwt" "failed"
head -c 100001 "$work/good.lackey" >"$work/cut.lackey"
damaged "lackey: cut in a line" "$work/cut.lackey"
{ head -n 500 "$work/good.lackey"; echo "hello world"; tail -n 500 "$work/good.lackey"; } >"$work/garbage.lackey"
damaged "lackey: a strange line" "$work/garbage.lackey"
size=$(wc -c <"$work/good.nwt")
head -c $((size - 1)) "$work/good.nwt" >"$work/cut.nwt"
damaged "nwt: last byte missing" "$work/cut.nwt"
head -c $((size / 2)) "$work/good.nwt" >"$work/cut.nwt"
damaged "nwt: half" "$work/cut.nwt"
for part in 1 2 3 4 5 6 7; do
	flip "$work/good.nwt" "$work/flip.nwt" $((size * part / 8))
	damaged "nwt: a bit flipped at $part/8" "$work/flip.nwt"
done
for tool in gzip xz zstd bzip2; do
	$tool -kf -c "$work/good.lackey" >"$work/good.z"
	size=$(wc -c <"$work/good.z")
	head -c $((size - 9)) "$work/good.z" >"$work/cut.z"
	damaged "$tool: cut" "$work/cut.z"
	for part in 2 5 7; do
		flip "$work/good.z" "$work/flip.z" $((size * part / 8))
		damaged "$tool: a bit flipped at $part/8" "$work/flip.z"
	done
	flip "$work/good.z" "$work/flip.z" $((size - 6))
	damaged "$tool: a bit flipped in the trailer" "$work/flip.z"
done
refused "replay of an ELF" . replay --stats "$work/stats" build/guest/hello
refused "replay of nothing" . replay --stats "$work/stats" "$work/empty"

# --- an encoding that no core here offers
"$NESTWALK" run -q build/guest/sve >"$work/out" 2>"$work/err" </dev/null
status=$?
if [ $status -eq 3 ] && grep -qE '^nestwalk: .*SVE.*0x[0-9a-f]+.*EL0' "$work/err"; then
	ok "an SVE word stops with status 3, its name, PC and EL"
else
	not_ok "an SVE word stops with status 3" "status $status: $(cat "$work/err")"
fi
exit $failed
