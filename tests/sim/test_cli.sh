#!/bin/sh
# The command itself: help, version, registers, cores, programs started by name.
. tests/e2e/lib.sh

# prints NAME PATTERN COMMAND...: status 0, and PATTERN in standard output
prints() {
	name=$1 pattern=$2
	shift 2
	timeout 60 "$NESTWALK" "$@" >"$work/out" 2>"$work/err" </dev/null
	status=$?
	if [ $status -ne 0 ]; then
		not_ok "$name" "status $status: $(head -n 1 "$work/err")"
	elif ! grep -qE -- "$pattern" "$work/out"; then
		not_ok "$name" "no $pattern in: $(head -n 3 "$work/out" | tr '\n' '|')"
	else
		ok "$name"
	fi
}

# refuses NAME PATTERN COMMAND...: status 2, one line on standard error with PATTERN, nothing on standard output
refuses() {
	name=$1 pattern=$2
	shift 2
	timeout 60 "$NESTWALK" "$@" >"$work/out" 2>"$work/err" </dev/null
	status=$?
	if [ $status -ne 2 ]; then
		not_ok "$name" "status $status, expected 2"
	elif [ -s "$work/out" ] || [ "$(wc -l <"$work/err")" -ne 1 ] || ! grep -qE "^nestwalk: .*$pattern" "$work/err"; then
		not_ok "$name" "expected one line with $pattern, got: $(head -n 3 "$work/err" | tr '\n' '|')"
	else
		ok "$name"
	fi
}

prints "--version" '^nestwalk [0-9]' --version
prints "--help lists the commands" 'nestwalk replay' --help
for command in run replay walk convert regs cpus; do
	prints "$command --help" '^usage: nestwalk '$command $command --help
done
prints "formats" '^nwt +' formats --help
refuses "no command" 'no command'
refuses "unknown command" 'nosuch: no such command' nosuch
refuses "command with a slash" 'no such command' ../run

# --- registers: encodings and fields are Arm's
prints "regs lists registers" '^VTCR_EL2 +op0=3 op1=4 CRn=2 CRm=1 op2=2' regs
prints "regs lists layouts" '^S1_LEAF +layout only' regs
prints "regs NAME shows fields" '\[33\] +SL2$' regs VTCR_EL2
prints "regs takes any case" '\[7:6\] +SL0$' regs vtcr_el2
prints "a field's meaning" 'TG0 = 0x2: 16 KB granule$' regs TCR_EL1=0x8000
prints "a start level's meaning" 'SL0 = 0x0: start level -1$' regs VTCR_EL2=0x300000000
prints "a fault's meaning" 'DFSC = 0x2b: Translation fault, level -1$' regs ESR_EL2=0x920000ab
prints "TCR_EL2 of a host" '^ while HCR_EL2.E2H is 1:$' regs TCR_EL2
prints "--e2h 1" '^  \[34:32\] +IPS = 0x6: 52-bit output$' regs --e2h 1 TCR_EL2=0x600000000
prints "--e2h=0" '^  \[18:16\] +PS = 0x6: 52-bit output$' regs --e2h=0 TCR_EL2=0x60000
prints "TTBR0_EL1 below 2^48" 'BADDR = 0x20000034: table at 0x40000068$' regs TTBR0_EL1=0x40000068
prints "... and above" 'BADDR_47_6 = 0x1000001: table at 0xa000040000040$' regs TTBR0_EL1=0x40000068
prints "TTBR1_EL2 says when" '^ while DS is 1, or the granule 64 KB' regs TTBR1_EL2
refuses "--e2h of more than a bit" '--e2h 2: expected 0 or 1' regs --e2h 2 TCR_EL2
refuses "--e2h at the end" 'expected 0 or 1' regs --e2h
"$NESTWALK" regs --e2h 1 TCR_EL2=0x600000000 >"$work/text"
if grep -q ' PS = ' "$work/text"; then not_ok "--e2h 1 alone" "PS is told"; else ok "--e2h 1 alone"; fi
prints "a field's value" '\[5:0\] +T0SZ = 0x19' regs TCR_EL1=0x19
prints "a field above bit 31" '\[34:32\] +IPS = 0x6' regs TCR_EL1=0x600000000
prints "RES0 that is set is told" 'RES0 = 0x1 \(reserved' regs TCR_EL1=0x40
prints "ESR_EL2 goes on with its ISS" 'DFSC = 0x2b' regs ESR_EL2=0x920000ab
prints "... and S1PTW" 'S1PTW = 0x1' regs ESR_EL2=0x920000ab
if "$NESTWALK" regs ESR_EL2=0x920000ab | grep -q 'reserved bits'; then
	not_ok "... which has no bits of EC" "reserved bits are told"
else
	ok "... which has no bits of EC"
fi
prints "PAR_EL1 of a success" 'PA = 0x40001' regs PAR_EL1=0x40001000
prints "PAR_EL1 of a fault" 'FST = 0x2b' regs PAR_EL1=0x857
refuses "unknown register" 'NOSUCH_EL1: no such register' regs NOSUCH_EL1
refuses "value that is none" 'no 64-bit value' regs TCR_EL1=abc
refuses "value of 65 bits" 'no 64-bit value' regs TCR_EL1=0x10000000000000000

# --- choices: what is open, the alternatives that the architecture permits, the default first
prints "regs --choices" '^size-out-of-range$' regs --choices
prints "... with the default" '^  =fault .*\(default\)$' regs --choices
prints "... and its alternatives" '^  =limit +the limit is used instead$' regs --choices
"$NESTWALK" regs --choices --json >"$work/out"
same_json() { # same_json NAME FILTER EXPECTED
	got=$(jq -c "$2" "$work/out")
	if [ "$got" = "$3" ]; then ok "$1"; else not_ok "$1" "$got"; fi
}
same_json "regs --choices --json" '.["size-out-of-range"] | .default, .alternatives.limit' '"fault"
"the limit is used instead"'
"$NESTWALK" regs --json VTCR_EL2=0x300000000 S1_LEAF >"$work/out"
same_json "regs --json" '.[0] | .name, .value, .encoding.op2, (.layouts[0].fields[] | select(.name == "SL0") | .msb, .lsb, .value, .meaning)' '"VTCR_EL2"
"0x300000000"
2
7
6
"0x0"
"start level -1"'
same_json "regs --json of a layout without a value" '.[1] | .name, .value, .encoding, (.layouts[0].fields[] | select(.name == "AF"))' '"S1_LEAF"
null
null
{"name":"AF","kind":"field","msb":10,"lsb":10}'
"$NESTWALK" regs --json >"$work/out"
same_json "regs --json of all" '[.[] | select(.name == "SCTLR_EL1") | .encoding.CRn]' '[1]'
refuses "--choices with a name" 'expected no name' regs --choices TCR_EL1
refuses "unknown option of regs" 'unknown option' regs --frobnicate
refuses "--choice without a value" 'expected NAME=VALUE' walk --choice size-out-of-range 0
refuses "--choice of an alternative that is none" 'expected fault or limit' walk --choice size-out-of-range=x 0
timeout 60 "$NESTWALK" walk --stats "$work/stats" --choice size-out-of-range=limit 0 >"$work/out"
jq .config.choices "$work/stats" >"$work/out"
same_json "choices are part of the statistics' config" '.["size-out-of-range"]' '"limit"'

prints "cpus lists max" '^max$' cpus
prints "cpus NAME lists features" 'on +FEAT_LPA2' cpus max
prints "a core without LPA2" 'off +FEAT_LPA2' cpus cortex-a53
refuses "unknown core" 'no such core' cpus nosuch
refuses "two cores" 'cortex-a53, expected: ' cpus max cortex-a53
refuses "a known register and an unknown one" 'NOSUCH_EL1: no such register' regs VTCR_EL2 NOSUCH_EL1

for command in "walk 0" "walk --json 0" "regs VTCR_EL2" "cpus" "formats" "--help" "--version" "run --help"; do
	# shellcheck disable=SC2086
	timeout 60 "$NESTWALK" $command >/dev/full 2>"$work/err"
	status=$?
	if [ $status -eq 2 ] && grep -q "^nestwalk: standard output can't be written" "$work/err"; then
		ok "$command where nothing can be written"
	else
		not_ok "$command where nothing can be written" "status $status: $(head -n 1 "$work/err")"
	fi
done
timeout 60 "$NESTWALK" regs 2>"$work/err" | head -n 1 >"$work/out"
if [ -s "$work/out" ] && [ ! -s "$work/err" ]; then ok "regs | head"; else not_ok "regs | head" "$(cat "$work/err")"; fi

# --- as git does: nestwalk NAME is nestwalk-NAME
mkdir "$work/bin"
printf '#!/bin/sh\necho "$0 has $# arguments: $1"\nexit 7\n' >"$work/bin/nestwalk-sample"
chmod +x "$work/bin/nestwalk-sample"
PATH=$work/bin:$PATH timeout 60 "$NESTWALK" sample 'one word' >"$work/out" 2>&1
status=$?
if [ $status -eq 7 ] && grep -q 'has 1 arguments: one word' "$work/out"; then
	ok "nestwalk sample runs nestwalk-sample"
else
	not_ok "nestwalk sample runs nestwalk-sample" "status $status: $(cat "$work/out")"
fi
exit $failed
