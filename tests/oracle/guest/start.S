/* Start at EL2 with the MMU off: stack and BSS, main(), exit by semihosting with what it returns. */
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

	.data
	.balign	16
exit_block:
	.quad	0x20026, 0		/* ADP_Stopped_ApplicationExit, status */
