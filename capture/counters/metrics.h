/*
 * metrics.h - which metrics a chip has for what is wanted, all of them in one pass.
 *
 * The idea.  A second pass would mean to run every kernel twice with its memory put back
 * in between, which changes what it finds in the caches and breaks kernels that wait for
 * others.  So the set is made of what fits into one: bytes of DRAM are a must, the others
 * are left out one after the other, the least needed first, until it does.  Chips name
 * things differently, so each quantity has several candidates, and CUPTI's host API says,
 * without a device, which of them there are.  tests/capture/passes.c does the same for all
 * chips that a real CUPTI knows: the whole set is one pass on every chip with DRAM of its
 * own from Volta to Blackwell (CUPTI 13.0).
 */
#ifndef CT_CAPTURE_COUNTERS_METRICS_H
#define CT_CAPTURE_COUNTERS_METRICS_H

#include "capture/counters/bind.h"
#include "traces/counter-file.h"

struct ct_metric_set {
	const char *name[CT_COUNTERS];        /* of those that are measured, in order */
	enum ct_counter counter[CT_COUNTERS]; /* which is which */
	double scale[CT_COUNTERS];
	size_t n;
	void *host; /* CUPTI's object that evaluates them */
	uint8_t *image;
	size_t image_bytes;
};

/* What went wrong, for the header of the file; all zero if nothing did. */
struct ct_trouble {
	enum ct_counter_trouble trouble;
	const char *call; /* constant text */
	int result;
};

/* AVAILABILITY may be NULL: what the chip has, not what this device allows.  FALSE-like
 * (non-zero) with *TROUBLE set.  A set is cleared whether or not it could be made. */
int ct_metrics_choose(struct ct_metric_set *, const struct ct_profiler_calls *,
		      const char *chip, const uint8_t *availability, struct ct_trouble *);
void ct_metrics_clear(struct ct_metric_set *, const struct ct_profiler_calls *);

#endif
