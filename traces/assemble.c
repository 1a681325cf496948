/*
 * assemble - turns what an importer parsed into a trace file.
 *
 * This file is the door: it checks what comes in and puts it to be sorted, and at the
 * end lets the three steps follow each other.  A sorter is freed as soon as its step is
 * over, so that at most five buffers are held at a time.
 */
#include "traces/assemble.h"

#include <inttypes.h>
#include <string.h>

#include "sim/base/error.h"
#include "traces/assemble-state.h"

#define SORT_BYTES (4u << 20)

struct ct_assembler *ct_assembler_new(const char *output, int zstd_level, GError **error)
{
	struct ct_writer_options options = { .zstd_level = zstd_level };
	struct ct_tempfile *file = ct_tempfile_new(output, error);
	struct ct_assembler *a;
	int result;

	if (!file)
		return NULL;
	a = g_new0(struct ct_assembler, 1);
	a->file = file;
	a->directory = g_path_get_dirname(file->path);
	a->earliest_ns = INT64_MAX;
	a->latest_ns = INT64_MIN;
	a->shape_flags = g_array_new(FALSE, FALSE, sizeof(uint32_t));
	ct_tables_init(&a->tables);
	ct_facts_init(a);
	a->facts = ct_sorter_new(sizeof(struct ct_fact), SORT_BYTES, ct_compare_facts,
				 a->directory);
	a->works = ct_sorter_new(sizeof(struct ct_pending_work), SORT_BYTES,
				 ct_compare_works_by_start, a->directory);
	a->joining = ct_sorter_new(sizeof(struct ct_pending_work), SORT_BYTES,
				   ct_compare_works_by_call, a->directory);
	a->calls = ct_sorter_new(sizeof(struct ct_pending_call), SORT_BYTES,
				 ct_compare_calls, a->directory);
	a->ordered = ct_sorter_new(sizeof(struct ct_ordered_op), SORT_BYTES,
				   ct_compare_ordered, a->directory);

	result = ct_writer_open(file->path, &options, &a->writer);
	if (result) {
		ct_assembler_write_failed(a, result, error);
		ct_assembler_free(a);
		return NULL;
	}
	return a;
}

void ct_assembler_free(struct ct_assembler *a)
{
	if (!a)
		return;
	if (a->writer)
		ct_writer_abandon(a->writer);
	if (a->file)
		ct_tempfile_discard(a->file);
	ct_sorter_free(a->works);
	ct_sorter_free(a->joining);
	ct_sorter_free(a->calls);
	ct_sorter_free(a->ordered);
	ct_sorter_free(a->facts);
	ct_facts_clear(a);
	ct_tables_clear(&a->tables);
	g_array_unref(a->shape_flags);
	g_free(a->directory);
	g_free(a);
}

gboolean ct_assembler_write_failed(const struct ct_assembler *a, int result, GError **error)
{
	g_set_error(error, CT_ERROR, CT_EXIT_FAILED, "%s: cannot be written: %s",
		    a->file->target, g_strerror(-result));
	return FALSE;
}

/* A failure is kept by the writer and comes up when the file is finished. */
uint32_t ct_assembler_string(struct ct_assembler *a, const char *text, size_t length)
{
	int64_t index = ct_writer_string(a->writer, text, length);

	return index < 0 ? CT_NONE : (uint32_t)index;
}

uint32_t ct_assembler_shape(struct ct_assembler *a, const struct ct_shape_record *shape)
{
	int64_t index = ct_writer_shape(a->writer, shape);

	if (index < 0)
		return CT_NONE;
	if (index == a->shape_flags->len)
		g_array_append_val(a->shape_flags, shape->flags);
	return (uint32_t)index;
}

void ct_assembler_clock(struct ct_assembler *a, int64_t base_ns, enum ct_clock clock)
{
	a->base_ns = base_ns;
	a->clock = clock;
}

void ct_assembler_skip(struct ct_assembler *a)
{
	a->summary.n_skipped++;
}

static gboolean check_span(const char *what, uint32_t correlation, int64_t start_ns,
			   int64_t end_ns, GError **error)
{
	if (start_ns < -CT_TIME_MAX || start_ns > CT_TIME_MAX || end_ns > CT_TIME_MAX) {
		ct_input_error(error,
			       "%s with correlation %u: time %" PRId64 " to %" PRId64
			       " ns is out of range",
			       what, correlation, start_ns, end_ns);
		return FALSE;
	}
	if (end_ns < start_ns) {
		ct_input_error(error,
			       "%s with correlation %u: duration is negative, from %" PRId64
			       " to %" PRId64 " ns",
			       what, correlation, start_ns, end_ns);
		return FALSE;
	}
	return TRUE;
}

gboolean ct_assembler_call(struct ct_assembler *a, const struct ct_call *call,
			   GError **error)
{
	struct ct_pending_call pending = { .call = *call, .order = a->n_parsed++ };

	g_assert(call->kind > 0 && call->kind < CT_OP_MARKER_BEGIN);
	return check_span("call", call->correlation, call->start_ns, call->end_ns, error) &&
	       ct_sorter_add(a->calls, &pending, error);
}

gboolean ct_assembler_work(struct ct_assembler *a, const struct ct_work_item *work,
			   GError **error)
{
	struct ct_pending_work pending = { .item = *work, .order = a->n_parsed++ };
	struct ct_shape_record nameless = { .name = CT_NONE };

	if (!check_span(work->kind == CT_OP_KERNEL ? "kernel" : "copy", work->correlation,
			work->start_ns, work->end_ns, error))
		return FALSE;
	if (work->kind != CT_OP_KERNEL) {
		g_assert(work->kind == CT_OP_MEMCPY || work->kind == CT_OP_MEMSET);
		a->summary.n_copies++;
		return ct_sorter_add(a->works, &pending, error);
	}
	if (work->shape == CT_NONE)
		pending.item.shape = ct_assembler_shape(a, &nameless);
	if (pending.item.shape < a->shape_flags->len &&
	    !(g_array_index(a->shape_flags, uint32_t, pending.item.shape) &
	      CT_SHAPE_HAS_GRID))
		a->summary.n_without_shape++;
	a->summary.n_kernels++;
	return ct_sorter_add(a->works, &pending, error);
}

gboolean ct_assembler_marker(struct ct_assembler *a, uint64_t process, uint64_t thread,
			     uint32_t name, int64_t start_ns, int64_t end_ns,
			     GError **error)
{
	uint32_t lane;

	if (!check_span("range", 0, start_ns, end_ns, error))
		return FALSE;
	lane = ct_tables_lane(&a->tables, process, thread, error);
	if (lane == CT_NONE)
		return FALSE;
	a->summary.n_markers++;
	return ct_assembler_order_range(a, lane, name, start_ns, end_ns, error);
}

/* Frees a sorter whose step is over. */
static void drop(struct ct_sorter **sorter)
{
	ct_sorter_free(*sorter);
	*sorter = NULL;
}

static gboolean assemble(struct ct_assembler *a, GError **error)
{
	if (!ct_assembler_overlap(a, error))
		return FALSE;
	drop(&a->works);
	if (!ct_assembler_join(a, error))
		return FALSE;
	drop(&a->joining);
	drop(&a->calls);
	drop(&a->facts);
	return ct_assembler_write(a, error);
}

gboolean ct_assembler_finish(struct ct_assembler *a, const char *source,
			     struct ct_import_summary *summary, GError **error)
{
	g_autoptr(GError) failed = NULL;
	struct ct_tempfile *file;
	int result;

	if (a->summary.n_kernels == 0) {
		ct_input_error(error,
			       "%s: no kernel in it: %" PRIu64 " copies and %" PRIu64
			       " API calls do not make a trace",
			       source, a->summary.n_copies, ct_sorter_count(a->calls));
		return FALSE;
	}
	if (!assemble(a, &failed)) {
		if (failed->code == CT_EXIT_INPUT)
			g_prefix_error(&failed, "%s: ", source);
		g_propagate_error(error, g_steal_pointer(&failed));
		return FALSE;
	}
	if (a->n_kernels == 0) {
		ct_input_error(error,
			       "%s: none of its %" PRIu64
			       " kernels was launched while it was recorded",
			       source, a->summary.n_kernels);
		return FALSE;
	}
	a->summary.n_kernels = a->n_kernels;
	a->summary.n_copies = a->n_copies;
	result = ct_writer_close(g_steal_pointer(&a->writer), ct_facts_dropped(a));
	if (result)
		return ct_assembler_write_failed(a, result, error);
	file = g_steal_pointer(&a->file);
	if (!ct_tempfile_commit(file, error))
		return FALSE;
	*summary = a->summary;
	return TRUE;
}
