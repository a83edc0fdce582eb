# The `nestwalk` program. main.c is linked by the top Makefile; all else is libsim.a.
sim_SRC := sim/config.c sim/diag.c sim/fdt.c sim/files.c sim/files_path.c sim/image.c sim/image_load.c \
	sim/machine.c sim/pl011.c sim/semihosting.c
