/*
 * EL1 guest: accesses where the VM has nothing come back as synchronous External aborts at EL1, with the VA in FAR_EL1.
 */
#include "tests/hyp/el1.inc"

	.equ	NOTHING, 0x1000

	.text
	.globl	_start
_start:
	adr	x0, vectors
	msr	vbar_el1, x0
	isb
	load	x20, NOTHING + 0x18

	/* x21 = the syndrome expected next, x22 = where to go on */
	load	x21, 0x96000010		/* Data Abort, same EL, External */
	adr	x22, 1f
	ldr	x0, [x20]
	exit	1
1:	load	x21, 0x96000050		/* WnR */
	adr	x22, 2f
	stp	x0, x1, [x20]
	exit	2
2:	load	x21, 0x86000010		/* Instruction Abort */
	adr	x22, 3f
	br	x20
	/* The PL011 is not there for what has no syndrome: a pair. */
3:	movz	x20, #0x0900, lsl #16
	load	x21, 0x96000010
	adr	x22, 4f
	ldp	w0, w1, [x20]
	exit	3
4:	adr	x1, done
	mov	w0, #4
	hlt	#0xf000
	exit	0

synchronous:
	mrs	x0, esr_el1
	expect	x0, x21, 10
	mrs	x0, far_el1
	expect	x0, x20, 11
	mrs	x0, spsr_el1
	and	x0, x0, #0xf
	mov	x1, #5			/* EL1h */
	expect	x0, x1, 12
	msr	elr_el1, x22
	eret

	exit_code
done:
	.asciz	"aborts as expected\n"

	.balign	2048
vectors:
	bad_vector 0
	bad_vector 1
	bad_vector 2
	bad_vector 3
	.balign	128
	b	synchronous
	bad_vector 5
	bad_vector 6
	bad_vector 7
	bad_vector 8
