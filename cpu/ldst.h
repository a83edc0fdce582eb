/* Loads and stores of one register or two, literal, prefetch, and DC and IC by VA. Exclusive,
 * ordered and atomic ones: atomic.h. */
#ifndef CPU_LDST_H
#define CPU_LDST_H

#include "arith.h"
#include "mem.h"

/* What an access says of itself. Rt is a slot; valid: ISV, so no writeback. */
INLINE struct mem_how single(uint32_t size, bool sign_extend, bool sixty_four, uint32_t Rt,
			     bool valid)
{
	return (struct mem_how){
		.size = 1u << size,
		.align = 1u << size,
		.element = 1u << size,
		.syndrome = {.valid = valid,
			     .size_log2 = (uint8_t)size,
			     .sign_extend = sign_extend,
			     .Rt = (uint8_t)(Rt == SLOT_SINK ? 31 : Rt),
			     .sixty_four = sixty_four},
	};
}

INLINE uint64_t sign_extended(uint64_t value, uint32_t size)
{
	return extended(value, 4 + size);
}

/*
 * What an instruction writes back to its base register once the access is done: last, see
 * CHOICE_LOAD_WRITEBACK_OVERLAP, CHOICE_STORE_WRITEBACK_OVERLAP for a base that is loaded or stored
 * as well.
 */
struct writeback {
	bool wanted;
	uint32_t Rn;
	uint64_t value;
};

#define NO_WRITEBACK         ((struct writeback){false, 0, 0})
#define WRITEBACK(Rn, value) ((struct writeback){true, (Rn), (value)})

INLINE struct outcome load(struct ctx *x, uint64_t address, const struct mem_how *how, uint32_t Rt,
			   struct writeback writeback)
{
	struct mem_value data = mem_read(x, address, how);
	uint64_t value = data.value;

	if (data.failed)
		return failed(x);
	if (how->syndrome.sign_extend)
		value = sign_extended(value, how->syndrome.size_log2);
	set_R(x, how->syndrome.sixty_four || !how->syndrome.sign_extend, Rt, value);
	if (writeback.wanted)
		set_slot(x, writeback.Rn, writeback.value);
	mem_loaded(x, data.slot);
	return NEXT;
}

INLINE struct outcome store(struct ctx *x, uint64_t address, const struct mem_how *how, uint32_t Rt,
			    struct writeback writeback)
{
	if (!mem_write(x, address, Rt, how))
		return failed(x);
	if (writeback.wanted)
		set_slot(x, writeback.Rn, writeback.value);
	return NEXT;
}

/* ---------------------------------------------------------------- DC and IC by VA */

/* Whatever is more than a hit: sysop.c. */
INLINE struct outcome exec_DC_ZVA(struct ctx *x, const struct a64_DC_ZVA *i)
{
	if (!x->fast)
		return sysop_execute(x->cpu, SYSREG_KEY(1, 3, 7, 4, 1), i->Rt);
	if (!((const struct engine *)x->cpu)->zva_free ||
	    !mem_zero_hit(x, stored_X(x, i->Rt) & -(uint64_t)ZVA_SIZE))
		return failed(x);
	return NEXT;
}

INLINE struct outcome exec_CACHE_VA(struct ctx *x, const struct a64_CACHE_VA *i)
{
	if (!x->fast)
		return sysop_execute(x->cpu, SYSREG_KEY(1, 3, 7, i->CRm, 1), i->Rt);
	if (!((const struct engine *)x->cpu)->cache_free || !mem_probe_hit(x, X(x, i->Rt)))
		return failed(x);
	return NEXT;
}

/* ---------------------------------------------------------------- literal */

INLINE struct outcome exec_LDR_lit(struct ctx *x, const struct a64_LDR_lit *i)
{
	struct mem_how how = single(2 + i->sf, false, i->sf != 0, i->Rt, true);

	return load(x, PC(x) + scaled(i->imm19, 2), &how, i->Rt, NO_WRITEBACK);
}

INLINE struct outcome exec_LDRSW_lit(struct ctx *x, const struct a64_LDRSW_lit *i)
{
	struct mem_how how = single(2, true, true, i->Rt, true);

	return load(x, PC(x) + scaled(i->imm19, 2), &how, i->Rt, NO_WRITEBACK);
}

/* Prefetches may do nothing, and do. */
INLINE struct outcome exec_PRFM_lit(struct ctx *x, const struct a64_PRFM_lit *i)
{
	(void)x;
	(void)i;
	return NEXT;
}

/* ---------------------------------------------------------------- pairs */

INLINE struct mem_how pair(uint32_t size)
{
	return (struct mem_how){.size = 2u << size, .align = 1u << size, .element = 1u << size};
}

/* Rt may be Rt2: CHOICE_LOAD_PAIR_OVERLAP. */
INLINE struct outcome load_pair(struct ctx *x, uint64_t address, uint32_t size, bool sign_extend,
				uint32_t Rt, uint32_t Rt2, struct writeback writeback)
{
	struct mem_how how = pair(size);
	struct mem_pair data = mem_read_pair(x, address, &how);

	if (data.failed)
		return failed(x);
	set_X(x, Rt, sign_extend ? sign_extended(data.first, size) : data.first);
	set_X(x, Rt2, sign_extend ? sign_extended(data.second, size) : data.second);
	if (writeback.wanted)
		set_slot(x, writeback.Rn, writeback.value);
	mem_loaded(x, data.slot);
	return NEXT;
}

INLINE struct outcome store_pair(struct ctx *x, uint64_t address, uint32_t size, uint32_t Rt,
				 uint32_t Rt2, struct writeback writeback)
{
	struct mem_how how = pair(size);

	if (!mem_write_pair(x, address, Rt, Rt2, &how))
		return failed(x);
	if (writeback.wanted)
		set_slot(x, writeback.Rn, writeback.value);
	return NEXT;
}

INLINE struct outcome exec_STP_nontemporal(struct ctx *x, const struct a64_STP_nontemporal *i)
{
	struct base base = base_address(x, i->Rn);
	uint64_t offset = scaled(i->imm7, 2 + i->sf);

	if (base.failed)
		return failed(x);
	return store_pair(x, base.address + offset, 2 + i->sf, i->Rt, i->Rt2, NO_WRITEBACK);
}

INLINE struct outcome exec_LDP_nontemporal(struct ctx *x, const struct a64_LDP_nontemporal *i)
{
	struct base base = base_address(x, i->Rn);
	uint64_t offset = scaled(i->imm7, 2 + i->sf);

	if (base.failed)
		return failed(x);
	return load_pair(x, base.address + offset, 2 + i->sf, false, i->Rt, i->Rt2, NO_WRITEBACK);
}

INLINE struct outcome exec_STP_post(struct ctx *x, const struct a64_STP_post *i)
{
	struct base base = base_address(x, i->Rn);
	uint64_t offset = scaled(i->imm7, 2 + i->sf);

	if (base.failed)
		return failed(x);
	return store_pair(x, base.address, 2 + i->sf, i->Rt, i->Rt2,
			  WRITEBACK(i->Rn, base.address + offset));
}

INLINE struct outcome exec_LDP_post(struct ctx *x, const struct a64_LDP_post *i)
{
	struct base base = base_address(x, i->Rn);
	uint64_t offset = scaled(i->imm7, 2 + i->sf);

	if (base.failed)
		return failed(x);
	return load_pair(x, base.address, 2 + i->sf, false, i->Rt, i->Rt2,
			 WRITEBACK(i->Rn, base.address + offset));
}

INLINE struct outcome exec_LDPSW_post(struct ctx *x, const struct a64_LDPSW_post *i)
{
	struct base base = base_address(x, i->Rn);
	uint64_t offset = scaled(i->imm7, 2);

	if (base.failed)
		return failed(x);
	return load_pair(x, base.address, 2, true, i->Rt, i->Rt2,
			 WRITEBACK(i->Rn, base.address + offset));
}

INLINE struct outcome exec_STP_offset(struct ctx *x, const struct a64_STP_offset *i)
{
	struct base base = base_address(x, i->Rn);
	uint64_t offset = scaled(i->imm7, 2 + i->sf);

	if (base.failed)
		return failed(x);
	return store_pair(x, base.address + offset, 2 + i->sf, i->Rt, i->Rt2, NO_WRITEBACK);
}

INLINE struct outcome exec_LDP_offset(struct ctx *x, const struct a64_LDP_offset *i)
{
	struct base base = base_address(x, i->Rn);
	uint64_t offset = scaled(i->imm7, 2 + i->sf);

	if (base.failed)
		return failed(x);
	return load_pair(x, base.address + offset, 2 + i->sf, false, i->Rt, i->Rt2, NO_WRITEBACK);
}

INLINE struct outcome exec_LDPSW_offset(struct ctx *x, const struct a64_LDPSW_offset *i)
{
	struct base base = base_address(x, i->Rn);
	uint64_t offset = scaled(i->imm7, 2);

	if (base.failed)
		return failed(x);
	return load_pair(x, base.address + offset, 2, true, i->Rt, i->Rt2, NO_WRITEBACK);
}

INLINE struct outcome exec_STP_pre(struct ctx *x, const struct a64_STP_pre *i)
{
	struct base base = base_address(x, i->Rn);
	uint64_t offset = scaled(i->imm7, 2 + i->sf);

	if (base.failed)
		return failed(x);
	return store_pair(x, base.address + offset, 2 + i->sf, i->Rt, i->Rt2,
			  WRITEBACK(i->Rn, base.address + offset));
}

INLINE struct outcome exec_LDP_pre(struct ctx *x, const struct a64_LDP_pre *i)
{
	struct base base = base_address(x, i->Rn);
	uint64_t offset = scaled(i->imm7, 2 + i->sf);

	if (base.failed)
		return failed(x);
	return load_pair(x, base.address + offset, 2 + i->sf, false, i->Rt, i->Rt2,
			 WRITEBACK(i->Rn, base.address + offset));
}

INLINE struct outcome exec_LDPSW_pre(struct ctx *x, const struct a64_LDPSW_pre *i)
{
	struct base base = base_address(x, i->Rn);
	uint64_t offset = scaled(i->imm7, 2);

	if (base.failed)
		return failed(x);
	return load_pair(x, base.address + offset, 2, true, i->Rt, i->Rt2,
			 WRITEBACK(i->Rn, base.address + offset));
}

/* ---------------------------------------------------------------- one register, 9-bit offset */

INLINE struct outcome exec_STR_unscaled(struct ctx *x, const struct a64_STR_unscaled *i)
{
	struct base base = base_address(x, i->Rn);
	struct mem_how how = single(i->size, false, i->size == 3, i->Rt, true);
	uint64_t offset = (uint64_t)(int64_t)i->imm9;

	if (base.failed)
		return failed(x);
	return store(x, base.address + offset, &how, i->Rt, NO_WRITEBACK);
}

INLINE struct outcome exec_LDR_unscaled(struct ctx *x, const struct a64_LDR_unscaled *i)
{
	struct base base = base_address(x, i->Rn);
	struct mem_how how = single(i->size, false, i->size == 3, i->Rt, true);
	uint64_t offset = (uint64_t)(int64_t)i->imm9;

	if (base.failed)
		return failed(x);
	return load(x, base.address + offset, &how, i->Rt, NO_WRITEBACK);
}

INLINE struct outcome exec_LDRS_unscaled(struct ctx *x, const struct a64_LDRS_unscaled *i)
{
	struct base base = base_address(x, i->Rn);
	struct mem_how how = single(i->size, true, i->opc0 == 0, i->Rt, true);
	uint64_t offset = (uint64_t)(int64_t)i->imm9;

	if (base.failed)
		return failed(x);
	return load(x, base.address + offset, &how, i->Rt, NO_WRITEBACK);
}

INLINE struct outcome exec_LDRSW_unscaled(struct ctx *x, const struct a64_LDRSW_unscaled *i)
{
	struct base base = base_address(x, i->Rn);
	struct mem_how how = single(2, true, true, i->Rt, true);
	uint64_t offset = (uint64_t)(int64_t)i->imm9;

	if (base.failed)
		return failed(x);
	return load(x, base.address + offset, &how, i->Rt, NO_WRITEBACK);
}

INLINE struct outcome exec_PRFUM(struct ctx *x, const struct a64_PRFUM *i)
{
	(void)x;
	(void)i;
	return NEXT;
}

INLINE struct outcome exec_STR_post(struct ctx *x, const struct a64_STR_post *i)
{
	struct base base = base_address(x, i->Rn);
	struct mem_how how = single(i->size, false, i->size == 3, i->Rt, false);
	uint64_t offset = (uint64_t)(int64_t)i->imm9;

	if (base.failed)
		return failed(x);
	return store(x, base.address, &how, i->Rt, WRITEBACK(i->Rn, base.address + offset));
}

INLINE struct outcome exec_LDR_post(struct ctx *x, const struct a64_LDR_post *i)
{
	struct base base = base_address(x, i->Rn);
	struct mem_how how = single(i->size, false, i->size == 3, i->Rt, false);
	uint64_t offset = (uint64_t)(int64_t)i->imm9;

	if (base.failed)
		return failed(x);
	return load(x, base.address, &how, i->Rt, WRITEBACK(i->Rn, base.address + offset));
}

INLINE struct outcome exec_LDRS_post(struct ctx *x, const struct a64_LDRS_post *i)
{
	struct base base = base_address(x, i->Rn);
	struct mem_how how = single(i->size, true, i->opc0 == 0, i->Rt, false);
	uint64_t offset = (uint64_t)(int64_t)i->imm9;

	if (base.failed)
		return failed(x);
	return load(x, base.address, &how, i->Rt, WRITEBACK(i->Rn, base.address + offset));
}

INLINE struct outcome exec_LDRSW_post(struct ctx *x, const struct a64_LDRSW_post *i)
{
	struct base base = base_address(x, i->Rn);
	struct mem_how how = single(2, true, true, i->Rt, false);
	uint64_t offset = (uint64_t)(int64_t)i->imm9;

	if (base.failed)
		return failed(x);
	return load(x, base.address, &how, i->Rt, WRITEBACK(i->Rn, base.address + offset));
}

INLINE struct outcome exec_STR_unpriv(struct ctx *x, const struct a64_STR_unpriv *i)
{
	struct base base = base_address(x, i->Rn);
	struct mem_how how = single(i->size, false, i->size == 3, i->Rt, true);
	uint64_t offset = (uint64_t)(int64_t)i->imm9;

	if (base.failed)
		return failed(x);
	how.unprivileged = true;
	return store(x, base.address + offset, &how, i->Rt, NO_WRITEBACK);
}

INLINE struct outcome exec_LDR_unpriv(struct ctx *x, const struct a64_LDR_unpriv *i)
{
	struct base base = base_address(x, i->Rn);
	struct mem_how how = single(i->size, false, i->size == 3, i->Rt, true);
	uint64_t offset = (uint64_t)(int64_t)i->imm9;

	if (base.failed)
		return failed(x);
	how.unprivileged = true;
	return load(x, base.address + offset, &how, i->Rt, NO_WRITEBACK);
}

INLINE struct outcome exec_LDRS_unpriv(struct ctx *x, const struct a64_LDRS_unpriv *i)
{
	struct base base = base_address(x, i->Rn);
	struct mem_how how = single(i->size, true, i->opc0 == 0, i->Rt, true);
	uint64_t offset = (uint64_t)(int64_t)i->imm9;

	if (base.failed)
		return failed(x);
	how.unprivileged = true;
	return load(x, base.address + offset, &how, i->Rt, NO_WRITEBACK);
}

INLINE struct outcome exec_LDRSW_unpriv(struct ctx *x, const struct a64_LDRSW_unpriv *i)
{
	struct base base = base_address(x, i->Rn);
	struct mem_how how = single(2, true, true, i->Rt, true);
	uint64_t offset = (uint64_t)(int64_t)i->imm9;

	if (base.failed)
		return failed(x);
	how.unprivileged = true;
	return load(x, base.address + offset, &how, i->Rt, NO_WRITEBACK);
}

INLINE struct outcome exec_STR_pre(struct ctx *x, const struct a64_STR_pre *i)
{
	struct base base = base_address(x, i->Rn);
	struct mem_how how = single(i->size, false, i->size == 3, i->Rt, false);
	uint64_t offset = (uint64_t)(int64_t)i->imm9;

	if (base.failed)
		return failed(x);
	return store(x, base.address + offset, &how, i->Rt,
		     WRITEBACK(i->Rn, base.address + offset));
}

INLINE struct outcome exec_LDR_pre(struct ctx *x, const struct a64_LDR_pre *i)
{
	struct base base = base_address(x, i->Rn);
	struct mem_how how = single(i->size, false, i->size == 3, i->Rt, false);
	uint64_t offset = (uint64_t)(int64_t)i->imm9;

	if (base.failed)
		return failed(x);
	return load(x, base.address + offset, &how, i->Rt, WRITEBACK(i->Rn, base.address + offset));
}

INLINE struct outcome exec_LDRS_pre(struct ctx *x, const struct a64_LDRS_pre *i)
{
	struct base base = base_address(x, i->Rn);
	struct mem_how how = single(i->size, true, i->opc0 == 0, i->Rt, false);
	uint64_t offset = (uint64_t)(int64_t)i->imm9;

	if (base.failed)
		return failed(x);
	return load(x, base.address + offset, &how, i->Rt, WRITEBACK(i->Rn, base.address + offset));
}

INLINE struct outcome exec_LDRSW_pre(struct ctx *x, const struct a64_LDRSW_pre *i)
{
	struct base base = base_address(x, i->Rn);
	struct mem_how how = single(2, true, true, i->Rt, false);
	uint64_t offset = (uint64_t)(int64_t)i->imm9;

	if (base.failed)
		return failed(x);
	return load(x, base.address + offset, &how, i->Rt, WRITEBACK(i->Rn, base.address + offset));
}

/* ---------------------------------------------------------------- one register, register offset */

/* ExtendReg() for UXTW, SXTW, LSL and SXTX. */
INLINE uint64_t register_offset(const struct ctx *x, uint32_t Rm, uint32_t is_signed, uint32_t is_x,
				uint32_t shift)
{
	uint64_t offset = X(x, Rm);

	if (is_x == 0)
		offset = is_signed != 0 ? (uint64_t)(int32_t)offset : (uint32_t)offset;
	return offset << shift;
}

INLINE struct outcome exec_STR_reg(struct ctx *x, const struct a64_STR_reg *i)
{
	struct base base = base_address(x, i->Rn);
	struct mem_how how = single(i->size, false, i->size == 3, i->Rt, true);
	uint64_t offset = register_offset(x, i->Rm, i->sx, i->xm, i->S != 0 ? i->size : 0);

	if (base.failed)
		return failed(x);
	return store(x, base.address + offset, &how, i->Rt, NO_WRITEBACK);
}

INLINE struct outcome exec_LDR_reg(struct ctx *x, const struct a64_LDR_reg *i)
{
	struct base base = base_address(x, i->Rn);
	struct mem_how how = single(i->size, false, i->size == 3, i->Rt, true);
	uint64_t offset = register_offset(x, i->Rm, i->sx, i->xm, i->S != 0 ? i->size : 0);

	if (base.failed)
		return failed(x);
	return load(x, base.address + offset, &how, i->Rt, NO_WRITEBACK);
}

INLINE struct outcome exec_LDRS_reg(struct ctx *x, const struct a64_LDRS_reg *i)
{
	struct base base = base_address(x, i->Rn);
	struct mem_how how = single(i->size, true, i->opc0 == 0, i->Rt, true);
	uint64_t offset = register_offset(x, i->Rm, i->sx, i->xm, i->S != 0 ? i->size : 0);

	if (base.failed)
		return failed(x);
	return load(x, base.address + offset, &how, i->Rt, NO_WRITEBACK);
}

INLINE struct outcome exec_LDRSW_reg(struct ctx *x, const struct a64_LDRSW_reg *i)
{
	struct base base = base_address(x, i->Rn);
	struct mem_how how = single(2, true, true, i->Rt, true);
	uint64_t offset = register_offset(x, i->Rm, i->sx, i->xm, i->S != 0 ? 2 : 0);

	if (base.failed)
		return failed(x);
	return load(x, base.address + offset, &how, i->Rt, NO_WRITEBACK);
}

INLINE struct outcome exec_PRFM_reg(struct ctx *x, const struct a64_PRFM_reg *i)
{
	(void)x;
	(void)i;
	return NEXT;
}

/* ---------------------------------------------------------------- one register, unsigned 12-bit
 * offset */

INLINE struct outcome exec_STR_unsigned(struct ctx *x, const struct a64_STR_unsigned *i)
{
	struct base base = base_address(x, i->Rn);
	struct mem_how how = single(i->size, false, i->size == 3, i->Rt, true);
	uint64_t offset = scaled((a64_signed)i->imm12, i->size);

	if (base.failed)
		return failed(x);
	return store(x, base.address + offset, &how, i->Rt, NO_WRITEBACK);
}

INLINE struct outcome exec_LDR_unsigned(struct ctx *x, const struct a64_LDR_unsigned *i)
{
	struct base base = base_address(x, i->Rn);
	struct mem_how how = single(i->size, false, i->size == 3, i->Rt, true);
	uint64_t offset = scaled((a64_signed)i->imm12, i->size);

	if (base.failed)
		return failed(x);
	return load(x, base.address + offset, &how, i->Rt, NO_WRITEBACK);
}

INLINE struct outcome exec_LDRS_unsigned(struct ctx *x, const struct a64_LDRS_unsigned *i)
{
	struct base base = base_address(x, i->Rn);
	struct mem_how how = single(i->size, true, i->opc0 == 0, i->Rt, true);
	uint64_t offset = scaled((a64_signed)i->imm12, i->size);

	if (base.failed)
		return failed(x);
	return load(x, base.address + offset, &how, i->Rt, NO_WRITEBACK);
}

INLINE struct outcome exec_LDRSW_unsigned(struct ctx *x, const struct a64_LDRSW_unsigned *i)
{
	struct base base = base_address(x, i->Rn);
	struct mem_how how = single(2, true, true, i->Rt, true);
	uint64_t offset = scaled((a64_signed)i->imm12, 2);

	if (base.failed)
		return failed(x);
	return load(x, base.address + offset, &how, i->Rt, NO_WRITEBACK);
}

INLINE struct outcome exec_PRFM_unsigned(struct ctx *x, const struct a64_PRFM_unsigned *i)
{
	(void)x;
	(void)i;
	return NEXT;
}

#endif
