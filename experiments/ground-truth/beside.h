/*
 * beside.h - a few kernels on one board at once, through the block engine.
 *
 * What a comparison with co-running kernels needs of the simulator: each kernel has where
 * it may run, what it takes alone there, and when it is ready; what is asked is when it
 * ends.  They are streams of one context.
 */
#ifndef CT_GROUND_TRUTH_BESIDE_H
#define CT_GROUND_TRUTH_BESIDE_H

#include "models/work.h"

struct beside_kernel {
	struct ct_kernel_shape shape;
	const struct ct_block_need *need; /* NULL: from the shape */
	struct ct_kernel_demand demand;
	uint32_t first_sm, n_sms;  /* where it may run; n_sms 0: everywhere */
	int64_t alone_ns;          /* there */
	gboolean alone_everywhere; /* no: on the whole board */
	uint32_t priority;         /* 0 runs first */
	int64_t ready_ns;          /* >= 0 */
	int64_t start_ns, end_ns;  /* set by beside_run() */
};

/* Fails (CT_EXIT_INPUT) if a block fits no SM of the board. */
gboolean beside_run(const struct ct_device *, struct beside_kernel *, size_t n, GError **);

/* The slowdown of VICTIM if OTHER runs all the while; NaN on *ERROR. */
double beside_slowdown(const struct ct_device *, const struct beside_kernel *victim,
		       const struct beside_kernel *other, GError **error);

#endif
