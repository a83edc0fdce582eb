/*
 * join FILE1 FILE2: the lines of two files whose first fields (up to the first blank) are the same,
 * joined; both files sorted by it. The output is that of `LC_ALL=C join FILE1 FILE2` for lines with
 * single blanks between fields.
 */
#include "libc/libc.h"

struct cursor {
	const char *at, *end; /* the line */
	const char *file_end;
	size_t key_size;
};

static bool next_line(struct cursor *c, const char *at)
{
	if (at >= c->file_end)
		return false;
	const char *newline = memchr(at, '\n', (size_t)(c->file_end - at));
	c->at = at;
	c->end = newline ? newline : c->file_end;
	const char *blank = memchr(at, ' ', (size_t)(c->end - at));
	c->key_size = (size_t)((blank ? blank : c->end) - at);
	return true;
}

static int compare_keys(const struct cursor *a, const struct cursor *b)
{
	int order = memcmp(a->at, b->at, a->key_size < b->key_size ? a->key_size : b->key_size);

	return order ? order : (a->key_size > b->key_size) - (a->key_size < b->key_size);
}

static void print_pair(const struct cursor *a, const struct cursor *b)
{
	put_bytes(a->at, (size_t)(a->end - a->at));
	put_bytes(b->at + b->key_size, (size_t)(b->end - b->at) - b->key_size);
	putchar('\n');
}

/*
 * One line of the first file with every line of the second that has its key; `b` stays on the first
 * of those.
 */
static void join_line(const struct cursor *a, const struct cursor *b)
{
	struct cursor same = *b;

	do
		print_pair(a, &same);
	while (next_line(&same, same.end + 1) && compare_keys(a, &same) == 0);
}

int main(int argc, char **argv)
{
	if (argc != 3)
		die("usage: join FILE1 FILE2");
	struct file f1 = file_read(argv[1]), f2 = file_read(argv[2]);
	struct cursor a = {.file_end = f1.data + f1.size}, b = {.file_end = f2.data + f2.size};
	bool more = next_line(&a, f1.data) && next_line(&b, f2.data);

	while (more) {
		int order = compare_keys(&a, &b);

		if (order == 0)
			join_line(&a, &b);
		more = order > 0 ? next_line(&b, b.end + 1) : next_line(&a, a.end + 1);
	}
	return 0;
}
