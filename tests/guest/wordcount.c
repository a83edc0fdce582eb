/*
 * wordcount FILE [TOP]: how often each word (letters only, case folded) occurs, most frequent
 *first, then by name; as LC_ALL=C tr -cs A-Za-z '\n' <FILE | LC_ALL=C tr A-Z a-z | grep . | sort |
 *uniq -c | sort -k1,1nr -k2 | head -TOP
 */
#include "libc/libc.h"

struct word {
	const char *text; /* inside the file's own bytes, case folded there */
	uint32_t size;
	uint32_t count;
};

struct table {
	struct word *slots;
	size_t room; /* a power of two, at least twice `used` */
	size_t used;
};

static bool is_letter(char c)
{
	return (c | 32) >= 'a' && (c | 32) <= 'z';
}

static uint64_t hash_of(const char *text, uint32_t size)
{
	uint64_t h = 0xcbf29ce484222325;

	for (uint32_t i = 0; i < size; i++)
		h = (h ^ (uint8_t)text[i]) * 0x100000001b3;
	return h ^ h >> 32;
}

static struct word *find(const struct table *t, const char *text, uint32_t size)
{
	size_t at = hash_of(text, size) & (t->room - 1);

	for (;; at = (at + 1) & (t->room - 1)) {
		struct word *w = &t->slots[at];

		if (!w->text || (w->size == size && memcmp(w->text, text, size) == 0))
			return w;
	}
}

static void grow(struct table *t)
{
	struct table larger = {.room = t->room * 2, .used = t->used};

	larger.slots = calloc(larger.room, sizeof(*larger.slots));
	for (size_t i = 0; i < t->room; i++)
		if (t->slots[i].text)
			*find(&larger, t->slots[i].text, t->slots[i].size) = t->slots[i];
	free(t->slots);
	*t = larger;
}

static void count_word(struct table *t, const char *text, uint32_t size)
{
	struct word *w = find(t, text, size);

	if (!w->text) {
		*w = (struct word){.text = text, .size = size};
		t->used++;
	}
	w->count++;
	if (t->used * 2 > t->room)
		grow(t);
}

static void count_words(struct table *t, struct file *f)
{
	for (size_t at = 0; at < f->size;) {
		size_t start = at;

		for (; at < f->size && is_letter(f->data[at]); at++)
			f->data[at] |= 32;
		if (at > start)
			count_word(t, f->data + start, (uint32_t)(at - start));
		else
			at++;
	}
}

static int most_frequent_first(const void *a, const void *b)
{
	const struct word *x = a, *y = b;

	if (x->count != y->count)
		return x->count < y->count ? 1 : -1;
	int order = memcmp(x->text, y->text, x->size < y->size ? x->size : y->size);
	return order ? order : (x->size > y->size) - (x->size < y->size);
}

int main(int argc, char **argv)
{
	if (argc < 2 || argc > 3)
		die("usage: wordcount FILE [TOP]");
	struct file f = file_read(argv[1]);
	uint64_t top = argc == 3 ? parse_number(argv[2]) : 20;
	struct table t = {.room = 1024};

	t.slots = calloc(t.room, sizeof(*t.slots));
	count_words(&t, &f);
	size_t count = 0;
	for (size_t i = 0; i < t.room; i++)
		if (t.slots[i].text)
			t.slots[count++] = t.slots[i];
	qsort(t.slots, count, sizeof(*t.slots), most_frequent_first);
	for (size_t i = 0; i < count && i < top; i++)
		printf("%7u %.*s\n", t.slots[i].count, (int)t.slots[i].size, t.slots[i].text);
	return 0;
}
