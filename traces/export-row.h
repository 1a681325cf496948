/*
 * export-row.h - one operation as a row of named fields, for the textual exporters.
 */
#ifndef CT_TRACES_EXPORT_ROW_H
#define CT_TRACES_EXPORT_ROW_H

#include <stdio.h>

#include "traces/export.h"

enum ct_field_type { CT_FIELD_ABSENT, CT_FIELD_SIGNED, CT_FIELD_UNSIGNED, CT_FIELD_TEXT };

struct ct_field {
	enum ct_field_type type;
	union {
		int64_t number;
		uint64_t count;
		const char *text;
	};
};

extern const struct ct_export_part ct_export_all;

/* The fields of a row in order, and their names; quantities end in their unit. */
extern const char *const ct_field_name[];
extern const unsigned ct_n_fields;

/* Calls EACH with every operation of PART as a row, lane after lane. */
gboolean ct_export_rows(const struct ct_trace *, const struct ct_export_part *part,
			FILE *out, void (*each)(FILE *out, const struct ct_field *row),
			GError **error);

/* Says whether all that was printed to OUT arrived. */
gboolean ct_export_flush(FILE *out, GError **error);

/* TEXT in quotes, escaped as JSON; bytes that are not UTF-8 become U+FFFD. */
void ct_print_json(FILE *out, const char *text);

#endif
