/*
 * run-host - the host threads of a program, replayed.
 *
 * A thread makes its calls in recorded order.  Between two calls it thinks as long as
 * recorded; a non-blocking call takes as long as recorded, unless it evidently stood still;
 * a blocking call takes as long as what it waits for, plus the time
 * from there to its return (as recorded where it waited in the recording too).  So a
 * tenant slows down the way its program would.
 *
 * The device hears of a launch near the end of its call: in the H100 traces the work
 * starts a constant time after the call's return, however long the call took (DtoH copy
 * 12.3 us call: start after 14.3; 7.8 us: 9.4; memsets from 3 to 40 us alike).  The device
 * file's launch latency counts from the start of a call of usual length; of a longer one,
 * from where a usual call would have begun.  Work that was recorded as beginning before its
 * call returned (a copy that is staged, a call that went on for a reason of its own) shows
 * that the device had heard of it: at the latest one latency before that.
 */
#include "sim/run-internal.h"

#include "sim/base/error.h"

/* A non-blocking call this much longer than usual stood still for a reason of its own. */
enum { STOOD_STILL = 16 };
#define STOOD_STILL_NS 1000000

void ct_run_fail(struct run *run, GError *error)
{
	if (run->result->error)
		g_error_free(error);
	else
		run->result->error = error;
	run->stop = TRUE;
}

static const struct ct_op *read_op(struct thread *t)
{
	GError *error = NULL;
	const struct ct_op *op;

	if (t->has_next) {
		t->has_next = FALSE;
		return &t->next;
	}
	if (t->left == 0)
		return NULL;
	t->left--;
	op = ct_cursor_next(t->cursor, &error);
	if (error)
		ct_run_fail(t->copy->tenant->run, error);
	return op;
}

static void schedule_call(struct thread *t, int64_t at_ns)
{
	struct run *run = t->copy->tenant->run;

	ct_events_push(&run->events, at_ns, CT_EVENT_HOST, t->index, t);
}

/* Reads on to the next call and schedules it; FREE_NS is when the thread may go on. */
static void next_call(struct thread *t, int64_t free_ns)
{
	int64_t think_ns;

	do {
		t->op = read_op(t);
	} while (t->op &&
		 (t->op->kind == CT_OP_MARKER_BEGIN || t->op->kind == CT_OP_MARKER_END));
	if (!t->op) {
		if (t->device_lane && t->copy->n_queueing && --t->copy->n_queueing == 0)
			ct_run_wake(t->copy);
		t->copy->n_busy--;
		ct_run_request_maybe_done(t->copy);
		return;
	}
	if (t->device_lane) {
		schedule_call(t, free_ns);
		return;
	}
	think_ns = t->op->api_start_ns - t->recorded_ns;
	t->recorded_ns = MAX(t->recorded_ns, t->op->api_end_ns);
	schedule_call(t, free_ns + MAX(think_ns, 0));
}

void ct_run_start_threads(struct copy *copy)
{
	const struct ct_program *program = copy->tenant->program;
	uint32_t n_lanes = program->trace->n_lanes;

	/* all are busy before the first one moves: an empty one is done at once */
	copy->n_busy = copy->n_threads;
	copy->n_queueing = 0;
	for (uint32_t i = 0; i < copy->n_threads; i++)
		copy->n_queueing += copy->thread[i].device_lane;
	for (uint32_t i = 0; i < copy->n_threads; i++) {
		struct thread *t = &copy->thread[i];
		const struct ct_segment *segment =
			&program->segment[(size_t)copy->request * n_lanes + t->lane];
		GError *error = NULL;

		t->left = segment->end - segment->begin;
		t->has_next = FALSE;
		t->wait = WAIT_NOT;
		t->recorded_ns = copy->request_start_ns;
		if (t->left && !ct_cursor_seek(t->cursor, segment->begin, &error))
			ct_run_fail(copy->tenant->run, error);
		next_call(t, copy->request_ns);
	}
}

static int64_t call_length(const struct thread *t)
{
	const struct ct_program *program = t->copy->tenant->program;
	int64_t ns = t->op->api_end_ns - t->op->api_start_ns;
	int64_t usual = program->long_call_ns[t->op->kind];

	/* compared with the recording, a call lasts as long as it did there */
	if (t->copy->tenant->run->in->replay_once)
		return MAX(ns, 0);
	if (ns > STOOD_STILL_NS && ns > STOOD_STILL * usual)
		return usual;
	return MAX(ns, 0);
}

static void block(struct thread *t, enum wait wait)
{
	t->wait = wait;
	t->copy->n_blocked++;
}

/* Waits as the recorded call did, given that what it waited for ended, in the recording,
 * at RECORDED_END_NS: its return then takes as long after the end as it took there.  If
 * it did not wait there, its length is what the call itself costs. */
static void wait_like_recorded(struct thread *t, enum wait wait, int64_t recorded_end_ns)
{
	struct run *run = t->copy->tenant->run;
	int64_t called = t->op->api_start_ns, returned = t->op->api_end_ns;

	if (recorded_end_ns != CT_TIME_NONE && recorded_end_ns > called &&
	    returned >= recorded_end_ns) {
		t->resume_after_ns = returned - recorded_end_ns;
		t->resume_floor_ns =
			run->now_ns + MIN(returned - called, t->resume_after_ns);
	} else {
		t->resume_after_ns = run->in->device->sync_wakeup_ns;
		t->resume_floor_ns = run->now_ns + MAX(returned - called, 0);
	}
	block(t, wait);
}

static struct stream *stream_of(struct copy *copy, uint32_t source)
{
	return source == CT_NONE ? NULL : &copy->stream[source];
}

/* The copy's slot of a CUDA event; NULL if the trace never records it. */
static struct event_slot *event_of(struct copy *copy, uint64_t handle)
{
	GHashTable *events = copy->tenant->program->event_index;
	gpointer index = g_hash_table_lookup(events, &handle);

	return index ? &copy->slot[GPOINTER_TO_UINT(index) - 1] : NULL;
}

static void unread(struct thread *t, const struct ct_op *record)
{
	if (record && record != &t->next)
		t->next = *record;
	t->has_next = record != NULL;
}

/* The nodes that follow a graph launch become part of it, and it runs in order with its
 * stream, or that of the first if the source does not say in which.  NULL: it has none.
 * RECORD is the caller's copy: reading on moves what the thread had read. */
static struct op *new_graph(struct thread *t, const struct ct_op *record)
{
	const struct ct_op *next = read_op(t);
	struct stream *launched;
	struct op *graph, **tail;

	if (!next || !(next->flags & CT_OP_CHILD)) {
		unread(t, next);
		return NULL;
	}
	launched = stream_of(t->copy,
			     record->stream == CT_NONE ? next->stream : record->stream);
	graph = ct_run_issue(t, record, launched);
	graph->job.work.kind = CT_WORK_GRAPH;
	graph->graph_id = record->graph;
	if (t->copy->tenant->program->forms)
		ct_run_graph_follow(t, graph, next);
	tail = &graph->nodes;
	for (; next && (next->flags & CT_OP_CHILD); next = read_op(t)) {
		struct op *node = ct_run_issue(t, next, &t->copy->branch[next->stream]);

		node->stream->last_graph = graph->serial + 1;
		ct_run_recorded_until(launched, next->end_ns);
		node->graph = graph;
		graph->n_nodes++;
		if (graph->follow)
			ct_run_graph_node(t->copy->tenant->run, graph, node, next);
		graph->job.work.blocks += node->job.work.blocks;
		*tail = node;
		tail = &node->next;
	}
	unread(t, next);
	if (graph->follow)
		ct_run_graph_read(t->copy->tenant->run, graph);
	return graph;
}

/* When the device hears of OP, by a call of so long. */
static int64_t doorbell(const struct thread *t, const struct ct_op *record,
			const struct op *op, int64_t length_ns)
{
	const struct run *run = t->copy->tenant->run;
	int64_t usual = t->copy->tenant->program->typical_call_ns[CT_OP_KERNEL];
	int64_t late_ns = length_ns - usual, began_ns = record->start_ns;

	if (late_ns <= 0)
		return run->now_ns;
	if (op->nodes)
		began_ns = op->nodes->recorded_start_ns + t->copy->request_start_ns;
	if (began_ns != CT_TIME_NONE && began_ns < record->api_end_ns)
		late_ns = MIN(late_ns, MAX(began_ns - record->api_start_ns -
						   run->in->device->launch_latency_ns,
					   0));
	return run->now_ns + late_ns;
}

/* Launches, copies, memsets and graph launches. */
static void call_launch(struct thread *t)
{
	struct run *run = t->copy->tenant->run;
	const struct ct_op record = *t->op; /* reading a graph's nodes moves the cursor */
	int64_t length_ns = t->device_lane ? 0 : call_length(t);
	gboolean blocks = (record.flags & (CT_OP_PAGEABLE | CT_OP_BLOCKING)) &&
			  !t->device_lane && record.api_end_ns >= record.end_ns;
	struct stream *launched;
	uint64_t serial;
	struct op *op;

	t->last_stream = stream_of(t->copy, record.stream);
	if (t->unknown_waits && record.kind != CT_OP_GRAPH_LAUNCH)
		ct_run_infer_waits(t, &record, stream_of(t->copy, record.stream));
	if (record.kind == CT_OP_GRAPH_LAUNCH)
		op = new_graph(t, &record);
	else
		op = ct_run_issue(t, &record, stream_of(t->copy, record.stream));
	if (!op) {
		next_call(t, run->now_ns + length_ns);
		return;
	}
	launched = op->stream; /* the operation may be over when it has been submitted */
	serial = op->serial;
	if (!blocks)
		op->doorbell_ns = doorbell(t, &record, op, length_ns);
	ct_run_submit(run, op);
	if (record.kind == CT_OP_GRAPH_LAUNCH && record.stream == CT_NONE)
		ct_run_hold_recorded_streams(t, launched, serial);
	if (blocks) {
		t->op = &record;
		t->wait_stream = op->stream;
		t->wait_count = op->stream->n_issued;
		wait_like_recorded(t, WAIT_STREAM, record.end_ns);
		t->op = NULL;
	} else if (op->job.released_ns == INT64_MIN &&
		   run->actuator.caps.gate == CT_GATE_BLOCKS) {
		t->wait_op = op;
		t->resume_after_ns = length_ns;
		t->resume_floor_ns = 0;
		block(t, WAIT_GATE);
	} else {
		next_call(t, run->now_ns + length_ns);
	}
}

static void call_event(struct thread *t)
{
	struct copy *copy = t->copy;
	struct run *run = copy->tenant->run;
	struct stream *stream = stream_of(copy, t->op->stream);
	struct event_slot *event = event_of(copy, t->op->handle);
	gboolean record = t->op->kind == CT_OP_EVENT_RECORD;

	if (!record && !stream)
		t->unknown_waits++;
	if (event && record)
		event->n_issued++;
	if (event && record && !stream) {
		/* the source does not say in which stream: it counts as reached at once */
		event->n_recorded = event->n_issued;
	} else if (event && stream) {
		struct op *op = ct_run_issue(t, t->op, stream);

		if (record)
			event->recorded_end_ns = stream->recorded_end_ns;
		op->event = event;
		op->event_count = event->n_issued;
		ct_run_submit(run, op);
	}
	next_call(t, run->now_ns + call_length(t));
}

static int64_t recorded_end(const struct copy *copy)
{
	int64_t end_ns = CT_TIME_NONE;
	uint32_t n = copy->tenant->program->trace->n_streams;

	for (uint32_t i = 0; i < n; i++)
		end_ns = MAX(end_ns, copy->stream[i].recorded_end_ns);
	return end_ns;
}

static void call_sync(struct thread *t)
{
	struct copy *copy = t->copy;
	struct stream *stream = stream_of(copy, t->op->stream);

	if (t->op->kind == CT_OP_STREAM_SYNC && !stream)
		stream = ct_run_likely_synced(t);
	if (t->op->kind == CT_OP_EVENT_SYNC) {
		struct event_slot *event = event_of(copy, t->op->handle);

		t->wait_event = event;
		t->wait_count = event ? event->n_issued : 0;
		wait_like_recorded(t, WAIT_EVENT,
				   event ? event->recorded_end_ns : CT_TIME_NONE);
	} else if (t->op->kind == CT_OP_STREAM_SYNC && stream) {
		t->wait_stream = stream;
		t->wait_count = stream->n_issued;
		wait_like_recorded(t, WAIT_STREAM, stream->recorded_end_ns);
	} else {
		t->wait_number = copy->n_issued;
		t->wait_count = copy->n_in_flight;
		wait_like_recorded(t, WAIT_ALL, recorded_end(copy));
	}
	ct_run_wake(copy);
}

static gboolean must_wait_for_room(struct thread *t)
{
	struct stream *stream = stream_of(t->copy, t->op->stream);

	if (!t->device_lane && t->copy->n_queueing > 0) {
		block(t, WAIT_FIRST);
		return TRUE;
	}
	if (stream && !ct_run_channel_has_room(t, stream)) {
		block(t, WAIT_ROOM);
		return TRUE;
	}
	return FALSE;
}

void ct_run_call(struct thread *t)
{
	struct run *run = t->copy->tenant->run;

	if (!t->op) { /* a blocking call returns */
		next_call(t, run->now_ns);
		return;
	}
	if (must_wait_for_room(t))
		return;
	switch (t->op->kind) {
	case CT_OP_KERNEL:
	case CT_OP_MEMCPY:
	case CT_OP_MEMSET:
	case CT_OP_GRAPH_LAUNCH:
		call_launch(t);
		break;
	case CT_OP_EVENT_RECORD:
	case CT_OP_EVENT_WAIT:
		call_event(t);
		break;
	case CT_OP_EVENT_SYNC:
	case CT_OP_STREAM_SYNC:
	case CT_OP_DEVICE_SYNC:
	case CT_OP_FREE:
		call_sync(t);
		break;
	default:
		next_call(t, run->now_ns + call_length(t));
	}
}

static gboolean wait_is_over(const struct thread *t)
{
	const struct copy *copy = t->copy;

	switch (t->wait) {
	case WAIT_STREAM:
		return t->wait_stream->n_ended >= t->wait_count;
	case WAIT_ALL:
		return t->wait_count == 0;
	case WAIT_EVENT:
		return !t->wait_event || t->wait_event->n_recorded >= t->wait_count;
	case WAIT_GATE:
		return t->wait_op == NULL;
	case WAIT_FIRST:
		return copy->n_queueing == 0;
	case WAIT_ROOM: /* its channel says so */
	case WAIT_NOT:
		break;
	}
	return FALSE;
}

void ct_run_wake(struct copy *copy)
{
	struct run *run = copy->tenant->run;

	for (uint32_t i = 0; copy->n_blocked && i < copy->n_threads; i++) {
		struct thread *t = &copy->thread[i];

		if (t->wait == WAIT_NOT || !wait_is_over(t))
			continue;
		copy->n_blocked--;
		if (t->wait == WAIT_FIRST) {
			schedule_call(
				t, run->now_ns); /* the call itself is still to be made */
		} else {
			t->op = NULL;
			schedule_call(t, MAX(run->now_ns + t->resume_after_ns,
					     t->resume_floor_ns));
		}
		t->wait = WAIT_NOT;
	}
}

void ct_run_has_room(struct thread *t)
{
	t->copy->n_blocked--;
	t->wait = WAIT_NOT;
	schedule_call(t, t->copy->tenant->run->now_ns);
}

void ct_run_gate_opened(struct op *op)
{
	struct copy *copy = op->stream->copy;

	for (uint32_t i = 0; copy->n_blocked && i < copy->n_threads; i++)
		if (copy->thread[i].wait == WAIT_GATE && copy->thread[i].wait_op == op)
			copy->thread[i].wait_op = NULL;
	ct_run_wake(copy);
}
