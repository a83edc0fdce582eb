# The core: libcpu.a.
cpu_SRC += cpu/exception.c cpu/features.c cpu/reserved.c cpu/sysop.c cpu/sysreg.c cpu/sysreg_hook.c cpu/system.c
cpu_SRC += cpu/decode.c cpu/fast.c cpu/fast_branch.c cpu/fast_dp_imm.c cpu/fast_dp_reg.c cpu/fast_ldst.c
cpu_SRC += cpu/el1.c cpu/observed.c cpu/mem.c cpu/monitor.c cpu/filter.c cpu/code.c cpu/engine.c cpu/cpu.c

# gendecode turns the decode table into C.
cpu_GENERATED := $(addprefix $(B)/gen/,a64.h a64decode.inc observed.inc fast_branch.inc fast_dp_imm.inc fast_dp_reg.inc fast_ldst.inc)
$(B)/gendecode: cpu/gendecode.c cpu/gentable.c cpu/gentable.h cpu/bitmask.h
	$(call say,HOSTCC,$@)
	$(Q)mkdir -p $(@D) && $(HOSTCC) -std=gnu11 -O1 $(WARNINGS) -o $@ cpu/gendecode.c cpu/gentable.c
$(B)/gen/.a64: cpu/a64.decode $(B)/gendecode
	$(call say,GEN,$<)
	$(Q)mkdir -p $(@D) && $(B)/gendecode $< $(@D) && touch $@
$(cpu_GENERATED): $(B)/gen/.a64 ;

# Random instruction streams, here and on qemu-aarch64: run by tests/cpu/test_stream.sh.
EXTRA_CHECKS += $(B)/tests/cpu/stream
$(B)/tests/cpu/stream: $(B)/tests/cpu/stream.o $(B)/libcpu.a $(B)/libmmu.a
	$(call say,LINK,$@)
	$(Q)$(CC) $(LDFLAGS) -o $@ $^
$(B)/tests/cpu/stream.o: | $(cpu_GENERATED)
