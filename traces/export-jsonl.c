/*
 * export-jsonl - every operation of a trace as a JSON object on its own line
 *
 * The keys are the columns of the CSV export; what the trace does not know has no key.
 * Integers are written out in full: a reader that keeps numbers as doubles loses the
 * last digits of handles and of graph nodes, not of times.
 */
#include <inttypes.h>

#include "traces/export-row.h"
#include "traces/export.h"

static void object(FILE *out, const struct ct_field *row)
{
	const char *separator = "{";
	unsigned i;

	for (i = 0; i < ct_n_fields; i++) {
		if (row[i].type == CT_FIELD_ABSENT)
			continue;
		fprintf(out, "%s\"%s\":", separator, ct_field_name[i]);
		separator = ",";
		if (row[i].type == CT_FIELD_SIGNED)
			fprintf(out, "%" PRId64, row[i].number);
		else if (row[i].type == CT_FIELD_UNSIGNED)
			fprintf(out, "%" PRIu64, row[i].count);
		else
			ct_print_json(out, row[i].text);
	}
	fputs("}\n", out);
}

gboolean ct_export_jsonl_part(const struct ct_trace *trace,
			      const struct ct_export_part *part, FILE *out, GError **error)
{
	return ct_export_rows(trace, part, out, object, error);
}

static gboolean run(const struct ct_trace *trace, FILE *out, GError **error)
{
	return ct_export_jsonl_part(trace, &ct_export_all, out, error);
}

const struct ct_exporter ct_export_jsonl = {
	.name = "jsonl",
	.summary = "one JSON object per operation and line",
	.run = run,
};
