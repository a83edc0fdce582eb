/* Instruction words as text: Capstone's, and where that does not know a word the decode table's
 * own. */
#ifndef SIM_DISASM_H
#define SIM_DISASM_H

#include "sim.h"

struct disassembler;

/* NULL: no memory. */
struct disassembler *disassembler_new(void);
void disassembler_free(struct disassembler *disassembler);

/* disassembler may be NULL. Always leaves something in text: "udf" names what nobody knows. */
void disassemble(struct disassembler *disassembler, uint32_t word, uint64_t pc, char *text,
		 size_t size);

#endif
