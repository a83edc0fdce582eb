/* struct outcome run_el0(pc, x0): goes to EL0 and comes back with the exception that EL2 takes. */
	.text
	.globl run_el0, el0_code, el0_load, el0_store
run_el0:
	stp	x29, x30, [sp, #-112]!
	stp	x19, x20, [sp, #16]
	stp	x21, x22, [sp, #32]
	stp	x23, x24, [sp, #48]
	stp	x25, x26, [sp, #64]
	stp	x27, x28, [sp, #80]
	str	x8, [sp, #96]			/* where the result goes */
	adr	x2, vectors
	msr	vbar_el2, x2
	msr	elr_el2, x0
	mov	x3, #0x3c0			/* EL0t, interrupts masked */
	msr	spsr_el2, x3
	mov	x0, x1
	isb
	eret

	/* Every exception of EL0 that EL2 takes ends here; the program says that it is done by WFI, which HCR_EL2.TWI traps. */
back:
	ldr	x8, [sp, #96]
	mrs	x9, esr_el2
	mrs	x10, far_el2
	mrs	x11, hpfar_el2
	stp	x9, x10, [x8]
	stp	x11, x0, [x8, #16]
	ldp	x19, x20, [sp, #16]
	ldp	x21, x22, [sp, #32]
	ldp	x23, x24, [sp, #48]
	ldp	x25, x26, [sp, #64]
	ldp	x27, x28, [sp, #80]
	ldp	x29, x30, [sp], #112
	ret

	.balign	2048
vectors:
	.rept	16
	.balign	128
	b	back
	.endr

	.balign	4096
el0_code:
el0_load:
	ldr	x0, [x0]
	wfi					/* HCR_EL2.TWI traps it to EL2: done */
el0_store:
	mov	x1, #0x55
	str	x1, [x0]
	wfi
	.balign	4096
