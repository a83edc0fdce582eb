/* Loads and stores of one SIMD&FP register or two. Structures: simd_struct.h. */
#ifndef CPU_SIMD_LDST_H
#define CPU_SIMD_LDST_H

#include "ldst.h"
#include "simd_mem.h"

/* Where memory is accessed, and whether the sum is written back to the base. */
enum indexing { OFFSET, POST_INDEX, PRE_INDEX };

INLINE uint64_t indexed(uint64_t base, uint64_t offset, enum indexing indexing)
{
	return indexing == POST_INDEX ? base : base + offset;
}

INLINE void write_back(struct ctx *x, uint32_t Rn, uint64_t sum, enum indexing indexing)
{
	if (indexing != OFFSET)
		set_slot(x, Rn, sum);
}

INLINE unsigned log2_of(unsigned size)
{
	return size == 4 ? 2 : size == 8 ? 3 : 4;
}

/* ---------------------------------------------------------------- literal */

INLINE struct outcome load_literal(struct ctx *x, a64_signed imm19, unsigned size, uint32_t Rt)
{
	struct mem_how how = elements(size, size);
	uint64_t address = PC(x) + scaled(imm19, 2);
	uint8_t buffer[16];
	struct mem_bytes data = mem_read_bytes(x, address, &how, buffer);

	if (data.failed)
		return failed(x);
	load_register(x, Rt, data.from, size);
	mem_loaded(x, data.slot);
	return NEXT;
}

INLINE struct outcome exec_LDR_V_lit(struct ctx *x, const struct a64_LDR_V_lit *i)
{
	return load_literal(x, i->imm19, 4u << i->sz, i->Rt);
}

INLINE struct outcome exec_LDR_Q_lit(struct ctx *x, const struct a64_LDR_Q_lit *i)
{
	return load_literal(x, i->imm19, 16, i->Rt);
}

/* ---------------------------------------------------------------- pairs */

/* size is that of one register; imm7 counts in it. Rt may be Rt2: CHOICE_LOAD_PAIR_OVERLAP. */
INLINE struct outcome load_V_pair(struct ctx *x, uint32_t Rn, a64_signed imm7,
				  enum indexing indexing, unsigned size, uint32_t Rt, uint32_t Rt2)
{
	struct base base = base_address(x, Rn);
	uint64_t offset = scaled(imm7, log2_of(size));
	struct mem_how how = elements(2 * size, size);
	uint8_t buffer[32];

	if (base.failed)
		return failed(x);

	struct mem_bytes data =
		mem_read_bytes(x, indexed(base.address, offset, indexing), &how, buffer);

	if (data.failed)
		return failed(x);
	load_register(x, Rt, data.from, size);
	load_register(x, Rt2, data.from + size, size);
	write_back(x, Rn, base.address + offset, indexing);
	mem_loaded(x, data.slot);
	return NEXT;
}

INLINE struct outcome store_V_pair(struct ctx *x, uint32_t Rn, a64_signed imm7,
				   enum indexing indexing, unsigned size, uint32_t Rt, uint32_t Rt2)
{
	struct base base = base_address(x, Rn);
	uint64_t offset = scaled(imm7, log2_of(size));
	uint64_t address = indexed(base.address, offset, indexing);
	struct mem_how how = elements(2 * size, size);
	uint8_t buffer[32];

	if (base.failed)
		return failed(x);

	struct mem_room room = mem_room_for(x, address, &how, buffer);

	if (room.failed)
		return failed(x);
	store_register(x, Rt, room.to, size);
	store_register(x, Rt2, room.to + size, size);
	if (!mem_write_bytes(x, address, &how, &room))
		return failed(x);
	write_back(x, Rn, base.address + offset, indexing);
	return NEXT;
}

INLINE struct outcome exec_STP_V_nontemporal(struct ctx *x, const struct a64_STP_V_nontemporal *i)
{
	return store_V_pair(x, i->Rn, i->imm7, OFFSET, 4u << i->sz, i->Rt, i->Rt2);
}

INLINE struct outcome exec_STP_Q_nontemporal(struct ctx *x, const struct a64_STP_Q_nontemporal *i)
{
	return store_V_pair(x, i->Rn, i->imm7, OFFSET, 16, i->Rt, i->Rt2);
}

INLINE struct outcome exec_LDP_V_nontemporal(struct ctx *x, const struct a64_LDP_V_nontemporal *i)
{
	return load_V_pair(x, i->Rn, i->imm7, OFFSET, 4u << i->sz, i->Rt, i->Rt2);
}

INLINE struct outcome exec_LDP_Q_nontemporal(struct ctx *x, const struct a64_LDP_Q_nontemporal *i)
{
	return load_V_pair(x, i->Rn, i->imm7, OFFSET, 16, i->Rt, i->Rt2);
}

INLINE struct outcome exec_STP_V_post(struct ctx *x, const struct a64_STP_V_post *i)
{
	return store_V_pair(x, i->Rn, i->imm7, POST_INDEX, 4u << i->sz, i->Rt, i->Rt2);
}

INLINE struct outcome exec_STP_Q_post(struct ctx *x, const struct a64_STP_Q_post *i)
{
	return store_V_pair(x, i->Rn, i->imm7, POST_INDEX, 16, i->Rt, i->Rt2);
}

INLINE struct outcome exec_LDP_V_post(struct ctx *x, const struct a64_LDP_V_post *i)
{
	return load_V_pair(x, i->Rn, i->imm7, POST_INDEX, 4u << i->sz, i->Rt, i->Rt2);
}

INLINE struct outcome exec_LDP_Q_post(struct ctx *x, const struct a64_LDP_Q_post *i)
{
	return load_V_pair(x, i->Rn, i->imm7, POST_INDEX, 16, i->Rt, i->Rt2);
}

INLINE struct outcome exec_STP_V_offset(struct ctx *x, const struct a64_STP_V_offset *i)
{
	return store_V_pair(x, i->Rn, i->imm7, OFFSET, 4u << i->sz, i->Rt, i->Rt2);
}

INLINE struct outcome exec_STP_Q_offset(struct ctx *x, const struct a64_STP_Q_offset *i)
{
	return store_V_pair(x, i->Rn, i->imm7, OFFSET, 16, i->Rt, i->Rt2);
}

INLINE struct outcome exec_LDP_V_offset(struct ctx *x, const struct a64_LDP_V_offset *i)
{
	return load_V_pair(x, i->Rn, i->imm7, OFFSET, 4u << i->sz, i->Rt, i->Rt2);
}

INLINE struct outcome exec_LDP_Q_offset(struct ctx *x, const struct a64_LDP_Q_offset *i)
{
	return load_V_pair(x, i->Rn, i->imm7, OFFSET, 16, i->Rt, i->Rt2);
}

INLINE struct outcome exec_STP_V_pre(struct ctx *x, const struct a64_STP_V_pre *i)
{
	return store_V_pair(x, i->Rn, i->imm7, PRE_INDEX, 4u << i->sz, i->Rt, i->Rt2);
}

INLINE struct outcome exec_STP_Q_pre(struct ctx *x, const struct a64_STP_Q_pre *i)
{
	return store_V_pair(x, i->Rn, i->imm7, PRE_INDEX, 16, i->Rt, i->Rt2);
}

INLINE struct outcome exec_LDP_V_pre(struct ctx *x, const struct a64_LDP_V_pre *i)
{
	return load_V_pair(x, i->Rn, i->imm7, PRE_INDEX, 4u << i->sz, i->Rt, i->Rt2);
}

INLINE struct outcome exec_LDP_Q_pre(struct ctx *x, const struct a64_LDP_Q_pre *i)
{
	return load_V_pair(x, i->Rn, i->imm7, PRE_INDEX, 16, i->Rt, i->Rt2);
}

/* ---------------------------------------------------------------- one register */

INLINE struct outcome load_V(struct ctx *x, uint32_t Rn, uint64_t offset, enum indexing indexing,
			     unsigned size, uint32_t Rt)
{
	struct base base = base_address(x, Rn);
	struct mem_how how = elements(size, size);
	uint8_t buffer[16];

	if (base.failed)
		return failed(x);

	struct mem_bytes data =
		mem_read_bytes(x, indexed(base.address, offset, indexing), &how, buffer);

	if (data.failed)
		return failed(x);
	load_register(x, Rt, data.from, size);
	write_back(x, Rn, base.address + offset, indexing);
	mem_loaded(x, data.slot);
	return NEXT;
}

INLINE struct outcome store_V(struct ctx *x, uint32_t Rn, uint64_t offset, enum indexing indexing,
			      unsigned size, uint32_t Rt)
{
	struct base base = base_address(x, Rn);
	uint64_t address = indexed(base.address, offset, indexing);
	struct mem_how how = elements(size, size);
	uint8_t buffer[16];

	if (base.failed)
		return failed(x);

	struct mem_room room = mem_room_for(x, address, &how, buffer);

	if (room.failed)
		return failed(x);
	store_register(x, Rt, room.to, size);
	if (!mem_write_bytes(x, address, &how, &room))
		return failed(x);
	write_back(x, Rn, base.address + offset, indexing);
	return NEXT;
}

INLINE struct outcome exec_STR_V_unscaled(struct ctx *x, const struct a64_STR_V_unscaled *i)
{
	return store_V(x, i->Rn, (uint64_t)(int64_t)i->imm9, OFFSET, 1u << i->size, i->Rt);
}

INLINE struct outcome exec_STR_Q_unscaled(struct ctx *x, const struct a64_STR_Q_unscaled *i)
{
	return store_V(x, i->Rn, (uint64_t)(int64_t)i->imm9, OFFSET, 16, i->Rt);
}

INLINE struct outcome exec_LDR_V_unscaled(struct ctx *x, const struct a64_LDR_V_unscaled *i)
{
	return load_V(x, i->Rn, (uint64_t)(int64_t)i->imm9, OFFSET, 1u << i->size, i->Rt);
}

INLINE struct outcome exec_LDR_Q_unscaled(struct ctx *x, const struct a64_LDR_Q_unscaled *i)
{
	return load_V(x, i->Rn, (uint64_t)(int64_t)i->imm9, OFFSET, 16, i->Rt);
}

INLINE struct outcome exec_STR_V_post(struct ctx *x, const struct a64_STR_V_post *i)
{
	return store_V(x, i->Rn, (uint64_t)(int64_t)i->imm9, POST_INDEX, 1u << i->size, i->Rt);
}

INLINE struct outcome exec_STR_Q_post(struct ctx *x, const struct a64_STR_Q_post *i)
{
	return store_V(x, i->Rn, (uint64_t)(int64_t)i->imm9, POST_INDEX, 16, i->Rt);
}

INLINE struct outcome exec_LDR_V_post(struct ctx *x, const struct a64_LDR_V_post *i)
{
	return load_V(x, i->Rn, (uint64_t)(int64_t)i->imm9, POST_INDEX, 1u << i->size, i->Rt);
}

INLINE struct outcome exec_LDR_Q_post(struct ctx *x, const struct a64_LDR_Q_post *i)
{
	return load_V(x, i->Rn, (uint64_t)(int64_t)i->imm9, POST_INDEX, 16, i->Rt);
}

INLINE struct outcome exec_STR_V_pre(struct ctx *x, const struct a64_STR_V_pre *i)
{
	return store_V(x, i->Rn, (uint64_t)(int64_t)i->imm9, PRE_INDEX, 1u << i->size, i->Rt);
}

INLINE struct outcome exec_STR_Q_pre(struct ctx *x, const struct a64_STR_Q_pre *i)
{
	return store_V(x, i->Rn, (uint64_t)(int64_t)i->imm9, PRE_INDEX, 16, i->Rt);
}

INLINE struct outcome exec_LDR_V_pre(struct ctx *x, const struct a64_LDR_V_pre *i)
{
	return load_V(x, i->Rn, (uint64_t)(int64_t)i->imm9, PRE_INDEX, 1u << i->size, i->Rt);
}

INLINE struct outcome exec_LDR_Q_pre(struct ctx *x, const struct a64_LDR_Q_pre *i)
{
	return load_V(x, i->Rn, (uint64_t)(int64_t)i->imm9, PRE_INDEX, 16, i->Rt);
}

INLINE struct outcome exec_STR_V_reg(struct ctx *x, const struct a64_STR_V_reg *i)
{
	return store_V(x, i->Rn, register_offset(x, i->Rm, i->sx, i->xm, i->S != 0 ? i->size : 0),
		       OFFSET, 1u << i->size, i->Rt);
}

INLINE struct outcome exec_STR_Q_reg(struct ctx *x, const struct a64_STR_Q_reg *i)
{
	return store_V(x, i->Rn, register_offset(x, i->Rm, i->sx, i->xm, i->S != 0 ? 4 : 0), OFFSET,
		       16, i->Rt);
}

INLINE struct outcome exec_LDR_V_reg(struct ctx *x, const struct a64_LDR_V_reg *i)
{
	return load_V(x, i->Rn, register_offset(x, i->Rm, i->sx, i->xm, i->S != 0 ? i->size : 0),
		      OFFSET, 1u << i->size, i->Rt);
}

INLINE struct outcome exec_LDR_Q_reg(struct ctx *x, const struct a64_LDR_Q_reg *i)
{
	return load_V(x, i->Rn, register_offset(x, i->Rm, i->sx, i->xm, i->S != 0 ? 4 : 0), OFFSET,
		      16, i->Rt);
}

INLINE struct outcome exec_STR_V_unsigned(struct ctx *x, const struct a64_STR_V_unsigned *i)
{
	return store_V(x, i->Rn, scaled((a64_signed)i->imm12, i->size), OFFSET, 1u << i->size,
		       i->Rt);
}

INLINE struct outcome exec_STR_Q_unsigned(struct ctx *x, const struct a64_STR_Q_unsigned *i)
{
	return store_V(x, i->Rn, scaled((a64_signed)i->imm12, 4), OFFSET, 16, i->Rt);
}

INLINE struct outcome exec_LDR_V_unsigned(struct ctx *x, const struct a64_LDR_V_unsigned *i)
{
	return load_V(x, i->Rn, scaled((a64_signed)i->imm12, i->size), OFFSET, 1u << i->size,
		      i->Rt);
}

INLINE struct outcome exec_LDR_Q_unsigned(struct ctx *x, const struct a64_LDR_Q_unsigned *i)
{
	return load_V(x, i->Rn, scaled((a64_signed)i->imm12, 4), OFFSET, 16, i->Rt);
}

#endif
