/*
 * table - rows of cells, printed as aligned text or as CSV.
 *
 * Column widths are known only when all rows are, so cells are kept until printing.
 * Widths count characters, not bytes.
 */
#include "sim/cli/cli.h"

#include <string.h>

struct cell {
	char *text;
	gboolean mark;
};

struct ct_table {
	guint n_columns;
	char **column;
	char *alignment; /* one character per column: 'l' or 'r' */
	GArray *cells;   /* struct cell, row by row */
	GArray *rules;   /* guint: a rule stands before this row */
};

struct ct_table *ct_table_new(const char *const *columns, const char *alignment)
{
	struct ct_table *t = g_new0(struct ct_table, 1);

	t->column = g_strdupv((char **)columns);
	t->n_columns = g_strv_length(t->column);
	t->alignment = g_strdup(alignment);
	g_assert(strlen(alignment) == t->n_columns);
	t->cells = g_array_new(FALSE, FALSE, sizeof(struct cell));
	t->rules = g_array_new(FALSE, FALSE, sizeof(guint));
	return t;
}

void ct_table_free(struct ct_table *t)
{
	if (!t)
		return;
	for (guint i = 0; i < t->cells->len; i++)
		g_free(g_array_index(t->cells, struct cell, i).text);
	g_array_free(t->cells, TRUE);
	g_array_free(t->rules, TRUE);
	g_strfreev(t->column);
	g_free(t->alignment);
	g_free(t);
}

void ct_table_cell(struct ct_table *t, const char *text, gboolean mark)
{
	struct cell cell = { g_strdup(text ? text : ""), mark };

	g_array_append_val(t->cells, cell);
}

void ct_table_cellf(struct ct_table *t, const char *format, ...)
{
	struct cell cell = { NULL, FALSE };
	va_list args;

	va_start(args, format);
	cell.text = g_strdup_vprintf(format, args);
	va_end(args);
	g_array_append_val(t->cells, cell);
}

void ct_table_rule(struct ct_table *t)
{
	guint row = t->cells->len / t->n_columns;

	g_array_append_val(t->rules, row);
}

static glong width_of(const char *text)
{
	return g_utf8_validate(text, -1, NULL) ? g_utf8_strlen(text, -1)
					       : (glong)strlen(text);
}

static void print_csv_field(const char *text, gboolean last, FILE *out)
{
	if (strpbrk(text, ",\"\r\n")) {
		fputc('"', out);
		for (; *text; text++) {
			if (*text == '"')
				fputc('"', out);
			fputc(*text, out);
		}
		fputc('"', out);
	} else {
		fputs(text, out);
	}
	fputc(last ? '\n' : ',', out);
}

static void print_csv(struct ct_table *t, FILE *out)
{
	for (guint c = 0; c < t->n_columns; c++)
		print_csv_field(t->column[c], c + 1 == t->n_columns, out);
	for (guint i = 0; i < t->cells->len; i++)
		print_csv_field(g_array_index(t->cells, struct cell, i).text,
				(i + 1) % t->n_columns == 0, out);
}

/* TEXT in a column of WIDTH, with ON and OFF around it if it is anything. */
static void add_padded(GString *line, char alignment, const char *text, glong width,
		       const char *on, const char *off)
{
	int pad = (int)(width - width_of(text));

	if (alignment == 'r')
		g_string_append_printf(line, "%*s", pad, "");
	if (*text)
		g_string_append_printf(line, "%s%s%s", on, text, off);
	if (alignment != 'r')
		g_string_append_printf(line, "%*s", pad, "");
	g_string_append(line, "  ");
}

/* Blanks at a line's end are of no use to anybody. */
static void print_line(GString *line, FILE *out)
{
	while (line->len > 0 && line->str[line->len - 1] == ' ')
		g_string_truncate(line, line->len - 1);
	fprintf(out, "%s\n", line->str);
	g_string_truncate(line, 0);
}

static void print_rule(struct ct_table *t, const glong *width, FILE *out)
{
	glong total = -2;

	for (guint c = 0; c < t->n_columns; c++)
		total += width[c] + 2;
	while (total-- > 0)
		fputc('-', out);
	fputc('\n', out);
}

static void print_text(struct ct_table *t, FILE *out)
{
	g_autofree glong *width = g_new0(glong, t->n_columns);
	g_autoptr(GString) line = g_string_new(NULL);
	gboolean colour = ct_cli_colour(out);
	guint n_rows = t->cells->len / t->n_columns, next_rule = 0;

	/* without colour a mark is a '*' behind the text: room for it in every column */
	for (guint i = 0; i < t->cells->len; i++) {
		struct cell *cell = &g_array_index(t->cells, struct cell, i);

		if (cell->mark && !colour) {
			char *starred = g_strconcat(cell->text, "*", NULL);

			g_free(cell->text);
			cell->text = starred;
		}
		width[i % t->n_columns] =
			MAX(width[i % t->n_columns], width_of(cell->text));
	}
	for (guint c = 0; c < t->n_columns; c++)
		width[c] = MAX(width[c], width_of(t->column[c]));
	for (guint c = 0; c < t->n_columns; c++)
		add_padded(line, t->alignment[c], t->column[c], width[c],
			   colour ? "\033[1m" : "", colour ? "\033[0m" : "");
	print_line(line, out);
	print_rule(t, width, out);
	for (guint r = 0; r < n_rows; r++) {
		while (next_rule < t->rules->len &&
		       g_array_index(t->rules, guint, next_rule) == r) {
			print_rule(t, width, out);
			next_rule++;
		}
		for (guint c = 0; c < t->n_columns; c++) {
			struct cell *cell =
				&g_array_index(t->cells, struct cell, r * t->n_columns + c);
			gboolean bold = cell->mark && colour;

			add_padded(line, t->alignment[c], cell->text, width[c],
				   bold ? "\033[1;32m" : "", bold ? "\033[0m" : "");
		}
		print_line(line, out);
	}
}

void ct_table_print(struct ct_table *t, enum ct_output_format format, FILE *out)
{
	if (format == CT_OUTPUT_CSV)
		print_csv(t, out);
	else
		print_text(t, out);
}
