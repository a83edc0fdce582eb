/* Bytes that grow: a batch as it lies at BATCH in the guest, and results. */
#ifndef STREAMS_BYTES_H
#define STREAMS_BYTES_H

#include <stddef.h>
#include <stdint.h>

struct bytes {
	uint8_t *at;
	size_t size, room;
};

void bytes_add(struct bytes *b, const void *more, size_t size);

#endif
