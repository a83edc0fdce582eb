/*
 * The code that runs under the translation of a case: entry, exit, vectors of EL1 and EL2, operations. It lies in the first
 * two pages of memory, which the case maps, touches no data before it has turned EL2's MMU off again, and ends with the first
 * exception that reaches EL2. An exception that EL1 takes reports itself by HVC #0x8000 + vector number.
 *
 * X4 and X18 are nobody's; TPIDR_EL2 holds the SCTLR_EL2 of the guest's own code.
 */
#include "record.h"

	.arch	armv8.7-a
	.section .low, "ax"
/* X0 to X2 are the operation's, X4 is SCTLR_EL2, ELR_EL2 and SPSR_EL2 are set. */
low_enter:
	msr	sctlr_el2, x4
	isb
	eret

/* Vector number in X0, the operation's X0 in X4. */
low_exit:
	mrs	x18, tpidr_el2
	msr	sctlr_el2, x18
	isb
	movz	x18, #:abs_g3:arrived
	movk	x18, #:abs_g2_nc:arrived
	movk	x18, #:abs_g1_nc:arrived
	movk	x18, #:abs_g0_nc:arrived
	br	x18

	.balign	2048
	.globl	low_vectors
low_vectors:
	.set	n, 0
	.rept	16
	.balign	128
	mrs	x18, CurrentEL
	tbz	x18, #3, 1f
	mov	x4, x0
	mov	x0, #n
	b	low_exit
1:	hvc	#(0x8000 + n)
	.set	n, n + 1
	.endr

	.balign	4096
	.globl	low_ops
low_ops:
	.macro	op kind, instruction
2:	\instruction
	.ifc	\kind, at
	isb
	mrs	x0, par_el1
	.endif
	.ifc	\kind, tlbi
	dsb	sy
	isb
	.endif
	brk	#DONE
	.org	2b + OP_BYTES
	.endm
#define LOAD   plain
#define STORE  plain
#define ATOMIC plain
#define UNPRIV plain
#define FETCH  plain
#define ZERO   plain
#define CACHE1 plain
#define CACHE  plain
#define AT1    at
#define AT2    at
#define TLBI1  tlbi
#define TLBI2  tlbi
#define OP(name, kind, instruction) op kind, instruction
#include "../op.def"
	.balign	4096

	.text
	.globl	run_at
run_at:
	stp	x19, x20, [sp, #-96]!
	stp	x21, x22, [sp, #16]
	stp	x23, x24, [sp, #32]
	stp	x25, x26, [sp, #48]
	stp	x27, x28, [sp, #64]
	stp	x29, x30, [sp, #80]
	adrp	x4, record
	add	x4, x4, :lo12:record
	mov	x5, sp
	str	x5, [x4, #RECORD_SP]
	msr	elr_el2, x0
	msr	spsr_el2, x1
	mov	x4, x2
	ldp	x0, x1, [x3]
	ldr	x2, [x3, #16]
	mov	x5, #low_enter
	br	x5

arrived:
	adrp	x1, record
	add	x1, x1, :lo12:record
	stp	x0, x4, [x1, #RECORD_VECTOR]
	mrs	x2, esr_el2
	mrs	x3, elr_el2
	stp	x2, x3, [x1, #RECORD_ESR]
	mrs	x2, far_el2
	mrs	x3, hpfar_el2
	stp	x2, x3, [x1, #RECORD_FAR]
	ldr	x0, [x1, #RECORD_SP]
	mov	sp, x0
	ldp	x21, x22, [sp, #16]
	ldp	x23, x24, [sp, #32]
	ldp	x25, x26, [sp, #48]
	ldp	x27, x28, [sp, #64]
	ldp	x29, x30, [sp, #80]
	ldp	x19, x20, [sp], #96
	ret
