/*
 * QARMA-64 with five rounds and the S-box sigma 2 (Avanzi, "The QARMA Block Cipher Family", 2017),
 * as ComputePAC() of DDI 0487 has it. A block is a matrix of 4 by 4 cells of 4 bits, cell 0 the
 * most significant.
 */
#include "qarma.h"

enum { ROUNDS = 5, CELLS = 16 };

static const uint64_t RC[ROUNDS] = {
	0,
	UINT64_C(0x13198a2e03707344),
	UINT64_C(0xa4093822299f31d0),
	UINT64_C(0x082efa98ec4e6c89),
	UINT64_C(0x452821e638d01377),
};
static const uint64_t Alpha = UINT64_C(0xc0ac29b7c97c50dd);

static unsigned cell(uint64_t block, unsigned n)
{
	return block >> (60 - 4 * n) & 15;
}

/* ------------------------------------------------------------------ layers */

/* Cell n is what was cell from[n]. */
static uint64_t permuted(uint64_t block, const uint8_t from[CELLS])
{
	uint64_t result = 0;

	for (unsigned n = 0; n < CELLS; n++)
		result = result << 4 | cell(block, from[n]);
	return result;
}

static uint64_t PACCellShuffle(uint64_t block)
{
	static const uint8_t from[] = {0, 11, 6, 13, 10, 1, 12, 7, 5, 14, 3, 8, 15, 4, 9, 2};

	return permuted(block, from);
}

static uint64_t PACCellInvShuffle(uint64_t block)
{
	static const uint8_t from[] = {0, 5, 15, 10, 13, 8, 2, 7, 11, 14, 4, 1, 6, 3, 9, 12};

	return permuted(block, from);
}

static uint64_t substituted(uint64_t block, const uint8_t box[16])
{
	uint64_t result = 0;

	for (unsigned n = 0; n < CELLS; n++)
		result = result << 4 | box[cell(block, n)];
	return result;
}

static uint64_t PACSub(uint64_t block)
{
	static const uint8_t box[] = {11, 6, 8, 15, 12, 0, 9, 14, 3, 7, 4, 5, 13, 2, 1, 10};

	return substituted(block, box);
}

static uint64_t PACInvSub(uint64_t block)
{
	static const uint8_t box[] = {5, 14, 13, 8, 10, 11, 1, 9, 2, 6, 15, 0, 4, 12, 7, 3};

	return substituted(block, box);
}

/* Every cell rotated left by one bit. */
static uint64_t RotCells(uint64_t block)
{
	const uint64_t lowest = UINT64_C(0x1111111111111111);

	return (block << 1 & ~lowest) | (block >> 3 & lowest);
}

static uint64_t rows_up(uint64_t block, unsigned rows)
{
	return block << 16 * rows | block >> (64 - 16 * rows);
}

/* Each row becomes that below it and that above it, rotated by 1, and that between, by 2. */
static uint64_t PACMult(uint64_t block)
{
	return RotCells(rows_up(block, 1) ^ rows_up(block, 3) ^ RotCells(rows_up(block, 2)));
}

/* ------------------------------------------------------------------ the tweak */

/* Cells 0, 1, 3, 4, 8, 11 and 13 pass through a shift register of four bits. */
#define TWEAKED_CELLS UINT64_C(0xff0ff000f00f0f00)

static uint64_t TweakShuffle(uint64_t block)
{
	static const uint8_t from[] = {6, 5, 14, 15, 0, 1, 2, 3, 7, 12, 13, 4, 8, 9, 10, 11};
	const uint64_t highest = UINT64_C(0x8888888888888888);
	uint64_t t = permuted(block, from);
	uint64_t shifted = (t >> 1 & ~highest) | ((t << 3 ^ t << 2) & highest);

	return (t & ~TWEAKED_CELLS) | (shifted & TWEAKED_CELLS);
}

static uint64_t TweakInvShuffle(uint64_t block)
{
	static const uint8_t from[] = {4, 5, 6, 7, 11, 1, 0, 8, 12, 13, 14, 15, 9, 10, 2, 3};
	const uint64_t lowest = UINT64_C(0x1111111111111111);
	uint64_t shifted = (block << 1 & ~lowest) | ((block >> 3 ^ block) & lowest);

	return permuted((block & ~TWEAKED_CELLS) | (shifted & TWEAKED_CELLS), from);
}

/* ------------------------------------------------------------------ the cipher */

uint64_t qarma5(uint64_t data, uint64_t modifier, uint64_t key0, uint64_t key1)
{
	uint64_t modk0 = (key0 << 63 | key0 >> 1) ^ key0 >> 63;
	uint64_t runningmod = modifier, workingval = data ^ key0;

	for (unsigned i = 0; i < ROUNDS; i++) {
		workingval ^= key1 ^ runningmod ^ RC[i];
		if (i > 0)
			workingval = PACMult(PACCellShuffle(workingval));
		workingval = PACSub(workingval);
		runningmod = TweakShuffle(runningmod);
	}
	workingval = PACSub(PACMult(PACCellShuffle(workingval ^ modk0 ^ runningmod)));
	workingval = PACMult(PACCellShuffle(workingval));
	workingval = PACCellInvShuffle(workingval ^ key1);
	workingval = PACCellInvShuffle(PACMult(PACInvSub(workingval)));
	workingval ^= key0 ^ runningmod;
	for (unsigned i = 0; i < ROUNDS; i++) {
		workingval = PACInvSub(workingval);
		if (i < ROUNDS - 1)
			workingval = PACCellInvShuffle(PACMult(workingval));
		runningmod = TweakInvShuffle(runningmod);
		workingval ^= key1 ^ runningmod ^ RC[ROUNDS - 1 - i] ^ Alpha;
	}
	return workingval ^ modk0;
}
