/*
 * inthewild - kernels of two training jobs, alone and beside collective communication
 *
 * Groups of launches of one kernel and shape in production traces of an A100 (published
 * with HolisticTraceAnalysis): the median duration of those that nothing overlapped, and
 * of those that a kernel of another stream covered.  What covered them is known by name
 * only, so no simulation is possible from these files (the group natural goes back to the
 * traces); model forms are compared.
 *
 * One of the two traces has a clock of 1 us, so that groups shorter than 8 us say little;
 * they are fitted and judged apart.
 */
#include <math.h>
#include <string.h>

#include "experiments/ground-truth/fit.h"
#include "experiments/ground-truth/table.h"
#include "sim/base/error.h"

#define LONG_US 8.0

enum { SEND_RECEIVE, ALL_REDUCE, OTHER, KINDS };

struct launch {
	char *name;
	double alone_us, overlapped_us, blocks;
	guint kind;  /* of what covered it */
	guint trace; /* 0: recsys, 1: allreduce */
};

static double fixed_cost(gconstpointer of, double *x)
{
	const struct launch *l = of;

	x[0] = 1 / l->alone_us;
	return 1;
}

static double affine(gconstpointer of, double *x)
{
	const struct launch *l = of;

	x[0] = 1;
	x[1] = 1 / l->alone_us;
	return 0;
}

static double by_neighbour(gconstpointer of, double *x)
{
	const struct launch *l = of;

	x[l->kind] = 1;
	x[KINDS] = 1 / l->alone_us;
	return 0;
}

static double by_blocks(gconstpointer of, double *x)
{
	const struct launch *l = of;

	affine(of, x);
	x[2] = log(l->blocks);
	return 0;
}

static double power(gconstpointer of, double *x)
{
	const struct launch *l = of;

	x[0] = 1;
	x[1] = log(l->alone_us);
	return 0;
}

static const struct fit_form forms[] = {
	{ "constant", 0, FALSE, NULL },
	{ "1 + c / alone", 1, FALSE, fixed_cost },
	{ "a + c / alone", 2, FALSE, affine },
	{ "a(neighbour) + c / alone", KINDS + 1, FALSE, by_neighbour },
	{ "a + c / alone + d log(blocks)", 3, FALSE, by_blocks },
	{ "a x alone^b", 2, TRUE, power },
};

static void clear_launch(gpointer launch)
{
	g_free(((struct launch *)launch)->name);
}

/* "64x1x3" */
static double count_blocks(const char *text)
{
	double n = 1;

	for (;; text++) {
		char *end;

		n *= (double)g_ascii_strtoull(text, &end, 10);
		if (*end != 'x')
			return *end || n < 1 ? NAN : n;
		text = end;
	}
}

static guint kind_of(const char *neighbour)
{
	return strstr(neighbour, "SendRecv")    ? SEND_RECEIVE
	       : strstr(neighbour, "AllReduce") ? ALL_REDUCE
						: OTHER;
}

static gboolean read_trace(GArray *launches, const char *path, guint trace, GError **error)
{
	static const char *const names[] = {
		"kernel",       "grid", "block", "alone_p50_us", "overlapped_p50_us",
		"main_corunner"
	};
	struct table *t = table_read(path, error);
	int column[G_N_ELEMENTS(names)];
	GError *failed = NULL;

	if (!t || !table_columns(t, names, G_N_ELEMENTS(names), column, error)) {
		table_free(t);
		return FALSE;
	}
	for (guint i = 0; i < table_rows(t) && !failed; i++) {
		const char *grid = table_text(t, i, column[1]);
		struct launch l = {
			.name = g_strdup_printf("%s: %.40s %s of %s",
						trace ? "allreduce" : "recsys",
						table_text(t, i, column[0]), grid,
						table_text(t, i, column[2])),
			.alone_us = table_number(t, i, column[3], &failed),
			.overlapped_us = table_number(t, i, column[4], &failed),
			.blocks = count_blocks(grid),
			.kind = kind_of(table_text(t, i, column[5])),
			.trace = trace,
		};

		if (!failed && !(l.alone_us > 0 && l.overlapped_us > 0 && l.blocks > 0))
			ct_input_error(&failed, "%s: row %u: a grid or a duration is wrong",
				       path, i + 1);
		g_array_append_val(launches, l);
	}
	table_free(t);
	if (failed)
		g_propagate_error(error, failed);
	return !failed;
}

/* Those of one length class. */
static void compare(struct truth_group *group, const GArray *launches, gboolean longer)
{
	g_autoptr(GArray) cases = g_array_new(FALSE, FALSE, sizeof(struct fit_case));
	g_autofree double *best = g_new(double, launches->len);
	g_autofree double *constant = g_new(double, launches->len);
	const char *prefix = longer ? "8 us and more: " : "shorter: ";
	const struct fit_form *form;

	for (guint i = 0; i < launches->len; i++) {
		const struct launch *l = &g_array_index(launches, struct launch, i);
		struct fit_case c = {
			.measured = l->overlapped_us / l->alone_us,
			.pair = i,
			.family = { l->trace * KINDS + l->kind, FIT_NO_FAMILY },
			.of = l,
		};

		if ((l->alone_us >= LONG_US) == longer)
			g_array_append_val(cases, c);
	}
	form = fit_judge_all(group, prefix, forms, G_N_ELEMENTS(forms), cases, best,
			     constant);
	for (guint i = 0; i < cases->len; i++) {
		const struct fit_case *c = &g_array_index(cases, struct fit_case, i);

		truth_row(group, c->measured, best[i], constant[i], "%s",
			  ((const struct launch *)c->of)->name);
	}
	truth_note(group, "%spredicted is '%s', fitted to the other folds", prefix,
		   form->name);
}

gboolean truth_inthewild(struct truth_group *group, GError **error)
{
	g_autofree char *recsys =
		truth_data(group, "corun_inthewild", "a100_recsys_overlap_groups.csv");
	g_autofree char *allreduce =
		truth_data(group, "corun_inthewild", "a100_allreduce_overlap_groups.csv");
	GArray *launches;
	gboolean ok;

	group->unit = "overlapped / alone";
	group->control =
		"the constant least off the other groups of launches (cross-validated)";
	if (!recsys || !allreduce)
		return TRUE;
	launches = g_array_new(FALSE, FALSE, sizeof(struct launch));
	g_array_set_clear_func(launches, clear_launch);
	ok = read_trace(launches, recsys, 0, error) &&
	     read_trace(launches, allreduce, 1, error);
	if (ok) {
		compare(group, launches, TRUE);
		compare(group, launches, FALSE);
		truth_note(group,
			   "model forms only: what covered a kernel is known by name, not "
			   "by shape or time; leave-out: what covered it, trace by trace");
	}
	g_array_free(launches, TRUE);
	return ok;
}
