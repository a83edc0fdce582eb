/* Entry of a guest: the kernel passes argc, argv, envp and auxv on the stack (AArch64 Linux). */
	.globl	_start
	.type	_start, %function
_start:
	mov	x29, #0
	mov	x30, #0
	mov	x0, sp
	adrp	x1, _DYNAMIC
	add	x1, x1, :lo12:_DYNAMIC
	.weak	_DYNAMIC
	.hidden	_DYNAMIC
	adrp	x2, __ehdr_start
	add	x2, x2, :lo12:__ehdr_start
	.hidden	__ehdr_start
	bl	libc_start
	.size	_start, . - _start

/* long syscall(long number, ...): up to six arguments, all in registers. */
	.globl	syscall
	.type	syscall, %function
syscall:
	mov	x8, x0
	mov	x0, x1
	mov	x1, x2
	mov	x2, x3
	mov	x3, x4
	mov	x4, x5
	mov	x5, x6
	svc	#0
	ret
	.size	syscall, . - syscall
	.section .note.GNU-stack, "", %progbits
