/*
 * assemble-join - device work meets the call that issued it.
 *
 * Calls and work arrive by (correlation, process), so all that can belong together
 * passes by at the same moment; one call and one piece of work is all that is held.
 * Work of a known process joins the first call of that process with its correlation;
 * work of an unknown process joins if all calls with that correlation are of one
 * process.  Correlation 0 joins nothing.
 */
#include "sim/base/error.h"
#include "traces/assemble-state.h"

struct join {
	struct ct_assembler *assembler;
	struct ct_facts facts;
	struct ct_pending_call completed;
	const struct ct_pending_call *call; /* next of each; NULL: no more */
	const struct ct_pending_work *work;

	gboolean has_owner,
		ambiguous;            /* calls of several processes have this correlation */
	struct ct_pending_call owner; /* the call that work joins now */
	uint64_t n_joined;
	struct ct_pending_work first; /* of the joined work, until a second comes */
};

int ct_compare_works_by_call(const void *a, const void *b)
{
	const struct ct_pending_work *x = a, *y = b;

	if (x->item.correlation != y->item.correlation)
		return x->item.correlation < y->item.correlation ? -1 : 1;
	if (x->item.process != y->item.process)
		return x->item.process < y->item.process ? -1 : 1;
	if (x->item.start_ns != y->item.start_ns)
		return x->item.start_ns < y->item.start_ns ? -1 : 1;
	return (x->order > y->order) - (x->order < y->order);
}

int ct_compare_calls(const void *a, const void *b)
{
	const struct ct_pending_call *x = a, *y = b;

	if (x->call.correlation != y->call.correlation)
		return x->call.correlation < y->call.correlation ? -1 : 1;
	if (x->call.process != y->call.process)
		return x->call.process < y->call.process ? -1 : 1;
	if (x->call.start_ns != y->call.start_ns) /* the outer one first */
		return x->call.start_ns < y->call.start_ns ? -1 : 1;
	return (x->order > y->order) - (x->order < y->order);
}

static gboolean is_launch(uint8_t kind)
{
	return kind == CT_OP_KERNEL || kind == CT_OP_MEMCPY || kind == CT_OP_MEMSET ||
	       kind == CT_OP_GRAPH_LAUNCH;
}

static struct ct_op op_of_work(const struct ct_pending_work *work)
{
	const struct ct_work_item *item = &work->item;
	struct ct_op op = {
		.api_start_ns = CT_TIME_NONE,
		.api_end_ns = CT_TIME_NONE,
		.start_ns = item->start_ns,
		.end_ns = item->end_ns,
		.kind = item->kind,
		.copy = item->copy,
		.flags = item->flags,
		.stream = work->stream,
		.correlation = item->correlation,
		.shape = CT_NONE,
		.counter = CT_NONE,
		.graph = item->graph,
		.graph_node = item->graph_node,
		.bytes = item->bytes,
	};

	if (item->kind == CT_OP_KERNEL) {
		op.shape = item->shape;
		op.overlap_ns = work->overlap_ns;
	}
	return op;
}

static struct ct_op op_of_call(struct ct_assembler *a,
			       const struct ct_pending_call *pending)
{
	const struct ct_call *call = &pending->call;
	struct ct_op op = {
		.api_start_ns = call->start_ns,
		.api_end_ns = call->end_ns,
		.start_ns = CT_TIME_NONE,
		.end_ns = CT_TIME_NONE,
		.kind = call->kind,
		.flags = call->flags & ~CT_OP_PROGRAMMATIC,
		.stream = ct_tables_stream_of_call(&a->tables, call),
		.correlation = call->correlation,
		.context = CT_NONE,
		.counter = CT_NONE,
		.handle = call->handle,
		.bytes = call->bytes,
	};

	if (call->kind == CT_OP_DEVICE_SYNC)
		op.context = ct_tables_context_of_call(&a->tables, call);
	return op;
}

/* Hands on OP at the place of CALL; WORK puts the nodes of one launch in order. */
static gboolean order_at_call(struct join *j, const struct ct_pending_call *call,
			      const struct ct_pending_work *work, const struct ct_op *op,
			      GError **error)
{
	struct ct_assembler *a = j->assembler;
	struct ct_ordered_op ordered = {
		.op = *op,
		.time_ns = call->call.start_ns,
		.order = call->order,
		/* Behind the launch, which has 0, whatever the sign of the time. */
		.suborder = work ? (uint64_t)work->item.start_ns + ((uint64_t)1 << 63) : 0,
		.lane = ct_tables_lane(&a->tables, call->call.process, call->call.thread,
				       error),
		.rank = CT_RANK_OP,
	};

	return ordered.lane != CT_NONE && ct_assembler_order(a, &ordered, error);
}

static gboolean put_call(struct join *j, const struct ct_pending_call *call, GError **error)
{
	struct ct_op op = op_of_call(j->assembler, call);

	return order_at_call(j, call, NULL, &op, error);
}

static gboolean put_graph_launch(struct join *j, GError **error)
{
	struct ct_op op = op_of_call(j->assembler, &j->owner);

	op.kind = CT_OP_GRAPH_LAUNCH;
	op.graph = j->first.item.graph;
	if (op.stream == CT_NONE)
		op.stream = j->first.stream;
	return order_at_call(j, &j->owner, NULL, &op, error);
}

static gboolean put_child(struct join *j, const struct ct_pending_work *work,
			  GError **error)
{
	struct ct_op op = op_of_work(work);

	op.flags |= CT_OP_CHILD;
	return order_at_call(j, &j->owner, work, &op, error);
}

/* One operation with both sides. */
static gboolean put_both(struct join *j, const struct ct_pending_work *work, GError **error)
{
	struct ct_op op = op_of_work(work);

	op.api_start_ns = j->owner.call.start_ns;
	op.api_end_ns = j->owner.call.end_ns;
	op.flags |= j->owner.call.flags;
	if (!work->overlaps_stream)
		op.flags &= ~CT_OP_PROGRAMMATIC;
	op.correlation = j->owner.call.correlation;
	return order_at_call(j, &j->owner, work, &op, error);
}

static gboolean put_unlaunched(struct join *j, const struct ct_pending_work *work,
			       GError **error)
{
	struct ct_assembler *a = j->assembler;
	struct ct_ordered_op ordered = {
		.op = op_of_work(work),
		.time_ns = work->item.start_ns,
		.order = work->order,
		.lane = ct_tables_device_lane(&a->tables, work->stream),
		.rank = CT_RANK_OP,
	};
	struct ct_process_facts *process = ct_facts_of_process(a, work->item.process);

	if (process && (process->start_ns != INT64_MIN || process->stop_ns != INT64_MAX))
		return TRUE;
	if (process && !(work->item.flags & CT_OP_UNLAUNCHED)) /* nor was there a launch */
		process->recording.n_unlaunched++;
	ordered.op.flags |= CT_OP_UNLAUNCHED;
	a->summary.n_unlaunched++;
	return ct_assembler_order(a, &ordered, error);
}

/* A call that no work joined.  A launch of nothing cannot be replayed and is dropped. */
static gboolean put_alone(struct join *j, const struct ct_pending_call *call,
			  GError **error)
{
	if (!call->call.keep || call->call.kind == CT_OP_KERNEL || call->unwanted ||
	    ct_facts_captured(j->assembler, &call->call))
		return TRUE;
	j->assembler->summary.n_calls++;
	return put_call(j, call, error);
}

/* A launch that nothing came of: it was captured, or a call inside or around it has what
 * came of it, or that was lost. */
static gboolean put_lost(struct join *j, const struct ct_pending_call *call, GError **error)
{
	struct ct_process_facts *process =
		ct_facts_of_process(j->assembler, call->call.process);
	struct ct_ordered_op ordered = {
		.op = op_of_call(j->assembler, call),
		.time_ns = call->call.start_ns,
		.order = call->order,
		.rank = CT_RANK_OP,
		.lost = TRUE,
	};

	if ((call->call.kind != CT_OP_KERNEL && call->call.kind != CT_OP_GRAPH_LAUNCH) ||
	    !process || !process->recorded || ct_facts_captured(j->assembler, &call->call))
		return TRUE;
	ordered.lane = ct_tables_lane(&j->assembler->tables, call->call.process,
				      call->call.thread, error);
	return ordered.lane != CT_NONE && ct_assembler_order(j->assembler, &ordered, error);
}

static gboolean join_work(struct join *j, const struct ct_pending_work *work,
			  GError **error)
{
	j->n_joined++;
	if (j->owner.unwanted)
		return TRUE;
	if (!is_launch(j->owner.call.kind))
		return put_both(j, work, error);
	if (j->n_joined == 1) {
		j->first = *work;
		return TRUE;
	}
	if (j->n_joined == 2 &&
	    (!put_graph_launch(j, error) || !put_child(j, &j->first, error)))
		return FALSE;
	return put_child(j, work, error);
}

/* No more work can join the owner. */
static gboolean close_owner(struct join *j, GError **error)
{
	uint64_t n = j->n_joined;

	if (!j->has_owner)
		return TRUE;
	j->has_owner = FALSE;
	j->n_joined = 0;
	if (j->owner.unwanted)
		return TRUE;
	if (n == 0)
		return put_lost(j, &j->owner, error) && put_alone(j, &j->owner, error);
	j->assembler->summary.n_calls++;
	if (!is_launch(j->owner.call.kind))
		return put_call(j, &j->owner, error);
	if (n > 1)
		return TRUE;
	if (j->owner.call.kind == CT_OP_GRAPH_LAUNCH)
		return put_graph_launch(j, error) && put_child(j, &j->first, error);
	return put_both(j, &j->first, error);
}

static gboolean take_call(struct join *j, GError **error)
{
	if (j->call->call.correlation == 0)
		return put_alone(j, j->call, error);
	if (j->has_owner && j->owner.call.process == j->call->call.process)
		return put_alone(j, j->call, error);
	j->ambiguous = j->has_owner;
	if (!close_owner(j, error))
		return FALSE;
	j->owner = *j->call;
	j->has_owner = TRUE;
	return TRUE;
}

static gboolean take_work(struct join *j, GError **error)
{
	uint64_t process = j->work->item.process;

	if (j->has_owner && (j->owner.call.process == process ||
			     (process == CT_PROCESS_UNKNOWN && !j->ambiguous)))
		return join_work(j, j->work, error);
	return put_unlaunched(j, j->work, error);
}

static gboolean next_call(struct join *j, GError **error)
{
	g_autoptr(GError) failed = NULL;

	j->call = ct_sorter_next(j->assembler->calls, &failed);
	if (failed)
		g_propagate_error(error, g_steal_pointer(&failed));
	if (failed || !j->call)
		return !failed;
	j->completed = *j->call;
	j->call = &j->completed;
	return ct_facts_complete(&j->facts, j->assembler, &j->completed, error);
}

static gboolean next_work(struct join *j, GError **error)
{
	g_autoptr(GError) failed = NULL;

	j->work = ct_sorter_next(j->assembler->joining, &failed);
	if (failed)
		g_propagate_error(error, g_steal_pointer(&failed));
	return !failed;
}

/* Everything with one correlation: by process, and of each process the calls first. */
static gboolean join_group(struct join *j, uint32_t correlation, GError **error)
{
	gboolean call, work, ok = TRUE;

	j->ambiguous = FALSE;
	while (ok) {
		call = j->call && j->call->call.correlation == correlation;
		work = j->work && j->work->item.correlation == correlation;
		if (!call && !work)
			break;
		if (call && (!work || j->call->call.process <= j->work->item.process))
			ok = take_call(j, error) && next_call(j, error);
		else
			ok = take_work(j, error) && next_work(j, error);
	}
	return ok && close_owner(j, error);
}

static gboolean join_all(struct join *j, GError **error)
{
	uint32_t correlation;

	if (!next_call(j, error) || !next_work(j, error))
		return FALSE;
	while (j->call || j->work) {
		correlation = MIN(j->call ? j->call->call.correlation : UINT32_MAX,
				  j->work ? j->work->item.correlation : UINT32_MAX);
		if (!join_group(j, correlation, error))
			return FALSE;
	}
	return TRUE;
}

gboolean ct_assembler_join(struct ct_assembler *a, GError **error)
{
	struct join j = { .assembler = a };

	if (!ct_sorter_sort(a->calls, error) || !ct_sorter_sort(a->joining, error))
		return FALSE;
	return ct_facts_begin(&j.facts, a, error) && join_all(&j, error);
}
