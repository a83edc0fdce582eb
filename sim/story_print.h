/* What the parts of the text story share: a stream with colours or without, and lines that are
 * wrapped. */
#ifndef SIM_STORY_PRINT_H
#define SIM_STORY_PRINT_H

#include "story.h"

struct printer {
	FILE *out;
	bool colours;
	unsigned column; /* of a line that is being wrapped; 0: none was begun */
};

enum paint { PAINT_HEADING, PAINT_GOOD, PAINT_BAD, PAINT_FAINT };

/* What follows is in this colour, until paint_off(). */
void paint_on(const struct printer *p, enum paint paint);
void paint_off(const struct printer *p);

/* Adds an item to a list that is indented and goes on in a new line where it gets too long. */
void wrap_item(struct printer *p, unsigned indent, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void wrap_end(struct printer *p);

/* How a stage is set up, and the fields of a value that say something. */
void print_stage(struct printer *p, const struct story *story, unsigned number);
void print_fields(struct printer *p, const struct story *story, const struct nw_fetch *fetch,
		  unsigned indent);

#endif
