/*
 * What freestanding code lacks: memory functions, words and numbers, formatted text, semihosting.
 */
#ifndef HYP_LIB_H
#define HYP_LIB_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The compiler may call these four, whatever the flags say. */
void *memcpy(void *restrict to, const void *restrict from, size_t bytes);
void *memmove(void *to, const void *from, size_t bytes);
void *memset(void *to, int value, size_t bytes);
int memcmp(const void *a, const void *b, size_t bytes);

size_t strlen(const char *s);
int strcmp(const char *a, const char *b);

static inline uint64_t align_down(uint64_t value, uint64_t alignment)
{
	return value & ~(alignment - 1);
}

static inline uint64_t align_up(uint64_t value, uint64_t alignment)
{
	return (value + alignment - 1) & ~(alignment - 1);
}

/* The word [word, word + length) is exactly the string, or starts with it. */
bool word_is(const char *word, size_t length, const char *string);
bool word_starts(const char *word, size_t length, const char *string);

/* A decimal or 0x number, the whole word. False: not a number, or more than 64 bits. */
bool word_number(const char *word, size_t length, uint64_t *value);

/* A number with an optional k, m, g or t (either case). */
bool word_size(const char *word, size_t length, uint64_t *bytes);

/*
 * Formats %s %c %d %u %x %lu %ld %lx %% (and a width with leading zeros: %016lx) through put, byte
 * by byte.
 */
void format_text(void (*put)(void *context, char byte), void *context, const char *format,
		 va_list arguments);

/* As snprintf: at most bytes with the final NUL; returns the length of the whole text. */
size_t format_string(char *to, size_t bytes, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/*
 * Arm semihosting, AArch64: operation numbers and the call (HLT #0xF000). parameter: a value or a
 * block's address.
 */
enum semihosting_operation {
	SYS_OPEN = 0x01,
	SYS_CLOSE = 0x02,
	SYS_WRITEC = 0x03,
	SYS_WRITE0 = 0x04,
	SYS_WRITE = 0x05,
	SYS_READ = 0x06,
	SYS_ISTTY = 0x09,
	SYS_SEEK = 0x0a,
	SYS_FLEN = 0x0c,
	SYS_REMOVE = 0x0e,
	SYS_RENAME = 0x0f,
	SYS_CLOCK = 0x10,
	SYS_TIME = 0x11,
	SYS_ERRNO = 0x13,
	SYS_EXIT_EXTENDED = 0x20,
	SYS_ELAPSED = 0x30,
	SYS_TICKFREQ = 0x31,
};

#define ADP_STOPPED_INTERNAL_ERROR   UINT64_C(0x20024)
#define ADP_STOPPED_APPLICATION_EXIT UINT64_C(0x20026)

#ifdef __aarch64__
static inline int64_t semihosting(enum semihosting_operation operation, uint64_t parameter)
{
	register uint64_t w0 __asm__("x0") = (uint64_t)operation;
	register uint64_t x1 __asm__("x1") = parameter;

	__asm__ volatile("hlt #0xf000" : "+r"(w0) : "r"(x1) : "memory");
	return (int64_t)w0;
}

/* Ends the simulation with the status. */
static inline void semihosting_exit(uint64_t status)
{
	uint64_t block[2] = {ADP_STOPPED_APPLICATION_EXIT, status};

	semihosting(SYS_EXIT_EXTENDED, (uint64_t)block);
}

/* Ends it with status 1: nobody has asked for an end, software of ours could not go on. */
static inline void semihosting_abort(void)
{
	uint64_t block[2] = {ADP_STOPPED_INTERNAL_ERROR, 0};

	semihosting(SYS_EXIT_EXTENDED, (uint64_t)block);
}

/* To the host's standard error, from memory that is mapped. False: there is none. */
static inline bool semihosting_stderr(const char *text, uint64_t bytes)
{
	enum { FOR_APPENDING = 8 }; /* ":tt" opened so is standard error */
	volatile char name[4] = {':', 't', 't', 0};
	volatile uint64_t block[3] = {(uint64_t)name, FOR_APPENDING, 3};
	int64_t handle = semihosting(SYS_OPEN, (uint64_t)block);

	block[0] = (uint64_t)handle;
	block[1] = (uint64_t)text;
	block[2] = bytes;
	return handle >= 0 && semihosting(SYS_WRITE, (uint64_t)block) == 0;
}
#endif

#endif
