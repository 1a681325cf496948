/*
 * figures - what a study reports of a run, and of its repeats.
 */
#include "sim/figures.h"

#include <math.h>
#include <string.h>

static const struct ct_tenant_result *tenant_of(const struct ct_study_cell *c, size_t t)
{
	return &c->run->tenant[t];
}

static double p50(const struct ct_study_cell *c, size_t t)
{
	const struct ct_latency *l = &tenant_of(c, t)->latency;

	return l->count ? (double)l->p50_ns : NAN;
}

static double p99(const struct ct_study_cell *c, size_t t)
{
	const struct ct_latency *l = &tenant_of(c, t)->latency;

	return l->count ? (double)l->p99_ns : NAN;
}

static double throughput(const struct ct_study_cell *c, size_t t)
{
	return tenant_of(c, t)->throughput_per_s;
}

static double slowdown(const struct ct_study_cell *c, size_t t)
{
	return c->slowdown[t];
}

static double slo(const struct ct_study_cell *c, size_t t)
{
	return c->point->scenario->tenant[t].slo_ns ? tenant_of(c, t)->slo_attainment : NAN;
}

static double stp(const struct ct_study_cell *c, size_t t)
{
	return c->stp;
}

static double antt(const struct ct_study_cell *c, size_t t)
{
	return c->antt;
}

static double fairness(const struct ct_study_cell *c, size_t t)
{
	return c->fairness;
}

static double count(const struct ct_study_cell *c, size_t t)
{
	return (double)tenant_of(c, t)->latency.count;
}

static double mean(const struct ct_study_cell *c, size_t t)
{
	const struct ct_latency *l = &tenant_of(c, t)->latency;

	return l->count ? (double)l->mean_ns : NAN;
}

static double p90(const struct ct_study_cell *c, size_t t)
{
	const struct ct_latency *l = &tenant_of(c, t)->latency;

	return l->count ? (double)l->p90_ns : NAN;
}

static double longest(const struct ct_study_cell *c, size_t t)
{
	const struct ct_latency *l = &tenant_of(c, t)->latency;

	return l->count ? (double)l->max_ns : NAN;
}

static double jain(const struct ct_study_cell *c, size_t t)
{
	return c->jain;
}

static double sm_active(const struct ct_study_cell *c, size_t t)
{
	return c->run->sm_active;
}

static double occupancy(const struct ct_study_cell *c, size_t t)
{
	return c->run->occupancy;
}

static double dram_share(const struct ct_study_cell *c, size_t t)
{
	return c->run->dram_share;
}

static double makespan(const struct ct_study_cell *c, size_t t)
{
	return (double)c->run->makespan_ns;
}

const struct ct_figure ct_figures[] = {
	{ "latency_p50_ns", FALSE, -1, p50 },
	{ "latency_p99_ns", FALSE, -1, p99 },
	{ "throughput_per_s", FALSE, 1, throughput },
	{ "slowdown", FALSE, -1, slowdown },
	{ "slo_attainment", FALSE, 1, slo },
	{ "stp", TRUE, 1, stp },
	{ "antt", TRUE, -1, antt },
	{ "fairness", TRUE, 1, fairness },
	/* not compared */
	{ "count", FALSE, 0, count },
	{ "latency_mean_ns", FALSE, -1, mean },
	{ "latency_p90_ns", FALSE, -1, p90 },
	{ "latency_max_ns", FALSE, -1, longest },
	{ "jain", TRUE, 1, jain },
	{ "sm_active", TRUE, 0, sm_active },
	{ "occupancy", TRUE, 0, occupancy },
	{ "dram_share", TRUE, 0, dram_share },
	{ "makespan_ns", TRUE, 0, makespan },
	{ NULL, FALSE, 0, NULL },
};

const struct ct_figure *ct_figure_find(const char *name)
{
	const struct ct_figure *f = ct_figures;

	while (strcmp(f->name, name) != 0)
		f++;
	return f;
}

GArray *ct_groups_from(const struct ct_study *study, guint first)
{
	GArray *groups = g_array_new(FALSE, FALSE, sizeof(struct ct_group));
	const struct ct_study_cell *begin = study->cells->pdata[first], *last = NULL;

	for (guint i = first; i < study->cells->len; i++) {
		const struct ct_study_cell *cell = study->cells->pdata[i];

		if (cell->point != begin->point)
			break;
		if (last && cell->policy == last->policy) {
			g_array_index(groups, struct ct_group, groups->len - 1).n++;
		} else {
			struct ct_group g = { i, 1 };

			g_array_append_val(groups, g);
		}
		last = cell;
	}
	return groups;
}

struct ct_mean ct_group_mean(const struct ct_study *study, const struct ct_group *g,
			     const struct ct_figure *figure, size_t tenant)
{
	g_autofree double *value = g_new(double, g->n);

	for (guint i = 0; i < g->n; i++)
		value[i] = figure->value(study->cells->pdata[g->first + i], tenant);
	return ct_mean_of(value, g->n);
}

static uint64_t digest_of(const struct ct_study *study, guint cell)
{
	return ((const struct ct_study_cell *)study->cells->pdata[cell])->run->digest;
}

guint ct_group_distinct(const struct ct_study *study, const struct ct_group *g)
{
	guint distinct = 0;

	for (guint i = 0; i < g->n; i++) {
		guint j = 0;

		while (digest_of(study, g->first + j) != digest_of(study, g->first + i))
			j++;
		distinct += j == i;
	}
	return distinct;
}

uint64_t ct_closed_loops(const struct ct_scenario *s)
{
	uint64_t loops = 0;

	for (size_t i = 0; i < s->n_tenants; i++)
		if (s->tenant[i].arrive.kind == CT_ARRIVE_CLOSED)
			loops += MAX(s->tenant[i].arrive.copies, 1);
	return loops;
}

enum order { ALIKE, BETTER, NOT_BETTER };

/* A beside B, given which way is better. */
static enum order compare(const struct ct_mean *a, const struct ct_mean *b, int better)
{
	double ahead = (a->mean - b->mean) * better;
	double widths = (isnan(a->half_width) ? 0 : a->half_width) +
			(isnan(b->half_width) ? 0 : b->half_width);

	if (isnan(b->mean))
		return ALIKE;
	if (fabs(ahead) <= fabs(a->mean) * 1e-9)
		return ALIKE;
	return ahead > widths ? BETTER : NOT_BETTER;
}

gboolean ct_group_is_best(const struct ct_study *study, const GArray *groups, guint row,
			  const struct ct_figure *figure, size_t tenant)
{
	const struct ct_group *g = &g_array_index(groups, struct ct_group, row);
	const struct ct_study_cell *cell = study->cells->pdata[g->first];
	struct ct_mean own = ct_group_mean(study, g, figure, tenant);
	gboolean alike = TRUE;

	if (!figure->better || isnan(own.mean))
		return FALSE;
	if (ct_group_distinct(study, g) == 1 &&
	    ct_closed_loops(cell->point->scenario) >= CT_CHAOTIC_LOOPS)
		return FALSE;
	for (guint i = 0; i < groups->len; i++) {
		struct ct_mean other = ct_group_mean(
			study, &g_array_index(groups, struct ct_group, i), figure, tenant);
		enum order order = compare(&own, &other, figure->better);

		if (order == NOT_BETTER)
			return FALSE;
		alike &= order == ALIKE;
	}
	return !alike;
}
