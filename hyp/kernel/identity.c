/*
 * ID registers, which EL0 cannot read: the kernel does it for the program, as HWCAP_CPUID promises.
 * It shows what concerns programs; every other field, and every other ID register, reads as if
 * nothing were there.
 */
#include "kernel.h"

/* op1 = 0 and CRn = 0 for all: the rest of the register's encoding. */
#define ID_REGISTER(CRm, op2) ((CRm) << 3 | (op2))

/* EL0 and EL1 are AArch64 only, as far as a program can tell. */
#define PFR0_AARCH64 UINT64_C(0x11)

static uint64_t shown(unsigned id)
{
	switch (id) {
	case ID_REGISTER(0, 0):
		return read_sysreg(midr_el1);
	case ID_REGISTER(0, 5):
		return UINT64_C(1) << 31; /* MPIDR_EL1: RES1 */
	case ID_REGISTER(0, 6):
		return read_sysreg(revidr_el1);
	case ID_REGISTER(4, 0): /* ID_AA64PFR0_EL1: DIT, AdvSIMD, FP */
		return (read_sysreg(id_aa64pfr0_el1) & UINT64_C(0x000f000000ff0000)) | PFR0_AARCH64;
	case ID_REGISTER(4, 1): /* ID_AA64PFR1_EL1: SSBS */
		return read_sysreg(id_aa64pfr1_el1) & UINT64_C(0xf0);
	case ID_REGISTER(6, 0): /* ID_AA64ISAR0_EL1: all but TLB */
		return read_sysreg(id_aa64isar0_el1) & ~(UINT64_C(0xf) << 56);
	case ID_REGISTER(6, 1): /* ID_AA64ISAR1_EL1: not authentication, SPECRES and XS */
		return read_sysreg(id_aa64isar1_el1) & UINT64_C(0x00fff0ff00fff00f);
	case ID_REGISTER(6, 2): /* ID_AA64ISAR2_EL1: WFxT */
		return read_sysreg(S3_0_C0_C6_2) & UINT64_C(0xf);
	case ID_REGISTER(7, 2): /* ID_AA64MMFR2_EL1: AT */
		return read_sysreg(id_aa64mmfr2_el1) & UINT64_C(0xf) << 32;
	default:
		return 0;
	}
}

bool identity_read(struct frame *frame)
{
	enum { MRS_ID = 0xd5380000, MRS_ID_MASK = 0xfffff000 };
	unsigned CRm, Rt;
	uint32_t word;

	if (!copy_from_user(&word, frame->elr, sizeof(word)) || (word & MRS_ID_MASK) != MRS_ID)
		return false;
	CRm = word >> 8 & 0xf;
	Rt = word & 0x1f;
	if (CRm == 1 || CRm > 7)
		return false;
	if (Rt < 31)
		frame->x[Rt] = shown(word >> 5 & 0x7f);
	frame->elr += 4;
	return true;
}
