#!/bin/sh
# `nestwalk convert`: round trips over formats and compressions made by other programs too, and bad input.
set -u
nestwalk=${NESTWALK:-build/release/nestwalk}
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
fail=0
say() { # say STATUS NAME WHY
	if [ "$1" -eq 0 ]; then echo "ok $2"; else echo "not ok $2: $3"; fail=1; fi
}

# A trace with every kind of line, some thousand records.
awk 'BEGIN {
	print "==1== Lackey, an example"
	for (i = 0; i < 20000; i++) {
		printf "I  %08x,%d\n", 67108864 + i * 3, 1 + i % 15
		if (i % 3 == 0) printf " L %08x,%d\n", 500000000 + (i * 7919) % 1000000, 8
		if (i % 5 == 0) printf " S 1f%08x,%d\n", 1073741824 - i * 8, 4
		if (i % 7 == 0) printf " M 7ffe%08x,%d\n", 1073741824 + i * 64, 512
	}
	print "==1== Exit code: 0"
}' >"$dir/a.lackey"
grep -v '^==' "$dir/a.lackey" | sed -E 's/^(...)([0-9a-f]{1,7}),/\10\2,/' >"$dir/plain.lackey"

for suffix in nwt nwt.gz nwt.xz nwt.zst nwt.bz2 lackey.gz lackey.xz lackey.zst lackey.bz2; do
	"$nestwalk" convert "$dir/a.lackey" "$dir/b.$suffix" 2>"$dir/err" &&
		"$nestwalk" convert "$dir/b.$suffix" "$dir/c.lackey" 2>"$dir/err" &&
		cmp -s "$dir/plain.lackey" "$dir/c.lackey"
	say $? "round_trip_$suffix" "$(cat "$dir/err")"
done

# What gzip, xz, zstd and bzip2 write is read, and what is written they read.
for pair in gzip:gz xz:xz zstd:zst bzip2:bz2; do
	tool=${pair%:*} suffix=${pair#*:}
	if ! command -v "$tool" >/dev/null; then
		echo "skip with_$tool: it is not installed"
		continue
	fi
	"$tool" -c <"$dir/a.lackey" >"$dir/d.$suffix" 2>/dev/null
	"$nestwalk" convert "$dir/d.$suffix" "$dir/e.nwt" 2>"$dir/err" &&
		"$nestwalk" convert "$dir/e.nwt" "$dir/f.lackey" 2>"$dir/err" &&
		cmp -s "$dir/plain.lackey" "$dir/f.lackey"
	say $? "reads_what_${tool}_writes" "$(cat "$dir/err")"
	"$tool" -dc <"$dir/b.lackey.$suffix" 2>"$dir/err" | cmp -s - "$dir/plain.lackey"
	say $? "writes_what_${tool}_reads" "$(cat "$dir/err")"
done

"$nestwalk" convert - "$dir/g.nwt" <"$dir/a.lackey" 2>"$dir/err" && cmp -s "$dir/g.nwt" "$dir/b.nwt"
say $? reads_standard_input "$(cat "$dir/err")"

"$nestwalk" convert "$dir/b.nwt" "$dir/b.nwt" 2>"$dir/err" && cmp -s "$dir/g.nwt" "$dir/b.nwt"
say $? onto_itself "$(cat "$dir/err")"

# bad NAME PATTERN ARGUMENT...: status 2, one line that matches, no file left over.
bad() {
	name=$1 pattern=$2
	shift 2
	"$nestwalk" convert "$@" >"$dir/out" 2>"$dir/err"
	status=$?
	[ $status -eq 2 ] && [ "$(wc -l <"$dir/err")" -eq 1 ] && grep -q "^nestwalk: .*$pattern" "$dir/err" &&
		[ ! -s "$dir/out" ] && [ ! -e "$dir/bad.nwt" ] && [ ! -e "$dir/bad.nwt.part" ]
	say $? "$name" "status $status, $(head -c 300 "$dir/err")"
}
bad no_argument 'too few'
bad one_argument 'too few' "$dir/a.lackey"
bad three_arguments 'expected' "$dir/a.lackey" "$dir/bad.nwt" x
bad unknown_option 'unknown option' --frobnicate "$dir/a.lackey" "$dir/bad.nwt"
bad unknown_format 'no such trace format' --format pinball "$dir/a.lackey" "$dir/bad.nwt"
bad missing_file 'No such file' "$dir/missing.nwt" "$dir/bad.nwt"
bad unknown_suffix 'names no trace format' "$dir/a.lackey" "$dir/bad.txt"
bad only_compression 'names no trace format' "$dir/a.lackey" "$dir/bad.gz"
bad no_directory 'No such file' "$dir/a.lackey" "$dir/nowhere/bad.nwt"
printf 'I  10,3\nwhat is this\n' >"$dir/strange.lackey"
bad strange_line 'byte 8: line 2' "$dir/strange.lackey" "$dir/bad.nwt"
head -c 5000 "$dir/b.nwt" >"$dir/cut.nwt"
bad cut_nwt 'byte 5000: truncated' "$dir/cut.nwt" "$dir/bad.nwt"
for suffix in gz xz zst bz2; do
	head -c 5000 "$dir/b.lackey.$suffix" >"$dir/cut.$suffix"
	bad "cut_$suffix" 'byte [0-9]*: .*truncated' "$dir/cut.$suffix" "$dir/bad.nwt"
done
printf 'neither\n' >"$dir/file"
bad ambiguous 'neither content nor suffix' "$dir/file" "$dir/bad.nwt"
printf 'I  10,3\n' >"$dir/good.lackey"
bad wrong_format 'no nwt header' --format nwt "$dir/good.lackey" "$dir/bad.nwt"

"$nestwalk" formats >"$dir/out" 2>"$dir/err" && grep -q '^nwt ' "$dir/out" && grep -q '^lackey ' "$dir/out"
say $? formats_are_listed "$(cat "$dir/err")"
exit $fail
