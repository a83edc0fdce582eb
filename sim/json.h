/* Small helpers over jansson, shared by all that writes JSON. The value's reference goes to the
 * object. */
#ifndef SIM_JSON_H
#define SIM_JSON_H

#include <inttypes.h>
#include <jansson.h>

static inline void put(json_t *object, const char *key, json_t *value)
{
	json_object_set_new(object, key, value);
}

static inline void put_count(json_t *object, const char *key, uint64_t count)
{
	put(object, key, json_integer((json_int_t)count));
}

static inline void put_hex(json_t *object, const char *key, uint64_t value)
{
	put(object, key, json_sprintf("0x%" PRIx64, value));
}

#endif
