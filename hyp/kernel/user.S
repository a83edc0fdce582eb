/*
 * bool copy_to_user(uint64_t to, const void *from, uint64_t bytes)
 * bool copy_from_user(void *to, uint64_t from, uint64_t bytes)
 *
 * The program's side is reached by unprivileged loads and stores, so the program's own permissions
 * count and PSTATE.PAN may stay set. True when all was copied. Where a fault can't be resolved, the
 * handler continues at user_copy_failed, which returns false.
 */
	.text
	.globl	copy_to_user, copy_from_user, user_copy_start, user_copy_end, user_copy_failed
user_copy_start:
copy_to_user:
	subs	x2, x2, #8
	b.lo	2f
1:	ldr	x3, [x1], #8
	sttr	x3, [x0]
	add	x0, x0, #8
	subs	x2, x2, #8
	b.hs	1b
2:	adds	x2, x2, #8
	b.eq	4f
3:	ldrb	w3, [x1], #1
	sttrb	w3, [x0]
	add	x0, x0, #1
	subs	x2, x2, #1
	b.ne	3b
4:	mov	w0, #1
	ret

copy_from_user:
	subs	x2, x2, #8
	b.lo	2f
1:	ldtr	x3, [x1]
	add	x1, x1, #8
	str	x3, [x0], #8
	subs	x2, x2, #8
	b.hs	1b
2:	adds	x2, x2, #8
	b.eq	4f
3:	ldtrb	w3, [x1]
	add	x1, x1, #1
	strb	w3, [x0], #1
	subs	x2, x2, #1
	b.ne	3b
4:	mov	w0, #1
	ret
user_copy_end:

user_copy_failed:
	mov	w0, #0
	ret
	.section .note.GNU-stack, "", %progbits
