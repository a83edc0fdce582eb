/* The input, and the memory that it makes. */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

enum { WINDOW_WORDS = 16 };

enum update_policy {
	UPDATE_HONEST,
	UPDATE_ALWAYS_DIFFERS,
	UPDATE_MEMORY_MOVES, /* another writer comes first, once for each update */
	UPDATE_REFUSED,
	UPDATE_ABORTS,
	UPDATE_NO_FUNCTION,
	UPDATE_POLICY_COUNT,
};

uint8_t take8(struct input *in)
{
	return in->next == in->end ? 0 : *in->next++;
}

uint16_t take16(struct input *in)
{
	uint16_t low = take8(in);

	return (uint16_t)(low | take8(in) << 8);
}

uint64_t take64(struct input *in)
{
	uint64_t value = 0;

	for (unsigned i = 0; i < 8; i++)
		value |= (uint64_t)take8(in) << (8 * i);
	return value;
}

static uint64_t *word_at(struct memory *m, uint64_t pa)
{
	uint64_t offset = pa - m->window_base;

	if (m->window != NULL && offset < WINDOW_WORDS * sizeof *m->window)
		return &m->window[offset / 8];
	return &m->word[(pa >> 3 ^ pa >> 12 ^ pa >> 21 ^ pa >> 36) % m->word_count];
}

static void check_address(const struct memory *m, uint64_t pa)
{
	require(pa % 8 == 0, "a descriptor is read that is not 8-byte aligned");
	require(pa >> m->pa_bits == 0, "a descriptor is read beyond the physical addresses");
}

static struct nw_port_read read_word(void *ctx, pa_t pa)
{
	struct memory *m = ctx;
	uint64_t *word = word_at(m, pa.value);

	check_address(m, pa.value);
	require(!m->aborted, "the walk goes on behind an external abort");
	m->reads++;
	check_reads(m);
	m->aborted = m->aborting < m->word_count && word == &m->word[m->aborting];
	return (struct nw_port_read){.value = *word, .latency = 3, .abort = m->aborted};
}

static enum nw_port_update_outcome update_word(void *ctx, pa_t pa, uint64_t expected,
					       uint64_t desired)
{
	struct memory *m = ctx;
	uint64_t *word = word_at(m, pa.value);

	check_address(m, pa.value);
	require(!m->aborted, "an update follows an external abort");
	require(expected != desired, "an update changes nothing");
	m->updates++;
	if (m->update_policy == UPDATE_REFUSED)
		return UPDATE_UNSUPPORTED;
	if (m->update_policy == UPDATE_ABORTS) {
		m->aborted = true;
		return UPDATE_ABORT;
	}
	if (m->update_policy == UPDATE_MEMORY_MOVES && m->differing == 0)
		*word ^= UINT64_C(1) << 55; /* a bit for software */
	if (m->update_policy == UPDATE_ALWAYS_DIFFERS || *word != expected) {
		m->differing++;
		check_reads(m);
		return UPDATE_DIFFERS;
	}
	*word = desired;
	return UPDATE_DONE;
}

static void init_window(struct memory *m, struct input *in)
{
	m->window = malloc(WINDOW_WORDS * sizeof *m->window);
	if (m->window == NULL)
		exit(2);
	m->window_base = take64(in) & ((UINT64_C(1) << 52) - 8);
	for (unsigned i = 0; i < WINDOW_WORDS; i++)
		m->window[i] = m->word[i % m->word_count];
}

void memory_init(struct memory *m, struct input *in, uint8_t pa_bits)
{
	uint8_t options = take8(in);

	*m = (struct memory){.pa_bits = pa_bits};
	m->update_policy = (options & 0x7fu) % UPDATE_POLICY_COUNT;
	m->aborting = take8(in);
	m->word_count = 1 + (unsigned)take8(in) % RAM_WORDS;
	for (unsigned i = 0; i < m->word_count; i++)
		m->word[i] = take64(in);
	if (options & 0x80)
		init_window(m, in);
}

void memory_free(struct memory *m)
{
	free(m->window);
}

struct nw_port memory_port(struct memory *m)
{
	struct nw_port port = {.ctx = m, .read = read_word, .window_latency = 1};

	if (m->update_policy != UPDATE_NO_FUNCTION)
		port.update = update_word;
	if (m->window != NULL)
		port.window = (struct nw_window){
			.base = m->window_base,
			.size = WINDOW_WORDS * sizeof *m->window,
			.host = (const uint8_t *)m->window,
		};
	return port;
}

void memory_forget(struct memory *m)
{
	m->reads = m->updates = m->differing = 0;
	m->aborted = false;
}
