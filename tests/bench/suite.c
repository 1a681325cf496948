/*
 * suite - the benchmarks in one table, beside peers and floors measured in the same run.
 *
 *	suite [--output-format=text|json] [--only PREFIX] [--ns3 PROGRAM] [--simpy SCRIPT]
 *	      [--python PROGRAM] [--rows PROGRAM]...
 *
 * tests/bench/run builds what is missing and calls it.  It judges nothing: a goal that
 * is missed is shown, and the exit code is 0; it is 1 if something did not work.
 */
#include "tests/bench/suite.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

gboolean suite_wants(const struct suite *s, const char *prefix)
{
	return !s->only || g_str_has_prefix(s->only, prefix) ||
	       g_str_has_prefix(prefix, s->only);
}

void suite_add(struct suite *s, struct suite_row row)
{
	if (s->only && !g_str_has_prefix(row.name, s->only)) {
		g_free(row.peer);
		return;
	}
	g_array_append_val(s->rows, row);
}

static json_t *number(double value)
{
	return isfinite(value) ? json_real(value) : json_null();
}

static void print_json(const struct suite *s)
{
	json_t *rows = json_array();
	json_t *all = json_pack("{s:o}", "rows", rows);

	for (guint i = 0; i < s->rows->len; i++) {
		const struct suite_row *r = &g_array_index(s->rows, struct suite_row, i);

		json_array_append_new(
			rows,
			json_pack("{s:s, s:o, s:s, s:s?, s:o, s:o, s:b}", "name", r->name,
				  "value", number(r->value), "unit", r->unit, "peer",
				  r->peer, "ratio", number(r->value / r->peer_value),
				  "goal", number(r->goal), "goal_is_upper_bound", r->less));
	}
	json_dumpf(all, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(9));
	putchar('\n');
	json_decref(all);
}

/* "5.00 M" */
static char *short_number(double value)
{
	if (!isfinite(value))
		return g_strdup("-");
	if (value >= 1e6)
		return g_strdup_printf("%.2f M", value / 1e6);
	if (value >= 1e4)
		return g_strdup_printf("%.1f k", value / 1e3);
	return g_strdup_printf("%.*f", value == floor(value) ? 0 : 2, value);
}

static const char *verdict(const struct suite_row *r)
{
	if (!isfinite(r->goal))
		return "";
	if (r->less ? r->value <= r->goal : r->value >= r->goal)
		return "met";
	return "missed";
}

static void print_text(const struct suite *s)
{
	printf("%-28s %10s %-16s %10s %-7s %7s  %s\n", "row", "value", "unit", "goal", "",
	       "ratio", "to");
	for (guint i = 0; i < s->rows->len; i++) {
		const struct suite_row *r = &g_array_index(s->rows, struct suite_row, i);
		g_autofree char *value = short_number(r->value);
		g_autofree char *goal = short_number(r->goal);
		g_autofree char *ratio =
			isfinite(r->peer_value)
				? g_strdup_printf("%.3f", r->value / r->peer_value)
				: g_strdup("-");

		printf("%-28s %10s %-16s %10s %-7s %7s  %s\n", r->name, value, r->unit,
		       goal, verdict(r), ratio, r->peer ? r->peer : "-");
	}
}

static void clear_row(gpointer row)
{
	g_free(((struct suite_row *)row)->peer);
}

int main(int argc, char **argv)
{
	struct suite s = { .rows = g_array_new(FALSE, FALSE, sizeof(struct suite_row)) };
	g_autofree char *format = NULL, *only = NULL, *ns3 = NULL, *simpy = NULL,
			*python = NULL;
	const GOptionEntry entries[] = {
		{ "output-format", 0, 0, G_OPTION_ARG_STRING, &format, "text or json",
		  "FORMAT" },
		{ "only", 0, 0, G_OPTION_ARG_STRING, &only, "Rows that begin with it",
		  "PREFIX" },
		{ "ns3", 0, 0, G_OPTION_ARG_FILENAME, &ns3, "The model over ns-3",
		  "PROGRAM" },
		{ "simpy", 0, 0, G_OPTION_ARG_FILENAME, &simpy, "The model over SimPy",
		  "SCRIPT" },
		{ "python", 0, 0, G_OPTION_ARG_FILENAME, &python, "What runs that",
		  "PROGRAM" },
		{ "rows", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &s.rows_of, "What prints rows",
		  "PROGRAM" },
		{ NULL, 0, 0, 0, NULL, NULL, NULL },
	};
	g_autoptr(GOptionContext) context = g_option_context_new(NULL);
	g_autoptr(GError) error = NULL;
	gboolean json;

	g_option_context_add_main_entries(context, entries, NULL);
	if (!g_option_context_parse(context, &argc, &argv, &error)) {
		fprintf(stderr, "suite: %s\n", error->message);
		return 2;
	}
	json = format && strcmp(format, "json") == 0;
	if (argc > 1 || (format && !json && strcmp(format, "text") != 0)) {
		fprintf(stderr, "suite: %s\n",
			argc > 1 ? "takes no operands"
				 : "--output-format: must be text or json");
		return 2;
	}
	g_array_set_clear_func(s.rows, clear_row);
	s.only = only;
	s.ns3_path = ns3;
	s.simpy_path = simpy;
	s.python = python;
	suite_runs(&s);
	suite_engine(&s);
	suite_model(&s);
	suite_import(&s);
	suite_record(&s);
	if (json)
		print_json(&s);
	else
		print_text(&s);
	g_array_free(s.rows, TRUE);
	return s.failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
