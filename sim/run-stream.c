/*
 * run-stream - operations between their release and their end.
 *
 * A stream runs one operation at a time, in order.  An operation may start when it has
 * arrived, its predecessor has ended and, for work, the gap since the last work of the
 * stream has passed.  Markers (event record and wait) take no time of their own.
 *
 * A programmatic dependent launch need not wait for its predecessor's end: run-overlap.c.
 *
 * What a copy does from then on is in run-copy.c.
 *
 * It may have to wait for what is in other streams: for an event, for the NULL stream
 * (run-legacy.c), for who shares its channel (run-channel.c), or, in a graph, for other
 * branches (run-graph.c).  Then it is parked, and looked at again when one of these may
 * have changed.
 */
#include "sim/run-internal.h"

#include <string.h>

#include "sim/base/error.h"
#include "sim/timeline.h"

enum { SLAB_OPS = 256 };

struct op *ct_run_op_new(struct run *run)
{
	struct op *op = run->pool;

	if (!op) {
		struct op *slab = g_new0(struct op, SLAB_OPS);

		g_ptr_array_add(run->slabs, slab);
		for (int i = 0; i < SLAB_OPS; i++) {
			slab[i].next = run->pool;
			run->pool = &slab[i];
		}
		op = run->pool;
	}
	run->pool = op->next;
	/* of the grid, what a kernel does not fill in and a submission does not set */
	memset(op, 0, offsetof(struct op, grid));
	op->job.released_ns = INT64_MIN;
	op->start_ns = op->predecessor_ns = op->ready_ns = op->submitted_ns = INT64_MAX;
	op->grid.dispatched_ns = -1;
	op->grid.sms = NULL;
	op->grid.sm_cap = 0;
	op->grid.partition = op->grid.priority = 0;
	return op;
}

void ct_run_op_free(struct run *run, struct op *op)
{
	if (op->past)
		ct_run_op_forget(run, op);
	op->next = run->pool;
	run->pool = op;
}

/* From here on the kernel is its context's business, the gap before it included. */
static void announce(struct run *run, struct op *op)
{
	if (!op->announced)
		ct_compute_announce(run->compute, op->stream->context);
	op->announced = TRUE;
}

/* What fits on the device may not fit on what a tenant has of it, if it is clusters. */
static bool can_ever_run(struct run *run, const struct op *op)
{
	const struct tenant *tenant = op->stream->copy->tenant;
	const struct ct_gpu *gpu = ct_compute_gpu(run->compute, op->stream->context);
	GError *error = NULL;

	if (op->grid.need.cluster <= 1 ||
	    (!op->grid.sm_cap && ct_gpu_can_hold(gpu, &op->grid.need, op->grid.sms)))
		return true;
	g_set_error(&error, CT_ERROR, CT_EXIT_UNSUPPORTED,
		    "%s: a kernel of '%s' is launched in clusters of %u blocks, %s",
		    tenant->program->trace->path, tenant->spec->name, op->grid.need.cluster,
		    op->grid.sm_cap ? "which are not simulated under mps_percentage"
				    : "for which the part of the device that it may use "
				      "has no room in any GPC");
	ct_run_fail(run, error);
	return false;
}

void ct_run_watch_dispatch(struct op *op)
{
	op->grid.tell_dispatched = true;
}

void ct_run_submit_kernel(struct run *run, struct op *op)
{
	if (!can_ever_run(run, op))
		return;
	announce(run, op);
	if (run->sliced)
		op->off_waiting_ns = -ct_compute_off_ns(run->compute, op->stream->context);
	op->started = FALSE;
	op->submitted_ns = run->now_ns;
	op->grid.tell_dispatched =
		ct_run_channel_shared(op->stream) || (op->next && op->next->programmatic);
	ct_compute_submit(run->compute, op->stream->context, &op->grid);
}

/* A queue of thousands of operations is not in any cache: what comes next is asked for
 * while the head runs, so that it is there when its turn comes. */
static void fetch_ahead(const struct op *op)
{
	for (size_t at = 0; op && at < sizeof(*op); at += 64)
		__builtin_prefetch((const char *)op + at);
}

/* Schedules the head of a stream, if it can be known when it may start. */
static void schedule_head(struct run *run, struct stream *s)
{
	struct op *op = s->head;

	if (!op || s->scheduled)
		return;
	op->predecessor_ns = s->free_ns;
	op->ready_ns = MAX(op->arrival_ns, s->free_ns);
	if (op->job.work.kind != CT_WORK_MARKER && s->work_end_ns != CT_TIME_NONE &&
	    !(op->programmatic && s->after_kernel))
		op->ready_ns = MAX(op->ready_ns, s->work_end_ns + ct_run_gap_ns(op));
	s->scheduled = TRUE;
	if (op->kind == CT_OP_KERNEL && op->arrival_ns <= run->now_ns)
		announce(run, op);
	s->due_ns = MAX(op->ready_ns, run->now_ns);
	fetch_ahead(op->next);
	ct_events_push(&run->events, s->due_ns, CT_EVENT_READY, s->index, s);
}

void ct_run_enqueue(struct run *run, struct op *op)
{
	struct stream *s = op->stream;

	op->next = NULL;
	if (op->programmatic && s->head)
		ct_run_overlap_queued(s);
	*s->tail = op;
	s->tail = &op->next;
	schedule_head(run, s);
	if (op->programmatic)
		ct_run_overlap_look(run, s);
}

void ct_run_release(struct run *run, struct op *op, int64_t released_ns)
{
	struct op *node;

	op->released_ns = released_ns;
	op->arrival_ns =
		MAX(released_ns, op->doorbell_ns) + run->in->device->launch_latency_ns;
	if (run->explainer)
		ct_run_explain_released(run, op);
	for (node = op->nodes; node; node = node->next) {
		node->released_ns = released_ns;
		node->arrival_ns = op->arrival_ns;
		node->grid.sms = op->grid.sms;
		node->grid.sm_cap = op->grid.sm_cap;
		node->grid.partition = op->grid.partition;
		node->grid.priority = op->grid.priority;
		node->part = op->part;
		node->job.why = op->job.why;
		if (run->explainer)
			ct_run_explain_released(run, node);
	}
	ct_run_enqueue(run, op);
}

/* The head is over, or taken back; the next may start. */
void ct_run_leave_stream(struct run *run, struct op *op)
{
	struct stream *s = op->stream;

	g_assert(s->head == op);
	s->head = op->next;
	if (!s->head)
		s->tail = &s->head;
	s->free_ns = run->now_ns;
	if (op->job.work.kind != CT_WORK_MARKER)
		ct_run_work_ended(op, run->now_ns);
	s->after_kernel = op->kind == CT_OP_KERNEL;
	s->scheduled = s->beside != NULL; /* it heads the stream now */
	s->beside = NULL;
	s->beside_ns = -1;
	if (run->explainer)
		ct_run_explain_left(run, op);
	schedule_head(run, s);
	if (s->head && s->head->next && s->head->next->programmatic)
		ct_run_overlap_look(run, s);
	if (ct_run_channel_shared(s)) /* it may have been taken back */
		ct_run_channel_passed(run, s);
	if (s->recall)
		ct_run_stopped(run, s);
}

/* One operation of a copy is over: threads may go on, the request may be done. */
static void count_end(struct run *run, struct op *op)
{
	struct copy *copy = op->stream->copy;

	if (--copy->n_in_flight == 0)
		copy->idle_since_ns = run->now_ns;
	for (uint32_t i = 0; copy->n_blocked && i < copy->n_threads; i++)
		if (copy->thread[i].wait == WAIT_ALL &&
		    op->number < copy->thread[i].wait_number)
			copy->thread[i].wait_count--;
	if (copy->n_blocked)
		ct_run_wake(copy);
}

void ct_run_op_ended(struct run *run, struct op *op, int64_t start_ns)
{
	struct copy *copy = op->stream->copy;

	ct_run_leave_stream(run, op);
	op->stream->n_ended++;
	count_end(run, op);
	if (op->graph) {
		ct_run_node_ended(run, op, start_ns);
		return;
	}
	ct_run_channel_ended(op->stream);
	if (copy->phases)
		ct_run_legacy_ended(run, copy, op->phase);
	ct_run_tell_finished(run, op, start_ns, run->now_ns);
	ct_run_request_maybe_done(copy);
}

void ct_run_unpark_from(struct run *run, struct stream *s, int64_t ready_ns)
{
	s->parked = FALSE;
	s->head->ready_ns = ready_ns;
	s->due_ns = run->now_ns;
	ct_events_push(&run->events, run->now_ns, CT_EVENT_READY, s->index, s);
}

void ct_run_unpark(struct run *run, struct stream *s)
{
	s->head->predecessor_ns = run->now_ns;
	ct_run_unpark_from(run, s, run->now_ns);
}

/* Streams that stand at a wait for this event look again. */
static void event_reached(struct run *run, struct copy *copy,
			  const struct event_slot *event)
{
	for (uint32_t i = 0; i < copy->tenant->program->trace->n_streams; i++) {
		struct stream *s = &copy->stream[i];

		if (s->parked && s->head->event == event)
			ct_run_unpark(run, s);
	}
}

static void end_marker(struct run *run, struct op *op)
{
	if (op->kind == CT_OP_EVENT_RECORD) {
		op->event->n_recorded = MAX(op->event->n_recorded, op->event_count);
		event_reached(run, op->stream->copy, op->event);
	}
	ct_run_op_ended(run, op, run->now_ns);
}

/* Whether the head of a stream must wait for what is in others. */
static gboolean must_wait(const struct op *op)
{
	if (op->graph)
		return ct_run_node_waits(op);
	if (op->stream->copy->phases && ct_run_legacy_waits(op))
		return TRUE;
	if (op->kind == CT_OP_EVENT_WAIT)
		return op->event->n_recorded < op->event_count;
	return op->kind == CT_OP_KERNEL && ct_run_channel_shared(op->stream) &&
	       !ct_run_channel_enter((struct op *)op);
}

void ct_run_ready(struct stream *s)
{
	struct run *run = s->copy->tenant->run;
	struct op *op = s->head;

	if (ct_run_overlap_due(run, s))
		return;
	if (s->due_ns != run->now_ns)
		return; /* what it was for is not there any more */
	s->due_ns = -1;
	if (must_wait(op)) {
		s->parked = TRUE;
		if (!s->wants_channel) /* since when it is ready is not known yet */
			op->predecessor_ns = op->ready_ns = INT64_MAX;
		return;
	}
	switch (op->kind) {
	case CT_OP_KERNEL:
		ct_run_submit_kernel(run, op);
		if (run->explainer)
			ct_run_explain_ready(run, op);
		break;
	case CT_OP_MEMCPY:
	case CT_OP_MEMSET:
		if (run->explainer)
			ct_run_explain_ready(run, op);
		ct_run_copy_start(run, op);
		break;
	case CT_OP_GRAPH_LAUNCH:
		ct_run_graph_begin(run, op);
		break;
	default:
		end_marker(run, op);
	}
}

/* A kernel has ended on the device; its stream completes in order. */
static void kernel_ended(struct run *run, struct op *op)
{
	struct stream *s = op->stream;

	if (ct_run_overlap_ended(op))
		return;
	ct_run_op_ended(run, op, op->grid.start_ns);
	if (s->head && s->head->over)
		ct_run_op_ended(run, s->head, s->head->grid.start_ns);
}

static void note_off_at_end(struct run *run, struct op *op)
{
	int64_t off_ns = ct_compute_off_ns(run->compute, op->stream->context);

	if (op->grid.start_ns < 0)
		op->off_waiting_ns += off_ns;
	else
		op->off_running_ns += off_ns;
}

void ct_run_grids_ended(struct run *run, struct ct_grid *list)
{
	while (list) {
		struct ct_grid *grid = list;
		struct op *op = grid->owner;

		list = grid->next;
		if (run->sliced)
			note_off_at_end(run, op);
		if (grid->blocks_left || op->rest) {
			ct_run_came_back(run, op);
			continue;
		}
		op->left = 0;
		ct_run_count_op(run, op, grid->start_ns, grid->end_ns,
				grid->behind_priority_ns);
		kernel_ended(run, op);
	}
}

/* What its context missed so far, it missed while the kernel waited. */
static void note_off_at_start(struct run *run, struct op *op)
{
	int64_t off_ns = ct_compute_off_ns(run->compute, op->stream->context);

	op->off_waiting_ns += off_ns;
	op->off_running_ns = -off_ns;
}

static void started(struct run *run, struct op *op)
{
	op->started = TRUE;
	if (run->sliced)
		note_off_at_start(run, op);
	if (run->tells_starts && !op->graph)
		ct_run_tell_started(run, op);
}

/* Grids that started, and those that were dispatched and are watched for that. */
void ct_run_grids_started(struct run *run, struct ct_grid *list)
{
	for (; list; list = list->next) {
		struct op *op = list->owner;

		if (list->start_ns == run->now_ns && !op->started)
			started(run, op);
		if (list->dispatched_ns >= 0 && ct_run_channel_shared(op->stream))
			ct_run_channel_passed(run, op->stream);
		if (list->dispatched_ns >= 0 && op->next && op->next->programmatic)
			ct_run_overlap_look(run, op->stream);
	}
	if (run->in->timeline && ct_compute_active_sms(run->compute) != run->sms_shown) {
		run->sms_shown = ct_compute_active_sms(run->compute);
		ct_timeline_sms(run->in->timeline, run->now_ns, run->sms_shown);
	}
}
