/*
 * Descriptors of the tables that pgtable.c builds: addresses, attributes and type, for every kind
 * of table. DDI 0487, "VMSAv8-64 descriptor formats". Private to the page-table library.
 */
#ifndef HYP_DESCRIPTOR_H
#define HYP_DESCRIPTOR_H

#include "pgtable.h"

#include "../mmu/vmsa.h"

enum mair_index { MAIR_NORMAL = 0, MAIR_DEVICE = 1 };

/* VALID and bit 1 (table, or page at level 3) are in the same place in all descriptors. */
#define DESCRIPTOR_VALID UINT64_C(1)
#define DESCRIPTOR_TABLE UINT64_C(3)

static inline bool is_valid(uint64_t descriptor)
{
	return descriptor & DESCRIPTOR_VALID;
}

static inline bool is_table(uint64_t descriptor, int level)
{
	return level < LEVEL_LAST && (descriptor & DESCRIPTOR_TABLE) == DESCRIPTOR_TABLE;
}

/* Where a descriptor holds an address: with DS, or 64K, the bits from 48 up are in the low half. */
static inline uint64_t address_mask(const struct geometry *g)
{
	if (g->granule_bits == GRANULE_64K)
		return FIELD_MASK(ADDRESS_LPA_OA_47_16) | FIELD_MASK(ADDRESS_LPA_OA_51_48);
	if (g->ds)
		return FIELD_MASK(ADDRESS_DS_OA_49_12) | FIELD_MASK(ADDRESS_DS_OA_51_50);
	return FIELD_MASK(ADDRESS_48_OA_47_12);
}

static inline uint64_t encode_address(const struct geometry *g, uint64_t address)
{
	if (g->granule_bits == GRANULE_64K)
		return (address & FIELD_MASK(ADDRESS_LPA_OA_47_16)) |
		       FIELD_PUT(ADDRESS_LPA_OA_51_48, address >> 48);
	if (g->ds)
		return (address & FIELD_MASK(ADDRESS_DS_OA_49_12)) |
		       FIELD_PUT(ADDRESS_DS_OA_51_50, address >> 50);
	return address & FIELD_MASK(ADDRESS_48_OA_47_12);
}

static inline uint64_t decode_address(const struct geometry *g, uint64_t descriptor)
{
	if (g->granule_bits == GRANULE_64K)
		return (descriptor & FIELD_MASK(ADDRESS_LPA_OA_47_16)) |
		       ADDRESS_LPA_OA_51_48(descriptor) << 48;
	if (g->ds)
		return (descriptor & FIELD_MASK(ADDRESS_DS_OA_49_12)) |
		       ADDRESS_DS_OA_51_50(descriptor) << 50;
	return descriptor & FIELD_MASK(ADDRESS_48_OA_47_12);
}

static inline uint64_t stage1_attributes(const struct geometry *g, unsigned leaf)
{
	bool user = leaf & LEAF_USER, device = leaf & LEAF_DEVICE;
	unsigned ap = leaf & LEAF_W ? (user ? AP_RW : AP_RW_PRIVILEGED)
				    : (user ? AP_RO : AP_RO_PRIVILEGED);
	uint64_t d = FIELD_PUT(S1_LEAF_AF, 1) |
		     FIELD_PUT(S1_LEAF_AttrIndx, device ? MAIR_DEVICE : MAIR_NORMAL);

	/* With DS, SH is an address field and shareability comes from TCR. */
	if (!g->ds)
		d |= FIELD_PUT(S1_LEAF_SH, device ? SH_OUTER : SH_INNER);
	if (g->kind == TABLE_EL2)
		/* One range, one privilege: AP[1] is RES1, UXN is XN, no nG. */
		return d | FIELD_PUT(S1_LEAF_AP, ap | AP_RW) |
		       FIELD_PUT(S1_LEAF_UXN, !(leaf & LEAF_X));
	return d | FIELD_PUT(S1_LEAF_AP, ap) |
	       FIELD_PUT(S1_LEAF_nG, (leaf & LEAF_NON_GLOBAL) != 0) |
	       FIELD_PUT(S1_LEAF_UXN, !(user && leaf & LEAF_X)) |
	       FIELD_PUT(S1_LEAF_PXN, user || !(leaf & LEAF_X));
}

static inline uint64_t stage2_attributes(const struct geometry *g, unsigned leaf)
{
	bool device = leaf & LEAF_DEVICE;
	uint64_t d = FIELD_PUT(S2_LEAF_AF, 1) |
		     FIELD_PUT(S2_LEAF_S2AP, leaf & LEAF_W ? S2AP_RW : S2AP_R) |
		     FIELD_PUT(S2_LEAF_XN, leaf & LEAF_X ? S2XN_X : S2XN_NONE) |
		     FIELD_PUT(S2_LEAF_MemAttr, device ? MEMATTR_DEVICE_nGnRE : MEMATTR_NORMAL_WB);

	return g->ds ? d : d | FIELD_PUT(S2_LEAF_SH, device ? SH_OUTER : SH_INNER);
}

static inline uint64_t leaf_attributes(const struct geometry *g, unsigned leaf)
{
	return g->kind == TABLE_STAGE2 ? stage2_attributes(g, leaf) : stage1_attributes(g, leaf);
}

/* The enum pgtable_leaf bits of a leaf descriptor. */
static inline unsigned leaf_of(const struct geometry *g, uint64_t d)
{
	unsigned leaf = 0;

	if (g->kind == TABLE_STAGE2) {
		leaf |= S2_LEAF_S2AP(d) & S2AP_W ? LEAF_W : 0;
		leaf |= S2_LEAF_XN(d) == S2XN_X ? LEAF_X : 0;
		return leaf | (S2_LEAF_MemAttr(d) == MEMATTR_NORMAL_WB ? 0 : LEAF_DEVICE);
	}
	bool user = g->kind == TABLE_EL1 && S1_LEAF_AP(d) & AP_RW;

	leaf |= S1_LEAF_AP(d) & AP_RO_PRIVILEGED ? 0 : LEAF_W;
	leaf |= user ? LEAF_USER : 0;
	leaf |= (user || g->kind == TABLE_EL2 ? S1_LEAF_UXN(d) : S1_LEAF_PXN(d)) ? 0 : LEAF_X;
	leaf |= g->kind == TABLE_EL1 && S1_LEAF_nG(d) ? LEAF_NON_GLOBAL : 0;
	return leaf | (S1_LEAF_AttrIndx(d) == MAIR_DEVICE ? LEAF_DEVICE : 0);
}

static inline uint64_t leaf_descriptor(const struct geometry *g, int level, uint64_t oa,
				       uint64_t attributes)
{
	return encode_address(g, oa) | attributes |
	       (level == LEVEL_LAST ? DESCRIPTOR_TABLE : DESCRIPTOR_VALID);
}

/* Everything of a leaf descriptor but address and type. */
static inline uint64_t attributes_of(const struct geometry *g, uint64_t descriptor)
{
	return descriptor & ~(address_mask(g) | DESCRIPTOR_TABLE);
}

static inline uint64_t *table_of(const struct pgtable *t, uint64_t descriptor)
{
	return t->ops->from_physical(t->context, decode_address(&t->geometry, descriptor));
}

static inline uint64_t lesser(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/*
 * pgtable_walk.c: [ia, ia + bytes) is made of whole pages inside the table's input size; *offset is
 * ia counted from ia_base.
 */
bool pgtable_range(const struct pgtable *table, uint64_t ia, uint64_t bytes, uint64_t *offset);

#endif
