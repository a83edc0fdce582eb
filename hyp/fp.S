/*
 * fp_store(struct fp_context *), fp_load(const struct fp_context *): the program's FP and SIMD
 * registers, which the kernel does not use. FPSR lies at 8, FPCR at 12, V0 at 16.
 */
	.arch	armv8-a+simd
	.text
	.altmacro
	.macro	pairs operation, from
	.irp	step, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30
	pair	\operation, %(\step), %(\step + 1)
	.endr
	.endm
	.macro	pair operation, first, second
	\operation	q\first, q\second, [x0, #16 * \first]
	.endm

	.globl	fp_store, fp_load
fp_store:
	mrs	x1, fpsr
	mrs	x2, fpcr
	stp	w1, w2, [x0, #8]
	add	x0, x0, #16
	pairs	stp
	ret

fp_load:
	ldp	w1, w2, [x0, #8]
	msr	fpsr, x1
	msr	fpcr, x2
	add	x0, x0, #16
	pairs	ldp
	ret
	.section .note.GNU-stack, "", %progbits
