/* What the decode table says of each form, for the decoder and for all that looks at instructions
 * without executing. */
#ifndef CPU_A64INFO_H
#define CPU_A64INFO_H

#include "outcome.h"

enum a64_role { A64_NO_ROLE = 0, A64_READ = 1, A64_WRITE = 2, A64_BOTH = 3 };

/* width bits of the word from bit lsb are the bits of the field from bit `to`. */
struct a64_piece {
	uint8_t width, lsb, to;
};

struct a64_field_info {
	const char *name;
	uint8_t width;
	bool is_signed;
	uint8_t role; /* enum a64_role of a register number */
	bool sp;      /* 31 is SP, else XZR */
	bool pair;    /* the register and the next one */
	bool v;       /* of a SIMD&FP register */
	struct a64_piece pieces[3];
};

enum { A64_FIELDS_MAX = 8 };

struct a64_info {
	const char *name;
	const char *timing;       /* class of functional unit */
	const char *unmodelled;   /* what Armv9.4 has here and no core offers; NULL: modelled */
	enum nw_feature needs[2]; /* both; FEAT_NONE: none */
	uint8_t flags, mem, pc;   /* enum a64_role of PSTATE.NZCV, memory and PC */
	uint32_t mask, value;     /* bits that are no field: fixed, or as they should be */
	unsigned field_count;
	struct a64_field_info fields[A64_FIELDS_MAX];
};

enum a64_form;

/* The form of a word for a core with these features, or A64_UNALLOCATED. */
enum a64_form a64_decode(const struct nw_features *features, uint32_t word);
/* As it executes on this core: what is CONSTRAINED UNPREDICTABLE may be A64_UNALLOCATED or a NOP by
 * choice. */
enum a64_form a64_decode_for(const struct cpu *cpu, uint32_t word);

extern const struct a64_info a64_info[];

/* Fields that are no registers. In a stencil they are the addresses of symbols, which only a whole
 * host register holds unchanged. */
#ifdef CPU_STENCIL
typedef uint64_t a64_unsigned;
typedef int64_t a64_signed;
#else
typedef uint32_t a64_unsigned;
typedef int32_t a64_signed;
#endif

/* Register numbers to slots of struct cpu.x. */
static inline uint32_t a64_written_slot(uint32_t n)
{
	return n == 31 ? SLOT_SINK : n;
}

static inline uint32_t a64_sp_slot(uint32_t n)
{
	return n == 31 ? SLOT_SP : n;
}

#endif
