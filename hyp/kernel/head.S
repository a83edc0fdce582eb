/*
 * The kernel's entry: the header of an arm64 Linux Image, the way from the MMU off to the high VA,
 * state and stack.
 *
 * X0 is the IPA of the boot info; the PC is the IPA of the image. The MMU goes on without an
 * identity map, which a small TTBR0 half under high IPAs could not hold: the fetch behind the ISB
 * faults, and the exception is taken to the high VA that VBAR_EL1 holds by then.
 */
#define STATE_BYTES 16384
#define STACK_BYTES 8192

	.section .head, "ax", %progbits
	.globl	image_head
image_head:
	b	1f
	.word	0
	.quad	0			/* text_offset */
	.quad	image_bytes		/* image_size, with state and stack */
	.quad	0xa			/* little-endian, 4K, anywhere */
	.quad	0, 0, 0
	.ascii	"ARM\x64"
	.word	0

1:	msr	spsel, #1
	msr	daifset, #0xf
	mov	x19, x0
	adrp	x20, kernel_state
	adrp	x1, stack_top
	add	x1, x1, :lo12:stack_top
	mov	sp, x1
	mov	x2, x20			/* the state; adrp gives all of the address: it is page-aligned */
	add	x3, x20, #STATE_BYTES
2:	stp	xzr, xzr, [x2], #16
	cmp	x2, x3
	b.ne	2b
	mov	x0, x20
	mov	x1, x19
	adrp	x2, image_head
	bl	kernel_boot		/* returns the SCTLR_EL1 to be set */

	/* From here on only registers: what the kernel lives on afterwards, at its high address. */
	adrp	x1, image_head
	ldr	x2, =image_start
	sub	x2, x2, x1		/* from IPA to VA */
	add	x20, x20, x2
	adrp	x3, stack_top
	add	x3, x3, :lo12:stack_top
	add	x21, x3, x2
	adrp	x3, boot_vectors
	add	x3, x3, :lo12:boot_vectors
	add	x3, x3, x2
	msr	vbar_el1, x3
	dsb	sy
	isb
	msr	sctlr_el1, x0
	isb
3:	b	3b			/* not fetched: nothing is mapped here now */
	.ltorg

	.text
	.balign	2048
boot_vectors:
	.fill	128, 4, 0xd4200000	/* BRK: nothing else is taken before the kernel's own vectors are in place */
	mov	sp, x21
	mov	x29, #0
	mov	x30, #0
	mov	x0, x20
	b	kernel_main

	.bss
	.balign	4096
	.globl	kernel_state
kernel_state:
	.skip	STATE_BYTES
	.skip	STACK_BYTES
	.globl	stack_top
stack_top:
	.section .note.GNU-stack, "", %progbits
