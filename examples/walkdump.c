/*
 * Walks the translation tables in a memory dump: walkdump FILE BASE VA [REGISTER=VALUE]...
 *
 * FILE is physical memory from BASE on. The access is a load at EL1; registers that are not given
 * are 0. Ends with 0 if there is a translation, with 1 if the load faults, with 2 on bad input.
 */
#include <err.h>
#include <fcntl.h>
#include <inttypes.h>
#include <nestwalk-mmu.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

static struct nw_port_read read_descriptor(void *ctx, pa_t pa)
{
	const struct nw_window *dump = ctx;
	uint64_t offset = pa.value - dump->base;
	struct nw_port_read result = {.abort = dump->size < 8 || offset > dump->size - 8};

	if (!result.abort)
		memcpy(&result.value, dump->host + offset, 8);
	return result;
}

static struct nw_window map_dump(const char *name, uint64_t base)
{
	int file = open(name, O_RDONLY);
	struct stat status;

	if (file < 0 || fstat(file, &status) != 0)
		err(2, "%s", name);

	size_t size = (size_t)status.st_size;
	void *host = mmap(NULL, size, PROT_READ, MAP_PRIVATE, file, 0);

	if (host == MAP_FAILED)
		err(2, "%s", name);
	return (struct nw_window){base, size, host};
}

#define REGISTER(name)                                                                             \
	{                                                                                          \
#name, offsetof(struct nw_registers, name)                                         \
	}
static const struct {
	const char *name;
	size_t offset;
} registers[] = {
	REGISTER(SCTLR_EL1), REGISTER(TCR_EL1), REGISTER(TTBR0_EL1), REGISTER(TTBR1_EL1),
	REGISTER(MAIR_EL1),  REGISTER(HCR_EL2), REGISTER(VTCR_EL2),  REGISTER(VTTBR_EL2),
};

static void set_register(struct nw_registers *r, const char *assignment)
{
	size_t length = strcspn(assignment, "=");

	for (size_t i = 0; i < sizeof registers / sizeof registers[0]; i++)
		if (!strncmp(assignment, registers[i].name, length) && assignment[length]) {
			uint64_t value = strtoull(assignment + length + 1, NULL, 0);

			memcpy((char *)r + registers[i].offset, &value, sizeof value);
			return;
		}
	errx(2, "%s: no such register", assignment);
}

int main(int argc, char **argv)
{
	if (argc < 4)
		errx(2, "usage: walkdump FILE BASE VA [REGISTER=VALUE]...");

	struct nw_window dump = map_dump(argv[1], strtoull(argv[2], NULL, 0));
	struct nw_mmu *mmu = nw_mmu_new(&(struct nw_config){
		.features = {~UINT64_C(0), 52, .granule_4k = true, .granule_16k = true,
			     .granule_64k = true},
		.tlb_off = true,
		.port = {.ctx = &dump, .read = read_descriptor},
	});

	if (mmu == NULL)
		err(2, "nw_mmu_new");
	for (int i = 4; i < argc; i++)
		set_register(nw_registers(mmu), argv[i]);
	nw_event(mmu, &(struct nw_event){.type = NW_EVENT_REGISTER});

	struct nw_walk walk;
	struct nw_access load = {.type = NW_LOAD, .el = 1};
	struct nw_translation t = nw_probe(mmu, (va_t){strtoull(argv[3], NULL, 0)}, load, &walk);

	for (const struct nw_fetch *f = walk.fetch; f < walk.fetch + walk.fetch_count; f++)
		printf("stage %u level %2d: [0x%" PRIx64 "] = 0x%016" PRIx64 "\n", f->stage,
		       f->level, f->pa.value, f->descriptor);
	if (t.fault.type == FAULT_NONE)
		printf("PA 0x%" PRIx64 "\n", t.pa.value);
	else
		printf("fault: status 0x%02x, stage %d, level %d%s\n", nw_fault_status(&t.fault),
		       1 + t.fault.stage2, t.fault.level,
		       t.fault.s1ptw ? ", on the stage 1 walk" : "");
	nw_mmu_free(mmu);
	return t.fault.type != FAULT_NONE;
}
