/*
 * dram-work.h - the work of a kernel of which only the DRAM bytes are known, if any.
 */
#ifndef CT_TESTS_DRAM_WORK_H
#define CT_TESTS_DRAM_WORK_H

#include "models/work.h"

static inline void dram_work(const struct ct_device *device,
			     const struct ct_block_need *need, int64_t ns, int64_t bytes,
			     struct ct_kernel_work *out)
{
	struct ct_kernel_demand demand = ct_demand_dram(bytes);

	ct_kernel_work(device, need, ns, &demand, out);
}

#endif
