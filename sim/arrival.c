/*
 * arrival - how the requests of a tenant arrive, as text and from a file.
 *
 * An arrival file holds one time a line, in seconds unless it carries a unit, counted
 * from the start of the run; '#' begins a comment.  A file of dates or of gaps is
 * another thing, and is refused by its first line that is not an ascending number.
 */
#include "sim/scenario.h"

#include <math.h>
#include <string.h>

#include "sim/base/error.h"

#define MAX_RATE_PER_S 1e9 /* one a nanosecond: beyond, gaps would round to nothing */

void ct_arrival_clear(struct ct_arrival *a)
{
	g_free(a->path);
	g_free(a->time_ns);
	memset(a, 0, sizeof(*a));
}

/* One line of an arrival file; FALSE without an error: nothing on it. */
static gboolean parse_line(char *line, int64_t *ns, GError **error)
{
	char *comment = strchr(line, '#');

	if (comment)
		*comment = '\0';
	g_strstrip(line);
	if (!*line)
		return FALSE;
	if (strspn(line, "0123456789.") == strlen(line)) {
		g_autofree char *seconds = g_strconcat(line, "s", NULL);

		return ct_duration_parse(seconds, ns, error);
	}
	return ct_duration_parse(line, ns, error);
}

static gboolean parse_times(const char *path, char *text, GArray *times, GError **error)
{
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

	for (guint i = 0; lines[i]; i++) {
		GError *why = NULL;
		int64_t ns, last = times->len
					   ? g_array_index(times, int64_t, times->len - 1)
					   : 0;

		if (!parse_line(lines[i], &ns, &why)) {
			if (!why)
				continue;
			ct_input_error(error, "%s: line %u: %s", path, i + 1, why->message);
			g_error_free(why);
			return FALSE;
		}
		if (ns < last) {
			ct_input_error(error,
				       "%s: line %u: '%s' is earlier than the line before",
				       path, i + 1, lines[i]);
			return FALSE;
		}
		g_array_append_val(times, ns);
	}
	if (times->len == 0) {
		ct_input_error(error, "%s: no arrival time in it", path);
		return FALSE;
	}
	return TRUE;
}

static gboolean read_file(const char *path, struct ct_arrival *a, GError **error)
{
	g_autoptr(GArray) times = g_array_new(FALSE, FALSE, sizeof(int64_t));
	g_autofree char *text = NULL;
	GError *why = NULL;
	gsize length;

	if (!g_file_get_contents(path, &text, &length, &why)) {
		ct_input_error(error, "%s", why->message);
		g_error_free(why);
		return FALSE;
	}
	if (strlen(text) != length) {
		ct_input_error(error, "%s: holds a zero byte: not a text of arrival times",
			       path);
		return FALSE;
	}
	if (!parse_times(path, text, times, error))
		return FALSE;
	a->path = g_strdup(path);
	a->n_times = times->len;
	a->time_ns = (int64_t *)(void *)g_array_free(g_steal_pointer(&times), FALSE);
	return TRUE;
}

static gboolean parse_copies(const char *value, struct ct_arrival *a, GError **error)
{
	guint64 copies;

	if (!g_ascii_string_to_unsigned(value, 10, 1, CT_MAX_COPIES, &copies, NULL)) {
		ct_usage_error(error, "'closed:%s': copies are a whole number from 1 to %d",
			       value, CT_MAX_COPIES);
		return FALSE;
	}
	a->copies = (uint32_t)copies;
	return TRUE;
}

static gboolean parse_period(const char *value, struct ct_arrival *a, GError **error)
{
	if (!ct_duration_parse(value, &a->period_ns, error))
		return FALSE;
	if (a->period_ns < 1) {
		ct_usage_error(error, "'every:%s': the period must be longer than nothing",
			       value);
		return FALSE;
	}
	return TRUE;
}

static gboolean parse_rate(const char *value, struct ct_arrival *a, GError **error)
{
	char *end;

	a->rate_per_s = g_ascii_strtod(value, &end);
	if (end == value || *end ||
	    !(a->rate_per_s > 0 && a->rate_per_s <= MAX_RATE_PER_S)) {
		ct_usage_error(
			error,
			"'poisson:%s': the rate is requests a second, above 0 and at "
			"most 1e9",
			value);
		return FALSE;
	}
	return TRUE;
}

static const struct kind {
	const char *word; /* before the colon */
	enum ct_arrival_kind kind;
	gboolean (*parse)(const char *value, struct ct_arrival *, GError **);
} kinds[] = {
	{ "closed", CT_ARRIVE_CLOSED, parse_copies },
	{ "every", CT_ARRIVE_PERIODIC, parse_period },
	{ "poisson", CT_ARRIVE_POISSON, parse_rate },
	{ "file", CT_ARRIVE_FILE, read_file },
};

gboolean ct_arrival_parse(const char *text, struct ct_arrival *a, GError **error)
{
	for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
		size_t length = strlen(kinds[i].word);

		if (strncmp(text, kinds[i].word, length) != 0 || text[length] != ':')
			continue;
		memset(a, 0, sizeof(*a));
		a->kind = kinds[i].kind;
		return kinds[i].parse(text + length + 1, a, error);
	}
	ct_usage_error(
		error,
		"'%s' is no kind of arrival; there are closed:COPIES, every:DURATION, "
		"poisson:RATE and file:PATH",
		text);
	return FALSE;
}

char *ct_arrival_text(const struct ct_arrival *a)
{
	char rate[G_ASCII_DTOSTR_BUF_SIZE];
	g_autofree char *duration = NULL;

	switch (a->kind) {
	case CT_ARRIVE_CLOSED:
		return g_strdup_printf("closed:%u", a->copies);
	case CT_ARRIVE_PERIODIC:
		duration = ct_duration_text(a->period_ns);
		return g_strdup_printf("every:%s", duration);
	case CT_ARRIVE_POISSON:
		g_ascii_dtostr(rate, sizeof(rate), a->rate_per_s);
		return g_strdup_printf("poisson:%s", rate);
	case CT_ARRIVE_FILE:
		return g_strdup_printf("file:%s", a->path);
	}
	g_assert_not_reached();
}
