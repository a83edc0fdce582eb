# The core: libcpu.a.
cpu_SRC += cpu/exception.c cpu/features.c cpu/sysop.c cpu/sysreg.c cpu/sysreg_hook.c cpu/system.c
