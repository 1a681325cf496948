/*
 * gpu-internal.h - what the parts of the engine share: its state.
 *
 *   sm_class   a set of SMs that hold the same blocks, and so have the same room
 *   batch      the blocks of one grid that were placed together, and so end together
 *   cell       (class, batch): how many blocks of the batch each SM of the class holds
 *   resident   a grid that has entered the device
 *   strand     those of its blocks that run at one speed; mostly all (gpu-strands.h)
 *
 * The cells are a sparse matrix: the batches of a class and the classes of a batch are
 * both lists of them.  A batch of a strand ends when the strand's virtual time reaches
 * the batch's tag; its batches are a queue by tag (that is the order of placement, where
 * blocks are alike and at one speed), and its next event is the head's.
 *
 * Invariants, asserted by ct_gpu_check():
 *   the classes partition the SMs;  free of a class = limits - sum of its cells;
 *   the cells of a class are in the order in which their batches were made;
 *   the hash of a class is the sum of its cells' hashes;
 *   a batch's blocks = sum over its cells of blocks x SMs of the class, except that the
 *   only batch on the device may have no cells yet;
 *   a strand's placed = sum over its batches;  its tags rise;
 *   next_ns[] of a running strand is the end of its first batch.
 *
 * Pools never run dry: every cell stands for a different (SM, batch) with a block in it,
 * and every batch has a block (but one, while blocks move), so both are at most SMs x
 * blocks per SM; a class has at least one SM.
 */
#ifndef CT_SIM_GPU_INTERNAL_H
#define CT_SIM_GPU_INTERNAL_H

#include <stdbool.h>
#include <stdint.h>

#include "models/device.h"
#include "models/work.h"
#include "sim/base/list.h"
#include "sim/gpu-behind.h"
#include "sim/gpu.h"

/* The bounds that device files are held to, too. */
#define GPU_MAX_RESIDENT      1024
#define GPU_MAX_BLOCKS_PER_SM 255
#define GPU_HASH_CHAINS       512
#define GPU_NEVER             INT64_MAX

/* What one SM has free. */
struct sm_room {
	uint32_t warps, blocks, smem_units;
	uint32_t registers; /* four 8-bit counters of units, one per partition */
};

struct sm_class {
	struct ct_list cells;
	struct sm_room free;
	uint32_t n_sms, n_cells;
	uint64_t hash;
	struct sm_class *hash_next, **hash_link;
	uint32_t position; /* in gpu->active[] */
	bool touched;      /* changed in this instant: in gpu->touched[], not hashed */
	struct ct_sm_set sms;
};

struct cell {
	struct ct_list in_class, in_batch;
	struct sm_class *class;
	struct batch *batch;
	uint32_t blocks;    /* of the batch, on each SM of the class */
	uint32_t registers; /* what those took, per SM, as in struct sm_room */
	uint64_t hash;
};

struct batch {
	struct ct_list cells;
	struct batch *next;      /* of the same strand; or the next unused one */
	uint64_t tag;            /* virtual time of the strand at which it ends; wraps */
	uint64_t work;           /* of each of its blocks */
	uint64_t key;            /* random, for hashing */
	uint32_t partition;      /* of its grid */
	uint64_t refill_checked; /* serial of the settlement for which it may refill */
	struct resident *strand;
	uint64_t moved_from, moved_in; /* key of that batch, serial of the settlement */
	uint32_t blocks;
};

/* A divisor known in advance: n / d for n, d < 2^16. */
struct reciprocal {
	uint64_t times; /* 0: nothing is needed, everything fits */
};

/* A grid, and the strand of its blocks that lose nothing inside their SM; or, with the
 * members of a strand only, another one (gpu-strands.h). */
struct resident {
	struct ct_grid *grid;
	struct resident *next;      /* in its queue; or unused */
	struct resident *main;      /* of a strand: the grid's own; of that: itself */
	struct resident *others;    /* next strand of the grid */
	struct batch *first, *last; /* resident, by tag */
	uint64_t left;              /* blocks not placed yet */
	uint64_t work;              /* of a block; copy of grid->work.block_work */
	uint64_t virtual_time;      /* at as_of_ns; wraps: only differences mean anything */
	uint64_t overshoot;         /* work that blocks placed at carry_ns have done then */
	int64_t as_of_ns, carry_ns;
	uint32_t rate;                /* of virtual time, of CT_WORK_ONE */
	uint32_t placed;              /* blocks of the strand on the device now */
	uint32_t all_placed;          /* blocks of the grid */
	uint64_t sm_lost;             /* inside their SM, by each block of the strand */
	uint32_t portion_blocks;      /* with a spread: of a batch, at most; 0: no spread */
	uint32_t portions;            /* so far */
	uint32_t partition, priority; /* of its queue */
	int32_t slot;                 /* in gpu->running[]; -1: has had no block yet */
	bool demanding;               /* of L2 or DRAM, or: */
	bool feels_sm;                /* what others do on its SMs */
	uint32_t lost_alone_placed;   /* lost_alone is what so many blocks lose alone */
	uint64_t lost_alone[CT_LEVELS];
	int64_t counted_ns;
	uint64_t part[CT_CONTENTIONS]; /* of each ns since then, lost: in 2^-16 */
	uint64_t contention[CT_CONTENTIONS];
	bool no_skip; /* two batches end within 1 ns of each other */
	bool ragged;  /* of clusters: GPCs had room for blocks when it was last placed */
	/* of a block's need; made when first used */
	struct reciprocal per_warps, per_registers, per_smem;
};

struct queue {
	struct resident *first, *last;
};

/* Queues that do not wait for those of other partitions. */
struct partition {
	struct queue queue[CT_GPU_PRIORITIES];
	uint32_t queued;          /* bit p: queue p is not empty */
	struct resident *blocked; /* the head that stopped the last schedule */
	struct ct_behind behind;
};

/* The SMs that a cluster may be spread over. */
struct gpc {
	struct ct_sm_set sms;
	uint32_t room; /* for blocks of the grid that placement is thinking about */
};

/* Where placement is thinking: the classes in which the grid has room. */
struct candidate {
	struct sm_class *class;
	uint32_t room, n_sms; /* SMs of the class that the grid may use */
};

struct ct_gpu {
	const struct ct_gpu_engine *engine; /* first */

	/* the device */
	uint32_t sms, words, resident_limit;
	struct sm_room limits;
	bool one_set_of_queues; /* for all partitions: that of partition[0] */
	uint32_t partitions;
	uint32_t even; /* a register vector of one unit per partition */
	struct ct_memory memory;
	struct ct_sm_model sm_model;
	bool report_starts;
	void (*span)(void *span_data, const struct ct_gpu *, int64_t ns);
	void *span_data;

	uint32_t register_unit_bytes, smem_unit_bytes; /* as blocks' needs count them */

	/* time: everything in here is in the gpu's own, which stands still when it does */
	int64_t now_ns;
	int64_t stood_still_ns; /* altogether: what the caller's time is ahead by */
	bool paused;
	bool unsettled;      /* something happened at now_ns that parts 4, 5 must see */
	uint64_t settlement; /* serial of the current one */

	/* grids: waiting for entry, queued for placement, running */
	struct ct_grid *waiting, **waiting_end;
	struct partition partition[CT_GPU_PARTITIONS];
	uint32_t n_partitions;     /* used so far */
	struct resident **running; /* strands */
	int64_t *next_ns;          /* of running[]: its first batch ends */
	uint32_t n_running, n_resident, n_feeling;
	struct resident *unused_residents;
	struct ct_grid *ended, *started;
	uint64_t submissions;

	/* SMs */
	struct sm_class **active, **touched;
	uint32_t n_active, n_touched;
	struct sm_class *chain[GPU_HASH_CHAINS];
	struct sm_class *unused_classes; /* linked by hash_next */
	struct cell *unused_cells;       /* linked by in_class.next */
	struct batch *unused_batches;
	uint64_t batch_serial;
	uint32_t uneven_cells;     /* whose registers differ between partitions */
	struct resident *deferred; /* its only batch has no cells yet: gpu-place.c */
	struct candidate *candidate;
	struct gpc *gpc;
	uint32_t n_gpcs;

	/* DRAM */
	uint64_t served_mbps;
	bool demand_changed; /* a block with a demand came or went since rates were set */
	struct ct_contender *contender;

	/* accounts: exact integrals up to accounted_ns */
	int64_t accounted_ns;
	uint64_t warps, active_sms;
	unsigned __int128 warp_ns, sm_active_ns, served_mbps_ns;
	struct ct_gpu_use use;

	/* memory of the pools above */
	struct resident *residents, *strands, *unused_strands;
	struct sm_class *classes;
	struct cell *cells;
	struct batch *batches;
};

/* The accounts, up to now. */
static inline void ct_account(struct ct_gpu *gpu)
{
	uint64_t ns = (uint64_t)(gpu->now_ns - gpu->accounted_ns);

	if (!ns)
		return;
	if (gpu->span)
		gpu->span(gpu->span_data, gpu, (int64_t)ns);
	gpu->warp_ns += (unsigned __int128)gpu->warps * ns;
	gpu->sm_active_ns += (unsigned __int128)gpu->active_sms * ns;
	gpu->served_mbps_ns += (unsigned __int128)gpu->served_mbps * ns;
	gpu->accounted_ns = gpu->now_ns;
}

/* Asserts every invariant; slow, for tests. */
void ct_gpu_check(const struct ct_gpu *);

#endif
