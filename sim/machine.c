/* RAM windows and the bus. */
#include "machine.h"

#include <inttypes.h>
#include <string.h>
#include <sys/mman.h>

#define PAGE_BITS 12
#define PAGE_BYTES (UINT64_C(1) << PAGE_BITS)
#define DEVICE_BYTES UINT64_C(0x1000)

/*
 * Address space only: the host gives memory when a page is first touched, zeroed. In huge pages where it can: walks go
 * all over the guest's tables, and half of their time would be misses of the host's own TLB.
 */
static void *reserve(uint64_t size)
{
	void *memory = MAP_FAILED;

	if (size <= SIZE_MAX / 2)
		memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
			      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (memory == MAP_FAILED)
		return NULL;
	(void)madvise(memory, size, MADV_HUGEPAGE);
	return memory;
}

static bool overlap(uint64_t a, uint64_t a_size, uint64_t b, uint64_t b_size)
{
	return a < b + b_size && b < a + a_size;
}

/* Where in the address space a window may lie. Sizes are below 2^52 before they are added to anything. */
static bool window_allowed(const struct machine *machine, uint64_t base, uint64_t size)
{
	uint64_t top = UINT64_C(1) << MACHINE_PA_BITS;

	if (!size || size > top || base > top - size || (base | size) & (PAGE_BYTES - 1)) {
		diag("--ram: window of 0x%" PRIx64 " bytes at 0x%" PRIx64
		     ": expected whole 4 KB pages below 2^52",
		     size, base);
		return false;
	}
	if (overlap(base, size, MACHINE_PL011_BASE, DEVICE_BYTES)) {
		diag("--ram: window at 0x%" PRIx64 " covers the PL011 at 0x%" PRIx64, base,
		     MACHINE_PL011_BASE);
		return false;
	}
	for (unsigned i = 0; i < machine->window_count; i++) {
		const struct ram_window *other = &machine->window[i];

		if (overlap(base, size, other->base, other->size)) {
			diag("--ram: windows at 0x%" PRIx64 " and 0x%" PRIx64
			     " overlap, expected disjoint windows",
			     other->base, base);
			return false;
		}
	}
	return true;
}

static bool add_window(struct machine *machine, uint64_t base, uint64_t size)
{
	struct ram_window *window = &machine->window[machine->window_count];

	if (!window_allowed(machine, base, size))
		return false;
	*window = (struct ram_window){.base = base, .size = size, .host = reserve(size)};
	if (window->host)
		window->flags = reserve(size >> PAGE_BITS);
	if (!window->flags) {
		if (window->host)
			munmap(window->host, size);
		diag("--ram: the host has no address space for 0x%" PRIx64 " bytes at 0x%" PRIx64
		     ", expected a smaller window",
		     size, base);
		return false;
	}
	machine->window_count++;
	return true;
}

bool machine_init(struct machine *machine, const struct sim_windows *ram, FILE *out)
{
	memset(machine, 0, sizeof(*machine));
	machine->pl011.out = out;
	for (unsigned i = 0; i < ram->count; i++) {
		const struct sim_window *window = &ram->at[i];

		if (!add_window(machine, window->base, window->size)) {
			machine_free(machine);
			return false;
		}
	}
	return true;
}

void machine_free(struct machine *machine)
{
	for (unsigned i = 0; i < machine->window_count; i++) {
		munmap(machine->window[i].host, machine->window[i].size);
		munmap(machine->window[i].flags, machine->window[i].size >> PAGE_BITS);
	}
	machine->window_count = 0;
}

uint8_t *machine_ram(const struct machine *machine, uint64_t pa, uint64_t size)
{
	for (unsigned i = 0; i < machine->window_count; i++) {
		const struct ram_window *window = &machine->window[i];
		uint64_t offset = pa - window->base;

		if (offset < window->size && size <= window->size - offset)
			return window->host + offset;
	}
	return NULL;
}

uint64_t machine_ram_size(const struct machine *machine)
{
	uint64_t size = 0;

	for (unsigned i = 0; i < machine->window_count; i++)
		size += machine->window[i].size;
	return size;
}

static struct cpu_page bus_page(void *ctx, pa_t pa)
{
	const struct machine *machine = ctx;

	for (unsigned i = 0; i < machine->window_count; i++) {
		const struct ram_window *window = &machine->window[i];
		uint64_t offset = pa.value - window->base;

		if (offset < window->size)
			return (struct cpu_page){window->host + (offset & ~(PAGE_BYTES - 1)),
						 window->flags + (offset >> PAGE_BITS)};
	}
	return (struct cpu_page){NULL, NULL};
}

static bool is_pl011(pa_t pa)
{
	return pa.value - MACHINE_PL011_BASE < DEVICE_BYTES;
}

static bool bus_read(void *ctx, pa_t pa, unsigned size, uint64_t *value)
{
	const struct machine *machine = ctx;

	(void)size;
	if (!is_pl011(pa))
		return false;
	*value = pl011_read(&machine->pl011, (unsigned)(pa.value - MACHINE_PL011_BASE));
	return true;
}

static bool bus_write(void *ctx, pa_t pa, unsigned size, uint64_t value)
{
	struct machine *machine = ctx;

	(void)size;
	if (!is_pl011(pa))
		return false;
	pl011_write(&machine->pl011, (unsigned)(pa.value - MACHINE_PL011_BASE), value);
	return true;
}

struct cpu_bus machine_bus(struct machine *machine)
{
	const struct ram_window *first = &machine->window[0];

	return (struct cpu_bus){machine, bus_page, bus_read, bus_write,
				{first->base, first->size, first->host}};
}
