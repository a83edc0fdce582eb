# Bare EL2 test images: they print on the PL011 and exit by semihosting, the same bytes here and on QEMU.
BARE_IMAGES := $(patsubst %,build/bare/%.img,s1ptw exceptions translation dump vhe host descriptors update maintenance pauth mops bti)
.PHONY: bare-images
bare-images: $(BARE_IMAGES)
guests: bare-images

build/bare/s1ptw.elf: tests/bare/s1ptw.c tests/bare/run_el0.S tests/bench/start.S tests/bench/bench.lds tests/bench/bench.h mmu/vmsa.h mmu/sysreg.def
	$(call say,CROSS,$@)
	$(Q)mkdir -p $(@D) && $(CROSS_COMPILE)gcc -std=gnu11 -O2 -Wall -Wextra -ffreestanding -mgeneral-regs-only -mstrict-align \
		-fPIE -fvisibility=hidden -fno-stack-protector -fno-tree-loop-distribute-patterns -nostdlib -static \
		-Wl,--build-id=none,--no-warn-rwx-segments -Wl,-n -T tests/bench/bench.lds -o $@ $(filter %.S %.c,$^)

build/bare/%.elf: tests/bare/%.c tests/bare/vectors.S tests/bare/record.h tests/bare/probe.h tests/bare/print.h tests/bench/start.S tests/bench/bench.lds
	$(call say,CROSS,$@)
	$(Q)mkdir -p $(@D) && $(CROSS_COMPILE)gcc -std=gnu11 -O2 -Wall -Wextra -ffreestanding -mgeneral-regs-only -mstrict-align \
		-fPIE -fvisibility=hidden -fno-stack-protector -fno-tree-loop-distribute-patterns -nostdlib -static \
		-Wl,--build-id=none,--no-warn-rwx-segments -Wl,-n -T tests/bench/bench.lds -o $@ $(filter %.S %.c,$^)

build/bare/%.img: build/bare/%.elf
	$(Q)$(CROSS_COMPILE)objcopy -O binary $< $@
