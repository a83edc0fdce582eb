#!/bin/sh
# gendecode refuses what would make a wrong decoder, in one line that says where.
set -u
gendecode=build/${VARIANT:-release}/gendecode
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0

# refuses NAME MESSAGE < TABLE: status 1 and a line with MESSAGE; `accepts NAME < TABLE` the opposite.
refuses() {
	cat >"$work/table"
	mkdir -p "$work/out"
	if "$gendecode" "$work/table" "$work/out" 2>"$work/error"; then
		echo "not ok $1: accepted"
		failed=1
	elif [ "$(wc -l <"$work/error")" -ne 1 ] || ! grep -qF "$2" "$work/error"; then
		echo "not ok $1: says '$(cat "$work/error")'"
		failed=1
	else
		echo "ok $1"
	fi
}
accepts() {
	cat >"$work/table"
	mkdir -p "$work/out"
	if "$gendecode" "$work/table" "$work/out" 2>"$work/error"; then
		echo "ok $1"
	else
		echo "not ok $1: $(cat "$work/error")"
		failed=1
	fi
}

accepts two_rows_apart <<'END'
[dp_imm]
A | sf 0 imm12:12 000000000000000000 | - | alu | | sf
B | sf 1 imm12:12 000000000000000000 | - | alu |
END
accepts simd_register_of_4_bits <<'END'
[simd_int]
A | sf 0 000000000000000 size:2 00000 Rm:4 Rd:4 | - | alu | Rm=r.v Rd=w.v | all
END
refuses general_register_of_4_bits "operand 'Rm'" <<'END'
[dp_imm]
A | sf 0 000000000000000 size:2 00000 Rm:4 Rd:4 | - | alu | Rm=r
END
refuses row_of_31_bits 'table:2: A has 31 bits, expected 32' <<'END'
[dp_imm]
A | sf 0 imm12:12 00000000000000000 | - | alu |
END
refuses row_of_33_bits "table:2: A: '0' does not fit" <<'END'
[dp_imm]
A | sf 0 imm12:12 000000000000000000 0 | - | alu |
END
refuses digit_that_is_no_bit "'02' does not fit" <<'END'
[dp_imm]
A | sf 02 imm12:12 000000000000000000 | - | alu |
END
refuses overlap 'table:3: B and A (line 2) match 0x80000000 both' <<'END'
[dp_imm]
A | sf 0 imm12:12 000000000000000000 | - | alu |
B | 1 0 000000000000000000000000000000 | - | alu |
END
accepts declared_overlap <<'END'
[dp_imm]
A | sf 0 imm12:12 000000000000000000 | - | alu |
B | 1 0 000000000000000000000000000000 | - | alu |
overlap B A
END
refuses overlap_that_is_none 'table:4: B and A no longer overlap' <<'END'
[dp_imm]
A | sf 0 imm12:12 000000000000000000 | - | alu |
B | 1 1 000000000000000000000000000000 | - | alu |
overlap B A
END
refuses overlap_of_nothing "table:3: overlap: no row 'C'" <<'END'
[dp_imm]
A | sf 0 imm12:12 000000000000000000 | - | alu |
overlap A C
END
refuses same_name 'table:3: A: name is that of line 2' <<'END'
[dp_imm]
A | sf 0 imm12:12 000000000000000000 | - | alu |
A | sf 1 imm12:12 000000000000000000 | - | alu |
END
refuses operand_without_field "operand 'Rd'" <<'END'
[dp_imm]
A | sf 0 imm12:12 000000000000000000 | - | alu | Rd=w
END
refuses role_that_is_none "operand 'Rd'" <<'END'
[dp_imm]
A | sf 0 imm12:12 0000000000000 Rd:5 | - | alu | Rd=x
END
refuses specialised_for_a_large_field "fast 'imm12'" <<'END'
[dp_imm]
A | sf 0 imm12:12 0000000000000 Rd:5 | - | alu | Rd=w | imm12
END
refuses fields_that_fit_no_op 'do not fit a decoded op' <<'END'
[dp_imm]
A | a:10 b:10 0000000 Rd:5 | - | alu | Rd=w | all
END
accepts row_of_two_features <<'END'
[dp_imm]
A | sf 0 imm12:12 000000000000000000 | FEAT_FCMA FEAT_FP16 | alu | | sf
END
refuses row_of_three_features 'A: needs: expected -, one feature or two' <<'END'
[dp_imm]
A | sf 0 imm12:12 000000000000000000 | FEAT_FCMA FEAT_FP16 FEAT_FHM | alu | | sf
END
refuses row_of_three_columns '3 columns' <<'END'
[dp_imm]
A | sf 0 imm12:12 000000000000000000 | -
END
exit $failed
