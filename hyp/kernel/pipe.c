/*
 * Pipes: a page with what has been written and not yet read. Both ends are the program's, so one
 * that would have to wait for the other would wait for ever: it gets EAGAIN.
 */
#include "kernel.h"

#include "open.h"

enum { EPIPE = 32, SIGPIPE = 13 };

struct pipe {
	uint32_t readers, writers;
	uint32_t start, bytes; /* of what is there, from the end of this structure on */
	uint8_t data[];
};

static struct pipe *pipe_of(const struct file *f)
{
	return (struct pipe *)f->handle;
}

static uint32_t room_in_all(const struct kernel *k)
{
	return (uint32_t)(geometry_granule_bytes(&k->geometry) - sizeof(struct pipe));
}

int64_t sys_pipe2(struct kernel *k, const uint64_t *x)
{
	uint64_t ipa = ram_alloc(k, LEVEL_LAST);
	struct file end = {.kind = FILE_PIPE, .flags = O_RDONLY};
	int64_t read_end, write_end;
	struct pipe *p;

	if (ipa == 0)
		return -ENOMEM;
	p = ram_at(k, ipa, sizeof(*p));
	p->readers = p->writers = 1;
	end.handle = (int64_t)p;
	read_end = file_add(k, &end, x[1] & O_CLOEXEC);
	end.flags = O_WRONLY;
	write_end = read_end < 0 ? read_end : file_add(k, &end, x[1] & O_CLOEXEC);
	if (read_end < 0)
		ram_free(k, ipa, LEVEL_LAST);
	else if (write_end < 0)
		sys_close(k, (uint64_t[1]){(uint64_t)read_end});
	if (write_end < 0)
		return write_end;
	return copy_to_user(x[0], (uint32_t[2]){(uint32_t)read_end, (uint32_t)write_end}, 8)
		       ? 0
		       : -EFAULT;
}

void pipe_close(struct kernel *k, const struct file *f)
{
	struct pipe *p = pipe_of(f);

	if (f->flags == O_RDONLY)
		p->readers--;
	else
		p->writers--;
	if (p->readers + p->writers == 0)
		ram_free(k, ram_ipa(k, p), LEVEL_LAST);
}

int64_t pipe_read(struct kernel *k, const struct file *f, uint64_t buffer, uint64_t bytes)
{
	struct pipe *p = pipe_of(f);
	uint32_t given = bytes < p->bytes ? (uint32_t)bytes : p->bytes;

	(void)k;
	if (p->bytes == 0)
		return p->writers > 0 ? -EAGAIN : 0;
	if (!copy_to_user(buffer, p->data + p->start, given))
		return -EFAULT;
	p->start += given;
	p->bytes -= given;
	return given;
}

int64_t pipe_write(struct kernel *k, const struct file *f, uint64_t buffer, uint64_t bytes)
{
	struct pipe *p = pipe_of(f);
	uint32_t room = room_in_all(k) - p->bytes;
	uint32_t taken = bytes < room ? (uint32_t)bytes : room;

	if (p->readers == 0) {
		k->signals.pending |= UINT64_C(1) << (SIGPIPE - 1);
		return -EPIPE;
	}
	if (taken == 0)
		return bytes == 0 ? 0 : -EAGAIN;
	memmove(p->data, p->data + p->start, p->bytes);
	p->start = 0;
	if (!copy_from_user(p->data + p->bytes, buffer, taken))
		return -EFAULT;
	p->bytes += taken;
	return taken;
}
