/*
 * ncu-lines - the lines of `ncu --csv`, taken apart.
 */
#include "traces/ncu-lines.h"

#include <string.h>

#include "sim/base/error.h"
#include "traces/gz-input.h"

struct ct_ncu_lines {
	char *path;
	struct ct_gz_input *file;
	GString *text;
	size_t at, end;
	char chunk[64 << 10];
	struct ct_ncu_line line;
};

struct ct_ncu_lines *ct_ncu_lines_open(const char *path, GError **error)
{
	struct ct_gz_input *file = ct_gz_input_open(path, error);
	struct ct_ncu_lines *lines;

	if (!file)
		return NULL;
	lines = g_new0(struct ct_ncu_lines, 1);
	lines->path = g_strdup(path);
	lines->file = file;
	lines->text = g_string_new(NULL);
	return lines;
}

void ct_ncu_lines_close(struct ct_ncu_lines *lines)
{
	if (!lines)
		return;
	ct_gz_input_close(lines->file);
	g_string_free(lines->text, TRUE);
	g_free(lines->path);
	g_free(lines);
}

/* Adds bytes up to the end of the line: 1; 0 at the end of the file, -1 on *ERROR. */
static int read_line(struct ct_ncu_lines *lines, GError **error)
{
	g_string_truncate(lines->text, 0);
	for (;;) {
		const char *from = lines->chunk + lines->at;
		size_t room = lines->end - lines->at;
		const char *stop = memchr(from, '\n', room);
		size_t n = stop ? (size_t)(stop - from) : room;
		gssize got;

		g_string_append_len(lines->text, from, (gssize)n);
		lines->at += n + (stop != NULL);
		if (lines->text->len > CT_NCU_LINE_BYTES) {
			ct_input_error(
				error,
				"%s: line %" G_GUINT64_FORMAT ": is longer than %u bytes",
				lines->path, lines->line.number + 1, CT_NCU_LINE_BYTES);
			return -1;
		}
		if (stop)
			return 1;
		got = ct_gz_input_read(lines->file, lines->chunk, sizeof(lines->chunk),
				       error);
		if (got <= 0)
			return got < 0 ? -1 : lines->text->len > 0;
		lines->at = 0;
		lines->end = (size_t)got;
	}
}

/* Ends the field at *AT in place and moves *AT behind it; what ended it (',' or NUL) in
 * *STOP.  FALSE if its quotes are not in order. */
static gboolean take_field(char **at, char *stop)
{
	char *in = *at, *out = *at;

	if (*in != '"') {
		in += strcspn(in, ",");
		out = in;
	} else {
		for (in++; *in != '"' || in[1] == '"'; in++) {
			if (!*in)
				return FALSE;
			in += *in == '"';
			*out++ = *in;
		}
		in++;
		if (*in && *in != ',')
			return FALSE;
	}
	*stop = *in;
	*at = in + (*in == ',');
	*out = '\0';
	return TRUE;
}

static void take_apart(struct ct_ncu_line *line, char *text)
{
	char *at = text;
	char stop = ',';

	line->n = 0;
	line->quoted = *text == '"';
	while (stop == ',' && line->n < CT_NCU_FIELDS) {
		line->column[line->n] = (guint)(at - text) + 1;
		line->field[line->n++] = at;
		if (!take_field(&at, &stop)) {
			line->n = 0;
			return;
		}
	}
	if (stop == ',')
		line->n = 0;
}

const struct ct_ncu_line *ct_ncu_lines_next(struct ct_ncu_lines *lines, GError **error)
{
	struct ct_ncu_line *line = &lines->line;
	GString *text = lines->text;
	char *begin;

	do {
		if (read_line(lines, error) <= 0)
			return NULL;
		line->number++;
		if (text->len && text->str[text->len - 1] == '\r')
			g_string_truncate(text, text->len - 1);
		begin = text->str;
		if (line->number == 1 && g_str_has_prefix(begin, "\xef\xbb\xbf"))
			begin += 3;
	} while (!*begin);
	/* A NUL would hide the rest of the line. */
	if (strlen(begin) != text->len - (size_t)(begin - text->str))
		line->n = 0, line->quoted = FALSE;
	else
		take_apart(line, begin);
	return line;
}
