/*
 * One translation to be explained: what nw_probe gave, the log of its walk, and what nw_describe
 * says of it under the registers in force. story.c gathers it, story_words.c and story_cure.c have
 * the words, story_text.c and story_json.c print.
 */
#ifndef SIM_STORY_H
#define SIM_STORY_H

#include "meaning.h"
#include "sim.h"

struct story {
	va_t va;
	struct nw_access access;
	struct nw_registers registers;
	struct nw_translation result;
	struct nw_walk walk;
	struct nw_description d;
	uint64_t par; /* of AT */
	/* With a fault: the registers of the exception that the access takes to d.target_el. */
	uint64_t esr, far, hpfar;
};

/* Translates va without any effect. */
struct story story_of(struct nw_mmu *mmu, va_t va, struct nw_access access);

static inline const struct nw_stage *story_stage(const struct story *story, unsigned stage)
{
	return stage == 2 ? &story->d.stage2 : &story->d.stage1;
}

static inline bool story_faulted(const struct story *story)
{
	return story->result.fault.type != FAULT_NONE;
}

/* The IPA of va; false: there is no stage 2, or stage 1 gave none. */
bool story_ipa(const struct story *story, uint64_t *ipa);

/* The record of the leaf of a stage on the way to the output, updated or not; NULL: none was read.
 */
const struct nw_fetch *story_leaf(const struct story *story, unsigned stage);

/* The descriptor at which the walk ended in a fault; NULL: none. */
const struct nw_fetch *story_culprit(const struct story *story);

/*
 * An update that was told before: memory stays as it is for a probe, which therefore finds it again
 * wherever the walk comes to the same descriptor.
 */
bool story_is_repeated(const struct story *story, const struct nw_fetch *fetch);

static inline const struct nw_step *story_step(const struct story *story,
					       const struct nw_fetch *fetch)
{
	return &story->d.step[fetch - story->walk.fetch];
}

/* ------------------------------------------------------------------ words */

#define STORY_TEXT 512

/* Text that grows at its end and is cut where it is full. */
struct story_text {
	size_t used;
	char text[STORY_TEXT];
};
void story_add(struct story_text *text, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Names of the registers of a stage, and their values. */
struct story_registers {
	const char *tcr, *ttbr, *sctlr, *mair; /* stage 2: sctlr is HCR_EL2's name, mair NULL */
	uint64_t tcr_value, ttbr_value, sctlr_value, mair_value;
	const char *size, *granule, *output; /* fields of tcr: T0SZ, TG0, PS ... */
	uint64_t size_value;
};
struct story_registers story_registers(const struct story *story, unsigned stage);

const char *story_regime_name(const struct story *story);
const char *story_kind_name(enum nw_descriptor_kind kind);
const char *story_fault_name(enum nw_fault_type type);
const char *story_access_name(const struct nw_access *access);
/* The section and pseudocode function of DDI 0487 that decided: of a descriptor, of the fault. */
const char *story_step_rule(const struct story *story, const struct nw_fetch *fetch);
const char *story_fault_rule(const struct story *story);

/* The layout (fields.h) of a descriptor and the view that has the meanings (meaning.def); NULL:
 * invalid. */
const char *story_layout(const struct story *story, const struct nw_fetch *fetch,
			 const char **view);
/* Does this row of a layout say something that kind and address do not? */
bool story_shows(const struct story *story, const struct nw_fetch *fetch,
		 const struct field *field);

/* What would have to change for the access to succeed, or to get further. */
void story_cure(const struct story *story, struct story_text *text);

/* A set of NW_R, NW_W and NW_X as "rwx", a missing one as "-". */
struct story_rights {
	char text[4];
};
struct story_rights story_rights(uint8_t set);

void story_print_text(const struct story *story, FILE *out, bool colours);
bool story_print_json(const struct story *story, FILE *out);

#endif
