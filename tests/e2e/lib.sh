# What the end-to-end scripts share: where the program is, a scratch directory, and the lines that tests/run counts.
NESTWALK=${NESTWALK:-$PWD/build/release/nestwalk}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0

ok() { echo "ok $1"; }
not_ok() { echo "not ok $1: $2"; failed=1; }
skip() { echo "skip $1: $2"; }

# same NAME FILE FILE: the two files have the same bytes
same() {
	if cmp -s "$2" "$3"; then ok "$1"; else not_ok "$1" "$(diff "$2" "$3" | head -n 3 | tr '\n' ' ')"; fi
}

# deterministic FILE: statistics without what may differ between two runs or between ways of running
deterministic() { jq 'del(.host, .command, .config.slow)' "$1"; }
