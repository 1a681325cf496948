/*
 * quantiles - order statistics of sorted streams, in constant memory.
 *
 * Values arrive in order and their number is known before, so each quantile only has to
 * wait for the two values it lies between.
 */
#include "traces/quantiles.h"

#include <math.h>

struct quantile_walk {
	uint64_t n, at;
	double low[5], high[5];
};
static const double wanted[5] = { 0.0, 0.10, 0.50, 0.90, 0.99 };

/* The next COUNT values are VALUE. */
static void walk_add(struct quantile_walk *walk, double value, uint64_t count)
{
	for (int i = 0; i < 5; i++) {
		uint64_t below = (uint64_t)floor(wanted[i] * (double)(walk->n - 1));
		uint64_t above = MIN(below + 1, walk->n - 1);

		if (below >= walk->at && below < walk->at + count)
			walk->low[i] = value;
		if (above >= walk->at && above < walk->at + count)
			walk->high[i] = value;
	}
	walk->at += count;
}

static void walk_end(const struct quantile_walk *walk, double max, struct ct_quantiles *out)
{
	double at[5];

	for (int i = 0; i < 5; i++) {
		double place = wanted[i] * (double)(walk->n - 1);

		at[i] = walk->low[i] +
			(walk->high[i] - walk->low[i]) * (place - floor(place));
	}
	*out = (struct ct_quantiles){ .n = walk->n,
				      .min = at[0],
				      .p10 = at[1],
				      .p50 = at[2],
				      .p90 = at[3],
				      .p99 = at[4],
				      .max = max };
}

gboolean ct_quantiles_sorted(struct ct_sorter *sorter, struct ct_quantiles *out,
			     uint64_t *negative, GError **error)
{
	struct quantile_walk walk = { .n = ct_sorter_count(sorter) };
	g_autoptr(GError) failure = NULL;
	const int64_t *value;
	double max = 0;

	*out = (struct ct_quantiles){ 0 };
	if (!ct_sorter_sort(sorter, error))
		return FALSE;
	while ((value = ct_sorter_next(sorter, &failure))) {
		walk_add(&walk, (double)*value, 1);
		max = (double)*value;
		if (negative && *value < 0)
			++*negative;
	}
	if (failure) {
		g_propagate_error(error, g_steal_pointer(&failure));
		return FALSE;
	}
	if (walk.n)
		walk_end(&walk, max, out);
	return TRUE;
}

static gint compare_weighted(gconstpointer a, gconstpointer b)
{
	double x = ((const struct ct_weighted *)a)->value,
	       y = ((const struct ct_weighted *)b)->value;

	return (x > y) - (x < y);
}

void ct_quantiles_weighted(GArray *values, struct ct_quantiles *out)
{
	struct quantile_walk walk = { 0 };
	const struct ct_weighted *value = (const struct ct_weighted *)values->data;

	*out = (struct ct_quantiles){ 0 };
	g_array_sort(values, compare_weighted);
	for (guint i = 0; i < values->len; i++)
		walk.n += value[i].count;
	if (!walk.n)
		return;
	for (guint i = 0; i < values->len; i++)
		walk_add(&walk, value[i].value, value[i].count);
	walk_end(&walk, value[values->len - 1].value, out);
}
