/*
 * microbench.h - the synthetic kernels of arXiv 2501.16909 as the simulator sees them.
 */
#ifndef CT_GROUND_TRUTH_MICROBENCH_H
#define CT_GROUND_TRUTH_MICROBENCH_H

#include "experiments/ground-truth/beside.h"

enum microbench_kind {
	MICROBENCH_SLEEP,
	MICROBENCH_L2_COPY,   /* all blocks together copy BYTES, over and over */
	MICROBENCH_L1_COPY,   /* each block copies BYTES of its own, over and over */
	MICROBENCH_DRAM_COPY, /* all blocks together copy BYTES, REPEATS times */
	MICROBENCH_FP32,      /* multiplies in CHAINS independent chains per thread */
	MICROBENCH_FP64,
};

struct microbench_kernel {
	enum microbench_kind kind;
	guint blocks, threads;
	double alone_ms;
	int64_t bytes;
	int64_t repeats; /* 0: not known */
	guint chains;
};

/* With the demands that follow from the kernel's source; nothing is fitted here. */
struct beside_kernel microbench_kernel(const struct ct_device *,
				       const struct microbench_kernel *);

/* Both at once, everywhere; with HALVES on its own half of the SMs each.  When the last
 * ended; NaN on *ERROR. */
double microbench_together_ms(const struct ct_device *, const struct microbench_kernel *a,
			      const struct microbench_kernel *b, gboolean halves,
			      GError **error);

#endif
