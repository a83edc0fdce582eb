/*
 * Host services by semihosting. The host reads and writes guest memory while the kernel's
 * instruction is under way, when no fault can be taken: all that it touches lies in the bounce
 * buffer, whose pages are mapped at stage 1 and touched, so that stage 2 maps them too, before the
 * call.
 */
#include "kernel.h"

#define BOUNCE_VA (KERNEL_VA + UINT64_C(0x100000))

enum { TOUCH_BYTES = 4096 }; /* the smallest granule that stage 2 can have */

/* The first `bytes` of the buffer can be used by the host. */
static void pin(struct kernel *k, uint64_t bytes)
{
	uint64_t granule = geometry_granule_bytes(&k->geometry);

	while (k->files.pinned < bytes) {
		uint64_t va = BOUNCE_VA + k->files.pinned, ipa = ram_alloc(k, LEVEL_LAST);

		if (ipa == 0 || pgtable_map(&k->table, va, granule, ipa, LEAF_W, 0) != PGTABLE_OK)
			panic(k, "no memory for the buffer of host calls");
		for (uint64_t at = 0; at < granule; at += TOUCH_BYTES)
			*(volatile uint8_t *)(va + at) = 0;
		k->files.pinned += granule;
	}
}

uint8_t *host_data(struct kernel *k, uint64_t bytes)
{
	pin(k, BOUNCE_BLOCK_BYTES + bytes);
	return (uint8_t *)BOUNCE_VA + BOUNCE_BLOCK_BYTES;
}

static int64_t host_call(struct kernel *k, enum semihosting_operation operation, uint64_t a,
			 uint64_t b, uint64_t c)
{
	volatile uint64_t *block = (volatile uint64_t *)BOUNCE_VA;

	pin(k, BOUNCE_BLOCK_BYTES);
	block[0] = a;
	block[1] = b;
	block[2] = c;
	return semihosting(operation, BOUNCE_VA);
}

/* Debian's hosts number the errors that files give as AArch64 Linux does. */
static int64_t host_error(struct kernel *k)
{
	int64_t number = host_call(k, SYS_ERRNO, 0, 0, 0);

	return number > 0 && number < 4096 ? -number : -EIO;
}

int64_t host_open(struct kernel *k, const char *path, unsigned mode)
{
	uint64_t bytes = strlen(path);
	uint8_t *data = host_data(k, bytes + 1);
	int64_t handle;

	memmove(data, path, bytes + 1);
	handle = host_call(k, SYS_OPEN, (uint64_t)data, mode, bytes);
	return handle < 0 ? host_error(k) : handle;
}

int64_t host_close(struct kernel *k, int64_t handle)
{
	return host_call(k, SYS_CLOSE, (uint64_t)handle, 0, 0) < 0 ? host_error(k) : 0;
}

/* SYS_READ and SYS_WRITE return what was not read or written. */
static int64_t host_transfer(struct kernel *k, enum semihosting_operation operation, int64_t handle,
			     uint64_t bytes)
{
	uint8_t *data = host_data(k, bytes);
	int64_t left = host_call(k, operation, (uint64_t)handle, (uint64_t)data, bytes);

	if (left < 0 || (uint64_t)left > bytes)
		return host_error(k);
	return (int64_t)bytes - left;
}

int64_t host_read(struct kernel *k, int64_t handle, uint64_t bytes)
{
	return host_transfer(k, SYS_READ, handle, bytes);
}

int64_t host_write(struct kernel *k, int64_t handle, uint64_t bytes)
{
	return host_transfer(k, SYS_WRITE, handle, bytes);
}

int64_t host_seek(struct kernel *k, int64_t handle, uint64_t offset)
{
	return host_call(k, SYS_SEEK, (uint64_t)handle, offset, 0) < 0 ? host_error(k) : 0;
}

int64_t host_length(struct kernel *k, int64_t handle)
{
	int64_t length = host_call(k, SYS_FLEN, (uint64_t)handle, 0, 0);

	return length < 0 ? host_error(k) : length;
}
