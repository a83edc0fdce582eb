/*
 * A freestanding AArch64 Linux program that executes instructions of SIMD&FP registers for
 * fp_oracle.c, on qemu-aarch64: cases come on standard input, results go to standard output.
 */
#include "fp_case.h"

enum { BATCH = 512 };

static struct fp_case cases[BATCH];
static struct fp_result results[BATCH];
/* Each instruction, and RET. Linked with -N: all is writable and executable. */
static uint32_t code[BATCH][2];

void run(const struct fp_case *c, struct fp_result *r, const uint32_t *instruction);
__asm__(".arch armv8.5-a+fp16+simd\n"
	"run:\n"
	"	stp x29, x30, [sp, #-32]!\n"
	"	str x1, [sp, #16]\n"
	"	mov x9, x0\n"
	"	ldr w3, [x9, #4]\n"
	"	msr fpcr, x3\n"
	"	ldp w3, w4, [x9, #24]\n"
	"	msr nzcv, x3\n"
	"	msr fpsr, x4\n"
	"	ldp x0, x1, [x9, #8]\n"
	"	ldp q0, q1, [x9, #32]\n"
	"	ldp q2, q3, [x9, #64]\n"
	"	blr x2\n"
	"	mrs x3, nzcv\n"
	"	mrs x4, fpsr\n"
	"	ldr x5, [sp, #16]\n"
	"	str q0, [x5]\n"
	"	str x0, [x5, #16]\n"
	"	stp w3, w4, [x5, #24]\n"
	"	msr fpcr, xzr\n"
	"	ldp x29, x30, [sp], #32\n"
	"	ret\n");

static long system_call(long number, long a, long b, long c)
{
	register long x8 __asm__("x8") = number, x0 __asm__("x0") = a, x1 __asm__("x1") = b,
			 x2 __asm__("x2") = c;

	__asm__ volatile("svc #0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2) : "memory");
	return x0;
}

static long read_all(char *to, long size)
{
	long got = 0, n;

	while (got < size && (n = system_call(63, 0, (long)(to + got), size - got)) > 0)
		got += n;
	return got;
}

static void write_all(const char *from, long size)
{
	long done = 0, n;

	while (done < size && (n = system_call(64, 1, (long)(from + done), size - done)) > 0)
		done += n;
}

void _start(void);
void _start(void)
{
	long count;

	while ((count = read_all((char *)cases, sizeof(cases)) / (long)sizeof(cases[0])) > 0) {
		for (long i = 0; i < count; i++) {
			code[i][0] = cases[i].word;
			code[i][1] = 0xd65f03c0;
		}
		__builtin___clear_cache((char *)code, (char *)(code + count));
		for (long i = 0; i < count; i++)
			run(&cases[i], &results[i], code[i]);
		write_all((const char *)results, count * (long)sizeof(results[0]));
	}
	system_call(93, 0, 0, 0);
}
