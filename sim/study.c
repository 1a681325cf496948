/*
 * study - plans the runs, does them in parallel, and compares them.
 *
 * Each run writes one slot that was laid out before any of them started, so the order
 * of the results is that of the plan and nothing is shared between threads.
 */
#include "sim/study.h"

#include <math.h>
#include <string.h>

#include "sim/base/error.h"
#include "sim/crew.h"
#include "sim/metrics.h"
#include "sim/sensitivity.h"
#include "sim/study-alone.h"
#include "sim/study-plan.h"
#include "sim/study-store.h"
#include "sim/study-warn.h"

struct job {
	struct ct_run_input input;
	struct ct_run_result **slot;
};

/* Jobs that are done together; their progress goes from FROM to TO. */
struct batch {
	GArray *jobs;
	const struct ct_study_options *options;
	double from, to;
};

static void free_cell(struct ct_study_cell *cell)
{
	ct_run_result_free(cell->run);
	g_free(cell->alone);
	g_free(cell->slowdown);
	g_free(cell);
}

static void free_refusal(struct ct_study_refusal *refusal)
{
	g_free(refusal->reason);
	g_free(refusal);
}

static void free_input(struct ct_study_input *input)
{
	g_free(input->path);
	g_free(input->sha256);
	g_free(input);
}

void ct_study_free(struct ct_study *study)
{
	if (!study)
		return;
	g_ptr_array_free(study->cells, TRUE);
	g_ptr_array_free(study->variant_cells, TRUE);
	g_ptr_array_free(study->alone, TRUE);
	ct_sensitivity_free(study->sensitivity);
	g_ptr_array_free(study->refusals, TRUE);
	g_ptr_array_free(study->points, TRUE);
	ct_study_store_free(study->store);
	g_ptr_array_free(study->inputs, TRUE);
	g_ptr_array_free(study->warnings, TRUE);
	g_free(study);
}

static struct ct_study *new_study(const struct ct_scenario *scenario,
				  const struct ct_study_options *options)
{
	struct ct_study *study = g_new0(struct ct_study, 1);

	study->scenario = scenario;
	study->points = g_ptr_array_new_with_free_func((GDestroyNotify)ct_study_point_free);
	study->cells = g_ptr_array_new_with_free_func((GDestroyNotify)free_cell);
	study->variant_cells = g_ptr_array_new_with_free_func((GDestroyNotify)free_cell);
	study->alone = g_ptr_array_new_with_free_func((GDestroyNotify)ct_study_alone_free);
	study->refusals = g_ptr_array_new_with_free_func((GDestroyNotify)free_refusal);
	study->inputs = g_ptr_array_new_with_free_func((GDestroyNotify)free_input);
	study->warnings = g_ptr_array_new_with_free_func(g_free);
	study->store = ct_study_store_new(options, study->inputs);
	return study;
}

static gboolean load_point(struct ct_study *study, struct ct_study_point *p, GError **error)
{
	const struct ct_scenario *s = p->scenario;

	p->device = ct_study_store_device(study->store, s->device, error);
	if (!p->device)
		return FALSE;
	if (!ct_sharing_check(s, p->device, error))
		return FALSE;
	p->actuator = ct_study_store_actuator(study->store, s->actuator, error);
	if (!p->actuator || !ct_study_plan_policies(p, error))
		return FALSE;
	p->program = g_new0(const struct ct_program *, s->n_tenants);
	for (size_t i = 0; i < s->n_tenants; i++) {
		const struct ct_tenant_spec *t = &s->tenant[i];

		p->program[i] = ct_study_store_program(study->store, p->device, t,
						       s->estimator, error);
		if (!p->program[i])
			return FALSE;
		if (t->arrive.kind == CT_ARRIVE_FILE &&
		    !ct_study_store_note(study->store, t->arrive.path, NULL, error))
			return FALSE;
	}
	p->replay = g_new0(struct ct_run_result *, s->n_tenants);
	p->control = g_new0(struct ct_run_result *, s->n_tenants);
	return TRUE;
}

static void add_job(GArray *jobs, const struct ct_run_input *input,
		    struct ct_run_result **slot)
{
	struct job job = { *input, slot };

	g_array_append_val(jobs, job);
}

static struct ct_run_input input_of(const struct ct_study_point *p,
				    const struct ct_study_options *options)
{
	return (struct ct_run_input){
		.scenario = p->scenario,
		.device = p->device,
		.actuator = p->actuator,
		.program = p->program,
		.seed = p->scenario->seed,
		.only_tenant = -1,
		.cancel = options->cancel,
	};
}

/* Each tenant against its recording.  FIFO lets everything through. */
static void plan_replays(const struct ct_study_point *p, struct ct_run_input input,
			 const struct ct_policy_choice *fifo, GArray *jobs)
{
	input.policy = fifo;
	input.replay_once = TRUE;
	for (size_t t = 0; t < p->scenario->n_tenants; t++) {
		input.only_tenant = (int)t;
		input.one_ns_kernels = FALSE;
		add_job(jobs, &input, &p->replay[t]);
		input.one_ns_kernels = TRUE;
		add_job(jobs, &input, &p->control[t]);
	}
}

/* The first cell of a study is the one that is watched. */
static void plan_cells(GPtrArray *cells, const struct ct_study_point *p,
		       struct ct_run_input input, const struct ct_study_options *watch,
		       GArray *jobs)
{
	for (size_t i = 0; i < p->n_policies; i++) {
		for (uint32_t r = 0; r < p->scenario->repeat; r++) {
			struct ct_study_cell *cell = g_new0(struct ct_study_cell, 1);
			gboolean first = watch && cells->len == 0;

			cell->point = p;
			cell->policy = &p->policy[i];
			cell->repeat = r;
			cell->seed = p->scenario->seed + r;
			input.policy = &cell->policy->choice;
			input.seed = cell->seed;
			input.ledger = first ? watch->ledger : NULL;
			input.timeline = first ? watch->timeline : NULL;
			input.explain = first ? watch->explain : NULL;
			g_ptr_array_add(cells, cell);
			add_job(jobs, &input, &cell->run);
		}
	}
}

static void plan(struct ct_study *study, const struct ct_study_options *options,
		 const struct ct_policy_choice *fifo, GArray *jobs)
{
	for (guint i = 0; i < study->points->len; i++) {
		const struct ct_study_point *p = study->points->pdata[i];
		struct ct_run_input input = input_of(p, options);

		plan_replays(p, input, fifo, jobs);
		plan_cells(study->cells, p, input, options, jobs);
	}
	for (guint i = 0; study->sensitivity && i < study->sensitivity->variants->len;
	     i++) {
		const struct ct_variant *v = study->sensitivity->variants->pdata[i];

		plan_cells(study->variant_cells, v->point, input_of(v->point, options),
			   NULL, jobs);
	}
}

static void plan_alone(struct ct_study *study, const struct ct_study_options *options,
		       const struct ct_policy_choice *fifo, GArray *jobs)
{
	for (guint i = 0; i < study->cells->len; i++)
		ct_study_alone_plan(study->cells->pdata[i], study->alone);
	for (guint i = 0; i < study->variant_cells->len; i++)
		ct_study_alone_plan(study->variant_cells->pdata[i], study->alone);
	for (guint i = 0; i < study->alone->len; i++) {
		struct ct_study_alone *a = study->alone->pdata[i];
		struct ct_run_input input = input_of(a->point, options);

		input.scenario = &a->scenario;
		input.policy = fifo;
		input.seed = a->seed;
		input.only_tenant = (int)a->tenant;
		add_job(jobs, &input, &a->run);
	}
}

static gboolean is_cancelled(const struct ct_study_options *options, GError **error)
{
	if (!options->cancel || !g_atomic_int_get(options->cancel))
		return FALSE;
	g_set_error(error, CT_ERROR, CT_EXIT_FAILED, "interrupted");
	return TRUE;
}

static void work(guint number, void *data)
{
	const struct batch *batch = data;
	struct job *job = &g_array_index(batch->jobs, struct job, number);

	if (!batch->options->cancel || !g_atomic_int_get(batch->options->cancel))
		*job->slot = ct_run(&job->input);
}

static void tell(guint n_done, void *data)
{
	const struct batch *b = data;

	if (b->options->progress)
		b->options->progress(b->from + (b->to - b->from) * n_done / b->jobs->len,
				     b->options->progress_data);
}

/* Fails with the first run, in the order of the plan, that could not be done; a policy
 * that cannot run here is a result. */
static gboolean check_runs(GArray *jobs, GError **error)
{
	for (guint i = 0; i < jobs->len; i++) {
		const struct job *job = &g_array_index(jobs, struct job, i);
		const GError *why = (*job->slot)->error;

		if (!why || (job->input.only_tenant < 0 &&
			     g_error_matches(why, CT_ERROR, CT_EXIT_UNSUPPORTED)))
			continue;
		g_propagate_error(error, g_error_copy(why));
		return FALSE;
	}
	return TRUE;
}

static gboolean run_all(GArray *jobs, const struct ct_study_options *options, double from,
			double to, GError **error)
{
	struct batch batch = { jobs, options, from, to };
	struct ct_crew_work crew = { jobs->len, options->n_threads, work, tell, &batch };

	ct_crew(&crew);
	return !is_cancelled(options, error) && check_runs(jobs, error);
}

static void refuse(struct ct_study *study, const struct ct_study_cell *cell)
{
	struct ct_study_refusal *refusal;

	for (guint i = 0; i < study->refusals->len; i++) {
		refusal = study->refusals->pdata[i];
		if (refusal->policy->choice.policy == cell->policy->choice.policy &&
		    strcmp(refusal->reason, cell->run->error->message) == 0)
			return;
	}
	refusal = g_new0(struct ct_study_refusal, 1);
	refusal->policy = cell->policy;
	refusal->reason = g_strdup(cell->run->error->message);
	g_ptr_array_add(study->refusals, refusal);
}

const struct ct_latency *ct_study_alone_latency(const struct ct_study_cell *cell, size_t t)
{
	static const struct ct_latency none;

	return cell->alone[t] ? &cell->alone[t]->run->tenant[0].latency : &none;
}

static void compare(struct ct_study_cell *cell)
{
	size_t n = cell->run->n_tenants;

	cell->slowdown = g_new(double, n);
	for (size_t t = 0; t < n; t++) {
		const struct ct_latency *shared = &cell->run->tenant[t].latency;
		const struct ct_latency *alone = ct_study_alone_latency(cell, t);

		cell->slowdown[t] = shared->count && alone->count
					    ? ct_slowdown(shared->mean_ns, alone->mean_ns)
					    : NAN;
	}
	cell->stp = ct_system_throughput(cell->slowdown, n);
	cell->antt = ct_mean_slowdown(cell->slowdown, n);
	cell->fairness = ct_fairness(cell->slowdown, n);
	cell->jain = ct_jain(cell->slowdown, n);
}

/* Cells of policies that cannot run here are dropped, with a note. */
static void drop_refused(struct ct_study *study, GPtrArray **cells)
{
	GPtrArray *kept = g_ptr_array_new_with_free_func((GDestroyNotify)free_cell);

	for (guint i = 0; i < (*cells)->len; i++) {
		struct ct_study_cell *cell = (*cells)->pdata[i];

		if (!cell->run->error) {
			g_ptr_array_add(kept, cell);
			continue;
		}
		refuse(study, cell);
		free_cell(cell);
	}
	g_ptr_array_set_free_func(*cells, NULL);
	g_ptr_array_free(*cells, TRUE);
	*cells = kept;
}

static gboolean prepare(struct ct_study *study, const struct ct_study_options *options,
			GError **error)
{
	const struct ct_scenario *s = study->scenario;

	if (s->path && !ct_study_store_note(study->store, s->path, NULL, error))
		return FALSE;
	if (!ct_study_plan_points(s, study->points, error))
		return FALSE;
	for (guint i = 0; i < study->points->len; i++)
		if (is_cancelled(options, error) ||
		    !load_point(study, study->points->pdata[i], error))
			return FALSE;
	if (!options->sensitivity)
		return TRUE;
	g_assert(study->points->len == 1);
	study->sensitivity = ct_sensitivity_plan(study->points->pdata[0], error);
	return study->sensitivity != NULL;
}

static gboolean run(struct ct_study *study, const struct ct_study_options *options,
		    const struct ct_policy_choice *fifo, GError **error)
{
	g_autoptr(GArray) jobs = g_array_new(FALSE, FALSE, sizeof(struct job));

	plan(study, options, fifo, jobs);
	if (!run_all(jobs, options, 0, 0.5, error))
		return FALSE;
	drop_refused(study, &study->cells);
	drop_refused(study, &study->variant_cells);
	g_array_set_size(jobs, 0);
	plan_alone(study, options, fifo, jobs);
	if (!run_all(jobs, options, 0.5, 1, error))
		return FALSE;
	for (guint i = 0; i < study->cells->len; i++)
		compare(study->cells->pdata[i]);
	for (guint i = 0; i < study->variant_cells->len; i++)
		compare(study->variant_cells->pdata[i]);
	if (study->sensitivity)
		ct_sensitivity_judge(study->sensitivity, study->points->pdata[0],
				     study->cells, study->variant_cells);
	ct_study_warn(study);
	return TRUE;
}

struct ct_study *ct_study_run(const struct ct_scenario *scenario,
			      const struct ct_study_options *options, GError **error)
{
	struct ct_study *study = new_study(scenario, options);
	struct ct_policy_choice fifo = { 0 };
	gboolean ok = prepare(study, options, error) &&
		      ct_policy_choose("fifo", NULL, &fifo, error) &&
		      run(study, options, &fifo, error);

	ct_policy_choice_clear(&fifo);
	if (ok)
		return study;
	ct_study_free(study);
	return NULL;
}
