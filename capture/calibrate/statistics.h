/*
 * statistics.h - the middle of some samples, and how far they are spread.
 *
 * The idea.  What is timed on a shared host has a long tail to one side: a mean follows the
 * tail, a median does not.  So a measurement is its median, and its error is the distance
 * between its quartiles; both are of the samples, so that nothing is assumed about them.
 */
#ifndef CT_CAPTURE_CALIBRATE_STATISTICS_H
#define CT_CAPTURE_CALIBRATE_STATISTICS_H

#include <stddef.h>

struct ct_spread {
	double q1, median, q3;
	size_t n;
};

/* Sorts the N samples; none: all zero.  Quantiles lie between the two nearest samples, in
 * proportion, so that of one sample all three are that sample. */
struct ct_spread ct_spread_of(double *samples, size_t n);

#endif
