/*
 * Which geometries exist: D8.2 "Translation process", the tables of TxSZ limits, of start levels
 * and of concatenated translation tables. They are written out here a second time, apart from the
 * walker's own computation, because here the reason must be told.
 */
#include "geometry.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

/* A start level of stage 2: input sizes that it can hold, up to sixteen concatenated tables. */
struct start_row {
	uint8_t granule_bits;
	int8_t level;
	uint8_t size_min, size_max;
	uint8_t pa_bits_min;
	bool needs_ds;
	enum nw_feature needs;
};

/* In order of preference: the fewest levels first. */
static const struct start_row start_rows[] = {
	{12, 3, 16, 25, 0, false, FEAT_TTST}, {12, 2, 22, 34, 0, false, FEAT_NONE},
	{12, 1, 31, 43, 0, false, FEAT_NONE}, {12, 0, 40, 52, 44, false, FEAT_NONE},
	{12, -1, 49, 52, 0, true, FEAT_NONE}, {14, 3, 16, 29, 0, false, FEAT_NONE},
	{14, 2, 26, 40, 0, false, FEAT_NONE}, {14, 1, 37, 51, 42, false, FEAT_NONE},
	{14, 0, 48, 52, 0, true, FEAT_NONE},  {16, 3, 17, 33, 0, false, FEAT_NONE},
	{16, 2, 30, 46, 0, false, FEAT_NONE}, {16, 1, 43, 52, 44, false, FEAT_NONE},
};

#define START_ROWS (sizeof(start_rows) / sizeof(start_rows[0]))

static bool refuse(char *why, const char *format, ...) __attribute__((format(printf, 2, 3)));
static bool refuse(char *why, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(why, GEOMETRY_WHY, format, arguments);
	va_end(arguments);
	return false;
}

/* ------------------------------------------------------------------ grammar */

/* A decimal number of the text up to `end`; false: something else stands there. */
static bool read_number(const char *text, const char *end, long min, long max, long *number)
{
	char *stop;

	if (text == end || text[0] == '+' || text[0] == ' ')
		return false;
	*number = strtol(text, &stop, 10);
	return stop == end && *number >= min && *number <= max;
}

static bool is_word(const char *text, const char *end, const char *word)
{
	size_t length = strlen(word);

	return (size_t)(end - text) == length && strncmp(text, word, length) == 0;
}

static bool read_granule(const char *text, const char *end, struct sim_geometry *geometry)
{
	if (is_word(text, end, "4k"))
		geometry->granule_bits = 12;
	else if (is_word(text, end, "16k"))
		geometry->granule_bits = 14;
	else if (is_word(text, end, "64k"))
		geometry->granule_bits = 16;
	else
		return false;
	return true;
}

/* One part after the granule. `first`: a bare size may stand here. */
static bool read_part(const char *text, const char *end, bool first, enum geometry_use use,
		      struct sim_geometry *geometry, char *why)
{
	long number;

	if (end - text > 3 && strncmp(text, "ds=", 3) == 0) {
		if (geometry->ds != DS_BY_RULE || !read_number(text + 3, end, 0, 1, &number))
			return refuse(why, "ds takes 0 or 1, once");
		geometry->ds = number ? DS_ON : DS_OFF;
		return true;
	}
	if (end - text > 6 && strncmp(text, "start=", 6) == 0) {
		if (use != GEOMETRY_S2)
			return refuse(
				why,
				"stage 1's start level follows from its size, it can't be chosen");
		if (geometry->start_given || !read_number(text + 6, end, -1, 3, &number))
			return refuse(why, "start takes a level, -1 to 3, once");
		geometry->start_given = true;
		geometry->start = (int8_t)number;
		return true;
	}
	if (first && read_number(text, end, 1, 64, &number)) {
		geometry->size_bits = (uint8_t)number;
		return true;
	}
	return refuse(why, "'%.*s' is not understood, expected GRANULE[:BITS]%s[:ds=0|1]",
		      (int)(end - text > 20 ? 20 : end - text), text,
		      use == GEOMETRY_S2 ? "[:start=L]" : "");
}

bool geometry_parse(const char *text, enum geometry_use use, struct sim_geometry *geometry,
		    char why[GEOMETRY_WHY])
{
	const char *end = text + strcspn(text, ":");
	bool first = true;

	*geometry = (struct sim_geometry){0};
	if (use == GEOMETRY_S2 && strcmp(text, "off") == 0) {
		geometry->off = true;
		return true;
	}
	if (!read_granule(text, end, geometry))
		return refuse(why, "the granule must be 4k, 16k or 64k%s",
			      use == GEOMETRY_S2 ? ", or the whole `off`" : "");
	while (*end) {
		text = end + 1;
		end = text + strcspn(text, ":");
		if (!read_part(text, end, first, use, geometry, why))
			return false;
		first = false;
	}
	return true;
}

/* ------------------------------------------------------------------ limits */

static const char *granule_name(const struct sim_geometry *geometry)
{
	return geometry->granule_bits == 12 ? "4k" : geometry->granule_bits == 14 ? "16k" : "64k";
}

static bool core_has_granule(const struct sim_geometry *geometry,
			     const struct nw_features *features)
{
	switch (geometry->granule_bits) {
	case 12:
		return features->granule_4k;
	case 14:
		return features->granule_16k;
	default:
		return features->granule_64k;
	}
}

/* TCR_ELx.DS and VTCR_EL2.DS: only with 4k and 16k, and only with FEAT_LPA2. */
static bool ds_in_force(const struct sim_geometry *geometry, unsigned output_bits)
{
	if (geometry->granule_bits == 16)
		return false;
	if (geometry->ds != DS_BY_RULE)
		return geometry->ds == DS_ON;
	return geometry->size_bits > 48 || output_bits > 48 ||
	       (geometry->start_given &&
		geometry->start == (geometry->granule_bits == 12 ? -1 : 0));
}

static bool check_ds(const struct sim_geometry *geometry, bool ds,
		     const struct nw_features *features, unsigned output_bits, char *why)
{
	if (geometry->granule_bits == 16) {
		if (geometry->ds == DS_ON)
			return refuse(why, "64k has no DS, its 52-bit addresses come with FEAT_LPA "
					   "and FEAT_LVA");
		if (output_bits > 48 && !nw_has(features, FEAT_LPA))
			return refuse(
				why,
				"memory above 2^48 needs FEAT_LPA with 64k, the core lacks it");
		return true;
	}
	if (ds && !nw_has(features, FEAT_LPA2)) {
		if (geometry->ds == DS_ON)
			return refuse(why, "ds=1 needs FEAT_LPA2, the core lacks it");
		if (geometry->size_bits > 48)
			return refuse(why, "%u bits with %s need FEAT_LPA2, the core lacks it",
				      geometry->size_bits, granule_name(geometry));
		return refuse(why, "%s needs FEAT_LPA2 with %s, the core lacks it",
			      output_bits > 48 ? "memory above 2^48" : "this start level",
			      granule_name(geometry));
	}
	if (!ds && output_bits > 48)
		return refuse(why, "memory above 2^48 needs ds=1 with %s", granule_name(geometry));
	return true;
}

/* TxSZ at most 39, with FEAT_TTST 48 (47 for 64k). */
static unsigned size_min(const struct sim_geometry *geometry, const struct nw_features *features)
{
	if (!nw_has(features, FEAT_TTST))
		return 25;
	return geometry->granule_bits == 16 ? 17 : 16;
}

static bool check_size(const struct sim_geometry *geometry, enum geometry_use use, bool ds,
		       const struct nw_features *features, char *why)
{
	bool is_64k = geometry->granule_bits == 16;
	bool large = is_64k ? use == GEOMETRY_S2 || nw_has(features, FEAT_LVA) : ds;
	unsigned min = size_min(geometry, features), max = large ? 52 : 48;

	if (geometry->size_bits < min)
		return refuse(why, "%u bits are too few, %s takes %u or more%s",
			      geometry->size_bits, granule_name(geometry), min,
			      nw_has(features, FEAT_TTST) ? "" : " without FEAT_TTST");
	if (geometry->size_bits > 52)
		return refuse(why, "%u bits are too many, an address has at most 52",
			      geometry->size_bits);
	if (geometry->size_bits > max)
		return refuse(why, "%u bits are too many, %s takes %u or fewer%s",
			      geometry->size_bits, granule_name(geometry), max,
			      is_64k ? " without FEAT_LVA" : " with ds=0");
	/* The IPA size may not exceed the PA size (minimum of VTCR_EL2.T0SZ); a VA may. */
	if (use == GEOMETRY_S2 && geometry->size_bits > features->pa_bits)
		return refuse(why, "%u bits of IPA are more than the core's %u bits of PA",
			      geometry->size_bits, features->pa_bits);
	return true;
}

/* ------------------------------------------------------------------ start levels */

/* Stage 1: as many levels as the size needs, no concatenation: 3 - floor((size - 1 - g) / (g - 3)).
 */
static int8_t stage1_start(const struct sim_geometry *geometry)
{
	unsigned granule_bits = geometry->granule_bits;

	return (int8_t)(3 - (int)((geometry->size_bits - 1u - granule_bits) / (granule_bits - 3)));
}

static bool row_allowed(const struct start_row *row, bool ds, const struct nw_features *features)
{
	return (!row->needs_ds || ds) && features->pa_bits >= row->pa_bits_min &&
	       nw_has(features, row->needs);
}

static bool check_start(const struct sim_geometry *geometry, bool ds,
			const struct nw_features *features, char *why)
{
	for (size_t i = 0; i < START_ROWS; i++) {
		const struct start_row *row = &start_rows[i];

		if (row->granule_bits != geometry->granule_bits || row->level != geometry->start)
			continue;
		if (geometry->size_bits < row->size_min || geometry->size_bits > row->size_max)
			return refuse(why, "with %s, start level %d holds %u to %u bits%s",
				      granule_name(geometry), row->level, row->size_min,
				      row->size_max,
				      geometry->size_bits > row->size_max && row->size_max < 52
					      ? " (sixteen concatenated tables)"
					      : "");
		if (row->needs_ds && !ds)
			return refuse(why, "with %s, start level %d needs ds=1",
				      granule_name(geometry), row->level);
		if (features->pa_bits < row->pa_bits_min)
			return refuse(
				why, "with %s, start level %d needs %u bits of PA, the core has %u",
				granule_name(geometry), row->level, row->pa_bits_min,
				features->pa_bits);
		if (!nw_has(features, row->needs))
			return refuse(why,
				      "with %s, start level %d needs FEAT_TTST, the core lacks it",
				      granule_name(geometry), row->level);
		return true;
	}
	return refuse(why, "%s has no start level %d at stage 2", granule_name(geometry),
		      geometry->start);
}

/* The fewest levels that concatenation allows. */
static bool choose_start(struct sim_geometry *geometry, bool ds, const struct nw_features *features,
			 char *why)
{
	for (size_t i = 0; i < START_ROWS; i++) {
		const struct start_row *row = &start_rows[i];

		if (row->granule_bits != geometry->granule_bits ||
		    !row_allowed(row, ds, features) || geometry->size_bits < row->size_min ||
		    geometry->size_bits > row->size_max)
			continue;
		geometry->start = row->level;
		return true;
	}
	return refuse(why, "no start level of %s holds %u bits on this core",
		      granule_name(geometry), geometry->size_bits);
}

bool geometry_resolve(struct sim_geometry *geometry, enum geometry_use use,
		      const struct nw_features *features, unsigned output_bits,
		      char why[GEOMETRY_WHY])
{
	if (geometry->off)
		return true;
	if (!core_has_granule(geometry, features))
		return refuse(why, "the core has no %s granule", granule_name(geometry));
	if (geometry->size_bits == 0) {
		geometry->size_bits = 48;
		if (use == GEOMETRY_S2 && features->pa_bits < 48)
			geometry->size_bits = features->pa_bits;
	}

	bool ds = ds_in_force(geometry, output_bits);

	if (!check_ds(geometry, ds, features, output_bits, why) ||
	    !check_size(geometry, use, ds, features, why))
		return false;
	if (use != GEOMETRY_S2) {
		geometry->start = stage1_start(geometry);
		return true;
	}
	if (geometry->start_given)
		return check_start(geometry, ds, features, why);
	return choose_start(geometry, ds, features, why);
}
