/*
 * stats - what is in a trace, in one pass over its operations.
 *
 * What a kernel's shape says is counted per shape, and a trace has few shapes; only
 * durations, delays, intervals and allocations are one record per operation, and they
 * go through sorters, so that a trace of any length takes the same memory.
 */
#include "traces/stats.h"

#include <string.h>

#include "traces/saturate.h"
#include "traces/sorter.h"

#define SORT_BYTES (8u << 20)

struct interval {
	uint32_t device; /* index */
	uint32_t kernel;
	int64_t start_ns, end_ns;
};

struct allocation {
	uint64_t sequence, handle, bytes;
	uint64_t freed;
};

/* What the pass over the operations gathers. */
struct tally {
	const struct ct_trace *trace;
	struct ct_stats *stats;
	uint64_t *launches; /* per shape */
	int64_t *total_ns;  /* per shape */
	guint8 *is_counted; /* per shape: has counters of its own */
	guint8 *stream_used;
	int64_t first_ns, last_ns;
	struct ct_sorter *durations, *delays, *intervals, *allocations;
};

static int compare_int64(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static int compare_interval(const void *a, const void *b)
{
	const struct interval *x = a, *y = b;

	if (x->device != y->device)
		return x->device < y->device ? -1 : 1;
	return (x->start_ns > y->start_ns) - (x->start_ns < y->start_ns);
}

static int compare_allocation(const void *a, const void *b)
{
	const struct allocation *x = a, *y = b;

	return (x->sequence > y->sequence) - (x->sequence < y->sequence);
}

static double product(const uint32_t *size)
{
	return (double)size[0] * size[1] * size[2];
}

static double field_grid(const struct ct_shape_record *shape)
{
	return product(shape->grid);
}

static double field_block(const struct ct_shape_record *shape)
{
	return product(shape->block);
}

static double field_registers(const struct ct_shape_record *shape)
{
	return shape->registers;
}

static double field_smem(const struct ct_shape_record *shape)
{
	return (double)shape->smem_static_bytes + shape->smem_dynamic_bytes;
}

/* Quantiles of one field of the launched shapes that have FLAG. */
static void shape_quantiles(const struct tally *tally, uint32_t flag,
			    double (*field)(const struct ct_shape_record *),
			    struct ct_quantiles *out)
{
	g_autoptr(GArray) values = g_array_new(FALSE, FALSE, sizeof(struct ct_weighted));

	for (uint32_t i = 0; i < tally->trace->n_shapes; i++) {
		const struct ct_shape_record *shape = &tally->trace->shape[i];
		struct ct_weighted one = { .count = tally->launches[i] };

		if (!one.count || !(shape->flags & flag))
			continue;
		one.value = field(shape);
		g_array_append_val(values, one);
	}
	ct_quantiles_weighted(values, out);
}

/* HOST_NS: when the call began that led to OP; CT_TIME_NONE: not recorded. */
static gboolean tally_kernel(struct tally *tally, const struct ct_op *op, int64_t host_ns,
			     GError **error)
{
	int64_t dur_ns = op->end_ns - op->start_ns, delay_ns;
	struct ct_stats *stats = tally->stats;

	stats->kernels++;
	stats->kernel_ns = ct_add_saturated(stats->kernel_ns, dur_ns);
	stats->overlapped_ns = ct_add_saturated(stats->overlapped_ns, op->overlap_ns);
	stats->with_counters += op->counter != CT_NONE;
	if (op->counter != CT_NONE || tally->is_counted[op->shape])
		stats->counted_ns = ct_add_saturated(stats->counted_ns, dur_ns);
	stats->unlaunched += (op->flags & CT_OP_UNLAUNCHED) != 0;
	tally->launches[op->shape]++;
	tally->total_ns[op->shape] = ct_add_saturated(tally->total_ns[op->shape], dur_ns);
	tally->stream_used[op->stream] = 1;
	if (host_ns != CT_TIME_NONE) {
		delay_ns = op->start_ns - host_ns;
		if (!ct_sorter_add(tally->delays, &delay_ns, error))
			return FALSE;
	}
	return ct_sorter_add(tally->durations, &dur_ns, error);
}

static gboolean tally_device_work(struct tally *tally, const struct ct_op *op,
				  GError **error)
{
	struct interval interval = { .device = tally->trace->stream[op->stream].device,
				     .kernel = op->kind == CT_OP_KERNEL,
				     .start_ns = op->start_ns,
				     .end_ns = op->end_ns };

	tally->first_ns = MIN(tally->first_ns, op->start_ns);
	tally->last_ns = MAX(tally->last_ns, op->end_ns);
	return ct_sorter_add(tally->intervals, &interval, error);
}

static gboolean tally_op(struct tally *tally, const struct ct_op *op, int64_t host_ns,
			 GError **error)
{
	struct ct_stats *stats = tally->stats;
	struct allocation allocation = { .sequence = op->sequence,
					 .handle = op->handle,
					 .bytes = op->bytes,
					 .freed = op->kind == CT_OP_FREE };

	switch (op->kind) {
	case CT_OP_KERNEL:
		if (!tally_kernel(tally, op, host_ns, error))
			return FALSE;
		return tally_device_work(tally, op, error);
	case CT_OP_MEMCPY:
	case CT_OP_MEMSET:
		if (op->start_ns == CT_TIME_NONE)
			return TRUE;
		stats->memops++;
		return tally_device_work(tally, op, error);
	case CT_OP_GRAPH_LAUNCH:
		stats->graph_launches++;
		return TRUE;
	case CT_OP_EVENT_SYNC:
	case CT_OP_STREAM_SYNC:
	case CT_OP_DEVICE_SYNC:
		stats->syncs++;
		return TRUE;
	case CT_OP_MARKER_BEGIN:
		stats->markers++;
		return TRUE;
	case CT_OP_ALLOC:
	case CT_OP_FREE:
		return ct_sorter_add(tally->allocations, &allocation, error);
	default:
		return TRUE;
	}
}

static gboolean tally_lane(struct tally *tally, uint32_t lane, GError **error)
{
	struct ct_cursor *cursor = ct_cursor_new(tally->trace, lane);
	g_autoptr(GError) failure = NULL;
	int64_t graph_ns = CT_TIME_NONE;
	const struct ct_op *op;
	gboolean ok = TRUE;

	while (ok && (op = ct_cursor_next(cursor, &failure))) {
		if (op->kind == CT_OP_GRAPH_LAUNCH)
			graph_ns = op->api_start_ns;
		ok = tally_op(tally, op,
			      op->flags & CT_OP_CHILD ? graph_ns : op->api_start_ns,
			      &failure);
	}
	ct_cursor_free(cursor);
	if (failure)
		g_propagate_error(error, g_steal_pointer(&failure));
	return ok && !failure;
}

static int64_t union_step(int64_t *covered_ns, int64_t start_ns, int64_t end_ns)
{
	int64_t from_ns = MAX(*covered_ns, start_ns);

	if (end_ns <= from_ns)
		return 0;
	*covered_ns = end_ns;
	return end_ns - from_ns;
}

/*
 * Intervals come by device and start.  Of those that started before, the one that ends
 * last reaches over everything up to its end, so the time with two kernels is the union
 * of what each kernel shares with that one.
 */
static gboolean device_use(struct tally *tally, GError **error)
{
	g_autoptr(GArray) uses = g_array_new(FALSE, TRUE, sizeof(struct ct_device_use));
	int64_t busy_ns = 0, overlap_ns = 0;
	int64_t busy_to_ns = 0, overlap_to_ns = 0, kernel_to_ns = 0;
	double span_ns = (double)MAX(tally->stats->span_ns, 1);
	const struct ct_trace *trace = tally->trace;
	struct ct_device_use *use = NULL;
	g_autoptr(GError) failure = NULL;
	const struct interval *work;
	uint32_t device = CT_NONE;

	if (!ct_sorter_sort(tally->intervals, error))
		return FALSE;
	while ((work = ct_sorter_next(tally->intervals, &failure))) {
		if (!use || work->device != device) {
			device = work->device;
			g_array_set_size(uses, uses->len + 1);
			use = &g_array_index(uses, struct ct_device_use, uses->len - 1);
			use->device = trace->device[device].id;
			busy_ns = overlap_ns = 0;
			busy_to_ns = overlap_to_ns = kernel_to_ns = INT64_MIN;
		}
		busy_ns += union_step(&busy_to_ns, work->start_ns, work->end_ns);
		if (work->kernel) {
			overlap_ns += union_step(&overlap_to_ns, work->start_ns,
						 MIN(work->end_ns, kernel_to_ns));
			kernel_to_ns = MAX(kernel_to_ns, work->end_ns);
		}
		use->busy_pct = 100.0 * (double)busy_ns / span_ns;
		use->overlap_pct = 100.0 * (double)overlap_ns / span_ns;
	}
	if (failure) {
		g_propagate_error(error, g_steal_pointer(&failure));
		return FALSE;
	}
	tally->stats->devices = uses->len;
	tally->stats->use =
		(struct ct_device_use *)g_array_free(g_steal_pointer(&uses), FALSE);
	return TRUE;
}

/* Follows the live allocations; a free of an unknown address frees nothing. */
static gboolean memory_peak(struct tally *tally, GError **error)
{
	g_autoptr(GHashTable) live =
		g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, g_free);
	g_autoptr(GError) failure = NULL;
	const struct allocation *one;
	uint64_t now_bytes = 0;

	if (!ct_sorter_sort(tally->allocations, error))
		return FALSE;
	while ((one = ct_sorter_next(tally->allocations, &failure))) {
		struct allocation *held = g_hash_table_lookup(live, &one->handle);

		now_bytes -= held ? held->bytes : 0;
		g_hash_table_remove(live, &one->handle);
		if (one->freed)
			continue;
		held = g_new(struct allocation, 1);
		*held = *one;
		g_hash_table_insert(live, &held->handle, held);
		now_bytes += one->bytes;
		tally->stats->memory_peak_bytes =
			MAX(tally->stats->memory_peak_bytes, now_bytes);
	}
	if (failure)
		g_propagate_error(error, g_steal_pointer(&failure));
	return !failure;
}

static gint compare_top(gconstpointer a, gconstpointer b)
{
	const struct ct_top_kernel *x = a, *y = b;

	if (x->total_ns != y->total_ns)
		return x->total_ns > y->total_ns ? -1 : 1;
	return strcmp(x->name, y->name);
}

static void top_kernels(const struct tally *tally)
{
	const struct ct_trace *trace = tally->trace;
	g_autoptr(GHashTable) place = g_hash_table_new(g_str_hash, g_str_equal);
	GArray *top = g_array_new(FALSE, TRUE, sizeof(struct ct_top_kernel));
	struct ct_stats *stats = tally->stats;

	for (uint32_t i = 0; i < trace->n_shapes; i++) {
		const char *name = ct_trace_string(trace, trace->shape[i].name);
		struct ct_top_kernel *one;
		gpointer known;

		if (!tally->launches[i])
			continue;
		if (!g_hash_table_lookup_extended(place, name, NULL, &known)) {
			known = GUINT_TO_POINTER(top->len);
			g_hash_table_insert(place, (gpointer)name, known);
			g_array_set_size(top, top->len + 1);
		}
		one = &g_array_index(top, struct ct_top_kernel, GPOINTER_TO_UINT(known));
		one->name = name;
		one->count += tally->launches[i];
		one->total_ns = ct_add_saturated(one->total_ns, tally->total_ns[i]);
	}
	g_array_sort(top, compare_top);
	stats->names = stats->n_top = top->len;
	stats->top = (struct ct_top_kernel *)g_array_free(top, FALSE);
	for (uint32_t i = 0; i < stats->n_top; i++)
		stats->top[i].share_pct = 100.0 * (double)stats->top[i].total_ns /
					  (double)MAX(stats->kernel_ns, 1);
}

static uint64_t count_distinct(GArray *pairs)
{
	uint64_t n = 0;

	g_array_sort(pairs, compare_int64);
	for (guint i = 0; i < pairs->len; i++)
		if (!i || g_array_index(pairs, uint64_t, i) !=
				  g_array_index(pairs, uint64_t, i - 1))
			n++;
	return n;
}

static void count_streams(const struct tally *tally)
{
	g_autoptr(GArray) streams = g_array_new(FALSE, FALSE, sizeof(uint64_t));
	g_autoptr(GArray) contexts = g_array_new(FALSE, FALSE, sizeof(uint64_t));
	const struct ct_trace *trace = tally->trace;

	for (uint32_t i = 0; i < trace->n_streams; i++) {
		const struct ct_stream_record *stream = &trace->stream[i];
		uint64_t pair = (uint64_t)stream->device << 32 | stream->id;

		if (!tally->stream_used[i])
			continue;
		g_array_append_val(streams, pair);
		pair = (uint64_t)stream->device << 32 | stream->context;
		g_array_append_val(contexts, pair);
	}
	tally->stats->streams = count_distinct(streams);
	tally->stats->contexts = count_distinct(contexts);
}

static gboolean compute(struct tally *tally, GError **error)
{
	struct ct_stats *stats = tally->stats;

	for (uint32_t i = 0; i < tally->trace->n_lanes; i++)
		if (!tally_lane(tally, i, error))
			return FALSE;
	if (tally->last_ns >= tally->first_ns)
		stats->span_ns = tally->last_ns - tally->first_ns;
	shape_quantiles(tally, CT_SHAPE_HAS_GRID, field_grid, &stats->grid_blocks);
	shape_quantiles(tally, CT_SHAPE_HAS_GRID, field_block, &stats->block_threads);
	shape_quantiles(tally, CT_SHAPE_HAS_REGISTERS, field_registers, &stats->regs);
	shape_quantiles(tally, CT_SHAPE_HAS_SMEM, field_smem, &stats->smem_bytes);
	top_kernels(tally);
	count_streams(tally);
	return ct_quantiles_sorted(tally->durations, &stats->dur_ns, NULL, error) &&
	       ct_quantiles_sorted(tally->delays, &stats->launch_delay_ns,
				   &stats->launch_delay_negative, error) &&
	       device_use(tally, error) && memory_peak(tally, error);
}

gboolean ct_stats_compute(const struct ct_trace *trace, struct ct_stats *stats,
			  GError **error)
{
	const char *directory = g_get_tmp_dir();
	g_autofree uint64_t *launches = g_new0(uint64_t, (gsize)trace->n_shapes + 1);
	g_autofree int64_t *total_ns = g_new0(int64_t, (gsize)trace->n_shapes + 1);
	g_autofree guint8 *is_counted = g_new0(guint8, (gsize)trace->n_shapes + 1);
	g_autofree guint8 *stream_used = g_new0(guint8, (gsize)trace->n_streams + 1);
	struct tally tally = {
		.trace = trace,
		.stats = stats,
		.launches = launches,
		.total_ns = total_ns,
		.is_counted = is_counted,
		.stream_used = stream_used,
		.first_ns = INT64_MAX,
		.last_ns = INT64_MIN,
		.durations = ct_sorter_new(sizeof(int64_t), SORT_BYTES, compare_int64,
					   directory),
		.delays = ct_sorter_new(sizeof(int64_t), SORT_BYTES, compare_int64,
					directory),
		.intervals = ct_sorter_new(sizeof(struct interval), SORT_BYTES,
					   compare_interval, directory),
		.allocations = ct_sorter_new(sizeof(struct allocation), SORT_BYTES,
					     compare_allocation, directory),
	};
	gboolean ok;

	for (uint32_t i = 0; i < trace->n_counters; i++)
		if (trace->counter[i].shape != CT_NONE)
			is_counted[trace->counter[i].shape] = 1;
	memset(stats, 0, sizeof(*stats));
	ok = compute(&tally, error);
	ct_sorter_free(tally.durations);
	ct_sorter_free(tally.delays);
	ct_sorter_free(tally.intervals);
	ct_sorter_free(tally.allocations);
	if (!ok)
		ct_stats_clear(stats);
	return ok;
}

void ct_stats_clear(struct ct_stats *stats)
{
	g_free(stats->use);
	g_free(stats->top);
	memset(stats, 0, sizeof(*stats));
}
