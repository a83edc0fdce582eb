# The MMU: libmmu.a here, libnestwalk-mmu where it is installed.
mmu_SRC += mmu/params.c mmu/geometry.c mmu/input.c mmu/walk.c mmu/update.c mmu/permission.c mmu/attributes.c mmu/fault.c
mmu_SRC += mmu/assoc.c mmu/tlb.c mmu/walkcache.c mmu/tlbi.c mmu/at.c mmu/recheck.c mmu/describe.c mmu/mmu.c

# Two words of a record next to each other are stored faster one by one than as a vector that is made first.
cflags_mmu/walk.c := -fno-tree-slp-vectorize

# The same objects make the shared library, which shows what mmu.h declares.
cflags_mmu := -fPIC -fvisibility=hidden

ldflags_tests/mmu/test_allocation := -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc
ldflags_tests/mmu/test_out_of_memory := -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc,--wrap=free
