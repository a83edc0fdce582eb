/*
 * Exclusive, acquire and release, and atomic loads and stores. One core executes them in program
 * order, so ordering itself needs nothing; alignment is what differs.
 */
#ifndef CPU_ATOMIC_H
#define CPU_ATOMIC_H

#include "arith.h"
#include "mem.h"

static inline struct mem_how ordered(uint32_t size, uint32_t Rt, bool sign_extend, bool sixty_four)
{
	return (struct mem_how){
		.size = 1u << size,
		.align = 1u << size,
		.element = 1u << size,
		.order = MEM_ORDERED,
		.syndrome = {.valid = true,
			     .size_log2 = (uint8_t)size,
			     .sign_extend = sign_extend,
			     .Rt = (uint8_t)(Rt == SLOT_SINK ? 31 : Rt),
			     .sixty_four = sixty_four,
			     .acquire_release = true},
	};
}

/* Of one register, or of a pair. */
static inline struct mem_how atomic(uint32_t size_bytes, unsigned registers)
{
	return (struct mem_how){.size = size_bytes,
				.align = size_bytes,
				.element = size_bytes / registers,
				.order = MEM_ATOMIC};
}

static inline struct outcome ordered_load(struct ctx *x, uint32_t Rn, uint64_t offset, uint32_t Rt,
					  const struct mem_how *how)
{
	struct base base = base_address(x, Rn);
	struct mem_value data = {0, true, NULL};

	if (!base.failed)
		data = mem_read(x, base.address + offset, how);
	if (data.failed)
		return failed(x);
	if (how->syndrome.sign_extend)
		data.value = extended(data.value, 4 + how->syndrome.size_log2);
	set_R(x, how->syndrome.sixty_four || !how->syndrome.sign_extend, Rt, data.value);
	return NEXT;
}

static inline struct outcome ordered_store(struct ctx *x, uint32_t Rn, uint64_t offset, uint32_t Rt,
					   const struct mem_how *how)
{
	struct base base = base_address(x, Rn);

	if (base.failed || !mem_write(x, base.address + offset, Rt, how))
		return failed(x);
	return NEXT;
}

/* ---------------------------------------------------------------- exclusives */

/* Loads how->size bytes and marks them. */
static inline bool exclusive_load(struct ctx *x, uint32_t Rn, void *to, const struct mem_how *how)
{
	struct base base = base_address(x, Rn);
	struct mem_target target;

	if (base.failed || !mem_translate(x->cpu, base.address, how, NW_LOAD, false, &target) ||
	    !mem_get(x->cpu, &target, to, how))
		return false;
	mem_count_load(x->cpu, &target);
	mem_mark(x->cpu, base.address, &target, how->size);
	return true;
}

/*
 * Stores if the monitor still marks just these bytes; status 0 is success. Without a mark nothing
 * is translated (CHOICE_EXCLUSIVE_UNMARKED), and Rs may be a register that was read.
 */
static inline struct outcome exclusive_store(struct ctx *x, uint32_t Rn, uint32_t Rs,
					     const void *from, const struct mem_how *how)
{
	struct base base = base_address(x, Rn);
	struct mem_target target;
	bool pass = mem_may_be_marked(x->cpu, how->size);
	bool translates =
		cpu_choice(x->cpu, CHOICE_EXCLUSIVE_UNMARKED) == EXCLUSIVE_UNMARKED_TRANSLATES;

	if (base.failed)
		return failed(x);
	if (pass || translates) {
		if (!mem_translate(x->cpu, base.address, how, NW_STORE, false, &target))
			return failed(x);
		pass = pass && mem_is_marked(x->cpu, base.address, target.parts[0].pa);
	}
	if (pass) {
		if (!mem_put(x->cpu, &target, from, how))
			return failed(x);
		mem_count_store(x->cpu, &target);
	}
	x->cpu->monitor.exclusive = false;
	set_X(x, Rs, !pass);
	return NEXT;
}

static inline struct outcome exec_STXR(struct ctx *x, const struct a64_STXR *i)
{
	struct mem_how how = atomic(1u << i->size, 1);
	uint64_t value = X(x, i->Rt);

	return exclusive_store(x, i->Rn, i->Rs, &value, &how);
}

static inline struct outcome exec_LDXR(struct ctx *x, const struct a64_LDXR *i)
{
	struct mem_how how = atomic(1u << i->size, 1);
	uint64_t value = 0;

	if (!exclusive_load(x, i->Rn, &value, &how))
		return failed(x);
	set_X(x, i->Rt, value);
	return NEXT;
}

static inline struct outcome exec_STXP(struct ctx *x, const struct a64_STXP *i)
{
	struct mem_how how = atomic(8u << i->sz, 2);
	uint64_t value[2] = {X(x, i->Rt), X(x, i->Rt2)};

	if (i->sz == 0)
		value[0] = (uint32_t)value[0] | value[1] << 32;
	return exclusive_store(x, i->Rn, i->Rs, value, &how);
}

static inline struct outcome exec_LDXP(struct ctx *x, const struct a64_LDXP *i)
{
	struct mem_how how = atomic(8u << i->sz, 2);
	uint64_t value[2] = {0, 0};

	if (!exclusive_load(x, i->Rn, value, &how))
		return failed(x);
	set_X(x, i->Rt, i->sz != 0 ? value[0] : (uint32_t)value[0]);
	set_X(x, i->Rt2, i->sz != 0 ? value[1] : value[0] >> 32);
	return NEXT;
}

/* ---------------------------------------------------------------- read, compute, write */

typedef uint64_t atomic_function(uint64_t old, uint64_t operand, uint32_t size);

/* Old value to *old, new value to memory; one load and one store. */
static inline bool atomic_update(struct ctx *x, uint32_t Rn, uint32_t size,
				 atomic_function *function, uint64_t operand, uint64_t *old)
{
	struct base base = base_address(x, Rn);
	struct mem_how how = atomic(1u << size, 1);
	struct mem_target target;

	*old = 0;
	if (base.failed || !mem_translate(x->cpu, base.address, &how, NW_STORE, true, &target) ||
	    !mem_get(x->cpu, &target, old, &how))
		return false;

	uint64_t value = function(*old, operand, size);

	if (!mem_put(x->cpu, &target, &value, &how))
		return false;
	mem_count_load(x->cpu, &target);
	mem_count_store(x->cpu, &target);
	return true;
}

/*
 * CAS and CASP: memory is written only if it equals `compare`, else with what it holds, which
 * nobody can tell apart. size bytes, 1 to 16; the old value comes back in compare.
 */
static inline bool compare_and_swap(struct ctx *x, uint32_t Rn, unsigned size, unsigned registers,
				    uint64_t compare[2], const uint64_t value[2])
{
	struct base base = base_address(x, Rn);
	struct mem_how how = atomic(size, registers);
	struct mem_target target;
	uint64_t old[2] = {0, 0};

	if (base.failed || !mem_translate(x->cpu, base.address, &how, NW_STORE, true, &target) ||
	    !mem_get(x->cpu, &target, old, &how))
		return false;
	if (!mem_put(x->cpu, &target, memcmp(old, compare, size) == 0 ? value : old, &how))
		return false;
	mem_count_load(x->cpu, &target);
	mem_count_store(x->cpu, &target);
	memcpy(compare, old, sizeof(old));
	return true;
}

/* X[n] of a register number that decode has not made a slot of. */
static inline uint64_t numbered(const struct ctx *x, uint32_t n)
{
	return n == 31 ? 0 : X(x, n);
}

static inline struct outcome exec_CASP(struct ctx *x, const struct a64_CASP *i)
{
	uint64_t compare[2] = {numbered(x, i->Rs), numbered(x, i->Rs + 1)};
	uint64_t value[2] = {numbered(x, i->Rt), numbered(x, i->Rt + 1)};

	if (i->sz == 0) {
		compare[0] = (uint32_t)compare[0] | compare[1] << 32;
		value[0] = (uint32_t)value[0] | value[1] << 32;
		compare[1] = 0;
	}
	if (!compare_and_swap(x, i->Rn, 8u << i->sz, 2, compare, value))
		return failed(x);
	set_X(x, i->Rs, i->sz != 0 ? compare[0] : (uint32_t)compare[0]);
	set_X(x, a64_written_slot(i->Rs + 1), i->sz != 0 ? compare[1] : compare[0] >> 32);
	return NEXT;
}

static inline struct outcome exec_CAS(struct ctx *x, const struct a64_CAS *i)
{
	uint64_t compare[2] = {numbered(x, i->Rs), 0};
	uint64_t value[2] = {X(x, i->Rt), 0};

	if (!compare_and_swap(x, i->Rn, 1u << i->size, 1, compare, value))
		return failed(x);
	set_X(x, a64_written_slot(i->Rs), compare[0]);
	return NEXT;
}

/* ---------------------------------------------------------------- acquire and release */

static inline struct outcome exec_STLLR(struct ctx *x, const struct a64_STLLR *i)
{
	struct mem_how how = ordered(i->size, i->Rt, false, i->size == 3);

	return ordered_store(x, i->Rn, 0, i->Rt, &how);
}

static inline struct outcome exec_STLR(struct ctx *x, const struct a64_STLR *i)
{
	struct mem_how how = ordered(i->size, i->Rt, false, i->size == 3);

	return ordered_store(x, i->Rn, 0, i->Rt, &how);
}

static inline struct outcome exec_LDLAR(struct ctx *x, const struct a64_LDLAR *i)
{
	struct mem_how how = ordered(i->size, i->Rt, false, i->size == 3);

	return ordered_load(x, i->Rn, 0, i->Rt, &how);
}

static inline struct outcome exec_LDAR(struct ctx *x, const struct a64_LDAR *i)
{
	struct mem_how how = ordered(i->size, i->Rt, false, i->size == 3);

	return ordered_load(x, i->Rn, 0, i->Rt, &how);
}

static inline struct outcome exec_LDAPR(struct ctx *x, const struct a64_LDAPR *i)
{
	struct mem_how how = ordered(i->size, i->Rt, false, i->size == 3);

	return ordered_load(x, i->Rn, 0, i->Rt, &how);
}

static inline struct outcome exec_STLUR(struct ctx *x, const struct a64_STLUR *i)
{
	struct mem_how how = ordered(i->size, i->Rt, false, i->size == 3);

	return ordered_store(x, i->Rn, (uint64_t)(int64_t)i->imm9, i->Rt, &how);
}

static inline struct outcome exec_LDAPUR(struct ctx *x, const struct a64_LDAPUR *i)
{
	struct mem_how how = ordered(i->size, i->Rt, false, i->size == 3);

	return ordered_load(x, i->Rn, (uint64_t)(int64_t)i->imm9, i->Rt, &how);
}

static inline struct outcome exec_LDAPURS(struct ctx *x, const struct a64_LDAPURS *i)
{
	struct mem_how how = ordered(i->size, i->Rt, true, i->opc0 == 0);

	return ordered_load(x, i->Rn, (uint64_t)(int64_t)i->imm9, i->Rt, &how);
}

static inline struct outcome exec_LDAPURSW(struct ctx *x, const struct a64_LDAPURSW *i)
{
	struct mem_how how = ordered(2, i->Rt, true, true);

	return ordered_load(x, i->Rn, (uint64_t)(int64_t)i->imm9, i->Rt, &how);
}

/* ---------------------------------------------------------------- LD<op> and SWP */

static inline int64_t as_signed(uint64_t value, uint32_t size)
{
	return (int64_t)(value << (64 - (8u << size))) >> (64 - (8u << size));
}

static inline uint64_t as_unsigned(uint64_t value, uint32_t size)
{
	return value & (~UINT64_C(0) >> (64 - (8u << size)));
}

static inline uint64_t atomic_LDADD(uint64_t old, uint64_t operand, uint32_t size)
{
	(void)size;
	return old + operand;
}

static inline struct outcome exec_LDADD(struct ctx *x, const struct a64_LDADD *i)
{
	uint64_t old;

	if (!atomic_update(x, i->Rn, i->size, atomic_LDADD, X(x, i->Rs), &old))
		return failed(x);
	set_X(x, i->Rt, old);
	return NEXT;
}

static inline uint64_t atomic_LDCLR(uint64_t old, uint64_t operand, uint32_t size)
{
	(void)size;
	return old & ~operand;
}

static inline struct outcome exec_LDCLR(struct ctx *x, const struct a64_LDCLR *i)
{
	uint64_t old;

	if (!atomic_update(x, i->Rn, i->size, atomic_LDCLR, X(x, i->Rs), &old))
		return failed(x);
	set_X(x, i->Rt, old);
	return NEXT;
}

static inline uint64_t atomic_LDEOR(uint64_t old, uint64_t operand, uint32_t size)
{
	(void)size;
	return old ^ operand;
}

static inline struct outcome exec_LDEOR(struct ctx *x, const struct a64_LDEOR *i)
{
	uint64_t old;

	if (!atomic_update(x, i->Rn, i->size, atomic_LDEOR, X(x, i->Rs), &old))
		return failed(x);
	set_X(x, i->Rt, old);
	return NEXT;
}

static inline uint64_t atomic_LDSET(uint64_t old, uint64_t operand, uint32_t size)
{
	(void)size;
	return old | operand;
}

static inline struct outcome exec_LDSET(struct ctx *x, const struct a64_LDSET *i)
{
	uint64_t old;

	if (!atomic_update(x, i->Rn, i->size, atomic_LDSET, X(x, i->Rs), &old))
		return failed(x);
	set_X(x, i->Rt, old);
	return NEXT;
}

static inline uint64_t atomic_LDSMAX(uint64_t old, uint64_t operand, uint32_t size)
{
	return as_signed(old, size) > as_signed(operand, size) ? old : operand;
}

static inline struct outcome exec_LDSMAX(struct ctx *x, const struct a64_LDSMAX *i)
{
	uint64_t old;

	if (!atomic_update(x, i->Rn, i->size, atomic_LDSMAX, X(x, i->Rs), &old))
		return failed(x);
	set_X(x, i->Rt, old);
	return NEXT;
}

static inline uint64_t atomic_LDSMIN(uint64_t old, uint64_t operand, uint32_t size)
{
	return as_signed(old, size) < as_signed(operand, size) ? old : operand;
}

static inline struct outcome exec_LDSMIN(struct ctx *x, const struct a64_LDSMIN *i)
{
	uint64_t old;

	if (!atomic_update(x, i->Rn, i->size, atomic_LDSMIN, X(x, i->Rs), &old))
		return failed(x);
	set_X(x, i->Rt, old);
	return NEXT;
}

static inline uint64_t atomic_LDUMAX(uint64_t old, uint64_t operand, uint32_t size)
{
	return old > as_unsigned(operand, size) ? old : operand;
}

static inline struct outcome exec_LDUMAX(struct ctx *x, const struct a64_LDUMAX *i)
{
	uint64_t old;

	if (!atomic_update(x, i->Rn, i->size, atomic_LDUMAX, X(x, i->Rs), &old))
		return failed(x);
	set_X(x, i->Rt, old);
	return NEXT;
}

static inline uint64_t atomic_LDUMIN(uint64_t old, uint64_t operand, uint32_t size)
{
	return old < as_unsigned(operand, size) ? old : operand;
}

static inline struct outcome exec_LDUMIN(struct ctx *x, const struct a64_LDUMIN *i)
{
	uint64_t old;

	if (!atomic_update(x, i->Rn, i->size, atomic_LDUMIN, X(x, i->Rs), &old))
		return failed(x);
	set_X(x, i->Rt, old);
	return NEXT;
}

static inline uint64_t atomic_SWP(uint64_t old, uint64_t operand, uint32_t size)
{
	(void)old;
	(void)size;
	return operand;
}

static inline struct outcome exec_SWP(struct ctx *x, const struct a64_SWP *i)
{
	uint64_t old;

	if (!atomic_update(x, i->Rn, i->size, atomic_SWP, X(x, i->Rs), &old))
		return failed(x);
	set_X(x, i->Rt, old);
	return NEXT;
}

#endif
