/* What the program is told of a file: stat, statx, statfs. */
#include "kernel.h"

#include "open.h"

enum { S_IFIFO = 0010000, S_IFCHR = 0020000, S_IFREG = 0100000, S_IFMT = 0170000 };

/* What the host tells; time: seconds, nanoseconds. */
struct status {
	uint64_t device, inode, mode, links, uid, gid, special, bytes, block_bytes, blocks;
	uint64_t accessed[2], modified[2], changed[2];
};

/* struct stat, statx and statfs of AArch64 Linux. */
struct stat {
	uint64_t dev, ino;
	uint32_t mode, nlink, uid, gid;
	uint64_t rdev, pad1, size;
	uint32_t blksize, pad2;
	uint64_t blocks, times[6];
	uint32_t unused[2];
};

struct statx_time {
	uint64_t seconds;
	uint32_t nanoseconds, pad;
};

struct statx {
	uint32_t mask, blksize;
	uint64_t attributes;
	uint32_t nlink, uid, gid;
	uint16_t mode, pad;
	uint64_t ino, size, blocks, attributes_mask;
	struct statx_time accessed, born, changed, modified;
	uint32_t rdev_major, rdev_minor, dev_major, dev_minor;
	uint64_t rest[14];
};

struct statfs {
	uint64_t type, block_bytes, blocks, free, available, files, files_free, id, name_bytes;
	uint64_t fragment_bytes, flags, spare[4];
};

/* ------------------------------------------------------------------ asking */

/*
 * What Arm's operations can tell: a regular file has a length. A standard stream is a terminal or a
 * pipe.
 */
static int64_t ask_length(struct kernel *k, struct file *f, struct status *s)
{
	int64_t handle = handle_of(k, f), length;

	*s = (struct status){.links = 1, .block_bytes = 4096, .mode = S_IFREG | 0644};
	if (handle < 0)
		return handle;
	if (f->kind == FILE_CONSOLE) {
		s->mode = host_is_terminal(k, handle) ? S_IFCHR | 0620 : S_IFIFO | 0600;
		return 0;
	}
	length = host_length(k, handle);
	s->bytes = length > 0 ? (uint64_t)length : 0;
	s->blocks = (s->bytes + 511) / 512;
	return 0;
}

static int64_t ask_path(struct kernel *k, const struct path *path, bool follow, struct status *s)
{
	struct status *answer = (struct status *)host_result(k, sizeof(*s));
	int64_t why = host_path(k, NW_FILES_STATUS, path, (uint64_t[3]){follow, (uint64_t)answer});

	if (why >= 0)
		*s = *answer;
	return why;
}

static int64_t ask_file(struct kernel *k, struct file *f, struct status *s)
{
	struct path path = {.text = (char *)host_data(k, PATH_BYTES)};
	int64_t handle;

	if (f == NULL)
		return -EBADF;
	if (f->kind == FILE_DEVMEM || f->kind == FILE_PIPE) {
		*s = (struct status){.links = 1, .block_bytes = 4096};
		s->mode = f->kind == FILE_PIPE ? S_IFIFO | 0600 : S_IFCHR | 0640;
		return 0;
	}
	if (!k->files.extended)
		return ask_length(k, f, s);
	handle = handle_of(k, f);
	path.directory = (uint64_t)handle;
	return handle < 0 ? handle : ask_path(k, &path, true, s);
}

/* Without the operation for it: whether it can be opened, and what its length is. */
static int64_t ask_by_open(struct kernel *k, uint64_t dirfd, uint64_t path, struct status *s)
{
	int64_t fd = sys_openat(k, (uint64_t[4]){dirfd, path, O_RDONLY}), why;

	if (fd < 0)
		return fd;
	why = ask_file(k, file_of(k, (uint64_t)fd), s);
	sys_close(k, (uint64_t[1]){(uint64_t)fd});
	return why;
}

static int64_t ask(struct kernel *k, uint64_t dirfd, uint64_t from, uint64_t flags,
		   struct status *s)
{
	struct path path;
	int64_t why = path_get(k, PATH_FIRST, dirfd, from, &path);

	if (why < 0)
		return why;
	if (path.bytes == 0 && flags & AT_EMPTY_PATH && (int32_t)dirfd != AT_FDCWD)
		return ask_file(k, file_of(k, (uint32_t)dirfd), s);
	if (path.bytes == 0 && !(flags & AT_EMPTY_PATH))
		return -ENOENT;
	if (!k->files.extended)
		return ask_by_open(k, dirfd, from, s);
	return ask_path(k, &path, !(flags & AT_SYMLINK_NOFOLLOW), s);
}

bool file_is_terminal(struct kernel *k, struct file *f)
{
	struct status s;

	return f->kind == FILE_CONSOLE && ask_file(k, f, &s) == 0 && (s.mode & S_IFMT) == S_IFCHR;
}

/* ------------------------------------------------------------------ answering */

static int64_t give_stat(const struct status *s, uint64_t to)
{
	const struct stat st = {
		.dev = s->device,
		.ino = s->inode,
		.mode = (uint32_t)s->mode,
		.nlink = (uint32_t)s->links,
		.uid = (uint32_t)s->uid,
		.gid = (uint32_t)s->gid,
		.rdev = s->special,
		.size = s->bytes,
		.blksize = (uint32_t)s->block_bytes,
		.blocks = s->blocks,
		.times = {s->accessed[0], s->accessed[1], s->modified[0], s->modified[1],
			  s->changed[0], s->changed[1]},
	};

	return copy_to_user(to, &st, sizeof(st)) ? 0 : -EFAULT;
}

int64_t sys_fstat(struct kernel *k, const uint64_t *x)
{
	struct status s;
	int64_t why = ask_file(k, file_of(k, x[0]), &s);

	return why < 0 ? why : give_stat(&s, x[1]);
}

int64_t sys_newfstatat(struct kernel *k, const uint64_t *x)
{
	struct status s;
	int64_t why = ask(k, x[0], x[1], x[3], &s);

	return why < 0 ? why : give_stat(&s, x[2]);
}

static struct statx_time time_of(const uint64_t time[2])
{
	return (struct statx_time){time[0], (uint32_t)time[1], 0};
}

/* Linux's numbers of devices: minor 7:0, major 19:8, minor 31:20. */
static uint32_t major(uint64_t device)
{
	return (uint32_t)(device >> 8) & 0xfff;
}

static uint32_t minor(uint64_t device)
{
	return (uint32_t)((device & 0xff) | (device >> 12 & 0xfff00));
}

int64_t sys_statx(struct kernel *k, const uint64_t *x)
{
	enum { STATX_BASIC_STATS = 0x7ff };
	struct status s;
	struct statx st;
	int64_t why = ask(k, x[0], x[1], x[2], &s);

	if (why < 0)
		return why;
	st = (struct statx){
		.mask = STATX_BASIC_STATS,
		.blksize = (uint32_t)s.block_bytes,
		.nlink = (uint32_t)s.links,
		.uid = (uint32_t)s.uid,
		.gid = (uint32_t)s.gid,
		.mode = (uint16_t)s.mode,
		.ino = s.inode,
		.size = s.bytes,
		.blocks = s.blocks,
		.accessed = time_of(s.accessed),
		.changed = time_of(s.changed),
		.modified = time_of(s.modified),
		.rdev_major = major(s.special),
		.rdev_minor = minor(s.special),
		.dev_major = major(s.device),
		.dev_minor = minor(s.device),
	};
	return copy_to_user(x[4], &st, sizeof(st)) ? 0 : -EFAULT;
}

/* A file system without an end: what the host's is like is nobody's business here. */
static int64_t give_statfs(uint64_t to)
{
	const struct statfs st = {
		.type = 0x01021994, /* tmpfs */
		.block_bytes = 4096,
		.fragment_bytes = 4096,
		.blocks = UINT64_C(1) << 28,
		.free = UINT64_C(1) << 28,
		.available = UINT64_C(1) << 28,
		.name_bytes = 255,
	};

	return copy_to_user(to, &st, sizeof(st)) ? 0 : -EFAULT;
}

int64_t sys_statfs(struct kernel *k, const uint64_t *x)
{
	struct status s;
	int64_t why = ask(k, (uint64_t)AT_FDCWD, x[0], 0, &s);

	return why < 0 ? why : give_statfs(x[1]);
}

int64_t sys_fstatfs(struct kernel *k, const uint64_t *x)
{
	return file_of(k, x[0]) != NULL ? give_statfs(x[1]) : -EBADF;
}
