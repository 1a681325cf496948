/*
 * igniter - two inference servers on disjoint parts of a V100 under MPS
 *
 * 500 pairs of TensorRT servers (https://github.com/icloud-ecnu/igniter), each with its
 * latency alone at the same MPS percentage and the L2 and DRAM utilisation it had there.
 * No kernel sequence is given, so what the simulator can say is what two long kernels
 * with those demands do to each other on their own SMs, through the same engine and the
 * same contention model as any run.  Beside it stand simple forms fitted to the set.
 */
#include "experiments/ground-truth/igniter.h"

#include <math.h>
#include <string.h>

#include "experiments/ground-truth/beside.h"
#include "experiments/ground-truth/table.h"
#include "sim/base/error.h"

static const char *const models[IGNITER_MODELS] = { "alexnet", "resnet50", "vgg19", "ssd" };

struct set {
	GHashTable *alone; /* "model,batch,pct" -> struct server */
	GArray *victims;   /* struct victim, two for each pair */
	GArray *cases;     /* struct fit_case, the same */
};

/* Which model; -1 and *ERROR if it is none of the four. */
static int find_model(const char *path, const char *name, GError **error)
{
	for (int i = 0; i < IGNITER_MODELS; i++)
		if (strcmp(models[i], name) == 0)
			return i;
	ct_input_error(error, "%s: unknown model '%s'", path, name);
	return -1;
}

static char *key_of(const char *model, double batch, double pct)
{
	return g_strdup_printf("%s,%d,%d", model, (int)batch, (int)pct);
}

static gboolean read_alone(struct set *set, const char *path, GError **error)
{
	static const char *const names[] = { "model",      "batch",       "mps_pct",
					     "latency_ms", "l2_util_pct", "dram_util_pct" };
	struct table *t = table_read(path, error);
	double value[G_N_ELEMENTS(names)] = { 0 };
	int column[G_N_ELEMENTS(names)];
	GError *failed = NULL;

	if (!t || !table_columns(t, names, G_N_ELEMENTS(names), column, error)) {
		table_free(t);
		return FALSE;
	}
	for (guint i = 0; i < table_rows(t) && !failed; i++) {
		const char *name = table_text(t, i, column[0]);
		struct server *s = g_new0(struct server, 1);
		int model = find_model(path, name, &failed);

		/* Utilisations were not measured for every server. */
		for (size_t k = 1; k < G_N_ELEMENTS(names); k++)
			value[k] = k > 3 && !*table_text(t, i, column[k])
					   ? NAN
					   : table_number(t, i, column[k], &failed);
		if (!failed && value[3] <= 0)
			table_positive(t, i, column[3], &failed);
		*s = (struct server){ (guint)model, (guint)value[1], (guint)value[2],
				      value[3],     value[4] / 100,  value[5] / 100 };
		g_hash_table_replace(set->alone, key_of(name, value[1], value[2]), s);
	}
	table_free(t);
	if (failed)
		g_propagate_error(error, failed);
	return !failed;
}

static void add_victim(struct set *set, const struct server *self,
		       const struct server *other, double slowdown, guint pair)
{
	struct victim v = { *self, *other };
	struct fit_case c = {
		.measured = slowdown,
		.pair = pair,
		.family = { MIN(self->model, other->model) * IGNITER_MODELS +
				    MAX(self->model, other->model),
			    FIT_NO_FAMILY },
	};

	g_array_append_val(set->victims, v);
	g_array_append_val(set->cases, c);
}

static gboolean read_pairs(struct set *set, const char *path, GError **error)
{
	static const char *const names[] = {
		"model1",           "batch1",           "mps_pct1",       "model2",
		"batch2",           "mps_pct2",         "latency1_co_ms", "latency2_co_ms",
		"latency1_solo_ms", "latency2_solo_ms",
	};
	struct table *t = table_read(path, error);
	double value[G_N_ELEMENTS(names)] = { 0 };
	int column[G_N_ELEMENTS(names)];
	GError *failed = NULL;

	if (!t || !table_columns(t, names, G_N_ELEMENTS(names), column, error)) {
		table_free(t);
		return FALSE;
	}
	for (guint i = 0; i < table_rows(t) && !failed; i++) {
		const struct server *side[2];

		for (size_t k = 0; k < G_N_ELEMENTS(names); k++)
			if (k % 3 || k > 5)
				value[k] = table_positive(t, i, column[k], &failed);
		for (int s = 0; s < 2 && !failed; s++) {
			g_autofree char *key = key_of(table_text(t, i, column[3 * s]),
						      value[3 * s + 1], value[3 * s + 2]);

			side[s] = g_hash_table_lookup(set->alone, key);
			if (!side[s] || !isfinite(side[s]->l2 + side[s]->dram))
				ct_input_error(&failed, "%s: %s was not measured alone",
					       path, key);
		}
		if (failed)
			break;
		add_victim(set, side[0], side[1], value[6] / value[8], i);
		add_victim(set, side[1], side[0], value[7] / value[9], i);
	}
	table_free(t);
	if (failed)
		g_propagate_error(error, failed);
	return !failed;
}

/* One block on each of its SMs, all its life, with the demands that were measured. */
static struct beside_kernel as_kernel(const struct ct_device *d, const struct server *s,
				      uint32_t first_sm, uint32_t n_sms)
{
	double seconds = s->alone_ms * 1e-3;

	return (struct beside_kernel){
		.shape = { .blocks = n_sms,
			   .threads_per_block = 1024,
			   .registers_per_thread = 64 },
		.alone_ns = llround(s->alone_ms * 1e6),
		.demand = { .dram_bytes = { llround(s->dram * seconds *
						    (double)d->dram_bytes_per_s),
					    CT_DEMAND_MEASURED },
			    .l2_bytes = { llround(s->l2 * seconds *
						  (double)d->l2_bytes_per_s),
					  CT_DEMAND_MEASURED } },
		.first_sm = first_sm,
		.n_sms = n_sms,
	};
}

static double simulate(const struct ct_device *d, const struct victim *v, GError **error)
{
	uint32_t sms = d->sms * v->self.pct / 100;
	struct beside_kernel self = as_kernel(d, &v->self, 0, sms);
	struct beside_kernel other = as_kernel(d, &v->other, sms, d->sms - sms);

	return beside_slowdown(d, &self, &other, error);
}

static gboolean compare(struct truth_group *group, struct set *set,
			const struct ct_device *device, GError **error)
{
	guint n = set->cases->len;
	g_autofree double *best = g_new(double, n), *constant = g_new(double, n);
	double off_pct = 0;

	for (guint i = 0; i < n; i++)
		g_array_index(set->cases, struct fit_case, i).of =
			&g_array_index(set->victims, struct victim, i);
	fit_judge_all(group, "", igniter_forms, igniter_n_forms, set->cases, best,
		      constant);
	for (guint i = 0; i < n; i++) {
		const struct victim *v = &g_array_index(set->victims, struct victim, i);
		double measured = g_array_index(set->cases, struct fit_case, i).measured;
		double predicted = simulate(device, v, error);
		struct truth_row *row;

		if (!isfinite(predicted))
			return FALSE;
		row = truth_row(group, measured, predicted, constant[i],
				"%s batch %u on %u %%, beside %s batch %u on %u %%",
				models[v->self.model], v->self.batch, v->self.pct,
				models[v->other.model], v->other.batch, v->other.pct);
		off_pct += fabs(row->error_pct) / n;
	}
	truth_form(group, &(struct truth_form){ "the simulator, nothing fitted", 0, off_pct,
						off_pct, off_pct });
	return TRUE;
}

static void explain(struct truth_group *group)
{
	truth_note(group,
		   "form errors are means of |error|, in percent; k-fold: %d folds of "
		   "whole pairs; leave-out: a pair of models at a time",
		   FIT_FOLDS);
	truth_note(
		group,
		"this set cannot tell models of contention apart: the best form beats the "
		"constant by a fraction of a percent on unseen pairs of servers, and by "
		"less on an unseen pair of models; it can only refute");
	truth_note(group,
		   "no kernel sequence is given: the simulator runs two long kernels "
		   "with the servers' mean demands on v100-sxm2 (the measured board had "
		   "16 GB, with the same SMs and bandwidth)");
}

gboolean truth_igniter(struct truth_group *group, GError **error)
{
	g_autofree char *pairs = truth_data(group, "corun_igniter", "v100_mps_pairs.csv");
	g_autofree char *alone = truth_data(group, "corun_igniter", "v100_mps_solo.csv");
	struct ct_device *device;
	struct set set;
	gboolean ok;

	group->unit = "slowdown";
	group->control = "the constant least off the other pairs (cross-validated)";
	if (!pairs || !alone)
		return TRUE;
	device = ct_device_load("v100-sxm2", error);
	if (!device)
		return FALSE;
	set.alone = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	set.victims = g_array_new(FALSE, FALSE, sizeof(struct victim));
	set.cases = g_array_new(FALSE, FALSE, sizeof(struct fit_case));
	ok = read_alone(&set, alone, error) && read_pairs(&set, pairs, error) &&
	     compare(group, &set, device, error);
	explain(group);
	g_array_free(set.cases, TRUE);
	g_array_free(set.victims, TRUE);
	g_hash_table_destroy(set.alone);
	ct_device_free(device);
	return ok;
}
