/* What moves bytes between the program's memory and files, and the place in them. */
#include "kernel.h"

#include "open.h"

enum { TRANSFER_BYTES = BOUNCE_BYTES - BOUNCE_BLOCK_BYTES, VECTOR_MAX = 1024 };
enum { SEEK_SET = 0, SEEK_CUR = 1, SEEK_END = 2 };

struct iovec {
	uint64_t base, bytes;
};

static uint64_t piece(uint64_t bytes, uint64_t done)
{
	return bytes - done < TRANSFER_BYTES ? bytes - done : TRANSFER_BYTES;
}

/*
 * A file on the host gives all that there is; a terminal or a pipe gives what it has and ends the
 * call.
 */
static int64_t read_handle(struct kernel *k, int64_t handle, uint64_t buffer, uint64_t bytes)
{
	uint64_t done = 0;

	while (done < bytes) {
		uint64_t wanted = piece(bytes, done);
		uint8_t *data = host_data(k, wanted);
		int64_t got = host_read(k, handle, wanted);

		if (got < 0)
			return done > 0 ? (int64_t)done : got;
		if (got > 0 && !copy_to_user(buffer + done, data, (uint64_t)got))
			return -EFAULT;
		done += (uint64_t)got;
		if ((uint64_t)got < wanted)
			break;
	}
	return (int64_t)done;
}

static int64_t write_handle(struct kernel *k, int64_t handle, uint64_t buffer, uint64_t bytes)
{
	uint64_t done = 0;

	while (done < bytes) {
		uint64_t wanted = piece(bytes, done);
		int64_t written;

		if (!copy_from_user(host_data(k, wanted), buffer + done, wanted))
			return done > 0 ? (int64_t)done : -EFAULT;
		written = host_write(k, handle, wanted);
		if (written <= 0)
			return done > 0 ? (int64_t)done : written;
		done += (uint64_t)written;
	}
	return (int64_t)done;
}

typedef int64_t transfer(struct kernel *k, int64_t handle, uint64_t buffer, uint64_t bytes);

/* At the file's own offset. What is appended moves it to the file's end. */
static int64_t move(struct kernel *k, struct file *f, transfer *by, uint64_t buffer, uint64_t bytes)
{
	int64_t handle, done, length;

	if (f == NULL || f->flags & O_PATH)
		return -EBADF;
	if ((f->flags & O_ACCMODE) == (by == read_handle ? O_WRONLY : O_RDONLY))
		return -EBADF;
	if (f->kind == FILE_PIPE)
		return by == read_handle ? pipe_read(k, f, buffer, bytes)
					 : pipe_write(k, f, buffer, bytes);
	handle = handle_of(k, f);
	if (handle < 0)
		return handle;
	done = by(k, handle, buffer, bytes);
	if (done > 0)
		f->offset += (uint64_t)done;
	if (done > 0 && by == write_handle && f->flags & O_APPEND) {
		length = host_length(k, handle);
		f->offset = length < 0 ? 0 : (uint64_t)length;
	}
	return done;
}

int64_t sys_read(struct kernel *k, const uint64_t *x)
{
	return move(k, file_of(k, x[0]), read_handle, x[1], x[2]);
}

int64_t sys_write(struct kernel *k, const uint64_t *x)
{
	return move(k, file_of(k, x[0]), write_handle, x[1], x[2]);
}

static int64_t move_vector(struct kernel *k, const uint64_t *x, transfer *by)
{
	struct file *f = file_of(k, x[0]);
	int64_t done = 0;

	if (x[2] > VECTOR_MAX)
		return -EINVAL;
	for (uint64_t i = 0; i < x[2]; i++) {
		struct iovec part;
		int64_t moved;

		if (!copy_from_user(&part, x[1] + i * sizeof(part), sizeof(part)))
			return done > 0 ? done : -EFAULT;
		if (part.bytes == 0)
			continue;
		moved = move(k, f, by, part.base, part.bytes);
		if (moved < 0)
			return done > 0 ? done : moved;
		done += moved;
		if ((uint64_t)moved < part.bytes)
			break;
	}
	return done;
}

int64_t sys_readv(struct kernel *k, const uint64_t *x)
{
	return move_vector(k, x, read_handle);
}

int64_t sys_writev(struct kernel *k, const uint64_t *x)
{
	return move_vector(k, x, write_handle);
}

/* ------------------------------------------------------------------ at an offset */

static int64_t move_at(struct kernel *k, struct file *f, transfer *by, const uint64_t *x)
{
	uint64_t kept;
	int64_t moved, back;

	if (f == NULL)
		return -EBADF;
	if (f->kind != FILE_HOST)
		return -ESPIPE;
	if ((int64_t)x[3] < 0)
		return -EINVAL;
	kept = f->offset;
	moved = host_seek(k, f->handle, x[3]);
	if (moved == 0)
		moved = move(k, f, by, x[1], x[2]);
	f->offset = kept;
	back = host_seek(k, f->handle, kept);
	return back < 0 ? back : moved;
}

int64_t sys_pread64(struct kernel *k, const uint64_t *x)
{
	return move_at(k, file_of(k, x[0]), read_handle, x);
}

int64_t sys_pwrite64(struct kernel *k, const uint64_t *x)
{
	return move_at(k, file_of(k, x[0]), write_handle, x);
}

int64_t file_read_at(struct kernel *k, struct file *f, uint64_t buffer, uint64_t bytes,
		     uint64_t offset)
{
	return move_at(k, f, read_handle, (uint64_t[4]){0, buffer, bytes, offset});
}

int64_t sys_lseek(struct kernel *k, const uint64_t *x)
{
	struct file *f = file_of(k, x[0]);
	uint64_t whence = x[2];
	int64_t from = 0, to;

	if (f == NULL)
		return -EBADF;
	if (f->kind != FILE_HOST)
		return -ESPIPE;
	if (whence == SEEK_CUR)
		from = (int64_t)f->offset;
	else if (whence == SEEK_END)
		from = host_length(k, f->handle);
	if (from < 0 || whence > SEEK_END)
		return whence > SEEK_END ? -EINVAL : -ESPIPE;
	if (__builtin_add_overflow(from, (int64_t)x[1], &to) || to < 0)
		return -EINVAL;
	if (host_seek(k, f->handle, (uint64_t)to) < 0)
		return -ESPIPE;
	f->offset = (uint64_t)to;
	return to;
}

/* ------------------------------------------------------------------ length and contents */

int64_t sys_ftruncate(struct kernel *k, const uint64_t *x)
{
	struct file *f = file_of(k, x[0]);

	if (f == NULL)
		return -EBADF;
	if (f->kind != FILE_HOST || (f->flags & O_ACCMODE) == O_RDONLY || (int64_t)x[1] < 0)
		return -EINVAL;
	return host_files(k, NW_FILES_TRUNCATE, (uint64_t[3]){(uint64_t)f->handle, x[1]});
}

int64_t sys_fsync(struct kernel *k, const uint64_t *x)
{
	struct file *f = file_of(k, x[0]);

	if (f == NULL)
		return -EBADF;
	if (f->kind != FILE_HOST)
		return -EINVAL;
	return host_files(k, NW_FILES_SYNC, (uint64_t[3]){(uint64_t)f->handle});
}

int64_t sys_getdents64(struct kernel *k, const uint64_t *x)
{
	struct file *f = file_of(k, x[0]);
	uint64_t room = x[2] < TRANSFER_BYTES ? x[2] : TRANSFER_BYTES;
	uint8_t *entries;
	int64_t got;

	if (f == NULL)
		return -EBADF;
	if (f->kind != FILE_HOST)
		return -ENOTDIR;
	entries = host_data(k, room);
	got = host_files(k, NW_FILES_ENTRIES,
			 (uint64_t[3]){(uint64_t)f->handle, (uint64_t)entries, room});
	if (got > 0 && !copy_to_user(x[1], entries, (uint64_t)got))
		return -EFAULT;
	return got;
}
