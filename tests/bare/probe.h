/* Running one instruction at an exception level of choice, and telling what came of it. */
#ifndef BARE_PROBE_H
#define BARE_PROBE_H

#include "print.h"
#include "record.h"

#define WRITE(reg, value) __asm__ volatile("msr " #reg ", %0" : : "r"((uint64_t)(value)) : "memory")
#define READ(reg)                                                                                  \
	({                                                                                         \
		uint64_t value_;                                                                   \
		__asm__ volatile("mrs %0, " #reg : "=r"(value_));                                  \
		value_;                                                                            \
	})
#define SYNC() __asm__ volatile("dsb sy; isb" : : : "memory")

enum { DONE = 0xd0e }; /* BRK of the code that has run to its end */

/* Where code for a probe is put: `page` as it is mapped now. */
struct place {
	uint32_t *words; /* as EL2 sees it */
	uint64_t va;     /* as the probe sees it */
};

/* PSTATE of a probe: EL0t, EL1h or EL2h with all masked, and more of the format of SPSR_ELx. */
static inline uint64_t pstate_of(unsigned el, uint64_t more)
{
	return 0x3c0 | el << 2 | (el != 0) | more;
}

static inline void put_code(struct place place, const uint32_t *words, unsigned count)
{
	unsigned i = 0;

	for (; i < count && words[i] != 0; i++)
		place.words[i] = words[i];
	place.words[i++] = 0xd4200000 | DONE << 5; /* BRK #DONE */
	for (unsigned j = 0; j < i; j++) {
		__asm__ volatile("dc cvau, %0" : : "r"(place.words + j) : "memory");
		__asm__ volatile("dsb ish; ic ivau, %0" : : "r"(place.words + j) : "memory");
	}
	SYNC();
}

static inline void print_address(const char *name, uint64_t address, struct place place)
{
	print(name);
	if (address - place.va < 4096) {
		print("+");
		address -= place.va;
	}
	print_hex(address);
}

/* Aborts and PC alignment faults have a FAR. */
static inline int has_far(uint64_t esr)
{
	unsigned ec = esr >> 26 & 0x3f;

	return ec == 0x20 || ec == 0x21 || ec == 0x22 || ec == 0x24 || ec == 0x25;
}

/*
 * HPFAR_EL2 is defined for stage 2 aborts but Permission faults of the access itself: those from a
 * lower EL in EL2 that are not routed by TGE.
 */
static inline int has_hpfar(uint64_t esr)
{
	unsigned ec = esr >> 26 & 0x3f, fsc = esr & 0x3f, s1ptw = esr >> 7 & 1;
	int abort = ec == 0x20 || ec == 0x24, tge = READ(hcr_el2) >> 27 & 1;

	return abort && !tge && ((fsc & 0x3c) != 0xc || s1ptw) && fsc != 0x10 && fsc != 0x21 &&
	       (fsc & 0x3c) != 0x14;
}

/*
 * Of external aborts EA and, on a stage 2 walk, the instruction's syndrome are IMPLEMENTATION
 * DEFINED.
 */
static inline uint64_t comparable_esr(uint64_t esr)
{
	unsigned fsc = esr & 0x3f;

	if (esr >> 29 != 4 || fsc < 0x10 || fsc > 0x17)
		return esr;
	return esr & ~UINT64_C(0x1ffc200);
}

static inline void print_syndrome(const struct syndrome *s, struct place place)
{
	uint64_t esr = comparable_esr(s->esr);

	print_field(" ESR ", esr);
	print_address(" ELR ", s->elr, place);
	print_field(" SPSR ",
		    s->spsr & 0xf1f003df); /* fields of all features but TCO, SSBS, BTYPE and SS */
	if (has_far(s->esr))
		print_address(" FAR ", s->far, place);
}

/* The exception of the record: of EL1 if its handler reported it. */
static inline void print_record(const char *name, struct place place)
{
	uint64_t esr = record.el2.esr;

	print(name);
	if (esr >> 26 == 0x16 && (esr & 0xffff) >= 0x8000) {
		print_field(": EL1+", (esr & 0xf) << 7);
		print_syndrome(&record.el1, place);
	} else {
		print_field(": EL2+", record.vector << 7);
		print_syndrome(&record.el2, place);
		if (has_hpfar(esr))
			print_field(" HPFAR ", record.hpfar);
	}
	print_field(" X0 ", record.x[0]);
	print("\n");
}

#endif
