# Bare benchmark images (EL2, MMU off), the same bytes for nestwalk and QEMU.
BENCH_IMAGES := $(addprefix build/bench/,alu.img mix.img stream.img simd.img hvc.img tlbi.img atwalk.img)
.PHONY: bench-programs
bench-programs: $(BENCH_IMAGES) build/bench/bench

# One of them is about SIMD&FP registers; the others must not need them.
build/bench/%.elf: BENCH_REGISTERS := -mgeneral-regs-only
build/bench/simd.elf: BENCH_REGISTERS :=
build/bench/%.elf: tests/bench/%.c tests/bench/start.S tests/bench/bench.lds tests/bench/bench.h tests/bench/mmu.h
	$(call say,CROSS,$@)
	$(Q)mkdir -p $(@D) && $(CROSS_COMPILE)gcc -std=gnu11 -O2 -Wall -Wextra -ffreestanding $(BENCH_REGISTERS) -mstrict-align \
		-fPIE -fvisibility=hidden -fno-stack-protector -fno-tree-loop-distribute-patterns -nostdlib -static -Wl,--build-id=none,--no-warn-rwx-segments -Wl,-n \
		-T tests/bench/bench.lds -o $@ tests/bench/start.S $<

build/bench/%.img: build/bench/%.elf
	$(Q)$(CROSS_COMPILE)objcopy -O binary $< $@

build/bench/bench: tools/bench.c
	$(Q)mkdir -p $(@D) && $(CC) -std=gnu11 -D_GNU_SOURCE -O2 $(WARNINGS) -o $@ $< -ljansson

# The library's walk beside a hand-written one; other variants do not make the release archive.
ifeq ($(VARIANT),release)
bench-programs: build/bench/walk
endif
build/bench/walk: tests/bench/walk.c build/release/libmmu.a
	$(Q)mkdir -p $(@D) && $(CC) -std=gnu11 -O2 $(WARNINGS) -o $@ $^
