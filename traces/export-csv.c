/*
 * export-csv - every operation of a trace as a record of CSV
 *
 * The header names the columns (export-row.c); text is always quoted, so a kernel's
 * signature survives, and a cell is empty where the trace does not know.
 */
#include <inttypes.h>

#include "traces/export-row.h"
#include "traces/export.h"

static void text_cell(FILE *out, const char *text)
{
	putc('"', out);
	for (; *text; text++) {
		if (*text == '"')
			putc('"', out);
		putc(*text, out);
	}
	putc('"', out);
}

static void record(FILE *out, const struct ct_field *row)
{
	unsigned i;

	for (i = 0; i < ct_n_fields; i++) {
		if (i)
			putc(',', out);
		if (row[i].type == CT_FIELD_SIGNED)
			fprintf(out, "%" PRId64, row[i].number);
		else if (row[i].type == CT_FIELD_UNSIGNED)
			fprintf(out, "%" PRIu64, row[i].count);
		else if (row[i].type == CT_FIELD_TEXT)
			text_cell(out, row[i].text);
	}
	putc('\n', out);
}

gboolean ct_export_csv_part(const struct ct_trace *trace, const struct ct_export_part *part,
			    FILE *out, GError **error)
{
	unsigned i;

	for (i = 0; i < ct_n_fields; i++)
		fprintf(out, "%s%s", i ? "," : "", ct_field_name[i]);
	putc('\n', out);
	return ct_export_rows(trace, part, out, record, error);
}

static gboolean run(const struct ct_trace *trace, FILE *out, GError **error)
{
	return ct_export_csv_part(trace, &ct_export_all, out, error);
}

const struct ct_exporter ct_export_csv = {
	.name = "csv",
	.summary = "one record per operation, RFC 4180",
	.run = run,
};
