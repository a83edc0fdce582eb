/*
 * One translation to be explained: the log of nw_probe, with what each descriptor means under the
 * registers in force.
 */
#ifndef SIM_STORY_H
#define SIM_STORY_H

#include "fields.h"
#include "sim.h"

enum story_kind { STORY_TABLE, STORY_BLOCK, STORY_PAGE, STORY_INVALID };

/* What a stage's descriptors look like. */
struct story_stage {
	bool on;
	const char *tcr, *ttbr; /* names of its registers */
	uint64_t tcr_value, ttbr_value;
	uint8_t granule_bits, ia_bits;
	bool ds;  /* 52-bit descriptors of 4 KB and 16 KB granules */
	bool lpa; /* 52-bit descriptors of the 64 KB granule */
};

struct story {
	va_t va;
	struct nw_access access;
	struct nw_translation result;
	struct nw_walk walk;
	struct story_stage stage[3]; /* by number; [0] is not used */
	/* With a fault: the registers of the exception that the access takes. */
	unsigned target_el;
	uint64_t esr, far, hpfar, par;
};

/* Translates va without any effect. */
struct story story_of(struct nw_mmu *mmu, const struct nw_features *features, va_t va,
		      struct nw_access access);

enum story_kind story_kind(const struct story *story, const struct nw_fetch *fetch);
const char *story_kind_name(enum story_kind kind);
/* The layout (fields.h) of the descriptor; NULL: invalid. */
const char *story_layout(const struct nw_fetch *fetch, enum story_kind kind);
/* The next table's or the output address that the descriptor holds. */
uint64_t story_next(const struct story *story, const struct nw_fetch *fetch, enum story_kind kind);
/* The IPA of va; false: stage 2 is off, or stage 1 gave none. */
bool story_ipa(const struct story *story, uint64_t *ipa);
const char *story_fault_name(enum nw_fault_type type);
const char *story_access_name(enum nw_access_type type);

/* The leaf descriptor of a stage on the way to the output; NULL: none was read. */
const struct nw_fetch *story_leaf(const struct story *story, unsigned stage);

/* A set of rights as "rwx", a missing one as "-". */
struct story_rights {
	char el0[4], above[4];
};
/* What a leaf descriptor says by itself, before PAN, WXN and the table descriptors above it. */
struct story_rights story_rights(const struct story *story, const struct nw_fetch *leaf);

/* Does this row of a layout say something that `next` and `kind` do not? */
bool story_shows(const struct story *story, const struct nw_fetch *fetch,
		 const struct field *field);

void story_print_text(const struct story *story, FILE *out);
bool story_print_json(const struct story *story, FILE *out);

#endif
