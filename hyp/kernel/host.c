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

uint8_t *host_result(struct kernel *k, uint64_t bytes)
{
	return host_data(k, 4096 + bytes) + 4096;
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

bool host_is_terminal(struct kernel *k, int64_t handle)
{
	return host_call(k, SYS_ISTTY, (uint64_t)handle, 0, 0) == 1;
}

uint64_t host_seconds(struct kernel *k)
{
	return (uint64_t)host_call(k, SYS_TIME, 0, 0, 0);
}

/* ------------------------------------------------------------------ operations with paths */

/* A call with eight words, the block of the operations that are not Arm's. */
static int64_t host_extended(struct kernel *k, unsigned operation, const uint64_t words[8])
{
	volatile uint64_t *block = (volatile uint64_t *)BOUNCE_VA;
	int64_t result;

	if (!k->files.extended && operation >= NW_FILES_OPEN)
		return -ENOSYS;
	pin(k, BOUNCE_BLOCK_BYTES);
	for (unsigned i = 0; i < 8; i++)
		block[i] = words[i];
	result = semihosting((enum semihosting_operation)operation, BOUNCE_VA);
	return result < 0 ? host_error(k) : result;
}

int64_t host_files(struct kernel *k, enum host_operation operation, const uint64_t words[3])
{
	return host_extended(k, operation, (uint64_t[8]){words[0], words[1], words[2]});
}

int64_t host_path(struct kernel *k, enum host_operation operation, const struct path *path,
		  const uint64_t words[3])
{
	return host_extended(k, operation,
			     (uint64_t[8]){path->directory, (uint64_t)path->text, path->bytes,
					   words[0], words[1], words[2]});
}

int64_t host_paths(struct kernel *k, enum host_operation operation, const struct path *from,
		   const struct path *to, uint64_t word)
{
	return host_extended(k, operation,
			     (uint64_t[8]){from->directory, (uint64_t)from->text, from->bytes,
					   to->directory, (uint64_t)to->text, to->bytes, word});
}

/* Arm's own operations know no directories: the path must begin where the host does. */
int64_t host_remove(struct kernel *k, const struct path *path)
{
	return host_extended(k, SYS_REMOVE, (uint64_t[8]){(uint64_t)path->text, path->bytes});
}

int64_t host_rename(struct kernel *k, const struct path *from, const struct path *to)
{
	return host_extended(
		k, SYS_RENAME,
		(uint64_t[8]){(uint64_t)from->text, from->bytes, (uint64_t)to->text, to->bytes});
}
