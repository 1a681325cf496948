/*
 * statistics.h - what the comparison needs of statistics, and no more.
 *
 * Quantiles are nearest rank.  Sets are GArrays of double; nothing is defined on an empty
 * one (NaN).
 */
#ifndef CT_GROUND_TRUTH_STATISTICS_H
#define CT_GROUND_TRUTH_STATISTICS_H

#include <glib.h>

/* Sorts the set.  The smallest value such that a share P of all is not above it. */
double statistics_quantile(GArray *set, double p);

#endif
