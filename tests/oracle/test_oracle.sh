#!/bin/sh
# The oracle: what was recorded with QEMU, without it; a short live run where it is there.
. tests/e2e/lib.sh

total=0

# replay NAME: the recorded cases of this name
replay() {
	xz -dc "tests/oracle/recorded/$1.cases.xz" >"$work/cases"
	xz -dc "tests/oracle/recorded/$1.results.xz" >"$work/recorded"
	tail -n +2 "$work/recorded" >"$work/theirs"
	timeout 300 "$NESTWALK" run --bare -q --files host --ram 3g@0x40000000 --ram 64k@0 build/oracle/guest.elf \
		"$work/cases" "$work/ours" >"$work/err" 2>&1 </dev/null ||
		not_ok "oracle: recorded cases $1" "$(head -n 1 "$work/err")"
	same "oracle: recorded cases $1, $(head -n 1 "$work/recorded")" "$work/theirs" "$work/ours"
	total=$((total + $(sed -n '1s/.*, \([0-9]*\) translations$/\1/p' "$work/recorded")))
}

for cases in tests/oracle/recorded/*.cases.xz; do
	replay "$(basename "$cases" .cases.xz)"
done
if [ $total -ge 20000 ]; then ok "oracle: $total recorded"; else not_ok "oracle: 20000 recorded" "$total"; fi

# The test that an entry of the list names is there.
sed -n 's/^.*"\(tests[^ ]*\) \([a-zA-Z0-9_]*\)")$/\1 \2/p' tests/oracle/deviation.def >"$work/named"
while read -r file name; do
	if grep -qw "$name" "$file"; then
		ok "oracle: $file $name"
	else
		not_ok "oracle: $file $name" "no such test"
	fi
done <"$work/named"

version=$(tests/oracle/fetch-qemu --version 2>/dev/null)
if [ "${version%%.*}" -ge 10 ] 2>/dev/null; then
	if tests/oracle/oracle 2000 7 >"$work/live" 2>&1; then
		ok "oracle: live, $(tail -n 1 "$work/live")"
	else
		not_ok "oracle: live" "$(grep -E -A 2 'nestwalk:|unexplained|end' "$work/live" | tr '\n' ' ')"
	fi
else
	skip "oracle: live" "QEMU 10 or later is needed, ${version:-none} is here"
fi
exit $failed
