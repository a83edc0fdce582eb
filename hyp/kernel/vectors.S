/*
 * Exception vectors: every exception is taken with a frame on the kernel's stack and goes to
 * kernel_exception().
 */

#define FRAME_BYTES 272 /* struct frame: X0-X30, SP_EL0, ELR_EL1, SPSR_EL1 */

	.text
	.balign	2048
	.globl	kernel_vectors
kernel_vectors:
	.irp	number, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
	.balign	128
	sub	sp, sp, #FRAME_BYTES
	stp	x0, x1, [sp]
	stp	x2, x3, [sp, #16]
	mov	x2, #\number
	b	save_rest
	.endr
	.balign	128

save_rest:
	stp	x4, x5, [sp, #32]
	stp	x6, x7, [sp, #48]
	stp	x8, x9, [sp, #64]
	stp	x10, x11, [sp, #80]
	stp	x12, x13, [sp, #96]
	stp	x14, x15, [sp, #112]
	stp	x16, x17, [sp, #128]
	stp	x18, x19, [sp, #144]
	stp	x20, x21, [sp, #160]
	stp	x22, x23, [sp, #176]
	stp	x24, x25, [sp, #192]
	stp	x26, x27, [sp, #208]
	stp	x28, x29, [sp, #224]
	mrs	x0, sp_el0
	stp	x30, x0, [sp, #240]
	mrs	x0, elr_el1
	mrs	x1, spsr_el1
	stp	x0, x1, [sp, #256]
	mrs	x0, tpidr_el1
	mov	x1, sp
	mov	x29, #0
	bl	kernel_exception

restore:
	ldp	x0, x1, [sp, #256]
	msr	elr_el1, x0
	msr	spsr_el1, x1
	ldp	x30, x0, [sp, #240]
	msr	sp_el0, x0
	ldp	x28, x29, [sp, #224]
	ldp	x26, x27, [sp, #208]
	ldp	x24, x25, [sp, #192]
	ldp	x22, x23, [sp, #176]
	ldp	x20, x21, [sp, #160]
	ldp	x18, x19, [sp, #144]
	ldp	x16, x17, [sp, #128]
	ldp	x14, x15, [sp, #112]
	ldp	x12, x13, [sp, #96]
	ldp	x10, x11, [sp, #80]
	ldp	x8, x9, [sp, #64]
	ldp	x6, x7, [sp, #48]
	ldp	x4, x5, [sp, #32]
	ldp	x2, x3, [sp, #16]
	ldp	x0, x1, [sp], #FRAME_BYTES
	eret

/*
 * enter_el0(frame): the frame is copied to the top of the stack, so that SP_EL1 is there at every
 * exception from EL0. It lies below on the same stack, so the copy starts at its end.
 */
	.globl	enter_el0
enter_el0:
	adrp	x1, stack_top
	add	x1, x1, :lo12:stack_top
	add	x2, x0, #FRAME_BYTES
	mov	x3, x1
	sub	x4, x1, #FRAME_BYTES
1:	ldp	x5, x6, [x2, #-16]!
	stp	x5, x6, [x3, #-16]!
	cmp	x3, x4
	b.ne	1b
	mov	sp, x4
	b	restore
	.section .note.GNU-stack, "", %progbits
