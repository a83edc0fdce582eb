# The MMU as a library: libmmu.a.
mmu_SRC += mmu/params.c mmu/walk.c mmu/permission.c mmu/attributes.c mmu/fault.c
mmu_SRC += mmu/assoc.c mmu/tlb.c mmu/walkcache.c mmu/tlbi.c mmu/at.c mmu/mmu.c
