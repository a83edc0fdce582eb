#!/bin/sh
# The oracle: what was recorded with QEMU, without it; a short live run where it is there.
. tests/e2e/lib.sh

xz -dc tests/oracle/recorded/cases.xz >"$work/cases"
xz -dc tests/oracle/recorded/results.xz >"$work/recorded"
head -n 1 "$work/recorded"
tail -n +2 "$work/recorded" >"$work/theirs"
timeout 300 "$NESTWALK" run --bare -q --files host --ram 3g@0x40000000 --ram 64k@0 build/oracle/guest.elf "$work/cases" "$work/ours" \
	>"$work/err" 2>&1 </dev/null || not_ok "oracle: recorded cases" "$(head -n 1 "$work/err")"
same "oracle: recorded cases" "$work/theirs" "$work/ours"

translations=$(sed -n '1s/.*, \([0-9]*\) translations$/\1/p' "$work/recorded")
if [ "$translations" -ge 20000 ]; then ok "oracle: 20000 recorded"; else not_ok "oracle: 20000 recorded" "$translations"; fi

# A result that is wrong by one bit is told.
sed '$s/0/1/' "$work/theirs" >"$work/wrong"
if cmp -s "$work/wrong" "$work/ours"; then not_ok "oracle: a wrong result" "not noticed"; else ok "oracle: a wrong result"; fi

if tests/oracle/fetch-qemu >/dev/null 2>&1; then
	if tests/oracle/oracle 2000 7 >"$work/live" 2>&1; then
		ok "oracle: live, $(tail -n 1 "$work/live")"
	else
		not_ok "oracle: live" "$(grep -E -A 2 'nestwalk:|unexplained|end' "$work/live" | tr '\n' ' ')"
	fi
else
	skip "oracle: live" "qemu-system-aarch64 is not installed"
fi
exit $failed
