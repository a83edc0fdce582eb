#!/bin/sh
# The direction of the rooms: tools -> sim -> cpu -> mmu, hyp may include mmu/vmsa.h only. Each header compiles alone.
set -u
fail=0
say() { # say CONDITION-STATUS NAME WHY
	if [ "$1" -eq 0 ]; then echo "ok $2"; else echo "not ok $2: $3"; fail=1; fi
}
up() { # up ROOM PATTERN: includes of ROOM that match PATTERN
	git ls-files "$1/*.[chS]" "$1/**/*.[chS]" | sort -u | xargs -r grep -nE "#include \"$2" 2>/dev/null | head -n 3
}
bad=$(up mmu '(\.\./)*(cpu|sim|hyp|tools|tests)/'); [ -z "$bad" ]; say $? mmu_includes_nothing_above "$bad"
bad=$(up cpu '(\.\./)*(sim|hyp|tools|tests)/'); [ -z "$bad" ]; say $? cpu_includes_nothing_above "$bad"
bad=$(up sim '(\.\./)*(hyp|tools|tests)/'); [ -z "$bad" ]; say $? sim_includes_nothing_above "$bad"
bad=$(up hyp '(\.\./)*(cpu|sim|tools|tests)/'); [ -z "$bad" ]; say $? hyp_includes_nothing_of_the_simulator "$bad"
bad=$(up hyp '(\.\./)*mmu/' | grep -v 'mmu/vmsa.h"'); [ -z "$bad" ]; say $? hyp_includes_only_vmsa_h "$bad"
for header in $(git ls-files 'mmu/*.h' 'cpu/*.h' 'sim/*.h'); do
	out=$(echo "#include \"$header\"" | gcc -std=gnu11 -Wall -Wextra -Werror -Wno-unused-function -I. -I"build/${VARIANT:-release}/gen" \
		$(pkg-config --cflags jansson libarchive capstone libelf 2>/dev/null) -fsyntax-only -x c - 2>&1 | head -n 2)
	[ -z "$out" ]; say $? "$header compiles alone" "$out"
done
exit $fail
