/*
 * run-recall - work taken back from the device, as the actuator file says it can be.
 *
 * An order reaches the device after the mechanism's signal.  What of the lane has not
 * begun leaves its stream then; a kernel that runs is stopped the way the order says, and
 * waited for.  When all is off the device the mechanism's quiesce passes, and the work is
 * told back to custody, oldest first, and the order settles.  Granted again, a kernel runs
 * exactly the blocks it has left.  Slices (terms.max_blocks) come back the same way,
 * without an order.
 *
 * A context switch stops a whole context: what runs in it is frozen where it is, and goes
 * on there when all of it that was told back has been granted again.
 *
 * A graph launch is one command, which nothing but a context switch can interrupt (XSched
 * says the same of its levels 1 and 2), so it stays, and so does what is before it.  A
 * copy that has begun finishes.
 *
 * DANGER: copies and markers behind kernels come back with them at no cost.  On hardware
 * they cannot be deactivated, so that a mechanism of level 2 launches them only when the
 * kernels before them have ended, one launch latency later than here.
 * DANGER: REEF's reset also replays up to two kernels that have ended, because it cannot
 * know that they have; here only the one that runs is.
 */
#include "sim/run-internal.h"

#include <errno.h>

#include "sim/base/error.h"

enum { SLAB = 64 };

static struct recall *new_recall(struct run *run)
{
	struct recall *r = run->recall_pool;

	if (!r) {
		r = g_new0(struct recall, SLAB);
		g_ptr_array_add(run->slabs, r);
		for (int i = 0; i < SLAB - 1; i++)
			r[i].next = &r[i + 1];
	}
	run->recall_pool = r->next;
	*r = (struct recall){ .back_end = &r->back };
	return r;
}

static struct op_past *new_past(struct run *run)
{
	struct op_past *past = run->past_pool;

	if (!past) {
		past = g_new0(struct op_past, SLAB);
		g_ptr_array_add(run->slabs, past);
		for (int i = 0; i < SLAB - 1; i++)
			past[i].next = &past[i + 1];
	}
	run->past_pool = past->next;
	*past = (struct op_past){ 0 };
	return past;
}

/* Its time up to here is put aside until it is over; what comes now is preemption. */
static void put_aside(struct run *run, struct op *op, int64_t behind_priority_ns)
{
	int64_t time_ns[CT_CAUSE_MAX] = { 0 };

	ct_run_count_back(run, op, behind_priority_ns, time_ns);
	if (run->explainer)
		ct_run_explain_back(run, op);
	if (!op->past)
		op->past = new_past(run);
	op->past->back_ns = run->now_ns;
	for (int cause = 0; cause < CT_CAUSE_MAX; cause++)
		op->past->time_ns[cause] += time_ns[cause];
	op->predecessor_ns = op->ready_ns = op->submitted_ns = INT64_MAX;
	op->grid.dispatched_ns = -1;
	op->off_waiting_ns = op->off_running_ns = op->frozen_ns = 0;
	op->announced = FALSE;
}

void ct_run_op_forget(struct run *run, struct op *op)
{
	op->past->next = run->past_pool;
	run->past_pool = op->past;
	op->past = NULL;
}

static const struct ct_preemption *mechanism(const struct run *run, enum ct_revoke how)
{
	const struct ct_actuator_model *model = run->in->actuator;

	switch (how) {
	case CT_BLOCK_END:
		return &model->retreat;
	case CT_SWITCH:
		return &model->context_switch;
	case CT_RESET:
		return &model->reset;
	default:
		return &model->flush;
	}
}

static int refuse_reset(struct run *run, const struct tenant *t)
{
	if (!run->result->error)
		g_set_error(&run->result->error, CT_ERROR, CT_EXIT_UNSUPPORTED,
			    "tenant '%s' cannot be reset: only idempotent kernels may run "
			    "again, and nothing says that its are (idempotent=yes does)",
			    t->spec->name);
	run->stop = TRUE;
	return -ENOTSUP;
}

int ct_run_recall(struct run *run, uint32_t lane, enum ct_revoke how, uint32_t order)
{
	struct stream *s = &run->stream[lane];
	struct recall *r;

	g_assert(s->lane == lane);
	if (how == CT_SWITCH && !run->sliced)
		return -ENOTSUP; /* it is alone: nobody to give the SMs to */
	if (how == CT_RESET && !s->copy->tenant->spec->idempotent)
		return refuse_reset(run, s->copy->tenant);
	r = new_recall(run);
	r->stream = s;
	r->how = how;
	r->outcome.order = order;
	ct_events_push(&run->events,
		       MAX(run->broker_free_ns, run->now_ns) + run->actuator.caps.gate_ns +
			       mechanism(run, how)->signal_ns,
		       CT_EVENT_RECALL, run->n_late++, r);
	return 0;
}

/* Its head has gone on to the gpu or a copy engine. */
static gboolean head_is_on_device(const struct stream *s)
{
	return s->scheduled && !s->parked && s->due_ns < 0;
}

/* The first that has not begun and behind which no graph launch has gone. */
static struct op **first_to_go(struct stream *s)
{
	struct op **from = NULL, *op;

	for (struct op **at = &s->head; (op = *at); at = &op->next) {
		if (op->kind == CT_OP_GRAPH_LAUNCH)
			from = NULL;
		else if (!from && op->job.work.kind != CT_WORK_MARKER &&
			 !(op == s->head && head_is_on_device(s)))
			from = at;
	}
	return from;
}

static void append(struct recall *r, struct op *op)
{
	op->job.next = NULL;
	*r->back_end = &op->job;
	r->back_end = &op->job.next;
	r->outcome.blocks_left += op->left;
}

static void prepend(struct recall *r, struct op *op)
{
	op->job.next = r->back;
	r->back = &op->job;
	if (!op->job.next)
		r->back_end = &op->job.next;
	r->outcome.blocks_left += op->left;
}

static void take_waiting(struct run *run, struct recall *r)
{
	struct stream *s = r->stream;
	struct op **from = first_to_go(s), *op, *next;

	if (!from)
		return;
	op = *from;
	*from = NULL;
	s->tail = from;
	for (; op; op = next) {
		next = op->next;
		op->start_ns = INT64_MAX;
		if (op->announced)
			ct_compute_withdraw(run->compute, s->context);
		put_aside(run, op, 0);
		append(r, op);
	}
	if (!s->head) {
		s->scheduled = s->parked = FALSE;
		s->due_ns = -1;
		ct_run_channel_forget(s);
	}
	if (ct_run_channel_shared(s))
		ct_run_channel_passed(run, s);
}

/* What runs of the lane stays where it is; its context leaves the SMs. */
static void freeze(struct run *run, struct recall *r)
{
	struct stream *s = r->stream;
	struct tenant *t = s->copy->tenant;
	struct op *op = s->head;

	if (!op || !head_is_on_device(s) || op->frozen ||
	    (op->kind != CT_OP_KERNEL && op->kind != CT_OP_GRAPH_LAUNCH))
		return;
	if (op->kind == CT_OP_KERNEL && op->grid.start_ns >= 0)
		op->start_ns = op->grid.start_ns;
	op->frozen = TRUE;
	op->frozen_since_ns = run->now_ns;
	t->n_frozen++;
	t->result->taken_back++;
	ct_compute_hold(run->compute, s->context,
			run->in->actuator->context_switch.quiesce_ns);
	prepend(r, op);
}

void ct_run_thaw(struct run *run, struct op *op)
{
	struct tenant *t = op->stream->copy->tenant;

	op->frozen = FALSE;
	op->frozen_ns += run->now_ns - op->frozen_since_ns;
	if (--t->n_frozen == 0)
		ct_compute_let_go(run->compute, op->stream->context);
}

/* Is what is on the device to be waited for, because it stops? */
static gboolean stop_head(struct run *run, const struct recall *r)
{
	const struct stream *s = r->stream;
	struct op *op = s->head;
	enum ct_recall how = r->how == CT_RESET ? CT_RECALL_RESET : CT_RECALL_BLOCK_END;

	if (!op || !head_is_on_device(s) || op->kind != CT_OP_KERNEL || op->graph ||
	    op->next || op->frozen)
		return FALSE;
	if (op->grid.start_ns < 0)
		how = CT_RECALL_QUEUED;
	else if (r->how == CT_QUEUED || r->how == CT_SWITCH)
		return FALSE;
	ct_compute_recall(run->compute, s->context, &op->grid, how);
	return TRUE;
}

static void tell_when_quiet(struct run *run, struct recall *r)
{
	int64_t after_ns = mechanism(run, r->how)->quiesce_ns + run->actuator.caps.sense_ns;

	ct_events_push(&run->events, run->now_ns + after_ns, CT_EVENT_RECALL, run->n_late++,
		       r);
}

static void take_effect(struct run *run, struct recall *r)
{
	struct recall **last = &r->stream->recall;

	r->in_effect = TRUE;
	take_waiting(run, r);
	if (!stop_head(run, r)) {
		if (r->how == CT_SWITCH)
			freeze(run, r);
		tell_when_quiet(run, r);
		return;
	}
	while (*last)
		last = &(*last)->next;
	r->next = NULL;
	*last = r;
	ct_run_grids_ended(run, ct_compute_take_ended(run->compute));
}

void ct_run_stopped(struct run *run, struct stream *s)
{
	struct recall *r, *next;

	for (r = s->recall; r; r = next) {
		next = r->next;
		tell_when_quiet(run, r);
	}
	s->recall = NULL;
}

/* What a kernel has lost; all that it had done, if it must begin anew after a reset. */
static uint64_t lost_blocks(const struct run *run, struct op *op)
{
	uint64_t lost = op->grid.blocks_lost;
	gboolean reset = FALSE;

	for (const struct recall *r = op->stream->recall; r; r = r->next)
		reset |= r->how == CT_RESET;
	if (reset && op->grid.start_ns >= 0 && run->in->actuator->redo == CT_REDO_KERNEL) {
		lost += op->blocks - op->left;
		op->left = op->blocks;
	}
	return lost;
}

void ct_run_came_back(struct run *run, struct op *op)
{
	struct stream *s = op->stream;
	struct recall *r = s->recall;
	struct ct_tenant_result *result = s->copy->tenant->result;
	uint64_t lost;

	op->left = op->grid.blocks_left + op->rest;
	lost = lost_blocks(run, op);
	result->blocks_lost += lost;
	op->start_ns = op->grid.start_ns < 0 ? INT64_MAX : op->grid.start_ns;
	put_aside(run, op, op->grid.behind_priority_ns);
	ct_run_leave_stream(run, op);
	if (r) {
		r->outcome.blocks_lost += lost;
		prepend(r, op);
	} else if (run->actuator.caps.sense_ns) {
		ct_events_push(&run->events, run->now_ns + run->actuator.caps.sense_ns,
			       CT_EVENT_FACT, run->n_late++, op);
	} else {
		ct_run_tell_back(run, op);
	}
}

void ct_run_recall_due(struct run *run, struct recall *r)
{
	struct ct_job *next;

	if (!r->in_effect) {
		take_effect(run, r);
		return;
	}
	for (struct ct_job *job = r->back; job; job = next) {
		next = job->next;
		ct_run_tell_back(run, (struct op *)job);
	}
	ct_run_tell_settled(run, &r->outcome);
	r->next = run->recall_pool;
	run->recall_pool = r;
}
