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

/* The constant that is least off, by the mean of |error| relative to each of the set, all
 * of which are positive. */
double statistics_constant(GArray *set);

/* Weighted linear least squares: observations are added one by one, so memory does not
 * grow with them. */
struct statistics_squares;
struct statistics_squares *statistics_squares_new(unsigned parameters);
void statistics_squares_free(struct statistics_squares *);
void statistics_squares_add(struct statistics_squares *, const double *x, double y,
			    double weight);

/* A parameter that the observations do not determine is 0. */
void statistics_squares_solve(const struct statistics_squares *, double *parameter);

#endif
