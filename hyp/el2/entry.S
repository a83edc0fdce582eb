/*
 * Entry of the hypervisor: arm64 Image header, start with the MMU off, the step to its own virtual addresses.
 */

	.section .head, "ax"
	.globl	_start
_start:
	b	start
	.long	0
	.quad	0			/* text_offset */
	.long	_image_bytes, 0		/* with BSS and stack; 32 bits need no relocation */
	.quad	0xa			/* little endian, 4 KB pages, anywhere in memory */
	.quad	0, 0, 0
	.ascii	"ARM\x64"
	.long	0

/* X0 = DTB. x19 = DTB, x20 = where the image lies, x21 = the hypervisor's state. */
start:
	mov	x19, x0
	adrp	x20, _start
	adrp	x0, _bss_start
	add	x0, x0, :lo12:_bss_start
	adrp	x1, _bss_end
	add	x1, x1, :lo12:_bss_end
1:	cmp	x0, x1
	b.hs	2f
	stp	xzr, xzr, [x0], #16
	b	1b
2:	adrp	x21, _state
	adrp	x0, _stack_top
	mov	sp, x0
	mov	x0, x20
	bl	relocate
	mrs	x0, CurrentEL
	cmp	x0, #(2 << 2)
	b.ne	3f
	adrp	x0, vectors
	add	x0, x0, :lo12:vectors
	msr	vbar_el2, x0
	msr	tpidr_el2, x21
	isb
3:	mov	x0, x21
	mov	x1, x19
	mov	x2, x20
	bl	boot_early		/* struct boot_space: ttbr0, tcr, mair, sctlr, offset */
	ldp	x22, x23, [x0]
	ldp	x24, x25, [x0, #16]
	ldr	x26, [x0, #32]

	/*
	 * From here no pointer is read from memory before the jump. x26 = virtual minus physical address; 0 where the
	 * image lies inside the VA range. Where it doesn't, the first fetch with the MMU on takes a Translation fault,
	 * and the vector it goes to is `landing`, at its virtual address, either way.
	 */
	add	x0, x20, x26
	bl	relocate
	adrp	x0, landing_vectors
	add	x0, x0, :lo12:landing_vectors
	add	x0, x0, x26
	msr	vbar_el2, x0
	msr	mair_el2, x24
	msr	tcr_el2, x23
	msr	ttbr0_el2, x22
	isb
	tlbi	alle2
	ic	iallu
	dsb	nsh
	isb
	add	x0, x0, #0x200
	msr	sctlr_el2, x25
	isb
	br	x0

	.balign	2048
landing_vectors:
	.space	0x200			/* Current EL with SP_ELx, synchronous */
landing:
	mov	x0, sp
	add	x0, x0, x26
	mov	sp, x0
	adrp	x0, vectors
	add	x0, x0, :lo12:vectors
	msr	vbar_el2, x0
	add	x21, x21, x26
	msr	tpidr_el2, x21
	isb
	mov	x0, x21
	bl	boot_main		/* does not return */
	.balign	128

/* Applies the R_AARCH64_RELATIVE relocations of the image at x20 as if it lay at X0. */
relocate:
	adrp	x1, _rela_start
	add	x1, x1, :lo12:_rela_start
	adrp	x2, _rela_end
	add	x2, x2, :lo12:_rela_end
1:	cmp	x1, x2
	b.hs	2f
	ldp	x3, x4, [x1]		/* r_offset, r_info */
	ldr	x5, [x1, #16]		/* r_addend */
	add	x1, x1, #24
	cmp	x4, #1027		/* R_AARCH64_RELATIVE */
	b.ne	1b
	add	x5, x5, x0
	str	x5, [x20, x3]
	b	1b
2:	ret
