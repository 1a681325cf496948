/*
 * estimate.h - what a kernel demands where nobody measured it: a guess, by a stated rule.
 *
 * The idea.  A trace without counters says of a kernel its name, its shape and how long
 * it took.  An estimator turns these into a share of what the device can do, with the
 * range in which the truth is thought to lie; bytes follow from the kernel's time.  Every
 * rule says where it comes from.  What was measured stays as it is, and what an estimator
 * fills in carries CT_DEMAND_GUESS, so that a report can say how much of its results
 * stands on guesses, and a study can vary them within their ranges.
 *
 * Estimators (`--estimator`):
 *
 *	shape	words of the name and the size of the grid; a name that no rule knows
 *		stays unknown and demands nothing
 *	none	nothing: unknown demands are zero, so nobody is slowed by them
 *	bound	everything takes all of the DRAM it can get: an upper bound
 *
 * `shape` is what runs use unless told otherwise.  In four H100 profiles of PyTorch the
 * bytes of 551 ms of kernels with full grids follow from recorded tensor shapes: by kind,
 * they drew between 210 and 780 permille of the bandwidth (experiments/estimator).  So
 * zero is known to be wrong, and always on the side of no interference; a guess is wrong
 * on either side, within a range that can be varied.
 */
#ifndef CT_MODELS_ESTIMATE_H
#define CT_MODELS_ESTIMATE_H

#include "models/demand.h"
#include "models/work.h"

/* What limits a kernel alone, by the rule's opinion. */
enum ct_bound { CT_BOUND_UNKNOWN, CT_BOUND_COMPUTE, CT_BOUND_MEMORY, CT_BOUND_LATENCY };

enum ct_estimate_level { CT_ESTIMATE_LOW, CT_ESTIMATE_VALUE, CT_ESTIMATE_HIGH };

struct ct_share { /* permille; by level, ascending */
	uint16_t permille[3];
};

struct ct_demand_guess {         /* of a launch shape */
	const char *kind, *from; /* of the rule; NULL: none applies */
	enum ct_bound bound;
	struct ct_share dram; /* of the reachable bandwidth, over the kernel's time */
	struct ct_share pipe_use;
	enum ct_pipe pipe; /* CT_PIPES: none */
};

struct ct_estimator {
	const char *name, *about;
	/* NAME is the kernel's, "" if it is not known. */
	void (*estimate)(const struct ct_device *, const char *name,
			 const struct ct_block_need *, struct ct_demand_guess *out);
};

/* By name; NULL: there is none.  All of them, NULL-terminated, the default first. */
const struct ct_estimator *ct_estimator_find(const char *name);
const struct ct_estimator *const *ct_estimators(void);

/* Fills what is unknown in DEMAND, for a launch that takes ISOLATED_NS alone. */
void ct_estimate_demand(const struct ct_device *, const struct ct_demand_guess *,
			enum ct_estimate_level, int64_t isolated_ns,
			struct ct_kernel_demand *demand);

#endif
