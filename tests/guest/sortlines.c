/*
 * sortlines FILE: the lines of a file in the order of their bytes, as `LC_ALL=C sort FILE` prints
 * them.
 */
#include "libc/libc.h"

struct line {
	const char *text;
	size_t size; /* without the newline */
};

static int compare_lines(const void *a, const void *b)
{
	const struct line *x = a, *y = b;
	int order = memcmp(x->text, y->text, x->size < y->size ? x->size : y->size);

	if (order)
		return order;
	return (x->size > y->size) - (x->size < y->size);
}

static size_t count_lines(const struct file *f)
{
	size_t count = f->size && f->data[f->size - 1] != '\n';

	for (size_t i = 0; i < f->size; i++)
		count += f->data[i] == '\n';
	return count;
}

int main(int argc, char **argv)
{
	if (argc != 2)
		die("usage: sortlines FILE");
	struct file f = file_read(argv[1]);
	size_t count = count_lines(&f);
	struct line *lines = calloc(count + 1, sizeof(*lines));
	const char *at = f.data, *end = f.data + f.size;

	for (size_t i = 0; i < count; i++) {
		const char *newline = memchr(at, '\n', (size_t)(end - at));

		lines[i] = (struct line){at, (size_t)((newline ? newline : end) - at)};
		at += lines[i].size + 1;
	}
	qsort(lines, count, sizeof(*lines), compare_lines);
	for (size_t i = 0; i < count; i++) {
		put_bytes(lines[i].text, lines[i].size);
		putchar('\n');
	}
	return 0;
}
