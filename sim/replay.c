/*
 * `nestwalk replay`: the trace is the EL0 program. Hypervisor and proxy kernel boot; then each
 * record is an access of the core at EL0. Where one faults the core takes the exception, the
 * software maps the page, and the access is tried again.
 *
 * A fetch counts once, as the page it begins in, as every fetch of an A64 instruction does:
 * instructions of other architectures that cross a page are no exception.
 */
#include "progress.h"
#include "sim.h"
#include "trace.h"
#include "va_map.h"

#include <inttypes.h>

/*
 * Faults of one access in a row. Each page of it takes at most a stage 1 fault, and stage 2 faults
 * for the output and for tables; an access that still faults then is one that the software can't
 * resolve.
 */
#define ATTEMPTS 64

struct replay {
	const struct sim_config *config;
	struct sim *sim;
	struct cpu *cpu;
	struct trace_reader *reader;
	struct va_map map;
	struct progress progress;
	uint64_t pc;   /* of the last fetch */
	uint64_t done; /* records replayed */
	int status;    /* SIM_OK: nothing is wrong so far */
};

/* Ends the replay: what is wrong goes to diag(), on a line of its own. */
static bool fail(struct replay *replay, int status)
{
	progress_end(&replay->progress);
	replay->status = status;
	return false;
}

/* ------------------------------------------------------------------ accesses */

/* The access has faulted: the software's turn, then again. */
static bool again(struct replay *replay, enum nw_access_type type, uint64_t va, uint32_t size)
{
	for (unsigned i = 0; i < ATTEMPTS; i++) {
		if (!sim_run(replay->sim, true))
			return false;
		if (cpu_access(replay->cpu, type, (va_t){replay->pc}, (va_t){va}, size))
			return true;
	}
	return fail(replay, SIM_PANIC);
}

static inline bool one(struct replay *replay, enum nw_access_type type, uint64_t va, uint32_t size)
{
	return __builtin_expect(cpu_access(replay->cpu, type, (va_t){replay->pc}, (va_t){va}, size),
				1) ||
	       again(replay, type, va, size);
}

/* Under --va-spread and --va-offset the pages of an access part company. */
static bool moved(struct replay *replay, enum nw_access_type type, uint64_t va, uint32_t size)
{
	while (size) {
		uint64_t left = va_map_left(&replay->map, va);
		uint32_t part = left < size ? (uint32_t)left : size;

		if (!one(replay, type, va_map_move(&replay->map, va), part))
			return false;
		va += part;
		size -= part;
	}
	return true;
}

static inline bool data(struct replay *replay, enum nw_access_type type, uint64_t va, uint32_t size)
{
	return replay->map.moves ? moved(replay, type, va, size) : one(replay, type, va, size);
}

static inline bool access_record(struct replay *replay, const struct trace_record *record)
{
	if (__builtin_expect(!va_map_takes(&replay->map, record->va, record->size), 0))
		return fail(replay, SIM_BAD_INPUT);
	switch (record->kind) {
	case TRACE_FETCH:
		replay->pc = replay->map.moves ? va_map_move(&replay->map, record->va) : record->va;
		return one(replay, NW_FETCH, replay->pc, 1);
	case TRACE_LOAD:
		return data(replay, NW_LOAD, record->va, record->size);
	case TRACE_STORE:
		return data(replay, NW_STORE, record->va, record->size);
	default:
		return data(replay, NW_LOAD, record->va, record->size) &&
		       data(replay, NW_STORE, record->va, record->size);
	}
}

/* ------------------------------------------------------------------ events */

/* A TLBI by VA has VA[55:12] in bits 43:0 of its operand. Its page moves as those of accesses do.
 */
static uint64_t moved_operand(const struct replay *replay, uint64_t operand)
{
	const uint64_t page = (UINT64_C(1) << 44) - 1;

	return (operand & ~page) | (va_map_move(&replay->map, (operand & page) << 12) >> 12 & page);
}

/* A context switch or TLBI of the traced system: done in the name of EL1. */
static void replay_event(struct replay *replay, const struct trace_record *record)
{
	static const struct {
		enum nw_tlbi_op op;
		bool by_va;
	} tlbi[TRACE_TLBI_COUNT] = {
		[TRACE_VMALLE1] = {TLBI_VMALLE1, false}, [TRACE_ASIDE1] = {TLBI_ASIDE1, false},
		[TRACE_VAE1] = {TLBI_VAE1, true},        [TRACE_VAAE1] = {TLBI_VAAE1, true},
		[TRACE_VALE1] = {TLBI_VALE1, true},      [TRACE_VAALE1] = {TLBI_VAALE1, true},
	};
	uint64_t operand = record->va;

	if (record->kind == TRACE_CONTEXT) {
		cpu_switch_asid(replay->cpu, (uint16_t)record->va);
		return;
	}
	if (tlbi[record->size].by_va && replay->map.moves)
		operand = moved_operand(replay, operand);
	cpu_tlbi(replay->cpu, tlbi[record->size].op, operand);
}

/* ------------------------------------------------------------------ records */

/* The warm-up ends between two records; TLBs and caches stay as they are. */
static void warmed_up(struct replay *replay)
{
	if (replay->config->warmup && replay->done == replay->config->warmup)
		sim_counts_clear(replay->sim);
}

/* How many of count records come before the next thing to do between records. */
static uint64_t stretch(const struct replay *replay, uint64_t count)
{
	const struct sim_config *config = replay->config;

	if (config->limit_given && config->limit - replay->done < count)
		count = config->limit - replay->done;
	if (replay->done < config->warmup && config->warmup - replay->done < count)
		count = config->warmup - replay->done;
	return count;
}

/* Why a record could not be replayed; nothing where the run has ended, which has been told. */
static void tell(const struct replay *replay, const struct trace_record *record)
{
	const char *trace = replay->config->replay_trace;

	if (replay->status == SIM_BAD_INPUT)
		diag("%s: record %" PRIu64 ": %u bytes at 0x%" PRIx64
		     " are beyond the %u-bit VA range of --s1, expected a larger one or "
		     "--va-spread",
		     trace, replay->done, record->size, record->va, replay->map.va_bits);
	else if (replay->status == SIM_PANIC)
		diag("%s: record %" PRIu64 ": the access to 0x%" PRIx64
		     " faults however often it is tried, expected that the proxy kernel maps it",
		     trace, replay->done, record->va);
}

static bool replay_records(struct replay *replay, const struct trace_record *records,
			   uint64_t count)
{
	const struct trace_record *record = records, *end = records + count;

	for (; record < end; record++) {
		if (__builtin_expect(record->kind > TRACE_MODIFY, 0))
			replay_event(replay, record);
		else if (__builtin_expect(!access_record(replay, record), 0))
			break;
	}
	replay->done += (uint64_t)(record - records);
	if (record == end)
		return true;
	tell(replay, record);
	return false;
}

/* False: the replay is over. */
static bool replay_batch(struct replay *replay)
{
	const struct trace_record *records;
	long got = trace_next(replay->reader, &records);
	uint64_t count = got > 0 ? (uint64_t)got : 0;

	if (got < 0) {
		fail(replay, SIM_BAD_INPUT);
		diag("%s", trace_error(replay->reader));
		return false;
	}
	while (count) {
		uint64_t now = stretch(replay, count);

		if (now == 0 || !replay_records(replay, records, now))
			return false;
		warmed_up(replay);
		records += now;
		count -= now;
	}
	return got > 0 && !sim_ended(replay->sim);
}

/* A trace that is shorter than its warm-up has measured nothing. */
static void check_warmup(struct replay *replay)
{
	if (replay->status != SIM_OK || sim_ended(replay->sim) ||
	    replay->done >= replay->config->warmup)
		return;
	fail(replay, SIM_BAD_INPUT);
	diag("--warmup %" PRIu64 ": %s has only %" PRIu64 " records", replay->config->warmup,
	     replay->config->replay_trace, replay->done);
}

/* ------------------------------------------------------------------ the command */

static int replay_trace(struct replay *replay)
{
	replay->cpu = sim_cpu(replay->sim);
	va_map_init(&replay->map, replay->config);
	progress_start(&replay->progress, replay->config);
	if (sim_run(replay->sim, true)) {
		while (replay_batch(replay))
			progress_update(&replay->progress, trace_progress(replay->reader),
					replay->done);
		progress_end(&replay->progress);
		check_warmup(replay);
	}
	return sim_finish(replay->sim, replay->status);
}

int command_replay(int argc, char **argv)
{
	struct sim_config config;
	struct replay replay = {.config = &config, .status = SIM_OK};
	char error[TRACE_ERROR];
	bool help = false;
	int status = SIM_BAD_INPUT;

	sim_config_init(&config);
	if (!options_read(&config, COMMAND_REPLAY, argc, argv, &help))
		return SIM_BAD_INPUT;
	if (help)
		return SIM_OK;
	replay.reader = trace_open(config.replay_trace, config.format, error);
	if (!replay.reader) {
		diag("%s", error);
		return SIM_BAD_INPUT;
	}
	replay.sim = sim_new(&config);
	if (replay.sim)
		status = replay_trace(&replay);
	sim_free(replay.sim);
	trace_close(replay.reader);
	return status;
}
