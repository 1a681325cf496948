/*
 * report-sources - where the numbers of a tenant come from: which part of its kernel time
 * was recorded alone, taken from other launches, estimated or of a guessed shape, and of
 * which part the demand was measured, guessed or is not known.  With measured curves, also
 * for which part one says how long kernels take on some of the SMs.
 */
#include "sim/cli/report.h"

enum { RULES_SHOWN = 3 };

/* Of 100 %, what was recorded while nothing else ran. */
static double alone_pct(const struct ct_program *p)
{
	return 100 - p->overlapped_pct;
}

/* Overlapped, but the same shape ran alone elsewhere in the trace. */
static double other_launches_pct(const struct ct_program *p)
{
	return p->overlapped_pct - p->estimated_pct;
}

static json_t *rules(const struct ct_program *p)
{
	json_t *list = json_array();

	for (guint i = 0; i < p->rules->len; i++) {
		const struct ct_program_rule *r =
			&g_array_index(p->rules, struct ct_program_rule, i);

		json_array_append_new(
			list, json_pack("{s:s, s:f, s:s, s:[iii]}", "kind", r->kind, "pct",
					r->percent, "from", r->from, "dram_permille",
					(int)r->dram.permille[CT_ESTIMATE_LOW],
					(int)r->dram.permille[CT_ESTIMATE_VALUE],
					(int)r->dram.permille[CT_ESTIMATE_HIGH]));
	}
	return list;
}

static uint64_t launches(const struct ct_program *p, uint64_t *followed)
{
	return ct_graph_forms_launches(p->forms, followed);
}

json_t *ct_report_sources(const struct ct_program *p)
{
	uint64_t followed = 0;
	uint32_t fewest, most;
	double percent = ct_program_green_pct(p, &fewest, &most);
	json_t *sources = json_pack(
		"{s:{s:f, s:f, s:f, s:f}, s:{s:f, s:f, s:f, s:f}, s:s, s:o}", "time_pct",
		"alone", alone_pct(p), "other_launches", other_launches_pct(p),
		"overlapped", p->estimated_pct, "guessed_shape", p->guessed_pct, "dram_pct",
		"measured", p->demand_pct[CT_DEMAND_MEASURED], "formula",
		p->demand_pct[CT_DEMAND_FORMULA], "guess", p->demand_pct[CT_DEMAND_GUESS],
		"unknown", p->demand_pct[CT_DEMAND_UNKNOWN], "estimator",
		p->estimator->name, "rules", rules(p));

	if (p->forms)
		json_object_set_new(sources, "graphs",
				    json_pack("{s:I, s:I}", "launches",
					      (json_int_t)launches(p, &followed),
					      "by_edges", (json_int_t)followed));
	if (percent > 0)
		json_object_set_new(sources, "green_pct", json_real(percent));
	if (p->curve)
		json_object_set_new(sources, "sms_pct",
				    json_pack("{s:f, s:f, s:f}", "measured",
					      p->curve_pct - p->trace_curve_pct, "in_trace",
					      p->trace_curve_pct, "formula",
					      100 - p->curve_pct));
	return sources;
}

/* "97 % NAME", unless it rounds to nothing. */
static void append(GString *text, double percent, const char *what)
{
	if (percent < 0.5)
		return;
	g_string_append_printf(text, "%s%.0f %% %s",
			       text->len && text->str[text->len - 1] != ' ' ? ", " : "",
			       percent, what);
}

static void append_rules(GString *text, const struct ct_program *p)
{
	GString *inner = g_string_new(NULL);

	for (guint i = 0; i < p->rules->len && i < RULES_SHOWN; i++) {
		const struct ct_program_rule *r =
			&g_array_index(p->rules, struct ct_program_rule, i);

		append(inner, r->percent, r->kind);
	}
	if (inner->len)
		g_string_append_printf(text, " (%s)", inner->str);
	g_string_free(inner, TRUE);
}

static void append_graphs(GString *text, const struct ct_program *p)
{
	uint64_t followed, n = launches(p, &followed);

	if (n)
		g_string_append_printf(
			text, "; graphs %.0f %% by their edges, %.0f %% as recorded",
			100 * (double)followed / (double)n,
			100 * (double)(n - followed) / (double)n);
}

static void append_green(GString *text, const struct ct_program *p)
{
	uint32_t fewest, most;
	double percent = ct_program_green_pct(p, &fewest, &most);
	g_autofree char *what = NULL;

	if (percent <= 0)
		return;
	if (fewest == most)
		what = g_strdup_printf("on %u of %u SMs", most, p->green[0].device_sms);
	else
		what = g_strdup_printf("on %u to %u of %u SMs", fewest, most,
				       p->green[0].device_sms);
	append(text, percent, what);
}

char *ct_report_sources_text(const struct ct_program *p)
{
	GString *text = g_string_new("kernel times ");

	append(text, alone_pct(p), "recorded alone");
	append(text, other_launches_pct(p), "from other launches");
	append(text, p->estimated_pct, "recorded beside others");
	append(text, p->guessed_pct, "of a guessed shape");
	append_green(text, p);
	if (p->forms)
		append_graphs(text, p);
	if (p->curve) {
		g_string_append(text, "; on some of the SMs ");
		append(text, p->curve_pct - p->trace_curve_pct, "by measured curves");
		append(text, p->trace_curve_pct, "by curves in the trace");
		append(text, 100 - p->curve_pct, "by formula");
	}
	g_string_append(text, "; DRAM use ");
	append(text, p->demand_pct[CT_DEMAND_MEASURED], "measured");
	append(text, p->demand_pct[CT_DEMAND_FORMULA], "by formula");
	append(text, p->demand_pct[CT_DEMAND_GUESS], "guessed");
	append_rules(text, p);
	append(text, p->demand_pct[CT_DEMAND_UNKNOWN], "unknown");
	return g_string_free(text, FALSE);
}
