#!/bin/sh
# No function of the rooms is longer than 60 lines, from its opening to its closing brace.
set -u
fail=0
for room in mmu cpu sim hyp; do
	long=$(git ls-files "$room/*.[ch]" "$room/**/*.[ch]" | sort -u | xargs awk '
		/^{/ { start = FNR }
		/^}/ && start { if (FNR - start + 1 > 60) print FILENAME ":" start ": " FNR - start + 1 " lines"; start = 0 }')
	if [ -z "$long" ]; then
		echo "ok functions_of_$room"
	else
		echo "not ok functions_of_$room: $(echo "$long" | head -n 1)"
		fail=1
	fi
done
exit $fail
