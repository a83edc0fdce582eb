/*
 * Lines are `COUNT clk IT (COUNT) PC WORD A EL : TEXT`: one clock an instruction, A for A64, EL as
 * EL0t, EL1h, EL2h. The count includes instructions that then raised an exception.
 */
#include "tarmac.h"

#include "disasm.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct tarmac {
	FILE *out;
	const char *path;
	struct disassembler *disassembler;
	uint64_t count;
};

struct tarmac *tarmac_new(const char *path)
{
	struct tarmac *tarmac = calloc(1, sizeof(*tarmac));

	if (!tarmac) {
		diag("--trace tarmac:%s: no memory", path);
		return NULL;
	}
	tarmac->path = path;
	tarmac->disassembler = disassembler_new();
	tarmac->out = fopen(strcmp(path, "-") ? path : "/dev/stdout", "w");
	if (!tarmac->out || !tarmac->disassembler) {
		diag("--trace tarmac:%s: %s, expected a writable file", path, strerror(errno));
		if (tarmac->out)
			fclose(tarmac->out);
		disassembler_free(tarmac->disassembler);
		free(tarmac);
		return NULL;
	}
	return tarmac;
}

bool tarmac_free(struct tarmac *tarmac)
{
	bool ok;

	if (!tarmac)
		return true;
	ok = !ferror(tarmac->out);
	ok = !fclose(tarmac->out) && ok;
	if (!ok)
		diag("--trace tarmac:%s: %s, the trace is not complete", tarmac->path,
		     strerror(errno));
	disassembler_free(tarmac->disassembler);
	free(tarmac);
	return ok;
}

void tarmac_instruction(struct tarmac *tarmac, struct cpu *cpu, va_t pc, uint32_t word)
{
	bool handler_stack = cpu_pstate(cpu) & 1; /* SPSR_ELx.M[0]: SP_ELx */
	char text[160];

	disassemble(tarmac->disassembler, word, pc.value, text, sizeof(text));
	tarmac->count++;
	fprintf(tarmac->out,
		"%" PRIu64 " clk IT (%" PRIu64 ") %016" PRIx64 " %08" PRIx32 " A EL%u%c : %s\n",
		tarmac->count, tarmac->count, pc.value, word, cpu_el(cpu),
		handler_stack ? 'h' : 't', text);
}
