/*
 * The proxy kernel's image, for the VM. KERNEL_IMAGE is its file.
 */
	.section .rodata.kernel, "a"
	.balign	65536
	.globl	kernel_image, kernel_image_end
kernel_image:
	.incbin	KERNEL_IMAGE
kernel_image_end:
	.balign	8
