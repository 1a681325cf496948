/*
 * quantiles.h - where the values of a set lie, interpolated between order statistics.
 *
 * The quantile p of n sorted values stands at place p * (n - 1); between two values it
 * is interpolated linearly.
 */
#ifndef CT_TRACES_QUANTILES_H
#define CT_TRACES_QUANTILES_H

#include <glib.h>
#include <stdint.h>

#include "traces/sorter.h"

struct ct_quantiles { /* all 0 if n is */
	uint64_t n;
	double min, p10, p50, p90, p99, max;
};

/* A value that occurs COUNT times. */
struct ct_weighted {
	double value;
	uint64_t count;
};

/* Of an array of struct ct_weighted, which is sorted by this. */
void ct_quantiles_weighted(GArray *values, struct ct_quantiles *out);

/* Of a sorter of int64_t, which is sorted and read to its end.  NEGATIVE, if not NULL,
 * gets how many values are below 0. */
gboolean ct_quantiles_sorted(struct ct_sorter *, struct ct_quantiles *out,
			     uint64_t *negative, GError **error);

#endif
