/*
 * fit - least deviations and cross-validation for forms linear in their parameters
 *
 * Least absolute deviations by least squares that are weighted anew a few times, with what
 * lies far off counting less: a few measurements here are off by a factor of five (another
 * input under the same kernel name), and squares would be about those alone.
 */
#include "experiments/ground-truth/fit.h"

#include <math.h>
#include <string.h>

#include "experiments/ground-truth/statistics.h"

enum { FOLD_SEED = 1, REWEIGHTED = 30 };
#define CLOSE 1e-4 /* relative errors below this count alike */

static double constant_of(const GArray *cases, const gboolean *keep)
{
	g_autoptr(GArray) set = g_array_new(FALSE, FALSE, sizeof(double));

	for (guint i = 0; i < cases->len; i++)
		if (!keep || keep[i])
			g_array_append_val(
				set, g_array_index(cases, struct fit_case, i).measured);
	return statistics_constant(set);
}

static double features(const struct fit_form *form, const struct fit_case *c, double *x)
{
	memset(x, 0, form->parameters * sizeof(*x));
	return form->features(c->of, x);
}

/* The weight in squares that makes one of size DELTA count as what it is judged by: its
 * relative error, to first order for a measurement, whole for a logarithm. */
static double weight_of(const struct fit_form *form, double delta, double measured)
{
	double size = form->logarithm ? delta : delta / measured;
	double judged;

	if (fabs(size) < CLOSE)
		size = CLOSE;
	judged = form->logarithm ? fabs(expm1(size)) : fabs(size);
	return sqrt(judged) / fabs(form->logarithm ? size : size * measured);
}

/* One step: squares, weighted by how far off LAST is; NULL: all alike. */
static void least_squares(const struct fit_form *form, const GArray *cases,
			  const gboolean *keep, const double *last, double *parameter)
{
	struct statistics_squares *squares = statistics_squares_new(form->parameters);
	double x[FIT_PARAMETERS];

	for (guint i = 0; i < cases->len; i++) {
		const struct fit_case *c = &g_array_index(cases, struct fit_case, i);
		double y = form->logarithm ? log(c->measured) : c->measured;
		double delta = 0, fixed;

		if (keep && !keep[i])
			continue;
		fixed = features(form, c, x);
		if (last) {
			delta = fixed - y;
			for (unsigned k = 0; k < form->parameters; k++)
				delta += last[k] * x[k];
		}
		statistics_squares_add(squares, x, y - fixed,
				       weight_of(form, delta, c->measured));
	}
	statistics_squares_solve(squares, parameter);
	statistics_squares_free(squares);
}

void fit_parameters(const struct fit_form *form, const GArray *cases, const gboolean *keep,
		    double *parameter)
{
	double last[FIT_PARAMETERS];

	if (!form->features) {
		parameter[0] = constant_of(cases, keep);
		return;
	}
	least_squares(form, cases, keep, NULL, parameter);
	for (int i = 0; i < REWEIGHTED; i++) {
		memcpy(last, parameter, form->parameters * sizeof(*last));
		least_squares(form, cases, keep, last, parameter);
	}
}

double fit_predict(const struct fit_form *form, const double *parameter,
		   const struct fit_case *c)
{
	double x[FIT_PARAMETERS];
	double sum;

	if (!form->features)
		return parameter[0];
	sum = features(form, c, x);
	for (unsigned i = 0; i < form->parameters; i++)
		sum += parameter[i] * x[i];
	return form->logarithm ? exp(sum) : sum;
}

static double off_pct(double predicted, double measured)
{
	return 100 * fabs(predicted - measured) / measured;
}

/* The fold of each pair, by the seed. */
static GHashTable *draw_folds(const GArray *cases)
{
	GHashTable *fold = g_hash_table_new(NULL, NULL);
	g_autoptr(GRand) dice = g_rand_new_with_seed(FOLD_SEED);

	for (guint i = 0; i < cases->len; i++) {
		gpointer pair =
			GUINT_TO_POINTER(g_array_index(cases, struct fit_case, i).pair);

		if (!g_hash_table_contains(fold, pair))
			g_hash_table_insert(
				fold, pair,
				GINT_TO_POINTER(g_rand_int_range(dice, 0, FIT_FOLDS)));
	}
	return fold;
}

static double in_sample_pct(const struct fit_form *form, const GArray *cases)
{
	double parameter[FIT_PARAMETERS], sum = 0;

	fit_parameters(form, cases, NULL, parameter);
	for (guint i = 0; i < cases->len; i++) {
		const struct fit_case *c = &g_array_index(cases, struct fit_case, i);

		sum += off_pct(fit_predict(form, parameter, c), c->measured);
	}
	return sum / cases->len;
}

static double k_fold_pct(const struct fit_form *form, const GArray *cases, double *held_out)
{
	g_autoptr(GHashTable) fold = draw_folds(cases);
	g_autofree gboolean *keep = g_new(gboolean, cases->len);
	double parameter[FIT_PARAMETERS], sum = 0;

	for (int k = 0; k < FIT_FOLDS; k++) {
		for (guint i = 0; i < cases->len; i++) {
			gpointer pair = GUINT_TO_POINTER(
				g_array_index(cases, struct fit_case, i).pair);

			keep[i] = GPOINTER_TO_INT(g_hash_table_lookup(fold, pair)) != k;
		}
		fit_parameters(form, cases, keep, parameter);
		for (guint i = 0; i < cases->len; i++) {
			const struct fit_case *c =
				&g_array_index(cases, struct fit_case, i);

			if (keep[i])
				continue;
			held_out[i] = fit_predict(form, parameter, c);
			sum += off_pct(held_out[i], c->measured);
		}
	}
	return sum / cases->len;
}

static gboolean belongs(const struct fit_case *c, guint family)
{
	return c->family[0] == family || c->family[1] == family;
}

/* Every family is predicted from the cases that do not belong to it. */
static double leave_out_pct(const struct fit_form *form, const GArray *cases)
{
	g_autofree gboolean *keep = g_new(gboolean, cases->len);
	double parameter[FIT_PARAMETERS], sum = 0;
	guint families = 0, n = 0;

	for (guint i = 0; i < cases->len; i++)
		for (int side = 0; side < 2; side++) {
			guint family =
				g_array_index(cases, struct fit_case, i).family[side];

			if (family != FIT_NO_FAMILY)
				families = MAX(families, family + 1);
		}
	if (families < 2)
		return NAN;
	for (guint family = 0; family < families; family++) {
		for (guint i = 0; i < cases->len; i++)
			keep[i] =
				!belongs(&g_array_index(cases, struct fit_case, i), family);
		fit_parameters(form, cases, keep, parameter);
		for (guint i = 0; i < cases->len; i++) {
			const struct fit_case *c =
				&g_array_index(cases, struct fit_case, i);

			if (keep[i])
				continue;
			sum += off_pct(fit_predict(form, parameter, c), c->measured);
			n++;
		}
	}
	return sum / n;
}

void fit_judge(struct truth_group *group, const char *prefix, const struct fit_form *form,
	       const GArray *cases, double *held_out)
{
	g_autofree char *name = g_strconcat(prefix, form->name, NULL);
	g_autofree double *own = held_out ? NULL : g_new(double, cases->len);
	struct truth_form judged = {
		.name = name,
		.parameters = form->features ? form->parameters : 1,
		.in_sample_pct = in_sample_pct(form, cases),
		.k_fold_pct = k_fold_pct(form, cases, held_out ? held_out : own),
		.leave_out_pct = leave_out_pct(form, cases),
	};

	truth_form(group, &judged);
}

const struct fit_form *fit_judge_all(struct truth_group *group, const char *prefix,
				     const struct fit_form *form, size_t n,
				     const GArray *cases, double *held_out, double *control)
{
	g_autofree double *held = g_new(double, cases->len);
	const struct fit_form *best = NULL;
	double least_pct = INFINITY;

	for (size_t i = 0; i < n; i++) {
		double pct;

		fit_judge(group, prefix, &form[i], cases, held);
		pct = g_array_index(group->forms, struct truth_form, group->forms->len - 1)
			      .k_fold_pct;
		if (i == 0)
			memcpy(control, held, cases->len * sizeof(*held));
		if (pct < least_pct) {
			least_pct = pct;
			best = &form[i];
			memcpy(held_out, held, cases->len * sizeof(*held));
		}
	}
	return best;
}
