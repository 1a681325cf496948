/*
 * check - whether a trace may stand for isolated work.
 *
 * Two passes: which events are recorded must be known before waits can be judged.  What
 * one stream did, over all lanes, goes through a sorter.
 */
#include "traces/check.h"

#include <string.h>

#include "traces/check-graphs.h"
#include "traces/check-waits.h"
#include "traces/events.h"
#include "traces/saturate.h"
#include "traces/sorter.h"

#define SORT_BYTES (8u << 20)

const char *const ct_rule_name[CT_RULES] = {
	[CT_RULE_COMPLETE] = "complete",
	[CT_RULE_DROPS] = "no-drops",
	[CT_RULE_LAUNCH_ORDER] = "launch-first",
	[CT_RULE_DURATION] = "duration",
	[CT_RULE_STREAM_ORDER] = "stream-order",
	[CT_RULE_LANE_ORDER] = "lane-order",
	[CT_RULE_EVENTS] = "events",
	[CT_RULE_TIMES] = "times",
	[CT_RULE_LAUNCHES] = "launches",
	[CT_RULE_WAITS] = "waits",
	[CT_RULE_GRAPHS] = "graphs",
	[CT_RULE_ALONE] = "alone",
};

const char *const ct_rule_text[CT_RULES] = {
	[CT_RULE_COMPLETE] = "the trace has its end",
	[CT_RULE_DROPS] = "the recorder lost nothing",
	[CT_RULE_LAUNCH_ORDER] = "no device work starts before its call",
	[CT_RULE_DURATION] = "all device work takes some time",
	[CT_RULE_STREAM_ORDER] = "kernels of one stream do not overlap",
	[CT_RULE_LANE_ORDER] = "operations of a lane are in order of issue",
	[CT_RULE_EVENTS] = "events are recorded before they are waited for",
	[CT_RULE_TIMES] = "the profiler gave all device work its times",
	[CT_RULE_LAUNCHES] = "launches had work, and work its launch, where recorded",
	[CT_RULE_WAITS] = "no work starts before an event its stream waits for",
	[CT_RULE_GRAPHS] = "nodes of graphs wait, in no circle, as their edges say",
	[CT_RULE_ALONE] = "kernels had the device to themselves",
};

struct stretch { /* a kernel in its stream */
	uint32_t stream, lane;
	int64_t start_ns, end_ns;
	uint64_t position;
	uint64_t launch; /* of the graph that it is a node of; 0: none */
	uint64_t programmatic;
};

struct inspector {
	const struct ct_trace *trace;
	struct ct_check *check;
	struct ct_events *events;
	struct ct_sorter *stretches;
	struct ct_check_graphs *graphs;
	struct ct_check_waits *waits;
	uint64_t n_works;
	int64_t kernel_ns, overlapped_ns;
	int64_t *shared_ns; /* by shape: of launches that shared the device */
	gboolean *alone;    /* by shape: some launch did not */
};

/* Where the inspector is within a lane. */
struct place {
	uint32_t lane;
	uint64_t position;
	int64_t graph_ns; /* when the last graph launch began */
	uint64_t launch;  /* the sequence of that, and 1 */
	int64_t last_api_ns, last_start_ns;
	uint64_t last_sequence;
};

static int compare_stretch(const void *a, const void *b)
{
	const struct stretch *x = a, *y = b;

	if (x->stream != y->stream)
		return x->stream < y->stream ? -1 : 1;
	return (x->start_ns > y->start_ns) - (x->start_ns < y->start_ns);
}

static void fail(struct ct_check *check, enum ct_rule rule, uint32_t lane,
		 uint64_t position, const char *what)
{
	struct ct_rule_result *result = &check->rule[rule];

	result->failures++;
	if (!result->first)
		result->first =
			g_strdup_printf("lane %u, operation %" G_GUINT64_FORMAT ": %s",
					lane, position, what);
}

static const char *name_of(const struct ct_trace *trace, const struct ct_op *op)
{
	if (op->kind == CT_OP_KERNEL)
		return ct_trace_string(trace, trace->shape[op->shape].name);
	return op->kind == CT_OP_MEMCPY ? "copy" : op->kind == CT_OP_MEMSET ? "memset" : "";
}

static gboolean inspect_work(struct inspector *inspector, const struct ct_op *op,
			     const struct place *at, GError **error)
{
	int64_t call_ns = op->flags & CT_OP_CHILD ? at->graph_ns : op->api_start_ns;
	const char *name = name_of(inspector->trace, op);
	struct ct_check *check = inspector->check;
	struct stretch stretch = { .stream = op->stream,
				   .lane = at->lane,
				   .start_ns = op->start_ns,
				   .end_ns = op->end_ns,
				   .position = at->position,
				   .launch = op->flags & CT_OP_CHILD ? at->launch : 0,
				   .programmatic = op->flags & CT_OP_PROGRAMMATIC };

	inspector->n_works++;
	if (call_ns != CT_TIME_NONE && op->start_ns < call_ns)
		fail(check, CT_RULE_LAUNCH_ORDER, at->lane, at->position, name);
	if (op->end_ns <= op->start_ns)
		fail(check, CT_RULE_DURATION, at->lane, at->position, name);
	if (op->kind != CT_OP_KERNEL)
		return TRUE;
	inspector->kernel_ns =
		ct_add_saturated(inspector->kernel_ns, op->end_ns - op->start_ns);
	inspector->overlapped_ns =
		ct_add_saturated(inspector->overlapped_ns, op->overlap_ns);
	if (op->overlap_ns > 0) {
		fail(check, CT_RULE_ALONE, at->lane, at->position, name);
		inspector->shared_ns[op->shape] = ct_add_saturated(
			inspector->shared_ns[op->shape], op->end_ns - op->start_ns);
	} else {
		inspector->alone[op->shape] = TRUE;
	}
	return op->stream == CT_NONE ||
	       ct_sorter_add(inspector->stretches, &stretch, error);
}

/* The device's own lane is ordered by device start; nodes follow their graph launch. */
static void inspect_order(struct inspector *inspector, const struct ct_op *op,
			  struct place *at)
{
	gboolean own = inspector->trace->lane[at->lane].thread == CT_NONE;
	gboolean ordered = at->position == 0 || op->sequence >= at->last_sequence;

	if (own && op->start_ns != CT_TIME_NONE) {
		ordered = ordered && op->start_ns >= at->last_start_ns;
		at->last_start_ns = op->start_ns;
	}
	if (op->api_start_ns != CT_TIME_NONE) {
		ordered = ordered && op->api_start_ns >= at->last_api_ns;
		at->last_api_ns = op->api_start_ns;
	}
	at->last_sequence = op->sequence;
	if (!ordered)
		fail(inspector->check, CT_RULE_LANE_ORDER, at->lane, at->position,
		     name_of(inspector->trace, op));
}

static gboolean inspect_op(struct inspector *inspector, const struct ct_op *op,
			   struct place *at, GError **error)
{
	uint32_t process = inspector->trace->lane[at->lane].process;

	inspect_order(inspector, op, at);
	if (!ct_check_waits_op(inspector->waits, at->lane, process, at->position, op,
			       error))
		return FALSE;
	if (ct_check_graphs_op(inspector->graphs, process, op))
		fail(inspector->check, CT_RULE_GRAPHS, at->lane, at->position,
		     "a node started before one it waits for");
	switch (op->kind) {
	case CT_OP_GRAPH_LAUNCH:
		at->graph_ns = op->api_start_ns;
		at->launch = op->sequence + 1;
		return TRUE;
	case CT_OP_EVENT_WAIT:
	case CT_OP_EVENT_SYNC:
		if (!ct_events_recorded(inspector->events, process, op))
			fail(inspector->check, CT_RULE_EVENTS, at->lane, at->position,
			     op->handle ? "no record of the event stands before"
					: "the source does not name the event");
		return TRUE;
	case CT_OP_KERNEL:
	case CT_OP_MEMCPY:
	case CT_OP_MEMSET:
		return op->start_ns == CT_TIME_NONE ||
		       inspect_work(inspector, op, at, error);
	default:
		return TRUE;
	}
}

/* Runs over LANE once, gathering events (VISIT false) or inspecting. */
static gboolean walk_lane(struct inspector *inspector, uint32_t lane, gboolean visit,
			  GError **error)
{
	struct ct_cursor *cursor = ct_cursor_new(inspector->trace, lane);
	struct place at = { .lane = lane,
			    .graph_ns = CT_TIME_NONE,
			    .last_api_ns = INT64_MIN,
			    .last_start_ns = INT64_MIN };
	g_autoptr(GError) failure = NULL;
	const struct ct_op *op;
	gboolean ok = TRUE;

	while (ok && (op = ct_cursor_next(cursor, &failure))) {
		if (visit)
			ok = inspect_op(inspector, op, &at, &failure);
		else if (op->kind == CT_OP_EVENT_RECORD)
			ct_events_record(inspector->events,
					 inspector->trace->lane[lane].process, op);
		at.position++;
	}
	if (visit && ct_check_graphs_end(inspector->graphs))
		fail(inspector->check, CT_RULE_GRAPHS, at.lane, at.position,
		     "a node started before one it waits for");
	ct_cursor_free(cursor);
	if (failure)
		g_propagate_error(error, g_steal_pointer(&failure));
	return ok && !failure;
}

/* How far a stream is taken. */
struct busy {
	uint32_t stream;
	uint64_t launch;                 /* of a graph, whose nodes come now; 0: none */
	int64_t to_ns, before_launch_ns; /* by all of it; by what came before the launch */
};

/* A programmatic launch may begin before the kernel before it ends, and nodes of one launch
 * of a graph may, whose order is another rule's matter; no other may. */
static gboolean comes_early(struct busy *busy, const struct stretch *one)
{
	gboolean early;

	if (one->stream != busy->stream)
		*busy = (struct busy){ one->stream, 0, INT64_MIN, INT64_MIN };
	if (one->launch == 0 || one->launch != busy->launch) {
		busy->before_launch_ns = busy->to_ns;
		busy->launch = one->launch;
	}
	early = one->start_ns < busy->before_launch_ns && !one->programmatic;
	busy->to_ns = MAX(busy->to_ns, one->end_ns);
	return early;
}

static gboolean inspect_streams(struct inspector *inspector, GError **error)
{
	g_autoptr(GError) failure = NULL;
	struct busy busy = { .stream = CT_NONE };
	const struct stretch *one;

	if (!ct_sorter_sort(inspector->stretches, error))
		return FALSE;
	while ((one = ct_sorter_next(inspector->stretches, &failure)))
		if (comes_early(&busy, one))
			fail(inspector->check, CT_RULE_STREAM_ORDER, one->lane,
			     one->position, "starts before the kernel before it ends");
	if (failure)
		g_propagate_error(error, g_steal_pointer(&failure));
	return !failure;
}

static gboolean inspect_waits(struct inspector *inspector, GError **error)
{
	g_autoptr(GError) failure = NULL;
	uint64_t position;
	uint32_t lane;

	while (ct_check_waits_next(inspector->waits, &lane, &position, &failure))
		fail(inspector->check, CT_RULE_WAITS, lane, position,
		     "starts before an event it waits for");
	if (failure)
		g_propagate_error(error, g_steal_pointer(&failure));
	return !failure;
}

static void fail_whole(struct ct_check *check, enum ct_rule rule, uint64_t n,
		       const char *what)
{
	struct ct_rule_result *result = &check->rule[rule];

	if (n == 0)
		return;
	result->failures += n;
	if (!result->first)
		result->first = g_strdup(what);
}

static void check_recordings(struct inspector *inspector)
{
	const struct ct_trace *trace = inspector->trace;

	for (uint32_t i = 0; i < trace->n_recordings; i++) {
		const struct ct_recording_record *r = &trace->recording[i];
		g_autofree char *what = g_strdup_printf(
			"process %u",
			r->process == CT_NONE ? 0 : trace->process[r->process].pid);

		fail_whole(inspector->check, CT_RULE_TIMES, r->n_zero_times, what);
		fail_whole(inspector->check, CT_RULE_LAUNCHES,
			   r->n_lost_launches + r->n_unlaunched, what);
		fail_whole(inspector->check, CT_RULE_GRAPHS, r->n_wrong_graphs,
			   "edges of a graph, in a circle or too many, left out");
		if (r->flags & (CT_RECORDING_CUT_OFF | CT_RECORDING_STOLEN))
			fail_whole(inspector->check, CT_RULE_COMPLETE, 1, what);
	}
}

/* How the simulator will come by the times of kernels that were not alone. */
static void judge_shapes(struct inspector *inspector)
{
	struct ct_check *check = inspector->check;
	int64_t estimated_ns = 0, unknown_ns = 0;

	for (uint32_t i = 0; i < inspector->trace->n_shapes; i++) {
		int64_t *sum = inspector->alone[i] ? &estimated_ns : &unknown_ns;

		*sum = ct_add_saturated(*sum, inspector->shared_ns[i]);
	}
	if (inspector->kernel_ns > 0) {
		check->estimated_pct =
			100.0 * (double)estimated_ns / (double)inspector->kernel_ns;
		check->unknown_pct =
			100.0 * (double)unknown_ns / (double)inspector->kernel_ns;
	}
}

static void tolerate(struct ct_rule_result *result, uint64_t limit)
{
	if (result->failures == 0 || result->failures > limit)
		return;
	result->tolerated = result->failures;
	result->failures = 0;
}

static void check_whole(struct inspector *inspector, double limit_pct)
{
	const struct ct_trace *trace = inspector->trace;
	struct ct_check *check = inspector->check;

	if (!trace->complete)
		fail_whole(check, CT_RULE_COMPLETE, 1, trace->missing);
	fail_whole(check, CT_RULE_DROPS, trace->n_dropped, "not recorded");
	check_recordings(inspector);
	judge_shapes(inspector);
	if (inspector->kernel_ns > 0)
		check->overlapped_pct = 100.0 * (double)inspector->overlapped_ns /
					(double)inspector->kernel_ns;
	if (check->overlapped_pct <= limit_pct)
		tolerate(&check->rule[CT_RULE_ALONE], UINT64_MAX);
	tolerate(&check->rule[CT_RULE_LAUNCH_ORDER],
		 inspector->n_works / (1000000 / CT_CHECK_EARLY_PPM));
}

gboolean ct_trace_check(const struct ct_trace *trace, double limit_pct,
			struct ct_check *check, GError **error)
{
	struct inspector inspector = {
		.trace = trace,
		.check = check,
		.events = ct_events_new(),
		.stretches = ct_sorter_new(sizeof(struct stretch), SORT_BYTES,
					   compare_stretch, g_get_tmp_dir()),
		.graphs = ct_check_graphs_new(trace),
		.waits = ct_check_waits_new(),
		.shared_ns = g_new0(int64_t, MAX(trace->n_shapes, 1)),
		.alone = g_new0(gboolean, MAX(trace->n_shapes, 1)),
	};
	gboolean ok = TRUE;

	memset(check, 0, sizeof(*check));
	check->n_ops = trace->n_ops;
	for (int visit = FALSE; visit <= TRUE; visit++)
		for (uint32_t i = 0; ok && i < trace->n_lanes; i++)
			ok = walk_lane(&inspector, i, visit, error);
	ok = ok && inspect_streams(&inspector, error) && inspect_waits(&inspector, error);
	ct_sorter_free(inspector.stretches);
	ct_events_free(inspector.events);
	ct_check_graphs_free(inspector.graphs);
	ct_check_waits_free(inspector.waits);
	if (ok)
		check_whole(&inspector, limit_pct);
	else
		ct_check_clear(check);
	g_free(inspector.shared_ns);
	g_free(inspector.alone);
	return ok;
}

gboolean ct_check_passed(const struct ct_check *check)
{
	for (int i = 0; i < CT_RULES; i++)
		if (check->rule[i].failures)
			return FALSE;
	return TRUE;
}

void ct_check_clear(struct ct_check *check)
{
	for (int i = 0; i < CT_RULES; i++)
		g_clear_pointer(&check->rule[i].first, g_free);
	memset(check, 0, sizeof(*check));
}
