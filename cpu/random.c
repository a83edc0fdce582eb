/* Random numbers, FEAT_RNG. */
#include "random.h"

#include "flags.h"

/* splitmix64 (Steele, Lea, Flood, "Fast splittable pseudorandom number generators", 2014). */
static uint64_t scrambled(uint64_t z)
{
	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

/*
 * A number is always there, which NZCV 0b0000 says. The reseeding of RNDRRS is a long step in the
 * same sequence: a run with the same seed is the same run.
 */
uint64_t random_draw(struct cpu *cpu, enum sysreg reg)
{
	const uint64_t step = UINT64_C(0x9e3779b97f4a7c15);

	cpu->random += reg == SYSREG_RNDRRS ? step << 32 | step >> 32 : step;
	cpu->flags = flags_from(0);
	return scrambled(cpu->random);
}
