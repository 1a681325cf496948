/*
 * run-copy - copies and memsets at the head of their stream.
 *
 * A copy takes as long as recorded, or as the board's numbers say if its device work was
 * not recorded; it waits for an engine, and is slower while others share its link
 * (copy-engine.h).  Memsets, and copies within the host or of unknown direction, use no
 * engine: they take their time whatever else runs.
 */
#include "sim/run-internal.h"

/* FALSE: no engine. */
static gboolean way_of(uint8_t kind, uint8_t copy, enum ct_copy_way *way)
{
	if (kind != CT_OP_MEMCPY)
		return FALSE;
	switch (copy) {
	case CT_COPY_HTOD:
		*way = CT_COPY_TO_DEVICE;
		return TRUE;
	case CT_COPY_DTOH:
		*way = CT_COPY_TO_HOST;
		return TRUE;
	case CT_COPY_DTOD:
		*way = CT_COPY_WITHIN;
		return TRUE;
	case CT_COPY_PTOP:
		*way = CT_COPY_TO_PEER;
		return TRUE;
	default:
		return FALSE;
	}
}

int64_t ct_run_copy_alone_ns(const struct ct_device *device, const struct ct_op *record)
{
	enum ct_copy_way way;

	if (record->start_ns != CT_TIME_NONE)
		return MAX(record->end_ns - record->start_ns, 1);
	if (record->kind == CT_OP_MEMSET)
		return ct_memset_ns(device, record->bytes);
	if (!way_of(record->kind, record->copy, &way))
		return MAX(device->copy_latency_ns, 1);
	return ct_copy_ns(device, way, record->bytes,
			  (record->flags & CT_OP_PAGEABLE) != 0);
}

static struct stream *stream_of(struct ct_transfer *t)
{
	return (struct stream *)((char *)t - offsetof(struct stream, transfer));
}

/* Where a copy stays on an engine, its end may move: the events of earlier ends stay in
 * the queue and are told by their time. */
void ct_run_copy_moved(struct ct_transfer *t, void *data)
{
	struct run *run = data;
	struct stream *s = stream_of(t);

	ct_events_push(&run->events, t->end_ns, CT_EVENT_COPY_END,
		       (uint64_t)s->index << 32 | run->n_copy_events++, s);
}

void ct_run_copy_start(struct run *run, struct op *op)
{
	struct ct_transfer *t = &op->stream->transfer;

	t->alone_ns = op->duration_ns;
	t->instance = op->stream->copy->tenant->instance;
	if (way_of(op->kind, op->copy, &t->way)) {
		ct_copies_submit(run->copies, t, run->now_ns);
		return;
	}
	t->running = TRUE;
	t->start_ns = run->now_ns;
	t->end_ns = run->now_ns + t->alone_ns;
	ct_run_copy_moved(t, run);
}

static void held_up(struct ct_transfer *held, struct ct_transfer *by, int64_t since_ns,
		    uint32_t permille, void *data)
{
	struct run *run = data;
	struct op *op = stream_of(held)->head;
	int64_t ns = run->now_ns - MAX(since_ns, op->ready_ns);

	ct_run_explain_copy(run, op, stream_of(by)->head, ns * permille / 1000);
}

void ct_run_copy_ended(struct stream *s)
{
	struct run *run = s->copy->tenant->run;
	struct ct_transfer *t = &s->transfer;
	struct op *op = s->head;
	enum ct_copy_way way;

	if (!t->running || t->end_ns != run->now_ns)
		return;
	if (way_of(op->kind, op->copy, &way)) {
		if (run->explainer)
			ct_copies_explain(run->copies, t, held_up, run);
		ct_copies_end(run->copies, t, run->now_ns);
	}
	t->running = FALSE;
	ct_run_count_op(run, op, t->start_ns, run->now_ns, 0);
	ct_run_op_ended(run, op, t->start_ns);
}
