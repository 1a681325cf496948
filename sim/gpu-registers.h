/*
 * gpu-registers.h - what blocks take from the register counters of an SM.
 *
 * A vector of registers is a word of four 8-bit counters, one per partition, so vectors
 * add and subtract as words; partitions that a device does not have stay 0.
 */
#ifndef CT_SIM_GPU_REGISTERS_H
#define CT_SIM_GPU_REGISTERS_H

#include "sim/gpu-internal.h"

/* The same from every partition? */
static inline bool ct_registers_even(const struct ct_gpu *gpu, uint32_t registers)
{
	return registers == (registers & 0xff) * gpu->even;
}

/* What BLOCKS blocks take from these register counters, warp by warp. */
uint32_t ct_registers_taken(const struct ct_gpu *, uint32_t free,
			    const struct ct_block_need *, uint32_t blocks);

#endif
