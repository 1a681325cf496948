/*
 * parvagpu - inference on MIG instances of an A100, one to five processes under MPS
 *
 * Throughput of models by size of the instance, batch and number of equal processes
 * (ParvaGPU, SC 2024, https://github.com/MunQ-Lee/ParvaGPU_SC24).  Two questions: what
 * several processes do together, relative to one; and what one process does on a larger
 * instance, relative to the smallest, from the form l = m/n + b of LithOS (arXiv
 * 2504.15465) through the smallest and the largest.  No kernel sequence is given, so that
 * model forms are compared and nothing is simulated.
 */
#include <math.h>

#include "experiments/ground-truth/fit.h"
#include "experiments/ground-truth/table.h"
#include "sim/base/error.h"

enum { MODELS = 7, SLICES = 8, PROCESSES = 6, BATCHES = 9 };

static const char *const models[MODELS] = { "densenet121", "densenet201", "mobilenetv2",
					    "resnet50",    "resnet101",   "resnet152",
					    "vgg19" };

/* Requests per second of all processes; 0: did not fit. */
struct throughput {
	double of[SLICES][BATCHES][PROCESSES];
};

struct point {
	guint model, slices, batch_log2, processes;
};

static double by_processes(gconstpointer of, double *x)
{
	const struct point *p = of;

	x[0] = log(p->processes);
	return 0;
}

static double by_all(gconstpointer of, double *x)
{
	const struct point *p = of;

	x[0] = log(p->processes);
	x[1] = log(p->processes) * p->batch_log2;
	x[2] = log(p->processes) * log(p->slices);
	return 0;
}

static double by_model(gconstpointer of, double *x)
{
	const struct point *p = of;

	x[p->model] = log(p->processes);
	x[MODELS] = log(p->processes) * p->batch_log2;
	x[MODELS + 1] = log(p->processes) * log(p->slices);
	return 0;
}

static const struct fit_form forms[] = {
	{ "constant", 0, FALSE, NULL },
	{ "n^a", 1, TRUE, by_processes },
	{ "n^(a + b log batch + c log slices)", 3, TRUE, by_all },
	{ "n^(a(model) + b log batch + c log slices)", MODELS + 2, TRUE, by_model },
};

static gboolean read_line(const struct table *t, guint line, const int *column,
			  const char *path, struct throughput *out, GError **error)
{
	double value[4];
	GError *failed = NULL;
	double log2_batch;

	for (int i = 0; i < 4; i++)
		value[i] = table_number(t, line, column[i], &failed);
	log2_batch = failed ? 0 : log2(value[1]);
	if (!failed && (value[0] < 1 || value[0] >= SLICES || log2_batch < 0 ||
			log2_batch >= BATCHES || log2_batch != floor(log2_batch) ||
			value[2] < 1 || value[2] >= PROCESSES))
		ct_input_error(&failed,
			       "%s: row %u: no such instance, batch or number of "
			       "processes",
			       path, line + 1);
	if (failed) {
		g_propagate_error(error, failed);
		return FALSE;
	}
	out->of[(int)value[0]][(int)log2_batch][(int)value[2]] = value[2] * value[3];
	return TRUE;
}

static gboolean read_model(const char *path, struct throughput *out, GError **error)
{
	static const char *const names[] = { "Mig instance", "Batch size",
					     "Workload Number", "Throughput" };
	struct table *t = table_read(path, error);
	int column[G_N_ELEMENTS(names)];
	gboolean ok = t && table_columns(t, names, G_N_ELEMENTS(names), column, error);

	*out = (struct throughput){ 0 };
	for (guint i = 0; ok && i < table_rows(t); i++)
		ok = read_line(t, i, column, path, out, error);
	table_free(t);
	return ok;
}

/* Several processes, relative to one on the same instance. */
static void processes(struct truth_group *group, const struct throughput *all)
{
	g_autoptr(GPtrArray) points = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GArray) cases = g_array_new(FALSE, FALSE, sizeof(struct fit_case));
	g_autofree double *best = NULL, *constant = NULL;
	const struct fit_form *form;

	for (guint m = 0; m < MODELS; m++)
		for (guint s = 1; s < SLICES; s++)
			for (guint b = 0; b < BATCHES; b++)
				for (guint n = 2; n < PROCESSES; n++) {
					double one = all[m].of[s][b][1];
					double several = all[m].of[s][b][n];
					struct point *p = g_new(struct point, 1);
					struct fit_case c = {
						.measured = several / one,
						.pair = (m * SLICES + s) * BATCHES + b,
						.family = { m, FIT_NO_FAMILY },
						.of = p,
					};

					*p = (struct point){ m, s, b, n };
					g_ptr_array_add(points, p);
					if (one > 0 && several > 0)
						g_array_append_val(cases, c);
				}
	best = g_new(double, cases->len);
	constant = g_new(double, cases->len);
	form = fit_judge_all(group, "processes: ", forms, G_N_ELEMENTS(forms), cases, best,
			     constant);
	for (guint i = 0; i < cases->len; i++) {
		const struct fit_case *c = &g_array_index(cases, struct fit_case, i);
		const struct point *p = c->of;

		truth_row(group, c->measured, best[i], constant[i],
			  "%s batch %u on %ug, %u processes", models[p->model],
			  1u << p->batch_log2, p->slices, p->processes);
	}
	truth_note(group,
		   "processes: predicted is '%s', fitted to the other folds; a fold "
		   "leaves out all numbers of processes of a model, batch and instance; "
		   "leave-out: a model",
		   form->name);
}

/* One process on a larger instance, relative to one slice; l = m/n + b through both ends. */
static void sizes(struct truth_group *group, const struct throughput *all)
{
	for (guint m = 0; m < MODELS; m++)
		for (guint b = 0; b < BATCHES; b++) {
			double small = all[m].of[1][b][1], large = all[m].of[7][b][1];
			double slope, rest;

			if (small <= 0 || large <= 0)
				continue;
			slope = (1 / small - 1 / large) / (1 - 1.0 / 7);
			rest = 1 / small - slope;
			for (guint s = 1; s < SLICES; s++) {
				double measured = all[m].of[s][b][1] / small;
				double predicted = 1 / (slope / s + rest) / small;

				if (measured > 0)
					truth_row(group, measured, predicted, s,
						  "%s batch %u, %ug against 1g", models[m],
						  1u << b, s)
						->fitted = s == 1 || s == 7;
			}
		}
	truth_note(group,
		   "sizes: predicted is l = m/n + b through 1 and 7 slices of the same "
		   "model and batch, the rest is predicted; the control is throughput in "
		   "proportion to slices");
}

gboolean truth_parvagpu(struct truth_group *group, GError **error)
{
	g_autofree struct throughput *all = g_new(struct throughput, MODELS);

	group->unit = "throughput, relative";
	group->control = "processes: the constant least off the others (cross-validated); "
			 "sizes: in proportion to slices";
	for (guint m = 0; m < MODELS; m++) {
		g_autofree char *file = g_strconcat(models[m], ".csv", NULL);
		g_autofree char *path = truth_data(group, "mig_mps_parvagpu", file);

		if (!path)
			return TRUE;
		if (!read_model(path, &all[m], error))
			return FALSE;
	}
	processes(group, all);
	sizes(group, all);
	truth_note(group,
		   "model forms only: no kernel sequence is given; combinations that "
		   "did not fit the instance's memory have no row");
	return TRUE;
}
