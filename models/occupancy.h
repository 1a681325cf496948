/*
 * occupancy.h - how many blocks of one kernel fit on one SM.
 *
 * Integer formulas of the vendor's own calculator (cuda_occupancy.h, CUDA 13.0),
 * restated; exact on all 18,564 rows of tests/data/occupancy_golden.csv.gz.
 */
#ifndef CT_MODELS_OCCUPANCY_H
#define CT_MODELS_OCCUPANCY_H

#include "models/device.h"

struct ct_occupancy_request {
	uint32_t threads_per_block, registers_per_thread;
	uint32_t smem_static_bytes, smem_dynamic_bytes;
	uint32_t smem_configured_bytes; /* carve-out; 0: the SM's maximum */
};

struct ct_occupancy {
	uint32_t blocks_per_sm; /* 0: cannot be launched */
	uint32_t limit_warps, limit_registers, limit_smem,
		limit_blocks;                               /* UINT32_MAX: none */
	uint32_t registers_per_block, smem_per_block_bytes; /* as allocated */
};

void ct_occupancy(const struct ct_sm_limits *, const struct ct_occupancy_request *,
		  struct ct_occupancy *out);

#endif
