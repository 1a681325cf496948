/*
 * export.h - a trace, written for other tools.  A table of exporters by name.
 */
#ifndef CT_TRACES_EXPORT_H
#define CT_TRACES_EXPORT_H

#include <stdio.h>

#include "traces/reader.h"

struct ct_exporter {
	const char *name, *summary; /* "csv", "jsonl", "chrome" */
	gboolean (*run)(const struct ct_trace *, FILE *out, GError **);
};
extern const struct ct_exporter ct_export_chrome, ct_export_csv, ct_export_jsonl;
extern const struct ct_exporter *const ct_exporters[]; /* NULL-terminated */

/* A part of a trace: one lane of it (CT_NONE: all) and at most LIMIT operations. */
struct ct_export_part {
	uint32_t lane;
	uint64_t limit;
};
gboolean ct_export_csv_part(const struct ct_trace *, const struct ct_export_part *,
			    FILE *out, GError **);
gboolean ct_export_jsonl_part(const struct ct_trace *, const struct ct_export_part *,
			      FILE *out, GError **);

/* What the exporters call a kind of operation or copy: "kernel", "htod". */
const char *ct_op_kind_name(uint8_t kind);
const char *ct_copy_name(uint8_t copy);

#endif
