# hyp: software that runs inside the simulation, cross-compiled once for all variants; and its host tests.

HYP_CC := $(CROSS_COMPILE)gcc
HYP_OBJCOPY := $(CROSS_COMPILE)objcopy
HYP_B := build/hyp

# Position independent, general-purpose registers only; unaligned accesses fault while the MMU is off.
HYP_CFLAGS := -std=gnu11 $(WARNINGS) -O2 -g -ffreestanding -fpie -fvisibility=hidden -mgeneral-regs-only \
	-mstrict-align -fno-tree-loop-distribute-patterns -fno-stack-protector -fno-asynchronous-unwind-tables \
	-fno-common -mno-outline-atomics -I. -MMD -MP
HYP_LDFLAGS := -nostdlib -static-pie -Wl,--no-dynamic-linker -Wl,-z,text -Wl,-z,norelro -Wl,-z,max-page-size=4096 \
	-Wl,--build-id=none -Wl,--no-warn-rwx-segments

HYP_SHARED_SRC := hyp/geometry.c hyp/lib.c hyp/pgtable.c hyp/pgtable_walk.c hyp/text.c
HYP_EL2_SRC := hyp/el2/entry.S hyp/el2/vectors.S hyp/fp.S hyp/el2/abort.c hyp/el2/console.c hyp/el2/fdt.c hyp/el2/guest.c \
	hyp/el2/main.c hyp/el2/memory.c hyp/el2/options.c hyp/el2/space.c hyp/el2/trap.c hyp/el2/vm.c

hyp_obj = $(addprefix $(HYP_B)/,$(addsuffix .o,$(basename $(1))))

-include hyp/kernel/kernel.mk

HYP_EL2_OBJ := $(call hyp_obj,$(HYP_EL2_SRC) $(HYP_SHARED_SRC)) $(HYP_B)/hyp/el2/blob.o

$(HYP_B)/%.o: %.c
	$(call say,HYPCC,$<)
	$(Q)mkdir -p $(@D) && $(HYP_CC) $(HYP_CFLAGS) -c -o $@ $<

$(HYP_B)/%.o: %.S
	$(call say,HYPAS,$<)
	$(Q)mkdir -p $(@D) && $(HYP_CC) -I. -MMD -MP $(hyp_asflags_$<) -c -o $@ $<

hyp_asflags_hyp/el2/blob.S := -DKERNEL_IMAGE='"$(HYP_B)/kernel.img"'
$(HYP_B)/hyp/el2/blob.o: $(HYP_B)/kernel.img

$(HYP_B)/hyp.elf: $(HYP_EL2_OBJ) hyp/el2/hyp.lds
	$(call say,HYPLD,$@)
	$(Q)$(HYP_CC) $(HYP_LDFLAGS) -T hyp/el2/hyp.lds -o $@ $(HYP_EL2_OBJ)

build/hyp.img: $(HYP_B)/hyp.elf
	$(call say,OBJCOPY,$@)
	$(Q)$(HYP_OBJCOPY) -O binary $< $@

# Host tests: what of hyp/ needs no privilege is compiled again for the host, with the variant's flags. Memory
# functions are libc's; refusals come back to the test.
HYP_HOST := hyp/geometry hyp/pgtable hyp/pgtable_walk hyp/text hyp/el2/fdt hyp/el2/memory \
	hyp/el2/options tests/hyp/arena tests/hyp/el2_world
HYP_HOST_OBJ := $(HYP_HOST:%=$(B)/%.o)
$(addprefix $(B)/,$(basename $(wildcard tests/hyp/test_*.c))): $(B)/%: $(B)/%.o $(HYP_HOST_OBJ)
	$(call say,LINK,$@)
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(CHECK_LIBS) -lfdt

# EL1 guests that test the hypervisor without the proxy kernel.
EL1_GUESTS := $(patsubst tests/hyp/el1_%.S,build/el1/%,$(wildcard tests/hyp/el1_*.S))
build/el1/%: tests/hyp/el1_%.S tests/hyp/el1.inc
	$(call say,EL1,$@)
	$(Q)mkdir -p $(@D) && $(HYP_CC) -I. -nostdlib -static -Wl,--build-id=none -Wl,-Ttext=0x40200000 \
		-Wl,-z,max-page-size=65536 -Wl,--no-warn-rwx-segments -o $@ $<

build/el1/image.img: build/el1/image
	$(Q)$(HYP_OBJCOPY) -O binary $< $@

.PHONY: el1-guests
el1-guests: $(EL1_GUESTS) build/el1/image.img
guests: el1-guests
