/*
 * work.h - how much work a kernel is, from how long it took alone.
 *
 * Time.  A kernel recorded alone for D ns whose G blocks ran in W = ceil(G / (occ * N))
 * waves is G equal blocks of D/W each.  Work is counted in CT_WORK_ONE units per ns of
 * an unhindered block, in integers throughout: W waves then end at exactly D, and the
 * same input gives the same answer on every machine.  A block lasts at least 1 ns, so
 * a kernel with more waves than nanoseconds takes W ns.
 *
 * Memory.  A kernel whose DRAM or L2 bytes are known demands bandwidth.  What it drew
 * alone is not its demand: SM slots are conserved, so shares of what was drawn alone
 * never exceed the device, and nothing would ever contend.  The demand used here is the
 * unconstrained one.  With the curve of a streaming kernel on n SMs,
 *
 *	BW(n) = B / (1 + (n0/n)^3)^(1/3)	B: reachable, n0: dram.saturation_sms
 *
 * (seven points of an RTX 5090, 2.9 % RMS; the rising part is n * B/n0), read backwards:
 *
 *	drawn	what a full wave drew alone: bytes/G of each block, over D/W
 *	demand	drawn * B / (B^3 - drawn^3)^(1/3), at most n * B/n0, at least drawn
 *	share	drawn / BW(n): the part of a block's time that scales with memory, unless
 *		it is known; of L2 and DRAM, the larger
 *
 * where n = min(N, blocks of a full wave).  Where only the share of the time waits, the
 * demand is what was drawn in the time that is left without the waiting, so that a
 * kernel moves the bytes it was recorded with.  contention.h says what demands do to each
 * other.
 *
 * Alone, a kernel with a demand already runs below full rate, so its blocks are given
 * that much less work: it still takes D, to 1 ns.
 *
 * DANGER: the curve was fitted on one board and one copy kernel, and L2 is taken to have
 * the same n0; sharing in proportion to demand bounds a victim's slowdown by N/n0 + 1; a
 * kernel confined to one SM beside a streaming one was seen at 22 times (Turing).
 */
#ifndef CT_MODELS_WORK_H
#define CT_MODELS_WORK_H

#include "models/contention.h"
#include "models/demand.h"
#include "models/device.h"
#include "models/occupancy.h"

#define CT_WORK_BITS 24
#define CT_WORK_ONE  (UINT64_C(1) << CT_WORK_BITS)

/* Longer kernels are cut to this, some 9 minutes: work and its differences fit 64 bits. */
#define CT_KERNEL_MAX_NS ((INT64_C(1) << 39) - 1)

/* A launch, as a trace tells it. */
struct ct_kernel_shape {
	uint64_t blocks;            /* product of the grid; 0: unknown */
	uint32_t threads_per_block; /* 0: unknown */
	uint32_t registers_per_thread;
	uint32_t smem_static_bytes, smem_dynamic_bytes;
	uint64_t cluster; /* blocks of a thread block cluster; 0 or 1: no clusters */
};

/* What one block of it needs of an SM, in the SM's own units; depends on shape only. */
struct ct_block_need {
	uint64_t blocks;         /* per launch */
	uint32_t blocks_per_sm;  /* alone; >= 1 */
	uint16_t warps;          /* per block */
	uint16_t register_units; /* per warp */
	uint16_t smem_units;     /* per block, reserved part included */
	uint8_t guessed;         /* shape unknown: one full wave is assumed */
	uint8_t cluster;         /* blocks placed together in a GPC; 0 or 1: no clusters */
};

/* FALSE with a reason in *WHY (static text) if no SM of the device can hold a block, or no
 * GPC a cluster of them.
 * An unknown block is taken as 256 threads, an unknown grid as one full wave of them. */
gboolean ct_block_need(const struct ct_device *, const struct ct_kernel_shape *,
		       struct ct_block_need *out, const char **why);

/* One launch, ready for the device: need, work and demand.  All of one block. */
struct ct_kernel_work {
	uint64_t block_work;   /* CT_WORK_ONE units; >= CT_WORK_ONE */
	uint32_t demand_mbps;  /* of DRAM, unconstrained; 0: none known */
	uint32_t l2_mbps;      /* the same, of L2 */
	uint16_t memory_share; /* of 256: part of the block's time that scales with both */
	uint16_t l1_share;     /* of 256: part that L1 hits take */
	uint32_t l2_hits;      /* alone, of CT_HIT_ONE */
	uint16_t spread_permille;    /* how far blocks differ from block_work (spread.h) */
	uint64_t l2_footprint_bytes; /* of the launch */
	struct ct_sm_use sm;
};

/* What is not known is not demanded. */
void ct_kernel_work(const struct ct_device *, const struct ct_block_need *,
		    int64_t isolated_ns, const struct ct_kernel_demand *,
		    struct ct_kernel_work *out);

/* DRAM bandwidth that demands share: the reachable part of the peak, MB/s. */
uint64_t ct_dram_mbps(const struct ct_device *);

/* Waves of a launch on SMS >= 1 SMs, and its time there, alone, by wave quantisation;
 * on all SMs that is the time it was recorded with.  If they cannot hold a cluster of it:
 * no waves, and INT64_MAX. */
uint64_t ct_waves(const struct ct_device *, const struct ct_block_need *, uint32_t sms);
int64_t ct_time_on_sms(const struct ct_device *, const struct ct_block_need *,
		       const struct ct_kernel_work *, uint32_t sms);

/* Gives the blocks of WORK as much work as makes a launch of NS, 1..CT_KERNEL_MAX_NS, alone
 * on SMS SMs, which can hold what it places together. */
void ct_work_lasts(const struct ct_device *, const struct ct_block_need *, uint32_t sms,
		   int64_t ns, struct ct_kernel_work *work);

/* L2 and DRAM as BLOCKS blocks of the kernel, alone, see them: fills what is in. */
static inline void ct_kernel_contender(const struct ct_kernel_work *work, uint64_t blocks,
				       struct ct_contender *out)
{
	out->asked_mbps[CT_LEVEL_L2] = blocks * work->l2_mbps;
	out->asked_mbps[CT_LEVEL_DRAM] = blocks * work->demand_mbps;
	out->footprint_bytes = work->l2_footprint_bytes;
	out->hits_alone = work->l2_hits;
	out->memory_share = work->memory_share;
}

/* Whether blocks of it and of others on one SM can slow each other down. */
gboolean ct_kernel_feels_sm(const struct ct_kernel_work *);

#endif
