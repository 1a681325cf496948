/* merge - several traces become one: a copier for each, feeding the same writer. */
#include "traces/merge.h"

#include "sim/base/error.h"
#include "traces/copier.h"
#include "traces/saturate.h"

static gboolean same_clock(const struct ct_trace *const *traces, guint n)
{
	for (guint i = 0; i < n; i++)
		if (traces[i]->clock == CT_CLOCK_UNKNOWN ||
		    traces[i]->clock != traces[0]->clock)
			return FALSE;
	return TRUE;
}

static gboolean append_lane(const struct ct_trace *trace, uint32_t lane,
			    struct ct_copier *copier, int64_t shift_ns, uint64_t base,
			    uint64_t *next, GError **error)
{
	struct ct_cursor *cursor = ct_cursor_new(trace, lane);
	g_autoptr(GError) failure = NULL;
	const struct ct_op *op;
	gboolean ok = TRUE;

	while (ok && (op = ct_cursor_next(cursor, &failure))) {
		ok = ct_copier_op(copier, lane, op, shift_ns, base, &failure);
		*next = MAX(*next, base + op->sequence + 1);
	}
	ct_cursor_free(cursor);
	if (failure)
		g_propagate_error(error, g_steal_pointer(&failure));
	return ok && !failure;
}

/* Appends all of TRACE; *NEXT is the first issue number not yet taken. */
static gboolean append(const struct ct_trace *trace, const char *name,
		       struct ct_copy_target *target, int64_t shift_ns, uint64_t *next,
		       GError **error)
{
	struct ct_copier *copier = ct_copier_new(trace, target, name);
	uint64_t base = *next;
	gboolean ok = TRUE;

	for (uint32_t i = 0; ok && i < trace->n_lanes; i++)
		ok = append_lane(trace, i, copier, shift_ns, base, next, error);
	ok = ok && ct_copier_recordings(copier, error);
	ct_copier_free(copier);
	return ok;
}

gboolean ct_trace_merge(const struct ct_trace *const *traces, const char *const *names,
			guint n, enum ct_merge_align align, int zstd_level, const char *out,
			GError **error)
{
	struct ct_writer_options options = { .zstd_level = zstd_level };
	gboolean by_clock = same_clock(traces, n), ok = TRUE;
	uint64_t next = 0, n_dropped = 0;
	struct ct_copy_target target;

	if (align == CT_MERGE_CLOCK && !by_clock) {
		ct_input_error(error,
			       "the traces have no clock in common to align them by");
		return FALSE;
	}
	by_clock = by_clock && align != CT_MERGE_START;
	options.origin_ns = traces[0]->origin_ns;
	options.clock = by_clock || n == 1 ? traces[0]->clock : CT_CLOCK_UNKNOWN;
	for (guint i = 0; by_clock && i < n; i++)
		options.origin_ns = MIN(options.origin_ns, traces[i]->origin_ns);
	if (!ct_copy_open(&target, out, &options, error))
		return FALSE;
	for (guint i = 0; ok && i < n; i++) {
		int64_t shift_ns = by_clock ? ct_subtract_saturated(traces[i]->origin_ns,
								    options.origin_ns)
					    : 0;

		ok = append(traces[i], names[i], &target, shift_ns, &next, error);
		n_dropped += ct_copy_dropped(traces[i]);
	}
	return ct_copy_close(&target, n_dropped, ok, error);
}
