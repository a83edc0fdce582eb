/* Reading a case file and writing results, both whole in memory. */
#ifndef ORACLE_TEXT_H
#define ORACLE_TEXT_H

#include <stdint.h>

struct text {
	char *at, *end;
};

/* Whether the text goes on with `word` and a blank or the end of the line; steps behind it. */
static inline int skip_word(struct text *in, const char *word)
{
	char *p = in->at;

	while (*word != '\0' && p < in->end && *p == *word) {
		p++;
		word++;
	}
	if (*word != '\0' || (p<in->end && * p> ' '))
		return 0;
	in->at = p < in->end && *p == ' ' ? p + 1 : p;
	return 1;
}

static inline void skip_line(struct text *in)
{
	while (in->at < in->end && *in->at != '\n')
		in->at++;
	if (in->at < in->end)
		in->at++;
}

static inline uint64_t take_hex(struct text *in)
{
	uint64_t value = 0;

	for (; in->at<in->end && * in->at> ' '; in->at++)
		value = value << 4 | ((uint64_t)(*in->at & 15) + (*in->at > '9' ? 9 : 0));
	if (in->at < in->end && *in->at == ' ')
		in->at++;
	return value;
}

static inline void put(struct text *out, const char *text)
{
	while (*text != '\0')
		*out->at++ = *text++;
}

static inline void put_hex(struct text *out, uint64_t value)
{
	unsigned digits = value == 0 ? 1 : (unsigned)(67 - __builtin_clzll(value)) / 4;

	for (unsigned i = digits; i-- > 0;)
		*out->at++ = "0123456789abcdef"[value >> 4 * i & 15];
}

static inline void put_field(struct text *out, const char *before, uint64_t value)
{
	put(out, before);
	put_hex(out, value);
}

#endif
