/* PSTATE.{N,Z,C,V} in the form of struct nzcv, and ConditionHolds() on it. */
#ifndef CPU_FLAGS_H
#define CPU_FLAGS_H

#include "state.h"

static inline bool flag_n(struct nzcv f)
{
	return (int64_t)f.nz < 0 || (f.nz == 0 && f.a != f.b && (f.a & 1) != 0);
}

static inline bool flag_z(struct nzcv f)
{
	return f.nz == 0;
}

static inline bool flag_c(struct nzcv f)
{
	return f.a >= f.b;
}

/* N differs from V. */
static inline bool flag_less(struct nzcv f)
{
	return (int64_t)f.a < (int64_t)f.b;
}

static inline bool flag_v(struct nzcv f)
{
	return flag_n(f) != flag_less(f);
}

/* Of a result nz other than of a subtraction. less: bit 63 says whether N differs from V. */
static inline struct nzcv flags_of(uint64_t nz, uint64_t less, bool carry)
{
	uint64_t l = (uint64_t)((int64_t)less >> 63), c = -(uint64_t)carry;

	/* b is 0 with carry, 1 where less, else -1; a is 0, or -2 where less with carry. */
	return (struct nzcv){nz, (l & c) << 1, (~l << 1 | 1) & ~c};
}

/* From and to the four bits N:Z:C:V. */
static inline struct nzcv flags_from(unsigned nzcv)
{
#define FLAGS(n, z, c, less)                                                                       \
	{                                                                                          \
		(z) ? 0 : (uint64_t)(n) << 63 | 1,                                                 \
			(uint64_t)((c) & (less)) << 63 |                                           \
				(((n) & (z)) != 0 ? ((c) > (less) ? 3 : 1) : 0),                   \
			(c)      ? (((n) & (z)) > (less))                                          \
			: (less) ? (((n) & (z)) != 0 ? 3 : 1)                                      \
				 : UINT64_C(1) << 63                                               \
	}
#define FLAGS_CV(n, z) FLAGS(n, z, 0, n), FLAGS(n, z, 0, !n), FLAGS(n, z, 1, n), FLAGS(n, z, 1, !n)
	static const struct nzcv flags[16] = {FLAGS_CV(0, 0), FLAGS_CV(0, 1), FLAGS_CV(1, 0),
					      FLAGS_CV(1, 1)};
#undef FLAGS_CV
#undef FLAGS

	return flags[nzcv & 15];
}

static inline unsigned flags_nzcv(struct nzcv f)
{
	return (unsigned)flag_n(f) << 3 | (unsigned)flag_z(f) << 2 | (unsigned)flag_c(f) << 1 |
	       (unsigned)flag_v(f);
}

/* ConditionHolds(). With a constant cond one test remains. */
static inline bool condition_holds(struct nzcv f, unsigned cond)
{
	bool result;

	switch (cond >> 1) {
	case 0:
		result = flag_z(f);
		break;
	case 1:
		result = flag_c(f);
		break;
	case 2:
		result = flag_n(f);
		break;
	case 3:
		result = flag_v(f);
		break;
	case 4:
		result = flag_c(f) && !flag_z(f);
		break;
	case 5:
		result = !flag_less(f);
		break;
	case 6:
		result = !flag_less(f) && !flag_z(f);
		break;
	default:
		return true;
	}
	return (cond & 1) != 0 ? !result : result;
}

#endif
