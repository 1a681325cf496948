/*
 * cut - a part of a trace as a trace of its own.
 *
 * Two passes: the first finds where the part begins, which lanes take part and which
 * events are recorded inside; the second copies.
 */
#include "traces/cut.h"

#include <string.h>

#include "sim/base/error.h"
#include "traces/copier.h"
#include "traces/events.h"
#include "traces/saturate.h"

struct part {
	const struct ct_trace *trace;
	const struct ct_cut *cut;
	int64_t begin_ns;   /* earliest time kept */
	guint8 *lane_works; /* has device work that is kept */
	struct ct_events *events;
	struct ct_copier *copier;
	uint64_t n_ops, n_kernels;
};

static gboolean on_device(const struct part *part, const struct ct_op *op)
{
	const struct ct_trace *trace = part->trace;
	uint32_t device;

	if (part->cut->device == CT_NONE)
		return TRUE;
	if (op->stream != CT_NONE)
		device = trace->stream[op->stream].device;
	else if (op->kind == CT_OP_DEVICE_SYNC && op->context != CT_NONE)
		device = trace->context[op->context].device;
	else
		return TRUE;
	return trace->device[device].id == part->cut->device;
}

/* IN_GRAPH remembers between the calls for one lane whether the last launch is kept. */
static gboolean is_kept(const struct part *part, const struct ct_op *op, gboolean *in_graph)
{
	int64_t at_ns = op->api_start_ns != CT_TIME_NONE ? op->api_start_ns : op->start_ns;
	gboolean inside;

	if (op->flags & CT_OP_CHILD)
		return *in_graph && on_device(part, op);
	inside = at_ns >= part->cut->from_ns && at_ns < part->cut->to_ns &&
		 on_device(part, op);
	if (op->kind == CT_OP_GRAPH_LAUNCH)
		*in_graph = inside;
	return inside;
}

static void note_time(struct part *part, int64_t at_ns)
{
	if (at_ns != CT_TIME_NONE)
		part->begin_ns = MIN(part->begin_ns, at_ns);
}

static gboolean survey_lane(struct part *part, uint32_t lane, GError **error)
{
	struct ct_cursor *cursor = ct_cursor_new(part->trace, lane);
	g_autoptr(GError) failure = NULL;
	gboolean in_graph = FALSE;
	const struct ct_op *op;

	while ((op = ct_cursor_next(cursor, &failure))) {
		if (!is_kept(part, op, &in_graph))
			continue;
		note_time(part, op->api_start_ns);
		note_time(part, op->start_ns);
		part->n_kernels += op->kind == CT_OP_KERNEL;
		if (op->start_ns != CT_TIME_NONE)
			part->lane_works[lane] = 1;
		if (op->kind == CT_OP_EVENT_RECORD)
			ct_events_record(part->events, part->trace->lane[lane].process, op);
	}
	ct_cursor_free(cursor);
	if (failure)
		g_propagate_error(error, g_steal_pointer(&failure));
	return !failure;
}

/* Follows the ranges open on one lane; FALSE for an end whose begin was cut away. */
static gboolean follow_marker(GArray *open, const struct ct_op *op)
{
	if (op->kind == CT_OP_MARKER_BEGIN)
		g_array_append_val(open, *op);
	if (op->kind != CT_OP_MARKER_END)
		return TRUE;
	for (guint i = open->len; i-- > 0;)
		if (g_array_index(open, struct ct_op, i).name == op->name) {
			g_array_remove_index(open, i);
			return TRUE;
		}
	return FALSE;
}

static gboolean is_satisfied_wait(const struct part *part, uint32_t lane,
				  const struct ct_op *op)
{
	return (op->kind == CT_OP_EVENT_WAIT || op->kind == CT_OP_EVENT_SYNC) &&
	       !ct_events_recorded(part->events, part->trace->lane[lane].process, op);
}

static gboolean copy_op(struct part *part, uint32_t lane, const struct ct_op *op,
			GError **error)
{
	part->n_ops++;
	return ct_copier_op(part->copier, lane, op, -part->begin_ns, 0, error);
}

/* Ends the ranges still open, innermost first, when the lane last did something. */
static gboolean close_markers(struct part *part, uint32_t lane, const GArray *open,
			      int64_t last_ns, uint64_t sequence, GError **error)
{
	for (guint i = open->len; i-- > 0;) {
		struct ct_op end = g_array_index(open, struct ct_op, i);

		end.kind = CT_OP_MARKER_END;
		end.api_start_ns = end.api_end_ns = last_ns;
		end.sequence = sequence;
		if (!copy_op(part, lane, &end, error))
			return FALSE;
	}
	return TRUE;
}

static gboolean copy_lane(struct part *part, uint32_t lane, GError **error)
{
	g_autoptr(GArray) open = g_array_new(FALSE, FALSE, sizeof(struct ct_op));
	struct ct_cursor *cursor = ct_cursor_new(part->trace, lane);
	int64_t last_ns = part->begin_ns;
	g_autoptr(GError) failure = NULL;
	gboolean in_graph = FALSE, ok = TRUE;
	const struct ct_op *op;
	uint64_t sequence = 0;

	while (ok && (op = ct_cursor_next(cursor, &failure))) {
		if (!is_kept(part, op, &in_graph) || !follow_marker(open, op) ||
		    is_satisfied_wait(part, lane, op))
			continue;
		if (op->api_end_ns != CT_TIME_NONE)
			last_ns = MAX(last_ns, op->api_end_ns);
		sequence = op->sequence;
		ok = copy_op(part, lane, op, &failure);
	}
	ok = ok && !failure && close_markers(part, lane, open, last_ns, sequence, &failure);
	ct_cursor_free(cursor);
	if (failure)
		g_propagate_error(error, g_steal_pointer(&failure));
	return ok;
}

static gboolean takes_part(const struct part *part, uint32_t lane)
{
	return part->cut->lane == CT_NONE || part->cut->lane == lane;
}

static gboolean survey(struct part *part, GError **error)
{
	for (uint32_t i = 0; i < part->trace->n_lanes; i++)
		if (takes_part(part, i) && !survey_lane(part, i, error))
			return FALSE;
	if (part->n_kernels)
		return TRUE;
	ct_input_error(error, "%s: no kernel lies in the part asked for",
		       part->trace->path);
	return FALSE;
}

static gboolean copy(struct part *part, const char *out, GError **error)
{
	const struct ct_trace *trace = part->trace;
	struct ct_writer_options options = { .origin_ns = ct_add_saturated(trace->origin_ns,
									   part->begin_ns),
					     .clock = trace->clock,
					     .zstd_level = part->cut->zstd_level };
	struct ct_copy_target target;
	gboolean ok = TRUE;

	if (!ct_copy_open(&target, out, &options, error))
		return FALSE;
	part->copier = ct_copier_new(trace, &target, NULL);
	for (uint32_t i = 0; ok && i < trace->n_lanes; i++)
		if (takes_part(part, i) &&
		    (part->lane_works[i] || part->cut->device == CT_NONE))
			ok = copy_lane(part, i, error);
	ct_copier_free(part->copier);
	return ct_copy_close(&target, ct_copy_dropped(trace), ok, error);
}

gboolean ct_trace_cut(const struct ct_trace *trace, const struct ct_cut *cut,
		      const char *out, uint64_t *n_ops, GError **error)
{
	g_autofree guint8 *lane_works = g_new0(guint8, (gsize)trace->n_lanes + 1);
	struct part part = { .trace = trace,
			     .cut = cut,
			     .begin_ns = INT64_MAX,
			     .lane_works = lane_works,
			     .events = ct_events_new() };
	gboolean ok = survey(&part, error) && copy(&part, out, error);

	ct_events_free(part.events);
	*n_ops = part.n_ops;
	return ok;
}

struct range {
	int64_t begin_ns, end_ns;
};

static gint compare_range(gconstpointer a, gconstpointer b)
{
	const struct range *x = a, *y = b;

	return (x->begin_ns > y->begin_ns) - (x->begin_ns < y->begin_ns);
}

/* A range that never ends lasts to the end of the trace. */
static gboolean find_ranges(const struct ct_trace *trace, uint32_t lane, const char *name,
			    GArray *ranges, GError **error)
{
	g_autoptr(GArray) open = g_array_new(FALSE, FALSE, sizeof(guint));
	struct ct_cursor *cursor = ct_cursor_new(trace, lane);
	g_autoptr(GError) failure = NULL;
	const struct ct_op *op;

	while ((op = ct_cursor_next(cursor, &failure))) {
		if (op->kind != CT_OP_MARKER_BEGIN && op->kind != CT_OP_MARKER_END)
			continue;
		if (strcmp(ct_trace_string(trace, op->name), name))
			continue;
		if (op->kind == CT_OP_MARKER_BEGIN) {
			struct range range = { op->api_start_ns, INT64_MAX };

			g_array_append_val(open, ranges->len);
			g_array_append_val(ranges, range);
		} else if (open->len) {
			guint last = g_array_index(open, guint, open->len - 1);

			/* The end itself belongs to the range. */
			g_array_index(ranges, struct range, last).end_ns =
				op->api_start_ns + 1;
			g_array_set_size(open, open->len - 1);
		}
	}
	ct_cursor_free(cursor);
	if (failure)
		g_propagate_error(error, g_steal_pointer(&failure));
	return !failure;
}

gboolean ct_cut_to_marker(const struct ct_trace *trace, const char *name, uint64_t number,
			  struct ct_cut *cut, GError **error)
{
	g_autoptr(GArray) ranges = g_array_new(FALSE, FALSE, sizeof(struct range));
	const struct range *range;

	for (uint32_t i = 0; i < trace->n_lanes; i++)
		if ((cut->lane == CT_NONE || cut->lane == i) &&
		    !find_ranges(trace, i, name, ranges, error))
			return FALSE;
	if (!number || number > ranges->len) {
		ct_input_error(error,
			       "%s: marker '%s' has %u ranges, number %" G_GUINT64_FORMAT
			       " is not among them",
			       trace->path, name, ranges->len, number);
		return FALSE;
	}
	g_array_sort(ranges, compare_range);
	range = &g_array_index(ranges, struct range, number - 1);
	cut->from_ns = MAX(cut->from_ns, range->begin_ns);
	cut->to_ns = MIN(cut->to_ns, range->end_ns);
	return TRUE;
}
