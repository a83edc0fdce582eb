/* System calls for the program's memory. */
#include "kernel.h"

enum {
	MAP_SHARED = 1,
	MAP_FIXED = 0x10,
	MAP_ANONYMOUS = 0x20,
	MAP_FIXED_NOREPLACE = 0x100000,
	MREMAP_MAYMOVE = 1,
	MADV_DONTNEED = 4,
};

static uint64_t granule(const struct kernel *k)
{
	return geometry_granule_bytes(&k->geometry);
}

/* A range that is too long has no end: mm_unmap() and mm_protect() refuse it. */
static uint64_t end_of(const struct kernel *k, uint64_t start, uint64_t bytes)
{
	return bytes > k->mm.end ? start : start + align_up(bytes, granule(k));
}

int64_t sys_brk(struct kernel *k, const uint64_t *x)
{
	return mm_brk(k, x[0]);
}

/* ------------------------------------------------------------------ mmap */

/* A private mapping of a file is a copy, made now. */
static int64_t map_file_copy(struct kernel *k, struct area area, unsigned how, struct file *f,
			     uint64_t offset)
{
	uint64_t bytes = area.end - area.start;
	uint8_t prot = area.prot;
	int64_t start, got;

	area.prot = PROT_READ | PROT_WRITE;
	start = mm_map(k, &area, how);
	if (start < 0)
		return start;
	got = file_read_at(k, f, (uint64_t)start, bytes, offset);
	if (got >= 0 && prot != area.prot)
		got = mm_protect(k, (uint64_t)start, (uint64_t)start + bytes, prot);
	if (got < 0) {
		mm_unmap(k, (uint64_t)start, (uint64_t)start + bytes);
		return got;
	}
	if (prot & PROT_EXEC)
		synchronise_instructions((const void *)start, bytes);
	return start;
}

static int64_t map_devmem(struct kernel *k, struct area area, unsigned how, uint64_t offset)
{
	uint64_t bytes = area.end - area.start;

	if (ram_at(k, offset, bytes) == NULL)
		return -EINVAL;
	area.kind = AREA_DEVMEM;
	area.ipa = offset;
	ram_give_away(k, offset, bytes);
	return mm_map(k, &area, how);
}

int64_t sys_mmap(struct kernel *k, const uint64_t *x)
{
	uint64_t flags = x[3], offset = x[5];
	struct file *f = file_of(k, x[4]);
	struct area area = {
		.start = x[0],
		.end = x[0] + align_up(x[1], granule(k)),
		.prot = x[2] & (PROT_READ | PROT_WRITE | PROT_EXEC),
		.kind = AREA_ANONYMOUS,
	};
	unsigned how = (flags & MAP_FIXED_NOREPLACE ? MM_FIXED | MM_NOREPLACE : 0u) |
		       (flags & MAP_FIXED ? MM_FIXED : 0u);

	if (x[1] == 0)
		return -EINVAL;
	if (x[1] > k->mm.end || area.end <= area.start)
		return -ENOMEM;
	if (flags & MAP_ANONYMOUS)
		return mm_map(k, &area, how);
	if (offset & (granule(k) - 1))
		return -EINVAL;
	if (f == NULL)
		return -EBADF;
	if (f->kind == FILE_DEVMEM)
		return map_devmem(k, area, how, offset);
	if (f->kind != FILE_HOST || (flags & MAP_SHARED && area.prot & PROT_WRITE))
		return -ENODEV;
	return map_file_copy(k, area, how, f, offset);
}

int64_t sys_munmap(struct kernel *k, const uint64_t *x)
{
	return mm_unmap(k, x[0], end_of(k, x[0], x[1]));
}

int64_t sys_mprotect(struct kernel *k, const uint64_t *x)
{
	if (x[1] > k->mm.end)
		return -ENOMEM;
	return mm_protect(k, x[0], end_of(k, x[0], x[1]),
			  x[2] & (PROT_READ | PROT_WRITE | PROT_EXEC));
}

int64_t sys_madvise(struct kernel *k, const uint64_t *x)
{
	if (x[0] & (granule(k) - 1))
		return -EINVAL;
	if (x[2] != MADV_DONTNEED || x[1] == 0)
		return 0;
	return mm_forget(k, x[0], end_of(k, x[0], x[1]));
}

/* ------------------------------------------------------------------ mremap */

/* Copies what is there of [from, from + bytes) to `to`, which has never been touched. */
static bool copy_pages(struct kernel *k, uint64_t to, uint64_t from, uint64_t bytes)
{
	for (uint64_t at = 0; at < bytes; at += granule(k)) {
		struct pgtable_found found = pgtable_lookup(&k->mm.table, from + at);
		const void *page = found.valid ? ram_at(k, found.oa, granule(k)) : NULL;

		if (found.valid && (page == NULL || !copy_to_user(to + at, page, granule(k))))
			return false;
	}
	return true;
}

/* What is moved from a file's segment is its copy: all of it is touched first. */
static bool touch_pages(uint64_t start, uint64_t bytes, uint64_t step)
{
	uint8_t byte;

	for (uint64_t at = 0; at < bytes; at += step)
		if (!copy_from_user(&byte, start + at, 1))
			return false;
	return true;
}

static int64_t move_area(struct kernel *k, const struct area *old, uint64_t start, uint64_t bytes,
			 uint64_t new_bytes)
{
	uint8_t prot = old->prot;
	struct area area = {
		.end = new_bytes,
		.prot = PROT_READ | PROT_WRITE,
		.kind = AREA_ANONYMOUS,
	};
	bool touched = old->kind == AREA_ANONYMOUS || touch_pages(start, bytes, granule(k));
	int64_t to = touched ? mm_map(k, &area, 0) : -EFAULT;

	if (to < 0)
		return to;
	if (!copy_pages(k, (uint64_t)to, start, bytes)) {
		mm_unmap(k, (uint64_t)to, (uint64_t)to + new_bytes);
		return -EFAULT;
	}
	if (prot != area.prot)
		mm_protect(k, (uint64_t)to, (uint64_t)to + new_bytes, prot);
	mm_unmap(k, start, start + bytes);
	return to;
}

/* Grows where it is when nothing lies behind, else moves; to an address of choice it does not. */
int64_t sys_mremap(struct kernel *k, const uint64_t *x)
{
	uint64_t start = x[0], bytes = align_up(x[1], granule(k)),
		 new_bytes = align_up(x[2], granule(k)), end = start + bytes;
	const struct area *a = area_at(&k->mm, start);
	struct area more;

	if (start & (granule(k) - 1) || x[2] == 0 || x[1] == 0 || x[3] & ~(uint64_t)MREMAP_MAYMOVE)
		return -EINVAL;
	if (x[1] > k->mm.end || x[2] > k->mm.end)
		return -ENOMEM;
	if (a == NULL || a->end < end || a->kind == AREA_DEVMEM)
		return -EFAULT;
	if (new_bytes < bytes)
		return mm_unmap(k, start + new_bytes, end) < 0 ? -ENOMEM : (int64_t)start;
	if (new_bytes == bytes)
		return (int64_t)start;
	more = *a;
	more.start = end;
	more.end = start + new_bytes;
	if (a->kind == AREA_ANONYMOUS && more.end <= k->mm.mmap_end &&
	    mm_map(k, &more, MM_FIXED | MM_NOREPLACE) >= 0)
		return (int64_t)start;
	return x[3] & MREMAP_MAYMOVE ? move_area(k, a, start, bytes, new_bytes) : -ENOMEM;
}
