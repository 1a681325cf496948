/*
 * assemble-nested - calls inside calls are one operation.
 *
 * A runtime calls the driver, and a profiler may report both: the outer call with all of
 * the time that the thread spent, the inner one with what it was about and what came of
 * it, or the other way round, under one correlation or two.  So each operation of a
 * thread is held until the next one of that thread comes; if that is of the same kind and
 * lies inside, the two become one, with the times of the outer call.  CUPTI is not known to
 * do so: with both kinds enabled it gives the outer one alone (capture/collector/README.md
 * has the sources); no document promises that.
 *
 * A launch that nothing came of even so was lost, and is counted.
 *
 * All this is for recordings.  The clocks of other sources may be so coarse that two calls
 * in a row have the same times, and their importers pass over inner calls themselves.
 */
#include "traces/assemble-state.h"

struct held {
	gboolean full, lost;
	struct ct_op op;
};

struct ct_nesting {
	struct ct_assembler *assembler;
	gboolean precise; /* the source's clock tells two calls apart */
	uint64_t sequence;
	GArray *held; /* by lane */
};

struct ct_nesting *ct_nesting_new(struct ct_assembler *a)
{
	struct ct_nesting *n = g_new0(struct ct_nesting, 1);

	n->assembler = a;
	n->precise = a->processes.values->len > 0;
	n->held = g_array_new(FALSE, TRUE, sizeof(struct held));
	return n;
}

void ct_nesting_free(struct ct_nesting *n)
{
	g_array_unref(n->held);
	g_free(n);
}

static void make_relative(int64_t *ns, int64_t origin_ns)
{
	if (*ns != CT_TIME_NONE)
		*ns -= origin_ns;
}

static void count_lost(struct ct_nesting *n, uint32_t lane)
{
	struct ct_assembler *a = n->assembler;
	struct ct_process_facts *process =
		ct_facts_of_process(a, ct_tables_process_of_lane(&a->tables, lane));

	a->summary.n_lost_launches++;
	if (process)
		process->recording.n_lost_launches++;
}

static int put(struct ct_nesting *n, uint32_t lane, const struct ct_op *op)
{
	n->assembler->n_kernels += op->kind == CT_OP_KERNEL;
	n->assembler->n_copies += op->kind == CT_OP_MEMCPY || op->kind == CT_OP_MEMSET;
	return ct_writer_op(n->assembler->writer, lane, op);
}

static int release(struct ct_nesting *n, uint32_t lane)
{
	struct held *held = &g_array_index(n->held, struct held, lane);

	if (!held->full)
		return 0;
	held->full = FALSE;
	if (!held->lost)
		return put(n, lane, &held->op);
	count_lost(n, lane);
	return 0;
}

/* Whether OP was called by what is held, or was. */
static gboolean is_inside(const struct held *held, const struct ct_op *op)
{
	return op->kind == held->op.kind && op->api_start_ns >= held->op.api_start_ns &&
	       op->api_end_ns <= held->op.api_end_ns;
}

static gboolean is_empty_launch(const struct ct_op *op)
{
	return op->kind == CT_OP_GRAPH_LAUNCH && op->graph == 0;
}

static gboolean has_work(const struct ct_op *op, gboolean lost)
{
	return op->start_ns != CT_TIME_NONE || (op->kind == CT_OP_GRAPH_LAUNCH && !lost);
}

/* Puts what is known of the inner call OP into the outer one; FALSE: both have work, so
 * they are two. */
static gboolean merge(struct held *held, const struct ct_op *op, gboolean lost)
{
	struct ct_op both = *op;

	if (has_work(&held->op, held->lost) && has_work(op, lost))
		return FALSE;
	if (has_work(&held->op, held->lost) || lost)
		return TRUE;
	if (!held->lost && op->stream == CT_NONE && !op->handle)
		return TRUE; /* neither has work, and the inner one knows nothing */
	both.api_start_ns = held->op.api_start_ns;
	both.api_end_ns = held->op.api_end_ns;
	both.flags |= held->op.flags;
	both.sequence = held->op.sequence;
	held->op = both;
	held->lost = FALSE;
	return TRUE;
}

int ct_nesting_op(struct ct_nesting *n, const struct ct_ordered_op *ordered)
{
	int64_t origin_ns = n->assembler->earliest_ns;
	struct ct_op op = ordered->op;
	struct held *held;
	int result;

	make_relative(&op.api_start_ns, origin_ns);
	make_relative(&op.api_end_ns, origin_ns);
	make_relative(&op.start_ns, origin_ns);
	make_relative(&op.end_ns, origin_ns);
	op.sequence = n->sequence++;
	if (!n->precise)
		return put(n, ordered->lane, &op);
	if (ordered->lane >= n->held->len)
		g_array_set_size(n->held, ordered->lane + 1);
	held = &g_array_index(n->held, struct held, ordered->lane);
	if (op.api_start_ns != CT_TIME_NONE && ordered->rank == CT_RANK_OP &&
	    is_inside(held, &op)) {
		/* The nodes of the outer launch came between, which has them all. */
		if (!held->full && (ordered->lost || is_empty_launch(&op)))
			return 0;
		if (held->full && merge(held, &op, ordered->lost))
			return 0;
	}
	result = release(n, ordered->lane);
	if (result)
		return result;
	if (op.api_start_ns == CT_TIME_NONE || ordered->rank != CT_RANK_OP)
		return put(n, ordered->lane, &op);
	*held = (struct held){ .full = TRUE, .lost = ordered->lost, .op = op };
	return 0;
}

int ct_nesting_end(struct ct_nesting *n)
{
	int result = 0;

	for (guint lane = 0; result == 0 && lane < n->held->len; lane++)
		result = release(n, lane);
	return result;
}
