/* The hypervisor's Image as bytes of this program, so that `nestwalk run` needs no file. */
	.section .rodata
	.globl hyp_image, hyp_image_end
	.balign 16
hyp_image:
	.incbin "build/hyp.img"
hyp_image_end:
	.section .note.GNU-stack, "", %progbits
