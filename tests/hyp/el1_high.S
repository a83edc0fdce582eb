/*
 * EL1 guest: its stage 1 tables lie at IPAs above 2^48 (4K granule, DS = 1), the first at 2^51 + 0x1000, a second one at
 * 2^50, which nobody has touched before a walk comes by: stage 2 then has no entry at level -1 where it starts there, and
 * the abort is one of a stage 1 walk. What the guest sees of that is nothing: the table reads as zero.
 *
 * Run with s2=4k:52 (with and without start=-1) and vm-ram windows at 0x40000000, 2^50 and 2^51.
 */
#include "tests/hyp/el1.inc"

	.equ	TABLE0, 0x0008000000001000
	.equ	TABLE1, 0x0008000000002000
	.equ	UNTOUCHED, 0x0004000000000000

	/* Table descriptors with DS: OA[49:12] in place, OA[51:50] in bits 9:8. */
	.equ	TABLE1_DESCRIPTOR, 0x0000000000002203
	.equ	UNTOUCHED_DESCRIPTOR, 0x0000000000000103
	.equ	BLOCK_DESCRIPTOR, 0x0000000040000401	/* 1 GB at 0x40000000, AF, RW, AttrIndx 0 */
	.equ	PAGE_BLOCK_2_51, 0x0000000000000601	/* 1 GB at 2^51 */

	/* T0SZ 16, WB WA, inner, 4K, EPD1, IPS 52 bits, DS */
	.equ	TCR, 0x0800000600803510
	.equ	TTBR, 0x0000000000001020	/* base[51:48] in bits 5:2 */

	.text
	.globl	_start
_start:
	adr	x0, vectors
	msr	vbar_el1, x0
	load	x0, TABLE0
	load	x1, TABLE1_DESCRIPTOR
	str	x1, [x0]			/* VA 0: table 1 */
	load	x1, UNTOUCHED_DESCRIPTOR
	str	x1, [x0, #8]			/* VA 512 GB: the table nobody touched */
	load	x0, TABLE1
	load	x1, BLOCK_DESCRIPTOR
	str	x1, [x0, #8]			/* VA 1 GB */
	load	x1, PAGE_BLOCK_2_51
	str	x1, [x0, #16]			/* VA 2 GB: IPA 2^51 */
	load	x0, 0xff
	msr	mair_el1, x0
	load	x0, TCR
	msr	tcr_el1, x0
	load	x0, TTBR
	msr	ttbr0_el1, x0
	dsb	sy
	isb
	tlbi	vmalle1
	dsb	nsh
	isb
	mrs	x0, sctlr_el1
	orr	x0, x0, #1
	msr	sctlr_el1, x0
	isb

	/* The first table as data, through stage 1. */
	load	x0, 0x80001000
	ldr	x0, [x0]
	load	x1, TABLE1_DESCRIPTOR
	expect	x0, x1, 1

	/* The untouched table has no entry for this: stage 1 Translation fault, level 1, store. */
	load	x20, 0x0000008040000008
	load	x21, 0x96000045
	adr	x22, 1f
	str	x0, [x20]
	exit	2
1:	adr	x1, done
	mov	w0, #4
	hlt	#0xf000
	exit	0

synchronous:
	mrs	x0, esr_el1
	expect	x0, x21, 10
	mrs	x0, far_el1
	expect	x0, x20, 11
	msr	elr_el1, x22
	eret

	exit_code
done:
	.asciz	"tables above 2^48 work\n"

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
