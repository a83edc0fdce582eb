/*
 * Freestanding library: words and numbers, formatted text.
 */
#include "lib.h"

bool word_starts(const char *word, size_t length, const char *string)
{
	size_t n = strlen(string);

	return n <= length && memcmp(word, string, n) == 0;
}

bool word_is(const char *word, size_t length, const char *string)
{
	return length == strlen(string) && word_starts(word, length, string);
}

static unsigned digit(char c)
{
	if (c >= '0' && c <= '9')
		return (unsigned)(c - '0');
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? (unsigned)(c - 'a') + 10 : 16;
}

bool word_number(const char *word, size_t length, uint64_t *value)
{
	unsigned base = 10;
	uint64_t v = 0;

	if (word_starts(word, length, "0x")) {
		base = 16;
		word += 2;
		length -= 2;
	}
	if (length == 0)
		return false;
	for (size_t i = 0; i < length; i++) {
		unsigned d = digit(word[i]);

		if (d >= base || v > (UINT64_MAX - d) / base)
			return false;
		v = v * base + d;
	}
	*value = v;
	return true;
}

bool word_size(const char *word, size_t length, uint64_t *bytes)
{
	static const char units[] = "kmgt";
	unsigned shift = 0;

	for (unsigned i = 0; length > 1 && i < 4; i++) {
		if ((word[length - 1] | 0x20) == units[i])
			shift = 10 * (i + 1);
	}
	if (!word_number(word, length - (shift != 0), bytes) || *bytes > UINT64_MAX >> shift)
		return false;
	*bytes <<= shift;
	return true;
}

/* ------------------------------------------------------------------ text */

struct sink {
	void (*put)(void *context, char byte);
	void *context;
};

static void put_number(const struct sink *sink, uint64_t value, unsigned base, unsigned width,
		       char pad)
{
	char text[24];
	unsigned n = 0;

	do {
		text[n++] = "0123456789abcdef"[value % base];
		value /= base;
	} while (value != 0);
	while (width > n) {
		sink->put(sink->context, pad);
		width--;
	}
	while (n > 0)
		sink->put(sink->context, text[--n]);
}

static void put_string(const struct sink *sink, const char *s)
{
	while (*s != '\0')
		sink->put(sink->context, *s++);
}

/* One conversion behind its flags. */
static void put_argument(const struct sink *sink, char conversion, bool is_long, unsigned width,
			 char pad, va_list *a)
{
	int64_t number;

	switch (conversion) {
	case 'u':
	case 'x':
		put_number(sink, is_long ? va_arg(*a, unsigned long) : va_arg(*a, unsigned),
			   conversion == 'x' ? 16 : 10, width, pad);
		break;
	case 'd':
		number = is_long ? va_arg(*a, long) : va_arg(*a, int);
		if (number < 0)
			sink->put(sink->context, '-');
		put_number(sink, number < 0 ? 0 - (uint64_t)number : (uint64_t)number, 10, width,
			   pad);
		break;
	case 's':
		put_string(sink, va_arg(*a, const char *));
		break;
	case 'c':
		sink->put(sink->context, (char)va_arg(*a, int));
		break;
	default:
		sink->put(sink->context, conversion);
	}
}

void format_text(void (*put)(void *context, char byte), void *context, const char *format,
		 va_list arguments)
{
	struct sink sink = {put, context};
	va_list a;

	va_copy(a, arguments);
	for (; *format != '\0'; format++) {
		unsigned width = 0;
		char pad = ' ';
		bool is_long = false;

		if (*format != '%') {
			put(context, *format);
			continue;
		}
		format++;
		if (*format == '0')
			pad = *format++;
		for (; *format >= '0' && *format <= '9'; format++)
			width = width * 10 + (unsigned)(*format - '0');
		for (; *format == 'l'; format++)
			is_long = true;
		if (*format == '\0')
			break;
		put_argument(&sink, *format, is_long, width, pad, &a);
	}
	va_end(a);
}

struct buffer {
	char *to;
	size_t bytes, length;
};

static void put_in_buffer(void *context, char byte)
{
	struct buffer *b = context;

	if (b->length + 1 < b->bytes)
		b->to[b->length] = byte;
	b->length++;
}

size_t format_string(char *to, size_t bytes, const char *format, ...)
{
	struct buffer buffer = {to, bytes, 0};
	va_list arguments;

	va_start(arguments, format);
	format_text(put_in_buffer, &buffer, format, arguments);
	va_end(arguments);
	if (bytes > 0)
		to[buffer.length < bytes ? buffer.length : bytes - 1] = '\0';
	return buffer.length;
}
