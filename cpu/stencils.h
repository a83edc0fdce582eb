/* The stencils of this build, made by gencut and genstencil: data. */
#ifndef CPU_STENCILS_H
#define CPU_STENCILS_H

#include "engine.h"

enum hole {
#define HOLE(name) HOLE_##name,
#include "hole.def"
#undef HOLE
	/* Not of the op, but a place in the hot or cold part of the same stencil, by its offset. */
	HOLE_HOT,
	HOLE_COLD,
};

/* How a value is written, see the relocations of x86-64. */
enum patch_kind { PATCH_8, PATCH_32, PATCH_32S, PATCH_64, PATCH_RELATIVE };

struct patch {
	uint16_t offset; /* in the code of the stencil */
	uint8_t kind, hole;
	int32_t addend;
};

/*
 * An instruction of a stencil that has a guest register as its operand in memory, modrm and
 * displacement last but for immediates: it reads the register, it moves a host register there, or
 * it writes it in another way. It may be replaced, or followed by others.
 */
enum access_kind { ACCESS_READ, ACCESS_WRITE, ACCESS_SET };

struct access {
	uint16_t start, end; /* in the code of the stencil */
	uint8_t kind;
};

struct stencil {
	fast_handler *handler; /* that it stands for */
	uint32_t code;         /* in stencil_code: first the hot part */
	uint16_t hot_size, cold_size;
	uint16_t patch_count;
	uint32_t first_patch;
	uint16_t access_count;
	uint32_t first_access;
	bool mappable; /* these are all of its accesses to guest registers */
};

extern const uint8_t stencil_code[];
extern const struct patch stencil_patches[];
extern const struct access stencil_accesses[];
extern const struct stencil stencils[];
extern const unsigned stencil_count; /* 0: this build has none */

#endif
