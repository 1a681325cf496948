/*
 * join-counters - puts hardware counters into a trace.
 *
 * Shapes are hashed by kernel, grid and block; each row looks up its own.  The copy is
 * the copier's: it is shown the trace with another table of counters.
 */
#include "traces/join-counters.h"

#include <math.h>
#include <string.h>

#include "sim/base/error.h"
#include "traces/copier.h"
#include "traces/kernel-name.h"

struct shape {
	char *key, *base;
	gboolean bare;
	double ns;
	guint64 launches;
	double sum[CT_COUNTERS], weight[CT_COUNTERS]; /* of the rows that match */
	guint64 samples;
};

struct join {
	const struct ct_trace *trace;
	const struct ct_counter_table *table;
	struct shape *shape;
	GHashTable *by_key, *by_base; /* text -> GArray of shape indices */
	struct ct_join_summary *summary;
};

static void free_indices(gpointer indices)
{
	g_array_free(indices, TRUE);
}

static char *launch_key(const char *name, const uint32_t grid[3], const uint32_t block[3])
{
	return g_strdup_printf("%u,%u,%u %u,%u,%u %s", grid[0], grid[1], grid[2], block[0],
			       block[1], block[2], name);
}

static void add_index(GHashTable *table, char *key, uint32_t index)
{
	GArray *indices = g_hash_table_lookup(table, key);

	if (!indices) {
		indices = g_array_new(FALSE, FALSE, sizeof(uint32_t));
		g_hash_table_insert(table, key, indices);
	} else {
		g_free(key);
	}
	g_array_append_val(indices, index);
}

static void hash_shapes(struct join *join)
{
	const struct ct_trace *trace = join->trace;

	for (uint32_t i = 0; i < trace->n_shapes; i++) {
		const struct ct_shape_record *record = &trace->shape[i];
		struct shape *shape = &join->shape[i];

		shape->key = ct_kernel_key(ct_trace_string(trace, record->name));
		shape->base = ct_kernel_base(shape->key);
		shape->bare = ct_kernel_is_bare(shape->key);
		if (!(record->flags & CT_SHAPE_HAS_GRID))
			continue;
		add_index(join->by_key, launch_key(shape->key, record->grid, record->block),
			  i);
		add_index(join->by_base,
			  launch_key(shape->base, record->grid, record->block), i);
	}
}

static gboolean survey(struct join *join, GError **error)
{
	g_autoptr(GError) failure = NULL;
	const struct ct_op *op;

	for (uint32_t lane = 0; lane < join->trace->n_lanes && !failure; lane++) {
		struct ct_cursor *cursor = ct_cursor_new(join->trace, lane);

		while ((op = ct_cursor_next(cursor, &failure))) {
			if (op->kind != CT_OP_KERNEL || op->shape == CT_NONE)
				continue;
			join->shape[op->shape].launches++;
			join->shape[op->shape].ns += (double)(op->end_ns - op->start_ns);
		}
		ct_cursor_free(cursor);
	}
	if (failure)
		g_propagate_error(error, g_steal_pointer(&failure));
	return !failure;
}

/* As far as both sides say; a launch that asks for no cluster may run in one of 1. */
static gboolean same_launch(const struct ct_shape_record *shape,
			    const struct ct_counter_row *row)
{
	if (!row->has_launch)
		return TRUE;
	if ((shape->flags & CT_SHAPE_HAS_SMEM) &&
	    shape->smem_dynamic_bytes != row->smem_dynamic_bytes)
		return FALSE;
	for (int i = 0; i < 3; i++)
		if (shape->cluster[i] && row->cluster[i] &&
		    shape->cluster[i] != row->cluster[i])
			return FALSE;
	return TRUE;
}

static gboolean has_bytes(const struct ct_counter_row *row)
{
	return !isnan(row->mean[CT_COUNTER_DRAM_READ_BYTES]) &&
	       !isnan(row->mean[CT_COUNTER_DRAM_WRITE_BYTES]);
}

static void give(struct shape *shape, const struct ct_counter_row *row)
{
	double weight = (double)row->samples;

	shape->samples += row->samples;
	for (int c = 0; c < CT_COUNTERS; c++)
		if (!isnan(row->mean[c])) {
			shape->sum[c] += row->mean[c] * weight;
			shape->weight[c] += weight;
		}
}

/* Gives ROW to those of INDICES that are launched alike; whether there were any. */
static gboolean give_all(struct join *join, const GArray *indices,
			 const struct ct_counter_row *row)
{
	gboolean any = FALSE;

	for (guint i = 0; indices && i < indices->len; i++) {
		uint32_t index = g_array_index(indices, uint32_t, i);

		if (!same_launch(&join->trace->shape[index], row))
			continue;
		give(&join->shape[index], row);
		any = TRUE;
	}
	return any;
}

/* Those of INDICES that a shortened name may mean: any if the row's is short, else those
 * whose own is.  NULL if there are none; sets *AMBIGUOUS if they are several kernels. */
static GArray *short_matches(const struct join *join, const GArray *indices, gboolean bare,
			     gboolean *ambiguous)
{
	GArray *found = g_array_new(FALSE, FALSE, sizeof(uint32_t));
	const char *key = NULL;

	for (guint i = 0; indices && i < indices->len; i++) {
		uint32_t index = g_array_index(indices, uint32_t, i);
		const struct shape *shape = &join->shape[index];

		if (!bare && !shape->bare)
			continue;
		*ambiguous |= key && strcmp(key, shape->key) != 0;
		key = shape->key;
		g_array_append_val(found, index);
	}
	return found;
}

static void match(struct join *join, const struct ct_counter_row *row)
{
	g_autofree char *key = ct_kernel_key(row->name), *base = ct_kernel_base(key);
	g_autofree char *full = launch_key(key, row->grid, row->block);
	g_autofree char *shortened = launch_key(base, row->grid, row->block);
	gboolean ambiguous = FALSE;
	GArray *found;

	if (!has_bytes(row)) {
		join->summary->n_rows_incomplete++;
		return;
	}
	if (give_all(join, g_hash_table_lookup(join->by_key, full), row)) {
		join->summary->n_rows_used++;
		return;
	}
	found = short_matches(join, g_hash_table_lookup(join->by_base, shortened),
			      ct_kernel_is_bare(key), &ambiguous);
	if (ambiguous)
		join->summary->n_rows_ambiguous++;
	else if (give_all(join, found, row))
		join->summary->n_rows_used++;
	g_array_free(found, TRUE);
}

static uint64_t mean_bytes(const struct shape *shape, enum ct_counter c)
{
	double mean = shape->weight[c] > 0 ? shape->sum[c] / shape->weight[c] : 0;

	return (uint64_t)llround(MIN(mean, 1e18));
}

/* Counters of clocks that do not tick together come out a little over the whole. */
static float mean_fraction(const struct shape *shape, enum ct_counter c)
{
	return shape->weight[c] > 0 ? (float)MIN(shape->sum[c] / shape->weight[c], 1) : NAN;
}

static struct ct_counter_record as_record(const struct shape *shape, uint32_t index)
{
	return (struct ct_counter_record){
		.shape = index,
		.samples = (uint32_t)MIN(shape->samples, UINT32_MAX),
		.dram_read_bytes = mean_bytes(shape, CT_COUNTER_DRAM_READ_BYTES),
		.dram_write_bytes = mean_bytes(shape, CT_COUNTER_DRAM_WRITE_BYTES),
		.l2_bytes = mean_bytes(shape, CT_COUNTER_L2_BYTES),
		.sm_active = mean_fraction(shape, CT_COUNTER_SM_ACTIVE),
		.tensor_active = mean_fraction(shape, CT_COUNTER_TENSOR_ACTIVE),
		.warps_active = mean_fraction(shape, CT_COUNTER_WARPS_ACTIVE),
	};
}

/* The trace's counters with the new ones behind them; a replaced one belongs to no shape
 * any more, and is copied only for a launch that names it. */
static GArray *new_counters(const struct join *join)
{
	const struct ct_trace *trace = join->trace;
	GArray *counters = g_array_new(FALSE, FALSE, sizeof(struct ct_counter_record));

	g_array_append_vals(counters, trace->counter, trace->n_counters);
	for (uint32_t i = 0; i < trace->n_counters; i++) {
		struct ct_counter_record *old =
			&g_array_index(counters, struct ct_counter_record, i);

		if (old->shape != CT_NONE && join->shape[old->shape].samples)
			old->shape = CT_NONE;
	}
	for (uint32_t i = 0; i < trace->n_shapes; i++)
		if (join->shape[i].samples) {
			struct ct_counter_record record = as_record(&join->shape[i], i);

			g_array_append_val(counters, record);
		}
	return counters;
}

static gboolean copy(const struct join *join, int zstd_level, const char *out,
		     GError **error)
{
	const struct ct_trace *trace = join->trace;
	struct ct_writer_options options = { .origin_ns = trace->origin_ns,
					     .clock = trace->clock,
					     .zstd_level = zstd_level };
	g_autoptr(GArray) counters = new_counters(join);
	struct ct_trace view = *trace;
	struct ct_copy_target target;
	struct ct_copier *copier;
	gboolean ok;

	view.counter = (const struct ct_counter_record *)(void *)counters->data;
	view.n_counters = counters->len;
	if (!ct_copy_open(&target, out, &options, error))
		return FALSE;
	copier = ct_copier_new(&view, &target, NULL);
	ok = ct_copier_ops(copier, error) && ct_copier_recordings(copier, error);
	ct_copier_free(copier);
	return ct_copy_close(&target, ct_copy_dropped(trace), ok, error);
}

static void sum_up(const struct join *join)
{
	struct ct_join_summary *s = join->summary;
	const struct ct_trace *trace = join->trace;

	for (uint32_t i = 0; i < trace->n_shapes; i++) {
		const struct shape *shape = &join->shape[i];

		if (!shape->launches)
			continue;
		s->n_shapes++;
		s->kernel_ns += shape->ns;
		if (shape->samples) {
			s->n_shapes_counted++;
			s->counted_ns += shape->ns;
		} else if (!s->largest_without || shape->ns > s->largest_without_ns) {
			g_free(s->largest_without);
			s->largest_without =
				g_strdup(ct_trace_string(trace, trace->shape[i].name));
			s->largest_without_ns = shape->ns;
		}
	}
}

static gboolean join_all(struct join *join, int zstd_level, const char *out, GError **error)
{
	struct ct_join_summary *s = join->summary;

	if (!survey(join, error))
		return FALSE;
	hash_shapes(join);
	s->n_rows = join->table->rows->len;
	for (guint i = 0; i < s->n_rows; i++)
		match(join, &g_array_index(join->table->rows, struct ct_counter_row, i));
	sum_up(join);
	if (s->n_shapes_counted)
		return copy(join, zstd_level, out, error);
	ct_input_error(error,
		       "%s: none of the %u kernels that have counters was launched in it "
		       "with that grid and block",
		       join->trace->path, s->n_rows);
	return FALSE;
}

gboolean ct_join_counters(const struct ct_trace *trace,
			  const struct ct_counter_table *table, int zstd_level,
			  const char *out, struct ct_join_summary *summary, GError **error)
{
	struct join join = { .trace = trace, .table = table, .summary = summary };
	gboolean ok;

	*summary = (struct ct_join_summary){ 0 };
	join.shape = g_new0(struct shape, (gsize)trace->n_shapes + 1);
	join.by_key = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, free_indices);
	join.by_base = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, free_indices);
	ok = join_all(&join, zstd_level, out, error);
	g_hash_table_destroy(join.by_key);
	g_hash_table_destroy(join.by_base);
	for (uint32_t i = 0; i < trace->n_shapes; i++) {
		g_free(join.shape[i].key);
		g_free(join.shape[i].base);
	}
	g_free(join.shape);
	return ok;
}

void ct_join_summary_clear(struct ct_join_summary *summary)
{
	g_free(summary->largest_without);
	summary->largest_without = NULL;
}
