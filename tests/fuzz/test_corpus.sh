#!/bin/sh
# Replays the kept inputs of tests/fuzz/: see run.c there for what must hold. With the release variant also under sanitizers.
set -u
fail=0
replay() { # replay VARIANT
	log=build/$1/tests/fuzz/replay.log
	set -- "$1" $(find tests/fuzz/corpus tests/fuzz/regressions -type f 2>/dev/null | sort)
	variant=$1
	shift
	if "build/$variant/tests/fuzz/replay" "$@" >"$log" 2>&1 && [ "$(wc -l <"$log")" -eq $# ]; then
		echo "ok $# inputs ($variant)"
	else
		grep -E '^fuzz: |ERROR: |runtime error: ' "$log" | head -n 1 >"$log.why"
		echo "not ok inputs ($variant): $(grep '^tests/fuzz/' "$log" | tail -n 1): $(cat "$log.why")"
		fail=1
	fi
}
replay "$VARIANT"
[ "$VARIANT" != release ] || replay asan
exit $fail
