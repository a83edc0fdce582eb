#!/bin/sh
# Every generated handler of the builds for use (by gcc, and by clang) ends in jumps: no call, no return, so that a run needs no stack. A hundred
# million instructions under a small stack are in test_budget.c.
set -u
variant=${VARIANT:-release}
case $variant in
release | clang) ;;
*)
	echo "ok tailcall: this build runs handlers in a loop"
	exit 0
	;;
esac
if ! command -v objdump >/dev/null; then
	echo "skip tailcall: objdump is not installed"
	exit 0
fi
objdump -d --no-show-raw-insn build/"$variant"/cpu/fast_*.o | awk '
	# A handler is fast_FORM_NUMBER; fast_FORM without a number chooses one, and is an ordinary function.
	/^[0-9a-f]+ </ { name = $2; gsub(/[<>:]/, "", name); handler = name ~ /^fast_[A-Za-z].*_[0-9]+$/; count += handler; next }
	handler && $2 ~ /^call/ { calls[name] = 1 }
	handler && $2 ~ /^ret/ { returns[name] = 1 }
	handler && $2 == "jmp" { jumps[name] = 1 }
	END {
		for (name in calls) { print "not ok " name ": calls a function"; bad = 1 }
		for (name in returns) { print "not ok " name ": returns"; bad = 1 }
		for (name in jumps) ends++
		if (count < 500) { print "not ok handlers: found " count + 0 ", expected 500 or more"; bad = 1 }
		# Combinations that decode refuses (a shift that is reserved) may have no code at all.
		if (ends < count * 0.9) { print "not ok jumps: only " ends + 0 " of " count " handlers end in one"; bad = 1 }
		if (!bad) print "ok tailcall of " count " handlers"
		exit bad
	}' || exit 1

# The stencils of the second tier: they neither call nor return, and few save a register.
if ! ls build/"$variant"/gen/stencil_*.cut.s >/dev/null 2>&1; then
	echo "ok stencils: this build has none"
	exit 0
fi
cat build/"$variant"/gen/stencil_*.cut.s | awk '
	/^hot_/ { name = $1; count++ }
	$1 ~ /^(call|ret)/ { print "not ok " name " calls or returns"; bad = 1 }
	$1 ~ /^push/ { pushes[name] = 1 }
	END {
		for (name in pushes) saving++
		if (count < 900) { print "not ok stencils: found " count + 0 ", expected 900 or more"; bad = 1 }
		if (saving > count / 10) { print "not ok registers: " saving " of " count " stencils save one"; bad = 1 }
		if (!bad) print "ok tailcall of " count " stencils"
		exit bad
	}'
