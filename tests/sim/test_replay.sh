#!/bin/sh
# `nestwalk replay`: the same statistics from every coding of a trace, limits, and damaged or unfitting input.
set -u
nestwalk=${NESTWALK:-build/release/nestwalk}
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
fail=0
say() { # say STATUS NAME WHY
	if [ "$1" -eq 0 ]; then echo "ok $2"; else echo "not ok $2: $3"; fail=1; fi
}

# 20000 fetches over 40 pages, data over 500 pages, in half of them.
awk 'BEGIN {
	print "==1== Lackey, an example"
	for (i = 0; i < 20000; i++) {
		printf "I  %08x,%d\n", 67108864 + (i * 8) % 163840, 1 + i % 8
		if (i % 2 == 0) printf " L %08x,8\n", 500002816 + (i * 7919 * 16) % 2048000
		if (i % 5 == 0) printf " S 1f%08x,8\n", 1073741824 - (i % 64) * 8
		if (i % 7 == 0) printf " M 1f%08x,4\n", 1073741824 + (i % 1000) * 64
	}
}' >"$dir/a.lackey"
loads=$(grep -c '^ [LM]' "$dir/a.lackey")
stores=$(grep -c '^ [SM]' "$dir/a.lackey")
records=$(grep -c '^[I ]' "$dir/a.lackey")

# replay NAME ARGUMENT...: statistics to $dir/NAME.json without what names the file or the host.
replay() {
	name=$1
	shift
	"$nestwalk" replay -q --stats "$dir/raw.json" "$@" 2>"$dir/err" || return 1
	jq -S 'del(.host, .command, (.. | .trace?))' "$dir/raw.json" >"$dir/$name.json"
}

replay lackey "$dir/a.lackey"
say $? replays "$(cat "$dir/err")"
[ "$(jq -c '.by_el."0".accesses | [.fetch, .load, .store]' "$dir/raw.json")" = "[20000,$loads,$stores]" ]
say $? counts_each_access "$(jq -c '.by_el."0".accesses' "$dir/raw.json"), expected 20000 $loads $stores"
jq -e '.complete and .by_el."0".insns == 0 and .by_el."1".insns > 0 and .by_el."2".insns > 0' "$dir/raw.json" >/dev/null
say $? the_software_runs "$(jq -c '.by_el | map_values(.insns)' "$dir/raw.json")"
jq -e '.exceptions.EL1.sync >= 540' "$dir/raw.json" >/dev/null
say $? each_new_page_aborts "$(jq -c .exceptions.EL1 "$dir/raw.json")"

for suffix in nwt nwt.gz nwt.xz nwt.zst lackey.gz lackey.xz lackey.zst lackey.bz2; do
	"$nestwalk" convert "$dir/a.lackey" "$dir/a.$suffix" 2>"$dir/err" && replay other "$dir/a.$suffix" &&
		cmp -s "$dir/lackey.json" "$dir/other.json"
	say $? "same_statistics_from_$suffix" "$(cat "$dir/err")"
done
replay again "$dir/a.nwt" && cmp -s "$dir/lackey.json" "$dir/again.json"
say $? deterministic "$(cat "$dir/err")"
for tlb in on l1i=1,l1d=1 l1i=4,l1d=4 off; do
	replay fast --tlb "$tlb" "$dir/a.nwt" && replay slow --tlb "$tlb" --slow "$dir/a.nwt" &&
		jq 'del(.config.slow)' "$dir/fast.json" >"$dir/1" && jq 'del(.config.slow)' "$dir/slow.json" >"$dir/2" &&
		cmp -s "$dir/1" "$dir/2"
	say $? "slow_is_the_same_with_tlb_$tlb" "$(cat "$dir/err")"
done

replay limit --limit 1000 "$dir/a.lackey"
head -n 1001 "$dir/a.lackey" >"$dir/head.lackey"
replay head "$dir/head.lackey"
same() { # same A B: but for the options
	jq 'del(.config)' "$dir/$1.json" >"$dir/1" && jq 'del(.config)' "$dir/$2.json" >"$dir/2" && cmp -s "$dir/1" "$dir/2"
}
same limit head
say $? limit "$(cat "$dir/err")"
replay warm --warmup "$records" "$dir/a.nwt" && jq -e '.accesses == {"fetch":0,"load":0,"store":0} and .complete' "$dir/warm.json" >/dev/null
say $? warmup_of_all_leaves_nothing "$(cat "$dir/err")"
cat "$dir/a.lackey" "$dir/a.lackey" >"$dir/twice.lackey"
replay warm --tlb inf --warmup "$records" "$dir/twice.lackey" &&
	jq -e '.walks.total == 0 and .insns == 0 and .by_el."0".accesses.fetch == 20000' "$dir/warm.json" >/dev/null
say $? warmup_keeps_tlbs "$(jq -c '.walks' "$dir/warm.json")"

replay spread --va-spread 3 "$dir/a.lackey" && replay other --va-spread 3 "$dir/a.nwt" &&
	cmp -s "$dir/spread.json" "$dir/other.json" && jq -e '.by_el."0".accesses.fetch == 20000' "$dir/spread.json" >/dev/null
say $? spread "$(cat "$dir/err")"
replay spread32 --s1 4k:32 --va-spread 3 "$dir/a.lackey"
say $? spread_brings_in_what_is_beyond "$(cat "$dir/err")"

"$nestwalk" replay --progress --stats /dev/null "$dir/a.nwt" >"$dir/out" 2>"$dir/err" && [ ! -s "$dir/out" ]
say $? progress_leaves_stdout_alone "$(head -c 200 "$dir/out")"

# bad NAME PATTERN ARGUMENT...: status 2, one line on stderr that matches, and statistics only if KEEP is set.
bad() {
	name=$1 pattern=$2
	shift 2
	rm -f "$dir/bad.json"
	"$nestwalk" replay -q --stats "$dir/bad.json" "$@" >"$dir/out" 2>"$dir/err"
	status=$?
	[ $status -eq 2 ] && [ "$(wc -l <"$dir/err")" -eq 1 ] && grep -q "^nestwalk: .*$pattern" "$dir/err" &&
		[ ! -s "$dir/out" ] &&
		if [ -n "$keep" ]; then jq -e '.complete == false' "$dir/bad.json" >/dev/null; else [ ! -e "$dir/bad.json" ]; fi
	say $? "$name" "status $status, $(head -c 300 "$dir/err")"
}
# flip FILE OFFSET: one bit of the byte there.
flip() {
	byte=$(od -An -tu1 -j "$2" -N 1 "$1" | tr -d ' ')
	# shellcheck disable=SC2059
	printf "\\$(printf %03o $((byte ^ 8)))" | dd of="$1" bs=1 seek="$2" conv=notrunc 2>/dev/null
}

keep=
bad missing 'No such file' "$dir/missing.nwt"
printf 'no trace\n' >"$dir/file.txt"
bad ambiguous 'neither content nor suffix' "$dir/file.txt"
bad unknown_format 'no such trace format' --format pin "$dir/a.nwt"
bad no_trace 'too few'
bad two_traces 'expected' "$dir/a.nwt" "$dir/a.nwt"
bad bad_geometry '53 bits are too many' --s1 4k:53 "$dir/a.nwt"
bad unfit_option 'unknown option' --bare "$dir/a.nwt"
bad is_directory 'Is a directory' "$dir"

keep=1
: >"$dir/empty.lackey"
bad empty_file 'byte 0: truncated' "$dir/empty.lackey"
for suffix in gz xz zst bz2; do
	cp "$dir/a.lackey.$suffix" "$dir/unnamed"
	flip "$dir/unnamed" 100
	bad "damaged_in_the_first_block_without_a_name_$suffix" 'byte [0-9]*: damaged' "$dir/unnamed"
done
bad wrong_format 'byte 0: no nwt header' --format nwt "$dir/a.lackey"
bad beyond_the_range 'record [0-9]*: 8 bytes at 0x.* beyond the 32-bit' --s1 4k:32 "$dir/a.nwt"
bad short_of_warmup 'has only' --warmup 1000000 "$dir/a.nwt"
{ head -n 5000 "$dir/a.lackey"; echo garbage; tail -n 5000 "$dir/a.lackey"; } >"$dir/garbage.lackey"
bad garbage_line 'byte [0-9]*: line 5001: ' "$dir/garbage.lackey"
jq -e '.by_el."0".accesses.fetch > 2000' "$dir/bad.json" >/dev/null
say $? what_was_before_the_damage_counts "$(jq -c '.by_el."0".accesses' "$dir/bad.json")"
head -c 100000 "$dir/a.lackey" >"$dir/cut.lackey"
bad cut_lackey 'line [0-9]*: truncated' "$dir/cut.lackey"
for suffix in nwt nwt.xz lackey.gz lackey.xz lackey.zst lackey.bz2; do
	size=$(wc -c <"$dir/a.$suffix")
	head -c $((size - 30)) "$dir/a.$suffix" >"$dir/cut.$suffix"
	bad "cut_$suffix" 'byte [0-9]*: .*truncated' "$dir/cut.$suffix"
done
for suffix in lackey.gz lackey.xz lackey.zst lackey.bz2 nwt.gz; do
	size=$(wc -c <"$dir/a.$suffix")
	cp "$dir/a.$suffix" "$dir/flip.$suffix"
	flip "$dir/flip.$suffix" $((size / 2))
	bad "flipped_bit_in_$suffix" 'byte [0-9]*' "$dir/flip.$suffix"
done

# A bit in the payload of every block of the nwt, which begins at byte 16.
size=$(wc -c <"$dir/a.nwt")
at=16
block=0
while [ "$(dd if="$dir/a.nwt" bs=1 skip=$at count=4 2>/dev/null)" = NWTB ]; do
	payload=$(od -An -tu4 -j $((at + 4)) -N 4 "$dir/a.nwt" | tr -d ' ')
	cp "$dir/a.nwt" "$dir/flip.nwt"
	flip "$dir/flip.nwt" $((at + 28 + payload / 3))
	bad "flipped_bit_in_nwt_block_$block" "byte $at: damaged nwt block" "$dir/flip.nwt"
	jq -e ".by_el.\"0\".accesses.fetch <= $block * 4096" "$dir/bad.json" >/dev/null
	say $? "nothing_of_nwt_block_${block}_is_replayed" "$(jq -c '.by_el."0".accesses' "$dir/bad.json")"
	at=$((at + 28 + payload))
	block=$((block + 1))
done
[ "$block" -ge 5 ]
say $? blocks "only $block blocks were found"
# Builds with assertions walk again for everything that a walk cache answers, and would tell a difference.
"$nestwalk" replay -q --walk-cache stage1=64x4,stage2=64x4,ipa=64x4,ipa-for=all --tlb off --limit 20000 "$dir/a.lackey" 2>"$dir/err"
say "$((0$? != 0 || $(wc -c <"$dir/err") != 0))" "walk caches answer what the tables hold" "$(cat "$dir/err")"

exit $fail
