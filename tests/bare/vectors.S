/*
 * run_at(): leaves EL2 for a piece of code at any exception level and comes back with the first exception that arrives,
 * in `record`. An exception that EL1 takes reports itself to EL2 by HVC #0x8000 + vector number.
 */
#include "record.h"

	.text
	.globl run_at
	.hidden run_at
/* void run_at(uint64_t pc, uint64_t spsr, const uint64_t x[4]) */
run_at:
	stp	x19, x20, [sp, #-96]!
	stp	x21, x22, [sp, #16]
	stp	x23, x24, [sp, #32]
	stp	x25, x26, [sp, #48]
	stp	x27, x28, [sp, #64]
	stp	x29, x30, [sp, #80]
	adrp	x3, record
	add	x3, x3, :lo12:record
	mov	x4, sp
	str	x4, [x3, #RECORD_SP]
	msr	elr_el2, x0
	msr	spsr_el2, x1
	ldp	x0, x1, [x2]
	ldr	x3, [x2, #24]
	ldr	x2, [x2, #16]
	isb
	eret

/* Vector number in X0, the code's X0 in TPIDR_EL2. */
arrived:
	stp	x1, x2, [sp, #-16]!
	adrp	x1, record
	add	x1, x1, :lo12:record
	str	x0, [x1, #RECORD_VECTOR]
	mrs	x0, tpidr_el2
	str	x0, [x1, #RECORD_X]
	ldp	x0, x2, [sp], #16
	stp	x0, x2, [x1, #RECORD_X + 8]
	str	x3, [x1, #RECORD_X + 24]
	mrs	x0, esr_el2
	mrs	x2, elr_el2
	stp	x0, x2, [x1, #RECORD_EL2]
	mrs	x0, spsr_el2
	mrs	x2, far_el2
	stp	x0, x2, [x1, #RECORD_EL2 + 16]
	mrs	x0, hcr_el2
	tbnz	x0, #34, 1f
	mrs	x0, esr_el1
	mrs	x2, elr_el1
	stp	x0, x2, [x1, #RECORD_EL1]
	mrs	x0, spsr_el1
	mrs	x2, far_el1
	b	2f
1:	mrs	x0, s3_5_c5_c2_0		/* HCR_EL2.E2H: ESR_EL12, ELR_EL12, SPSR_EL12, FAR_EL12 */
	mrs	x2, s3_5_c4_c0_1
	stp	x0, x2, [x1, #RECORD_EL1]
	mrs	x0, s3_5_c4_c0_0
	mrs	x2, s3_5_c6_c0_0
2:	stp	x0, x2, [x1, #RECORD_EL1 + 16]
	mrs	x0, s3_0_c4_c2_3		/* PAN */
	str	x0, [x1, #RECORD_PAN]
	mrs	x0, hpfar_el2
	str	x0, [x1, #RECORD_HPFAR]
	ldr	x0, [x1, #RECORD_SP]
	mov	sp, x0
	ldp	x21, x22, [sp, #16]
	ldp	x23, x24, [sp, #32]
	ldp	x25, x26, [sp, #48]
	ldp	x27, x28, [sp, #64]
	ldp	x29, x30, [sp, #80]
	ldp	x19, x20, [sp], #96
	ret

	.balign	2048
	.globl vectors_el2
	.hidden vectors_el2
vectors_el2:
	.set	n, 0
	.rept	16
	.balign	128
	msr	tpidr_el2, x0
	mov	x0, #n
	b	arrived
	.set	n, n + 1
	.endr

	.balign	2048
	.globl vectors_el1
	.hidden vectors_el1
vectors_el1:
	.set	n, 0
	.rept	16
	.balign	128
	hvc	#(0x8000 + n)
	.set	n, n + 1
	.endr
	.balign	2048
