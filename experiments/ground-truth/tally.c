/*
 * tally - pairs of training jobs on one GPU, under MPS and under Tally
 *
 * Throughput of 18 jobs beside one another, normalised by that alone (Tally, ASPLOS 2025,
 * https://github.com/tally-project/tally-bench).  Jobs are known by name and by their
 * iterations per second; no kernel sequence is given, so that model forms are compared
 * and nothing is simulated.
 */
#include <math.h>
#include <string.h>

#include "experiments/ground-truth/fit.h"
#include "experiments/ground-truth/table.h"
#include "sim/base/error.h"

enum { JOBS = 24 };

struct job_pair {
	guint self, other; /* < JOBS */
	const char *self_name, *other_name;
	double self_it_s, other_it_s; /* alone */
};

static double rates(gconstpointer of, double *x)
{
	const struct job_pair *p = of;

	x[0] = 1;
	x[1] = log(p->self_it_s);
	x[2] = log(p->other_it_s);
	return 0;
}

static double victim(gconstpointer of, double *x)
{
	x[((const struct job_pair *)of)->self] = 1;
	return 0;
}

static double aggressor(gconstpointer of, double *x)
{
	x[((const struct job_pair *)of)->other] = 1;
	return 0;
}

static double both(gconstpointer of, double *x)
{
	victim(of, x);
	aggressor(of, x + JOBS);
	return 0;
}

static const struct fit_form forms[] = {
	{ "constant", 0, FALSE, NULL },
	{ "a x own rate^b x other's rate^c", 3, TRUE, rates },
	{ "a(victim)", JOBS, TRUE, victim },
	{ "a(aggressor)", JOBS, TRUE, aggressor },
	{ "a(victim) x b(aggressor)", 2 * JOBS, TRUE, both },
};

/* Jobs are numbered as they come. */
static gboolean job_number(GPtrArray *jobs, const char *name, guint *out, GError **error)
{
	guint i;

	for (i = 0; i < jobs->len && strcmp(jobs->pdata[i], name) != 0; i++)
		;
	*out = i;
	if (i == JOBS) {
		ct_input_error(error, "more than %d jobs ('%s' is one too many)", JOBS,
			       name);
		return FALSE;
	}
	if (i == jobs->len)
		g_ptr_array_add(jobs, g_strdup(name));
	return TRUE;
}

static void add(GArray *pairs, GArray *cases, struct job_pair p, double share, guint number)
{
	struct fit_case c = { .measured = share,
			      .pair = number,
			      .family = { p.self, p.other } };

	g_array_append_val(pairs, p);
	g_array_append_val(cases, c);
}

static gboolean read_pairs(const struct table *t, GPtrArray *jobs, GArray *pairs,
			   GArray *cases, GError **error)
{
	static const char *const names[] = { "job_a",       "job_b",  "solo_a_it_s",
					     "solo_b_it_s", "norm_a", "norm_b" };
	int column[G_N_ELEMENTS(names)];
	GError *failed = NULL;

	if (!table_columns(t, names, G_N_ELEMENTS(names), column, error))
		return FALSE;
	for (guint i = 0; i < table_rows(t) && !failed; i++) {
		const char *name[2] = { table_text(t, i, column[0]),
					table_text(t, i, column[1]) };
		double rate[2], share[2];
		guint job[2];

		for (int s = 0; s < 2 && !failed; s++) {
			rate[s] = table_positive(t, i, column[2 + s], &failed);
			share[s] = table_positive(t, i, column[4 + s], &failed);
			if (!failed)
				job_number(jobs, name[s], &job[s], &failed);
		}
		for (int s = 0; s < 2 && !failed; s++)
			add(pairs, cases,
			    (struct job_pair){ job[s], job[!s], name[s], name[!s], rate[s],
					       rate[!s] },
			    share[s], i);
	}
	if (failed)
		g_propagate_error(error, failed);
	return !failed;
}

static gboolean one_system(struct truth_group *group, const char *system, const char *path,
			   GError **error)
{
	g_autoptr(GPtrArray) jobs = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GArray) pairs = g_array_new(FALSE, FALSE, sizeof(struct job_pair));
	g_autoptr(GArray) cases = g_array_new(FALSE, FALSE, sizeof(struct fit_case));
	g_autofree char *prefix = g_strconcat(system, ": ", NULL);
	g_autofree double *best = NULL, *constant = NULL;
	const struct fit_form *form;
	struct table *t = table_read(path, error);

	if (!t || !read_pairs(t, jobs, pairs, cases, error)) {
		table_free(t);
		return FALSE;
	}
	for (guint i = 0; i < cases->len; i++)
		g_array_index(cases, struct fit_case, i).of =
			&g_array_index(pairs, struct job_pair, i);
	best = g_new(double, cases->len);
	constant = g_new(double, cases->len);
	form = fit_judge_all(group, prefix, forms, G_N_ELEMENTS(forms), cases, best,
			     constant);
	for (guint i = 0; i < cases->len; i++) {
		const struct job_pair *p = &g_array_index(pairs, struct job_pair, i);

		truth_row(group, g_array_index(cases, struct fit_case, i).measured, best[i],
			  constant[i], "%s: %s beside %s", system, p->self_name,
			  p->other_name);
	}
	truth_note(group, "%spredicted is '%s', fitted to the other folds", prefix,
		   form->name);
	table_free(t);
	return TRUE;
}

gboolean truth_tally(struct truth_group *group, GError **error)
{
	g_autofree char *mps = truth_data(group, "corun_tally", "train_pairs_mps.csv");
	g_autofree char *tally = truth_data(group, "corun_tally", "train_pairs_tally.csv");

	group->unit = "throughput beside / alone";
	group->control = "the constant least off the other pairs (cross-validated)";
	if (!mps || !tally)
		return TRUE;
	truth_note(group,
		   "model forms only: no kernel sequence is given; k-fold: whole pairs; "
		   "leave-out: all pairs of a job, so that a form with a parameter per "
		   "job knows nothing about one of the two (1 is assumed)");
	return one_system(group, "MPS", mps, error) &&
	       one_system(group, "Tally", tally, error);
}
