#!/bin/sh
# --slow (no translation filter, no decoded-op cache) gives the same output and the same statistics to the byte, for every
# guest and every trace, with TLBs of 1, 4 and 48 entries. So does the same command twice.
. tests/e2e/lib.sh
head -c 20000 /usr/share/perl/5.36/unicore/Name.pl >"$work/text"

compare() { # compare NAME COMMAND OPTIONS...: runs COMMAND with and without --slow
	name=$1 command=$2
	shift 2
	for tlb in l1i=1,l1d=1,l2=0 l1i=4,l1d=4,l2=16x4 on; do
		timeout 300 "$NESTWALK" "$command" -q --tlb $tlb --stats "$work/fast" "$@" >"$work/fast.out" 2>"$work/fast.err" </dev/null
		fast=$?
		timeout 300 "$NESTWALK" "$command" -q --slow --tlb $tlb --stats "$work/slow" "$@" >"$work/slow.out" 2>"$work/slow.err" </dev/null
		slow=$?
		if [ ! -s "$work/fast" ] || [ ! -s "$work/slow" ]; then
			not_ok "$name $tlb" "no statistics: $(head -n 1 "$work/fast.err") $(head -n 1 "$work/slow.err")"
			continue
		fi
		deterministic "$work/fast" >"$work/fast.json"
		deterministic "$work/slow" >"$work/slow.json"
		if [ $fast -ne $slow ]; then
			not_ok "$name $tlb" "status $fast, with --slow $slow"
		elif ! cmp -s "$work/fast.out" "$work/slow.out"; then
			not_ok "$name $tlb" "the output differs with --slow"
		else
			same "$name $tlb" "$work/fast.json" "$work/slow.json"
		fi
		rm -f "$work/fast" "$work/slow"
	done
}

while read -r guest arguments; do
	# shellcheck disable=SC2086
	compare "$guest" run --files host "build/guest/$guest" $arguments
done <<END
hello
exit 7
segv
sha256sum $work/text
pack $work/text
sortlines $work/text
wordcount $work/text
graph 100
touch
rwx 20
END
for trace in traces/*.xz traces/*.zst; do
	[ -e "$trace" ] || continue
	compare "$trace" replay --limit 50000 "$trace"
done

for n in 1 2; do
	"$NESTWALK" run -q --stats "$work/run$n" build/guest/sha256sum "$work/text" >"$work/out$n" 2>&1 </dev/null
	jq 'del(.host, .command)' "$work/run$n" >"$work/json$n"
done
same "twice the same output" "$work/out1" "$work/out2"
same "twice the same statistics" "$work/json1" "$work/json2"
exit $failed
