#!/bin/sh
# Every command that README.md shows as "$ COMMAND", and every example of the manual pages, is run, with build/ first in PATH; it must end with 0.
# Where README.md shows what a command prints (the lines behind it up to the next command or the end of the block), each
# line must be in what it prints now; a line "…" stands for anything.
. tests/e2e/lib.sh
mkdir "$work/bin"
ln -s "$NESTWALK" "$work/bin/nestwalk"
PATH=$work/bin:$PATH
export PATH

awk '
	/^```/ { inside = !inside; if (!inside) print "END"; next }
	inside && /^\$ / { print "RUN " substr($0, 3); next }
	inside { print "OUT " $0 }
' README.md >"$work/steps"
command=
: >"$work/out"
wrong=
finish() {
	[ -n "$command" ] || return 0
	if [ -n "$wrong" ]; then not_ok "$command" "$wrong"; else ok "$command"; fi
	command= wrong=
}
while IFS= read -r step; do
	case $step in
	"RUN make"*) finish ;; # the whole of it is what runs this test
	"RUN "*)
		finish
		command=${step#RUN }
		sh -c "$command" >"$work/out" 2>&1 </dev/null || wrong="status $?: $(tail -n 1 "$work/out")"
		;;
	"OUT …" | "OUT ") ;;
	"OUT "*)
		if [ -n "$command" ] && [ -z "$wrong" ] && ! grep -qF -- "${step#OUT }" "$work/out"; then
			wrong="does not print: ${step#OUT }"
		fi
		;;
	END) finish ;;
	esac
done <"$work/steps"
# The examples of the manual pages, with a guest of ours as "./program".
for page in tools/*.1 tools/*.5; do
	sed -n '/^\.SH EXAMPLES/,/^\.SH [^E]/p' "$page" | sed -n 's/\\-/-/g; s#\./program#build/guest/hello#; /^nestwalk /p' >"$work/commands"
	while IFS= read -r command; do
		if sh -c "$command" >"$work/out" 2>&1 </dev/null; then ok "$page: $command"; else not_ok "$page: $command" "$(tail -n 1 "$work/out")"; fi
	done <"$work/commands"
done
exit $failed
