/* A booted machine: made from a configuration, run until something ends it, reported on. */
#include "boot.h"
#include "disasm.h"
#include "semihosting.h"
#include "signals.h"
#include "stats.h"
#include "tarmac.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define SERIAL_FETCH_CYCLES 10 /* --timing serial */
#define MPIDR_ONE_CORE      UINT64_C(0x80000000)

struct sim {
	struct sim_config config; /* with all defaults filled in */
	struct machine machine;
	struct boot boot;
	struct cpu *cpu;
	struct stats stats;
	struct semihosting semihosting;
	struct signals signals;
	struct tarmac *tarmac[SIM_TRACES];
	char *command_line;
	struct timespec start;
	uint64_t insns_cleared; /* completed before the last sim_counts_clear */
	bool ended;
	bool completed; /* by the guest's own exit */
	bool refused;   /* by the hypervisor: it can't run what the options ask for */
	int status;     /* once ended */
};

static uint64_t insns_done(void *ctx)
{
	struct sim *sim = ctx;

	return sim->insns_cleared + stats_sum(cpu_counts(sim->cpu)->insns, 0, 2);
}

/* ------------------------------------------------------------------ making */

static bool serve_semihosting(void *ctx, struct cpu *cpu)
{
	struct sim *sim = ctx;

	return semihosting_call(&sim->semihosting, cpu);
}

static void observe_instruction(void *ctx, struct cpu *cpu, va_t pc, uint32_t word)
{
	struct sim *sim = ctx;

	for (unsigned i = 0; i < sim->config.trace_count; i++)
		tarmac_instruction(sim->tarmac[i], cpu, pc, word);
}

static bool make_cpu(struct sim *sim)
{
	const struct sim_config *config = &sim->config;
	struct cpu_config core = {
		.features = config->features,
		.choices = config->choices,
		.midr = config->midr,
		.mpidr = MPIDR_ONE_CORE,
		.seed = config->seed,
		.tlb_off = config->tlb_off,
		.l1i = config->l1i,
		.l1d = config->l1d,
		.l2 = config->l2,
		.walk_caches = config->walk_caches,
		.fetch_latency = config->timing == TIMING_SERIAL ? SERIAL_FETCH_CYCLES : 0,
		.slow = config->slow,
		.tier = (unsigned)config->tier,
		.observed = config->trace_count > 0,
		.stop_on_unmodelled = config->undef == UNDEF_STOP,
		.bus = machine_bus(&sim->machine),
		.host = {.ctx = sim, .instruction = observe_instruction},
		.observer = {.ctx = &sim->stats, .walk = stats_walk},
	};

	if (config->semihosting == SWITCH_ON)
		core.host.semihosting = serve_semihosting;
	sim->cpu = cpu_new(&core);
	if (!sim->cpu) {
		diag("no memory for the core");
		return false;
	}
	if (config->tier == TIER_2 && cpu_tier(sim->cpu) != 2) {
		diag("--tier 2: no translation to host code here, expected a release build by gcc on "
		     "x86-64, executable memory, and no --slow, --trace or --tlb off");
		return false;
	}
	cpu_reset(sim->cpu, sim->boot.el, (va_t){sim->boot.entry});
	cpu_set_x(sim->cpu, 0, sim->boot.dtb);
	return true;
}

/* What SYS_GET_CMDLINE says: the image and its arguments. */
static char *join_command_line(const struct sim_config *config)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return NULL;
	fputs(config->image ? config->image : "", out);
	for (int i = 0; i < config->guest_argc; i++)
		fprintf(out, " %s", config->guest_argv[i]);
	if (ferror(out) | fclose(out)) {
		free(text);
		return NULL;
	}
	return text;
}

/* RAM that a bare program may use: what lies above all that was loaded, an eighth of it for its
 * stack. */
static void heap_info(struct sim *sim)
{
	const struct ram_window *first = &sim->machine.window[0];
	uint64_t base = (sim->boot.end + 0xffff) & ~UINT64_C(0xffff),
		 top = first->base + first->size;

	if (base >= top)
		return;
	sim->semihosting.heap_base = base;
	sim->semihosting.stack_base = top;
	sim->semihosting.heap_limit = top - ((top - base) / 8 & ~UINT64_C(0xffff));
	sim->semihosting.stack_limit = sim->semihosting.heap_limit;
}

static bool make_semihosting(struct sim *sim)
{
	struct semihosting *sh = &sim->semihosting;

	sim->command_line = join_command_line(&sim->config);
	sh->command_line = sim->command_line;
	sh->elapsed = insns_done;
	sh->ctx = sim;
	heap_info(sim);
	return files_init(&sh->files, sim->config.files, sim->config.files_directory,
			  sim->signals.wake[0]);
}

static bool open_traces(struct sim *sim)
{
	for (unsigned i = 0; i < sim->config.trace_count; i++) {
		sim->tarmac[i] = tarmac_new(sim->config.trace[i].file);
		if (!sim->tarmac[i])
			return false;
	}
	return true;
}

static bool make(struct sim *sim)
{
	bool ok = boot_read(&sim->boot, &sim->config);

	boot_defaults(&sim->boot, &sim->config);
	ok = ok && machine_init(&sim->machine, &sim->config.ram, stdout) &&
	     boot_load(&sim->boot, &sim->config, &sim->machine) && signals_start(&sim->signals) &&
	     make_semihosting(sim) && make_cpu(sim) && open_traces(sim);
	if (!ok)
		return false;
	signals_watch(&sim->signals, sim->cpu);
	if (sim->config.verbose)
		fprintf(stderr,
			"entry 0x%" PRIx64 " at EL%u, device tree 0x%" PRIx64 ", bootargs: %s\n",
			sim->boot.entry, sim->boot.el, sim->boot.dtb,
			sim->boot.bootargs ? sim->boot.bootargs : "");
	return true;
}

struct sim *sim_new(const struct sim_config *config)
{
	struct sim *sim = calloc(1, sizeof(*sim));

	if (!sim) {
		diag("no memory for the machine");
		return NULL;
	}
	sim->config = *config;
	sim->semihosting.files.directory = -1;
	if (!make(sim)) {
		sim_free(sim);
		return NULL;
	}
	clock_gettime(CLOCK_MONOTONIC, &sim->start);
	return sim;
}

static bool close_traces(struct sim *sim)
{
	bool ok = true;

	for (unsigned i = 0; i < sim->config.trace_count; i++) {
		ok = tarmac_free(sim->tarmac[i]) && ok;
		sim->tarmac[i] = NULL;
	}
	return ok;
}

void sim_free(struct sim *sim)
{
	if (!sim)
		return;
	signals_stop(&sim->signals);
	close_traces(sim);
	if (sim->cpu)
		cpu_free(sim->cpu);
	files_close_all(&sim->semihosting.files);
	free(sim->command_line);
	boot_free(&sim->boot);
	machine_free(&sim->machine);
	free(sim);
}

struct cpu *sim_cpu(struct sim *sim)
{
	return sim->cpu;
}

/* ------------------------------------------------------------------ running */

static bool end(struct sim *sim, int status)
{
	sim->ended = true;
	sim->status = status;
	return false;
}

/* Hypervisor and proxy kernel tell themselves why they give up; of a guest it is told here. */
static void tell_abort(const struct sim *sim)
{
	bool ours = sim->boot.kind != GUEST_BARE && cpu_el(sim->cpu) == 2;

	if (!ours && sim->boot.kind != GUEST_EL0 && sim->boot.kind != GUEST_REPLAY)
		diag("the guest gave up by SYS_EXIT at PC 0x%" PRIx64
		     ", EL%u, expected the reason ADP_Stopped_ApplicationExit",
		     cpu_pc(sim->cpu).value, cpu_el(sim->cpu));
}

static bool end_by_guest(struct sim *sim)
{
	int status = (int)(sim->semihosting.exit_code & 0xff);

	if (sim->semihosting.aborted)
		tell_abort(sim);
	else if (sim->boot.kind != GUEST_BARE && cpu_el(sim->cpu) == 2 && status == SIM_BAD_INPUT)
		sim->refused = true;
	else
		sim->completed = sim->config.command == COMMAND_RUN;
	/* Trace replay has no program that could exit: this is hypervisor or kernel giving up. */
	if (sim->config.command != COMMAND_RUN && !sim->refused)
		return end(sim, SIM_PANIC);
	return end(sim, status);
}

static bool end_by_signal(struct sim *sim)
{
	int number = atomic_load(&sim->signals.received);

	diag("interrupted at PC 0x%" PRIx64 ", EL%u", cpu_pc(sim->cpu).value, cpu_el(sim->cpu));
	return end(sim, number == SIGTERM ? SIM_SIGTERM : SIM_SIGINT);
}

static bool end_unmodelled(struct sim *sim, const struct cpu_stop *stop)
{
	struct disassembler *disassembler = disassembler_new();
	char text[160];

	disassemble(disassembler, stop->word, stop->pc.value, text, sizeof(text));
	disassembler_free(disassembler);
	diag("%s: 0x%08" PRIx32 " (%s) at PC 0x%" PRIx64
	     ", EL%u: no --cpu here has it, expected code for --cpu %s",
	     stop->name ? stop->name : "unallocated", stop->word, text, stop->pc.value,
	     cpu_el(sim->cpu), sim->config.cpu);
	return end(sim, SIM_UNMODELLED);
}

static bool end_by_stop(struct sim *sim, const struct cpu_stop *stop)
{
	switch (stop->reason) {
	case CPU_EXIT:
		return end_by_guest(sim);
	case CPU_UNMODELLED:
		return end_unmodelled(sim, stop);
	case CPU_INTERRUPTED:
		return end_by_signal(sim);
	case CPU_LIMIT:
		diag("--max-insns %" PRIu64 " reached at PC 0x%" PRIx64 ", EL%u",
		     sim->config.max_insns, stop->pc.value, cpu_el(sim->cpu));
		return end(sim, SIM_LIMIT);
	case CPU_WAITING:
		diag("WFI at PC 0x%" PRIx64 ", EL%u: nothing can wake the core, expected an exit",
		     stop->pc.value, cpu_el(sim->cpu));
		return end(sim, SIM_PANIC);
	case CPU_LOCKED:
		diag("exceptions without end at PC 0x%" PRIx64
		     ", EL%u: the vector itself faults, expected one that can be fetched",
		     stop->pc.value, cpu_el(sim->cpu));
		return end(sim, SIM_PANIC);
	case CPU_ARRIVED:
		break;
	}
	return true;
}

bool sim_run(struct sim *sim, bool to_el0)
{
	struct cpu_stop stop = {.reason = CPU_INTERRUPTED};
	uint64_t limit = UINT64_MAX;

	if (sim->ended)
		return false;
	if (sim->config.max_insns_given) {
		uint64_t done = insns_done(sim);

		limit = sim->config.max_insns > done ? sim->config.max_insns - done : 0;
	}
	if (!atomic_load(&sim->signals.received))
		stop = to_el0 ? cpu_run_to_el0(sim->cpu, limit) : cpu_run(sim->cpu, limit);
	return end_by_stop(sim, &stop);
}

bool sim_ended(const struct sim *sim)
{
	return sim->ended || atomic_load(&sim->signals.received);
}

void sim_counts_clear(struct sim *sim)
{
	sim->insns_cleared = insns_done(sim);
	cpu_counts_clear(sim->cpu);
	memset(&sim->stats, 0, sizeof(sim->stats));
}

/* ------------------------------------------------------------------ reporting */

static double seconds_since(const struct timespec *start)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)(now.tv_sec - start->tv_sec) + (double)(now.tv_nsec - start->tv_nsec) / 1e9;
}

static struct stats_report report(struct sim *sim, bool complete)
{
	static const char *const guest[] = {
		[GUEST_EL0] = "el0",
		[GUEST_EL1] = "el1",
		[GUEST_BARE] = "bare",
		[GUEST_REPLAY] = "replay",
	};

	return (struct stats_report){
		.config = &sim->config,
		.guest = guest[sim->boot.kind],
		.walks = &sim->stats,
		.core = cpu_counts(sim->cpu),
		.tlbs = nw_counts(cpu_mmu(sim->cpu)),
		.complete = complete,
		.guest_exited = sim->completed,
		.guest_exit = sim->semihosting.exit_code,
		.seconds = seconds_since(&sim->start),
	};
}

/* Counted in builds with assertions only. */
static void report_walk_caches(struct sim *sim)
{
	uint64_t count = nw_counts(cpu_mmu(sim_cpu(sim)))->cache_mismatches;

	if (count != 0)
		diag("walk caches: %" PRIu64 " walks gave something else than the tables, expected "
		     "0 where no maintenance is left out",
		     count);
}

int sim_finish(struct sim *sim, int status)
{
	struct stats_report r;
	bool complete, ok;

	if (!sim->ended && sim_ended(sim))
		end_by_signal(sim);
	if (status == SIM_OK && sim->ended)
		status = sim->status;
	/* A program has come to its end with exit(), a replay with the end of its trace. */
	complete = sim->config.command == COMMAND_RUN ? sim->completed : status == SIM_OK;
	r = report(sim, complete);
	report_walk_caches(sim);
	ok = close_traces(sim);
	fflush(stdout);
	if (sim->refused)
		return status;
	if (sim->config.stats)
		ok = stats_write(&r, sim->config.stats) && ok;
	if (!sim->config.quiet && sim->config.command != COMMAND_WALK)
		stats_table(&r, stderr);
	return !ok && status == SIM_OK ? SIM_BAD_INPUT : status;
}
