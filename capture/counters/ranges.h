/*
 * ranges.h - launches of one context, measured one by one.
 *
 * The idea.  Every launch is a range of its own, pushed before the call and popped when
 * its kernel has ended, whose name is its number in the batch; so a value finds its launch
 * by name, whatever order CUPTI keeps.  User ranges and user replay with a single pass:
 * nothing is run twice, no memory is put back, no cache is emptied.  (Auto ranges number
 * themselves in order of launch, but replay kernels, and count those inside graphs in an
 * order that nobody states.)  A batch is as many ranges as the counter data image holds;
 * when it is full it is stopped, decoded, evaluated and begun anew.
 *
 * Ranges of one batch may not overlap: the caller holds a lock from push to pop.  Calls
 * are made with the context current.
 *
 * Not measured on hardware.  That user ranges and user replay count one pass without any
 * replay is how nvbench uses them.  Not known are whether ranges may be pushed by several
 * threads in turn, what a range costs, and how many fit: that is tried out, from many to
 * few, because users report a limit between 2000 and 3000 that no header names.
 */
#ifndef CT_CAPTURE_COUNTERS_RANGES_H
#define CT_CAPTURE_COUNTERS_RANGES_H

#include "capture/counters/metrics.h"
#include "capture/counters/tally.h"

#define CT_RANGES_MAX 512u

struct ct_ranges {
	struct ct_ranges *next; /* the owner's list */
	const struct ct_profiler_calls *calls;
	struct ct_metric_set *set; /* borrowed */
	void *context, *profiler;
	uint8_t *data;
	size_t data_bytes;
	uint32_t n_most;                /* ranges of a batch */
	uint32_t n;                     /* pushed in this one */
	uint32_t row[CT_RANGES_MAX];    /* of the tally, by number in the batch */
	uint8_t is_void[CT_RANGES_MAX]; /* the launch failed: nothing ran */
	int is_started, is_pushed;
	uint64_t n_measured, n_lost;
	struct ct_trouble trouble; /* the last */
	int is_broken;             /* nothing more is measured in this context */
};

/* Enables ranges in CONTEXT.  A broken one, with its trouble, if it cannot; NULL without
 * memory. */
struct ct_ranges *ct_ranges_new(const struct ct_profiler_calls *, struct ct_metric_set *,
				void *context);

/* Begins a range for a launch of ROW; 0 if it has. */
int ct_ranges_push(struct ct_ranges *, uint32_t row);

/* Ends it; LAUNCHED: the call worked.  A full batch goes into the tally. */
void ct_ranges_pop(struct ct_ranges *, int launched, struct ct_tally *);

/* What was measured so far goes into the tally. */
void ct_ranges_finish(struct ct_ranges *, struct ct_tally *);

/* Gives up and frees; the context may be in its last moments. */
void ct_ranges_free(struct ct_ranges *);

#endif
