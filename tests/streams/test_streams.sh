#!/bin/sh
# Random instruction streams: what was recorded with QEMU, without it; a short live run where it is there.
. tests/e2e/lib.sh

xz -dc tests/streams/recorded.xz >"$work/recorded"
"build/${VARIANT:-release}/tests/streams/streams" replay "$work/recorded" || failed=1

# The test that an entry of the list names is there.
sed -n 's/^.*"\(tests[^ ]*\) \([a-zA-Z0-9_]*\)")$/\1 \2/p' tests/streams/deviation.def >"$work/named"
while read -r file name; do
	if grep -qw "$name" "$file"; then
		ok "streams: $file $name"
	else
		not_ok "streams: $file $name" "no such test"
	fi
done <"$work/named"

version=$(tests/oracle/fetch-qemu --version 2>/dev/null)
if [ "${version%%.*}" -ge 10 ] 2>/dev/null; then
	if tests/streams/streams 4 7 >"$work/live" 2>&1; then
		ok "streams: live, $(tail -n 1 "$work/live")"
	else
		not_ok "streams: live" "$(grep -E 'nestwalk:|unexplained' "$work/live" | tr '\n' ' ')"
	fi
else
	skip "streams: live" "QEMU 10 or later is needed, ${version:-none} is here"
fi
exit $failed
