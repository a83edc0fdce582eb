/* The dispatcher of the fast instantiation, and everything in it that is rare. */
#include "bti.h"
#include "fast.h"
#include "fast_system.h"

#include <string.h>

static struct code_page *page_of(const struct op *op)
{
	return (struct code_page *)((uintptr_t)op & ~(uintptr_t)(CODE_PAGE_ALIGN - 1));
}

static uint64_t address_of(const struct engine *e, const struct op *op)
{
	return e->page_va + op_index(op) * 4;
}

/* The end of a run: `left` is 16 for each instruction that was not executed. */
static void leave(struct engine *e, struct outcome outcome, uint64_t left, struct nzcv flags)
{
	e->cpu.flags = flags;
	e->outcome = outcome;
	e->remaining = (int64_t)left / OP_SIZE;
#ifdef CPU_LOOP
	e->left = true;
#endif
}

void fast_limit(FAST_PARAMETERS)
{
	e->cpu.pc = address_of(e, op);
	e->cpu.pstate.btype = 0;
	leave(e, NEXT, budget - (uintptr_t)op, (struct nzcv){nz, a, b});
}

static uint32_t word_at(const struct op *op)
{
	uint32_t word;

	memcpy(&word, page_of(op)->host + op_index(op) * 4, sizeof(word));
	return word;
}

/* Tag of the fetch filter for a page, but for FILTER_GUARDED. Bits 1 and 0 stay in, so that an
 * unaligned target misses. */
static uint64_t fetch_tag(const struct engine *e, uint64_t pc)
{
	return (pc & ~UINT64_C(0xffc)) + e->context;
}

static bool page_is_guarded(struct engine *e, uint64_t page)
{
	return filter_slot(e, FILTER_FETCH, page)->tag == fetch_tag(e, page) + FILTER_GUARDED;
}

/* PSTATE.BTYPE at the first instruction of the page that was entered last. */
static uint8_t entry_btype(struct engine *e)
{
	const struct op *from = e->branched_from;

	if (from == NULL || !cpu_has(&e->cpu, FEAT_BTI))
		return 0;

	uint32_t word = word_at(from);

	return bti_branch_type(&e->cpu, a64_decode_for(&e->cpu, word), word,
			       page_is_guarded(e, e->branched_page));
}

static const struct op *enter_page(struct engine *e, const struct filter_slot *slot, uint64_t pc,
				   uint64_t left)
{
	slot->entry->stamp = e->clock_end - 1 - left;
	e->page_va = pc & ~UINT64_C(0xfff);
	e->running = slot->page;
	return &slot->page->ops[pc >> 2 & (OPS_PER_PAGE - 1)];
}

/* A page that the filter does not know, or one that is guarded: where the instruction may be the
 * target of this branch the run goes on in it. */
static __attribute__((noinline, cold)) void enter_guarded(FAST_PARAMETERS)
{
	uint64_t pc = e->cpu.pc, left = budget - (uintptr_t)(op + 1);
	const struct filter_slot *slot = filter_slot(e, FILTER_FETCH, pc);
	uint8_t btype = entry_btype(e);

	if (slot->tag == fetch_tag(e, pc) + FILTER_GUARDED && (int64_t)left > 0) {
		const struct op *to = &slot->page->ops[pc >> 2 & (OPS_PER_PAGE - 1)];
		uint32_t word = word_at(to);

		if (btype == 0 ||
		    bti_compatible(&e->cpu, a64_decode_for(&e->cpu, word), word, btype)) {
			to = enter_page(e, slot, pc, left);
			budget = (uintptr_t)to + left;
			FAST_GO(to);
		}
	}
	e->cpu.pstate.btype = btype;
	leave(e, branch_to(pc), left, (struct nzcv){nz, a, b});
}

/* By the fetch filter where it knows the page; else the run ends and the dispatcher's loop
 * translates. */
static inline __attribute__((always_inline)) void enter(FAST_PARAMETERS)
{
	uint64_t pc = e->cpu.pc, left = budget - (uintptr_t)(op + 1);
	const struct filter_slot *slot = filter_slot(e, FILTER_FETCH, pc);

	if (UNLIKELY(fetch_tag(e, pc) != slot->tag) || (int64_t)left <= 0)
		FAST_TAIL(enter_guarded, op);

	const struct op *to = enter_page(e, slot, pc, left);

	budget = (uintptr_t)to + left;
	FAST_GO(to);
}

void fast_branch_to(FAST_PARAMETERS)
{
	e->branched_from = op;
	e->branched_page = e->page_va;
	FAST_TAIL(enter, op);
}

/* Where no branch leads: after an exception, an exception return, an instruction that changed the
 * context. */
static void fast_resume(FAST_PARAMETERS)
{
	e->branched_from = NULL;
	FAST_TAIL(enter, op);
}

/* Op 1024 is no instruction: it continues where the one before it left. */
void fast_page_end(FAST_PARAMETERS)
{
	e->cpu.pc = e->page_va + 4096;
	FAST_TAIL(fast_branch_to, op - 1);
}

/* What the observed instantiation needs to be exact before it starts. */
static void bring_up_to_date(struct engine *e, const struct op *op, uint64_t budget,
			     struct nzcv flags)
{
	e->cpu.pc = address_of(e, op);
	e->cpu.flags = flags;
	e->cpu.now = e->clock_end - 1 - (budget - (uintptr_t)op);

	/* It is the first one behind a branch if its page was entered just now. */
	const struct filter_slot *slot = filter_slot(e, FILTER_FETCH, e->page_va);
	bool first = slot->entry != NULL && slot->entry->stamp == e->cpu.now;

	e->cpu.pstate.btype = first ? entry_btype(e) : 0;
	e->guarded = (slot->tag & FILTER_GUARDED) != 0;
}

/*
 * op has changed the context, or raised an exception. The run goes on behind it where that is no
 * matter for the dispatcher's loop.
 */
static void fast_turn(FAST_PARAMETERS)
{
	uint64_t left = budget - (uintptr_t)(op + 1);

	if (!engine_turn(e, (int64_t)left / OP_SIZE)) {
		leave(e, e->outcome, left, e->cpu.flags);
		return;
	}
	nz = e->cpu.flags.nz;
	a = e->cpu.flags.a;
	b = e->cpu.flags.b;
	FAST_TAIL(fast_resume, op);
}

void fast_observed(FAST_PARAMETERS)
{
	struct cpu *cpu = &e->cpu;
	const struct outcome o = e->outcome;

	nz = cpu->flags.nz;
	a = cpu->flags.a;
	b = cpu->flags.b;
	switch (o.kind) {
	case OUTCOME_NEXT:
		FAST_GO(op + 1);
	case OUTCOME_RELATIVE:
		cpu->pc += o.target;
		FAST_TAIL(fast_branch_to, op);
	case OUTCOME_BRANCH:
		cpu->pc = o.target;
		FAST_TAIL(fast_branch_to, op);
	case OUTCOME_RESYNC:
	case OUTCOME_EXCEPTION:
		FAST_TAIL(fast_turn, op);
	default:
		leave(e, o, budget - (uintptr_t)(op + 1), cpu->flags);
	}
}

static struct outcome observe_word(struct cpu *cpu, enum a64_form form, uint32_t word)
{
	struct outcome o = observe(cpu, form, word);

	if (o.kind == OUTCOME_STOP)
		cpu->stop.word = word;
	return o;
}

void fast_observe(FAST_PARAMETERS)
{
	uint32_t word = word_at(op);

	bring_up_to_date(e, op, budget, (struct nzcv){nz, a, b});
	e->outcome = observe_word(&e->cpu, a64_decode_for(&e->cpu, word), word);
	FAST_TAIL(fast_observed, op);
}

void fast_word(FAST_PARAMETERS)
{
	bring_up_to_date(e, op, budget, (struct nzcv){nz, a, b});
	e->outcome =
		observe_word(&e->cpu, (enum a64_form)(op->b[0] | op->b[1] << 8), (uint32_t)op->imm);
	FAST_TAIL(fast_observed, op);
}

#include "fast_groups.inc"

static bool choose(struct op *op, const struct cpu *cpu, enum a64_form form, uint32_t word)
{
	if (fast_choosers[form] == NULL)
		return fast_system(op, cpu, form, word);
	return fast_choosers[form](op, form, word);
}

void fast_decode_op(struct engine *e, struct op *op)
{
	uint32_t word = word_at(op);
	enum a64_form form = a64_decode_for(&e->cpu, word);

	if (choose(op, &e->cpu, form, word))
		return;
	op->fn = fast_word;
	op->b[0] = (uint8_t)form;
	op->b[1] = (uint8_t)(form >> 8);
	op->imm = (int32_t)word;
}

void fast_decode(FAST_PARAMETERS)
{
	struct code_page *page = page_of(op);
	struct op *decoded = &page->ops[op_index(op)];

	page->fresh++;
	fast_decode_op(e, decoded);
	FAST_TAIL(decoded->fn, op);
}

#ifdef CPU_LOOP
void fast_looped(FAST_PARAMETERS)
{
	e->op = op;
	e->budget = budget;
	e->cpu.flags = (struct nzcv){nz, a, b};
}
#endif

#ifndef CPU_LOOP
/* Handlers and stencils use registers that belong to a function's caller without saving them. */
static __attribute__((noinline)) void run_from(FAST_PARAMETERS)
{
	op->fn(e, op, budget, nz, a, b);
#ifdef __x86_64__
	__asm__ volatile("" : : : "rbx", "r12", "r13", "r14", "r15", "memory");
#endif
}
#endif

void fast_run(struct engine *e, const struct op *op, uint64_t instructions)
{
	uint64_t left = instructions * OP_SIZE;

	e->counted_left = instructions;
	struct nzcv f = e->cpu.flags;

	e->branched_from = NULL;
	e->page_va = e->cpu.pc & ~UINT64_C(0xfff);
	e->clock_end = e->cpu.now + left + 1;
#ifdef CPU_LOOP
	e->left = false;
	for (fast_looped(e, op, (uintptr_t)op + left, f.nz, f.a, f.b); !e->left; f = e->cpu.flags)
		e->op->fn(e, e->op, e->budget, e->cpu.flags.nz, e->cpu.flags.a, e->cpu.flags.b);
#else
	run_from(e, op, (uintptr_t)op + left, f.nz, f.a, f.b);
#endif
}
