/* What the registers say: walk parameters, sizes, start levels (aarch64/translation/walkparams,
 * vmsa_addrcalc). */
#include "naive.h"

uint64_t bits(uint64_t x, int hi, int lo)
{
	int width = hi - lo + 1;

	return width >= 64 ? x >> lo : x >> lo & ((UINT64_C(1) << width) - 1);
}

static int min(int a, int b)
{
	return a < b ? a : b;
}

bool EL2Enabled(const struct naive *n)
{
	return n->features.el2;
}

/*
 * HCR_EL2 as translation sees it. E2H is RES0 without FEAT_VHE; with {E2H, TGE} = {1, 1} VM, DC, CD
 * and ID "behave as 0 for all purposes other than a direct read" (HCR_EL2 field descriptions). The
 * pseudocode relies on software there and reads VM as written, which only AT S12E* can see.
 */
uint64_t EffectiveHCR(const struct naive *n)
{
	uint64_t hcr = n->registers.HCR_EL2;

	if (!n->features.el2)
		return 0;
	if (!n->features.vhe)
		hcr &= ~(UINT64_C(1) << 34);
	if (bits(hcr, 34, 34) && bits(hcr, 27, 27))
		hcr &= ~(UINT64_C(1) << 0 | UINT64_C(1) << 12 | UINT64_C(1) << 32 |
			 UINT64_C(1) << 33);
	return hcr;
}

enum naive_regime TranslationRegime(const struct naive *n, int el)
{
	bool e2h = bits(EffectiveHCR(n), 34, 34), tge = bits(EffectiveHCR(n), 27, 27);

	if (el == 2)
		return e2h ? NAIVE_EL20 : NAIVE_EL2;
	if (el == 0 && e2h && tge)
		return NAIVE_EL20;
	return NAIVE_EL10;
}

bool HasUnprivileged(enum naive_regime regime)
{
	return regime != NAIVE_EL2;
}

/* GetVARange: bit 55 chooses, always. */
bool VAIsUpper(uint64_t va)
{
	return bits(va, 55, 55);
}

static bool has_granule(const struct naive *n, int tgx)
{
	if (tgx == 12)
		return n->features.tgran4;
	if (tgx == 14)
		return n->features.tgran16;
	return n->features.tgran64;
}

static int S1DecodeTG0(const struct naive *n, uint64_t tg0)
{
	int tgx = n->choices.reserved_tg0;

	if (tg0 == 0)
		tgx = 12;
	if (tg0 == 1)
		tgx = 16;
	if (tg0 == 2)
		tgx = 14;
	return has_granule(n, tgx) ? tgx : n->choices.other_granule;
}

static int S1DecodeTG1(const struct naive *n, uint64_t tg1)
{
	int tgx = n->choices.reserved_tg1;

	if (tg1 == 2)
		tgx = 12;
	if (tg1 == 3)
		tgx = 16;
	if (tg1 == 1)
		tgx = 14;
	return has_granule(n, tgx) ? tgx : n->choices.other_granule;
}

/* TCR_EL1, and TCR_EL2 with E2H = 1: the same layout. */
static struct S1TTWParams two_ranges(const struct naive *n, uint64_t tcr, uint64_t sctlr,
				     bool upper)
{
	struct S1TTWParams p = {0};

	if (upper) {
		p.tgx = S1DecodeTG1(n, bits(tcr, 31, 30));
		p.txsz = (int)bits(tcr, 21, 16);
		p.irgn = (int)bits(tcr, 25, 24);
		p.orgn = (int)bits(tcr, 27, 26);
		p.sh = (int)bits(tcr, 29, 28);
		p.tbi = bits(tcr, 38, 38);
		p.tbid = n->features.pauth && bits(tcr, 52, 52);
		p.e0pd = n->features.e0pd && bits(tcr, 56, 56);
		p.hpd = n->features.hpds && bits(tcr, 42, 42);
	} else {
		p.tgx = S1DecodeTG0(n, bits(tcr, 15, 14));
		p.txsz = (int)bits(tcr, 5, 0);
		p.irgn = (int)bits(tcr, 9, 8);
		p.orgn = (int)bits(tcr, 11, 10);
		p.sh = (int)bits(tcr, 13, 12);
		p.tbi = bits(tcr, 37, 37);
		p.tbid = n->features.pauth && bits(tcr, 51, 51);
		p.e0pd = n->features.e0pd && bits(tcr, 55, 55);
		p.hpd = n->features.hpds && bits(tcr, 41, 41);
	}
	p.ps = (int)bits(tcr, 34, 32);
	p.ha = n->features.hafdbs >= 1 && bits(tcr, 39, 39);
	p.hd = n->features.hafdbs >= 2 && bits(tcr, 40, 40);
	p.ds = p.tgx != 16 && n->features.lpa2 && bits(tcr, 59, 59);
	p.epan = n->features.pan3 && bits(sctlr, 57, 57);
	p.cmow = n->features.cmow && bits(sctlr, 32, 32);
	return p;
}

static struct S1TTWParams S1TTWParamsEL2(const struct naive *n)
{
	uint64_t tcr = n->registers.TCR_EL2;
	struct S1TTWParams p = {0};

	p.tgx = S1DecodeTG0(n, bits(tcr, 15, 14));
	p.txsz = (int)bits(tcr, 5, 0);
	p.irgn = (int)bits(tcr, 9, 8);
	p.orgn = (int)bits(tcr, 11, 10);
	p.sh = (int)bits(tcr, 13, 12);
	p.ps = (int)bits(tcr, 18, 16);
	p.tbi = bits(tcr, 20, 20);
	p.tbid = n->features.pauth && bits(tcr, 29, 29);
	p.hpd = n->features.hpds && bits(tcr, 24, 24);
	p.ha = n->features.hafdbs >= 1 && bits(tcr, 21, 21);
	p.hd = n->features.hafdbs >= 2 && bits(tcr, 22, 22);
	p.ds = p.tgx != 16 && n->features.lpa2 && bits(tcr, 32, 32);
	return p;
}

struct S1TTWParams GetS1TTWParams(const struct naive *n, enum naive_regime regime, uint64_t va)
{
	const struct naive_registers *r = &n->registers;
	uint64_t sctlr = regime == NAIVE_EL10 ? r->SCTLR_EL1 : r->SCTLR_EL2;
	struct S1TTWParams p;

	if (regime == NAIVE_EL2)
		p = S1TTWParamsEL2(n);
	else if (regime == NAIVE_EL20)
		p = two_ranges(n, r->TCR_EL2, sctlr, VAIsUpper(va));
	else
		p = two_ranges(n, r->TCR_EL1, sctlr, VAIsUpper(va));
	p.mair = regime == NAIVE_EL10 ? r->MAIR_EL1 : r->MAIR_EL2;
	p.wxn = bits(sctlr, 19, 19);
	p.ee = n->features.mixed_end && bits(sctlr, 25, 25);
	p.dc = regime == NAIVE_EL10 && bits(EffectiveHCR(n), 12, 12);
	return p;
}

/* NSS2TTWParams; the stage 2 granules are those of stage 1. */
struct S2TTWParams GetS2TTWParams(const struct naive *n)
{
	uint64_t hcr = EffectiveHCR(n), vtcr = n->registers.VTCR_EL2;
	struct S2TTWParams p = {0};

	p.vm = bits(hcr, 0, 0) || bits(hcr, 12, 12);
	p.tgx = S1DecodeTG0(n, bits(vtcr, 15, 14));
	p.txsz = (int)bits(vtcr, 5, 0);
	p.ps = (int)bits(vtcr, 18, 16);
	p.irgn = (int)bits(vtcr, 9, 8);
	p.orgn = (int)bits(vtcr, 11, 10);
	p.sh = (int)bits(vtcr, 13, 12);
	p.ee = n->features.mixed_end && bits(n->registers.SCTLR_EL2, 25, 25);
	p.sl0 = (int)bits(vtcr, 7, 6);
	p.ptw = !bits(hcr, 27, 27) && bits(hcr, 2, 2);
	p.fwb = n->features.s2fwb && bits(hcr, 46, 46);
	p.ha = n->features.hafdbs >= 1 && bits(vtcr, 21, 21);
	p.hd = n->features.hafdbs >= 2 && bits(vtcr, 22, 22);
	p.ds = p.tgx != 16 && n->features.lpa2 && bits(vtcr, 32, 32);
	p.sl2 = p.tgx == 12 && n->features.lpa2 && bits(vtcr, 33, 33) && bits(vtcr, 32, 32);
	p.cmow = n->features.cmow && n->registers.HCRX_EL2_CMOW;
	return p;
}

int IASize(int txsz)
{
	return 64 - txsz;
}

int MaxTxSZ(const struct naive *n, int tgx)
{
	if (!n->features.ttst)
		return 39;
	return tgx == 16 ? 47 : 48;
}

int S1MinTxSZ(const struct naive *n, const struct S1TTWParams *walkparams)
{
	if ((n->features.lva && walkparams->tgx == 16) || walkparams->ds)
		return 12;
	return 16;
}

bool S1TxSZFaults(const struct naive *n, const struct S1TTWParams *walkparams)
{
	if (walkparams->txsz < S1MinTxSZ(n, walkparams))
		return n->features.lva || n->choices.txsz_below_min_faults;
	if (walkparams->txsz > MaxTxSZ(n, walkparams->tgx))
		return n->choices.txsz_above_max_faults;
	return false;
}

int S2MinTxSZ(const struct naive *n, const struct S2TTWParams *walkparams)
{
	int ips = min(52, n->features.pa_max);

	if (n->features.lpa && walkparams->tgx != 16 && !walkparams->ds)
		ips = min(48, n->features.pa_max);
	return 64 - ips;
}

bool S2TxSZFaults(const struct naive *n, const struct S2TTWParams *walkparams)
{
	if (walkparams->txsz < S2MinTxSZ(n, walkparams))
		return n->features.lpa || n->choices.txsz_below_min_faults;
	if (walkparams->txsz > MaxTxSZ(n, walkparams->tgx))
		return n->choices.txsz_above_max_faults;
	return false;
}

int S1StartLevel(const struct S1TTWParams *walkparams)
{
	int iasize = IASize(walkparams->txsz), granulebits = walkparams->tgx;
	int stride = granulebits - 3;

	return 3 - (iasize - 1 - granulebits) / stride;
}

int S2StartLevel(const struct S2TTWParams *walkparams)
{
	if (walkparams->tgx == 12) {
		if (walkparams->sl2)
			return -1;
		if (walkparams->sl0 == 3)
			return 3;
		return 2 - walkparams->sl0;
	}
	return 3 - walkparams->sl0;
}

bool S2InvalidSL(const struct naive *n, const struct S2TTWParams *walkparams)
{
	if (walkparams->tgx == 12) {
		if (walkparams->sl2)
			return walkparams->sl0 != 0;
		if (walkparams->sl0 == 2)
			return n->features.pa_max < 44;
		if (walkparams->sl0 == 3)
			return !n->features.ttst;
		return false;
	}
	if (walkparams->tgx == 14) {
		if (walkparams->sl0 == 3)
			return !walkparams->ds;
		if (walkparams->sl0 == 2)
			return n->features.pa_max < 42;
		return false;
	}
	if (walkparams->sl0 == 3)
		return true;
	return walkparams->sl0 == 2 && n->features.pa_max < 44;
}

bool S2InconsistentSL(const struct S2TTWParams *walkparams)
{
	int levels = 3 - S2StartLevel(walkparams);
	int granulebits = walkparams->tgx, stride = granulebits - 3;
	int sl_min_iasize = levels * stride + granulebits + 1;
	int sl_max_iasize = sl_min_iasize + (stride - 1) + 4;
	int iasize = IASize(walkparams->txsz);

	return iasize < sl_min_iasize || iasize > sl_max_iasize;
}

int PhysicalAddressSize(const struct naive *n, int encoded_ps, int tgx)
{
	int ps = 56, max_ps = min(52, n->features.pa_max);

	if (encoded_ps == 0)
		ps = 32;
	if (encoded_ps == 1)
		ps = 36;
	if (encoded_ps == 2)
		ps = 40;
	if (encoded_ps == 3)
		ps = 42;
	if (encoded_ps == 4)
		ps = 44;
	if (encoded_ps == 5)
		ps = 48;
	if (encoded_ps == 6)
		ps = 52;
	if ((tgx != 16 && !n->features.lpa2) || !n->features.lpa)
		max_ps = min(48, n->features.pa_max);
	return min(ps, max_ps);
}

bool OAOutOfRange(const struct naive *n, uint64_t address, int ps, int tgx)
{
	return bits(address, 55, PhysicalAddressSize(n, ps, tgx)) != 0;
}

int AddrTop(bool tbid, enum naive_acctype acctype, bool tbi)
{
	if (tbid && acctype == NAIVE_IFETCH)
		return 63;
	return tbi ? 55 : 63;
}

/* S1SLTTEntryAddress, S2SLTTEntryAddress: all input bits above the next level choose. */
uint64_t SLTTEntryAddress(int level, int txsz, int tgx, uint64_t ia, uint64_t tablebase)
{
	int lsb = (3 - level) * (tgx - 3) + tgx, msb = IASize(txsz) - 1;

	return tablebase | bits(ia, msb, lsb) << 3;
}

uint64_t TTEntryAddress(int level, int tgx, uint64_t ia, uint64_t tablebase)
{
	int stride = tgx - 3;
	int lsb = (3 - level) * stride + tgx, msb = lsb + stride - 1;

	return tablebase | bits(ia, msb, lsb) << 3;
}

static uint64_t TTBaseAddress(const struct naive *n, int tgx, int ps, bool ds, int tsize,
			      uint64_t ttbr)
{
	uint64_t tablebase = bits(ttbr, 47, 1) << 1;

	if ((n->features.lpa && tgx == 16 && ps == 6) || ds) {
		tsize = tsize < 6 ? 6 : tsize;
		tablebase = bits(ttbr, 5, 2) << 48 | bits(ttbr, 47, 6) << 6;
	}
	return bits(tablebase, 63, tsize) << tsize;
}

uint64_t S1TTBaseAddress(const struct naive *n, const struct S1TTWParams *walkparams, uint64_t ttbr)
{
	int levels = 3 - S1StartLevel(walkparams), stride = walkparams->tgx - 3;
	int tsize = IASize(walkparams->txsz) - (levels * stride + walkparams->tgx) + 3;

	return TTBaseAddress(n, walkparams->tgx, walkparams->ps, walkparams->ds, tsize, ttbr);
}

uint64_t S2TTBaseAddress(const struct naive *n, const struct S2TTWParams *walkparams, uint64_t ttbr)
{
	int levels = 3 - S2StartLevel(walkparams), stride = walkparams->tgx - 3;
	int tsize = IASize(walkparams->txsz) - (levels * stride + walkparams->tgx) + 3;

	return TTBaseAddress(n, walkparams->tgx, walkparams->ps, walkparams->ds, tsize, ttbr);
}
