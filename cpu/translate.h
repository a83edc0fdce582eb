/* The second tier: see translate.c. */
#ifndef CPU_TRANSLATE_H
#define CPU_TRANSLATE_H

#include "engine.h"

/* Memory below 2 GiB, all zero; NULL: there is none. For munmap(). */
void *low_memory(size_t size);

/* NULL: this build or this host has no second tier. */
struct translator *translator_new(void);
void translator_free(struct translator *t);

/*
 * So many instructions ran, about, and ended in the page: it is translated if that is often enough,
 * or again if ops of it were decoded since. Nothing of it runs. True: it may be translated later.
 */
bool translate_heated(struct engine *e, struct code_page *page, uint64_t instructions);
/* The same for all of a page's ops, executed or not: translate_at_once of struct cpu_config. */
void translate_all(struct engine *e, struct code_page *page);
/* A translated page is executed by handlers again. */
void translate_undo(struct engine *e, struct code_page *page);

#endif
