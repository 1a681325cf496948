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

#endif
