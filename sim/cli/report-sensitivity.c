/*
 * report-sensitivity - what hangs on numbers that are not known well.
 *
 * In text each figure is shown as it is, with how far below and above that it went; and
 * each order of two policies that some variant turned round, with the variants.
 */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "sim/cli/report.h"
#include "sim/sensitivity.h"

enum { SHOWN_VARIANTS = 4, FROM_WIDTH = 60 };

/* As the table of a report has them. */
static const struct {
	const char *figure, *title;
	enum { COUNT, TIME, RATIO, PERCENT } unit;
} columns[] = {
	{ "latency_p50_ns", "p50", TIME },
	{ "latency_p99_ns", "p99", TIME },
	{ "throughput_per_s", "per second", COUNT },
	{ "slowdown", "slowdown", RATIO },
	{ "slo_attainment", "SLO met", PERCENT },
	{ "stp", "STP", RATIO },
	{ "antt", "ANTT", RATIO },
	{ "fairness", "fairness", RATIO },
};

static size_t column_of(const struct ct_figure *figure)
{
	size_t i = 0;

	while (strcmp(columns[i].figure, figure->name) != 0)
		i++;
	return i;
}

static char *format(const struct ct_figure *figure, double value)
{
	switch (columns[column_of(figure)].unit) {
	case COUNT:
		return ct_format_count(value);
	case TIME:
		return ct_format_ns(value);
	case RATIO:
		return g_strdup_printf("%.3f", value);
	case PERCENT:
		return g_strdup_printf("%.1f %%", value * 100);
	}
	g_assert_not_reached();
}

static char *json_text(const json_t *value)
{
	return json_is_string(value) ? g_strdup(json_string_value(value))
				     : json_dumps(value, JSON_ENCODE_ANY);
}

static void print_factors(const struct ct_sensitivity *s, FILE *out)
{
	static const char *const title[] = {
		"factor", "low", "taken", "high", "from", NULL
	};
	struct ct_table *table = ct_table_new(title, "lrrrl");

	for (guint i = 0; i < s->factors->len; i++) {
		const struct ct_factor *f = s->factors->pdata[i];
		g_autofree char *low = json_text(f->low), *value = json_text(f->value);
		g_autofree char *high = json_text(f->high);
		g_autofree char *from = ct_format_name(
			f->from ? f->from : "the estimator's rules", FROM_WIDTH);

		ct_table_cell(table, f->name, FALSE);
		ct_table_cell(table, low, FALSE);
		ct_table_cell(table, value, FALSE);
		ct_table_cell(table, high, FALSE);
		ct_table_cell(table, from, FALSE);
	}
	ct_table_print(table, CT_OUTPUT_TEXT, out);
	ct_table_free(table);
}

static const struct ct_spread *spread_of(const struct ct_sensitivity *s, size_t policy,
					 size_t tenant, const char *figure)
{
	for (guint i = 0; i < s->spreads->len; i++) {
		const struct ct_spread *p = &g_array_index(s->spreads, struct ct_spread, i);

		if (p->policy == policy && p->tenant == tenant &&
		    strcmp(p->figure->name, figure) == 0)
			return p;
	}
	return NULL;
}

static gboolean is_shown(const struct ct_sensitivity *s, const char *figure)
{
	for (guint i = 0; i < s->spreads->len; i++)
		if (strcmp(g_array_index(s->spreads, struct ct_spread, i).figure->name,
			   figure) == 0)
			return TRUE;
	return FALSE;
}

/* "72.0 ms -3 +12 %" */
static void add_spread(struct ct_table *table, const struct ct_spread *s)
{
	g_autofree char *value = NULL;
	double below, above;

	if (!s) {
		ct_table_cell(table, "", FALSE);
		return;
	}
	value = format(s->figure, s->value);
	below = s->value ? 100 * (s->least / s->value - 1) : 0;
	above = s->value ? 100 * (s->most / s->value - 1) : 0;
	if (below > -0.5 && above < 0.5)
		ct_table_cell(table, value, FALSE);
	else
		ct_table_cellf(table, "%s %.0f %+.0f %%", value, below > -0.5 ? 0 : below,
			       above);
}

static struct ct_table *new_table(const struct ct_sensitivity *s)
{
	const char *title[G_N_ELEMENTS(columns) + 3] = { "policy", "tenant" };
	char alignment[G_N_ELEMENTS(columns) + 3] = "ll";
	size_t n = 2;

	for (size_t i = 0; i < G_N_ELEMENTS(columns); i++) {
		if (!is_shown(s, columns[i].figure))
			continue;
		alignment[n] = 'r';
		title[n++] = columns[i].title;
	}
	return ct_table_new(title, alignment);
}

static gboolean has_spreads(const struct ct_sensitivity *s, size_t policy)
{
	for (guint i = 0; i < s->spreads->len; i++)
		if (g_array_index(s->spreads, struct ct_spread, i).policy == policy)
			return TRUE;
	return FALSE;
}

static void print_spreads(const struct ct_sensitivity *s, const struct ct_study_point *p,
			  FILE *out)
{
	struct ct_table *table = new_table(s);

	for (size_t policy = 0; policy < p->n_policies; policy++) {
		g_autofree char *label = ct_report_policy(p, &p->policy[policy]);

		for (size_t t = 0; has_spreads(s, policy) && t < p->scenario->n_tenants;
		     t++) {
			ct_table_cell(table, t ? "" : label, FALSE);
			ct_table_cell(table, p->scenario->tenant[t].name, FALSE);
			for (size_t i = 0; i < G_N_ELEMENTS(columns); i++)
				if (is_shown(s, columns[i].figure))
					add_spread(table, spread_of(s, policy, t,
								    columns[i].figure));
		}
	}
	fputs("\nfigures, and how far they move\n", out);
	ct_table_print(table, CT_OUTPUT_TEXT, out);
	ct_table_free(table);
}

static void print_flip(const struct ct_study_point *p, const struct ct_flip *f, FILE *out)
{
	g_autofree char *better = ct_report_policy(p, &p->policy[f->better]);
	g_autofree char *worse = ct_report_policy(p, &p->policy[f->worse]);
	g_autofree char *ahead = format(f->figure, f->better_value);
	g_autofree char *behind = format(f->figure, f->worse_value);

	fprintf(out, "  by %s", columns[column_of(f->figure)].title);
	if (!f->figure->system)
		fprintf(out, " of %s", p->scenario->tenant[f->tenant].name);
	fprintf(out, ": %s (%s) before %s (%s), but not with ", better, ahead, worse,
		behind);
	for (guint i = 0; i < f->variants->len && i < SHOWN_VARIANTS; i++) {
		const struct ct_variant *v = f->variants->pdata[i];

		fprintf(out, "%s%s", i ? ", " : "", v->text);
	}
	if (f->variants->len > SHOWN_VARIANTS)
		fprintf(out, " and %u more", f->variants->len - SHOWN_VARIANTS);
	fputc('\n', out);
}

void ct_report_sensitivity_text(const struct ct_study *study, FILE *out)
{
	const struct ct_sensitivity *s = study->sensitivity;
	const struct ct_study_point *p = study->points->pdata[0];
	guint n_joint = 0;

	for (guint i = 0; i < s->variants->len; i++)
		n_joint += ((const struct ct_variant *)s->variants->pdata[i])->joint;
	fprintf(out,
		"\nsensitivity: %u factors; varied one at a time in %u variants, all at "
		"once in %u\n",
		s->factors->len, s->variants->len - n_joint, n_joint);
	if (!s->variants->len)
		return;
	print_factors(s, out);
	print_spreads(s, p, out);
	fprintf(out,
		"\norders of two policies that are 1 %% apart: %u; of these %u hold in "
		"every variant\n",
		s->n_orders, s->n_orders - s->flips->len);
	for (guint i = 0; i < s->flips->len; i++)
		print_flip(p, &g_array_index(s->flips, struct ct_flip, i), out);
}

static json_t *factors(const struct ct_sensitivity *s)
{
	json_t *list = json_array();

	for (guint i = 0; i < s->factors->len; i++) {
		const struct ct_factor *f = s->factors->pdata[i];

		json_array_append_new(list,
				      json_pack("{s:s, s:O, s:O, s:O, s:s?}", "name",
						f->name, "low", f->low, "value", f->value,
						"high", f->high, "from", f->from));
	}
	return list;
}

static json_t *variants(const struct ct_sensitivity *s)
{
	json_t *list = json_array();

	for (guint i = 0; i < s->variants->len; i++) {
		const struct ct_variant *v = s->variants->pdata[i];

		json_array_append_new(list,
				      json_pack("{s:s, s:b, s:O}", "name", v->text, "joint",
						v->joint, "changes", v->changes));
	}
	return list;
}

static const char *tenant_name(const struct ct_study_point *p,
			       const struct ct_figure *figure, size_t tenant)
{
	return figure->system ? NULL : p->scenario->tenant[tenant].name;
}

static json_t *spreads(const struct ct_sensitivity *s, const struct ct_study_point *p)
{
	json_t *list = json_array();

	for (guint i = 0; i < s->spreads->len; i++) {
		const struct ct_spread *x = &g_array_index(s->spreads, struct ct_spread, i);
		g_autofree char *policy = ct_report_policy(p, &p->policy[x->policy]);

		json_array_append_new(
			list,
			json_pack("{s:s, s:s?, s:s, s:f, s:f, s:f, s:s?, s:s?}", "policy",
				  policy, "tenant", tenant_name(p, x->figure, x->tenant),
				  "figure", x->figure->name, "value", x->value, "least",
				  x->least, "most", x->most, "least_with",
				  x->at_least ? x->at_least->text : NULL, "most_with",
				  x->at_most ? x->at_most->text : NULL));
	}
	return list;
}

static json_t *flips(const struct ct_sensitivity *s, const struct ct_study_point *p)
{
	json_t *list = json_array();

	for (guint i = 0; i < s->flips->len; i++) {
		const struct ct_flip *f = &g_array_index(s->flips, struct ct_flip, i);
		g_autofree char *better = ct_report_policy(p, &p->policy[f->better]);
		g_autofree char *worse = ct_report_policy(p, &p->policy[f->worse]);
		json_t *with = json_array();

		for (guint k = 0; k < f->variants->len; k++)
			json_array_append_new(
				with,
				json_string(
					((const struct ct_variant *)f->variants->pdata[k])
						->text));
		json_array_append_new(
			list,
			json_pack("{s:s, s:s?, s:s, s:s, s:f, s:f, s:o}", "figure",
				  f->figure->name, "tenant",
				  tenant_name(p, f->figure, f->tenant), "better", better,
				  "worse", worse, "better_value", f->better_value,
				  "worse_value", f->worse_value, "not_with", with));
	}
	return list;
}

json_t *ct_report_sensitivity_json(const struct ct_study *study)
{
	const struct ct_sensitivity *s = study->sensitivity;
	const struct ct_study_point *p = study->points->pdata[0];

	return json_pack("{s:o, s:o, s:o, s:I, s:o}", "factors", factors(s), "variants",
			 variants(s), "spreads", spreads(s, p), "orders",
			 (json_int_t)s->n_orders, "flips", flips(s, p));
}
