/*
 * statistics - quantiles of small sets
 */
#include "experiments/ground-truth/statistics.h"

#include <math.h>

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

double statistics_quantile(GArray *set, double p)
{
	guint rank;

	if (set->len == 0)
		return NAN;
	g_array_sort(set, by_value);
	rank = (guint)ceil(p * set->len);
	return g_array_index(set, double, CLAMP(rank, 1, set->len) - 1);
}
