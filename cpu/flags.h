/* PSTATE.{N,Z,C,V} in the form of struct nzcv, and ConditionHolds() on it. */
#ifndef CPU_FLAGS_H
#define CPU_FLAGS_H

#include "state.h"

static inline bool flag_n(struct nzcv f)
{
	return (int64_t)(f.nz ^ f.c) < 0;
}

static inline bool flag_z(struct nzcv f)
{
	return f.nz == 0;
}

static inline bool flag_c(struct nzcv f)
{
	return (uint32_t)f.c != 0;
}

static inline bool flag_v(struct nzcv f)
{
	return (int64_t)f.v < 0;
}

/* From and to the four bits N:Z:C:V. N=1 with Z=1 is no result of arithmetic: nz is 0 then, and bit
 * 63 of c gives N. */
static inline struct nzcv flags_from(unsigned nzcv)
{
#define FLAGS(n, z, c, v)                                                                          \
	{                                                                                          \
		(z) ? 0 : (uint64_t)(n) << 63 | 1, (uint64_t)(v) << 63,                            \
			(c) | (uint64_t)((n) & (z)) << 63                                          \
	}
#define FLAGS_CV(n, z) FLAGS(n, z, 0, 0), FLAGS(n, z, 0, 1), FLAGS(n, z, 1, 0), FLAGS(n, z, 1, 1)
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
		result = (int64_t)(f.nz ^ f.c ^ f.v) >= 0;
		break;
	case 6:
		result = (int64_t)(f.nz ^ f.c ^ f.v) >= 0 && !flag_z(f);
		break;
	default:
		return true;
	}
	return (cond & 1) != 0 ? !result : result;
}

#endif
