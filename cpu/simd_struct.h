/*
 * Loads and stores of structures: LD1 to LD4, ST1 to ST4, of whole registers and of single
 * elements. All of a structure is one access: no byte moves, and no register changes, where a byte
 * of it faults.
 */
#ifndef CPU_SIMD_STRUCT_H
#define CPU_SIMD_STRUCT_H

#include "interleave.h"
#include "simd_mem.h"

/* Post-indexed forms add X[m] to the base, or the bytes transferred where m is 31. */
struct post_index {
	bool wanted;
	uint32_t Rm;
};

#define NO_POST_INDEX  ((struct post_index){false, 0})
#define POST_INDEX(Rm) ((struct post_index){true, (Rm)})

INLINE void write_back(const struct ctx *x, uint32_t Rn, uint64_t base, struct post_index post,
		       unsigned size)
{
	if (post.wanted)
		set_slot(x, Rn, base + (post.Rm == SLOT_ZERO ? size : X(x, post.Rm)));
}

/* V0 follows V31. */
INLINE uint32_t following(const struct ctx *x, uint32_t Rt, unsigned registers)
{
	return ((uint32_t)(late_vector(x, Rt) - x->cpu->v) + registers) & 31;
}

/* ---------------------------------------------------------------- LD1 and ST1 of registers */

/* The alignment that counts is that of an element. Of fast handlers one is for elements of all
 * sizes, and aligns as for the largest. */
INLINE struct mem_how registers(const struct ctx *x, unsigned count, uint32_t Q, uint32_t size)
{
	return elements(count * (8u << Q), x->fast ? 8 : 1u << size);
}

INLINE struct outcome load_registers(struct ctx *x, uint32_t Rn, unsigned count, uint32_t Q,
				     uint32_t size, uint32_t Rt, struct post_index post)
{
	struct base base = base_address(x, Rn);
	struct mem_how how = registers(x, count, Q, size);
	uint8_t buffer[MEM_BYTES];

	if (base.failed)
		return failed(x);

	struct mem_bytes data = mem_read_bytes(x, base.address, &how, buffer);

	if (data.failed)
		return failed(x);
	for (unsigned r = 0; r < count; r++)
		load_register(x, following(x, Rt, r), data.from + r * (8u << Q), 8u << Q);
	write_back(x, Rn, base.address, post, how.size);
	mem_loaded(x, data.slot);
	return NEXT;
}

INLINE struct outcome store_registers(struct ctx *x, uint32_t Rn, unsigned count, uint32_t Q,
				      uint32_t size, uint32_t Rt, struct post_index post)
{
	struct base base = base_address(x, Rn);
	struct mem_how how = registers(x, count, Q, size);
	uint8_t buffer[MEM_BYTES];

	if (base.failed)
		return failed(x);

	struct mem_room room = mem_room_for(x, base.address, &how, buffer);

	if (room.failed)
		return failed(x);
	for (unsigned r = 0; r < count; r++)
		store_register(x, following(x, Rt, r), room.to + r * (8u << Q), 8u << Q);
	if (!mem_write_bytes(x, base.address, &how, &room))
		return failed(x);
	write_back(x, Rn, base.address, post, how.size);
	return NEXT;
}

/* ---------------------------------------------------------------- LD2 to LD4, ST2 to ST4 */

INLINE struct outcome load_structures(struct ctx *x, uint32_t Rn, unsigned selem, uint32_t Q,
				      uint32_t size, uint32_t Rt, struct post_index post)
{
	struct base base = base_address(x, Rn);
	struct mem_how how = elements(selem * (8u << Q), 1u << size);
	uint8_t buffer[MEM_BYTES];

	if (base.failed)
		return failed(x);

	struct mem_bytes data = mem_read_bytes(x, base.address, &how, buffer);

	if (data.failed)
		return failed(x);

	union vreg *to[4] = {NULL, NULL, NULL, NULL};

	for (unsigned s = 0; s < selem; s++)
		to[s] = &x->cpu->v[following(x, Rt, s)];
	deinterleave(to, data.from, selem, Q, size);
	write_back(x, Rn, base.address, post, how.size);
	mem_loaded(x, data.slot);
	return NEXT;
}

INLINE struct outcome store_structures(struct ctx *x, uint32_t Rn, unsigned selem, uint32_t Q,
				       uint32_t size, uint32_t Rt, struct post_index post)
{
	struct base base = base_address(x, Rn);
	struct mem_how how = elements(selem * (8u << Q), 1u << size);
	uint8_t buffer[MEM_BYTES];

	if (base.failed)
		return failed(x);

	struct mem_room room = mem_room_for(x, base.address, &how, buffer);

	if (room.failed)
		return failed(x);

	const union vreg *from[4] = {NULL, NULL, NULL, NULL};

	for (unsigned s = 0; s < selem; s++)
		from[s] = V(x, following(x, Rt, s));
	interleave(room.to, from, selem, Q, size);
	if (!mem_write_bytes(x, base.address, &how, &room))
		return failed(x);
	write_back(x, Rn, base.address, post, how.size);
	return NEXT;
}

/* ---------------------------------------------------------------- multiple structures */

INLINE struct outcome exec_ST4_multiple(struct ctx *x, const struct a64_ST4_multiple *i)
{
	return store_structures(x, i->Rn, 4, i->Q, i->size, i->Rt, NO_POST_INDEX);
}

INLINE struct outcome exec_ST1_multiple_4(struct ctx *x, const struct a64_ST1_multiple_4 *i)
{
	return store_registers(x, i->Rn, 4, i->Q, i->size, i->Rt, NO_POST_INDEX);
}

INLINE struct outcome exec_ST3_multiple(struct ctx *x, const struct a64_ST3_multiple *i)
{
	return store_structures(x, i->Rn, 3, i->Q, i->size, i->Rt, NO_POST_INDEX);
}

INLINE struct outcome exec_ST1_multiple_3(struct ctx *x, const struct a64_ST1_multiple_3 *i)
{
	return store_registers(x, i->Rn, 3, i->Q, i->size, i->Rt, NO_POST_INDEX);
}

INLINE struct outcome exec_ST1_multiple_1(struct ctx *x, const struct a64_ST1_multiple_1 *i)
{
	return store_registers(x, i->Rn, 1, i->Q, i->size, i->Rt, NO_POST_INDEX);
}

INLINE struct outcome exec_ST2_multiple(struct ctx *x, const struct a64_ST2_multiple *i)
{
	return store_structures(x, i->Rn, 2, i->Q, i->size, i->Rt, NO_POST_INDEX);
}

INLINE struct outcome exec_ST1_multiple_2(struct ctx *x, const struct a64_ST1_multiple_2 *i)
{
	return store_registers(x, i->Rn, 2, i->Q, i->size, i->Rt, NO_POST_INDEX);
}

INLINE struct outcome exec_LD4_multiple(struct ctx *x, const struct a64_LD4_multiple *i)
{
	return load_structures(x, i->Rn, 4, i->Q, i->size, i->Rt, NO_POST_INDEX);
}

INLINE struct outcome exec_LD1_multiple_4(struct ctx *x, const struct a64_LD1_multiple_4 *i)
{
	return load_registers(x, i->Rn, 4, i->Q, i->size, i->Rt, NO_POST_INDEX);
}

INLINE struct outcome exec_LD3_multiple(struct ctx *x, const struct a64_LD3_multiple *i)
{
	return load_structures(x, i->Rn, 3, i->Q, i->size, i->Rt, NO_POST_INDEX);
}

INLINE struct outcome exec_LD1_multiple_3(struct ctx *x, const struct a64_LD1_multiple_3 *i)
{
	return load_registers(x, i->Rn, 3, i->Q, i->size, i->Rt, NO_POST_INDEX);
}

INLINE struct outcome exec_LD1_multiple_1(struct ctx *x, const struct a64_LD1_multiple_1 *i)
{
	return load_registers(x, i->Rn, 1, i->Q, i->size, i->Rt, NO_POST_INDEX);
}

INLINE struct outcome exec_LD2_multiple(struct ctx *x, const struct a64_LD2_multiple *i)
{
	return load_structures(x, i->Rn, 2, i->Q, i->size, i->Rt, NO_POST_INDEX);
}

INLINE struct outcome exec_LD1_multiple_2(struct ctx *x, const struct a64_LD1_multiple_2 *i)
{
	return load_registers(x, i->Rn, 2, i->Q, i->size, i->Rt, NO_POST_INDEX);
}

INLINE struct outcome exec_ST4_multiple_post(struct ctx *x, const struct a64_ST4_multiple_post *i)
{
	return store_structures(x, i->Rn, 4, i->Q, i->size, i->Rt, POST_INDEX(i->Rm));
}

INLINE struct outcome exec_ST1_multiple_4_post(struct ctx *x,
					       const struct a64_ST1_multiple_4_post *i)
{
	return store_registers(x, i->Rn, 4, i->Q, i->size, i->Rt, POST_INDEX(i->Rm));
}

INLINE struct outcome exec_ST3_multiple_post(struct ctx *x, const struct a64_ST3_multiple_post *i)
{
	return store_structures(x, i->Rn, 3, i->Q, i->size, i->Rt, POST_INDEX(i->Rm));
}

INLINE struct outcome exec_ST1_multiple_3_post(struct ctx *x,
					       const struct a64_ST1_multiple_3_post *i)
{
	return store_registers(x, i->Rn, 3, i->Q, i->size, i->Rt, POST_INDEX(i->Rm));
}

INLINE struct outcome exec_ST1_multiple_1_post(struct ctx *x,
					       const struct a64_ST1_multiple_1_post *i)
{
	return store_registers(x, i->Rn, 1, i->Q, i->size, i->Rt, POST_INDEX(i->Rm));
}

INLINE struct outcome exec_ST2_multiple_post(struct ctx *x, const struct a64_ST2_multiple_post *i)
{
	return store_structures(x, i->Rn, 2, i->Q, i->size, i->Rt, POST_INDEX(i->Rm));
}

INLINE struct outcome exec_ST1_multiple_2_post(struct ctx *x,
					       const struct a64_ST1_multiple_2_post *i)
{
	return store_registers(x, i->Rn, 2, i->Q, i->size, i->Rt, POST_INDEX(i->Rm));
}

INLINE struct outcome exec_LD4_multiple_post(struct ctx *x, const struct a64_LD4_multiple_post *i)
{
	return load_structures(x, i->Rn, 4, i->Q, i->size, i->Rt, POST_INDEX(i->Rm));
}

INLINE struct outcome exec_LD1_multiple_4_post(struct ctx *x,
					       const struct a64_LD1_multiple_4_post *i)
{
	return load_registers(x, i->Rn, 4, i->Q, i->size, i->Rt, POST_INDEX(i->Rm));
}

INLINE struct outcome exec_LD3_multiple_post(struct ctx *x, const struct a64_LD3_multiple_post *i)
{
	return load_structures(x, i->Rn, 3, i->Q, i->size, i->Rt, POST_INDEX(i->Rm));
}

INLINE struct outcome exec_LD1_multiple_3_post(struct ctx *x,
					       const struct a64_LD1_multiple_3_post *i)
{
	return load_registers(x, i->Rn, 3, i->Q, i->size, i->Rt, POST_INDEX(i->Rm));
}

INLINE struct outcome exec_LD1_multiple_1_post(struct ctx *x,
					       const struct a64_LD1_multiple_1_post *i)
{
	return load_registers(x, i->Rn, 1, i->Q, i->size, i->Rt, POST_INDEX(i->Rm));
}

INLINE struct outcome exec_LD2_multiple_post(struct ctx *x, const struct a64_LD2_multiple_post *i)
{
	return load_structures(x, i->Rn, 2, i->Q, i->size, i->Rt, POST_INDEX(i->Rm));
}

INLINE struct outcome exec_LD1_multiple_2_post(struct ctx *x,
					       const struct a64_LD1_multiple_2_post *i)
{
	return load_registers(x, i->Rn, 2, i->Q, i->size, i->Rt, POST_INDEX(i->Rm));
}

/* ---------------------------------------------------------------- one element of each register */

/* selem as instructions have it: one less than there are. */
INLINE struct outcome load_lanes(struct ctx *x, uint32_t Rn, uint32_t selem, uint32_t lane,
				 uint32_t size, uint32_t Rt, struct post_index post)
{
	struct base base = base_address(x, Rn);
	struct mem_how how = elements((selem + 1) << size, 1u << size);
	uint8_t buffer[MEM_BYTES];

	if (base.failed)
		return failed(x);

	struct mem_bytes data = mem_read_bytes(x, base.address, &how, buffer);

	if (data.failed)
		return failed(x);
	for (unsigned s = 0; s <= selem; s++)
		memcpy(&x->cpu->v[following(x, Rt, s)].b[lane << size], data.from + (s << size),
		       1u << size);
	write_back(x, Rn, base.address, post, how.size);
	mem_loaded(x, data.slot);
	return NEXT;
}

INLINE struct outcome store_lanes(struct ctx *x, uint32_t Rn, uint32_t selem, uint32_t lane,
				  uint32_t size, uint32_t Rt, struct post_index post)
{
	struct base base = base_address(x, Rn);
	struct mem_how how = elements((selem + 1) << size, 1u << size);
	uint8_t buffer[MEM_BYTES];

	if (base.failed)
		return failed(x);

	struct mem_room room = mem_room_for(x, base.address, &how, buffer);

	if (room.failed)
		return failed(x);
	for (unsigned s = 0; s <= selem; s++)
		memcpy(room.to + (s << size), &V(x, following(x, Rt, s))->b[lane << size],
		       1u << size);
	if (!mem_write_bytes(x, base.address, &how, &room))
		return failed(x);
	write_back(x, Rn, base.address, post, how.size);
	return NEXT;
}

/* An element in all places of 64 bits. */
INLINE uint64_t replicated(uint64_t element, uint32_t size)
{
	return element * (UINT64_MAX / (UINT64_MAX >> (64 - (8u << size))));
}

INLINE struct outcome load_replicated(struct ctx *x, uint32_t Rn, uint32_t selem, uint32_t Q,
				      uint32_t size, uint32_t Rt, struct post_index post)
{
	struct base base = base_address(x, Rn);
	struct mem_how how = elements((selem + 1) << size, 1u << size);
	uint8_t buffer[MEM_BYTES];

	if (base.failed)
		return failed(x);

	struct mem_bytes data = mem_read_bytes(x, base.address, &how, buffer);

	if (data.failed)
		return failed(x);
	for (unsigned s = 0; s <= selem; s++) {
		union vreg *to = &x->cpu->v[following(x, Rt, s)];

		to->d[0] = replicated(host_load(data.from + (s << size), 1u << size), size);
		to->d[1] = Q != 0 ? to->d[0] : 0;
	}
	write_back(x, Rn, base.address, post, how.size);
	mem_loaded(x, data.slot);
	return NEXT;
}

/* ---------------------------------------------------------------- single structures */

INLINE struct outcome exec_ST_single_B(struct ctx *x, const struct a64_ST_single_B *i)
{
	return store_lanes(x, i->Rn, i->selem, i->lane, 0, i->Rt, NO_POST_INDEX);
}

INLINE struct outcome exec_ST_single_H(struct ctx *x, const struct a64_ST_single_H *i)
{
	return store_lanes(x, i->Rn, i->selem, i->lane, 1, i->Rt, NO_POST_INDEX);
}

INLINE struct outcome exec_ST_single_S(struct ctx *x, const struct a64_ST_single_S *i)
{
	return store_lanes(x, i->Rn, i->selem, i->lane, 2, i->Rt, NO_POST_INDEX);
}

INLINE struct outcome exec_ST_single_D(struct ctx *x, const struct a64_ST_single_D *i)
{
	return store_lanes(x, i->Rn, i->selem, i->lane, 3, i->Rt, NO_POST_INDEX);
}

INLINE struct outcome exec_LD_single_B(struct ctx *x, const struct a64_LD_single_B *i)
{
	return load_lanes(x, i->Rn, i->selem, i->lane, 0, i->Rt, NO_POST_INDEX);
}

INLINE struct outcome exec_LD_single_H(struct ctx *x, const struct a64_LD_single_H *i)
{
	return load_lanes(x, i->Rn, i->selem, i->lane, 1, i->Rt, NO_POST_INDEX);
}

INLINE struct outcome exec_LD_single_S(struct ctx *x, const struct a64_LD_single_S *i)
{
	return load_lanes(x, i->Rn, i->selem, i->lane, 2, i->Rt, NO_POST_INDEX);
}

INLINE struct outcome exec_LD_single_D(struct ctx *x, const struct a64_LD_single_D *i)
{
	return load_lanes(x, i->Rn, i->selem, i->lane, 3, i->Rt, NO_POST_INDEX);
}

INLINE struct outcome exec_LD_replicate(struct ctx *x, const struct a64_LD_replicate *i)
{
	return load_replicated(x, i->Rn, i->selem, i->Q, i->size, i->Rt, NO_POST_INDEX);
}

INLINE struct outcome exec_ST_single_B_post(struct ctx *x, const struct a64_ST_single_B_post *i)
{
	return store_lanes(x, i->Rn, i->selem, i->lane, 0, i->Rt, POST_INDEX(i->Rm));
}

INLINE struct outcome exec_ST_single_H_post(struct ctx *x, const struct a64_ST_single_H_post *i)
{
	return store_lanes(x, i->Rn, i->selem, i->lane, 1, i->Rt, POST_INDEX(i->Rm));
}

INLINE struct outcome exec_ST_single_S_post(struct ctx *x, const struct a64_ST_single_S_post *i)
{
	return store_lanes(x, i->Rn, i->selem, i->lane, 2, i->Rt, POST_INDEX(i->Rm));
}

INLINE struct outcome exec_ST_single_D_post(struct ctx *x, const struct a64_ST_single_D_post *i)
{
	return store_lanes(x, i->Rn, i->selem, i->lane, 3, i->Rt, POST_INDEX(i->Rm));
}

INLINE struct outcome exec_LD_single_B_post(struct ctx *x, const struct a64_LD_single_B_post *i)
{
	return load_lanes(x, i->Rn, i->selem, i->lane, 0, i->Rt, POST_INDEX(i->Rm));
}

INLINE struct outcome exec_LD_single_H_post(struct ctx *x, const struct a64_LD_single_H_post *i)
{
	return load_lanes(x, i->Rn, i->selem, i->lane, 1, i->Rt, POST_INDEX(i->Rm));
}

INLINE struct outcome exec_LD_single_S_post(struct ctx *x, const struct a64_LD_single_S_post *i)
{
	return load_lanes(x, i->Rn, i->selem, i->lane, 2, i->Rt, POST_INDEX(i->Rm));
}

INLINE struct outcome exec_LD_single_D_post(struct ctx *x, const struct a64_LD_single_D_post *i)
{
	return load_lanes(x, i->Rn, i->selem, i->lane, 3, i->Rt, POST_INDEX(i->Rm));
}

INLINE struct outcome exec_LD_replicate_post(struct ctx *x, const struct a64_LD_replicate_post *i)
{
	return load_replicated(x, i->Rn, i->selem, i->Q, i->size, i->Rt, POST_INDEX(i->Rm));
}

#endif
