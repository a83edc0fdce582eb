/* Files of registers for `nestwalk walk --regs`. */
#include "regs_file.h"

#include "../mmu/vmsa.h"
#include "image.h"
#include "values.h"

#include <ctype.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define LINE_MAX_BYTES 256

/* What translation reads. */
enum {
#define REGISTER(name) REG_##name,
#include "regs_file.def"
#undef REGISTER
};

static const struct known {
	const char *name;
	size_t offset;
} known[] = {
#define REGISTER(name) {#name, offsetof(struct nw_registers, name)},
#include "regs_file.def"
#undef REGISTER
};

#define KNOWN_COUNT (sizeof(known) / sizeof(known[0]))

/* ------------------------------------------------------------------ lines */

static bool is_register(const char *name)
{
	for (size_t i = 0; i < cpu_sysreg_count(); i++) {
		if (!strcasecmp(cpu_sysreg_info(i).name, name))
			return true;
	}
	return false;
}

static bool set(struct regs_file *regs, const char *name, uint64_t value, const char *path,
		unsigned line)
{
	for (size_t i = 0; i < KNOWN_COUNT; i++) {
		if (strcasecmp(known[i].name, name))
			continue;
		if (regs->given >> i & 1) {
			diag("%s:%u: %s a second time, expected one line a register", path, line,
			     known[i].name);
			return false;
		}
		regs->given |= UINT64_C(1) << i;
		memcpy((char *)&regs->registers + known[i].offset, &value, sizeof(value));
		return true;
	}
	if (is_register(name))
		return true;
	diag("%s:%u: '%.30s' is no register, `nestwalk regs` lists them", path, line, name);
	return false;
}

/* Takes a line apart in place: name, one = or blanks, value. */
static bool parse_line(struct regs_file *regs, char *text, const char *path, unsigned line)
{
	char *name = text + strspn(text, " \t\r"), *value, *end;
	uint64_t number;

	name[strcspn(name, "#")] = '\0';
	end = name + strlen(name);
	while (end > name && isspace((unsigned char)end[-1]))
		*--end = '\0';
	if (!*name)
		return true;
	value = name + strcspn(name, "= \t");
	end = value + strspn(value, " \t");
	if (*end == '=')
		end += 1 + strspn(end + 1, " \t");
	*value = '\0';
	if (!*name || !value_number(end, &number)) {
		diag("%s:%u: '%.30s': no 64-bit value, expected NAME=VALUE or NAME VALUE, decimal "
		     "or 0x...",
		     path, line, *name ? end : "=");
		return false;
	}
	return set(regs, name, number, path, line);
}

bool regs_file_parse(const char *path, const char *text, size_t size, struct regs_file *regs)
{
	unsigned line = 0;

	*regs = (struct regs_file){.given = 0};
	for (size_t at = 0; at < size;) {
		const char *newline = memchr(text + at, '\n', size - at);
		size_t length = newline ? (size_t)(newline - text) - at : size - at;
		char copy[LINE_MAX_BYTES];

		line++;
		if (length >= sizeof(copy) || memchr(text + at, '\0', length)) {
			diag("%s:%u: expected a line of text of less than %zu bytes", path, line,
			     sizeof(copy));
			return false;
		}
		memcpy(copy, text + at, length);
		copy[length] = '\0';
		if (!parse_line(regs, copy, path, line))
			return false;
		at += length + 1;
	}
	return true;
}

bool regs_file_read(const char *path, struct regs_file *regs)
{
	size_t size;
	uint8_t *bytes = file_read(path, &size);
	bool ok = bytes && regs_file_parse(path, (const char *)bytes, size, regs);

	free(bytes);
	return ok;
}

/* ------------------------------------------------------------------ what must be there */

static bool need(const char *path, const struct regs_file *regs, unsigned number, const char *why)
{
	if (regs->given >> number & 1)
		return true;
	diag("%s: no %s, which %s", path, known[number].name, why);
	return false;
}

static bool check_el10(const char *path, const struct regs_file *regs, bool upper)
{
	const struct nw_registers *r = &regs->registers;

	if (HCR_EL2_TGE(r->HCR_EL2) || HCR_EL2_DC(r->HCR_EL2))
		return true;
	if (!need(path, regs, REG_SCTLR_EL1, "says whether stage 1 is on"))
		return false;
	return !SCTLR_EL1_M(r->SCTLR_EL1) ||
	       (need(path, regs, REG_TCR_EL1, "stage 1 is controlled by") &&
		need(path, regs, upper ? REG_TTBR1_EL1 : REG_TTBR0_EL1,
		     "holds the stage 1 table of this address") &&
		need(path, regs, REG_MAIR_EL1, "holds the memory types of stage 1"));
}

static bool check_stage2(const char *path, const struct regs_file *regs)
{
	const struct nw_registers *r = &regs->registers;

	return !(HCR_EL2_VM(r->HCR_EL2) || HCR_EL2_DC(r->HCR_EL2)) ||
	       (need(path, regs, REG_VTCR_EL2, "stage 2 is controlled by (HCR_EL2.VM)") &&
		need(path, regs, REG_VTTBR_EL2, "holds the table of stage 2 (HCR_EL2.VM)"));
}

static bool check_el2(const char *path, const struct regs_file *regs, bool upper)
{
	if (!need(path, regs, REG_SCTLR_EL2, "says whether stage 1 of EL2 is on"))
		return false;
	return !SCTLR_EL2_M(regs->registers.SCTLR_EL2) ||
	       (need(path, regs, REG_TCR_EL2, "stage 1 of EL2 is controlled by") &&
		need(path, regs, upper ? REG_TTBR1_EL2 : REG_TTBR0_EL2,
		     "holds the stage 1 table of this address") &&
		need(path, regs, REG_MAIR_EL2, "holds the memory types of EL2"));
}

bool regs_file_check(const char *path, const struct regs_file *regs, va_t va,
		     struct nw_access access)
{
	uint64_t hcr = regs->registers.HCR_EL2;
	bool upper = va.value >> 55 & 1, host = HCR_EL2_E2H(hcr);

	if (access.el == 2 || (access.el == 0 && host && HCR_EL2_TGE(hcr)))
		return check_el2(path, regs, upper && host);
	return check_el10(path, regs, upper) && check_stage2(path, regs);
}
