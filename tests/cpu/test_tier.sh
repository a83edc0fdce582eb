#!/bin/bash
# With translation to host code and without, every guest gives the same output, status and statistics; and `--tier 2` is
# refused in one line where there is none.
export NESTWALK=$PWD/build/${VARIANT:-release}/nestwalk
. tests/e2e/lib.sh
export LC_ALL=C
DIR=$work/files
mkdir "$DIR"
tests/guest/files "$DIR"

# both NAME ARGS...: `nestwalk run ARGS` in both tiers
both() {
	local name=$1 tier

	shift
	for tier in 1 2; do
		timeout 300 "$NESTWALK" run -q --tier $tier --stats "$work/stats$tier" "$@" >"$work/out$tier" 2>"$work/err" </dev/null
		echo "status $?" >>"$work/out$tier"
		deterministic "$work/stats$tier" >"$work/counts$tier"
	done
	same "$name: output" "$work/out2" "$work/out1"
	same "$name: statistics" "$work/counts2" "$work/counts1"
}

# refused NAME ARGS...: status 2 and one line that says why
refused() {
	local name=$1 status

	shift
	"$NESTWALK" run -q --tier 2 "$@" >"$work/out" 2>"$work/err" </dev/null
	status=$?
	if [ $status -eq 2 ] && [ ! -s "$work/out" ] && [ "$(grep -c '^nestwalk: --tier 2: ' "$work/err")" = "$(wc -l <"$work/err")" ]; then
		ok "$name"
	else
		not_ok "$name" "status $status: $(head -n 1 "$work/err")"
	fi
}

refused no_second_tier_without_the_filter --slow build/guest/exit 0
refused no_second_tier_with_a_trace --trace "tarmac:$work/trace" build/guest/exit 0
if ! "$NESTWALK" run -q --tier 2 build/guest/exit 0 2>"$work/err" </dev/null; then
	refused no_second_tier_in_this_build build/guest/exit 0
	exit $failed
fi

while IFS='|' read -r guest arguments _; do
	case $guest in '' | '#'*) continue ;; esac
	eval "set -- $arguments"
	both "$guest $arguments" "build/guest/$guest" "$@"
done <tests/guest/list
for geometry in '--s1 64k:52 --s2 64k:48' '--s1 4k:52 --s2 4k:52:start=-1' '--s2 off' '--tlb l1i=4,l1d=4,l2=0' '--block 2m'; do
	# shellcheck disable=SC2086
	both "wordcount $geometry" $geometry build/guest/wordcount "$DIR/text" 50
done
for image in build/bare/*.img build/bench/*.img; do
	both "$(basename "$image" .img)" --bare --append rounds=3 "$image"
done
both "mix, longer" --bare --append rounds=40 build/bench/mix.img
for limit in 1 1000 100001 2000000 3123457; do
	both "mix, $limit instructions" --bare --max-insns $limit --append rounds=60 build/bench/mix.img
done
exit $failed
