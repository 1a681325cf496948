/*
 * sensitivity - how far figures move, and which orders of policies do not hold.
 *
 * A figure of repeated runs is their mean.  What is not defined (no request finished)
 * moves nothing and is before nothing.
 */
#include "sim/sensitivity.h"

#include <math.h>

#include "sim/figures.h"

/* Of one policy at one point, over its repeats. */
static double mean_of(const GPtrArray *cells, const struct ct_study_point *point,
		      size_t policy, const struct ct_figure *figure, size_t tenant)
{
	double sum = 0;
	guint n = 0;

	for (guint i = 0; i < cells->len; i++) {
		const struct ct_study_cell *c = cells->pdata[i];

		if (c->point != point || c->policy != &point->policy[policy])
			continue;
		sum += figure->value(c, tenant);
		n++;
	}
	return n ? sum / n : NAN;
}

/* All figures of all policies at one point. */
struct table {
	size_t n_policies, n_tenants, n_figures;
	double *value;
};

static double *entry(const struct table *t, size_t policy, size_t tenant, size_t figure)
{
	return &t->value[(policy * t->n_tenants + tenant) * t->n_figures + figure];
}

static struct table fill_table(const GPtrArray *cells, const struct ct_study_point *p)
{
	struct table t = { p->n_policies, p->scenario->n_tenants, CT_FIGURES_COMPARED,
			   NULL };

	t.value = g_new(double, t.n_policies *t.n_tenants *t.n_figures);
	for (size_t policy = 0; policy < t.n_policies; policy++)
		for (size_t tenant = 0; tenant < t.n_tenants; tenant++)
			for (size_t f = 0; f < t.n_figures; f++)
				*entry(&t, policy, tenant, f) =
					mean_of(cells, p, policy, &ct_figures[f], tenant);
	return t;
}

struct judgement {
	struct ct_sensitivity *s;
	struct table base, *varied;
};

static void add_spread(struct judgement *j, size_t policy, size_t tenant, size_t figure)
{
	double value = *entry(&j->base, policy, tenant, figure);
	struct ct_spread spread = {
		.figure = &ct_figures[figure],
		.policy = policy,
		.tenant = tenant,
		.value = value,
		.least = value,
		.most = value,
	};

	if (isnan(value))
		return;
	for (guint i = 0; i < j->s->variants->len; i++) {
		double other = *entry(&j->varied[i], policy, tenant, figure);

		if (other < spread.least) {
			spread.least = other;
			spread.at_least = j->s->variants->pdata[i];
		}
		if (other > spread.most) {
			spread.most = other;
			spread.at_most = j->s->variants->pdata[i];
		}
	}
	g_array_append_val(j->s->spreads, spread);
}

/* Whether A is better than B, by enough. */
static gboolean is_before(const struct ct_figure *figure, double a, double b)
{
	double ahead = (a - b) * figure->better;

	return ahead > CT_SENSITIVITY_APART * fmax(fabs(a), fabs(b));
}

static void compare(struct judgement *j, size_t a, size_t b, size_t tenant, size_t figure)
{
	struct ct_flip flip = {
		.figure = &ct_figures[figure],
		.tenant = tenant,
		.better = a,
		.worse = b,
		.better_value = *entry(&j->base, a, tenant, figure),
		.worse_value = *entry(&j->base, b, tenant, figure),
	};

	if (!is_before(flip.figure, flip.better_value, flip.worse_value))
		return;
	j->s->n_orders++;
	flip.variants = g_ptr_array_new();
	for (guint i = 0; i < j->s->variants->len; i++)
		if (is_before(flip.figure, *entry(&j->varied[i], b, tenant, figure),
			      *entry(&j->varied[i], a, tenant, figure)))
			g_ptr_array_add(flip.variants, j->s->variants->pdata[i]);
	if (flip.variants->len)
		g_array_append_val(j->s->flips, flip);
	else
		g_ptr_array_free(flip.variants, TRUE);
}

static void judge_figure(struct judgement *j, size_t tenant, size_t figure)
{
	for (size_t a = 0; a < j->base.n_policies; a++)
		for (size_t b = 0; b < j->base.n_policies; b++)
			if (a != b)
				compare(j, a, b, tenant, figure);
}

void ct_sensitivity_judge(struct ct_sensitivity *s, const struct ct_study_point *p,
			  const GPtrArray *cells, const GPtrArray *variant_cells)
{
	struct judgement j = { s, fill_table(cells, p), NULL };

	j.varied = g_new(struct table, s->variants->len);
	for (guint i = 0; i < s->variants->len; i++) {
		const struct ct_variant *v = s->variants->pdata[i];

		j.varied[i] = fill_table(variant_cells, v->point);
	}
	for (size_t policy = 0; policy < j.base.n_policies; policy++)
		for (size_t tenant = 0; tenant < j.base.n_tenants; tenant++)
			for (size_t f = 0; f < j.base.n_figures; f++)
				if (!ct_figures[f].system || tenant == 0)
					add_spread(&j, policy, tenant, f);
	for (size_t tenant = 0; tenant < j.base.n_tenants; tenant++)
		for (size_t f = 0; f < j.base.n_figures; f++)
			if (!ct_figures[f].system || tenant == 0)
				judge_figure(&j, tenant, f);
	for (guint i = 0; i < s->variants->len; i++)
		g_free(j.varied[i].value);
	g_free(j.varied);
	g_free(j.base.value);
}
