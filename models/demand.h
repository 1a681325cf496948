/*
 * demand.h - what a kernel asks of the parts that kernels share, when it runs alone.
 *
 * The idea.  How two kernels slow each other down is computed (work.h) from what each
 * does alone.  A profiler can measure that, a formula can derive it from the shape, an
 * estimator can guess it, or nobody knows; so every quantity carries where it comes
 * from, and one that is not known asks for nothing.  DANGER: so a device on which half
 * the kernels have no demand is predicted as half idle.
 *
 * All quantities are of one launch alone on the whole device, at the residency it has
 * there.
 */
#ifndef CT_MODELS_DEMAND_H
#define CT_MODELS_DEMAND_H

#include <stdint.h>

/* From nothing to the best; a mixture is as good as its worst part. */
enum ct_demand_source {
	CT_DEMAND_UNKNOWN,
	CT_DEMAND_GUESS,
	CT_DEMAND_FORMULA,
	CT_DEMAND_MEASURED
};

struct ct_demand {
	int64_t value; /* >= 0; means nothing if the source is unknown */
	enum ct_demand_source source;
};

/* What an SM can do only so much of in a cycle. */
enum ct_pipe { CT_PIPE_ISSUE, CT_PIPE_FP32, CT_PIPE_FP64, CT_PIPE_TENSOR, CT_PIPES };

struct ct_kernel_demand {
	struct ct_demand dram_bytes;         /* read and written, of the launch */
	struct ct_demand l2_bytes;           /* between SMs and L2, of the launch */
	struct ct_demand l2_footprint_bytes; /* distinct bytes that it comes back to */
	struct ct_demand l1_footprint_bytes; /* the same of a block, in the SM's L1 */
	/* Parts of a block's time: that which lasts longer if memory (L2, DRAM) does, and
	 * that which would last longer if L1 no longer held its footprint. */
	struct ct_demand memory_permille, l1_permille;
	/* Of what an SM's pipe can do, used by the blocks that are on it. */
	struct ct_demand pipe_permille[CT_PIPES];
};

/* Nothing is known but the DRAM bytes, and those only if they are not negative. */
static inline struct ct_kernel_demand ct_demand_dram(int64_t bytes)
{
	struct ct_kernel_demand demand = { 0 };

	if (bytes >= 0)
		demand.dram_bytes = (struct ct_demand){ bytes, CT_DEMAND_MEASURED };
	return demand;
}

/* The value, or IF_UNKNOWN. */
static inline int64_t ct_demand_or(const struct ct_demand *demand, int64_t if_unknown)
{
	return demand->source == CT_DEMAND_UNKNOWN ? if_unknown : demand->value;
}

#endif
