/*
 * What the EL1 guests share: a stack, exit by semihosting, and the end of a check that failed.
 */
	.macro	exit status
	mov	x1, #\status
	b	exit_with_x1
	.endm

	/* Ends with \status unless the registers are equal. */
	.macro	expect a, b, status
	cmp	\a, \b
	b.eq	9f
	exit	\status
9:
	.endm

	.macro	load reg, value
	movz	\reg, #((\value) & 0xffff)
	movk	\reg, #(((\value) >> 16) & 0xffff), lsl #16
	movk	\reg, #(((\value) >> 32) & 0xffff), lsl #32
	movk	\reg, #(((\value) >> 48) & 0xffff), lsl #48
	.endm

	/* A vector that counts as failure, with status 100 + number; and one of the guest's own. */
	.macro	bad_vector number
	.balign	128
	exit	(100 + \number)
	.endm

	.macro	exit_code
exit_with_x1:
	adr	x2, exit_block
	str	x1, [x2, #8]
	mov	x1, x2
	mov	w0, #0x20
	hlt	#0xf000
	b	.
	.balign	8
exit_block:
	.quad	0x20026, 0
	.endm
