# EL0 guests: static AArch64 programs on tests/guest/libc, without FP and SIMD but for vectors, which is about SIMD. build/guest/NAME
# from tests/guest/NAME.c.

GUESTS := exit graph gups hello join pack rwx segv sha256sum signals sortlines svc sve syscalls touch vectors wordcount
# By the cryptographic instructions.
GUESTS += digests
GUEST_LIBC := start.S system.c string.c malloc.c stdio.c sort.c

GUEST_CC := $(CROSS_COMPILE)gcc
GUEST_CFLAGS := -std=gnu11 $(WARNINGS) -O2 -g -mgeneral-regs-only -ffreestanding -fno-stack-protector \
	-mno-outline-atomics -fno-tree-loop-distribute-patterns
# Segments at 64 KB: a guest runs under every granule. Stripped: the hypervisor copies the whole file into the VM.
GUEST_LDFLAGS := -nostdlib -static -s -Wl,-z,max-page-size=65536 -Wl,-z,noexecstack -Wl,--build-id=none

GUEST_LIBC_OBJ := $(GUEST_LIBC:%=build/guest/libc/%.o)
GUEST_LIBC_PIE := $(GUEST_LIBC:%=build/guest/libc/%.pie.o)
GUEST_FILES := $(GUESTS:%=build/guest/%) build/guest/hello-pie build/guest/hello-interp build/guest/hello-cut build/guest/foreign

build/guest/vectors.c.o: GUEST_CFLAGS := $(filter-out -mgeneral-regs-only,$(GUEST_CFLAGS)) -fno-tree-vectorize
build/guest/digests.c.o: GUEST_CFLAGS := $(filter-out -mgeneral-regs-only,$(GUEST_CFLAGS)) -march=armv8.2-a+crypto+sha3
build/guest/%.c.o: tests/guest/%.c
	$(call say,GUESTCC,$<)
	$(Q)mkdir -p $(@D) && $(GUEST_CC) $(GUEST_CFLAGS) -fno-pie -MMD -MP -c -o $@ $<
build/guest/%.S.o: tests/guest/%.S
	$(call say,GUESTAS,$<)
	$(Q)mkdir -p $(@D) && $(GUEST_CC) $(GUEST_CFLAGS) -MMD -MP -c -o $@ $<
build/guest/%.c.pie.o: tests/guest/%.c
	$(call say,GUESTCC,$<)
	$(Q)mkdir -p $(@D) && $(GUEST_CC) $(GUEST_CFLAGS) -fpie -MMD -MP -c -o $@ $<
build/guest/%.S.pie.o: tests/guest/%.S
	$(call say,GUESTAS,$<)
	$(Q)mkdir -p $(@D) && $(GUEST_CC) $(GUEST_CFLAGS) -MMD -MP -c -o $@ $<

$(GUESTS:%=build/guest/%): build/guest/%: build/guest/%.c.o $(GUEST_LIBC_OBJ)
	$(call say,GUESTLD,$@)
	$(Q)$(GUEST_CC) $(GUEST_LDFLAGS) -no-pie -o $@ $^

# The same program as a static-pie, and what a loader must refuse: an interpreter, a cut file, another machine.
build/guest/hello-pie: build/guest/hello.c.pie.o $(GUEST_LIBC_PIE)
	$(call say,GUESTLD,$@)
	$(Q)$(GUEST_CC) $(GUEST_LDFLAGS) -static-pie -Wl,-z,text -o $@ $^
build/guest/hello-interp: build/guest/hello.c.pie.o $(GUEST_LIBC_PIE)
	$(call say,GUESTLD,$@)
	$(Q)$(GUEST_CC) $(filter-out -static,$(GUEST_LDFLAGS)) -pie -Wl,--dynamic-linker=/lib/ld-linux-aarch64.so.1 -o $@ $^
build/guest/hello-cut: build/guest/hello
	$(Q)head -c 4096 $< >$@
build/guest/foreign: tests/guest/exit.c
	$(Q)mkdir -p $(@D) && printf 'int main(void) { return 0; }\n' | $(CC) -x c -o $@ -

.PHONY: guests
guests: $(GUEST_FILES)
