/*
 * work.h - how much work a kernel is, from how long it took alone.
 *
 * A kernel recorded alone for D ns whose G blocks ran in W = ceil(G / (occ * N)) waves
 * is G equal blocks of D/W each.  Work is counted in CT_WORK_ONE units per ns of an
 * unhindered block, in 64-bit integers: W waves then end at exactly D, and the same
 * input gives the same answer on every machine.
 *
 * Memory.  A kernel whose DRAM bytes are known demands bandwidth.  What it drew alone
 * is not its demand: SM slots are conserved, so shares of what was drawn alone never
 * exceed the device.  The demand used here is the unconstrained one, and a kernel that
 * exceeds the device by itself is de-rated so that alone it still takes D.
 */
#ifndef CT_MODELS_WORK_H
#define CT_MODELS_WORK_H

#include "models/device.h"
#include "models/occupancy.h"

#define CT_WORK_BITS 24
#define CT_WORK_ONE (UINT64_C(1) << CT_WORK_BITS)

/* A launch, as a trace tells it. */
struct ct_kernel_shape {
	uint64_t blocks;	    /* product of the grid; 0: unknown */
	uint32_t threads_per_block; /* 0: unknown */
	uint32_t registers_per_thread;
	uint32_t smem_static_bytes, smem_dynamic_bytes;
};

/* What one block of it needs of an SM, in the SM's own units; depends on shape only. */
struct ct_block_need {
	uint64_t blocks;	  /* per launch */
	uint32_t blocks_per_sm;	  /* alone; >= 1 */
	uint16_t warps;		  /* per block */
	uint16_t register_units;  /* per warp */
	uint16_t smem_units;	  /* per block, reserved part included */
	uint8_t guessed;	  /* shape unknown: one full wave is assumed */
};

/* FALSE with a reason in *WHY (static text) if no SM of the device can hold a block. */
gboolean ct_block_need(const struct ct_device *, const struct ct_kernel_shape *,
		       struct ct_block_need *out, const char **why);

/* One launch, ready for the device: need, work and demand. */
struct ct_kernel_work {
	uint64_t block_work;	/* CT_WORK_ONE units; >= CT_WORK_ONE */
	uint32_t demand_mbps;	/* DRAM demand of one block, unconstrained; 0: none known */
	uint16_t memory_share;	/* of 256: part of the block's time that scales with DRAM */
};

/* DRAM_BYTES < 0: not measured, then demand is 0. */
void ct_kernel_work(const struct ct_device *, const struct ct_block_need *,
		    int64_t isolated_ns, int64_t dram_bytes, struct ct_kernel_work *out);

/* Waves of a launch on SMS SMs, and its time there, alone, by wave quantisation. */
uint64_t ct_waves(const struct ct_block_need *, uint32_t sms);
int64_t ct_time_on_sms(const struct ct_block_need *, const struct ct_kernel_work *,
		       uint32_t sms);

/* Rate of a block that gets GOT of its demand WANTED (both MB/s), in (0, CT_WORK_ONE]. */
uint32_t ct_memory_rate(uint64_t got, uint64_t wanted, uint32_t memory_share);

#endif
