/*
 * Values of options, apart from geometries: numbers, sizes, windows, TLB and walk cache shapes,
 * cores. Each reads all of its text or returns false and leaves the reason, which names what was
 * expected, in `why`.
 */
#ifndef SIM_VALUES_H
#define SIM_VALUES_H

#include "sim.h"

#define VALUE_WHY 160

/* Decimal, or hexadecimal after 0x. */
bool value_number(const char *text, uint64_t *number);
/* A number with an optional k, m, g or t. */
bool value_size(const char *text, uint64_t *size);

/* SIZE[@BASE] */
bool value_window(const char *text, struct sim_window *window, char why[VALUE_WHY]);
/* FILE@PA */
bool value_memory(const char *text, struct sim_memory *memory, char why[VALUE_WHY]);
/* --block: page or the size of a leaf. */
bool value_block(const char *text, uint64_t *block_bytes, char why[VALUE_WHY]);
/* --tlb off|on|inf|SPEC */
bool value_tlb(const char *text, struct sim_config *config, char why[VALUE_WHY]);
/* --walk-cache off|on|SPEC */
bool value_walk_cache(const char *text, struct sim_config *config, char why[VALUE_WHY]);
/* --choice NAME=VALUE */
bool value_choice(const char *text, struct sim_config *config, char why[VALUE_WHY]);
/* --cpu NAME[,FEAT=on|off...] */
bool value_cpu(const char *text, struct sim_config *config, char why[VALUE_WHY]);

#endif
