#!/bin/sh
# The installed library: what `make install` puts in place serves a program outside this tree, examples/walkdump.c, with the
# static and the shared library; both export what the header declares and nothing else; the header needs no other, and
# the manual page names all of it.
. tests/e2e/lib.sh
CC=${CC:-gcc}
case $VARIANT in # what a program must be linked with beside this variant of the library
asan) flags="-fsanitize=address,undefined" ;;
cov) flags="--coverage" ;;
*) flags= ;;
esac
root=$work/root
prefix=/opt/nestwalk
lib=$root$prefix/lib
header=$root$prefix/include/nestwalk-mmu.h

if env -u MAKEFLAGS -u MAKELEVEL make install DESTDIR="$root" PREFIX=$prefix >"$work/log" 2>&1; then
	ok make_install
else
	not_ok make_install "$(tail -n 1 "$work/log")"
	exit 1
fi
for file in bin/nestwalk include/nestwalk-mmu.h lib/libnestwalk-mmu.a lib/libnestwalk-mmu.so lib/libnestwalk-mmu.so.0 \
	lib/pkgconfig/nestwalk-mmu.pc share/man/man1/nestwalk.1 share/man/man3/nestwalk-mmu.3 share/man/man5/nwt.5; do
	if [ -s "$root$prefix/$file" ]; then ok "installs $file"; else not_ok "installs $file" "missing or empty"; fi
done

# ---- a memory dump: words at physical addresses from 0x80000000 on

# put ADDRESS VALUE: a 64-bit word, the low byte first
put() {
	bytes=
	for shift in 0 8 16 24 32 40 48 56; do
		bytes=$bytes$(printf '\\%03o' $(($2 >> shift & 255)))
	done
	printf "$bytes" | dd of="$work/dump" bs=8 seek=$((($1 - 0x80000000) / 8)) conv=notrunc 2>/dev/null
}
dd if=/dev/zero of="$work/dump" bs=4096 count=8 2>/dev/null
# 4 KB granule, 39 bits from level 1; VA 0x40201234 has index 1 at each level.
put 0x80000008 0x0000000080001003
put 0x80001008 0x0000000080002003
put 0x80002008 0x0000000080003403
# The same in the IPA space, where 0x40000000 is a 1 GB block at 0x80000000.
put 0x80005008 0x0000000040006003
put 0x80006008 0x0000000040007003
put 0x80007008 0x0000000040003403
put 0x80004008 0x00000000800007fd

stage1="SCTLR_EL1=1 TCR_EL1=0x500000019"         # T0SZ=25, TG0=4 KB, IPS=48 bits
stage2="HCR_EL2=1 VTCR_EL2=0x80050060 VTTBR_EL2=0x80004000" # T0SZ=32, SL0=1, PS=48 bits

cat >"$work/stage1" <<-'END'
	stage 1 level  1: [0x80000008] = 0x0000000080001003
	stage 1 level  2: [0x80001008] = 0x0000000080002003
	stage 1 level  3: [0x80002008] = 0x0000000080003403
	PA 0x80003234
END
cat >"$work/nested" <<-'END'
	stage 2 level  1: [0x80004008] = 0x00000000800007fd
	stage 1 level  1: [0x80005008] = 0x0000000040006003
	stage 2 level  1: [0x80004008] = 0x00000000800007fd
	stage 1 level  2: [0x80006008] = 0x0000000040007003
	stage 2 level  1: [0x80004008] = 0x00000000800007fd
	stage 1 level  3: [0x80007008] = 0x0000000040003403
	stage 2 level  1: [0x80004008] = 0x00000000800007fd
	PA 0x80003234
END
cat >"$work/unmapped" <<-'END'
	stage 1 level  1: [0x80000008] = 0x0000000080001003
	stage 1 level  2: [0x80001010] = 0x0000000000000000
	fault: status 0x06, stage 1, level 2
END
cat >"$work/outside" <<-'END'
	stage 1 level  1: [0x90000008] = 0x0000000000000000
	fault: status 0x15, stage 1, level 1
END
cat >"$work/s1ptw" <<-'END'
	stage 2 level  1: [0x80004010] = 0x0000000000000000
	fault: status 0x05, stage 2, level 1, on the stage 1 walk
END

# case NAME EXPECTED STATUS ARGUMENT...: $program with the dump
case_of() {
	name=$1 expected=$2 status=$3
	shift 3
	"$program" "$work/dump" 0x80000000 "$@" >"$work/out" 2>&1
	got=$?
	if [ $got -ne "$status" ]; then
		not_ok "$name" "status $got, expected $status: $(tail -n 1 "$work/out")"
	else
		same "$name" "$expected" "$work/out"
	fi
}

# run_all WORD: the built example finds what the tables above say
run_all() {
	# shellcheck disable=SC2086
	{
		case_of "$1: stage 1" "$work/stage1" 0 0x40201234 $stage1 TTBR0_EL1=0x80000000
		case_of "$1: both stages" "$work/nested" 0 0x40201234 $stage1 $stage2 TTBR0_EL1=0x40005000
		case_of "$1: an invalid descriptor" "$work/unmapped" 1 0x40401234 $stage1 TTBR0_EL1=0x80000000
		case_of "$1: a table outside the dump" "$work/outside" 1 0x40201234 $stage1 TTBR0_EL1=0x90000000
		case_of "$1: stage 2 does not map the table" "$work/s1ptw" 1 0x40201234 $stage1 $stage2 TTBR0_EL1=0x80000000
	}
}

# ---- the example, built from a copy outside the tree

cp examples/walkdump.c "$work/walkdump.c"
PKG_CONFIG_LIBDIR=$lib/pkgconfig PKG_CONFIG_SYSROOT_DIR=$root
export PKG_CONFIG_LIBDIR PKG_CONFIG_SYSROOT_DIR

# build NAME FLAG...: $program is the example, built with these
build() {
	name=$1
	program=$work/$1
	shift
	# shellcheck disable=SC2086
	if (cd "$work" && $CC -std=gnu11 -Wall -Wextra -Werror -O1 walkdump.c -o "$program" "$@" $flags) >"$work/log" 2>&1; then
		ok "$name: compiles"
	else
		not_ok "$name: compiles" "$(grep -m 1 error "$work/log")"
	fi
}

# needed: the libraries of ours that $program asks for when it starts
needed() { objdump -p "$program" | awk '$1 == "NEEDED" && $2 ~ /nestwalk/ { print $2 }'; }

# shellcheck disable=SC2046
build shared $(pkg-config --cflags --libs nestwalk-mmu)
if [ "$(needed)" = libnestwalk-mmu.so.0 ]; then ok shared_soname; else not_ok shared_soname "needs '$(needed)'"; fi
LD_LIBRARY_PATH=$lib
export LD_LIBRARY_PATH
run_all shared
# shellcheck disable=SC2046
build static $(pkg-config --cflags nestwalk-mmu) -Wl,-Bstatic $(pkg-config --libs nestwalk-mmu) -Wl,-Bdynamic
if [ -z "$(needed)" ]; then ok static_needs_no_shared; else not_ok static_needs_no_shared "needs $(needed)"; fi
unset LD_LIBRARY_PATH
run_all static
build by_hand -I"$root$prefix/include" "$lib/libnestwalk-mmu.a"
run_all by_hand
if [ "$(pkg-config --modversion nestwalk-mmu)" = "$("$root$prefix/bin/nestwalk" --version | sed 's/.* //')" ]; then
	ok pkg_config_has_the_version
else
	not_ok pkg_config_has_the_version "$(pkg-config --modversion nestwalk-mmu)"
fi

# The example of the manual page: its function, and its statements in a main(); tables for VA 0x1234 lie in ram.
sed -n '/^\.SH EXAMPLES/,/^\.RE/p' "$root$prefix/share/man/man3/nestwalk-mmu.3" | sed '1,/^\.RS/d; /^\.RE/d' >"$work/example"
{
	cat <<-'END'
		#include <nestwalk-mmu.h>
		#include <stdio.h>
		#define RAM_WORDS 2048
		static uint64_t ram[RAM_WORDS] = {0x80001003, [512] = 0x80002003, [1025] = 0x80005403};
		static void use(pa_t pa) { printf("0x%llx\n", (unsigned long long)pa.value); }
	END
	sed '/^struct nw_mmu/,$d' "$work/example"
	echo 'int main(void)'
	echo '{'
	sed -n '/^struct nw_mmu/,$p' "$work/example"
	echo '}'
} >"$work/walkdump.c"
# shellcheck disable=SC2046
build manual $(pkg-config --cflags nestwalk-mmu) "$lib/libnestwalk-mmu.a"
if [ "$(ASAN_OPTIONS=detect_leaks=0 "$program")" = 0x80005234 ]; then ok manual_example; else not_ok manual_example "$("$program")"; fi

# From C++.
if command -v g++ >/dev/null; then
	cat >"$work/program.cc" <<-'END'
		#include <nestwalk-mmu.h>
		int main()
		{
			nw_config config{};
			config.features.pa_bits = 48;
			config.features.granule_4k = true;
			nw_mmu *mmu = nw_mmu_new(&config);
			nw_translation t = nw_translate(mmu, va_t{0x1234}, nw_access{}, 0); // everything is off
			nw_mmu_free(mmu);
			return t.fault.type != FAULT_NONE || t.pa.value != 0x1234;
		}
	END
	# shellcheck disable=SC2086
	if g++ -std=c++11 -Wall -Wextra -Werror -I"$root$prefix/include" "$work/program.cc" "$lib/libnestwalk-mmu.a" $flags -o "$work/program" &&
		"$work/program"; then
		ok cxx
	else
		not_ok cxx "does not build or run"
	fi
fi

# ---- what the libraries export

sed -n 's/^[a-z].*[ *]\(nw_[a-z0-9_]*\)(.*/\1/p' "$header" | grep -v '^$' >"$work/all"
grep '^static' "$header" | sed -n 's/.*[ *]\(nw_[a-z0-9_]*\)(.*/\1/p' >"$work/inline"
sort -u "$work/all" | grep -vxFf "$work/inline" >"$work/declared"
# The instrumentation of the other variants has data and names of its own.
case $VARIANT in
release | debug | clang)
	nm -D --defined-only "$lib/libnestwalk-mmu.so" | awk '{ print $NF }' | sort >"$work/exported"
	same shared_exports_the_functions_of_the_header "$work/declared" "$work/exported"
	nm -g --defined-only "$lib/libnestwalk-mmu.a" | awk 'NF == 3 { print $3 }' | sort >"$work/exported"
	same static_exports_the_functions_of_the_header "$work/declared" "$work/exported"
	bad=$(nm "$lib/libnestwalk-mmu.a" | awk 'NF == 3 && $2 ~ /[BbCcSsVvWwu]/ { print $3 }')
	bad="$bad $(size -A "$lib/libnestwalk-mmu.a" | awk '/^\.(data|bss|tdata|tbss)/ && !/^\.data\.rel\.ro/ && $2 > 0 { print $1 }')"
	if [ "$bad" = " " ]; then ok no_state_but_the_callers; else not_ok no_state_but_the_callers "$bad"; fi
	;;
esac
if [ "$VARIANT" = release ] || [ "$VARIANT" = clang ]; then
	bad=$(nm -u "$lib/libnestwalk-mmu.a" | awk '$1 == "U" && $2 !~ /^(malloc|calloc|realloc|free|mem(cpy|set|move|cmp))$/ { print $2 }')
	if [ -z "$bad" ]; then ok needs_memory_of_libc_and_no_more; else not_ok needs_memory_of_libc_and_no_more "$bad"; fi
fi

# ---- the header and its manual page

if grep -n '#include "' "$header" >"$work/log"; then not_ok header_includes_none_of_ours "$(cat "$work/log")"; else ok header_includes_none_of_ours; fi
for compiler in "gcc -std=c11 -pedantic-errors -x c" "clang -std=c11 -pedantic-errors -x c" "g++ -std=c++11 -x c++"; do
	command -v "${compiler%% *}" >/dev/null || continue
	if $compiler -Wall -Wextra -Werror -fsyntax-only -include "$header" /dev/null >"$work/log" 2>&1; then
		ok "header: $compiler"
	else
		not_ok "header: $compiler" "$(head -n 1 "$work/log")"
	fi
done
sed -n 's/^\(struct\|enum\) \([a-z_]*\) {.*/\2/p' "$header" | cat - "$work/all" |
	while read -r word; do
		grep -qwF -- "$word" "$root$prefix/share/man/man3/nestwalk-mmu.3" || echo "$word"
	done >"$work/missing"
if [ -s "$work/missing" ]; then not_ok manual_names_everything "$(tr '\n' ' ' <"$work/missing")"; else ok manual_names_everything; fi
exit $failed
