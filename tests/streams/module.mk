# Random instruction streams here and on QEMU: a bare guest that executes batches of cases, and the program that makes them.
STREAMS_GUEST := build/streams/guest.elf build/streams/guest.bin
guests: $(STREAMS_GUEST)

build/streams/guest.elf: $(addprefix tests/streams/,guest/enter.S guest/guest.c guest/streams.lds format.h)
	$(call say,CROSS,$@)
	$(Q)mkdir -p $(@D) && $(CROSS_COMPILE)gcc -std=gnu11 -O2 -Wall -Wextra -ffreestanding -mgeneral-regs-only -mstrict-align \
		-fno-pic -no-pie -fno-stack-protector -fno-tree-loop-distribute-patterns -nostdlib -static \
		-Wl,--build-id=none,--no-warn-rwx-segments -T tests/streams/guest/streams.lds -o $@ $(filter %.S %.c,$^)
build/streams/guest.bin: build/streams/guest.elf
	$(Q)$(CROSS_COMPILE)objcopy -O binary $< $@

streams_OBJ := $(patsubst %.c,$(B)/%.o,$(wildcard tests/streams/*.c))
EXTRA_CHECKS += $(B)/tests/streams/streams
$(B)/tests/streams/streams: $(streams_OBJ) $(B)/libcpu.a $(B)/libmmu.a
	$(call say,LINK,$@)
	$(Q)$(CC) $(LDFLAGS) -o $@ $^
$(streams_OBJ): | $(cpu_GENERATED)
