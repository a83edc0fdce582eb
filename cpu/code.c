/*
 * Decoded ops of physical pages. A page gets ops when it is entered first, each op is decoded when
 * it is executed first, and a store to the page's bytes takes the ops of just these words back.
 */
#include "fast.h"
#include "translate.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { ARENA_PAGES = 2048, STORES_UNTIL_DROPPED = 64 };
enum { MAPPED_BYTES = (ARENA_PAGES + 1) * CODE_PAGE_ALIGN };

static unsigned hash_of(const uint8_t *host)
{
	return (unsigned)((uintptr_t)host >> 12) % CODE_HASH;
}

/* Ops whose addresses are immediates of translated code. */
static bool map_pages(struct engine *e)
{
	uint8_t *memory = low_memory(MAPPED_BYTES);

	if (memory == NULL)
		return false;
	e->mapped = memory;
	e->pages = (struct code_page *)(((uintptr_t)memory + CODE_PAGE_ALIGN - 1) &
					~(uintptr_t)(CODE_PAGE_ALIGN - 1));
	return true;
}

bool code_init(struct engine *e)
{
	_Static_assert(sizeof(struct code_page) <= CODE_PAGE_ALIGN,
		       "a page's ops and its description");
	if (e->stepping)
		return true;
	e->exit_observe = fast_observe;
	e->exit_branch_to = fast_branch_to;
	e->exit_limit = fast_limit;
	/* Untouched pages of the arena cost no memory. */
	if (e->cpu.config.tier != 1 && (e->translator = translator_new()) != NULL && map_pages(e))
		return true;
	translator_free(e->translator);
	e->translator = NULL;
	e->pages = aligned_alloc(CODE_PAGE_ALIGN, (size_t)ARENA_PAGES * CODE_PAGE_ALIGN);
	return e->pages != NULL;
}

void code_free(struct engine *e)
{
	translator_free(e->translator);
	if (e->mapped != NULL)
		munmap(e->mapped, MAPPED_BYTES);
	else
		free(e->pages);
}

static struct code_page *arena_page(struct engine *e, unsigned n)
{
	return (struct code_page *)((uint8_t *)e->pages + (size_t)n * CODE_PAGE_ALIGN);
}

static struct code_page *find(struct engine *e, const uint8_t *host)
{
	struct code_page *page = e->hash[hash_of(host)];

	while (page != NULL && page->host != host)
		page = page->next;
	return page;
}

static void drop(struct engine *e, struct code_page *page)
{
	struct code_page **link = &e->hash[hash_of(page->host)];

	while (*link != page)
		link = &(*link)->next;
	*link = page->next;
	for (unsigned i = 0; i < FILTER_SLOTS; i++)
		if (e->filter[FILTER_FETCH][i].tag != FILTER_EMPTY &&
		    e->filter[FILTER_FETCH][i].page == page)
			filter_kill(e, &e->filter[FILTER_FETCH][i]);
	*page->flags = (uint8_t)(*page->flags & ~PAGE_HAS_CODE);
	page->next = e->free_pages;
	e->free_pages = page;
}

static struct code_page *take(struct engine *e)
{
	struct code_page *page = e->free_pages;

	if (page != NULL) {
		e->free_pages = page->next;
		return page;
	}
	if (e->page_count < ARENA_PAGES)
		return arena_page(e, e->page_count++);
	/* All are in use: start again. Nothing runs in them, for a page is taken between runs. */
	for (unsigned i = 0; i < CODE_HASH; i++)
		while (e->hash[i] != NULL)
			drop(e, e->hash[i]);
	return take(e);
}

struct code_page *code_page_of(struct engine *e, struct cpu_page ram)
{
	struct code_page *page = find(e, ram.host);

	if (page != NULL)
		return page;
	page = take(e);
	for (unsigned i = 0; i < OPS_PER_PAGE; i++)
		page->ops[i].fn = fast_decode;
	page->ops[OPS_PER_PAGE].fn = fast_page_end;
	page->host = ram.host;
	page->flags = ram.flags;
	page->stores = 0;
	page->translated = false;
	page->heat = page->fresh = page->losses = 0;
	page->next = e->hash[hash_of(ram.host)];
	e->hash[hash_of(ram.host)] = page;
	*ram.flags |= PAGE_HAS_CODE;
	filter_forbid_stores(e, ram.host);
	return page;
}

void code_written(struct engine *e, struct cpu_page ram, unsigned offset, unsigned size)
{
	struct code_page *page = find(e, ram.host);

	if (page == NULL)
		return;
	/* A page that became data is written faster without ops; the one that runs has to stay. */
	if (++page->stores > STORES_UNTIL_DROPPED && page != e->running) {
		drop(e, page);
		return;
	}
	page->losses += page->translated;
	translate_undo(e, page);
	for (unsigned i = offset / 4; i <= (offset + size - 1) / 4; i++)
		page->ops[i].fn = fast_decode;
}

void code_untranslate_all(struct engine *e)
{
	for (unsigned i = 0; i < CODE_HASH; i++)
		for (struct code_page *page = e->hash[i]; page != NULL; page = page->next)
			translate_undo(e, page);
}
