/* Start of a bare benchmark: arm64 Image header, stack, BSS; then main(device tree) and exit by semihosting. */
	.section .text.start, "ax"
	.globl _start
_start:
	b	1f
	.long	0
	.quad	0			/* text_offset */
	.quad	__image_size
	.quad	0xa			/* little-endian, 4 KB pages, anywhere */
	.quad	0, 0, 0
	.ascii	"ARM\x64"
	.long	0
1:	mov	x19, x0
	adrp	x1, __stack_top
	add	x1, x1, :lo12:__stack_top
	mov	sp, x1
	adrp	x1, __bss_start
	add	x1, x1, :lo12:__bss_start
	adrp	x2, __bss_end
	add	x2, x2, :lo12:__bss_end
2:	cmp	x1, x2
	b.hs	3f
	stp	xzr, xzr, [x1], #16
	b	2b
3:	mov	x0, x19
	bl	main
	adrp	x1, exit_block
	add	x1, x1, :lo12:exit_block
	str	x0, [x1, #8]
	mov	w0, #0x20		/* SYS_EXIT_EXTENDED */
	hlt	#0xf000
4:	b	4b

	.data
	.balign	16
exit_block:
	.quad	0x20026, 0		/* ADP_Stopped_ApplicationExit, status */
