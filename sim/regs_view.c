/* Which layouts a register's value is read by. */
#include "regs.h"

#include "../mmu/vmsa.h"

#include <string.h>
#include <strings.h>

/* Exception classes whose ISS has a layout. */
static const char *iss_layout(uint64_t esr)
{
	switch (ESR_ELx_EC(esr)) {
	case EC_WFX:
		return "ISS_WFX";
	case EC_SVC:
	case EC_HVC:
	case EC_SMC:
		return "ISS_CALL";
	case EC_SYSTEM:
		return "ISS_SYSTEM";
	case EC_INSTRUCTION_ABORT_LOWER:
	case EC_INSTRUCTION_ABORT:
		return "ISS_INSTRUCTION_ABORT";
	case EC_DATA_ABORT_LOWER:
	case EC_DATA_ABORT:
		return "ISS_DATA_ABORT";
	case EC_MOPS:
		return "ISS_MOPS";
	case EC_BRK:
		return "ISS_BREAKPOINT";
	default:
		return NULL;
	}
}

static bool is_syndrome(const char *name)
{
	return !strcasecmp(name, "ESR_EL1") || !strcasecmp(name, "ESR_EL2") ||
	       !strcasecmp(name, "ESR_ELx");
}

static unsigned syndrome(uint64_t value, struct regs_view *view)
{
	const char *iss = iss_layout(value);

	view[0] = (struct regs_view){"ESR_ELx", NULL, value};
	if (!iss)
		return 1;
	view[1] = (struct regs_view){iss, NULL, ESR_ELx_ISS(value)};
	return 2;
}

/* The layout REG_E2H1 of a register that has one. */
static const char *layout_of_host(const char *name)
{
	char host[64];
	const struct field *field;
	size_t count;

	snprintf(host, sizeof(host), "%s_E2H1", name);
	field = fields_of(host, &count);
	return field ? field->reg : NULL;
}

static unsigned plain(const char *name, uint64_t value, enum regs_e2h e2h, struct regs_view *view)
{
	const char *host = layout_of_host(name);
	const struct field *field;
	unsigned count = 0;
	size_t rows;

	field = fields_of(name, &rows);
	if (!field)
		return 0;
	if (!host || e2h != E2H_1)
		view[count++] =
			(struct regs_view){field->reg, host ? "HCR_EL2.E2H is 0" : NULL, value};
	if (host && e2h != E2H_0)
		view[count++] = (struct regs_view){host, "HCR_EL2.E2H is 1", value};
	return count;
}

static bool is_table_base(const char *name)
{
	static const char *const names[] = {"TTBR0_EL1", "TTBR1_EL1", "TTBR0_EL2", "TTBR1_EL2",
					    "VTTBR_EL2"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (!strcasecmp(names[i], name))
			return true;
	}
	return false;
}

/* BADDR moves where a table may lie above 2^48. */
static unsigned table_base(const char *name, uint64_t value, struct regs_view *view)
{
	plain(name, value, E2H_BOTH, view);
	view[0].when = "the table lies below 2^48";
	view[1] = (struct regs_view){
		"TTBR_52", "DS is 1, or the granule 64 KB and the output size 52 bits", value};
	return 2;
}

unsigned regs_views(const char *name, uint64_t value, enum regs_e2h e2h,
		    struct regs_view view[REGS_VIEWS])
{
	if (is_syndrome(name))
		return syndrome(value, view);
	if (is_table_base(name))
		return table_base(name, value, view);
	if (!strcasecmp(name, "PAR_EL1"))
		name = PAR_EL1_F0_F(value) ? "PAR_EL1_F1" : "PAR_EL1_F0";
	return plain(name, value, e2h, view);
}

bool regs_find(const char *name, struct cpu_sysreg_info *info)
{
	for (size_t i = 0; i < cpu_sysreg_count(); i++) {
		*info = cpu_sysreg_info(i);
		if (!strcasecmp(info->name, name))
			return true;
	}
	return false;
}
