#!/bin/sh
# `nestwalk run` and `walk` from outside: statuses, statistics however a run ends, limits, signals, traces, stories.
. tests/e2e/lib.sh
guest=build/guest
stats=$work/stats

# ends NAME STATUS JQ COMMAND...: this status, and JQ is true of the statistics
ends() {
	name=$1 expected=$2 filter=$3
	shift 3
	rm -f "$stats"
	timeout 120 "$NESTWALK" "$@" >"$work/out" 2>"$work/err" </dev/null
	status=$?
	if [ $status -ne "$expected" ]; then
		not_ok "$name" "status $status, expected $expected: $(head -n 2 "$work/err" | tr '\n' '|')"
	elif ! jq -e "$filter" "$stats" >/dev/null 2>&1; then
		not_ok "$name" "not true: $filter"
	else
		ok "$name"
	fi
}

# says NAME PATTERN: standard error of the last command has a line of ours with PATTERN
says() {
	if grep -qE "^nestwalk: .*$2" "$work/err"; then ok "$1"; else not_ok "$1" "$(head -n 2 "$work/err")"; fi
}

run="run -q --stats $stats"

# --- how runs end
ends "a guest that ends well" 0 '.complete and .guest.exit == 0' $run $guest/hello
ends "a guest's own status" 42 '.complete and .guest.exit == 42' $run $guest/exit 42
ends "a guest that dies of a signal" 139 '.complete and .guest.exit == 139' $run $guest/segv
ends "a word that no core has" 3 '(.complete | not) and .guest.exit == null' $run $guest/sve
says "... is named with PC and EL" 'Scalable Vector Extension.* at PC 0x[0-9a-f]+, EL0'
ends "... and is UNDEFINED on request" 132 '.complete and .exceptions.by_class."0x00" >= 1' $run --undef guest $guest/sve
ends "a limit is exact" 124 '.insns == 12345 and (.complete | not)' $run --max-insns 12345 $guest/hello
says "... and says where" '--max-insns 12345 reached at PC 0x[0-9a-f]+, EL'
ends "a limit is exact with --slow" 124 '.insns == 12345' $run --slow --max-insns 12345 $guest/hello
ends "a hypervisor out of memory" 1 '(.complete | not) and .guest.exit == null' $run --ram 16m --vm-ram 1g $guest/gups 100000
says "... says so" 'hypervisor: out of memory for the VM at IPA 0x'
ends "a limit of nothing" 124 '.insns == 0' $run --max-insns 0 $guest/hello

# --- statistics go to standard output too
"$NESTWALK" run -q --stats - $guest/exit 0 >"$work/out" 2>/dev/null
if jq -e '.schema == "nestwalk-stats/1"' "$work/out" >/dev/null; then ok "--stats -"; else not_ok "--stats -" "no JSON"; fi
"$NESTWALK" run $guest/exit 0 >"$work/out" 2>"$work/err"
if grep -q 'walks, nested' "$work/err" && [ ! -s "$work/out" ]; then
	ok "the table is on standard error"
else
	not_ok "the table is on standard error" "$(head -n 2 "$work/err")"
fi

# refused NAME PATTERN COMMAND...: status 2, one line on standard error with PATTERN; nothing was run, nothing written
refused() {
	name=$1 pattern=$2
	shift 2
	rm -f "$stats"
	timeout 120 "$NESTWALK" "$@" >"$work/out" 2>"$work/err" </dev/null
	status=$?
	if [ $status -ne 2 ]; then
		not_ok "$name" "status $status, expected 2"
	elif [ "$(wc -l <"$work/err")" -ne 1 ] || ! grep -qE "^nestwalk: .*$pattern" "$work/err"; then
		not_ok "$name" "expected one line with $pattern, got: $(head -n 3 "$work/err" | tr '\n' '|')"
	elif [ -s "$work/out" ] || [ -e "$stats" ]; then
		not_ok "$name" "something was written"
	else
		ok "$name"
	fi
}
refused "statistics that cannot be written" "--stats .*none/stats: No such file" run --stats "$work/none/stats" $guest/hello
refused "statistics into a folder" "--stats .*: Is a directory" run --stats "$work" $guest/hello
refused "statistics without a name" "--stats : " run --stats "" $guest/hello

# --- arguments of a program, and the programs that are none
"$NESTWALK" run -q $guest/hello "" "a b" "$(printf 'c\nd\te')" '\0' '' >"$work/out" 2>&1
printf 'hello from EL0\nargument 1: \nargument 2: a b\nargument 3: c\nd\te\nargument 4: \\0\nargument 5: \n' >"$work/expected"
same "arguments that are empty or have blanks" "$work/out" "$work/expected"
poke() { # poke OFFSET OCTAL...: bytes of a copy of hello
	cp $guest/hello "$work/poked"
	offset=$1
	shift
	# shellcheck disable=SC2059
	for byte in "$@"; do printf "\\$byte"; done | dd of="$work/poked" bs=1 seek="$offset" conv=notrunc 2>/dev/null
}
poke 54 070 001
refused "program headers of another size" 'ELF program headers of 312 bytes, expected 56' run --stats "$stats" "$work/poked"
poke $((64 + 16)) 0 0 0 0 1 0 0 0
refused "segments out of order" 'PT_LOAD at 0x[0-9a-f]+ overlaps or lies below' run --stats "$stats" "$work/poked"

# --- what only the hypervisor can tell
refused "a VM without room" 'hypervisor: .*no room for the guest' run --vm-ram 64k --stats "$stats" $guest/hello
refused "a hypervisor without room" 'hypervisor: el2=4k:20' run --el2 4k:20 --stats "$stats" $guest/hello
refused "a replay without room" 'hypervisor: .*no room' replay --vm-ram 64k --stats "$stats" traces/as.lackey.xz
refused "a walk without room" 'hypervisor: el2=4k:20' walk --el2 4k:20 --stats "$stats" 0
refused "an EL1 ELF where the VM has no RAM" 'hypervisor: guest: el=1' run --s2 off --stats "$stats" build/el1/console
refused "a hypervisor without semihosting" '--semihosting off' run --semihosting off --stats "$stats" $guest/hello

# --- the sums of the statistics
ends "sums are right" 0 '
	. as $s | .descriptor_fetches as $d |
	.walks.total == .walks.nested + .walks.stage1_only + .walks.stage2_only and
	$d.total == ([$d.stage1[], $d.stage2[]] | add) and
	([$d.stage2[]] | add) == $d.stage2_for_stage1 + $d.stage2_for_output and
	$d.total == ([$d.per_walk[].histogram | to_entries[] | (.key | tonumber) * .value] | add) and
	.walks.total == ([$d.per_walk[].histogram[]] | add) and
	.insns == ([.by_el[].insns] | add) and
	$d.total == ([.by_el[].descriptor_fetches.total] | add) and
	([.by_el[].walks.faulted] | add) == .walks.faulted and
	all(.tlb[]; .lookups == .hits + .misses)' $run $guest/hello
ends "serial timing" 0 '.walk_cycles == 10 * .descriptor_fetches.total and .cycles == .insns + .walk_cycles' \
	$run --timing serial $guest/hello
ends "... of a walk of 35 fetches" 0 '.walk_cycles == 10 * .descriptor_fetches.total' \
	$run --timing serial --s1 4k:52 --s2 4k:52:start=-1 --tlb off $guest/hello
ends "no timing" 0 '.walk_cycles == null and .cycles == null' $run $guest/hello
for way in "" "--slow" "--timing serial" "--tlb l1i=1,l1d=1,l2=4"; do
	"$NESTWALK" run -q --stats "$work/a" $way $guest/hello >/dev/null
	"$NESTWALK" run -q --stats "$work/b" $way $guest/hello >/dev/null
	deterministic "$work/a" >"$work/a1"
	deterministic "$work/b" >"$work/b1"
	same "the same twice: ${way:-plain}" "$work/a1" "$work/b1"
done

# --- signals: the loop of the guest is interrupted, the statistics are written
for signal in INT:130 TERM:143; do
	rm -f "$stats"
	"$NESTWALK" run -q --stats "$stats" $guest/graph 10000000 >/dev/null 2>"$work/err" &
	pid=$!
	sleep 2
	kill -s "${signal%:*}" $pid
	wait $pid
	status=$?
	if [ $status -ne "${signal#*:}" ]; then
		not_ok "SIG${signal%:*}" "status $status: $(head -n 1 "$work/err")"
	elif ! jq -e '(.complete | not) and .insns > 0' "$stats" >/dev/null; then
		not_ok "SIG${signal%:*}" "no statistics"
	else
		ok "SIG${signal%:*} ends the run with statistics"
	fi
done

# --- a line for each instruction
"$NESTWALK" run -q --max-insns 5000 --trace "tarmac:$work/tarmac" --stats "$stats" $guest/hello >/dev/null 2>&1
lines=$(wc -l <"$work/tarmac")
if [ "$lines" -ge 5000 ] && head -n 1 "$work/tarmac" | grep -qE '^1 clk IT \(1\) 0000000040200000 [0-9a-f]{8} A EL2h : [a-z]'; then
	ok "--trace tarmac"
else
	not_ok "--trace tarmac" "$lines lines, first: $(head -n 1 "$work/tarmac")"
fi
"$NESTWALK" run -q --max-insns 5000 --stats "$work/a" $guest/hello >/dev/null 2>&1
deterministic "$work/a" >"$work/a1"
deterministic "$stats" >"$work/b1"
same "a trace changes no counter" "$work/a1" "$work/b1"

# --- stories: fetches of a walk by the closed form, and what a fault would write
story() { # story NAME JQ ARGUMENT...
	name=$1 filter=$2
	shift 2
	timeout 120 "$NESTWALK" walk --json "$@" >"$work/out" 2>"$work/err"
	status=$?
	if [ $status -ne 0 ]; then
		not_ok "$name" "status $status: $(head -n 1 "$work/err")"
	elif ! jq -e "$filter" "$work/out" >/dev/null; then
		not_ok "$name" "not true: $filter"
	else
		ok "$name"
	fi
}
story "keys" '(["input", "output", "fault", "fetches", "attributes", "permissions"] - keys) == [] and
	all(.fetches[]; (["n", "stage", "level", "for", "ipa", "pa", "descriptor", "kind", "next", "fields"] - keys) == [])' 0x1000
story "stages" '.stages."1" | .granule == 4096 and .input_bits == 48 and .start_level == 0 and .index."3" == {"msb": 20, "lsb": 12}' 0x1000
story "no stage 2" '.stages."2" == null and .permissions.stage2 == null and .attributes.stage2 == null' --s2 off 0x1000
story "concatenation" '.stages."2" | .tables == 16 and .start_level == 1' --s2 4k:43 0x1000
story "meanings" '.fetches[-1] | .meanings.S2AP == "read/write" and .fields.S2AP == 3' 0x1000
story "PAR of a success" '.output.par == "0xff000000" + .output.pa[2:-3] + "b80"' 0x1000
story "what would have to change" '.fault.change | startswith("a valid level 0 descriptor at PA 0x")' --no-map 0x1000
story "an atomic" '.input.access == "atomic" and .fault.esr == "0x92000004"' --no-map --access rw 0x1000
story "4x4 makes 24" '(.fetches | length) == 24 and .fault == null' 0x123456789
story "5x5 makes 35" '(.fetches | length) == 35 and .fetches[0].level == -1' --s1 4k:52 --s2 4k:52:start=-1 0xf123456789abc
story "5x4 makes 29" '(.fetches | length) == 29' --s1 4k:52 --s2 4k:52 0x8000000000000
story "16k:47 under 16k:48 by two tables" '(.fetches | length) == 15' --s1 16k:47 --s2 16k:48 0x7fffffff0000
story "64k:42 under 64k:42" '(.fetches | length) == 8' --s1 64k:42 --s2 64k:42 0x3ffffff0000
story "without stage 2" '(.fetches | length) == 4 and all(.fetches[]; .stage == 1 and .ipa == null)' --s2 off 0x1000
story "the last next is the output's page" '.fetches[-1].next == (.output.pa[:-3] + "000")' 0x123456789
story "stage 1 tables lead on" '[.fetches[] | select(.stage == 1 and .kind == "table")] | length == 3' 0x1000
story "a fault before anything is mapped" '.fault.type == "translation" and .fault.stage == 1 and
	.fault.level == 0 and .fault.esr == "0x92000004" and .fault.far == "0x5000" and .output == null' --no-map 0x5000
story "... of a store" '.fault.esr == "0x92000044"' --no-map --access w 0x5000
story "... of a fetch" '.fault.esr == "0x82000004"' --no-map --access x 0x5000
story "a VA beyond the size of --s1" '.fault.type == "translation" and .fault.level == 0 and
	.fault.esr == "0x92000004" and (.fetches | length) == 0' 0x1000000000000
story "the hypervisor's own walk has five levels" '(.fetches | length) == 5 and .permissions.stage1.el1 == "r-x"' \
	--el2 4k:52 --el 2 0x40200000
# Colours on a terminal only, and not with NO_COLOR.
coloured() { # coloured NAME EXPECTED VARIABLE...: 0 or 1
	name=$1 expected=$2
	shift 2
	env TERM=xterm "$@" script -qec "$NESTWALK walk --no-map 0x1000" /dev/null </dev/null >"$work/out" 2>&1
	found=$(grep -c "$(printf '\033')\[31mfault" "$work/out")
	if [ "$found" = "$expected" ]; then ok "$name"; else not_ok "$name" "$(head -c 200 "$work/out")"; fi
}
if command -v script >/dev/null; then
	coloured "colours on a terminal" 1 NO_COLOR=
	coloured "no colours with NO_COLOR" 0 NO_COLOR=1
	coloured "no colours on a dumb terminal" 0 NO_COLOR= TERM=dumb
else
	skip "colours on a terminal" "no script"
fi
"$NESTWALK" walk --no-map 0x1000 >"$work/out" 2>&1
if grep -q "$(printf '\033')" "$work/out"; then not_ok "no colours in a file" "there are"; else ok "no colours in a file"; fi
timeout 60 "$NESTWALK" walk 0x123456789 >"$work/out" 2>&1
if grep -q '^24 descriptor fetches' "$work/out" && grep -q 'UXN=' "$work/out"; then
	ok "the same as text"
else
	not_ok "the same as text" "$(head -n 2 "$work/out")"
fi

# --- what a program may open
echo inside >"$work/file"
ln -s /etc/passwd "$work/link"
files() { # files NAME STATUS ARGUMENT...
	name=$1 expected=$2
	shift 2
	timeout 60 "$NESTWALK" run -q "$@" >"$work/out" 2>"$work/err"
	status=$?
	if [ $status -eq "$expected" ]; then ok "$name"; else not_ok "$name" "status $status: $(head -n 1 "$work/err")"; fi
}
files "--files host" 0 $guest/sha256sum "$work/file"
files "--files none" 1 --files none $guest/sha256sum "$work/file"
files "--files DIR" 0 --files "$work" $guest/sha256sum file
files "--files DIR and .." 1 --files "$work" $guest/sha256sum ../etc/passwd
files "--files DIR and a link" 1 --files "$work" $guest/sha256sum link
exit $failed
