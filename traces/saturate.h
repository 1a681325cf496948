/*
 * saturate.h - sums of times that stop at the ends of int64_t.
 *
 * A single time of a valid trace is small enough to be subtracted from another, but sums
 * of many, and origins, are whatever the file says; a sum that stops is plainly absurd,
 * one that wraps around looks like a number.
 */
#ifndef CT_TRACES_SATURATE_H
#define CT_TRACES_SATURATE_H

#include <stdint.h>

static inline int64_t ct_add_saturated(int64_t a, int64_t b)
{
	int64_t sum;

	if (!__builtin_add_overflow(a, b, &sum))
		return sum;
	return b < 0 ? INT64_MIN + 1 : INT64_MAX; /* INT64_MIN is CT_TIME_NONE */
}

static inline int64_t ct_subtract_saturated(int64_t a, int64_t b)
{
	int64_t difference;

	if (!__builtin_sub_overflow(a, b, &difference))
		return difference;
	return b > 0 ? INT64_MIN + 1 : INT64_MAX;
}

#endif
