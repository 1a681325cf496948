/*
 * statistics - quantiles of samples.
 */
#include "capture/calibrate/statistics.h"

#include <stdlib.h>

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double quantile(const double *sorted, size_t n, double part)
{
	double at = part * (double)(n - 1);
	size_t below = (size_t)at;

	if (below + 1 >= n)
		return sorted[n - 1];
	return sorted[below] + (at - (double)below) * (sorted[below + 1] - sorted[below]);
}

struct ct_spread ct_spread_of(double *samples, size_t n)
{
	struct ct_spread spread = { .n = n };

	if (!n)
		return spread;
	qsort(samples, n, sizeof(*samples), by_size);
	spread.q1 = quantile(samples, n, 0.25);
	spread.median = quantile(samples, n, 0.5);
	spread.q3 = quantile(samples, n, 0.75);
	return spread;
}
