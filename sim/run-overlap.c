/*
 * run-overlap - programmatic dependent launches: kernels that begin beside their predecessor.
 *
 * Such a kernel is ready when it has arrived and the kernel before it in the stream has
 * dispatched all its blocks; there is no gap.  It then takes the room that is left, as any
 * other kernel.  At most one runs beside the head of its stream, so that of a chain each
 * begins when the one before the last has ended, at the earliest.  The stream completes in
 * order: what has ended before its predecessor completes with it.  Behind anything but a
 * kernel, and in a graph, it waits like any other; so it does where it would have to wait
 * for another stream (its channel, the NULL stream) when it could begin, and under an
 * actuator that can take work back, whatever the policy, because a recall knows one
 * operation of a stream on the device.
 *
 * DANGER: hardware lets the launch begin when every block of its predecessor has ended or
 * has said so (cudaTriggerProgrammaticLaunchCompletion(), CUDA programming guide), which may
 * be long before or after all are dispatched; no recording says when that was.
 * DANGER: its blocks then wait inside for the predecessor's results
 * (cudaGridDependencySynchronize()) and hold their SMs meanwhile.  Here they work from the
 * start, so a kernel that has to wait is done too early by up to that time: but where it
 * was recorded overlapping, its own duration may have the wait in it, and counts it.
 */
#include "sim/run-internal.h"

gboolean ct_run_may_overlap(const struct run *run, const struct stream *s,
			    const struct ct_op *record)
{
	return record->flags & CT_OP_PROGRAMMATIC && !s->is_branch && !run->recalls;
}

/* What runs is watched for its dispatch. */
void ct_run_overlap_queued(struct stream *s)
{
	ct_run_watch_dispatch(s->head);
	if (s->beside)
		ct_run_watch_dispatch(s->beside);
}

/* Who may run beside the head of the stream now, once it has arrived; NULL: nobody. */
static struct op *next_beside(const struct stream *s)
{
	const struct op *head = s->head;

	if (!head || s->beside || head->kind != CT_OP_KERNEL ||
	    head->grid.dispatched_ns < 0 || !head->next || !head->next->programmatic)
		return NULL;
	return head->next;
}

void ct_run_overlap_look(struct run *run, struct stream *s)
{
	const struct op *op = next_beside(s);

	if (!op || s->beside_ns >= run->now_ns)
		return;
	s->beside_ns = MAX(op->arrival_ns, run->now_ns);
	ct_events_push(&run->events, s->beside_ns, CT_EVENT_READY, s->index, s);
}

static gboolean waits_for_others(struct op *op)
{
	const struct stream *s = op->stream;

	if (s->copy->phases && ct_run_legacy_waits(op))
		return TRUE;
	return ct_run_channel_shared(s) && !ct_run_channel_take(op);
}

/* TRUE: an event of the stream was for this. */
gboolean ct_run_overlap_due(struct run *run, struct stream *s)
{
	struct op *op;

	if (s->beside_ns != run->now_ns)
		return FALSE;
	s->beside_ns = -1;
	op = next_beside(s);
	if (!op || waits_for_others(op))
		return TRUE;
	s->beside = op;
	op->predecessor_ns = op->ready_ns = run->now_ns;
	ct_run_submit_kernel(run, op);
	if (run->explainer) {
		ct_run_explain_left(run, s->head); /* it is what it came after */
		ct_run_explain_ready(run, op);
	}
	return TRUE;
}

gboolean ct_run_overlap_ended(struct op *op)
{
	op->over = op->stream->beside == op;
	return op->over;
}
