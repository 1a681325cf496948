/*
 * join-curves - medians per class in each run, then points, then a copy with them.
 *
 * A class is a number in a table that all traces share, so that a run's launches are
 * sorted by class and length in one sorter, and each trace is read once.
 */
#include "traces/join-curves.h"

#include <string.h>

#include "sim/base/error.h"
#include "traces/copier.h"
#include "traces/saturate.h"
#include "traces/sorter.h"

#define SORT_BYTES (8u << 20)

/* What one trace says of one class. */
struct seen {
	uint64_t n, n_alone;
	int64_t total_ns;
	int64_t median_ns, spread_ns; /* over those alone */
};

struct launch {
	uint32_t class, reserved;
	int64_t ns;
};

struct join {
	GHashTable *class_of; /* key: text; value: class + 1 */
	struct ct_curves_summary *summary;
};

/* One trace, read. */
struct sight {
	const struct ct_trace *trace;
	uint32_t sms;
	gboolean of_device;          /* SMS is what its devices have */
	uint32_t *class_of;          /* by shape */
	uint32_t *first, *same_next; /* shapes of a class: by class, by shape; a chain */
	GHashTable *names;           /* of its kernels; the trace's strings */
	GArray *seen;                /* struct seen, by class */
};

static char *key_of(const struct ct_trace *trace, uint32_t index)
{
	const struct ct_shape_record *s = &trace->shape[index];
	const uint32_t flags = CT_SHAPE_HAS_GRID | CT_SHAPE_HAS_REGISTERS |
			       CT_SHAPE_HAS_SMEM | CT_SHAPE_COOPERATIVE;

	return g_strdup_printf("%s\n%ux%ux%u %ux%ux%u %ux%ux%u %u %u %u %u",
			       ct_trace_string(trace, s->name), s->grid[0], s->grid[1],
			       s->grid[2], s->block[0], s->block[1], s->block[2],
			       s->cluster[0], s->cluster[1], s->cluster[2], s->registers,
			       s->smem_static_bytes, s->smem_dynamic_bytes,
			       s->flags & flags);
}

/* The class of each shape of the trace; who comes first makes it. */
static void classify(struct join *join, struct sight *sight)
{
	const struct ct_trace *trace = sight->trace;

	sight->class_of = g_new(uint32_t, trace->n_shapes + 1);
	sight->names = g_hash_table_new(g_str_hash, g_str_equal);
	for (uint32_t i = 0; i < trace->n_shapes; i++) {
		char *key = key_of(trace, i);
		gpointer known = g_hash_table_lookup(join->class_of, key);

		if (!known) {
			known = GUINT_TO_POINTER(g_hash_table_size(join->class_of) + 1);
			g_hash_table_insert(join->class_of, key, known);
		} else {
			g_free(key);
		}
		sight->class_of[i] = GPOINTER_TO_UINT(known) - 1;
		g_hash_table_add(sight->names,
				 (gpointer)ct_trace_string(trace, trace->shape[i].name));
	}
}

static int compare_launch(const void *a, const void *b)
{
	const struct launch *x = a, *y = b;

	if (x->class != y->class)
		return x->class < y->class ? -1 : 1;
	return (x->ns > y->ns) - (x->ns < y->ns);
}

/* The value at quarter Q of N sorted ones, interpolated. */
static int64_t quarter(const GArray *sorted, guint q)
{
	guint64 place = (guint64)(sorted->len - 1) * q;
	int64_t low = g_array_index(sorted, int64_t, place / 4), high = low;

	if (place % 4)
		high = g_array_index(sorted, int64_t, place / 4 + 1);
	return low + (high - low) * (int64_t)(place % 4) / 4;
}

static void close_class(GArray *seen, uint32_t class, GArray *sorted)
{
	struct seen *one;

	if (!sorted->len)
		return;
	one = &g_array_index(seen, struct seen, class);
	one->median_ns = MAX(quarter(sorted, 2), 1);
	one->spread_ns = quarter(sorted, 3) - quarter(sorted, 1);
	g_array_set_size(sorted, 0);
}

static gboolean close_classes(GArray *seen, struct ct_sorter *launches, GError **error)
{
	g_autoptr(GArray) sorted = g_array_new(FALSE, FALSE, sizeof(int64_t));
	g_autoptr(GError) failure = NULL;
	const struct launch *launch;
	uint32_t class = CT_NONE;

	if (!ct_sorter_sort(launches, error))
		return FALSE;
	while ((launch = ct_sorter_next(launches, &failure))) {
		if (launch->class != class)
			close_class(seen, class, sorted);
		class = launch->class;
		g_array_append_val(sorted, launch->ns);
	}
	if (failure) {
		g_propagate_error(error, g_steal_pointer(&failure));
		return FALSE;
	}
	close_class(seen, class, sorted);
	return TRUE;
}

/* Kernels ran on a device of so many SMs: of the same number, all of them. */
static gboolean see_device(struct sight *sight, const struct ct_op *op, GError **error)
{
	const struct ct_trace *trace = sight->trace;
	const struct ct_device_record *device =
		&trace->device[trace->stream[op->stream].device];

	if (device->sms == 0) {
		ct_input_error(error, "%s: does not say how many SMs device %u has",
			       trace->path, device->id);
		return FALSE;
	}
	if (sight->sms && sight->sms != device->sms) {
		ct_input_error(error,
			       "%s: kernels ran on devices of %u and of %u SMs; curves are "
			       "of one kind of device",
			       trace->path, sight->sms, device->sms);
		return FALSE;
	}
	sight->sms = device->sms;
	return TRUE;
}

static gboolean see_lane(struct sight *sight, struct ct_sorter *launches, uint32_t lane,
			 GError **error)
{
	struct ct_cursor *cursor = ct_cursor_new(sight->trace, lane);
	gboolean ok = TRUE;
	g_autoptr(GError) failure = NULL;
	const struct ct_op *op;

	while (ok && (op = ct_cursor_next(cursor, &failure))) {
		struct launch launch = { .class = CT_NONE };
		struct seen *one;

		if (op->kind != CT_OP_KERNEL)
			continue;
		launch.class = sight->class_of[op->shape];
		launch.ns = op->end_ns - op->start_ns;
		one = &g_array_index(sight->seen, struct seen, launch.class);
		one->n++;
		one->total_ns = ct_add_saturated(one->total_ns, launch.ns);
		ok = !sight->of_device || see_device(sight, op, &failure);
		if (!ok || op->overlap_ns > launch.ns / 100)
			continue;
		one->n_alone++;
		ok = ct_sorter_add(launches, &launch, &failure);
	}
	ct_cursor_free(cursor);
	if (failure)
		g_propagate_error(error, g_steal_pointer(&failure));
	return ok && !failure;
}

/* Reads TRACE whole.  SMS is what it ran on; 0: what its devices have. */
static gboolean see(struct join *join, struct sight *sight, const struct ct_trace *trace,
		    uint32_t sms, GError **error)
{
	struct ct_sorter *launches = ct_sorter_new(sizeof(struct launch), SORT_BYTES,
						   compare_launch, g_get_tmp_dir());
	gboolean ok = TRUE;

	sight->trace = trace;
	sight->sms = sms;
	sight->of_device = sms == 0;
	classify(join, sight);
	sight->seen = g_array_new(FALSE, TRUE, sizeof(struct seen));
	g_array_set_size(sight->seen, g_hash_table_size(join->class_of) + 1);
	for (uint32_t lane = 0; ok && lane < trace->n_lanes; lane++)
		ok = see_lane(sight, launches, lane, error);
	ok = ok && close_classes(sight->seen, launches, error);
	ct_sorter_free(launches);
	return ok;
}

static void sight_clear(struct sight *sight)
{
	g_clear_pointer(&sight->names, g_hash_table_unref);
	g_clear_pointer(&sight->seen, g_array_unref);
	g_clear_pointer(&sight->class_of, g_free);
	g_clear_pointer(&sight->first, g_free);
	g_clear_pointer(&sight->same_next, g_free);
}

struct weight {
	uint32_t class;
	int64_t total_ns;
};

static gint compare_weight(gconstpointer a, gconstpointer b)
{
	const struct weight *x = a, *y = b;

	if (x->total_ns != y->total_ns)
		return x->total_ns > y->total_ns ? -1 : 1;
	return (x->class > y->class) - (x->class < y->class);
}

/* The classes that make up SHARE of the time, the heaviest first. */
static GArray *heaviest(const struct sight *base, double share, double *all_ns)
{
	GArray *weights = g_array_new(FALSE, FALSE, sizeof(struct weight));
	double sum_ns = 0;
	guint n = 0;

	*all_ns = 0;
	for (guint i = 0; i < base->seen->len; i++) {
		struct weight one = {
			.class = i,
			.total_ns = g_array_index(base->seen, struct seen, i).total_ns
		};

		if (one.total_ns <= 0)
			continue;
		*all_ns += (double)one.total_ns;
		g_array_append_val(weights, one);
	}
	g_array_sort(weights, compare_weight);
	while (n < weights->len && sum_ns < share * *all_ns)
		sum_ns += (double)g_array_index(weights, struct weight, n++).total_ns;
	g_array_set_size(weights, n);
	return weights;
}

/* Where to count a point that is left out; NULL: it is one. */
static uint32_t *left_out(struct join *join, const struct sight *base, uint32_t shape,
			  const struct sight *run)
{
	uint32_t class = base->class_of[shape];
	const struct seen *was = &g_array_index(base->seen, struct seen, class);
	const struct seen *is = &g_array_index(run->seen, struct seen, class);
	const char *name = ct_trace_string(base->trace, base->trace->shape[shape].name);

	if (!is->n)
		return g_hash_table_contains(run->names, name)
			       ? &join->summary->n_other_grid
			       : &join->summary->n_missing;
	if (is->n * 2 < was->n || is->n > was->n * 2)
		return &join->summary->n_other_count;
	return is->n_alone ? NULL : &join->summary->n_together;
}

static gint compare_point(gconstpointer a, gconstpointer b)
{
	const struct ct_curve_record *x = a, *y = b;

	return (x->sms > y->sms) - (x->sms < y->sms);
}

static void add_point(GArray *points, uint32_t shape, const struct sight *from,
		      uint32_t class)
{
	const struct seen *seen = &g_array_index(from->seen, struct seen, class);
	struct ct_curve_record point = {
		.shape = shape,
		.sms = from->sms,
		.ns = seen->median_ns,
		.spread_ns = seen->spread_ns,
		.samples = (uint32_t)MIN(seen->n_alone, UINT32_MAX),
	};

	g_array_append_val(points, point);
}

/* The points of the class that SHAPE of the base is of, by SMs; none if there is only the
 * base's. */
static GArray *points_of(struct join *join, const struct sight *base, uint32_t shape,
			 const struct sight *runs, guint n_runs)
{
	GArray *points = g_array_new(FALSE, FALSE, sizeof(struct ct_curve_record));
	uint32_t class = base->class_of[shape];

	if (!g_array_index(base->seen, struct seen, class).n_alone) {
		join->summary->n_together += n_runs + 1;
		return points;
	}
	for (guint i = 0; i < n_runs; i++) {
		uint32_t *reason = left_out(join, base, shape, &runs[i]);

		if (reason)
			++*reason;
		else
			add_point(points, shape, &runs[i], class);
	}
	if (points->len)
		add_point(points, shape, base, class);
	g_array_sort(points, compare_point);
	return points;
}

static void chain_shapes(struct sight *sight)
{
	sight->first = g_new(uint32_t, sight->seen->len + 1);
	sight->same_next = g_new(uint32_t, sight->trace->n_shapes + 1);
	for (guint class = 0; class < sight->seen->len; class ++)
		sight->first[class] = CT_NONE;
	for (uint32_t shape = sight->trace->n_shapes; shape-- > 0;) {
		uint32_t class = sight->class_of[shape];

		sight->same_next[shape] = sight->first[class];
		sight->first[class] = shape;
	}
}

/* All points, shape by shape, of the classes that are wanted. */
static GArray *curves_of(struct join *join, const struct sight *base,
			 const struct sight *runs, guint n_runs, double share)
{
	GArray *curves = g_array_new(FALSE, FALSE, sizeof(struct ct_curve_record));
	g_autoptr(GArray) wanted = NULL;
	double all_ns, joined_ns = 0;

	wanted = heaviest(base, share, &all_ns);
	join->summary->n_classes = wanted->len;
	for (guint i = 0; i < wanted->len; i++) {
		const struct weight *weight = &g_array_index(wanted, struct weight, i);
		g_autoptr(GArray) points = NULL;

		points = points_of(join, base, base->first[weight->class], runs, n_runs);
		for (uint32_t s = base->first[weight->class]; s != CT_NONE;
		     s = base->same_next[s]) {
			for (guint p = 0; p < points->len; p++)
				g_array_index(points, struct ct_curve_record, p).shape = s;
			g_array_append_vals(curves, points->data, points->len);
		}
		if (!points->len)
			continue;
		join->summary->n_curves++;
		joined_ns += (double)weight->total_ns;
	}
	join->summary->n_points = curves->len;
	join->summary->share_pct = all_ns > 0 ? 100.0 * joined_ns / all_ns : 0.0;
	return curves;
}

/* Shapes are interned, so a shape that was copied gets its number again. */
static gboolean write_curves(struct ct_copy_target *target, const struct ct_trace *trace,
			     const GArray *curves, GError **error)
{
	int64_t written = 0;

	for (guint i = 0; i < curves->len && written >= 0; i++) {
		struct ct_curve_record point =
			g_array_index(curves, struct ct_curve_record, i);
		struct ct_shape_record shape = trace->shape[point.shape];
		const char *name = ct_trace_string(trace, shape.name);

		if (shape.name != CT_NONE) {
			written = ct_writer_string(target->writer, name, strlen(name));
			shape.name = (uint32_t)written;
		}
		if (written >= 0)
			written = ct_writer_shape(target->writer, &shape);
		point.shape = (uint32_t)written;
		if (written >= 0)
			written = ct_writer_curve(target->writer, &point);
	}
	if (written < 0)
		ct_input_error(error, "%s: cannot write: %s", target->path,
			       g_strerror((int)-written));
	return written >= 0;
}

static gboolean write_joined(const struct ct_trace *base, const GArray *curves,
			     int zstd_level, const char *out, GError **error)
{
	const struct ct_writer_options options = { .origin_ns = base->origin_ns,
						   .clock = base->clock,
						   .zstd_level = zstd_level };
	struct ct_copy_target target;
	struct ct_copier *copier;
	gboolean ok;

	if (!ct_copy_open(&target, out, &options, error))
		return FALSE;
	copier = ct_copier_new(base, &target, NULL);
	ok = ct_copier_ops(copier, error) && ct_copier_recordings(copier, error);
	ct_copier_free(copier);
	ok = ok && write_curves(&target, base, curves, error);
	return ct_copy_close(&target, ct_copy_dropped(base), ok, error);
}

gboolean ct_join_curves(const struct ct_trace *base, const struct ct_curve_run *runs,
			guint n_runs, double share, int zstd_level, const char *out,
			struct ct_curves_summary *summary, GError **error)
{
	struct join join = { .summary = summary };
	g_autofree struct sight *sights = g_new0(struct sight, n_runs + 1);
	g_autoptr(GArray) curves = NULL;
	gboolean ok;

	*summary = (struct ct_curves_summary){ 0 };
	join.class_of = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	ok = see(&join, &sights[0], base, 0, error);
	for (guint i = 0; ok && i < n_runs; i++) {
		ok = see(&join, &sights[i + 1], runs[i].trace, runs[i].sms, error);
		if (!ok || runs[i].sms < sights[0].sms)
			continue;
		ct_input_error(error, "%s: ran on %u SMs, while the device has %u",
			       runs[i].trace->path, runs[i].sms, sights[0].sms);
		ok = FALSE;
	}
	if (ok) {
		chain_shapes(&sights[0]);
		curves = curves_of(&join, &sights[0], sights + 1, n_runs, share);
		ok = write_joined(base, curves, zstd_level, out, error);
	}
	for (guint i = 0; i <= n_runs; i++)
		sight_clear(&sights[i]);
	g_hash_table_unref(join.class_of);
	return ok;
}
