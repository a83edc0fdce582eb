# The `nestwalk` program: every source of this folder. main.c is linked by the top Makefile, all else is libsim.a.
sim_SRC := $(filter-out sim/main.c,$(wildcard sim/*.c)) sim/hyp_image.S

# The hypervisor is a part of the program.
$(B)/sim/hyp_image.o: build/hyp.img
