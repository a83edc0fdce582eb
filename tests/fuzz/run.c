/*
 * Runs one input: twice, the second time without its probes, which must have no effect, and without
 * anything else that differs; both runs must say the same.
 */
#include "fuzz.h"

#include <string.h>

enum { REGISTERS = sizeof(struct nw_registers) / sizeof(uint64_t), ADDRESSES = 4 };

struct machine {
	struct input in;
	struct memory memory;
	struct nw_config config;
	struct nw_mmu *mmu;
	uint64_t va[ADDRESSES];
	uint64_t now;
	unsigned walks; /* that the observer was told of */
	uint64_t digest;
	bool probes;
};

/* ------------------------------------------------------------------ observer */

static void walked(void *ctx, const struct nw_walk *walk)
{
	struct machine *m = ctx;

	m->walks++;
	check_walk(walk, m->config.features.pa_bits);
}

/* Only entries that were handed out may be of interest to the core. */
static void dropped(void *ctx, struct tlb_entry *entry)
{
	struct machine *m = ctx;

	require(entry != NULL && entry->stamp <= m->now, "an entry is dropped that never was");
}

/* ------------------------------------------------------------------ configuration */

static struct nw_features take_features(struct input *in)
{
	static const uint8_t sizes[8] = {32, 36, 40, 42, 44, 48, 52, 52};
	uint8_t options = take8(in);
	struct nw_features features = {
		.set = {take64(in)},
		.pa_bits = sizes[options & 7],
		.granule_4k = options >> 3 & 1,
		.granule_16k = options >> 4 & 1,
		.granule_64k = options >> 5 & 1,
	};

	if (!features.granule_4k && !features.granule_16k)
		features.granule_64k = true;
	return features;
}

static struct tlb_shape take_shape(struct input *in)
{
	static const uint32_t entries[8] = {0, 1, 2, 4, 8, 64, 3, UINT32_MAX};
	static const uint32_t ways[4] = {0, 1, 2, 3};
	uint8_t options = take8(in);

	return (struct tlb_shape){entries[options & 7], ways[options >> 3 & 3], options >> 5};
}

/* Alternatives are numbered from 0; each choice has two at least. */
static struct nw_choices take_choices(struct input *in)
{
	struct nw_choices choices;
	uint64_t bits = take64(in);

	for (unsigned i = 0; i < NW_CHOICE_COUNT; i++)
		choices.of[i] = (uint8_t)(bits >> i % 64 & 1);
	return choices;
}

static void configure(struct machine *m)
{
	struct nw_config *c = &m->config;

	c->features = take_features(&m->in);
	c->choices = take_choices(&m->in);
	c->l1i = take_shape(&m->in);
	c->l1d = take_shape(&m->in);
	c->l2 = take_shape(&m->in);
	c->walk_caches.stage1 = take_shape(&m->in);
	c->walk_caches.stage2 = take_shape(&m->in);
	c->walk_caches.ipa = take_shape(&m->in);

	uint8_t options = take8(&m->in);

	c->tlb_off = options & 1;
	c->walk_caches.ipa_for_all = options & 2;
	memory_init(&m->memory, &m->in, c->features.pa_bits);
	c->port = memory_port(&m->memory);
	c->observer = (struct nw_observer){.ctx = m, .walk = walked, .drop = dropped};
}

static bool has_caches(const struct nw_config *c)
{
	return !c->tlb_off || c->walk_caches.stage1.entries != 0 ||
	       c->walk_caches.stage2.entries != 0 || c->walk_caches.ipa.entries != 0;
}

/* ------------------------------------------------------------------ steps of the program */

/* Any that a core can make: what is of EL0 is unprivileged, and an atomic is a load or a store. */
static struct nw_access take_access(struct input *in)
{
	uint8_t type = (uint8_t)(take8(in) % (NW_IC_OP + 1));
	uint8_t flags = take8(in), el = (uint8_t)((flags & 3) % 3);

	return (struct nw_access){
		.type = (enum nw_access_type)type,
		.el = el,
		.unprivileged = el == 0 || flags >> 2 & 1,
		.read_write = (type == NW_LOAD || type == NW_STORE) && flags >> 3 & 1,
		.pan = flags >> 4 & 1,
		.unaligned = flags >> 5 & 1,
	};
}

/* One of a few addresses and what lies behind it: TLBs have something to hit. */
static va_t take_va(struct machine *m)
{
	uint8_t options = take8(&m->in);
	uint64_t offset = take8(&m->in);

	return (va_t){m->va[options % ADDRESSES] + (offset << (options >> 2 & 0x3f) % 60)};
}

/* Large: not on the stack of what calls it. */
static void describe(const struct machine *m, const struct nw_walk *walk,
		     const struct nw_translation *t)
{
	struct nw_description description;

	nw_describe(m->mmu, walk, &description);
	check_description(&description, walk, t);
}

/* A probe says the same twice, and nobody notices it. */
static struct nw_translation probe(struct machine *m, va_t va, struct nw_access access)
{
	struct memory before = m->memory;
	struct nw_counts counts = *nw_counts(m->mmu);
	unsigned walks = m->walks;
	struct nw_walk walk;

	memory_forget(&m->memory);

	struct nw_translation t = nw_probe(m->mmu, va, access, &walk);

	check_translation(&t, m->config.features.pa_bits);
	check_walk(&walk, m->config.features.pa_bits);
	describe(m, &walk, &t);
	memory_forget(&m->memory);

	struct nw_translation again = nw_probe(m->mmu, va, access, NULL);

	check_same(&t, &again, "a probe says something else the second time");
	require(m->memory.updates == 0 && walks == m->walks, "a probe has an effect");
	require(memcmp(before.word, m->memory.word, sizeof before.word) == 0,
		"a probe writes memory");
	require(memcmp(&counts, nw_counts(m->mmu), sizeof counts) == 0, "a probe is counted");
	memory_forget(&m->memory);
	return t;
}

static void translate(struct machine *m)
{
	struct nw_access access = take_access(&m->in);
	va_t va = take_va(m);
	struct nw_translation expected = {.entry = NULL};

	if (m->probes)
		expected = probe(m, va, access);
	memory_forget(&m->memory);

	struct nw_translation t = nw_translate(m->mmu, va, access, ++m->now);

	check_translation(&t, m->config.features.pa_bits);
	/* A probe takes every update for possible. */
	if (m->probes && !has_caches(&m->config) && m->config.port.update != NULL &&
	    m->memory.updates == 0)
		check_same(&t, &expected, "a probe and the walk differ");
	if (t.entry != NULL)
		t.entry->stamp = m->now;
	m->digest = digest_translation(m->digest, &t);
}

static void address_translation(struct machine *m)
{
	uint8_t options = take8(&m->in);
	enum nw_at_op op = (enum nw_at_op)((options & 0x3f) % (AT_S12E0W + 1));
	va_t va = take_va(m);

	memory_forget(&m->memory);

	struct nw_at_result at =
		nw_at(m->mmu, op, va, 1 + (options >> 6 & 1), options >> 7 & 1, ++m->now);

	check_at(&at, m->config.features.pa_bits);
	m->digest = digest_fault(digest_word(m->digest, at.par), &at.fault);
}

static void event(struct machine *m, enum nw_event_type type)
{
	struct nw_event e = {.type = type};

	if (type == NW_EVENT_TLBI) {
		e.tlbi = (enum nw_tlbi_op)(take8(&m->in) % TLBI_OP_COUNT);
		e.operand = take64(&m->in);
		e.el = 1 + take8(&m->in) % 2;
	}
	nw_event(m->mmu, &e);
}

static void write_register(struct machine *m)
{
	uint64_t registers[REGISTERS];
	unsigned number = take8(&m->in) % REGISTERS;

	memcpy(registers, nw_registers(m->mmu), sizeof registers);
	registers[number] = take64(&m->in);
	memcpy(nw_registers(m->mmu), registers, sizeof registers);
	event(m, NW_EVENT_REGISTER);
}

static void step(struct machine *m)
{
	unsigned number;

	switch (take8(&m->in) % 16) {
	case 0:
		event(m, (enum nw_event_type)(take8(&m->in) % (NW_EVENT_CONTEXT_SYNC + 1)));
		break;
	case 1:
		number = take8(&m->in) % m->memory.word_count;
		m->memory.word[number] = take64(&m->in);
		break;
	case 2:
		number = take8(&m->in) % ADDRESSES;
		m->va[number] = take64(&m->in);
		break;
	case 3:
		event(m, NW_EVENT_TLBI);
		break;
	case 4:
	case 5:
		address_translation(m);
		break;
	case 6:
	case 7:
	case 8:
	case 9:
		write_register(m);
		break;
	default:
		translate(m);
	}
	m->digest = digest_word(m->digest, nw_page_bits(m->mmu, (unsigned)(m->digest % 3)));
}

/* ------------------------------------------------------------------ an input */

static uint64_t run(const uint8_t *data, size_t size, bool probes)
{
	struct machine m = {.in = {data, data + size}, .probes = probes};

	configure(&m);
	m.mmu = nw_mmu_new(&m.config);
	while (m.mmu != NULL && m.in.next != m.in.end)
		step(&m);
	nw_mmu_free(m.mmu);
	memory_free(&m.memory);
	return m.digest;
}

void fuzz_one(const uint8_t *data, size_t size)
{
	uint64_t digest = run(data, size, true);

	require(digest == run(data, size, false), "the second run differs: state outside the MMU, "
						  "or a probe with an effect");
}
