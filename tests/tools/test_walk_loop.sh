#!/bin/sh
# README.md shows the walk of one stage as mmu/walk.h has it.
set -u
shown=$(awk '/^```c$/ { inside = 1; next } /^```$/ { inside = 0 } inside' README.md)
source=$(awk '/^\/\* One stage of translation/ { inside = 1 } inside { print } inside && /^}/ { exit }' mmu/walk.h)
if [ -n "$source" ] && [ "$shown" = "$source" ]; then
	echo "ok the_walk_in_the_readme_is_the_one_in_the_source"
else
	echo "not ok the_walk_in_the_readme_is_the_one_in_the_source: README.md and mmu/walk.h differ"
	exit 1
fi
