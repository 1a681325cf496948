/*
 * abacus - groups of two and three inference programs on an A100 under MPS
 *
 * Makespans of ranges of layers of seven models, started together (Abacus, SC 2021,
 * https://github.com/Raphael-Hao/Abacus).  The clock is the host's, around a barrier of
 * processes, and at these batches the host's launches set the pace; no kernel sequence is
 * given.  So model forms are compared and nothing is simulated.
 *
 * Times alone are no column.  They are estimated, linear in the number of layers and the
 * batch, from rows whose other members run one layer at most; those rows are not judged.
 * A form then has a makespan from the longest and the sum of the rest.
 */
#include <math.h>
#include <string.h>

#include "experiments/ground-truth/fit.h"
#include "experiments/ground-truth/table.h"
#include "sim/base/error.h"

enum { MODELS = 7, MEMBERS = 3, PER_MODEL = 3 };

static const struct {
	const char *name;
	int layers;
} models[MODELS] = { { "resnet50", 18 }, { "resnet101", 35 }, { "resnet152", 52 },
		     { "vgg16", 19 },    { "vgg19", 22 },     { "inception_v3", 14 },
		     { "bert", 12 } };

struct member {
	guint model;
	int layers, batch, length; /* length: of the sequence, 0: none */
};

struct makespan {
	guint n, file;
	struct member member[MEMBERS];
	double ms;
	double most_ms, rest_ms; /* of the members alone, estimated */
};

/* A set of files measured alike. */
struct set {
	const char *name, *folder;
	const char *const *file;
	GArray *rows; /* struct makespan */
};

/* The time of one member alone, as a sum of parameters: fixed, per layer, per layer and
 * doubling of the batch, of its model. */
static void alone_terms(const struct member *m, double *x)
{
	x[m->model * PER_MODEL] += 1;
	x[m->model * PER_MODEL + 1] += m->layers;
	x[m->model * PER_MODEL + 2] +=
		m->layers * log2(m->batch * (m->length ? m->length : 1));
}

static const struct member *longest(const struct makespan *s)
{
	const struct member *m = &s->member[0];

	for (guint i = 1; i < s->n; i++)
		if (s->member[i].layers > m->layers)
			m = &s->member[i];
	return m;
}

static gboolean nearly_alone(const struct makespan *s)
{
	guint busy = 0;

	for (guint i = 0; i < s->n; i++)
		busy += s->member[i].layers > 1;
	return busy <= 1;
}

static double alone(gconstpointer of, double *x)
{
	alone_terms(longest(of), x);
	return 0;
}

static double most(gconstpointer of, double *x)
{
	return ((const struct makespan *)of)->most_ms;
}

static double sum(gconstpointer of, double *x)
{
	const struct makespan *s = of;

	return s->most_ms + s->rest_ms;
}

static double most_and_rest(gconstpointer of, double *x)
{
	const struct makespan *s = of;

	x[0] = s->rest_ms;
	return s->most_ms;
}

static double affine(gconstpointer of, double *x)
{
	const struct makespan *s = of;

	x[0] = 1;
	x[1] = s->most_ms;
	x[2] = s->rest_ms;
	return 0;
}

static const struct fit_form forms[] = {
	{ "constant", 0, FALSE, NULL },
	{ "the longest alone", 0, FALSE, most },
	{ "the sum of all alone", 0, FALSE, sum },
	{ "longest + k x rest", 1, FALSE, most_and_rest },
	{ "a + b x longest + k x rest", 3, FALSE, affine },
};

static gboolean read_member(const struct table *t, guint row, guint i, const char *path,
			    struct member *out, GError **error)
{
	static const char *const names[] = { "model", "start", "end", "bs", "seq_len" };
	double value[G_N_ELEMENTS(names)] = { 0 };
	int column[G_N_ELEMENTS(names)];
	GError *failed = NULL;
	guint model;

	for (guint k = 0; k < G_N_ELEMENTS(names); k++) {
		g_autofree char *name =
			i ? g_strdup_printf("%s.%u", names[k], i + 1) : g_strdup(names[k]);

		column[k] = table_column(t, name, error);
		if (column[k] < 0)
			return FALSE;
		if (k > 0)
			value[k] = table_number(t, row, column[k], &failed);
	}
	for (model = 0; model < MODELS; model++)
		if (strcmp(models[model].name, table_text(t, row, column[0])) == 0)
			break;
	if (!failed && (model == MODELS || value[2] < value[1] || value[3] < 1))
		ct_input_error(&failed, "%s: row %u: no such model, range or batch", path,
			       row + 1);
	if (failed) {
		g_propagate_error(error, failed);
		return FALSE;
	}
	*out = (struct member){ model, (int)(value[2] - value[1]), (int)value[3],
				(int)value[4] };
	return TRUE;
}

static gboolean read_file(struct set *set, guint file, guint n, const char *path,
			  GError **error)
{
	struct table *t = table_read(path, error);
	int median = t ? table_column(t, "median", error) : -1;
	GError *failed = NULL;

	for (guint i = 0; median >= 0 && !failed && i < table_rows(t); i++) {
		struct makespan s = { .n = n, .file = file };

		s.ms = table_number(t, i, median, &failed) * 1e-3;
		for (guint m = 0; m < n && !failed; m++)
			read_member(t, i, m, path, &s.member[m], &failed);
		if (!failed && s.ms <= 0)
			ct_input_error(&failed, "%s: row %u: a makespan of 0", path, i + 1);
		g_array_append_val(set->rows, s);
	}
	table_free(t);
	if (failed)
		g_propagate_error(error, failed);
	return median >= 0 && !failed;
}

/* Estimates all times alone, and fills what the forms look at. */
static guint estimate_alone(struct set *set)
{
	static const struct fit_form form = { "alone", MODELS * PER_MODEL, FALSE, alone };
	g_autoptr(GArray) cases = g_array_new(FALSE, FALSE, sizeof(struct fit_case));
	double parameter[FIT_PARAMETERS];

	for (guint i = 0; i < set->rows->len; i++) {
		const struct makespan *s = &g_array_index(set->rows, struct makespan, i);
		struct fit_case c = { .measured = s->ms, .pair = i, .of = s };

		if (nearly_alone(s))
			g_array_append_val(cases, c);
	}
	fit_parameters(&form, cases, NULL, parameter);
	for (guint i = 0; i < set->rows->len; i++) {
		struct makespan *s = &g_array_index(set->rows, struct makespan, i);

		for (guint m = 0; m < s->n; m++) {
			double x[MODELS * PER_MODEL] = { 0 }, ms = 0;

			alone_terms(&s->member[m], x);
			for (guint k = 0; k < G_N_ELEMENTS(x); k++)
				ms += parameter[k] * x[k];
			s->rest_ms += ms;
			s->most_ms = MAX(s->most_ms, ms);
		}
		s->rest_ms -= s->most_ms;
	}
	return cases->len;
}

static gboolean whole(const struct makespan *s)
{
	for (guint i = 0; i < s->n; i++)
		if (s->member[i].layers != models[s->member[i].model].layers)
			return FALSE;
	return TRUE;
}

static void add_row(struct truth_group *group, const struct set *set,
		    const struct makespan *s, double best, double constant)
{
	g_autoptr(GString) name = g_string_new(set->name);

	for (guint i = 0; i < s->n; i++) {
		const struct member *m = &s->member[i];

		g_string_append_printf(name, "%s %s batch %d", i ? "," : ":",
				       models[m->model].name, m->batch);
		if (m->length)
			g_string_append_printf(name, " x %d", m->length);
	}
	truth_row(group, s->ms, best, constant, "%s", name->str);
}

static void judge(struct truth_group *group, struct set *set)
{
	g_autoptr(GArray) cases = g_array_new(FALSE, FALSE, sizeof(struct fit_case));
	g_autofree char *prefix = g_strconcat(set->name, ": ", NULL);
	g_autofree double *best = NULL, *constant = NULL;
	guint used = estimate_alone(set);
	const struct fit_form *form;

	for (guint i = 0; i < set->rows->len; i++) {
		const struct makespan *s = &g_array_index(set->rows, struct makespan, i);
		struct fit_case c = { .measured = s->ms,
				      .pair = i,
				      .family = { s->file, FIT_NO_FAMILY },
				      .of = s };

		if (!nearly_alone(s))
			g_array_append_val(cases, c);
	}
	best = g_new(double, cases->len);
	constant = g_new(double, cases->len);
	form = fit_judge_all(group, prefix, forms, G_N_ELEMENTS(forms), cases, best,
			     constant);
	for (guint i = 0; i < cases->len; i++) {
		const struct makespan *s = g_array_index(cases, struct fit_case, i).of;

		if (whole(s))
			add_row(group, set, s, best[i], constant[i]);
	}
	truth_note(group,
		   "%s%u makespans judged, and %u for the times alone; predicted is "
		   "'%s', fitted to the other folds",
		   prefix, cases->len, used, form->name);
}

static const char *const pairs[] = { "inception_v3_bert",
				     "inception_v3_vgg16",
				     "resnet101_bert",
				     "resnet101_resnet152",
				     "resnet101_vgg19",
				     "resnet152_inception_v3",
				     "resnet152_vgg16",
				     "resnet152_vgg19",
				     "resnet50_bert",
				     "resnet50_inception_v3",
				     "resnet50_resnet101",
				     "resnet50_vgg19",
				     "vgg16_bert",
				     "vgg16_vgg19",
				     NULL };
static const char *const instance[] = { "resnet101_bert", "resnet101_resnet152",
					"resnet152_vgg19", "vgg19_bert", NULL };
static const char *const triples[] = { "resnet101_resnet152_bert",
				       "resnet101_resnet152_vgg19", "resnet101_vgg19_bert",
				       NULL };

gboolean truth_abacus(struct truth_group *group, GError **error)
{
	struct set set[] = { { "pair", "corun_abacus/a100_pair", pairs, NULL },
			     { "pair in 2g.10gb", "corun_abacus/a100_mig2g10gb_pair",
			       instance, NULL },
			     { "triple", "corun_abacus/a100_triple", triples, NULL } };
	gboolean ok = TRUE;

	group->unit = "ms";
	group->control = "the constant makespan least off the others (cross-validated)";
	for (size_t i = 0; ok && !group->skipped && i < G_N_ELEMENTS(set); i++) {
		set[i].rows = g_array_new(FALSE, FALSE, sizeof(struct makespan));
		for (guint f = 0; ok && set[i].file[f]; f++) {
			g_autofree char *file = g_strconcat(set[i].file[f], ".csv", NULL);
			g_autofree char *path = truth_data(group, set[i].folder, file);

			if (!path)
				break;
			ok = read_file(&set[i], f, i == 2 ? 3 : 2, path, error);
		}
		if (ok && !group->skipped)
			judge(group, &set[i]);
		g_array_free(set[i].rows, TRUE);
	}
	truth_note(group,
		   "model forms only: no kernel sequence is given, and the host sets the "
		   "pace; leave-out: a combination of models; rows are shown for whole "
		   "models, the errors of the forms are over all ranges of layers; queries "
		   "beside a background program (mps_background) have no time alone to "
		   "start from and are not used");
	return ok;
}
