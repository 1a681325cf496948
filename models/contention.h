/*
 * contention.h - how kernels that run at the same time slow each other down.
 *
 * The idea.  Shared parts are servers.  Unhindered, a block does one unit of work per
 * nanosecond and asks for so much of each; what it asks for beyond what it gets costs it
 * time.  That time is counted per unit of work, as `lost`, in CT_LOST_ONE:
 *
 *	rate = 1 / (1 + lost on DRAM + lost on L2 + lost inside the SM)
 *
 * so the parts add up, and a kernel's time can be split over them.  Integers only; the
 * same functions de-rate a kernel that is alone (work.h), which is why it takes what it
 * was recorded to take.
 *
 * Bandwidth.  A server of capacity B that is asked for S takes g = (1 + q^3)^(1/3) times
 * as long as an idle one, q = S / B: it serves S / g.  That is the curve BW(n) of work.h,
 * where S grows with the SMs of one kernel; here kernels add up to S.  So two copies on
 * halves of a device move what one copy on all of it moves.  Shared proportionally, all
 * wait alike; max-min, what is served is handed out level by level from the smallest
 * demand.  Only the part `memory_share` of a block's time waits, but never so little that
 * more than B is served.  Several kernels on DRAM reach less of it (dram.loss_permille).
 *
 * L2 capacity.  Kernels that come back to more bytes than L2 holds share it by access
 * rate; who needs less than its share leaves the rest to the others.  A kernel hits
 * min(1, share / footprint) of the time, and what it hits less than alone is asked of
 * DRAM.  DANGER: a miss costs bandwidth only, not latency, and half a kernel's blocks are
 * taken to touch all of its footprint.
 *
 * With the demands of a copy known by construction (40 blocks of 1024 threads that copy
 * 1 to 6 MB over and over, two of them on disjoint SMs of a V100) and l2.bytes_per_s
 * fitted to the 1 MB row alone, these rules predict the six times measured within 10 %;
 * tests/unit/contention.c has them.
 *
 * Inside an SM, where blocks of different kernels meet:
 *   pipes	uses add up; beyond all of a pipe, those who use it wait in proportion
 *		(two FP64 kernels that fill a V100's pipe: 1.90 to 1.95 times their time)
 *   L1		what L1 and shared memory hold of it: of footprints F on capacity C the
 *		part min(1, (F - C) / C) of the hits is lost, and a lost hit takes
 *		sm.l1_miss_permille as long.  The straight line lies between random
 *		replacement and LRU on a cyclic scan; fitted on a V100.
 * DANGER: uses are those at full speed, so a kernel that DRAM slows down still takes its
 * share of a pipe; and blocks of one kernel never disturb each other here, because what
 * they do to each other is in the time recorded alone.
 */
#ifndef CT_MODELS_CONTENTION_H
#define CT_MODELS_CONTENTION_H

#include <stdbool.h>
#include <stdint.h>

#include "models/device.h"
#include "models/demand.h"

#define CT_LOST_BITS 20
#define CT_LOST_ONE  (UINT64_C(1) << CT_LOST_BITS)

#define CT_HIT_BITS 16
#define CT_HIT_ONE  (1u << CT_HIT_BITS)

enum ct_level { CT_LEVEL_L2, CT_LEVEL_DRAM, CT_LEVELS };

/* L2 and DRAM of a device. */
struct ct_memory {
	uint64_t mbps[CT_LEVELS];  /* 0: no end known */
	uint64_t shared_dram_mbps; /* when more than one kernel uses it */
	uint64_t l2_bytes;
	enum ct_dram_sharing sharing;
};

void ct_memory(const struct ct_device *, struct ct_memory *out);

/* A kernel that is running, as far as L2 and DRAM see it. */
struct ct_contender {
	uint64_t asked_mbps[CT_LEVELS]; /* by all its blocks, unhindered */
	uint64_t footprint_bytes;       /* in L2; 0: none, or not known */
	uint32_t hits_alone;            /* of CT_HIT_ONE, in L2 */
	uint16_t memory_share;          /* of 256 */
	/* out; dram_mbps: what is asked of DRAM with the hits that are left */
	uint64_t dram_mbps;
	uint64_t lost[CT_LEVELS];
};

/* Fills what is out.  The order of the contenders does not matter. */
void ct_contend(const struct ct_memory *, struct ct_contender *, uint32_t n);

/* What ct_contend() says is lost, by level, by one kernel that is alone. */
void ct_contend_alone(const struct ct_memory *, const struct ct_contender *,
		      uint64_t *lost);

/* (1 + q^3)^(1/3) in CT_LOST_ONE for q = ASKED / CAPACITY; not below 1 nor q. */
uint64_t ct_stretch(uint64_t asked, uint64_t capacity);

/* Work per ns of a block that loses LOST, in CT_WORK_ONE (work.h); at least 1. */
uint32_t ct_rate(uint64_t lost);

/* The L2 hits of a kernel alone, of CT_HIT_ONE. */
uint32_t ct_l2_hits(const struct ct_memory *, uint64_t footprint_bytes, uint64_t kept);

/*
 * What a kernel pays for coming back to an L2 that others have used: the part of its
 * footprint that L2 can hold is read from DRAM once more.  A switch between contexts
 * leaves nothing behind; whoever switches charges this.
 */
int64_t ct_l2_refill_ns(const struct ct_memory *, uint64_t footprint_bytes);

/* An SM, as far as blocks of different kernels on it see it. */
struct ct_sm_model {
	uint64_t l1_bytes;  /* usable for L1 and shared memory; 0: not known */
	uint32_t miss_cost; /* of a lost L1 hit, beside the hit, in permille of it */
};

void ct_sm_model(const struct ct_device *, struct ct_sm_model *out);

#define CT_PIPE_ONE (1u << 16)

/* What a block uses of its SM, or the sum over blocks. */
struct ct_sm_use {
	uint64_t l1_bytes, smem_bytes;
	uint64_t pipe[CT_PIPES]; /* of CT_PIPE_ONE */
};

/* What a block loses on an SM where all blocks use ALL and those of its kernel OWN;
 * L1_SHARE, of 256: the part of its time that L1 hits take. */
uint64_t ct_sm_lost(const struct ct_sm_model *, const struct ct_sm_use *own,
		    const struct ct_sm_use *all, uint16_t l1_share);

#endif
