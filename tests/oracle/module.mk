# The oracle's guest: a case file in, a result file out, the same bytes here and on QEMU.
# QEMU keeps its device tree out of an ELF that begins below RAM: it gets the first pages by themselves.
ORACLE_GUEST := build/oracle/guest.elf build/oracle/high.elf build/oracle/low.bin
oracle_guest_SRC := $(addprefix tests/oracle/guest/,start.S page0.S guest.c)
.PHONY: oracle-guest
oracle-guest: $(ORACLE_GUEST)
guests: oracle-guest

build/oracle/guest.elf: $(oracle_guest_SRC) $(addprefix tests/oracle/guest/,oracle.lds record.h text.h) tests/oracle/op.def tests/oracle/reg.def
	$(call say,CROSS,$@)
	$(Q)mkdir -p $(@D) && $(CROSS_COMPILE)gcc -std=gnu11 -O2 -march=armv8.1-a -Wall -Wextra -ffreestanding -mgeneral-regs-only -mstrict-align \
		-fno-pic -no-pie -fno-stack-protector -fno-tree-loop-distribute-patterns -nostdlib -static -Wl,--build-id=none,--no-warn-rwx-segments \
		-T tests/oracle/guest/oracle.lds -o $@ $(oracle_guest_SRC)

build/oracle/high.elf: build/oracle/guest.elf
	$(Q)$(CROSS_COMPILE)objcopy -O binary -R .low $< build/oracle/high.bin
	$(Q)$(CROSS_COMPILE)ld -Tdata=0xe0000000 -e 0xe0000000 -b binary -o $@ build/oracle/high.bin

build/oracle/low.bin: build/oracle/guest.elf
	$(Q)$(CROSS_COMPILE)objcopy -O binary -j .low $< $@

# The program that makes cases, runs both and compares.
oracle_OBJ := $(patsubst %.c,build/oracle/obj/%.o,$(notdir $(wildcard tests/oracle/*.c)))
oracle-guest: build/oracle/oracle
build/oracle/oracle: $(oracle_OBJ)
	$(call say,LINK,$@)
	$(Q)$(HOSTCC) -o $@ $^
build/oracle/obj/%.o: tests/oracle/%.c
	$(call say,CC,$<)
	$(Q)mkdir -p $(@D) build/oracle/shrink && $(HOSTCC) -I. -MMD -MP -std=gnu11 -O2 -g $(WARNINGS) -c -o $@ $<
-include $(wildcard build/oracle/obj/*.d)
