/* Start, semihosting, and the way into a case and out of it by the exception that ends it. All at EL2. */
#include "../format.h"

#define STATE_SP     (31 * 8)
#define STATE_PSTATE (32 * 8)
#define STATE_ELR    (33 * 8)
#define STATE_FPCR   (36 * 8)
#define STATE_V      (38 * 8)

	.arch	armv8-a
	.section .text.start, "ax"
	.globl	_start
_start:
	ldr	x1, =__stack_top
	mov	sp, x1
	ldr	x1, =__bss_start
	ldr	x2, =__bss_end
1:	cmp	x1, x2
	b.hs	2f
	stp	xzr, xzr, [x1], #16
	b	1b
2:	bl	main
	adr	x1, exit_block
	str	x0, [x1, #8]
	mov	w0, #0x20		/* SYS_EXIT_EXTENDED */
	hlt	#0xf000
3:	b	3b

	.text
	.globl	semihosting
/* uint64_t semihosting(uint32_t operation, const uint64_t *block) */
semihosting:
	hlt	#0xf000
	ret

/* void run_case(struct state *state): executes from state->elr on, and is back with what an exception leaves in it. */
	.globl	run_case
run_case:
	stp	x19, x20, [sp, #-96]!
	stp	x21, x22, [sp, #16]
	stp	x23, x24, [sp, #32]
	stp	x25, x26, [sp, #48]
	stp	x27, x28, [sp, #64]
	stp	x29, x30, [sp, #80]
	ldr	x1, =kept
	mov	x2, sp
	stp	x0, x2, [x1]
	ldp	x1, x2, [x0, #STATE_FPCR]
	msr	fpcr, x1
	msr	fpsr, x2
	ldp	x1, x2, [x0, #STATE_PSTATE]
	msr	spsr_el2, x1
	msr	elr_el2, x2
	ldr	x1, [x0, #STATE_SP]
	mov	sp, x1
	add	x1, x0, #STATE_V
	ldp	q0, q1, [x1]
	ldp	q2, q3, [x1, #32]
	ldp	q4, q5, [x1, #64]
	ldp	q6, q7, [x1, #96]
	ldp	q8, q9, [x1, #128]
	ldp	q10, q11, [x1, #160]
	ldp	q12, q13, [x1, #192]
	ldp	q14, q15, [x1, #224]
	ldp	q16, q17, [x1, #256]
	ldp	q18, q19, [x1, #288]
	ldp	q20, q21, [x1, #320]
	ldp	q22, q23, [x1, #352]
	ldp	q24, q25, [x1, #384]
	ldp	q26, q27, [x1, #416]
	ldp	q28, q29, [x1, #448]
	ldp	q30, q31, [x1, #480]
	ldp	x2, x3, [x0, #16]
	ldp	x4, x5, [x0, #32]
	ldp	x6, x7, [x0, #48]
	ldp	x8, x9, [x0, #64]
	ldp	x10, x11, [x0, #80]
	ldp	x12, x13, [x0, #96]
	ldp	x14, x15, [x0, #112]
	ldp	x16, x17, [x0, #128]
	ldp	x18, x19, [x0, #144]
	ldp	x20, x21, [x0, #160]
	ldp	x22, x23, [x0, #176]
	ldp	x24, x25, [x0, #192]
	ldp	x26, x27, [x0, #208]
	ldp	x28, x29, [x0, #224]
	ldr	x30, [x0, #240]
	ldp	x0, x1, [x0]
	eret

/* The way out: TPIDR_EL2 keeps X0. */
left:
	ldr	x0, =kept
	ldr	x0, [x0]
	stp	x2, x3, [x0, #16]
	stp	x4, x5, [x0, #32]
	stp	x6, x7, [x0, #48]
	stp	x8, x9, [x0, #64]
	stp	x10, x11, [x0, #80]
	stp	x12, x13, [x0, #96]
	stp	x14, x15, [x0, #112]
	stp	x16, x17, [x0, #128]
	stp	x18, x19, [x0, #144]
	stp	x20, x21, [x0, #160]
	stp	x22, x23, [x0, #176]
	stp	x24, x25, [x0, #192]
	stp	x26, x27, [x0, #208]
	stp	x28, x29, [x0, #224]
	mov	x2, sp
	stp	x30, x2, [x0, #240]
	mrs	x2, tpidr_el2
	stp	x2, x1, [x0]
	mrs	x1, spsr_el2
	mrs	x2, elr_el2
	mrs	x3, esr_el2
	mrs	x4, far_el2
	stp	x1, x2, [x0, #STATE_PSTATE]
	stp	x3, x4, [x0, #(STATE_PSTATE + 16)]
	mrs	x1, fpcr
	mrs	x2, fpsr
	stp	x1, x2, [x0, #STATE_FPCR]
	msr	fpcr, xzr
	add	x1, x0, #STATE_V
	stp	q0, q1, [x1]
	stp	q2, q3, [x1, #32]
	stp	q4, q5, [x1, #64]
	stp	q6, q7, [x1, #96]
	stp	q8, q9, [x1, #128]
	stp	q10, q11, [x1, #160]
	stp	q12, q13, [x1, #192]
	stp	q14, q15, [x1, #224]
	stp	q16, q17, [x1, #256]
	stp	q18, q19, [x1, #288]
	stp	q20, q21, [x1, #320]
	stp	q22, q23, [x1, #352]
	stp	q24, q25, [x1, #384]
	stp	q26, q27, [x1, #416]
	stp	q28, q29, [x1, #448]
	stp	q30, q31, [x1, #480]
	ldr	x1, =kept
	ldr	x2, [x1, #8]
	mov	sp, x2
	ldp	x21, x22, [sp, #16]
	ldp	x23, x24, [sp, #32]
	ldp	x25, x26, [sp, #48]
	ldp	x27, x28, [sp, #64]
	ldp	x29, x30, [sp, #80]
	ldp	x19, x20, [sp], #96
	ret

	.balign	2048
	.globl	vectors
vectors:
	.rept	16
	.balign	128
	msr	tpidr_el2, x0
	b	left
	.endr

	.data
	.balign	16
exit_block:
	.quad	0x20026, 0		/* ADP_Stopped_ApplicationExit, status */

	.bss
	.balign	16
kept:	.skip	16			/* the state in use, SP of run_case() */
