/*
 * table - reads a CSV file of measurements into memory
 *
 * The files are a few megabytes at most, and rows are compared with one another, so they
 * are kept whole; all text stands in one chunk.
 */
#include "experiments/ground-truth/table.h"

#include <math.h>
#include <string.h>

#include "sim/base/error.h"
#include "traces/csv.h"

struct table {
	char *path;
	GStringChunk *text;
	GPtrArray *name;  /* of the columns */
	GPtrArray *field; /* row by row */
	GArray *line;     /* guint64, per row */
};

void table_free(struct table *t)
{
	if (!t)
		return;
	g_ptr_array_free(t->name, TRUE);
	g_ptr_array_free(t->field, TRUE);
	g_array_free(t->line, TRUE);
	g_string_chunk_free(t->text);
	g_free(t->path);
	g_free(t);
}

static guint count_name(const struct table *t, const char *name)
{
	guint n = 0;

	for (guint i = 0; i < t->name->len; i++) {
		const char *have = t->name->pdata[i];
		size_t length = strlen(name);

		n += strncmp(have, name, length) == 0 &&
		     (have[length] == '\0' || have[length] == '.');
	}
	return n;
}

static void name_columns(struct table *t, char *const *field, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		guint before = count_name(t, field[i]);
		g_autofree char *name =
			before ? g_strdup_printf("%s.%u", field[i], before + 1)
			       : g_strdup(field[i]);

		g_ptr_array_add(t->name, g_string_chunk_insert(t->text, name));
	}
}

static gboolean add_row(struct table *t, struct ct_csv *csv, char *const *field, unsigned n,
			GError **error)
{
	guint64 line = ct_csv_line(csv);

	if (n != t->name->len) {
		ct_input_error(error,
			       "%s: line %" G_GUINT64_FORMAT ": %u fields where the first "
			       "line names %u",
			       t->path, line, n, t->name->len);
		return FALSE;
	}
	for (unsigned i = 0; i < n; i++)
		g_ptr_array_add(t->field, g_string_chunk_insert_const(t->text, field[i]));
	g_array_append_val(t->line, line);
	return TRUE;
}

static gboolean read_rows(struct table *t, struct ct_csv *csv, GError **error)
{
	GError *failed = NULL;
	char *const *field;
	unsigned n;

	while ((field = ct_csv_next(csv, &n, &failed))) {
		if (t->name->len == 0)
			name_columns(t, field, n);
		else if (!add_row(t, csv, field, n, error))
			return FALSE;
	}
	if (failed) {
		g_propagate_error(error, failed);
		return FALSE;
	}
	if (t->line->len == 0) {
		ct_input_error(error, "%s: holds no rows", t->path);
		return FALSE;
	}
	return TRUE;
}

struct table *table_read(const char *path, GError **error)
{
	struct ct_csv *csv = ct_csv_open(path, error);
	struct table *t;
	gboolean ok;

	if (!csv)
		return NULL;
	t = g_new0(struct table, 1);
	t->path = g_strdup(path);
	t->text = g_string_chunk_new(4096);
	t->name = g_ptr_array_new();
	t->field = g_ptr_array_new();
	t->line = g_array_new(FALSE, FALSE, sizeof(guint64));
	ok = read_rows(t, csv, error);
	ct_csv_free(csv);
	if (ok)
		return t;
	table_free(t);
	return NULL;
}

guint table_rows(const struct table *t)
{
	return t->line->len;
}

int table_column(const struct table *t, const char *name, GError **error)
{
	for (guint i = 0; i < t->name->len; i++)
		if (strcmp(t->name->pdata[i], name) == 0)
			return (int)i;
	ct_input_error(error, "%s: line 1: no column '%s'", t->path, name);
	return -1;
}

gboolean table_columns(const struct table *t, const char *const *name, size_t n,
		       int *column, GError **error)
{
	for (size_t i = 0; i < n; i++)
		if ((column[i] = table_column(t, name[i], error)) < 0)
			return FALSE;
	return TRUE;
}

const char *table_text(const struct table *t, guint row, int column)
{
	return t->field->pdata[row * t->name->len + (guint)column];
}

static void field_error(const struct table *t, guint row, int column, const char *what,
			GError **error)
{
	if (!*error)
		ct_input_error(error,
			       "%s: line %" G_GUINT64_FORMAT ": column '%s': '%s' %s",
			       t->path, g_array_index(t->line, guint64, row),
			       (const char *)t->name->pdata[column],
			       table_text(t, row, column), what);
}

double table_number(const struct table *t, guint row, int column, GError **error)
{
	const char *text = table_text(t, row, column);
	char *end;
	double value = g_ascii_strtod(text, &end);

	if (*text && !*end && isfinite(value))
		return value;
	field_error(t, row, column, "is no number", error);
	return NAN;
}

double table_positive(const struct table *t, guint row, int column, GError **error)
{
	double value = table_number(t, row, column, error);

	if (value <= 0)
		field_error(t, row, column, "is not above 0", error);
	return value;
}
