# nestwalk: one non-recursive Makefile. Each room lists its sources in ROOM/module.mk; `make help` lists the targets.
#
# Variants (VARIANT=release|debug|asan|cov|clang) are sets of flags, never another path through the rules; clang is the
# release with that compiler. Objects of a variant go to build/VARIANT/; the release program is also build/nestwalk.
# Software that runs inside the simulation (hyp/, tests/guest/) is cross-compiled once, into build/hyp/ and build/guest/.

VARIANT ?= release
CC = $(if $(filter clang,$(VARIANT)),clang,gcc)
HOSTCC ?= $(CC)
OBJCOPY ?= objcopy
CROSS_COMPILE ?= aarch64-linux-gnu-
PREFIX ?= /usr/local
LIBDIR ?= $(PREFIX)/lib
B := build/$(VARIANT)
Q := $(if $(V),,@)
say = $(if $(V),@:,@printf '  %-7s %s\n' $(1) $(2))

.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
.SECONDARY:
MAKEFLAGS += --no-builtin-rules

# ---------------------------------------------------------------------------------------------------- flags

WARNINGS := -Wall -Wextra -Wconversion -Wmissing-prototypes -Wstrict-prototypes -Wvla -Wwrite-strings
VARIANT_release := -O2 -g -DNDEBUG
VARIANT_clang := $(VARIANT_release)
VARIANT_debug := -O0 -g -DCPU_LOOP=1
VARIANT_asan := -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer -DCPU_LOOP=1
# Inlined copies of one function would count apart, and an assertion is not to be taken both ways.
VARIANT_cov := -O0 -g --coverage -DCPU_LOOP=1 -DNDEBUG -Dalways_inline=unused
LDFLAGS_asan := -fsanitize=address,undefined
LDFLAGS_cov := --coverage

PKGS := capstone libarchive libelf libfdt jansson libzstd zlib
pkg = $(shell pkg-config $(1) $(2) 2>/dev/null)
# libfdt has no pkg-config file in Debian.
DEP_CFLAGS = $(call pkg,--cflags,capstone libarchive libelf jansson libzstd zlib)
DEP_LIBS = $(call pkg,--libs,capstone libarchive libelf jansson libzstd zlib) -lfdt
CHECK_LIBS = $(call pkg,--libs,check) -lm

CFLAGS = -std=gnu11 $(WARNINGS) $(VARIANT_$(VARIANT)) $(EXTRA_CFLAGS)
CPPFLAGS = -I. -I$(B)/gen -MMD -MP
LDFLAGS = $(LDFLAGS_$(VARIANT))

# ---------------------------------------------------------------------------------------------------- rooms

ROOMS := mmu cpu sim
include $(wildcard mmu/module.mk cpu/module.mk sim/module.mk hyp/module.mk tools/module.mk tests/guest/module.mk tests/bench/module.mk tests/bare/module.mk tests/fuzz/module.mk tests/mutation/module.mk tests/oracle/module.mk tests/decode/module.mk tests/streams/module.mk)

# What a room's tests and programs link with: its own archive and those of the rooms below it.
needs_mmu := mmu
needs_cpu := cpu mmu
needs_sim := sim cpu mmu

# sim_GENERATED, cpu_GENERATED: headers that must exist before the room's objects are compiled for the first time.
# cflags_ROOM adds flags to the sources of a room, cflags_FILE (e.g. cflags_cpu/fast.c) to one source.
define room_rules
$(1)_OBJ := $$(patsubst %.c,$(B)/%.o,$$(patsubst %.S,$(B)/%.o,$$($(1)_SRC)))
$(B)/lib$(1).a: $$($(1)_OBJ)
	$$(call say,AR,$$@)
	$(Q)rm -f $$@ && $(AR) rcs $$@ $$^
$$($(1)_OBJ): | $$($(1)_GENERATED)
endef
$(foreach room,$(ROOMS),$(eval $(call room_rules,$(room))))

$(B)/%.o: %.c
	$(call say,CC,$<)
	$(Q)mkdir -p $(@D) && $(CC) $(CPPFLAGS) $(if $(filter sim/% tools/% tests/%,$<),$(DEP_CFLAGS)) $(CFLAGS) $(cflags_$(firstword $(subst /, ,$<))) $(cflags_$<) -c -o $@ $<

$(B)/%.o: %.S
	$(call say,AS,$<)
	$(Q)mkdir -p $(@D) && $(CC) $(CPPFLAGS) -c -o $@ $<

# ---------------------------------------------------------------------------------------------------- library

# What is installed of mmu/: one header, and the functions that it declares. Hidden names become local in the one object of
# the static library, so that neither library takes a name from its user. SO_VERSION rises when the binary interface changes.
VERSION := $(shell sed -n 's/^.define SIM_VERSION "\(.*\)"/\1/p' sim/sim.h)
SO_VERSION := 0
LIBRARY := $(addprefix $(B)/lib/,nestwalk-mmu.h libnestwalk-mmu.a libnestwalk-mmu.so)

$(B)/lib/nestwalk-mmu.h: mmu/mmu.h $(wildcard mmu/*.def) tools/mkheader
	$(call say,GEN,$@)
	$(Q)mkdir -p $(@D) && tools/mkheader '$(CC)' $< >$@
$(B)/lib/libnestwalk-mmu.o: $(B)/libmmu.a
	$(Q)mkdir -p $(@D) && $(CC) -r -nostdlib -o $@ -Wl,--whole-archive $< && $(OBJCOPY) --localize-hidden $@
$(B)/lib/libnestwalk-mmu.a: $(B)/lib/libnestwalk-mmu.o
	$(call say,AR,$@)
	$(Q)rm -f $@ && $(AR) rcs $@ $<
$(B)/lib/libnestwalk-mmu.so: $(B)/libmmu.a
	$(call say,LINK,$@)
	$(Q)mkdir -p $(@D) && $(CC) $(LDFLAGS) -shared -Wl,-soname,$(@F).$(SO_VERSION) -o $@.$(VERSION) -Wl,--whole-archive $< -Wl,--no-whole-archive
	$(Q)ln -sf $(@F).$(VERSION) $@.$(SO_VERSION) && ln -sf $(@F).$(SO_VERSION) $@

all: $(LIBRARY)

# ---------------------------------------------------------------------------------------------------- programs

MAIN_OBJ := $(B)/sim/main.o
$(B)/nestwalk: $(MAIN_OBJ) $(B)/libsim.a $(B)/libcpu.a $(B)/libmmu.a
	$(call say,LINK,$@)
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(DEP_LIBS)

build/nestwalk: build/release/nestwalk
	$(Q)ln -sf release/nestwalk $@

ifeq ($(VARIANT),release)
all: build/nestwalk
else
all: $(B)/nestwalk
endif

# ---------------------------------------------------------------------------------------------------- tests

SUITES_mmu := $(basename $(wildcard tests/mmu/test_*.c))
SUITES_cpu := $(basename $(wildcard tests/cpu/test_*.c))
SUITES_sim := $(basename $(wildcard tests/sim/test_*.c))
SUITES_hyp := $(basename $(wildcard tests/hyp/test_*.c))
SUITES_naive := $(basename $(wildcard tests/naive/test_*.c))
SCRIPTS := $(sort $(wildcard tests/*/test_*.sh))

define suite_rules
$(foreach suite,$(SUITES_$(1)),
$(B)/$(suite): $(B)/$(suite).o $$(suite_OBJ_$(suite)) $(foreach n,$(needs_$(1)),$(B)/lib$(n).a)
	$$(call say,LINK,$$@)
	$(Q)$(CC) $(LDFLAGS) $$(ldflags_$(suite)) -o $$@ $$^ $$(CHECK_LIBS) $(if $(filter sim,$(1)),$$(DEP_LIBS))
$(B)/$(suite).o: | $($(1)_GENERATED) $(cpu_GENERATED)
)
endef
# The second walker links with its own suite and with the one that compares it with mmu/.
naive_OBJ := $(patsubst %.c,$(B)/%.o,$(filter-out tests/naive/test_%,$(wildcard tests/naive/*.c)))
suite_OBJ_tests/naive/test_naive := $(naive_OBJ)
suite_OBJ_tests/naive/test_naive_rules := $(naive_OBJ)
suite_OBJ_tests/mmu/test_naive_diff := $(naive_OBJ) $(patsubst %.c,$(B)/%.o,$(wildcard tests/mmu/diff_*.c))
suite_OBJ_tests/mmu/test_naive_tlb := $(suite_OBJ_tests/mmu/test_naive_diff)
$(foreach room,mmu cpu sim naive,$(eval $(call suite_rules,$(room))))

SUITES_cov := $(SUITES_mmu)
SUITES := $(addprefix $(B)/,$(SUITES_mmu) $(SUITES_cpu) $(SUITES_sim) $(SUITES_hyp) $(SUITES_naive))

.PHONY: all suites check check-run demo demo-run bench matrix oracle cov fault-table install clean help deps
suites: $(SUITES)

check-run: all suites guests bench-programs $(EXTRA_CHECKS)
	$(Q)VARIANT=$(VARIANT) REQUIRE_ALL=$(REQUIRE_ALL) tests/run $(SCRIPTS) $(SUITES)

# The first command on a fresh machine: what is missing is installed before the sources of a list are looked at.
check demo bench matrix cov:
	$(Q)tools/deps
	$(Q)$(MAKE) --no-print-directory -j$$(nproc) $@-run VARIANT=$(VARIANT) REQUIRE_ALL=$(REQUIRE_ALL)

demo-run: all guests
	$(Q)tools/demo
bench-run: all guests bench-programs
	$(Q)tools/bench
oracle: all guests
	$(Q)tests/oracle/oracle $(or $(N),1000000) $(or $(SEED),1)
.PHONY: oracle-record
oracle-record: all guests
	$(Q)tests/oracle/record base 40000 2026
	$(Q)tests/oracle/record update 26000 2027
streams: guests $(B)/tests/streams/streams
	$(Q)VARIANT=$(VARIANT) tests/streams/streams $(or $(N),2000) $(or $(SEED),1) $(ROW)
streams-record: guests $(B)/tests/streams/streams
	$(Q)VARIANT=$(VARIANT) tests/streams/make-recording 60 2026
.PHONY: streams streams-record
matrix-run: all guests
	$(Q)tests/geometry/matrix all
fault-table: $(B)/tests/mmu/test_fault_table
	$(Q)$<

# Coverage of mmu/ by its own suites, then of its walk by the kept inputs of the fuzzer alone, with the percentages demanded.
COV_LINES := 98
COV_BRANCHES := 90
COV_CORPUS_LINES := 95
COV_WALK := ^mmu/(walk|update|params|geometry|input|permission|attributes|fault|ttw)[.]
cov: VARIANT := cov
cov-run: $(addprefix $(B)/,$(SUITES_cov)) $(B)/tests/fuzz/replay
	$(Q)rm -rf $(B)/corpus && find $(B) -name '*.gcda' -delete
	$(Q)VARIANT=$(VARIANT) tests/run $(addprefix $(B)/,$(SUITES_cov))
	$(Q)tools/coverage $(COV_LINES) $(COV_BRANCHES) $(B)/mmu
	$(Q)echo 'The kept inputs of the fuzzer alone:'
	$(Q)GCOV_PREFIX=$(CURDIR)/$(B)/corpus GCOV_PREFIX_STRIP=$(words $(subst /, ,$(CURDIR))) \
		$(B)/tests/fuzz/replay $(FUZZ_CORPUS) >/dev/null
	$(Q)cp $(B)/mmu/*.gcno $(B)/corpus/$(B)/mmu
	$(Q)tools/coverage $(COV_CORPUS_LINES) 0 $(B)/corpus/$(B)/mmu '$(COV_WALK)'

deps:
	$(Q)tools/deps

install: all
	install -d $(addprefix $(DESTDIR)$(PREFIX)/,bin include share/man/man1 share/man/man3 share/man/man5 share/man/man7)
	install -d $(DESTDIR)$(LIBDIR)/pkgconfig
	install -m 755 $(B)/nestwalk $(DESTDIR)$(PREFIX)/bin/nestwalk
	install -m 644 $(B)/lib/nestwalk-mmu.h $(DESTDIR)$(PREFIX)/include/nestwalk-mmu.h
	install -m 644 $(B)/lib/libnestwalk-mmu.a $(DESTDIR)$(LIBDIR)
	install -m 755 $(B)/lib/libnestwalk-mmu.so.$(VERSION) $(DESTDIR)$(LIBDIR)
	ln -sf libnestwalk-mmu.so.$(VERSION) $(DESTDIR)$(LIBDIR)/libnestwalk-mmu.so.$(SO_VERSION)
	ln -sf libnestwalk-mmu.so.$(SO_VERSION) $(DESTDIR)$(LIBDIR)/libnestwalk-mmu.so
	sed 's|@PREFIX@|$(PREFIX)|; s|@LIBDIR@|$(LIBDIR)|; s|@VERSION@|$(VERSION)|' mmu/nestwalk-mmu.pc.in \
		>$(DESTDIR)$(LIBDIR)/pkgconfig/nestwalk-mmu.pc
	install -m 644 $(wildcard tools/*.1) $(DESTDIR)$(PREFIX)/share/man/man1
	install -m 644 $(wildcard tools/*.3) $(DESTDIR)$(PREFIX)/share/man/man3
	install -m 644 $(wildcard tools/*.5) $(DESTDIR)$(PREFIX)/share/man/man5
	install -m 644 $(wildcard tools/*.7) $(DESTDIR)$(PREFIX)/share/man/man7

clean:
	rm -rf build

help:
	@echo 'make          build build/nestwalk (installs nothing)'
	@echo 'make demo     install what is missing, build, run the main job and show its figures'
	@echo 'make check    install what is missing, build, run all tests; REQUIRE_ALL=1: a skipped test fails'
	@echo 'make bench    measure speed against QEMU, one JSON object a line'
	@echo 'make matrix   run the software on all 480 pairs of stage 1 and stage 2 geometries'
	@echo 'make fault-table  show which faults of translation the tests produce, and why there are no others'
	@echo 'make oracle   N= SEED=: so many random translations on QEMU too; make oracle-record records some'
	@echo 'make decode-proof  2,000 words of each row of the decode table and 2 million others, by GNU and LLVM too'
	@echo 'make streams  N= SEED= ROW=: so many random cases of each instruction on QEMU too; make streams-record records some'
	@echo 'make cov      lines and branches of mmu/ that its suites execute'
	@echo 'make fuzz     SECONDS=60: fuzz mmu/ with libFuzzer'
	@echo 'make mutate   N=200 SEED=1: change mmu/ N times, see whether its suites notice'
	@echo 'make install  DESTDIR= PREFIX=/usr/local'
	@echo 'VARIANT=debug|asan|cov|clang   V=1 shows commands'

-include $(shell find $(B) build/hyp build/guest -name '*.d' 2>/dev/null)
