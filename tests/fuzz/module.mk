# Fuzzing of mmu/. The kept corpus is replayed by `make check` without libFuzzer, in the variant that is checked and, beside
# the release variant, with sanitizers. `make fuzz` builds with clang and its libFuzzer, which are needed for nothing else.
FUZZ_SRC := tests/fuzz/run.c tests/fuzz/memory.c tests/fuzz/check.c
FUZZ_SECONDS = $(or $(SECONDS),60)
FUZZ_CORPUS := $(wildcard tests/fuzz/corpus/* tests/fuzz/regressions/*)
EXTRA_CHECKS += fuzz-replay
.PHONY: fuzz fuzz-run fuzz-replay

$(B)/tests/fuzz/replay: $(addprefix $(B)/,$(FUZZ_SRC:.c=.o) tests/fuzz/replay.o libmmu.a)
	$(call say,LINK,$@)
	$(Q)$(CC) $(LDFLAGS) -o $@ $^

fuzz-replay: $(B)/tests/fuzz/replay
ifeq ($(VARIANT),release)
	$(Q)$(MAKE) --no-print-directory VARIANT=asan fuzz-replay
endif

FUZZ_CC := clang
FUZZ_CFLAGS := -std=gnu11 -O1 -g -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=undefined
FUZZ_OBJ := $(patsubst %.c,build/fuzz/%.o,$(FUZZ_SRC) tests/fuzz/libfuzzer.c $(filter %.c,$(mmu_SRC)))

build/fuzz/%.o: %.c
	$(call say,FUZZCC,$<)
	$(Q)mkdir -p $(@D) && $(FUZZ_CC) -I. -MMD -MP $(FUZZ_CFLAGS) -c -o $@ $<

build/fuzz/fuzz: $(FUZZ_OBJ)
	$(call say,LINK,$@)
	$(Q)$(FUZZ_CC) -fsanitize=fuzzer,address,undefined -o $@ $^

fuzz:
	$(Q)tools/deps fuzz
	$(Q)$(MAKE) --no-print-directory -j$$(nproc) fuzz-run SECONDS=$(FUZZ_SECONDS)
fuzz-run: build/fuzz/fuzz
	$(Q)tests/fuzz/fuzz $(FUZZ_SECONDS)

-include $(FUZZ_OBJ:.o=.d)
