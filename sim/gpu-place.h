/*
 * gpu-place.h - which SMs the next blocks of a grid go to.
 */
#ifndef CT_SIM_GPU_PLACE_H
#define CT_SIM_GPU_PLACE_H

#include "sim/gpu-internal.h"

static inline struct reciprocal ct_reciprocal(uint32_t divisor)
{
	return (struct reciprocal){ divisor ? (uint64_t)(UINT32_MAX / divisor) + 1 : 0 };
}

/* What BLOCKS blocks take from these register counters, warp by warp. */
uint32_t ct_registers_taken(const struct ct_gpu *, uint32_t free,
			    const struct ct_block_need *, uint32_t blocks);

/* Places all blocks of the grid that fit now, as one batch; false if none does. */
bool ct_place(struct ct_gpu *, struct resident *);

#endif
