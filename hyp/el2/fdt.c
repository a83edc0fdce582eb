/*
 * Devicetree blobs: reads what the machine tells of RAM, initrd and bootargs; writes a small one
 * for a VM.
 *
 * Format: Devicetree Specification, "Flattened Devicetree (DTB) Format"; all words are big-endian.
 */
#include "hyp.h"

#define FDT_MAGIC 0xd00dfeedu

enum fdt_token { FDT_BEGIN_NODE = 1, FDT_END_NODE = 2, FDT_PROP = 3, FDT_NOP = 4, FDT_END = 9 };

enum fdt_header {
	HEADER_MAGIC,
	HEADER_TOTALSIZE,
	HEADER_OFF_STRUCT,
	HEADER_OFF_STRINGS,
	HEADER_OFF_RESERVE,
	HEADER_VERSION,
	HEADER_LAST_COMPATIBLE,
	HEADER_BOOT_CPU,
	HEADER_SIZE_STRINGS,
	HEADER_SIZE_STRUCT,
	HEADER_WORDS
};

static uint32_t load_word(const unsigned char *at)
{
	return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static void store_word(unsigned char *at, uint32_t value)
{
	for (int i = 0; i < 4; i++)
		at[i] = (unsigned char)(value >> (24 - 8 * i));
}

/* ------------------------------------------------------------------ reading */

struct reader {
	const unsigned char *structure, *strings;
	size_t structure_bytes, strings_bytes;
	size_t at;
	unsigned depth; /* 1: in the root node */
	unsigned address_cells, size_cells;
	bool in_memory, in_chosen;
};

struct property {
	const char *name;
	const unsigned char *value;
	size_t bytes;
};

/* The NUL-terminated string at an offset of a block; NULL where it runs out of it. */
static const char *string_at(const unsigned char *block, size_t block_bytes, size_t offset)
{
	for (size_t i = offset; i < block_bytes; i++) {
		if (block[i] == '\0')
			return (const char *)block + offset;
	}
	return NULL;
}

static uint64_t load_cells(const unsigned char *at, unsigned cells)
{
	uint64_t value = 0;

	while (cells-- > 0) {
		value = value << 32 | load_word(at);
		at += 4;
	}
	return value;
}

static void read_memory(struct machine_info *info, const struct reader *r, const struct property *p)
{
	size_t entry = 4u * (r->address_cells + r->size_cells);

	for (size_t at = 0; entry > 0 && at + entry <= p->bytes; at += entry) {
		struct range ram = {
			load_cells(p->value + at, r->address_cells),
			load_cells(p->value + at + 4u * r->address_cells, r->size_cells),
		};

		if (ram.bytes > 0 && info->ram_count < HYP_RAM_WINDOWS)
			info->ram[info->ram_count++] = ram;
	}
}

static void read_property(struct machine_info *info, struct reader *r, const struct property *p)
{
	unsigned cells = (unsigned)p->bytes / 4;

	if (r->depth == 1 && strcmp(p->name, "#address-cells") == 0 && cells == 1)
		r->address_cells = load_word(p->value);
	else if (r->depth == 1 && strcmp(p->name, "#size-cells") == 0 && cells == 1)
		r->size_cells = load_word(p->value);
	else if (r->in_memory && strcmp(p->name, "reg") == 0 && r->address_cells <= 2 &&
		 r->size_cells <= 2)
		read_memory(info, r, p);
	else if (r->in_chosen && strcmp(p->name, "bootargs") == 0 &&
		 string_at(p->value, p->bytes, 0) != NULL)
		info->bootargs = (const char *)p->value;
	else if (r->in_chosen && strcmp(p->name, "linux,initrd-start") == 0 && cells <= 2)
		info->initrd.base = load_cells(p->value, cells);
	else if (r->in_chosen && strcmp(p->name, "linux,initrd-end") == 0 && cells <= 2)
		info->initrd.bytes = load_cells(p->value, cells); /* the end, until all is read */
}

/* The next token of the structure block; FDT_END also where the block is damaged. */
static enum fdt_token next_token(struct machine_info *info, struct reader *r)
{
	uint32_t token =
		r->at + 4 <= r->structure_bytes ? load_word(r->structure + r->at) : FDT_END;
	const char *name;
	struct property p;

	r->at += 4;
	switch (token) {
	case FDT_BEGIN_NODE:
		name = string_at(r->structure, r->structure_bytes, r->at);
		if (name == NULL)
			return FDT_END;
		r->at = align_up(r->at + strlen(name) + 1, 4);
		if (++r->depth == 2) {
			r->in_memory = strcmp(name, "memory") == 0 ||
				       word_starts(name, strlen(name), "memory@");
			r->in_chosen = strcmp(name, "chosen") == 0;
		}
		return FDT_BEGIN_NODE;
	case FDT_END_NODE:
		if (r->depth-- <= 2)
			r->in_memory = r->in_chosen = false;
		return FDT_END_NODE;
	case FDT_PROP:
		if (r->at + 8 > r->structure_bytes)
			return FDT_END;
		p.bytes = load_word(r->structure + r->at);
		p.name = string_at(r->strings, r->strings_bytes,
				   load_word(r->structure + r->at + 4));
		p.value = r->structure + r->at + 8;
		if (p.name == NULL || p.bytes > r->structure_bytes - r->at - 8)
			return FDT_END;
		r->at = align_up(r->at + 8 + p.bytes, 4);
		read_property(info, r, &p);
		return FDT_PROP;
	default:
		return token == FDT_NOP ? FDT_NOP : FDT_END;
	}
}

const char *fdt_read(struct machine_info *info, const void *dtb)
{
	const unsigned char *d = dtb;
	struct reader r = {.address_cells = 2, .size_cells = 1};
	size_t total;

	*info = (struct machine_info){.bootargs = ""};
	if (load_word(d) != FDT_MAGIC)
		return "there is no DTB at X0";
	total = load_word(d + 4 * HEADER_TOTALSIZE);
	r.structure_bytes = load_word(d + 4 * HEADER_SIZE_STRUCT);
	r.strings_bytes = load_word(d + 4 * HEADER_SIZE_STRINGS);
	if (load_word(d + 4 * HEADER_OFF_STRUCT) + r.structure_bytes > total ||
	    load_word(d + 4 * HEADER_OFF_STRINGS) + r.strings_bytes > total)
		return "the DTB's blocks lie outside of it";
	r.structure = d + load_word(d + 4 * HEADER_OFF_STRUCT);
	r.strings = d + load_word(d + 4 * HEADER_OFF_STRINGS);
	info->dtb = (struct range){(uint64_t)(uintptr_t)dtb, total};
	while (next_token(info, &r) != FDT_END)
		;
	info->initrd.bytes =
		info->initrd.bytes > info->initrd.base ? info->initrd.bytes - info->initrd.base : 0;
	return info->ram_count > 0 ? NULL : "the DTB names no memory";
}

/* ------------------------------------------------------------------ writing */

/*
 * The strings block goes behind the structure block: names are collected in a small block of their
 * own first.
 */
enum { STRINGS_BYTES = 192 };

struct writer {
	unsigned char *to;
	size_t bytes, at;
	char strings[STRINGS_BYTES];
	size_t strings_at;
};

static void put_bytes(struct writer *w, const void *value, size_t bytes)
{
	if (w->at + bytes <= w->bytes)
		memcpy(w->to + w->at, value, bytes);
	w->at += bytes;
	while (w->at % 4 != 0) {
		if (w->at < w->bytes)
			w->to[w->at] = 0;
		w->at++;
	}
}

static void put_word(struct writer *w, uint32_t value)
{
	unsigned char word[4];

	store_word(word, value);
	put_bytes(w, word, sizeof(word));
}

static void put_property(struct writer *w, const char *name, const void *value, size_t bytes)
{
	size_t offset = 0;

	while (offset < w->strings_at && strcmp(w->strings + offset, name) != 0)
		offset += strlen(w->strings + offset) + 1;
	if (offset == w->strings_at && offset + strlen(name) + 1 <= STRINGS_BYTES) {
		memcpy(w->strings + offset, name, strlen(name) + 1);
		w->strings_at += strlen(name) + 1;
	}
	put_word(w, FDT_PROP);
	put_word(w, (uint32_t)bytes);
	put_word(w, (uint32_t)offset);
	put_bytes(w, value, bytes);
}

static void put_text(struct writer *w, const char *name, const char *value)
{
	put_property(w, name, value, strlen(value) + 1);
}

static void put_cells(struct writer *w, const char *name, const uint64_t *pairs, unsigned count)
{
	unsigned char cells[16];

	for (unsigned i = 0; i < count; i++) {
		store_word(cells + 8 * i, (uint32_t)(pairs[i] >> 32));
		store_word(cells + 8 * i + 4, (uint32_t)pairs[i]);
	}
	put_property(w, name, cells, 8u * count);
}

static void put_number(struct writer *w, const char *name, uint32_t value)
{
	unsigned char cell[4];

	store_word(cell, value);
	put_property(w, name, cell, sizeof(cell));
}

static void begin_node(struct writer *w, const char *name)
{
	put_word(w, FDT_BEGIN_NODE);
	put_bytes(w, name, strlen(name) + 1);
}

static void put_nodes(struct writer *w, const struct range *ram, unsigned ram_count,
		      const char *bootargs)
{
	char name[32];

	begin_node(w, "");
	put_number(w, "#address-cells", 2);
	put_number(w, "#size-cells", 2);
	put_text(w, "compatible", "linux,dummy-virt");
	begin_node(w, "chosen");
	put_text(w, "bootargs", bootargs);
	put_text(w, "stdout-path", "/pl011@9000000");
	put_word(w, FDT_END_NODE);
	begin_node(w, "psci");
	put_property(w, "compatible", "arm,psci-1.0\0arm,psci-0.2", 26);
	put_text(w, "method", "hvc");
	put_word(w, FDT_END_NODE);
	begin_node(w, "pl011@9000000");
	put_text(w, "compatible", "arm,pl011");
	put_cells(w, "reg", (uint64_t[]){PL011_ADDRESS, PL011_BYTES}, 2);
	put_word(w, FDT_END_NODE);
	for (unsigned i = 0; i < ram_count; i++) {
		format_string(name, sizeof(name), "memory@%lx", ram[i].base);
		begin_node(w, name);
		put_text(w, "device_type", "memory");
		put_cells(w, "reg", (uint64_t[]){ram[i].base, ram[i].bytes}, 2);
		put_word(w, FDT_END_NODE);
	}
	put_word(w, FDT_END_NODE);
	put_word(w, FDT_END);
}

size_t fdt_write(void *to, size_t bytes, const struct range *ram, unsigned ram_count,
		 const char *bootargs)
{
	struct writer w = {.to = to, .bytes = bytes, .at = 4 * HEADER_WORDS + 16};
	size_t structure = w.at;
	uint32_t header[HEADER_WORDS] = {
		[HEADER_MAGIC] = FDT_MAGIC,
		[HEADER_OFF_STRUCT] = (uint32_t)structure,
		[HEADER_OFF_RESERVE] =
			4 * HEADER_WORDS, /* no reservation: two zero words end the list */
		[HEADER_VERSION] = 17,
		[HEADER_LAST_COMPATIBLE] = 16,
	};

	if (bytes < w.at)
		return 0;
	memset(to, 0, w.at);
	put_nodes(&w, ram, ram_count, bootargs);
	header[HEADER_SIZE_STRUCT] = (uint32_t)(w.at - structure);
	header[HEADER_OFF_STRINGS] = (uint32_t)w.at;
	header[HEADER_SIZE_STRINGS] = (uint32_t)w.strings_at;
	put_bytes(&w, w.strings, w.strings_at);
	if (w.at > bytes)
		return 0;
	header[HEADER_TOTALSIZE] = (uint32_t)w.at;
	for (unsigned i = 0; i < HEADER_WORDS; i++)
		store_word(w.to + 4 * i, header[i]);
	return w.at;
}
