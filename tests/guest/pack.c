/*
 * pack FILE: compresses the file with an LZ77 of our own, unpacks the result, compares, and prints
 * both sizes and the CRC-32 (as gzip and zip compute it) of what was unpacked.
 *
 * The packed form is a sequence of groups: a byte of eight flags, lowest first, then eight items.
 * An item is a literal byte (flag 0) or a match (flag 1): two bytes of distance - 1, lowest first,
 * and one of length - MATCH_MIN.
 */
#include "libc/libc.h"

enum {
	WINDOW_LOG2 = 16,
	HASH_LOG2 = 15,
	MATCH_MIN = 4,
	MATCH_MAX = MATCH_MIN + 255,
	CHAIN_MAX = 32, /* earlier places looked at for one match */
	NOWHERE = -1,
};

/* Where each hash was seen last, and for each place of the window the one before it. */
struct finder {
	int32_t last[1 << HASH_LOG2];
	int32_t before[1 << WINDOW_LOG2];
};

struct match {
	size_t distance, length;
};

struct packer {
	uint8_t *out;
	size_t size;
	size_t flags_at;
	unsigned items;
};

static uint32_t hash_of(const uint8_t *p)
{
	uint32_t word;

	memcpy(&word, p, sizeof(word));
	return word * 2654435761u >> (32 - HASH_LOG2);
}

static void remember(struct finder *f, const uint8_t *data, size_t at)
{
	uint32_t h = hash_of(data + at);

	f->before[at & ((1u << WINDOW_LOG2) - 1)] = f->last[h];
	f->last[h] = (int32_t)at;
}

static size_t common_length(const uint8_t *a, const uint8_t *b, size_t limit)
{
	size_t n = 0;

	while (n < limit && a[n] == b[n])
		n++;
	return n;
}

static struct match longest_match(const struct finder *f, const uint8_t *data, size_t at,
				  size_t limit)
{
	struct match best = {0, 0};
	int32_t from = f->last[hash_of(data + at)];

	for (unsigned tries = CHAIN_MAX; tries && from != NOWHERE; tries--) {
		size_t distance = at - (size_t)from;

		if (distance > (size_t)1 << WINDOW_LOG2)
			break;
		size_t length = common_length(data + from, data + at, limit);
		if (length > best.length)
			best = (struct match){distance, length};
		from = f->before[(uint32_t)from & ((1u << WINDOW_LOG2) - 1)];
		if (from != NOWHERE && (size_t)from >= at - distance)
			break; /* the ring has been overwritten here: the chain ends */
	}
	return best;
}

static void start_item(struct packer *p, bool is_match)
{
	if (p->items++ % 8 == 0) {
		p->flags_at = p->size;
		p->out[p->size++] = 0;
	}
	if (is_match)
		p->out[p->flags_at] = (uint8_t)(p->out[p->flags_at] | 1u << (p->items - 1) % 8);
}

static void emit_match(struct packer *p, struct match m)
{
	start_item(p, true);
	p->out[p->size++] = (uint8_t)(m.distance - 1);
	p->out[p->size++] = (uint8_t)((m.distance - 1) >> 8);
	p->out[p->size++] = (uint8_t)(m.length - MATCH_MIN);
}

/*
 * `out` holds at least size + size / 8 + 1 bytes: nine bytes for eight literals is the worst case.
 */
static size_t pack(uint8_t *out, const uint8_t *data, size_t size)
{
	struct finder *f = malloc(sizeof(*f));
	struct packer p = {.out = out};
	size_t at = 0;

	memset(f, 0xff, sizeof(*f));
	while (at < size) {
		size_t left = size - at, step = 1;
		struct match m = {0, 0};

		if (left >= MATCH_MIN)
			m = longest_match(f, data, at, left < MATCH_MAX ? left : MATCH_MAX);
		if (m.length >= MATCH_MIN) {
			emit_match(&p, m);
			step = m.length;
		} else {
			start_item(&p, false);
			p.out[p.size++] = data[at];
		}
		for (; step; step--, at++)
			if (size - at >= MATCH_MIN)
				remember(f, data, at);
	}
	free(f);
	return p.size;
}

/* Returns the size of what was unpacked; `room` or more when the packed form is damaged. */
static size_t unpack(uint8_t *out, size_t room, const uint8_t *in, size_t size)
{
	size_t at = 0, from = 0;

	for (unsigned item = 0, flags = 0; from < size; item++, flags >>= 1) {
		if (item % 8 == 0) {
			flags = in[from++];
			if (from == size)
				break;
		}
		if (!(flags & 1)) {
			if (at == room)
				return room + 1;
			out[at++] = in[from++];
			continue;
		}
		if (size - from < 3)
			return room + 1;
		size_t distance = (size_t)(in[from] | in[from + 1] << 8) + 1;
		size_t length = (size_t)in[from + 2] + MATCH_MIN;
		from += 3;
		if (distance > at || length > room - at)
			return room + 1;
		for (; length; length--, at++)
			out[at] = out[at - distance];
	}
	return at;
}

static uint32_t crc32(const uint8_t *data, size_t size)
{
	uint32_t table[256], crc = ~0u;

	for (uint32_t i = 0; i < 256; i++) {
		table[i] = i;
		for (unsigned bit = 0; bit < 8; bit++)
			table[i] = table[i] >> 1 ^ (table[i] & 1 ? 0xedb88320u : 0);
	}
	while (size--)
		crc = crc >> 8 ^ table[(crc ^ *data++) & 0xff];
	return ~crc;
}

int main(int argc, char **argv)
{
	if (argc != 2)
		die("usage: pack FILE");
	struct file f = file_read(argv[1]);
	uint8_t *packed = malloc(f.size + f.size / 8 + 2);
	uint8_t *unpacked = malloc(f.size + 1);
	size_t packed_size = pack(packed, (const uint8_t *)f.data, f.size);
	size_t unpacked_size = unpack(unpacked, f.size, packed, packed_size);

	if (unpacked_size != f.size || memcmp(unpacked, f.data, f.size) != 0)
		die("pack: what was unpacked differs from %s", argv[1]);
	printf("bytes %zu crc32 %08x\n", f.size, crc32(unpacked, unpacked_size));
	printf("packed %zu\n", packed_size);
	return 0;
}
