# The `nestwalk` program. main.c is linked by the top Makefile; all else is libsim.a.
sim_SRC := sim/boot.c sim/bootargs.c sim/config.c sim/cpus.c sim/diag.c sim/disasm.c sim/fdt.c sim/fields.c sim/files.c sim/files_path.c \
	sim/hyp_image.S sim/image.c sim/image_load.c sim/machine.c sim/pl011.c sim/regs.c sim/run.c \
	sim/semihosting.c sim/signals.c sim/sim.c sim/stats.c sim/stats_config.c sim/stats_json.c \
	sim/stats_table.c sim/story.c sim/story_json.c sim/story_text.c sim/tarmac.c sim/walk.c

# Options, and traces: readers, writers, replay.
sim_SRC += $(filter-out $(sim_SRC) sim/main.c,$(wildcard sim/*.c))

# The hypervisor is a part of the program.
$(B)/sim/hyp_image.o: build/hyp.img
