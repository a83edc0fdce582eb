/*
 * EL1 guest: prints on the PL011 that the hypervisor forwards, byte, halfword and word stores, and asks for its flags;
 * asks firmware (HVC and SMC) for its version; ends by PSCI SYSTEM_OFF.
 */
#include "tests/hyp/el1.inc"

	.text
	.globl	_start
_start:
	movz	x10, #0x0900, lsl #16
	adr	x11, text
1:	ldr	w12, [x10, #0x18]	/* UARTFR */
	tbnz	w12, #5, 1b
	ldrb	w12, [x11], #1
	cbz	w12, 2f
	strb	w12, [x10]
	b	1b
2:	mov	w12, #'.'
	strh	w12, [x10]
	mov	w12, #'\n'
	str	w12, [x10]

	/* A register that no store may change: XZR reads as 0, loads into it go nowhere. */
	ldr	wzr, [x10, #0x18]

	load	x0, 0x84000000		/* PSCI_VERSION */
	hvc	#0
	load	x1, 0x10001
	expect	x0, x1, 1
	load	x0, 0x84000000
	smc	#0
	expect	x0, x1, 2
	load	x0, 0x84001234		/* no such call */
	hvc	#0
	cmn	x0, #1
	b.eq	3f
	exit	3
3:	load	x0, 0x84000008		/* SYSTEM_OFF */
	hvc	#0
	exit	4

	exit_code
text:
	.asciz	"hello from EL1"
