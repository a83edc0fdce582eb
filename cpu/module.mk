# The core: libcpu.a.
# A group of the decode tables: its semantics are cpu/GROUP.h, its handlers cpu/fast_GROUP.c.
cpu_GROUPS := atomic branch dp_imm dp_reg ldst
cpu_GROUPS += simd_ldst simd_struct
cpu_GROUPS += simd_scalar simd_permute simd_misc simd_different simd_same simd_imm simd_element
cpu_GROUPS += simd_fp_same simd_fp_misc simd_fp_reduce simd_fp_shift simd_fp_element simd_fp_complex
cpu_GROUPS += crypto
cpu_GROUPS += fp_dp
# The order is that of the forms.
cpu_TABLES := cpu/a64.decode cpu/a64_simd_ldst.decode cpu/a64_simd_int.decode cpu/a64_simd_fp.decode \
	cpu/a64_crypto.decode cpu/a64_fp.decode

# Registers, exceptions, the System group.
cpu_SRC += cpu/bti.c cpu/exception.c cpu/fp_access.c cpu/mops.c cpu/pauth.c cpu/qarma.c cpu/random.c
cpu_SRC += cpu/features.c cpu/reserved.c cpu/sysop.c cpu/sysreg.c cpu/sysreg_hook.c cpu/system.c
# Instructions, memory, runs.
cpu_SRC += cpu/decode.c cpu/observed.c cpu/fast.c cpu/fast_system.c $(cpu_GROUPS:%=cpu/fast_%.c)
cpu_SRC += cpu/crypto.c
cpu_SRC += cpu/el1.c cpu/mem.c cpu/monitor.c cpu/filter.c cpu/code.c cpu/engine.c cpu/cpu.c

# The arithmetic of fp.h.
cpu_SRC += cpu/fp_arith.c cpu/fp_compare.c cpu/fp_convert.c cpu/fp_estimate.c cpu/fp_real.c cpu/fp_round.c

# gendecode turns the decode tables into C.
cpu_GENERATED := $(addprefix $(B)/gen/,a64.h a64decode.inc observed.inc fast_groups.inc \
	$(cpu_GROUPS:%=fast_%.inc) $(cpu_GROUPS:%=observed_%.inc))
$(B)/gendecode: cpu/gendecode.c cpu/genfast.c cpu/genprint.c cpu/gentable.c cpu/genprint.h cpu/gentable.h cpu/bitmask.h
	$(call say,HOSTCC,$@)
	$(Q)mkdir -p $(@D) && $(HOSTCC) -std=gnu11 -O1 $(WARNINGS) -o $@ $(filter %.c,$^)
$(B)/gen/.a64: $(cpu_TABLES) $(B)/gendecode
	$(call say,GEN,$<)
	$(Q)mkdir -p $(@D) && $(B)/gendecode $(cpu_TABLES) $(@D) && touch $@
$(cpu_GENERATED): $(B)/gen/.a64 ;

cpu_SRC += cpu/translate.c cpu/emit.c cpu/loops.c
# The second tier: handlers of these groups are compiled once more as stencils (cpu/stencil.h), by gcc for x86-64, in
# variants whose handlers end in jumps. Elsewhere there is none. A group not in the list has handlers only.
cpu_STENCILS := branch dp_imm dp_reg ldst simd_ldst
STENCIL_CC ?= gcc
stencil_CFLAGS := -std=gnu11 -w -O2 -DNDEBUG -DCPU_STENCIL -fno-pic -mcmodel=small -fomit-frame-pointer -fno-stack-protector \
	-fno-tree-slp-vectorize -fno-jump-tables -fno-asynchronous-unwind-tables -fcf-protection=none -fno-ipa-icf -fno-reorder-blocks-and-partition \
	-fno-toplevel-reorder -fno-align-functions -fno-align-jumps -fno-align-labels -fno-align-loops \
	-fira-algorithm=priority -fcall-used-rbx $(addprefix -ffixed-,r11 r12 r13 r14 r15)
# The flags stay where they are on either way out of a branch, even if they are known to be 0 on one.
stencil_CFLAGS_branch := -fno-tree-dominator-opts -fno-tree-vrp -fno-cse-follow-jumps -fno-gcse
stencils_possible := $(if $(filter release clang,$(VARIANT)),$(shell echo | \
	$(STENCIL_CC) $(stencil_CFLAGS) -dM -E -x c - 2>/dev/null | grep -o '__x86_64__ 1'))

ifneq ($(stencils_possible),)
cpu_SRC += gen/stencils.c
$(B)/gen/stencil_%.s: cpu/fast_%.c cpu/module.mk | $(cpu_GENERATED)
	$(call say,STENCIL,$<)
	$(Q)mkdir -p $(@D) && $(STENCIL_CC) -I. -I$(B)/gen -MMD -MP -MF $(@:.s=.d) $(stencil_CFLAGS) $(stencil_CFLAGS_$*) -S -o $@ $<
$(B)/gen/stencil_%.o: $(B)/gen/stencil_%.s $(B)/gencut
	$(Q)$(B)/gencut <$< >$(@:.o=.cut.s) && $(STENCIL_CC) -c -o $@ $(@:.o=.cut.s)
$(B)/gen/stencils.c: $(cpu_STENCILS:%=$(B)/gen/stencil_%.o) $(B)/genstencil
	$(call say,GEN,$@)
	$(Q)$(B)/genstencil $(filter %.o,$^) >$@
$(B)/gen/stencils.o: $(B)/gen/stencils.c
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) -c -o $@ $<
$(B)/gencut: cpu/gencut.c
$(B)/genstencil: cpu/genstencil.c cpu/hole.def
$(B)/gencut $(B)/genstencil:
	$(call say,HOSTCC,$@)
	$(Q)mkdir -p $(@D) && $(HOSTCC) -std=gnu11 -O1 $(WARNINGS) -o $@ $(filter %.c,$^)
else
cpu_SRC += cpu/no_stencils.c
endif

# Random instruction streams, here and on qemu-aarch64: run by tests/cpu/test_stream.sh.
EXTRA_CHECKS += $(B)/tests/cpu/stream
$(B)/tests/cpu/stream: $(B)/tests/cpu/stream.o $(B)/libcpu.a $(B)/libmmu.a
	$(call say,LINK,$@)
	$(Q)$(CC) $(LDFLAGS) -o $@ $^
$(B)/tests/cpu/stream.o: | $(cpu_GENERATED)

# Random floating-point instructions, here and on qemu-aarch64: run by tests/cpu/test_fp_oracle.sh.
EXTRA_CHECKS += $(B)/tests/cpu/fp_oracle build/guest/fp_exec
$(B)/tests/cpu/fp_oracle: $(B)/tests/cpu/fp_oracle.o $(B)/libcpu.a $(B)/libmmu.a
	$(call say,LINK,$@)
	$(Q)$(CC) $(LDFLAGS) -o $@ $^
$(B)/tests/cpu/fp_oracle.o: | $(cpu_GENERATED)
build/guest/fp_exec: tests/cpu/fp_exec.c tests/cpu/fp_case.h
	$(call say,GUESTCC,$@)
	$(Q)mkdir -p $(@D) && $(CROSS_COMPILE)gcc -std=gnu11 $(WARNINGS) -O2 -mgeneral-regs-only -ffreestanding -fno-pie -no-pie \
		-fno-stack-protector -nostdlib -static -s -Wl,-N,--build-id=none,--no-warn-rwx-segments -o $@ $< -lgcc
