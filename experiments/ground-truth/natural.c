/*
 * natural - kernels of one program that overlapped by themselves, from those that did not
 *
 * In two recorded training jobs the same launch (name, grid, block) appears alone and
 * beside a kernel of another stream, mostly collective communication.  For each time that
 * one kernel covered at least nine tenths of another, both are put on the block engine
 * with their recorded distance in time: the one with the median duration of its launches
 * alone, the other with the duration it had (what communication takes alone is not to be
 * known: it waits for its peers).  Demands are what a run would use: those of the
 * estimator.  What is predicted is the median duration of the covered launches.
 */
#include <math.h>
#include <stdlib.h>

#include "experiments/ground-truth/beside.h"
#include "experiments/ground-truth/fit.h"
#include "experiments/ground-truth/recording.h"
#include "experiments/ground-truth/statistics.h"

enum { LEAST_LAUNCHES = 3 };
#define COVERED 0.9

struct class
{
	GArray *alone_ns, *covered_ns, *predicted_ns; /* double */
};

struct job {
	const char *name;
	const struct ct_device *device;
	const struct ct_program *program;
	GArray *ops; /* struct ct_op: kernels, by start */
	int64_t longest_ns;
	struct class *class; /* per shape */
};

static int64_t length_ns(const struct ct_op *op)
{
	return op->end_ns - op->start_ns;
}

static int by_start(const void *a, const void *b)
{
	const struct ct_op *x = a, *y = b;

	if (x->start_ns != y->start_ns)
		return x->start_ns < y->start_ns ? -1 : 1;
	return (x->sequence > y->sequence) - (x->sequence < y->sequence);
}

static gboolean read_kernels(struct job *job, GError **error)
{
	const struct ct_trace *trace = job->program->trace;
	GError *failed = NULL;

	for (uint32_t lane = 0; lane < trace->n_lanes && !failed; lane++) {
		struct ct_cursor *cursor = ct_cursor_new(trace, lane);
		const struct ct_op *op;

		while ((op = ct_cursor_next(cursor, &failed)))
			if (op->kind == CT_OP_KERNEL && op->end_ns > op->start_ns) {
				g_array_append_val(job->ops, *op);
				job->longest_ns = MAX(job->longest_ns, length_ns(op));
			}
		ct_cursor_free(cursor);
	}
	if (failed)
		g_propagate_error(error, failed);
	g_array_sort(job->ops, by_start);
	return !failed;
}

/* The kernel of another stream that covers most of the I-th; NULL: not nine tenths. */
static const struct ct_op *cover_of(const struct job *job, guint i)
{
	const struct ct_op *op = &g_array_index(job->ops, struct ct_op, i), *best = NULL;
	int64_t most_ns = (int64_t)(COVERED * (double)length_ns(op));
	guint first = i;

	while (first > 0 && g_array_index(job->ops, struct ct_op, first - 1).start_ns >
				    op->start_ns - job->longest_ns)
		first--;
	for (guint k = first; k < job->ops->len; k++) {
		const struct ct_op *other = &g_array_index(job->ops, struct ct_op, k);
		int64_t both_ns =
			MIN(op->end_ns, other->end_ns) - MAX(op->start_ns, other->start_ns);

		if (other->start_ns >= op->end_ns)
			break;
		if (other->stream == op->stream || both_ns < most_ns)
			continue;
		most_ns = both_ns;
		best = other;
	}
	return best;
}

static struct beside_kernel as_kernel(const struct job *job, const struct ct_op *op,
				      int64_t alone_ns, int64_t ready_ns)
{
	struct beside_kernel k = {
		.need = &job->program->need[op->shape],
		.alone_ns = alone_ns,
		.ready_ns = ready_ns,
	};

	ct_program_demand(job->program, op, alone_ns, &k.demand);
	return k;
}

static gboolean predict(const struct job *job, const struct ct_op *op,
			const struct ct_op *cover, double alone_ns, double *out,
			GError **error)
{
	int64_t first_ns = MIN(op->start_ns, cover->start_ns);
	struct beside_kernel k[2] = {
		as_kernel(job, cover, length_ns(cover), cover->start_ns - first_ns),
		as_kernel(job, op, llround(alone_ns), op->start_ns - first_ns),
	};

	if (!beside_run(job->device, k, 2, error))
		return FALSE;
	*out = (double)(k[1].end_ns - k[1].start_ns);
	return TRUE;
}

static gboolean predict_all(struct job *job, GError **error)
{
	for (guint i = 0; i < job->ops->len; i++) {
		const struct ct_op *op = &g_array_index(job->ops, struct ct_op, i);
		double ns = (double)length_ns(op);

		if (op->overlap_ns == 0)
			g_array_append_val(job->class[op->shape].alone_ns, ns);
	}
	for (guint i = 0; i < job->ops->len; i++) {
		const struct ct_op *op = &g_array_index(job->ops, struct ct_op, i);
		struct class *class = &job->class[op->shape];
		const struct ct_op *cover;
		double ns = (double)length_ns(op), predicted_ns;

		if (op->overlap_ns == 0 || class->alone_ns->len < LEAST_LAUNCHES)
			continue;
		cover = cover_of(job, i);
		if (!cover)
			continue;
		if (!predict(job, op, cover, statistics_quantile(class->alone_ns, 0.5),
			     &predicted_ns, error))
			return FALSE;
		g_array_append_val(class->covered_ns, ns);
		g_array_append_val(class->predicted_ns, predicted_ns);
	}
	return TRUE;
}

/* A class that has enough of both becomes a row; the control comes later. */
static void add_rows(struct truth_group *group, const struct job *job, GArray *cases,
		     guint family)
{
	const struct ct_trace *trace = job->program->trace;

	for (uint32_t i = 0; i < trace->n_shapes; i++) {
		const struct class *class = &job->class[i];
		const struct ct_shape_record *s = &trace->shape[i];
		double alone_us = statistics_quantile(class->alone_ns, 0.5) * 1e-3;
		double covered_us = statistics_quantile(class->covered_ns, 0.5) * 1e-3;
		struct fit_case c = { .measured = covered_us / alone_us,
				      .pair = cases->len,
				      .family = { family, FIT_NO_FAMILY } };

		if (class->covered_ns->len < LEAST_LAUNCHES)
			continue;
		truth_row(group, covered_us,
			  statistics_quantile(class->predicted_ns, 0.5) * 1e-3, alone_us,
			  "%s: %.40s %ux%ux%u of %u, %u alone, %u covered", job->name,
			  ct_trace_string(trace, s->name), s->grid[0], s->grid[1],
			  s->grid[2], s->block[0] * s->block[1] * s->block[2],
			  class->alone_ns->len, class->covered_ns->len);
		g_array_append_val(cases, c);
	}
}

static gboolean one_job(struct truth_group *group, const char *name, const char *path,
			const struct ct_device *device, GArray *cases, guint family,
			GError **error)
{
	struct job job = { .name = name, .device = device };
	struct recording recording;
	gboolean ok;
	uint32_t n;

	if (!recording_open(&recording, path, device, error))
		return FALSE;
	job.program = recording.program;
	job.ops = g_array_new(FALSE, FALSE, sizeof(struct ct_op));
	n = recording.trace->n_shapes;
	job.class = g_new(struct class, n);
	for (uint32_t i = 0; i < n; i++)
		job.class[i] = (struct class){ g_array_new(FALSE, FALSE, sizeof(double)),
					       g_array_new(FALSE, FALSE, sizeof(double)),
					       g_array_new(FALSE, FALSE, sizeof(double)) };
	ok = read_kernels(&job, error) && predict_all(&job, error);
	if (ok)
		add_rows(group, &job, cases, family);
	for (uint32_t i = 0; i < n; i++) {
		g_array_free(job.class[i].alone_ns, TRUE);
		g_array_free(job.class[i].covered_ns, TRUE);
		g_array_free(job.class[i].predicted_ns, TRUE);
	}
	g_free(job.class);
	g_array_free(job.ops, TRUE);
	recording_close(&recording);
	return ok;
}

/* The rows' controls: their time alone, times the constant least off the others. */
static void add_control(struct truth_group *group, const GArray *cases)
{
	static const struct fit_form constant = { "constant ratio", 0, FALSE, NULL };
	g_autofree double *ratio = g_new(double, cases->len);
	double alone_pct = 0, simulated_pct = 0;

	fit_judge(group, "", &constant, cases, ratio);
	for (guint i = 0; i < cases->len; i++) {
		struct truth_row *row = &g_array_index(group->rows, struct truth_row, i);

		alone_pct += fabs(row->control_error_pct) / cases->len;
		simulated_pct += fabs(row->error_pct) / cases->len;
		row->control *= ratio[i];
		row->control_error_pct =
			100 * (row->control - row->measured) / row->measured;
	}
	truth_form(group, &(struct truth_form){ "no slowdown", 0, alone_pct, alone_pct,
						alone_pct });
	truth_form(group,
		   &(struct truth_form){ "the simulator, nothing fitted", 0, simulated_pct,
					 simulated_pct, simulated_pct });
}

static void explain(struct truth_group *group)
{
	truth_note(group,
		   "classes of at least %d launches alone and %d that one kernel of "
		   "another stream covered to nine tenths; predicted: the median over "
		   "those, each with its own neighbour and distance in time",
		   LEAST_LAUNCHES, LEAST_LAUNCHES);
	truth_note(group,
		   "recsys has a clock of 1 us: short classes say little; a class is a "
		   "kernel's name and grid, and some launches of one are of other "
		   "sizes of data (bn_bw_1C11: 220 us alone, 41 us covered)");
}

gboolean truth_natural(struct truth_group *group, GError **error)
{
	g_autofree char *recsys =
		truth_data(group, "kineto", "a100_recsys_3streams.json.gz");
	g_autofree char *allreduce =
		truth_data(group, "kineto", "a100_nccl_allreduce.json.gz");
	g_autoptr(GArray) cases = NULL;
	struct ct_device *device;
	gboolean ok;

	group->unit = "us";
	group->control = "time alone x the constant ratio least off the other classes "
			 "(cross-validated)";
	if (!recsys || !allreduce)
		return TRUE;
	device = ct_device_load("a100-sxm-40", error);
	cases = g_array_new(FALSE, FALSE, sizeof(struct fit_case));
	ok = device && one_job(group, "recsys", recsys, device, cases, 0, error) &&
	     one_job(group, "allreduce", allreduce, device, cases, 1, error);
	if (ok) {
		add_control(group, cases);
		explain(group);
	}
	ct_device_free(device);
	return ok;
}
