/* Advanced SIMD table lookup, permute, extract, copy. */
#ifndef CPU_SIMD_PERMUTE_H
#define CPU_SIMD_PERMUTE_H

#include "simd_ops.h"

#include <string.h>

/* Bytes of a table of len + 1 registers from Rn; an index beyond it leaves the byte of `other`. */
INLINE union vreg table_lookup(const struct ctx *x, uint32_t Rn, uint32_t len,
			       const union vreg *indices, const union vreg *other)
{
	union vreg table[4], result;

	for (uint32_t n = 0; n <= len; n++)
		table[n] = *V(x, (Rn + n) % 32);
	for (unsigned e = 0; e < 16; e++) {
		const uint8_t index = indices->b[e];

		result.b[e] =
			index < 16 * (len + 1) ? table[index / 16].b[index % 16] : other->b[e];
	}
	return result;
}

/* The even (part 0) or odd elements of m:n. */
INLINE struct outcome unzip(const struct ctx *x, struct lanes l, unsigned part, uint32_t Rd,
			    uint32_t Rn, uint32_t Rm)
{
	const union vreg n = *V(x, Rn), m = *V(x, Rm);
	const unsigned pairs = l.elements / 2;
	union vreg result = VECTOR_OF_ZEROS;

	for (unsigned p = 0; p < pairs; p++) {
		set_Elem(&result, p, l.esize, Elem(&n, 2 * p + part, l.esize));
		set_Elem(&result, pairs + p, l.esize, Elem(&m, 2 * p + part, l.esize));
	}
	set_V(x, Rd, result);
	return NEXT;
}

INLINE struct outcome transpose(const struct ctx *x, struct lanes l, unsigned part, uint32_t Rd,
				uint32_t Rn, uint32_t Rm)
{
	const union vreg n = *V(x, Rn), m = *V(x, Rm);
	union vreg result = VECTOR_OF_ZEROS;

	for (unsigned p = 0; p < l.elements / 2; p++) {
		set_Elem(&result, 2 * p, l.esize, Elem(&n, 2 * p + part, l.esize));
		set_Elem(&result, 2 * p + 1, l.esize, Elem(&m, 2 * p + part, l.esize));
	}
	set_V(x, Rd, result);
	return NEXT;
}

INLINE struct outcome zip(const struct ctx *x, struct lanes l, unsigned part, uint32_t Rd,
			  uint32_t Rn, uint32_t Rm)
{
	const union vreg n = *V(x, Rn), m = *V(x, Rm);
	const unsigned pairs = l.elements / 2;
	union vreg result = VECTOR_OF_ZEROS;

	for (unsigned p = 0; p < pairs; p++) {
		set_Elem(&result, 2 * p, l.esize, Elem(&n, part * pairs + p, l.esize));
		set_Elem(&result, 2 * p + 1, l.esize, Elem(&m, part * pairs + p, l.esize));
	}
	set_V(x, Rd, result);
	return NEXT;
}

INLINE struct outcome duplicate(const struct ctx *x, struct lanes l, uint32_t Rd, uint64_t element)
{
	union vreg result = VECTOR_OF_ZEROS;

	for (unsigned e = 0; e < l.elements; e++)
		set_Elem(&result, e, l.esize, element);
	set_V(x, Rd, result);
	return NEXT;
}

/* The other elements stay. */
INLINE struct outcome insert(const struct ctx *x, uint32_t imm5, uint32_t Rd, uint64_t element)
{
	union vreg result = *V(x, Rd);

	switch (copy_size(imm5)) {
	case SIZE_B:
		result.b[imm5 >> 1] = (uint8_t)element;
		break;
	case SIZE_H:
		result.h[imm5 >> 2] = (uint16_t)element;
		break;
	case SIZE_S:
		result.s[imm5 >> 3] = (uint32_t)element;
		break;
	default:
		result.d[imm5 >> 4] = element;
	}
	set_V(x, Rd, result);
	return NEXT;
}

/* ---------------------------------------------------------------- table lookup */

INLINE struct outcome exec_TBL(struct ctx *x, const struct a64_TBL *i)
{
	const union vreg zeros = VECTOR_OF_ZEROS;
	const union vreg result = table_lookup(x, i->Rn, i->len, V(x, i->Rm), &zeros);

	set_V(x, i->Rd, (union vreg){.d = {result.d[0], i->Q != 0 ? result.d[1] : 0}});
	return NEXT;
}

INLINE struct outcome exec_TBX(struct ctx *x, const struct a64_TBX *i)
{
	const union vreg result = table_lookup(x, i->Rn, i->len, V(x, i->Rm), V(x, i->Rd));

	set_V(x, i->Rd, (union vreg){.d = {result.d[0], i->Q != 0 ? result.d[1] : 0}});
	return NEXT;
}

INLINE struct outcome exec_UZP1(struct ctx *x, const struct a64_UZP1 *i)
{
	return unzip(x, unsigned_lanes(i->Q, i->size), 0, i->Rd, i->Rn, i->Rm);
}

INLINE struct outcome exec_TRN1(struct ctx *x, const struct a64_TRN1 *i)
{
	return transpose(x, unsigned_lanes(i->Q, i->size), 0, i->Rd, i->Rn, i->Rm);
}

INLINE struct outcome exec_ZIP1(struct ctx *x, const struct a64_ZIP1 *i)
{
	return zip(x, unsigned_lanes(i->Q, i->size), 0, i->Rd, i->Rn, i->Rm);
}

INLINE struct outcome exec_UZP2(struct ctx *x, const struct a64_UZP2 *i)
{
	return unzip(x, unsigned_lanes(i->Q, i->size), 1, i->Rd, i->Rn, i->Rm);
}

INLINE struct outcome exec_TRN2(struct ctx *x, const struct a64_TRN2 *i)
{
	return transpose(x, unsigned_lanes(i->Q, i->size), 1, i->Rd, i->Rn, i->Rm);
}

INLINE struct outcome exec_ZIP2(struct ctx *x, const struct a64_ZIP2 *i)
{
	return zip(x, unsigned_lanes(i->Q, i->size), 1, i->Rd, i->Rn, i->Rm);
}

INLINE struct outcome exec_EXT(struct ctx *x, const struct a64_EXT *i)
{
	const unsigned bytes = i->Q != 0 ? 16 : 8;
	uint8_t concat[32];
	union vreg result = VECTOR_OF_ZEROS;

	memcpy(concat, V(x, i->Rn), bytes);
	memcpy(concat + bytes, V(x, i->Rm), bytes);
	memcpy(&result, concat + i->imm4, bytes);
	set_V(x, i->Rd, result);
	return NEXT;
}

/* ---------------------------------------------------------------- copy */

INLINE struct outcome exec_DUP_element(struct ctx *x, const struct a64_DUP_element *i)
{
	return duplicate(x, unsigned_lanes(i->Q, copy_size(i->imm5)), i->Rd,
			 copied_element(x, i->Rn, i->imm5));
}

INLINE struct outcome exec_DUP_general(struct ctx *x, const struct a64_DUP_general *i)
{
	return duplicate(x, unsigned_lanes(i->Q, copy_size(i->imm5)), i->Rd, X(x, i->Rn));
}

INLINE struct outcome exec_INS_general(struct ctx *x, const struct a64_INS_general *i)
{
	return insert(x, i->imm5, i->Rd, X(x, i->Rn));
}

INLINE struct outcome exec_SMOV(struct ctx *x, const struct a64_SMOV *i)
{
	const struct lanes l = signed_lane(copy_size(i->imm5));

	set_R(x, i->Q, i->Rd, Extend(l, copied_element(x, i->Rn, i->imm5)));
	return NEXT;
}

INLINE struct outcome exec_UMOV(struct ctx *x, const struct a64_UMOV *i)
{
	set_X(x, i->Rd, copied_element(x, i->Rn, i->imm5));
	return NEXT;
}

INLINE struct outcome exec_INS_element(struct ctx *x, const struct a64_INS_element *i)
{
	const uint32_t size = copy_size(i->imm5);

	return insert(x, i->imm5, i->Rd, Elem(V(x, i->Rn), i->imm4 >> size, 8u << size));
}

#endif
