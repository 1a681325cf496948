/*
 * work-demand.h - what a block would ask for if nothing were short (work.h).
 *
 * Both fill their part of a struct ct_kernel_work and leave the rest.
 */
#ifndef CT_MODELS_WORK_DEMAND_H
#define CT_MODELS_WORK_DEMAND_H

#include "models/work.h"

/* L2 and DRAM, of a kernel that took NS > 0 alone. */
void ct_work_memory_demand(const struct ct_device *, const struct ct_block_need *,
			   const struct ct_memory *, uint64_t ns,
			   const struct ct_kernel_demand *, struct ct_kernel_work *out);

/* L1, shared memory and pipes. */
void ct_work_sm_demand(const struct ct_device *, const struct ct_block_need *,
		       const struct ct_kernel_demand *, struct ct_kernel_work *out);

#endif
