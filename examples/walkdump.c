/*
 * Walks the translation tables in a dump of physical memory: walkdump FILE BASE VA NAME=VALUE...
 * A load at EL1; BASE is where FILE lies, registers not given are 0. Status 1: the load faults.
 */
#include <err.h>
#include <fcntl.h>
#include <inttypes.h>
#include <nestwalk-mmu.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* What lies in the port's window is read without this call: all else is not in the dump. */
static struct nw_port_read outside(void *ctx, pa_t pa)
{
	(void)ctx, (void)pa;
	return (struct nw_port_read){.abort = true};
}

static struct nw_window map_dump(const char *name, uint64_t base)
{
	int file = open(name, O_RDONLY);

	if (file < 0)
		err(2, "%s", name);

	off_t size = lseek(file, 0, SEEK_END);
	void *host = mmap(NULL, (size_t)size, PROT_READ, MAP_PRIVATE, file, 0);

	if (host == MAP_FAILED)
		err(2, "%s", name);
	return (struct nw_window){base, (uint64_t)size & ~UINT64_C(7), host};
}

static void set_register(struct nw_registers *r, const char *assignment)
{
#define NAMED(name) {#name "=", &r->name}
	const struct { const char *name; uint64_t *value; } known[] = {
		NAMED(SCTLR_EL1), NAMED(TCR_EL1), NAMED(TTBR0_EL1), NAMED(TTBR1_EL1), NAMED(MAIR_EL1),
		NAMED(HCR_EL2), NAMED(VTCR_EL2), NAMED(VTTBR_EL2), NAMED(SCTLR_EL2),
	};
	for (size_t i = 0, length; i < sizeof known / sizeof known[0]; i++)
		if (length = strlen(known[i].name), !strncmp(assignment, known[i].name, length)) {
			*known[i].value = strtoull(assignment + length, NULL, 0);
			return;
		}
	errx(2, "%s: no such register", assignment);
}

int main(int argc, char **argv)
{
	if (argc < 4)
		errx(2, "usage: walkdump FILE BASE VA NAME=VALUE...");

	struct nw_window dump = map_dump(argv[1], strtoull(argv[2], NULL, 0));
	struct nw_config config = {.features = {NW_ALL_FEATURES, 52, true, true, true},
				   .port = {.read = outside, .window = dump}};
	struct nw_mmu *mmu = nw_mmu_new(&config);

	if (mmu == NULL)
		err(2, "nw_mmu_new");
	for (int i = 4; i < argc; i++)
		set_register(nw_registers(mmu), argv[i]);
	nw_event(mmu, &(struct nw_event){.type = NW_EVENT_REGISTER});

	struct nw_walk walk;
	struct nw_access load = {.type = NW_LOAD, .el = 1};
	struct nw_translation t = nw_probe(mmu, (va_t){strtoull(argv[3], NULL, 0)}, load, &walk);

	for (const struct nw_fetch *f = walk.fetch; f < walk.fetch + walk.fetch_count; f++)
		printf("stage %u level %2d: [0x%" PRIx64 "] = 0x%016" PRIx64 "\n", f->stage, f->level,
		       f->pa.value, f->descriptor);
	if (t.fault.type == FAULT_NONE)
		printf("PA 0x%" PRIx64 "\n", t.pa.value);
	else
		printf("fault: status 0x%02x, stage %d, level %d%s\n", nw_fault_status(&t.fault), 1 + t.fault.stage2,
		       t.fault.level, t.fault.s1ptw ? ", on the stage 1 walk" : "");
	nw_mmu_free(mmu);
	return t.fault.type != FAULT_NONE;
}
