/*
 * run-infer - what waited for what, where the source does not say.
 *
 * Old profilers record that a stream was made to wait for an event and that the host waited
 * for a stream, but not which; and not in which stream a graph was launched.  What is
 * inferred here never contradicts the recording: nothing waits for what ended later than
 * it began there.
 */
#include "sim/run-internal.h"

/* The stream, not AFTER nor one taken before, whose work issued so far had, as recorded,
 * ended last before START_NS. */
static struct stream *likely_source(struct copy *copy, const struct stream *after,
				    int64_t start_ns, int64_t before_ns)
{
	struct stream *best = NULL;

	for (uint32_t i = 0; i < copy->tenant->program->trace->n_streams; i++) {
		struct stream *s = &copy->stream[i];

		if (s != after && s->recorded_end_ns <= start_ns &&
		    s->recorded_end_ns < before_ns && s->recorded_end_ns > CT_TIME_NONE &&
		    (!best || s->recorded_end_ns > best->recorded_end_ns))
			best = s;
	}
	return best;
}

static void issue_marker(struct thread *t, enum ct_op_kind kind, struct stream *stream,
			 struct event_slot *event)
{
	const struct ct_op record = { .kind = (uint8_t)kind,
				      .start_ns = CT_TIME_NONE,
				      .end_ns = CT_TIME_NONE };
	struct op *op = ct_run_issue(t, &record, stream);

	op->event = event;
	op->event_count = event->n_issued;
	ct_run_submit(t->copy->tenant->run, op);
}

/*
 * A source that says that a stream was made to wait for an event, but neither which
 * stream nor which event, leaves this much: the thread's next launch is the first that
 * can have waited, and what it waited for had ended when it started.  Of the streams of
 * which that holds, the one that ended last is taken, and one for each such wait.
 *
 * DANGER: a guess.  A wait of another stream than that of the next launch is laid to the
 * wrong one; no wait is made up, and none contradicts the recording.
 */
void ct_run_infer_waits(struct thread *t, const struct ct_op *launch, struct stream *stream)
{
	struct copy *copy = t->copy;
	const struct ct_program *program = copy->tenant->program;
	struct event_slot *slots = &copy->slot[g_hash_table_size(program->event_index)];
	int64_t before_ns = INT64_MAX;

	for (; t->unknown_waits > 0 && launch->start_ns > CT_TIME_NONE;
	     t->unknown_waits--) {
		struct stream *source =
			likely_source(copy, stream, launch->start_ns, before_ns);

		if (!source)
			break;
		before_ns = source->recorded_end_ns;
		slots[source->source].n_issued++;
		issue_marker(t, CT_OP_EVENT_RECORD, source, &slots[source->source]);
		issue_marker(t, CT_OP_EVENT_WAIT, stream, &slots[source->source]);
	}
	t->unknown_waits = 0;
}

/* Nobody says in which stream the graph of that SERIAL was launched.  So what comes later
 * in any of those that its nodes were recorded in waits for it. */
void ct_run_hold_recorded_streams(struct thread *t, struct stream *launched,
				  uint64_t serial)
{
	struct copy *copy = t->copy;
	const struct ct_program *program = copy->tenant->program;
	struct event_slot *slots = &copy->slot[g_hash_table_size(program->event_index)];
	struct event_slot *slot = &slots[launched->source];
	gboolean recorded = FALSE;

	for (uint32_t i = 0; i < program->trace->n_streams; i++) {
		if (copy->branch[i].last_graph != serial + 1 || i == launched->source)
			continue;
		if (!recorded) {
			slot->n_issued++;
			issue_marker(t, CT_OP_EVENT_RECORD, launched, slot);
		}
		recorded = TRUE;
		issue_marker(t, CT_OP_EVENT_WAIT, &copy->stream[i], slot);
	}
}

/* The source does not say for which stream the call waited.  The one that the thread
 * launched on last, if its work had ended when the call returned, as recorded; else the
 * one whose work had, the latest. */
struct stream *ct_run_likely_synced(struct thread *t)
{
	struct stream *last = t->last_stream;
	int64_t returned_ns = t->op->api_end_ns;

	if (last && last->recorded_end_ns > CT_TIME_NONE &&
	    last->recorded_end_ns <= returned_ns)
		return last;
	return likely_source(t->copy, NULL, returned_ns, INT64_MAX);
}
