/*
 * run-result - what a run has to tell: latencies, where time went, errors of replay.
 */
#include "sim/run-internal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sim/metrics.h"
#include "sim/timeline.h"

const char *const ct_cause_name[CT_CAUSE_MAX] = {
	"launch",     "stream_order", "gate",     "channel", "context_switch",
	"preemption", "copy_engine",  "priority", "sm_room", "gap",
	"running",    "dram",         "l2",       "sm",
};

/* Start errors kept; beyond, every second, every fourth ... one is. */
enum { MAX_ERRORS = 1 << 18 };

static void count_error(struct tenant *t, const struct op *op, int64_t start_ns)
{
	const struct copy *copy = op->stream->copy;
	int64_t simulated_ns = start_ns - copy->request_ns;
	int64_t error_ns = llabs(simulated_ns - op->recorded_start_ns);

	if (t->error_count++ % t->error_stride)
		return;
	g_array_append_val(t->start_error_ns, error_ns);
	if (t->start_error_ns->len < MAX_ERRORS)
		return;
	for (guint i = 0; i < MAX_ERRORS / 2; i++)
		g_array_index(t->start_error_ns, int64_t, i) =
			g_array_index(t->start_error_ns, int64_t, 2 * i);
	g_array_set_size(t->start_error_ns, MAX_ERRORS / 2);
	t->error_stride *= 2;
}

static void count_replay(struct tenant *t, const struct op *op, int64_t start_ns,
			 int64_t end_ns)
{
	int64_t recorded_end_ns = op->recorded_start_ns + op->duration_ns;

	if (op->kind == CT_OP_KERNEL)
		count_error(t, op, start_ns);
	t->first_start_ns = MIN(t->first_start_ns, start_ns);
	t->last_work_ns = MAX(t->last_work_ns, end_ns);
	t->recorded_first_ns = MIN(t->recorded_first_ns, op->recorded_start_ns);
	t->recorded_last_ns = MAX(t->recorded_last_ns, recorded_end_ns);
}

static void show_op(struct run *run, const struct tenant *t, const struct op *op,
		    int64_t start_ns, int64_t end_ns)
{
	const struct ct_trace *trace = t->program->trace;
	struct ct_timeline_op shown = {
		.tenant = t->index,
		.copy = op->stream->copy->number,
		.stream = trace->stream[op->stream->source].id,
		.kind = op->kind == CT_OP_KERNEL   ? "kernel"
			: op->kind == CT_OP_MEMCPY ? "memcpy"
						   : "memset",
		.why = op->job.why,
		.number = op->number,
		.issued_ns = op->issued_ns,
		.released_ns = op->released_ns,
		.ready_ns = op->ready_ns,
		.start_ns = start_ns,
		.end_ns = end_ns,
		.priority = op->grid.priority,
		.part = op->part,
	};

	shown.name =
		op->kind == CT_OP_KERNEL ? ct_trace_string(trace, op->name) : shown.kind;
	if (op->kind == CT_OP_KERNEL)
		shown.blocks = op->grid.need.blocks;
	ct_timeline_op(run->in->timeline, &shown);
}

static void digest_seen(struct run *run)
{
	XXH3_64bits_update(run->digest, run->seen, run->n_seen * sizeof(run->seen[0]));
	run->n_seen = 0;
}

static void digest_op(struct run *run, const struct op *op, int64_t start_ns,
		      int64_t end_ns)
{
	uint64_t *seen = run->seen[run->n_seen++];

	seen[0] = (uint64_t)start_ns;
	seen[1] = (uint64_t)end_ns;
	seen[2] = op->number;
	seen[3] = (uint64_t)op->stream->index << 8 | op->kind;
	if (run->n_seen == SEEN_OPS)
		digest_seen(run);
}

/* What others added to a kernel's running time. */
static void split_contention(const struct ct_grid *grid, int64_t *time_ns)
{
	static const enum ct_cause cause[CT_CONTENTIONS] = {
		[CT_CONTENTION_DRAM] = CT_CAUSE_DRAM,
		[CT_CONTENTION_L2] = CT_CAUSE_L2,
		[CT_CONTENTION_SM] = CT_CAUSE_SM,
	};

	for (int i = 0; i < CT_CONTENTIONS; i++) {
		time_ns[cause[i]] = grid->contention_ns[i];
		time_ns[CT_CAUSE_RUNNING] -= grid->contention_ns[i];
	}
}

static int64_t held_since(const struct op *op)
{
	return op->past ? op->past->back_ns : op->issued_ns;
}

/* From the start of its call to its end, every nanosecond of an operation has a cause.
 * What was taken back ended before some of its times had come. */
static void split_time(const struct op *op, int64_t start_ns, int64_t end_ns,
		       int64_t behind_priority_ns, int64_t *time_ns)
{
	int64_t arrival_ns = MIN(op->arrival_ns, end_ns);
	int64_t after_ns = CLAMP(op->predecessor_ns, arrival_ns, end_ns);
	int64_t ready_ns = MIN(op->ready_ns, end_ns);
	int64_t submitted_ns = CLAMP(op->submitted_ns, ready_ns, end_ns);

	time_ns[op->past ? CT_CAUSE_PREEMPTION : CT_CAUSE_GATE] =
		op->released_ns - held_since(op);
	time_ns[CT_CAUSE_LAUNCH] = arrival_ns - op->released_ns;
	time_ns[CT_CAUSE_STREAM_ORDER] = after_ns - arrival_ns;
	time_ns[CT_CAUSE_GAP] = ready_ns - after_ns;
	if (op->kind != CT_OP_KERNEL && start_ns < end_ns) {
		/* behind other copies, and slower beside them */
		time_ns[CT_CAUSE_COPY_ENGINE] = end_ns - ready_ns - op->duration_ns;
		time_ns[CT_CAUSE_RUNNING] = op->duration_ns;
		return;
	}
	time_ns[CT_CAUSE_CHANNEL] = submitted_ns - ready_ns;
	time_ns[CT_CAUSE_PRIORITY] = behind_priority_ns;
	time_ns[CT_CAUSE_PREEMPTION] += op->frozen_ns;
	time_ns[CT_CAUSE_CONTEXT_SWITCH] =
		op->off_waiting_ns + op->off_running_ns - op->frozen_ns;
	time_ns[CT_CAUSE_SM_ROOM] =
		start_ns - submitted_ns - behind_priority_ns - op->off_waiting_ns;
	time_ns[CT_CAUSE_RUNNING] = end_ns - start_ns - op->off_running_ns;
	if (start_ns < end_ns)
		split_contention(&op->grid, time_ns);
}

void ct_run_count_op(struct run *run, struct op *op, int64_t start_ns, int64_t end_ns,
		     int64_t behind_priority_ns)
{
	struct tenant *t = op->stream->copy->tenant;
	struct ct_tenant_result *r = t->result;
	int64_t time_ns[CT_CAUSE_MAX] = { 0 };

	split_time(op, start_ns, end_ns, behind_priority_ns, time_ns);
	for (int cause = 0; op->past && cause < CT_CAUSE_MAX; cause++)
		time_ns[cause] += op->past->time_ns[cause];
	for (int cause = 0; cause < CT_CAUSE_MAX; cause++)
		r->time_ns[cause] += time_ns[cause];
	r->turnaround_ns += end_ns - op->issued_ns;
	if (op->kind == CT_OP_KERNEL) {
		r->kernels++;
		run->result->kernels++;
	}
	digest_op(run, op, start_ns, end_ns);
	if (run->in->replay_once)
		count_replay(t, op, start_ns, end_ns);
	if (run->in->timeline)
		show_op(run, t, op, start_ns, end_ns);
	if (run->explainer)
		ct_run_explain_ended(run, op, start_ns, end_ns, time_ns);
}

void ct_run_count_back(struct run *run, const struct op *op, int64_t behind_priority_ns,
		       int64_t *time_ns)
{
	int64_t back_ns = run->now_ns;
	int64_t start_ns = MIN(op->start_ns, back_ns);

	split_time(op, start_ns, back_ns, behind_priority_ns, time_ns);
	op->stream->copy->tenant->result->taken_back++;
	if (op->start_ns > back_ns)
		return; /* it had not begun: the device has done nothing */
	digest_op(run, op, start_ns, back_ns);
	if (run->in->timeline)
		show_op(run, op->stream->copy->tenant, op, start_ns, back_ns);
}

static int by_value(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

/* Sorts VALUE, in place. */
static void summarize(int64_t *value, size_t n, struct ct_latency *out)
{
	*out = (struct ct_latency){ .count = n };
	if (n == 0)
		return;
	for (size_t i = 0; i < n; i++)
		out->mean_ns += (double)value[i] / (double)n;
	qsort(value, n, sizeof(*value), by_value);
	out->p50_ns = ct_quantile(value, n, 0.5);
	out->p90_ns = ct_quantile(value, n, 0.9);
	out->p99_ns = ct_quantile(value, n, 0.99);
	out->max_ns = value[n - 1];
}

/* The first request warms up, if another one finished. */
static void finish_latency(struct tenant *t)
{
	struct ct_latency *out = &t->result->latency;
	guint skip = t->latency_ns->len >= 2 && !t->run->in->replay_once ? 1 : 0;

	summarize((int64_t *)t->latency_ns->data + skip, t->latency_ns->len - skip, out);
	if (skip && t->last_end_ns > t->first_end_ns)
		t->result->throughput_per_s = (double)out->count * 1e9 /
					      (double)(t->last_end_ns - t->first_end_ns);
	else if (t->last_end_ns > 0)
		t->result->throughput_per_s =
			(double)out->count * 1e9 / (double)t->last_end_ns;
}

static void finish_replay(struct tenant *t)
{
	struct ct_replay_error *out = &t->result->replay;
	struct ct_latency errors;
	int64_t recorded_ns = t->recorded_last_ns - t->recorded_first_ns;

	if (!t->run->in->replay_once || t->start_error_ns->len == 0 || recorded_ns <= 0)
		return;
	summarize((int64_t *)t->start_error_ns->data, t->start_error_ns->len, &errors);
	out->known = TRUE;
	out->start_p50_ns = errors.p50_ns;
	out->start_p90_ns = errors.p90_ns;
	out->start_max_ns = errors.max_ns;
	out->makespan_pct = 100.0 *
			    (double)(t->last_work_ns - t->first_start_ns - recorded_ns) /
			    (double)recorded_ns;
}

/* An open queue that still grows in the second half of the arrivals has no steady state:
 * what is left at the end would have been served otherwise. */
static void finish_backlog(struct tenant *t)
{
	uint64_t waiting = t->n_asked - t->n_finished;

	t->result->backlog = waiting;
	t->result->unstable = t->arrive.kind != CT_ARRIVE_CLOSED && waiting >= 10 &&
			      waiting * 10 >= t->n_asked;
}

/* Requests that were answered, or should have been: those not due yet say nothing. */
static uint64_t due(const struct tenant *t)
{
	int64_t latest_ns = t->run->now_ns - t->spec->slo_ns; /* arrivals that are due */
	uint64_t n = t->n_finished;

	for (uint32_t c = 0; c < t->n_copies; c++)
		n += t->copy[c].running && t->copy[c].asked.arrived_ns <= latest_ns;
	for (const GList *l = t->pending->head; l; l = l->next)
		n += ((const struct ct_request *)l->data)->arrived_ns <= latest_ns;
	return n;
}

static void finish_slo(struct tenant *t)
{
	uint64_t n = due(t);

	t->result->slo_attainment = NAN;
	if (t->spec->slo_ns && n)
		t->result->slo_attainment = (double)t->n_in_time / (double)n;
}

void ct_run_finish_result(struct run *run)
{
	struct ct_run_result *result = run->result;
	struct ct_gpu_use use;
	const struct ct_device *device = run->in->device;
	double ns = (double)MAX(run->now_ns, 1);

	for (uint32_t i = 0; i < run->n_tenants; i++) {
		struct tenant *t = &run->tenant[i];

		t->result->asked = t->n_asked;
		t->result->finished = t->n_finished;
		finish_latency(t);
		finish_replay(t);
		finish_backlog(t);
		finish_slo(t);
	}
	ct_compute_use(run->compute, &use);
	result->makespan_ns = run->now_ns;
	result->sm_active = use.sm_active_ns / ns / device->sms;
	result->occupancy = use.warp_ns / ns / device->sms / device->sm.warps;
	result->dram_share = use.dram_byte > 0 ? use.dram_byte / (ns * 1e-9) /
							 (double)device->dram_bytes_per_s
					       : NAN;
	result->broker_load = (double)run->broker_busy_ns / ns;
	result->blocks = use.blocks;
	result->events = run->events.n_taken + use.instants;
	digest_seen(run);
	result->digest = XXH3_64bits_digest(run->digest);
}
