/* Formatted and buffered output, and whole files. */
#include "libc.h"

/* stdout has no argument that could carry its state. */
static struct out {
	size_t used;
	char bytes[1 << 15];
} out;

struct text {
	char *at;
	size_t room;
	size_t length; /* what would have been written, had there been room */
};

struct spec {
	bool left, zero;
	size_t width;
	size_t precision;
	unsigned longs;
};

static void write_all(int fd, const char *bytes, size_t size)
{
	while (size) {
		ssize_t n = write(fd, bytes, size);

		if (n <= 0)
			return;
		bytes += n;
		size -= (size_t)n;
	}
}

void flush_stdout(void)
{
	size_t used = out.used;

	out.used = 0;
	write_all(STDOUT, out.bytes, used);
}

void put_bytes(const void *bytes, size_t size)
{
	if (size > sizeof(out.bytes) - out.used)
		flush_stdout();
	if (size > sizeof(out.bytes)) {
		write_all(STDOUT, bytes, size);
		return;
	}
	memcpy(out.bytes + out.used, bytes, size);
	out.used += size;
}

int putchar(int c)
{
	char byte = (char)c;

	put_bytes(&byte, 1);
	return c;
}

int puts(const char *s)
{
	put_bytes(s, strlen(s));
	return putchar('\n');
}

static void emit(struct text *t, char c)
{
	if (t->room > 1) {
		*t->at++ = c;
		t->room--;
	}
	t->length++;
}

static void emit_padded(struct text *t, const struct spec *s, const char *bytes, size_t size)
{
	size_t pad = s->width > size ? s->width - size : 0;

	for (; pad && !s->left; pad--)
		emit(t, s->zero ? '0' : ' ');
	while (size--)
		emit(t, *bytes++);
	while (pad--)
		emit(t, ' ');
}

static void emit_number(struct text *t, struct spec *s, uint64_t value, unsigned base,
			bool negative)
{
	char digits[24];
	size_t at = sizeof(digits);

	do {
		digits[--at] = "0123456789abcdef"[value % base];
		value /= base;
	} while (value);
	if (negative && s->zero) {
		emit(t, '-');
		s->width -= s->width > 0;
	} else if (negative) {
		digits[--at] = '-';
	}
	emit_padded(t, s, digits + at, sizeof(digits) - at);
}

static const char *parse_spec(struct spec *s, const char *f, va_list *args)
{
	*s = (struct spec){.precision = SIZE_MAX};
	for (; *f == '-' || *f == '0'; f++)
		*(*f == '-' ? &s->left : &s->zero) = true;
	if (*f == '*') {
		s->width = (size_t)va_arg(*args, int);
		f++;
	}
	for (; *f >= '0' && *f <= '9'; f++)
		s->width = s->width * 10 + (size_t)(*f - '0');
	if (*f == '.' && f[1] == '*') {
		s->precision = (size_t)va_arg(*args, int);
		f += 2;
	}
	for (; *f == 'l' || *f == 'z'; f++)
		s->longs++;
	return f;
}

static void emit_string(struct text *t, const struct spec *s, const char *string)
{
	const char *end = memchr(string, 0, s->precision);

	emit_padded(t, s, string, end ? (size_t)(end - string) : s->precision);
}

static void emit_argument(struct text *t, struct spec *s, char kind, va_list *args)
{
	int64_t value;
	char c;

	switch (kind) {
	case 'd':
		value = s->longs ? va_arg(*args, long) : va_arg(*args, int);
		emit_number(t, s, value < 0 ? -(uint64_t)value : (uint64_t)value, 10, value < 0);
		break;
	case 'u':
	case 'x':
		emit_number(t, s, s->longs ? va_arg(*args, unsigned long) : va_arg(*args, unsigned),
			    kind == 'u' ? 10 : 16, false);
		break;
	case 'p':
		emit(t, '0');
		emit(t, 'x');
		emit_number(t, s, (uint64_t)va_arg(*args, void *), 16, false);
		break;
	case 's':
		emit_string(t, s, va_arg(*args, const char *));
		break;
	case 'c':
		c = (char)va_arg(*args, int);
		emit_padded(t, s, &c, 1);
		break;
	default:
		emit(t, kind);
	}
}

int vsnprintf(char *buffer, size_t size, const char *format, va_list original)
{
	struct text t = {.at = buffer, .room = size};
	struct spec s;
	va_list args;

	va_copy(args, original);
	for (const char *f = format; *f; f++) {
		if (*f != '%') {
			emit(&t, *f);
			continue;
		}
		f = parse_spec(&s, f + 1, &args);
		if (!*f)
			break;
		emit_argument(&t, &s, *f, &args);
	}
	va_end(args);
	if (size)
		*t.at = 0;
	return (int)t.length;
}

int snprintf(char *buffer, size_t size, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	int length = vsnprintf(buffer, size, format, args);
	va_end(args);
	return length;
}

int printf(const char *format, ...)
{
	char line[512];
	va_list args;

	va_start(args, format);
	int length = vsnprintf(line, sizeof(line), format, args);
	if (length < (int)sizeof(line)) {
		put_bytes(line, (size_t)length);
	} else {
		char *longer = malloc((size_t)length + 1);

		vsnprintf(longer, (size_t)length + 1, format, args);
		put_bytes(longer, (size_t)length);
		free(longer);
	}
	va_end(args);
	return length;
}

/*
 * Reads until the end of the file rather than by its size: what has no size (/dev/stdin) can be
 * read too.
 */
struct file file_read(const char *path)
{
	struct file f = {.size = 0};
	int fd = open(path, O_RDONLY);
	size_t room = 1 << 16;
	struct stat st;

	if (fd < 0)
		die("%s: cannot be opened (error %d)", path, -fd);
	if (fstat(fd, &st) == 0 && st.st_size > 0)
		room = (size_t)st.st_size + 1;
	f.data = malloc(room + 1);
	for (;;) {
		ssize_t n = read(fd, f.data + f.size, room - f.size);

		if (n < 0)
			die("%s: cannot be read (error %ld)", path, -n);
		if (n == 0)
			break;
		f.size += (size_t)n;
		if (f.size == room)
			f.data = realloc(f.data, (room *= 2) + 1);
	}
	f.data[f.size] = 0;
	close(fd);
	return f;
}
