/* The dispatcher: fetches, runs slices of the fast instantiation or single instructions, and acts
 * on outcomes. */
#include "engine.h"

#include "bti.h"
#include "exception.h"
#include "translate.h"

#include <string.h>

/* A fast run checks its limit at branches and page ends only: the rest is stepped. */
enum { FAST_OVERRUN = OPS_PER_PAGE + 1, FRUITLESS_MAX = 16 };
/* A run; short while pages may have to be translated, for its end samples where the time goes. */
enum { SLICE = 1 << 20, SLICE_SAMPLED = 1 << 13 };

/* ---------------------------------------------------------------- PC and exceptions */

void engine_set_pc(struct engine *e, uint64_t target)
{
	/* A tag is of no interest where all upper bits are alike. */
	if ((uint64_t)((int64_t)(target << 8) >> 8) != target)
		target = branch_address(&e->cpu, target, e->cpu.pstate.el);
	e->cpu.pc = target;
}

bool engine_take(struct engine *e)
{
	engine_flush_counts(e);
	take_exception(&e->cpu, &e->cpu.raised);
	engine_derive(e);
	return ++e->fruitless < FRUITLESS_MAX;
}

/* ---------------------------------------------------------------- fetch */

struct fetched {
	bool ok; /* else cpu->raised is to be taken */
	struct cpu_page page;
	pa_t pa;
};

static struct fetched fetch_failed(struct engine *e, struct exception exception)
{
	raise(&e->cpu, exception);
	return (struct fetched){.ok = false};
}

/* What comes before the lookup: PC alignment, then the Illegal Execution state. */
static bool fetch_allowed(struct engine *e)
{
	if ((e->cpu.pc & 3) != 0)
		raise(&e->cpu, exception_pc_alignment(&e->cpu));
	else if (e->cpu.pstate.il)
		raise(&e->cpu, exception_illegal_state(&e->cpu));
	else
		return true;
	return false;
}

/* Translates cpu->pc by the MMU. */
static struct fetched fetch_translated(struct engine *e)
{
	struct cpu *cpu = &e->cpu;
	struct nw_access access = {.type = NW_FETCH,
				   .el = cpu->pstate.el,
				   .unprivileged = cpu->pstate.el == 0,
				   .pan = cpu->pstate.pan};
	struct nw_translation t = nw_translate(cpu->mmu, (va_t){cpu->pc}, access, cpu->now);

	if (t.fault.type != FAULT_NONE)
		return fetch_failed(e, exception_instruction_abort(cpu, &t.fault, (va_t){cpu->pc}));

	struct fetched f = {true, cpu->config.bus.page(cpu->config.bus.ctx, t.pa), t.pa};
	enum filter_kind kind = e->stepping ? FILTER_WORDS : FILTER_FETCH;

	e->guarded = t.guarded;
	e->counted_fetches++;
	if (!e->filter_fetch || f.page.host == NULL)
		return f;

	struct code_page *page = e->stepping ? NULL : code_page_of(e, f.page);

	filter_fill(e, kind, cpu->pc, t.entry, f.page.host);
	if (page != NULL)
		filter_slot(e, kind, cpu->pc)->page = page;
	if (t.guarded)
		filter_slot(e, kind, cpu->pc)->tag += FILTER_GUARDED;
	return f;
}

static const struct filter_slot *fetch_slot(struct engine *e, enum filter_kind kind)
{
	struct filter_slot *slot = filter_slot(e, kind, e->cpu.pc);

	if ((e->cpu.pc & ~UINT64_C(0xffc)) + e->context != (slot->tag & ~(uint64_t)FILTER_GUARDED))
		return NULL;
	e->guarded = (slot->tag & FILTER_GUARDED) != 0;
	slot->entry->stamp = e->cpu.now;
	return slot;
}

/* The word of a translated fetch. */
static bool read_word(struct engine *e, const struct fetched *f, uint32_t *word)
{
	struct cpu *cpu = &e->cpu;
	const struct cpu_bus *bus = &cpu->config.bus;
	struct nw_fault fault = {.type = FAULT_EXTERNAL};
	uint64_t value = 0;

	if (f->page.host != NULL) {
		memcpy(word, f->page.host + (f->pa.value & 4095), sizeof(*word));
		return true;
	}
	if (!bus->read(bus->ctx, f->pa, sizeof(*word), &value)) {
		e->counted_fetches--;
		fetch_failed(e, exception_instruction_abort(cpu, &fault, (va_t){cpu->pc}));
		return false;
	}
	*word = (uint32_t)value;
	return true;
}

/* The word at cpu->pc, by the filter where it answers. */
static bool fetch_word(struct engine *e, uint32_t *word)
{
	const struct filter_slot *slot = fetch_slot(e, e->stepping ? FILTER_WORDS : FILTER_FETCH);

	if (slot != NULL) {
		const uint8_t *host = e->stepping ? (uint8_t *)(uintptr_t)(e->cpu.pc + slot->addend)
						  : slot->page->host + (e->cpu.pc & 4095);

		memcpy(word, host, sizeof(*word));
		return true;
	}

	struct fetched f = fetch_translated(e);

	return f.ok && read_word(e, &f, word);
}

/* ---------------------------------------------------------------- outcomes */

/* insns: those executed, the last one, which came to o, included. */
static void count_insns(struct engine *e, struct outcome o, uint64_t insns)
{
	const struct cpu *cpu = &e->cpu;
	bool completed = o.kind != OUTCOME_STOP &&
			 (o.kind != OUTCOME_EXCEPTION || cpu->raised.return_address != cpu->pc);

	e->cpu.counts.insns[e->current->el] += completed ? insns : insns - 1;
	if (completed || insns > 1)
		e->fruitless = 0;
}

static void resynchronise(struct engine *e, uint64_t pc)
{
	engine_flush_counts(e);
	e->cpu.pc = pc;
	engine_derive(e);
}

/* False: the run ends, with cpu->stop. */
static bool act(struct engine *e, struct outcome o, uint64_t insns)
{
	struct cpu *cpu = &e->cpu;

	count_insns(e, o, insns);
	switch (o.kind) {
	case OUTCOME_NEXT:
		cpu->pc += 4;
		return true;
	case OUTCOME_BRANCH:
		engine_set_pc(e, o.target);
		return true;
	case OUTCOME_RELATIVE:
		cpu->pc += o.target;
		return true;
	case OUTCOME_RESYNC:
		resynchronise(e, o.target);
		return true;
	case OUTCOME_EXCEPTION:
		if (engine_take(e))
			return true;
		stop(cpu, CPU_LOCKED, NULL);
		return false;
	default:
		return false;
	}
}

/* The same without leaving the run: a TLBI, a system call and its return. */
bool engine_turn(struct engine *e, int64_t left)
{
	const struct cpu *cpu = &e->cpu;
	struct outcome o = e->outcome;
	uint64_t insns = e->counted_left - (uint64_t)left;

	/* Exceptions that recur, and what ends a run, are the loop's. */
	if (e->stop_at_el0 || (e->fruitless > 0 && insns <= 1) || left <= 0)
		return false;
	e->fetches += insns;
	e->counted_left = (uint64_t)left;
	count_insns(e, o, insns);
	e->outcome = NEXT;
	if (o.kind == OUTCOME_EXCEPTION)
		engine_take(e);
	else
		resynchronise(e, o.target);
	return (cpu->pc & 3) == 0 && !cpu->pstate.il && cpu->pstate.btype == 0;
}

/* An exception before an instruction was there to execute. */
static bool act_on_fetch_fault(struct engine *e)
{
	e->cpu.now += OP_SIZE;
	if (engine_take(e))
		return true;
	stop(&e->cpu, CPU_LOCKED, NULL);
	return false;
}

/* ---------------------------------------------------------------- one instruction, and many */

/* The word at cpu->pc has been fetched. */
static bool step_word(struct engine *e, uint32_t word)
{
	struct cpu *cpu = &e->cpu;
	const struct cpu_host *host = &cpu->config.host;

	if (cpu->config.observed && host->instruction != NULL)
		host->instruction(host->ctx, cpu, (va_t){cpu->pc}, word);
	e->fetches++;

	enum a64_form form = a64_decode_for(cpu, word);
	struct outcome o;

	if (cpu->pstate.btype != 0 && e->guarded &&
	    !bti_compatible(cpu, form, word, cpu->pstate.btype))
		o = raise(cpu, exception_branch_target(cpu));
	else
		o = observe(cpu, form, word);
	if (o.kind == OUTCOME_STOP)
		cpu->stop.word = word;
	cpu->now += OP_SIZE;
	return act(e, o, 1);
}

static bool step(struct engine *e)
{
	uint32_t word;

	if (!fetch_allowed(e) || !fetch_word(e, &word))
		return act_on_fetch_fault(e);
	return step_word(e, word);
}

static bool run_ops(struct engine *e, const struct op *op, uint64_t insns)
{
	fast_run(e, op, insns);

	uint64_t executed = e->counted_left - (uint64_t)e->remaining;

	e->fetches += executed;
	e->cpu.now = e->clock_end - 1 - (uint64_t)e->remaining * OP_SIZE;
	if (translate_heated(e, e->running, insns - (uint64_t)e->remaining))
		e->slice = SLICE_SAMPLED;
	else if (e->slice < SLICE)
		e->slice *= 2;
	e->running = NULL;
	if (e->outcome.kind != OUTCOME_NEXT)
		return act(e, e->outcome, executed);
	e->cpu.counts.insns[e->current->el] += executed;
	if (executed > 0)
		e->fruitless = 0;
	return true;
}

/* A slice of at most `insns`, or one instruction where there is no RAM. */
static bool run_slice(struct engine *e, uint64_t insns)
{
	const struct filter_slot *slot;
	uint32_t word;

	if (!fetch_allowed(e))
		return act_on_fetch_fault(e);
	slot = fetch_slot(e, FILTER_FETCH);
	if (slot == NULL) {
		struct fetched f = fetch_translated(e);

		if (!f.ok)
			return act_on_fetch_fault(e);
		if (f.page.host == NULL)
			return read_word(e, &f, &word) ? step_word(e, word) : act_on_fetch_fault(e);
		slot = filter_slot(e, FILTER_FETCH, e->cpu.pc);
	}
	if (e->cpu.pstate.btype != 0) { /* a run has no check of its own */
		memcpy(&word, slot->page->host + (e->cpu.pc & 4095), sizeof(word));
		return step_word(e, word);
	}
	e->running = slot->page;
	if (e->cpu.config.translate_at_once)
		translate_all(e, slot->page);
	return run_ops(e, &slot->page->ops[e->cpu.pc >> 2 & (OPS_PER_PAGE - 1)], insns);
}

static struct cpu_stop stopped(struct engine *e, enum cpu_stop_reason reason)
{
	stop(&e->cpu, reason, NULL);
	return e->cpu.stop;
}

static uint64_t completed(const struct cpu *cpu)
{
	return cpu->counts.insns[0] + cpu->counts.insns[1] + cpu->counts.insns[2];
}

struct cpu_stop engine_run(struct engine *e, uint64_t max_insns, bool stop_at_el0)
{
	struct cpu *cpu = &e->cpu;
	uint64_t start = completed(cpu), done = 0;

	e->stop_at_el0 = stop_at_el0;
	engine_derive(e);
	e->slice = SLICE_SAMPLED;
	for (bool going = true; going; done = completed(cpu) - start) {
		uint64_t left = max_insns - done;

		if (stop_at_el0 && cpu->pstate.el == 0)
			return stopped(e, CPU_ARRIVED);
		if (left == 0)
			return stopped(e, CPU_LIMIT);
		if (e->interrupted) {
			e->interrupted = false;
			return stopped(e, CPU_INTERRUPTED);
		}
		if (e->stepping || left <= FAST_OVERRUN)
			going = step(e);
		else
			going = run_slice(e, left - FAST_OVERRUN < e->slice ? left - FAST_OVERRUN
									    : e->slice);
	}
	return cpu->stop;
}
