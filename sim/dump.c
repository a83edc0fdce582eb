/* Memory dumps: mapped files, and the port that a walk reads them through. */
#include "dump.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define PA_BITS 52

/* ------------------------------------------------------------------ files */

static bool map_file(struct dump_file *file, const char *path, int fd)
{
	struct stat status;
	void *bytes;

	if (fstat(fd, &status) || !S_ISREG(status.st_mode) || status.st_size == 0) {
		diag("%s: expected a regular file that is not empty", path);
		return false;
	}
	bytes = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (bytes == MAP_FAILED) {
		diag("%s: %s, expected a file that can be mapped", path, strerror(errno));
		return false;
	}
	*file = (struct dump_file){bytes, (size_t)status.st_size};
	return true;
}

const struct dump_file *dump_map(struct dump *dump, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	bool ok;

	if (fd < 0) {
		diag("%s: %s, expected a readable file", path, strerror(errno));
		return NULL;
	}
	ok = map_file(&dump->file[dump->file_count], path, fd);
	close(fd);
	return ok ? &dump->file[dump->file_count++] : NULL;
}

void dump_free(struct dump *dump)
{
	for (unsigned i = 0; i < dump->file_count; i++)
		munmap(dump->file[i].bytes, dump->file[i].size);
	free(dump->piece);
	*dump = (struct dump){.piece = NULL};
}

/* ------------------------------------------------------------------ pieces */

bool dump_add_piece(struct dump *dump, struct dump_piece piece)
{
	struct dump_piece *grown =
		realloc(dump->piece, (dump->piece_count + 1) * sizeof(*dump->piece));

	if (!grown) {
		diag("no memory for the list of pieces of memory");
		return false;
	}
	dump->piece = grown;
	dump->piece[dump->piece_count++] = piece;
	return true;
}

/* The piece that holds all of [pa, pa + size), the first of those that do. */
static const struct dump_piece *find(const struct dump *dump, uint64_t pa, uint64_t size)
{
	for (size_t i = 0; i < dump->piece_count; i++) {
		const struct dump_piece *piece = &dump->piece[i];
		uint64_t offset = pa - piece->base;

		if (offset < piece->size && size <= piece->size - offset)
			return piece;
	}
	return NULL;
}

static bool overlaps(const struct dump *dump, uint64_t base, uint64_t size)
{
	for (size_t i = 0; i < dump->piece_count; i++) {
		const struct dump_piece *piece = &dump->piece[i];

		if (base < piece->base + piece->size && piece->base < base + size)
			return true;
	}
	return false;
}

bool dump_add_raw(struct dump *dump, const char *path, uint64_t base)
{
	const struct dump_file *file = dump_map(dump, path);

	if (!file)
		return false;
	if (base >> PA_BITS || file->size > (UINT64_C(1) << PA_BITS) - base) {
		diag("%s@0x%" PRIx64 ": it ends above 2^%u, expected a physical address", path,
		     base, PA_BITS);
		return false;
	}
	if (overlaps(dump, base, file->size)) {
		diag("%s@0x%" PRIx64 ": 0x%zx bytes overlap memory given before, expected files "
		     "apart",
		     path, base, file->size);
		return false;
	}
	return dump_add_piece(dump, (struct dump_piece){base, file->size, file->bytes});
}

/* ------------------------------------------------------------------ the port */

static struct nw_port_read read_descriptor(void *ctx, pa_t pa)
{
	const struct dump_piece *piece = find(ctx, pa.value, sizeof(uint64_t));
	struct nw_port_read answer = {.abort = true};

	if (!piece)
		return answer;
	answer.abort = false;
	for (unsigned i = sizeof(uint64_t); i-- > 0;)
		answer.value = answer.value << 8 | piece->host[pa.value - piece->base + i];
	return answer;
}

struct nw_port dump_port(const struct dump *dump)
{
	return (struct nw_port){.ctx = (void *)(uintptr_t)dump, .read = read_descriptor};
}
