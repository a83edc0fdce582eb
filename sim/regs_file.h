/*
 * The registers of a walk from a text file (--regs): a line a register, NAME=VALUE or NAME VALUE,
 * the value decimal or 0x..., # begins a comment. Case of names does not matter. Registers of the
 * core that no translation reads may be there and say nothing; a name that no register has is an
 * error.
 */
#ifndef SIM_REGS_FILE_H
#define SIM_REGS_FILE_H

#include "sim.h"

struct regs_file {
	struct nw_registers registers;
	uint64_t given; /* bit i: the i-th register that translation reads has a line */
};

/* False after a diag() that names file and line. */
bool regs_file_read(const char *path, struct regs_file *regs);
/* The same for text in memory; path is used in messages. */
bool regs_file_parse(const char *path, const char *text, size_t size, struct regs_file *regs);

/* Whether the file has what a translation of va for this access reads. False after a diag() that
 * names what is missing. */
bool regs_file_check(const char *path, const struct regs_file *regs, va_t va,
		     struct nw_access access);

#endif
