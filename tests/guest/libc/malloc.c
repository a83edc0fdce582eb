/*
 * malloc: blocks of a power of two bytes from one heap that grows by brk, kept in a free list a
 * size; large blocks are mappings of their own and go back to the kernel.
 */
#include "libc.h"

enum { HEADER_BYTES = 16, SMALLEST_LOG2 = 5, LARGEST_LOG2 = 17, HEAP_STEP = 1 << 18 };

struct block {
	size_t size; /* of the whole block, header included */
	struct block *next;
};

/* C's malloc has no argument that could carry its state. */
static struct heap {
	uintptr_t next, end;
	struct block *unused[LARGEST_LOG2 + 1];
} heap;

static struct block *heap_carve(size_t size)
{
	if (!heap.end)
		heap.next = heap.end = (uintptr_t)syscall(SYS_brk, 0);
	heap.next = (heap.next + HEADER_BYTES - 1) & ~(uintptr_t)(HEADER_BYTES - 1);
	if (heap.end - heap.next < size || heap.end < heap.next) {
		uintptr_t wanted = heap.next + size + HEAP_STEP;

		heap.end = (uintptr_t)syscall(SYS_brk, wanted);
		if (heap.end < wanted)
			die("malloc: %zu bytes more than there is memory for", size);
	}
	struct block *b = (struct block *)heap.next;
	heap.next += size;
	b->size = size;
	return b;
}

static struct block *mapped_block(size_t size)
{
	size = (size + page_size() - 1) & ~(page_size() - 1);
	struct block *b =
		mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (mmap_failed(b))
		die("malloc: %zu bytes more than there is memory for", size);
	b->size = size;
	return b;
}

void *malloc(size_t size)
{
	unsigned log2 = SMALLEST_LOG2;
	struct block *b;

	if (size > SIZE_MAX / 2)
		die("malloc: %zu bytes more than there is memory for", size);
	size += HEADER_BYTES;
	while (log2 <= LARGEST_LOG2 && ((size_t)1 << log2) < size)
		log2++;
	if (log2 > LARGEST_LOG2)
		return (char *)mapped_block(size) + HEADER_BYTES;
	b = heap.unused[log2];
	if (b)
		heap.unused[log2] = b->next;
	else
		b = heap_carve((size_t)1 << log2);
	return (char *)b + HEADER_BYTES;
}

void free(void *block)
{
	struct block *b = (struct block *)((char *)block - HEADER_BYTES);

	if (!block)
		return;
	if (b->size > (size_t)1 << LARGEST_LOG2) {
		munmap(b, b->size);
		return;
	}
	unsigned log2 = (unsigned)__builtin_ctzl(b->size);
	b->next = heap.unused[log2];
	heap.unused[log2] = b;
}

void *calloc(size_t count, size_t size)
{
	size_t bytes;

	if (__builtin_mul_overflow(count, size, &bytes))
		die("calloc: %zu times %zu bytes are more than there is memory for", count, size);
	return memset(malloc(bytes), 0, bytes);
}

void *realloc(void *block, size_t size)
{
	if (!block)
		return malloc(size);
	struct block *b = (struct block *)((char *)block - HEADER_BYTES);
	size_t held = b->size - HEADER_BYTES;
	if (size <= held)
		return block;
	void *larger = malloc(size);
	memcpy(larger, block, held);
	free(block);
	return larger;
}
