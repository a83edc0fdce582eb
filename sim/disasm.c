/* Capstone 4 knows little beyond Armv8.0, so cpu_describe stands behind it. */
#include "disasm.h"

#include <capstone/capstone.h>
#include <inttypes.h>
#include <stdlib.h>

struct disassembler {
	csh handle;
	cs_insn *insn;
};

struct disassembler *disassembler_new(void)
{
	struct disassembler *d = calloc(1, sizeof(*d));

	if (!d)
		return NULL;
	if (cs_open(CS_ARCH_ARM64, CS_MODE_LITTLE_ENDIAN, &d->handle) != CS_ERR_OK) {
		free(d);
		return NULL;
	}
	d->insn = cs_malloc(d->handle);
	if (!d->insn) {
		disassembler_free(d);
		return NULL;
	}
	return d;
}

void disassembler_free(struct disassembler *d)
{
	if (!d)
		return;
	if (d->insn)
		cs_free(d->insn, 1);
	cs_close(&d->handle);
	free(d);
}

void disassemble(struct disassembler *d, uint32_t word, uint64_t pc, char *text, size_t size)
{
	const uint8_t bytes[] = {(uint8_t)word, (uint8_t)(word >> 8), (uint8_t)(word >> 16),
				 (uint8_t)(word >> 24)};
	const uint8_t *from = bytes;
	size_t left = sizeof(bytes);
	uint64_t address = pc;

	if (d && cs_disasm_iter(d->handle, &from, &left, &address, d->insn)) {
		snprintf(text, size, "%s%s%s", d->insn->mnemonic, *d->insn->op_str ? " " : "",
			 d->insn->op_str);
		return;
	}
	cpu_describe(word, text, size);
	if (!*text)
		snprintf(text, size, "udf 0x%08" PRIx32, word);
}
