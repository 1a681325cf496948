/*
 * assemble-order - operations in the order of issue, and out to the file.
 *
 * The order is by the time of the call (of device work without one: its start), then by
 * rank, then by place in the source.  Within a lane it is the order of the lane.
 *
 * Ranges: at one nanosecond, ranges that end come first, the inner before the outer;
 * then those that begin, the outer before the inner; then operations; then the ends of
 * ranges that are empty.  So neighbours that share a time do not cross.  DANGER: an
 * operation that starts in the very nanosecond in which a range ends, which happens
 * where the source's clock is coarse, stands behind that range.
 */
#include <string.h>

#include "sim/base/error.h"
#include "traces/assemble-state.h"

static int compare_u64(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

int ct_compare_ordered(const void *a, const void *b)
{
	const struct ct_ordered_op *x = a, *y = b;
	int order;

	if (x->time_ns != y->time_ns)
		return x->time_ns < y->time_ns ? -1 : 1;
	if (x->rank != y->rank)
		return x->rank < y->rank ? -1 : 1;
	order = compare_u64(x->order, y->order);
	return order ? order : compare_u64(x->suborder, y->suborder);
}

gboolean ct_assembler_order(struct ct_assembler *a, const struct ct_ordered_op *ordered,
			    GError **error)
{
	const struct ct_op *op = &ordered->op;

	if (op->api_start_ns != CT_TIME_NONE) {
		a->earliest_ns = MIN(a->earliest_ns, op->api_start_ns);
		a->latest_ns = MAX(a->latest_ns, op->api_end_ns);
	}
	if (op->start_ns != CT_TIME_NONE) {
		a->earliest_ns = MIN(a->earliest_ns, op->start_ns);
		a->latest_ns = MAX(a->latest_ns, op->end_ns);
	}
	return ct_sorter_add(a->ordered, ordered, error);
}

/* Grows with NS, and later times are greater; for what sorts the other way, its ~. */
static uint64_t sortable(int64_t ns)
{
	return (uint64_t)ns + ((uint64_t)1 << 63);
}

gboolean ct_assembler_order_range(struct ct_assembler *a, uint32_t lane, uint32_t name,
				  int64_t start_ns, int64_t end_ns, GError **error)
{
	uint64_t parsed = a->n_parsed++;
	struct ct_ordered_op begin = {
		.op = {
			.api_start_ns = start_ns,
			.api_end_ns = start_ns,
			.start_ns = CT_TIME_NONE,
			.end_ns = CT_TIME_NONE,
			.kind = CT_OP_MARKER_BEGIN,
			.stream = CT_NONE,
			.name = name,
			.counter = CT_NONE,
		},
		.time_ns = start_ns,
		.order = ~sortable(end_ns),
		.suborder = parsed,
		.lane = lane,
		.rank = CT_RANK_BEGIN,
	};
	struct ct_ordered_op end = begin;

	end.op.kind = CT_OP_MARKER_END;
	end.op.api_start_ns = end.op.api_end_ns = end.time_ns = end_ns;
	end.order = ~sortable(start_ns);
	end.suborder = ~parsed;
	end.rank = start_ns == end_ns ? CT_RANK_EMPTY_END : CT_RANK_END;
	return ct_assembler_order(a, &begin, error) && ct_assembler_order(a, &end, error);
}

static gboolean write_ordered(struct ct_assembler *a, GError **error)
{
	struct ct_nesting *nesting = ct_nesting_new(a);
	const struct ct_ordered_op *ordered;
	g_autoptr(GError) failed = NULL;
	int result = 0;

	while (result == 0 && (ordered = ct_sorter_next(a->ordered, &failed)))
		result = ct_nesting_op(nesting, ordered);
	if (result == 0 && !failed)
		result = ct_nesting_end(nesting);
	ct_nesting_free(nesting);
	if (failed)
		g_propagate_error(error, g_steal_pointer(&failed));
	else if (result)
		ct_assembler_write_failed(a, result, error);
	return !failed && result == 0;
}

gboolean ct_assembler_write(struct ct_assembler *a, GError **error)
{
	enum ct_clock clock = a->clock;
	int64_t origin_ns;
	int result;

	/* where no operation has a time, the earliest is later than the latest */
	if (a->earliest_ns <= a->latest_ns && a->latest_ns - a->earliest_ns > CT_TIME_MAX) {
		ct_input_error(error,
			       "the times of the trace are more than 146 years apart");
		return FALSE;
	}
	if (__builtin_add_overflow(a->base_ns, a->earliest_ns, &origin_ns)) {
		origin_ns = 0;
		clock = CT_CLOCK_UNKNOWN;
	}
	ct_facts_name_processes(a);
	result = ct_writer_clock(a->writer, origin_ns, clock);
	if (!result)
		result = ct_tables_write(&a->tables, a->writer);
	if (!result)
		result = ct_facts_write_graphs(a);
	if (result)
		return ct_assembler_write_failed(a, result, error);
	if (!ct_sorter_sort(a->ordered, error) || !write_ordered(a, error))
		return FALSE;
	result = ct_facts_write_recordings(a);
	return result == 0 || ct_assembler_write_failed(a, result, error);
}
