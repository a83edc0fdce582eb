/*
 * Writes the device tree with libfdt's sequential functions. Node names, properties and phandles
 * are those of QEMU's `virt`; only devices that the machine has are in it.
 */
#include "fdt.h"

#include <inttypes.h>
#include <libfdt.h>
#include <stdlib.h>
#include <string.h>

#define FDT_BYTES     (64u << 10)
#define CLOCK_PHANDLE 0x8000
#define UART_CLOCK_HZ 24000000

/* A tree being written: the first error sticks, so that only the end needs to look. */
struct writer {
	void *fdt;
	int error;
};

static void keep(struct writer *w, int error)
{
	if (!w->error)
		w->error = error;
}

static void begin(struct writer *w, const char *name)
{
	keep(w, fdt_begin_node(w->fdt, name));
}

static void begin_at(struct writer *w, const char *name, uint64_t address)
{
	char text[48];

	snprintf(text, sizeof(text), "%s@%" PRIx64, name, address);
	begin(w, text);
}

static void end(struct writer *w)
{
	keep(w, fdt_end_node(w->fdt));
}

static void string(struct writer *w, const char *name, const char *value)
{
	keep(w, fdt_property(w->fdt, name, value, (int)strlen(value) + 1));
}

static void cell(struct writer *w, const char *name, uint32_t value)
{
	keep(w, fdt_property_u32(w->fdt, name, value));
}

static void cell64(struct writer *w, const char *name, uint64_t value)
{
	keep(w, fdt_property_u64(w->fdt, name, value));
}

static void range(struct writer *w, uint64_t base, uint64_t size)
{
	fdt64_t value[2] = {cpu_to_fdt64(base), cpu_to_fdt64(size)};

	keep(w, fdt_property(w->fdt, "reg", value, sizeof(value)));
}

static void chosen_node(struct writer *w, const struct fdt_boot *boot)
{
	begin(w, "chosen");
	if (boot->bootargs)
		string(w, "bootargs", boot->bootargs);
	if (boot->initrd_end > boot->initrd_start) {
		cell64(w, "linux,initrd-start", boot->initrd_start);
		cell64(w, "linux,initrd-end", boot->initrd_end);
	}
	string(w, "stdout-path", "/pl011@9000000");
	end(w);
}

static void cpu_node(struct writer *w)
{
	begin(w, "cpus");
	cell(w, "#address-cells", 1);
	cell(w, "#size-cells", 0);
	begin_at(w, "cpu", 0);
	string(w, "device_type", "cpu");
	string(w, "compatible", "arm,armv8");
	cell(w, "reg", 0);
	end(w);
	end(w);
}

static void memory_nodes(struct writer *w, const struct machine *machine)
{
	for (unsigned i = 0; i < machine->window_count; i++) {
		begin_at(w, "memory", machine->window[i].base);
		string(w, "device_type", "memory");
		range(w, machine->window[i].base, machine->window[i].size);
		end(w);
	}
}

static void pl011_nodes(struct writer *w)
{
	static const char compatible[] = "arm,pl011\0arm,primecell";
	static const char clock_names[] = "uartclk\0apb_pclk";
	fdt32_t clocks[2] = {cpu_to_fdt32(CLOCK_PHANDLE), cpu_to_fdt32(CLOCK_PHANDLE)};

	begin(w, "apb-pclk");
	string(w, "compatible", "fixed-clock");
	cell(w, "#clock-cells", 0);
	cell(w, "clock-frequency", UART_CLOCK_HZ);
	string(w, "clock-output-names", "clk24mhz");
	cell(w, "phandle", CLOCK_PHANDLE);
	end(w);

	begin_at(w, "pl011", MACHINE_PL011_BASE);
	keep(w, fdt_property(w->fdt, "compatible", compatible, sizeof(compatible)));
	range(w, MACHINE_PL011_BASE, 0x1000);
	keep(w, fdt_property(w->fdt, "clocks", clocks, sizeof(clocks)));
	keep(w, fdt_property(w->fdt, "clock-names", clock_names, sizeof(clock_names)));
	end(w);
}

static void tree(struct writer *w, const struct machine *machine, const struct fdt_boot *boot)
{
	keep(w, fdt_create(w->fdt, FDT_BYTES));
	keep(w, fdt_finish_reservemap(w->fdt));
	begin(w, "");
	string(w, "compatible", "linux,dummy-virt");
	string(w, "model", "linux,dummy-virt");
	cell(w, "#address-cells", 2);
	cell(w, "#size-cells", 2);
	chosen_node(w, boot);
	cpu_node(w);
	memory_nodes(w, machine);
	pl011_nodes(w);
	end(w);
	keep(w, fdt_finish(w->fdt));
}

void *fdt_make(const struct machine *machine, const struct fdt_boot *boot, size_t *size)
{
	struct writer w = {.fdt = calloc(1, FDT_BYTES)};

	if (!w.fdt) {
		diag("no memory for the device tree");
		return NULL;
	}
	tree(&w, machine, boot);
	if (w.error) {
		diag("device tree: %s, expected bootargs and windows that fit %u bytes",
		     fdt_strerror(w.error), FDT_BYTES);
		free(w.fdt);
		return NULL;
	}
	*size = fdt_totalsize(w.fdt);
	return w.fdt;
}
