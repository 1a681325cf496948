/*
 * measure.h - time as benchmarks take it.
 *
 * Of this thread only: others may use the machine, and a figure should not say so.
 */
#ifndef CT_TESTS_MEASURE_H
#define CT_TESTS_MEASURE_H

#include <glib.h>
#include <stdlib.h>
#include <time.h>

static inline double measure_cpu_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static inline int measure_compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* Sorts VALUE. */
static inline double measure_median(double *value, size_t n)
{
	qsort(value, n, sizeof(*value), measure_compare);
	return value[n / 2];
}

#endif
