/*
 * report-text - the study for people: a header, a table per sweep point, what did not
 * run, and on request where the time went.
 *
 * Repeats are one row: their mean, and half the width of its 95 % confidence interval.
 * The best value of each column is marked, for each tenant among the policies, if the
 * intervals can tell it from the next (figures.h).
 */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "sim/cli/report.h"
#include "sim/figures.h"
#include "sim/gpu.h"

enum unit { COUNT, TIME, RATIO, PERCENT };

static const struct column {
	const char *figure, *title; /* of figures.h */
	enum unit unit;
} columns[] = {
	{ "count", "requests", COUNT },    { "latency_p50_ns", "p50", TIME },
	{ "latency_p99_ns", "p99", TIME }, { "throughput_per_s", "per second", COUNT },
	{ "slowdown", "slowdown", RATIO }, { "slo_attainment", "SLO met", PERCENT },
	{ "stp", "STP", RATIO },           { "antt", "ANTT", RATIO },
	{ "fairness", "fairness", RATIO }, { "sm_active", "SMs active", PERCENT },
};

static char *format(enum unit unit, double value)
{
	if (!isfinite(value))
		return g_strdup("-");
	switch (unit) {
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

static void add_cell(struct ct_table *table, const struct ct_study *study, GArray *groups,
		     guint row, const struct column *c, size_t tenant)
{
	const struct ct_figure *figure = ct_figure_find(c->figure);
	struct ct_mean m = ct_group_mean(
		study, &g_array_index(groups, struct ct_group, row), figure, tenant);
	g_autofree char *mean = format(c->unit, m.mean), *half = NULL, *both = NULL;

	half = format(c->unit, m.half_width);
	if (strpbrk(half, "123456789")) /* there is one, and it does not round to nothing */
		both = g_strdup_printf("%s \xc2\xb1%s", mean, half);
	ct_table_cell(table, both ? both : mean,
		      ct_group_is_best(study, groups, row, figure, tenant));
}

static const struct ct_study_cell *first_of(const struct ct_study *study, GArray *groups,
					    guint row)
{
	return study->cells->pdata[g_array_index(groups, struct ct_group, row).first];
}

static gboolean shown(const struct ct_study_point *p, const struct column *c)
{
	if (strcmp(c->figure, "slo_attainment") != 0)
		return TRUE;
	for (size_t t = 0; t < p->scenario->n_tenants; t++)
		if (p->scenario->tenant[t].slo_ns)
			return TRUE;
	return FALSE;
}

static struct ct_table *new_table(const struct ct_study_point *p)
{
	const char *title[G_N_ELEMENTS(columns) + 3] = { "policy", "tenant" };
	char alignment[G_N_ELEMENTS(columns) + 3] = "ll";
	size_t n = 2;

	for (size_t i = 0; i < G_N_ELEMENTS(columns); i++) {
		if (!shown(p, &columns[i]))
			continue;
		alignment[n] = 'r';
		title[n++] = columns[i].title;
	}
	return ct_table_new(title, alignment);
}

static void add_rows(struct ct_table *table, const struct ct_study *study, GArray *groups,
		     guint row)
{
	const struct ct_study_point *p = first_of(study, groups, row)->point;
	g_autofree char *label = ct_report_policy(p, first_of(study, groups, row)->policy);

	for (size_t t = 0; t < p->scenario->n_tenants; t++) {
		ct_table_cell(table, t ? "" : label, FALSE);
		ct_table_cell(table, p->scenario->tenant[t].name, FALSE);
		for (size_t c = 0; c < G_N_ELEMENTS(columns); c++) {
			if (!shown(p, &columns[c]))
				continue;
			if (ct_figure_find(columns[c].figure)->system && t > 0)
				ct_table_cell(table, "", FALSE);
			else
				add_cell(table, study, groups, row, &columns[c], t);
		}
	}
}

static void print_point(const struct ct_study *study, GArray *groups, FILE *out)
{
	const struct ct_study_point *p = first_of(study, groups, 0)->point;
	g_autofree char *settings = ct_report_settings(p->set);
	struct ct_table *table = new_table(p);

	if (*settings)
		fprintf(out, "\nwith %s\n", settings);
	else
		fputc('\n', out);
	for (guint row = 0; row < groups->len; row++) {
		if (row > 0 && p->scenario->n_tenants > 1)
			ct_table_rule(table);
		add_rows(table, study, groups, row);
	}
	ct_table_print(table, CT_OUTPUT_TEXT, out);
	ct_table_free(table);
}

/* Causes that took any time in any run: the others are not shown. */
static void find_causes(const struct ct_study *study, gboolean *seen)
{
	for (guint i = 0; i < study->cells->len; i++) {
		const struct ct_run_result *run =
			((const struct ct_study_cell *)study->cells->pdata[i])->run;

		for (size_t t = 0; t < run->n_tenants; t++)
			for (size_t c = 0; c < CT_CAUSE_MAX; c++)
				seen[c] |= run->tenant[t].time_ns[c] != 0;
	}
}

/* Percent of the tenant's turnaround, by cause, over all repeats. */
static void add_causes(struct ct_table *table, const struct ct_study *study,
		       const struct ct_group *g, size_t t, const gboolean *seen)
{
	double sum[CT_CAUSE_MAX] = { 0 }, total = 0;

	for (guint i = 0; i < g->n; i++) {
		const struct ct_study_cell *cell = study->cells->pdata[g->first + i];

		for (size_t c = 0; c < CT_CAUSE_MAX; c++) {
			sum[c] += (double)cell->run->tenant[t].time_ns[c];
			total += (double)cell->run->tenant[t].time_ns[c];
		}
	}
	for (size_t c = 0; c < CT_CAUSE_MAX; c++) {
		if (!seen[c])
			continue;
		if (total > 0)
			ct_table_cellf(table, "%.1f %%", sum[c] / total * 100);
		else
			ct_table_cell(table, "-", FALSE);
	}
}

static void print_causes(const struct ct_study *study, GArray *groups, FILE *out)
{
	const struct ct_study_point *p = first_of(study, groups, 0)->point;
	const char *title[CT_CAUSE_MAX + 3] = { "policy", "tenant" };
	char alignment[CT_CAUSE_MAX + 3] = "ll";
	gboolean seen[CT_CAUSE_MAX] = { FALSE };
	struct ct_table *table;
	size_t n = 2;

	find_causes(study, seen);
	for (size_t c = 0; c < CT_CAUSE_MAX; c++) {
		if (!seen[c])
			continue;
		title[n] = ct_cause_name[c];
		alignment[n++] = 'r';
	}
	table = ct_table_new(title, alignment);
	for (guint row = 0; row < groups->len; row++) {
		g_autofree char *label =
			ct_report_policy(p, first_of(study, groups, row)->policy);

		for (size_t t = 0; t < p->scenario->n_tenants; t++) {
			ct_table_cell(table, t ? "" : label, FALSE);
			ct_table_cell(table, p->scenario->tenant[t].name, FALSE);
			add_causes(table, study,
				   &g_array_index(groups, struct ct_group, row), t, seen);
		}
	}
	fputs("\nwhere the time of operations went, from the call to their end\n", out);
	ct_table_print(table, CT_OUTPUT_TEXT, out);
	ct_table_free(table);
}

static void print_tenant(const struct ct_study *study, size_t i, FILE *out)
{
	const struct ct_study_point *p = study->points->pdata[0];
	const struct ct_tenant_spec *t = &p->scenario->tenant[i];
	const struct ct_replay_error *replay = &p->replay[i]->tenant[0].replay;
	g_autofree char *arrive = ct_arrival_text(&t->arrive);
	g_autofree char *has = ct_sharing_words(p->scenario, p->device, i);

	fprintf(out, "tenant    %s: %s, %s, rank %d, weight %u", t->name, t->trace, arrive,
		t->rank, t->weight);
	if (has)
		fprintf(out, ", %s", has);
	if (t->spread_permille)
		fprintf(out, ", spread %u permille", t->spread_permille);
	if (t->requests)
		fprintf(out, ", requests %s", t->requests);
	if (t->slo_ns) {
		g_autofree char *bound = ct_format_ns((double)t->slo_ns);

		fprintf(out, ", SLO %s", bound);
	}
	if (study->cells->len) {
		const struct ct_latency *alone =
			ct_study_alone_latency(study->cells->pdata[0], i);
		g_autofree char *mean = ct_format_ns(alone->count ? alone->mean_ns : NAN);

		fprintf(out, "; alone %s", mean);
	}
	if (replay->known)
		fprintf(out, ", replay error %.2f %%", replay->makespan_pct);
	fputc('\n', out);
}

static void print_header(const struct ct_study *study, FILE *out)
{
	const struct ct_study_point *p = study->points->pdata[0];
	const struct ct_scenario *s = p->scenario;

	if (s->why)
		fprintf(out, "why       %s\n", s->why);
	fprintf(out, "device    %s (%s), %u SMs, sharing mode %s, engine %s\n",
		p->device->name, p->device->title, p->device->sms,
		ct_sharing_name[s->sharing.mode], ct_gpu_engine_name(s->engine));
	fprintf(out, "actuator  %s\n", p->actuator->name);
	fprintf(out, "seed      %" PRIu64, s->seed);
	if (s->repeat > 1)
		fprintf(out,
			" to %" PRIu64 ": mean and 95 %% confidence interval of %u repeats",
			s->seed + s->repeat - 1, s->repeat);
	fputc('\n', out);
	for (size_t i = 0; i < s->n_tenants; i++)
		print_tenant(study, i, out);
	for (size_t i = 0; i < s->n_tenants; i++) {
		g_autofree char *text = ct_report_sources_text(p->program[i]);

		fprintf(out, "sources   %s: %s\n", s->tenant[i].name, text);
	}
}

static void print_footer(const struct ct_study *study, FILE *out)
{
	if (study->refusals->len)
		fputs("\nnot possible here\n", out);
	for (guint i = 0; i < study->refusals->len; i++) {
		const struct ct_study_refusal *r = study->refusals->pdata[i];

		fprintf(out, "  %s: %s\n", r->policy->choice.policy->name, r->reason);
	}
	for (guint i = 0; i < study->cells->len; i++) {
		const struct ct_study_cell *cell = study->cells->pdata[i];

		if (cell->run->ejected)
			fprintf(out, "\nejected: %s: %s\n",
				cell->policy->choice.policy->name, cell->run->ejected);
	}
}

static void write_text(const struct ct_study *study,
		       const struct ct_report_options *options, FILE *out)
{
	guint next = 0;

	print_header(study, out);
	while (next < study->cells->len) {
		g_autoptr(GArray) groups = ct_groups_from(study, next);

		print_point(study, groups, out);
		if (options->verbose)
			print_causes(study, groups, out);
		for (guint i = 0; i < groups->len; i++)
			next += g_array_index(groups, struct ct_group, i).n;
	}
	print_footer(study, out);
	if (study->sensitivity)
		ct_report_sensitivity_text(study, out);
	if (options->explain && study->cells->len)
		ct_report_explain_text(study, options->explain, out);
}

const struct ct_report_writer ct_report_text_writer = { CT_OUTPUT_TEXT, write_text };
