/* A case in the making: what generate.c's parts share. */
#ifndef ORACLE_SCENE_H
#define ORACLE_SCENE_H

#include "generate.h"
#include "tree.h"

/* Which translation the operations meet. */
enum regime {
	REGIME_EL10,  /* EL1&0 */
	REGIME_EL2,   /* EL2, E2H=0 */
	REGIME_EL20,  /* EL2&0, E2H=1 */
	REGIME_HOST0, /* EL2&0 with TGE=1: EL0 too */
};

#define CODE_BYTES UINT64_C(0x2000)
#define TARGETS    6

/* A place that operations go to. */
struct target {
	uint64_t va, ipa;
	uint8_t half;
	struct entry *leaf, *leaf2; /* of stage 1, of stage 2; NULL: none */
};

struct scene {
	struct random *random;
	struct features features;
	struct memory memory;
	enum regime regime;
	bool stage1, tge, e2h, dc, asid16;
	uint64_t tcr, vtcr, hcr, sctlr, mair;
	uint64_t code_va, code_ipa;
	uint16_t asid, vmid;
	unsigned code_half, target_count;
	struct target target[TARGETS];
	struct test_case *out;
};

/* Legal or not: TCR_ELx, VTCR_EL2 and the trees that they describe (registers.c). */
void choose_stage2(struct scene *s);
void choose_stage1(struct scene *s);
void choose_controls(struct scene *s);
void emit_registers(struct scene *s);

/* The guest's code, the targets (map.c), then what is wrong with their descriptors (mutate.c). */
void map_code(struct scene *s);
void map_targets(struct scene *s);
void mutate(struct scene *s);
void mutate_entry(struct scene *s, struct entry *e);
uint64_t random_leaf(struct scene *s, const struct tree *tree);

/* Operations on the targets, changes of descriptors with their TLB maintenance (maintain.c). */
void operate(struct scene *s);
void change_target(struct scene *s, const struct target *t);

static inline bool two_ranges(const struct scene *s)
{
	return s->regime != REGIME_EL2;
}

static inline void emit(struct scene *s, enum command_kind kind, unsigned name, uint64_t a,
			uint64_t b, uint64_t c)
{
	case_add(s->out, (struct command){
				 .kind = (uint8_t)kind, .name = (uint8_t)name, .value = {a, b, c}});
}

#endif
