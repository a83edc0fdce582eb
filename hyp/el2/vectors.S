/*
 * Exception vectors of EL2, and the way into the guest. The frame is struct guest_frame of hyp.h.
 */

#define FRAME_BYTES	(34 * 8)

	.section .text.vectors, "ax"

	.macro	save_frame
	sub	sp, sp, #FRAME_BYTES
	stp	x0, x1, [sp, #0]
	stp	x2, x3, [sp, #16]
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
	mrs	x0, elr_el2
	mrs	x1, spsr_el2
	stp	x30, x0, [sp, #240]
	str	x1, [sp, #256]
	.endm

	.macro	vector handler, number
	.balign	128
	save_frame
	mrs	x0, tpidr_el2
	mov	x1, sp
	mov	x2, #\number
	bl	\handler
	b	restore_frame
	.endm

	.balign	2048
	.globl	vectors
vectors:
	vector	trap_unexpected, 0	/* current EL, SP_EL0: synchronous, IRQ, FIQ, SError */
	vector	trap_unexpected, 1
	vector	trap_unexpected, 2
	vector	trap_unexpected, 3
	vector	trap_unexpected, 4	/* current EL, SP_ELx */
	vector	trap_unexpected, 5
	vector	trap_unexpected, 6
	vector	trap_unexpected, 7
	vector	trap_guest, 8		/* lower EL, AArch64 */
	vector	trap_unexpected, 9
	vector	trap_unexpected, 10
	vector	trap_unexpected, 11
	vector	trap_unexpected, 12	/* lower EL, AArch32 */
	vector	trap_unexpected, 13
	vector	trap_unexpected, 14
	vector	trap_unexpected, 15
	.balign	128

restore_frame:
	ldp	x30, x0, [sp, #240]
	ldr	x1, [sp, #256]
	msr	elr_el2, x0
	msr	spsr_el2, x1
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
	ldp	x0, x1, [sp, #0]
	add	sp, sp, #FRAME_BYTES
	eret

/* enter_guest(X0 = frame): the stack is the frame's, empty, from now on. */
	.globl	enter_guest
enter_guest:
	mov	sp, x0
	b	restore_frame
