# Mutation check of mmu/, see tests/mutation/run. The suites are linked against the objects of each mutant; their own are those
# of the unchanged headers.
MUTATE_COUNT = $(or $(N),200)
MUTATE_SEED = $(or $(SEED),1)
MUTATE_SUITES := $(basename $(wildcard tests/mmu/test_*.c))
.PHONY: mutate mutate-run

build/mutation/mutate: tests/mutation/mutate.c
	$(call say,CC,$<)
	$(Q)mkdir -p $(@D) && $(CC) -std=gnu11 -O2 $(WARNINGS) -o $@ $<

# A line a suite: its name, then what it is linked from besides mmu/.
mutate-run: build/mutation/mutate $(MUTATE_SUITES:%=build/release/%)
	$(Q)printf '%s\n' $(foreach suite,$(MUTATE_SUITES),'$(suite) build/release/$(suite).o $(suite_OBJ_$(suite)) $(ldflags_$(suite))') \
		>build/mutation/suites
	$(Q)SOURCES='$(filter %.c,$(mmu_SRC))' CC='$(CC)' LIBS='$(CHECK_LIBS)' V='$(V)' \
		tests/mutation/run $(MUTATE_COUNT) $(MUTATE_SEED) $(MUTATE_FILES)

# MUTATE_FILES: only mutants of these. V=1 also names those that were caught.
mutate:
	$(Q)tools/deps
	$(Q)$(MAKE) --no-print-directory -j$$(nproc) mutate-run N='$(N)' SEED='$(SEED)' MUTATE_FILES='$(MUTATE_FILES)'
