/*
 * cmd-trace-check - `cotenant trace check`: whether a trace may stand for isolated work.
 */
#include "sim/cli/cli.h"
#include "sim/cli/cmd-trace.h"
#include "sim/cli/open-trace.h"
#include "traces/check.h"

#define NAME "trace check"

static void print_table(const struct ct_check *check, enum ct_output_format format)
{
	static const char *const columns[] = { "rule", "result", "failures", "what", NULL };
	struct ct_table *table = ct_table_new(columns, "llrl");

	for (int i = 0; i < CT_RULES; i++) {
		const struct ct_rule_result *rule = &check->rule[i];

		ct_table_cell(table, ct_rule_name[i], FALSE);
		ct_table_cell(table, rule->failures ? "fails" : "holds",
			      rule->failures > 0);
		ct_table_cellf(table, "%" G_GUINT64_FORMAT,
			       rule->failures + rule->tolerated);
		if (rule->first) {
			g_autofree char *first = ct_format_name(
				rule->first, format == CT_OUTPUT_TEXT ? 60 : G_MAXLONG);

			ct_table_cellf(table, "first at %s", first);
		} else {
			ct_table_cell(table, ct_rule_text[i], FALSE);
		}
	}
	ct_table_print(table, format, stdout);
	ct_table_free(table);
	if (format == CT_OUTPUT_TEXT)
		printf("\n%.2f %% of kernel time was shared with other kernels; the time "
		       "alone comes from\nlaunches of the same shape for %.2f %%, and is "
		       "not known for %.2f %%\n",
		       check->overlapped_pct, check->estimated_pct, check->unknown_pct);
}

static void print_json(const struct ct_check *check)
{
	json_t *rules = json_object(), *document;

	for (int i = 0; i < CT_RULES; i++) {
		const struct ct_rule_result *rule = &check->rule[i];
		g_autofree char *first =
			rule->first ? g_utf8_make_valid(rule->first, -1) : NULL;

		json_object_set_new(rules, ct_rule_name[i],
				    json_pack("{s:s, s:I, s:I, s:s?}", "holds_if",
					      ct_rule_text[i], "failures",
					      (json_int_t)rule->failures, "tolerated",
					      (json_int_t)rule->tolerated, "first", first));
	}
	document = json_pack("{s:s, s:b, s:I, s:f, s:f, s:f, s:o}", "cotenant",
			     "trace-check/1", "passed", (int)ct_check_passed(check),
			     "operations", (json_int_t)check->n_ops,
			     "overlapped_kernel_pct", check->overlapped_pct,
			     "estimated_kernel_pct", check->estimated_pct,
			     "unknown_kernel_pct", check->unknown_pct, "rules", rules);
	ct_cli_json(document);
	json_decref(document);
}

int ct_trace_cmd_check(int argc, char **argv)
{
	struct ct_cli_common common;
	struct ct_trace *trace;
	struct ct_check check;
	GError *error = NULL;
	double limit_pct = 0;
	gboolean passed;
	int code;
	const GOptionEntry entries[] = {
		{ "overlap-limit", 0, 0, G_OPTION_ARG_DOUBLE, &limit_pct,
		  "Accept this share of kernel time with other kernels running (0)",
		  "PERCENT" },
		{ 0 },
	};

	if (!ct_cli_parse(NAME, "TRACE",
			  "The simulator takes a recorded time as the time alone; every "
			  "rule is a "
			  "reason why it may not.\nExits with 1 if a rule fails.",
			  entries, &common, &argc, &argv, &code))
		return code;
	if (argc != 2)
		return ct_cli_usage(NAME, "one trace is needed");
	trace = ct_cli_open_trace(argv[1], &common, &error);
	if (!trace)
		return ct_cli_fail(NAME, error);
	if (!ct_trace_check(trace, limit_pct, &check, &error)) {
		ct_trace_free(trace);
		return ct_cli_fail(NAME, error);
	}
	ct_trace_free(trace);
	if (common.format == CT_OUTPUT_JSON)
		print_json(&check);
	else
		print_table(&check, common.format);
	passed = ct_check_passed(&check);
	ct_check_clear(&check);
	return ct_cli_finish(NAME, passed ? CT_EXIT_OK : CT_EXIT_FAILED);
}
