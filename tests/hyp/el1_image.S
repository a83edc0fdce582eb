/*
 * EL1 guest as an arm64 Image: finds a DTB at X0, prints its first property, which is /chosen's bootargs, and ends.
 */
#include "tests/hyp/el1.inc"

	.text
	.globl	_start
_start:
	b	start
	.long	0
	.quad	0x10000			/* text_offset */
	.quad	0x20000			/* image_size: BSS behind the file */
	.quad	0xa
	.quad	0, 0, 0
	.ascii	"ARM\x64"
	.long	0

start:
	/* Where text_offset and the 2 MB boundary put it; BSS reads as zero. */
	adr	x1, _start
	load	x2, 0x10000
	and	x3, x1, #0x1fffff
	expect	x3, x2, 1
	load	x2, 0x1fff8
	ldr	x3, [x1, x2]
	expect	x3, xzr, 2
	/* Big-endian 0xd00dfeed. */
	ldr	w1, [x0]
	rev	w1, w1
	load	x2, 0xd00dfeed
	expect	x1, x2, 3
	/* The structure block: up to the node named "chosen", then over its first property's header. */
	ldr	w1, [x0, #8]
	rev	w1, w1
	add	x1, x0, x1
	adr	x4, chosen
	ldr	x4, [x4]
1:	ldr	w5, [x1]
	ldr	w6, [x1, #4]
	orr	x5, x5, x6, lsl #32
	cmp	x5, x4
	b.eq	2f
	add	x1, x1, #4
	b	1b
2:	add	x1, x1, #(8 + 12)
	mov	w0, #4
	hlt	#0xf000
	exit	0

	exit_code
	.balign	8
chosen:
	.asciz	"chosen"
	.balign	8
