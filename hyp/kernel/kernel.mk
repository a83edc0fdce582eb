# The EL1 proxy kernel: build/hyp/kernel.img, an arm64 Image without FP and SIMD, embedded in hyp.img.

KERNEL_C := boot ram tables areas mm fault elf start hwcap identity exception end host \
	syscall files transfer tree status pipe memory time process signals
KERNEL_S := head vectors user
# -mstrict-align: until the MMU is on, all memory is Device memory.
KERNEL_CFLAGS := -std=gnu11 $(WARNINGS) -O2 -g -I. -mgeneral-regs-only -mstrict-align -ffreestanding -fno-pic -fno-stack-protector \
	-fno-tree-loop-distribute-patterns -fno-asynchronous-unwind-tables -mno-outline-atomics
KERNEL_OBJ := $(KERNEL_S:%=build/hyp/kernel/%.S.o) $(KERNEL_C:%=build/hyp/kernel/%.o) \
	build/hyp/kernel/shared/fp.S.o $(patsubst %,build/hyp/kernel/shared/%.o,lib text geometry pgtable pgtable_walk)

build/hyp/kernel/shared/%.o: hyp/%.c
	$(call say,KERNCC,$<)
	$(Q)mkdir -p $(@D) && $(CROSS_COMPILE)gcc $(KERNEL_CFLAGS) -MMD -MP -c -o $@ $<
build/hyp/kernel/shared/%.S.o: hyp/%.S
	$(call say,KERNAS,$<)
	$(Q)mkdir -p $(@D) && $(CROSS_COMPILE)gcc $(KERNEL_CFLAGS) -MMD -MP -c -o $@ $<
build/hyp/kernel/%.o: hyp/kernel/%.c
	$(call say,KERNCC,$<)
	$(Q)mkdir -p $(@D) && $(CROSS_COMPILE)gcc $(KERNEL_CFLAGS) -MMD -MP -c -o $@ $<
build/hyp/kernel/%.S.o: hyp/kernel/%.S
	$(call say,KERNAS,$<)
	$(Q)mkdir -p $(@D) && $(CROSS_COMPILE)gcc $(KERNEL_CFLAGS) -MMD -MP -c -o $@ $<

build/hyp/kernel.elf: $(KERNEL_OBJ) hyp/kernel/kernel.lds
	$(call say,KERNLD,$@)
	$(Q)$(CROSS_COMPILE)gcc -nostdlib -static -no-pie -Wl,--build-id=none -Wl,-z,max-page-size=65536 -Wl,--no-warn-rwx-segments \
		-Wl,-T,hyp/kernel/kernel.lds -o $@ $(KERNEL_OBJ)
build/hyp/kernel.img: build/hyp/kernel.elf
	$(Q)$(CROSS_COMPILE)objcopy -O binary -j .text $< $@
