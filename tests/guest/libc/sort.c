/* qsort as a heap sort: no recursion, no worst case, no memory. */
#include "libc.h"

struct array {
	char *base;
	size_t size;
	int (*compare)(const void *, const void *);
};

static void swap(char *a, char *b, size_t size)
{
	for (; size >= 8; size -= 8, a += 8, b += 8) {
		uint64_t x, y;

		__builtin_memcpy(&x, a, 8);
		__builtin_memcpy(&y, b, 8);
		__builtin_memcpy(a, &y, 8);
		__builtin_memcpy(b, &x, 8);
	}
	for (; size; size--, a++, b++) {
		char t = *a;

		*a = *b;
		*b = t;
	}
}

static void sift_down(const struct array *a, size_t at, size_t count)
{
	for (size_t child; (child = 2 * at + 1) < count; at = child) {
		char *c = a->base + child * a->size;

		if (child + 1 < count && a->compare(c, c + a->size) < 0) {
			child++;
			c += a->size;
		}
		if (a->compare(a->base + at * a->size, c) >= 0)
			return;
		swap(a->base + at * a->size, c, a->size);
	}
}

void qsort(void *base, size_t count, size_t size, int (*compare)(const void *, const void *))
{
	struct array a = {.base = base, .size = size, .compare = compare};

	for (size_t i = count / 2; i-- > 0;)
		sift_down(&a, i, count);
	for (size_t last = count; last-- > 1;) {
		swap(a.base, a.base + last * size, size);
		sift_down(&a, 0, last);
	}
}
