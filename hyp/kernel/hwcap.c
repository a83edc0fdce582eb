/* What the core can do for the program, in the words of AT_HWCAP and AT_HWCAP2. */
#include "kernel.h"

#include "mmu/vmsa.h"

enum identity { ISAR0, ISAR1, ISAR2, PFR0, PFR1, MMFR2, IDENTITIES };

/* A bit is set where the register's field, unsigned, has at least this value. */
struct capability {
	uint8_t bit;
	uint8_t identity; /* enum identity */
	uint8_t lsb;
	uint8_t at_least;
};

static const struct capability hwcap[] = {
	{3, ISAR0, 4, 1},   /* AES */
	{4, ISAR0, 4, 2},   /* PMULL */
	{5, ISAR0, 8, 1},   /* SHA1 */
	{6, ISAR0, 12, 1},  /* SHA2 */
	{7, ISAR0, 16, 1},  /* CRC32 */
	{8, ISAR0, 20, 2},  /* ATOMICS */
	{12, ISAR0, 28, 1}, /* ASIMDRDM */
	{13, ISAR1, 12, 1}, /* JSCVT */
	{14, ISAR1, 16, 1}, /* FCMA */
	{15, ISAR1, 20, 1}, /* LRCPC */
	{16, ISAR1, 0, 1},  /* DCPOP */
	{17, ISAR0, 32, 1}, /* SHA3 */
	{18, ISAR0, 36, 1}, /* SM3 */
	{19, ISAR0, 40, 1}, /* SM4 */
	{20, ISAR0, 44, 1}, /* ASIMDDP */
	{21, ISAR0, 12, 2}, /* SHA512 */
	{23, ISAR0, 48, 1}, /* ASIMDFHM */
	{24, PFR0, 48, 1},  /* DIT */
	{25, MMFR2, 32, 1}, /* USCAT */
	{26, ISAR1, 20, 2}, /* ILRCPC */
	{27, ISAR0, 52, 1}, /* FLAGM */
	{28, PFR1, 4, 2},   /* SSBS */
	{29, ISAR1, 36, 1}, /* SB */
};

static const struct capability hwcap2[] = {
	{0, ISAR1, 0, 2},   /* DCPODP */
	{7, ISAR0, 52, 2},  /* FLAGM2 */
	{8, ISAR1, 32, 1},  /* FRINT */
	{13, ISAR1, 52, 1}, /* I8MM */
	{14, ISAR1, 44, 1}, /* BF16 */
	{15, ISAR1, 48, 1}, /* DGH */
	{16, ISAR0, 60, 1}, /* RNG */
	{31, ISAR2, 0, 2},  /* WFXT */
};

/* These have the kernel's consent too, which they need (boot.c). */
enum { HWCAP_CPUID = 11, HWCAP_PACA = 30, HWCAP_PACG = 31, HWCAP2_MOPS = 43 };

static uint64_t field(uint64_t value, unsigned lsb)
{
	return value >> lsb & 0xf;
}

static uint64_t bits_of(const struct capability *list, unsigned count, const uint64_t *identity)
{
	uint64_t bits = 0;

	for (unsigned i = 0; i < count; i++)
		if (field(identity[list[i].identity], list[i].lsb) >= list[i].at_least)
			bits |= UINT64_C(1) << list[i].bit;
	return bits;
}

static void read_identity(uint64_t identity[IDENTITIES])
{
	identity[ISAR0] = read_sysreg(id_aa64isar0_el1);
	identity[ISAR1] = read_sysreg(id_aa64isar1_el1);
	identity[ISAR2] = read_sysreg(S3_0_C0_C6_2);
	identity[PFR0] = read_sysreg(id_aa64pfr0_el1);
	identity[PFR1] = read_sysreg(id_aa64pfr1_el1);
	identity[MMFR2] = read_sysreg(id_aa64mmfr2_el1);
}

/* FP and AdvSIMD are signed fields of two values: 0 is FP and SIMD, 1 half precision too. */
static uint64_t fp_bits(uint64_t pfr0)
{
	enum { FP = 1 << 0, ASIMD = 1 << 1, FPHP = 1 << 9, ASIMDHP = 1 << 10 };

	return (field(pfr0, 16) != 0xf ? FP : 0u) | (field(pfr0, 16) == 1 ? FPHP : 0u) |
	       (field(pfr0, 20) != 0xf ? ASIMD : 0u) | (field(pfr0, 20) == 1 ? ASIMDHP : 0u);
}

/* An algorithm of the architecture's, QARMA5 or QARMA3, or an IMPLEMENTATION DEFINED one. */
static bool authenticates(const uint64_t *identity)
{
	return (field(identity[ISAR1], 4) | field(identity[ISAR2], 12) |
		field(identity[ISAR1], 8)) != 0;
}

static bool authenticates_data(const uint64_t *identity)
{
	return (field(identity[ISAR1], 24) | field(identity[ISAR2], 8) |
		field(identity[ISAR1], 28)) != 0;
}

static bool copies_memory(const uint64_t *identity)
{
	return field(identity[ISAR2], 16) != 0;
}

uint64_t sctlr_for_program(void)
{
	uint64_t identity[IDENTITIES];

	read_identity(identity);
	return (authenticates(identity)
			? FIELD_PUT(SCTLR_EL1_EnIA, 1) | FIELD_PUT(SCTLR_EL1_EnIB, 1) |
				  FIELD_PUT(SCTLR_EL1_EnDA, 1) | FIELD_PUT(SCTLR_EL1_EnDB, 1)
			: 0) |
	       (copies_memory(identity) ? FIELD_PUT(SCTLR_EL1_MSCEn, 1) : 0);
}

/* Keys differ from seed to seed, as everything that is random does. */
void set_keys(struct kernel *k)
{
	if (!SCTLR_EL1_EnIA(read_sysreg(sctlr_el1)))
		return;
	write_sysreg(s3_0_c2_c1_0, next_random(k)); /* APIAKeyLo_EL1, Hi */
	write_sysreg(s3_0_c2_c1_1, next_random(k));
	write_sysreg(s3_0_c2_c1_2, next_random(k)); /* APIBKey */
	write_sysreg(s3_0_c2_c1_3, next_random(k));
	write_sysreg(s3_0_c2_c2_0, next_random(k)); /* APDAKey */
	write_sysreg(s3_0_c2_c2_1, next_random(k));
	write_sysreg(s3_0_c2_c2_2, next_random(k)); /* APDBKey */
	write_sysreg(s3_0_c2_c2_3, next_random(k));
	write_sysreg(s3_0_c2_c3_0, next_random(k)); /* APGAKey */
	write_sysreg(s3_0_c2_c3_1, next_random(k));
}

void hwcaps(uint64_t *first, uint64_t *second)
{
	uint64_t identity[IDENTITIES];

	read_identity(identity);
	*first = UINT64_C(1) << HWCAP_CPUID | /* identity.c */
		 bits_of(hwcap, sizeof(hwcap) / sizeof(hwcap[0]), identity) |
		 fp_bits(identity[PFR0]);
	if (authenticates(identity))
		*first |= UINT64_C(1) << HWCAP_PACA;
	if (authenticates_data(identity))
		*first |= UINT64_C(1) << HWCAP_PACG;
	*second = bits_of(hwcap2, sizeof(hwcap2) / sizeof(hwcap2[0]), identity);
	if (copies_memory(identity))
		*second |= UINT64_C(1) << HWCAP2_MOPS;
}
