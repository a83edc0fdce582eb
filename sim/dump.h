/*
 * Physical memory from files, for `nestwalk walk`: raw dumps (--mem FILE@PA) and the segments of an
 * ELF core (--core). Files are mapped and only what a walk asks for is read, so their size does not
 * matter. What no file holds answers with an external abort, as an address without memory does.
 */
#ifndef SIM_DUMP_H
#define SIM_DUMP_H

#include "sim.h"

/* Bytes of a file at a physical address. */
struct dump_piece {
	uint64_t base, size;
	const uint8_t *host;
};

/* A whole file in the host's memory. */
struct dump_file {
	uint8_t *bytes;
	size_t size;
};

struct dump {
	struct dump_piece *piece;
	size_t piece_count;
	struct dump_file file[SIM_MEMORIES + 1];
	unsigned file_count;
};

/* Each maps the file and adds its memory. False after a diag() that names the file and, in a core,
 * the offset. */
bool dump_add_raw(struct dump *dump, const char *path, uint64_t base);
bool dump_add_core(struct dump *dump, const char *path);

/* Reads from the dump, which must outlive it. There are no updates: the files stay as they are. */
struct nw_port dump_port(const struct dump *dump);

void dump_free(struct dump *dump);

/* What the two kinds share. NULL after a diag(): the file can't be mapped. */
const struct dump_file *dump_map(struct dump *dump, const char *path);
bool dump_add_piece(struct dump *dump, struct dump_piece piece);

#endif
