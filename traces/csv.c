/*
 * csv - a streaming reader of comma-separated records
 *
 * Kernel names are C++ signatures, full of commas and quotes, so splitting at commas
 * is not an option; and profiles of long runs do not fit memory, so neither is reading
 * the file whole.  A record is taken apart in place, in one buffer that never grows
 * beyond CT_CSV_RECORD_BYTES: a missing closing quote is an error with a line number
 * instead of a program that eats the file.
 */
#include "traces/csv.h"

#include <string.h>

#include "sim/base/error.h"
#include "traces/gz-input.h"

struct ct_csv {
	char *path;
	struct ct_gz_input *file;
	guint64 line, record_line;
	GString *text;              /* the record's fields, each ended by NUL */
	gsize start[CT_CSV_FIELDS]; /* of the fields in text */
	char *field[CT_CSV_FIELDS];
	size_t chunk_at, chunk_end;
	char chunk[64 << 10];
};

struct ct_csv *ct_csv_open(const char *path, GError **error)
{
	struct ct_gz_input *file = ct_gz_input_open(path, error);
	struct ct_csv *csv;

	if (!file)
		return NULL;
	csv = g_new0(struct ct_csv, 1);
	csv->path = g_strdup(path);
	csv->file = file;
	csv->line = 1;
	csv->text = g_string_new(NULL);
	return csv;
}

void ct_csv_free(struct ct_csv *csv)
{
	if (!csv)
		return;
	ct_gz_input_close(csv->file);
	g_string_free(csv->text, TRUE);
	g_free(csv->path);
	g_free(csv);
}

guint64 ct_csv_line(const struct ct_csv *csv)
{
	return csv->record_line;
}

double ct_csv_done(const struct ct_csv *csv)
{
	return ct_gz_input_done(csv->file);
}

/* The next byte; -1 at the end, -2 on *ERROR. */
static int peek(struct ct_csv *csv, GError **error)
{
	gssize n;

	if (csv->chunk_at < csv->chunk_end)
		return (unsigned char)csv->chunk[csv->chunk_at];
	n = ct_gz_input_read(csv->file, csv->chunk, sizeof(csv->chunk), error);
	if (n < 0)
		return -2;
	csv->chunk_at = 0;
	csv->chunk_end = (size_t)n;
	return n ? (unsigned char)csv->chunk[0] : -1;
}

static int take(struct ct_csv *csv, GError **error)
{
	int c = peek(csv, error);

	if (c < 0)
		return c;
	csv->chunk_at++;
	if (c == '\n')
		csv->line++;
	return c;
}

static gboolean store(struct ct_csv *csv, int c, GError **error)
{
	if (c == 0) {
		ct_input_error(error, "%s: line %" G_GUINT64_FORMAT ": holds a NUL byte",
			       csv->path, csv->line);
		return FALSE;
	}
	if (csv->text->len >= CT_CSV_RECORD_BYTES) {
		ct_input_error(error,
			       "%s: line %" G_GUINT64_FORMAT ": record exceeds %u bytes "
			       "(a closing quote may be missing)",
			       csv->path, csv->record_line, CT_CSV_RECORD_BYTES);
		return FALSE;
	}
	g_string_append_c(csv->text, (char)c);
	return TRUE;
}

/* The inside of a quoted field, after its opening quote, up to its closing one. */
static gboolean quoted(struct ct_csv *csv, GError **error)
{
	for (;;) {
		int c = take(csv, error);

		if (c == -1)
			ct_input_error(error,
				       "%s: line %" G_GUINT64_FORMAT
				       ": the file ends inside a quoted field",
				       csv->path, csv->record_line);
		if (c < 0)
			return FALSE;
		if (c == '"') {
			c = peek(csv, error);
			if (c != '"')
				return c != -2;
			take(csv, error);
		}
		if (!store(csv, c, error))
			return FALSE;
	}
}

/* One field and what ends it: ',', '\n', -1 for the end of the file, -2 on *ERROR. */
static int field(struct ct_csv *csv, GError **error)
{
	gboolean was_quoted = FALSE;
	int c = peek(csv, error);

	if (c == '"') {
		take(csv, error);
		if (!quoted(csv, error))
			return -2;
		was_quoted = TRUE;
	}
	for (;;) {
		c = take(csv, error);
		if (c == '\r') {
			int after = peek(csv, error);

			if (after == -2)
				return -2;
			if (after == '\n')
				c = take(csv, error);
		}
		if (c < 0 || c == ',' || c == '\n')
			return c;
		if (was_quoted) {
			ct_input_error(error,
				       "%s: line %" G_GUINT64_FORMAT
				       ": text after the closing quote of a field",
				       csv->path, csv->line);
			return -2;
		}
		if (!store(csv, c, error))
			return -2;
	}
}

static void skip_byte_order_mark(struct ct_csv *csv)
{
	if (csv->chunk_end - csv->chunk_at >= 3 &&
	    !memcmp(csv->chunk + csv->chunk_at, "\xef\xbb\xbf", 3))
		csv->chunk_at += 3;
}

char *const *ct_csv_next(struct ct_csv *csv, unsigned *n, GError **error)
{
	unsigned i, count;
	int end;

	do {
		if (peek(csv, error) < 0)
			return NULL;
		if (!csv->record_line)
			skip_byte_order_mark(csv);
		csv->record_line = csv->line;
		g_string_truncate(csv->text, 0);
		count = 0;
		do {
			if (count == CT_CSV_FIELDS) {
				ct_input_error(error,
					       "%s: line %" G_GUINT64_FORMAT
					       ": more than %u fields",
					       csv->path, csv->record_line, CT_CSV_FIELDS);
				return NULL;
			}
			csv->start[count++] = csv->text->len;
			end = field(csv, error);
			if (end == -2)
				return NULL;
			g_string_append_c(csv->text, '\0');
		} while (end == ',');
	} while (count == 1 && csv->text->len == 1);

	/* Only now: the text may have moved while it grew. */
	for (i = 0; i < count; i++)
		csv->field[i] = csv->text->str + csv->start[i];
	*n = count;
	return csv->field;
}
