/*
 * fluid-internal.h - the state of the fluid engine, shared by the files fluid*.c.
 *
 *   flow  a grid that has entered the device: how many blocks it has on the SMs, and when
 *         they end, but not where they are
 *
 * Blocks of a flow that were placed together are a wave.  While blocks are left and the flow
 * is the first that waits for room, every wave that ends is followed by another in its
 * places; those ends are not events (fluid-wave.c).
 *
 * Invariants, asserted by ct_fluid_check():
 *   used = sum over flows of blocks on the SMs x what each needs, at most all there is;
 *   a flow with blocks left stands in the queue of its priority, others have a wave;
 *   placed of a flow = sum over its waves;  their tags rise, by less than `work` in all;
 *   next_ns[] is the event of its flow.
 */
#ifndef CT_SIM_FLUID_INTERNAL_H
#define CT_SIM_FLUID_INTERNAL_H

#include <stdbool.h>
#include <stdint.h>

#include "models/contention.h"
#include "models/device.h"
#include "models/work.h"
#include "sim/gpu-behind.h"
#include "sim/gpu-engine.h"

#define FLUID_MAX_RESIDENT 1024
#define FLUID_NEVER        INT64_MAX
#define FLUID_WAVES        2 /* of a flow that are told apart */

enum fluid_resource {
	FLUID_BLOCKS,
	FLUID_WARPS,
	FLUID_REGISTERS,
	FLUID_SMEM,
	FLUID_RESOURCES
};

struct wave {
	uint64_t tag; /* virtual time at which it ends */
	uint32_t blocks;
};

struct flow {
	struct ct_grid *grid;
	struct flow *next;     /* in its queue; or unused */
	uint64_t left;         /* blocks not placed yet */
	uint64_t work;         /* of a block */
	uint64_t virtual_time; /* as in the block engine: unit, wrapping */
	uint64_t carry;        /* virtual time at which the places of carry_ns began */
	int64_t as_of_ns, carry_ns;
	struct wave wave[FLUID_WAVES];
	uint32_t n_waves, placed;
	uint32_t rate;                  /* of virtual time, of CT_WORK_ONE */
	int32_t slot;                   /* in running[]; -1: has had no block yet */
	uint32_t most;                  /* blocks of it that all SMs hold */
	uint32_t per_sm;                /* that one holds */
	uint32_t need[FLUID_RESOURCES]; /* of a block */
	/* contention: of L2 or DRAM, if demanding */
	bool demanding;
	uint32_t lost_alone_placed; /* blocks that lost_alone[] is of */
	uint64_t lost_alone[CT_LEVELS];
	int64_t counted_ns;
	uint32_t part[CT_CONTENTIONS]; /* of each ns since then, lost: in 2^-16 */
	uint64_t contention[CT_CONTENTIONS];
};

struct fluid_queue {
	struct flow *first, *last;
};

struct fluid {
	const struct ct_gpu_engine *engine; /* first */

	struct ct_device device; /* a copy */
	uint32_t sms, resident_limit;
	uint64_t limit[FLUID_RESOURCES]; /* of an SM */
	uint32_t register_unit_bytes, smem_unit_bytes;
	bool report_starts;

	/* time: its own, which stands still when it does */
	int64_t now_ns, stood_still_ns;
	bool paused, unsettled;

	/* grids: waiting for entry, queued for placement, running */
	struct ct_grid *waiting, **waiting_end, *ended, *started;
	struct fluid_queue queue[CT_GPU_PRIORITIES];
	struct ct_behind behind;
	struct flow *stuck; /* the first that waits for room; its waves follow each other */
	bool freed;         /* a place, since it was found to be stuck */
	struct flow *running[FLUID_MAX_RESIDENT];
	int64_t next_ns[FLUID_MAX_RESIDENT];
	uint32_t n_running, n_resident;
	struct flow *unused, *flows;
	uint64_t submissions;

	/* SMs */
	uint64_t used[FLUID_RESOURCES]; /* by all blocks on them */

	/* L2 and DRAM */
	struct ct_memory memory;
	struct ct_contender *contender;
	bool demand_changed; /* a block with a demand came or went since rates were set */

	/* accounts: exact integrals up to accounted_ns */
	int64_t accounted_ns;
	uint64_t served_mbps;
	unsigned __int128 warp_ns, sm_active_ns, served_mbps_ns;
	struct ct_gpu_use use;
};

static inline struct fluid *fluid_of(struct ct_gpu *gpu)
{
	return (struct fluid *)(void *)gpu;
}

static inline const struct fluid *const_fluid_of(const struct ct_gpu *gpu)
{
	return (const struct fluid *)(const void *)gpu;
}

/* SMs with a block: a new one goes where most is free, so an empty one comes first. */
static inline uint32_t ct_fluid_busy_sms(const struct fluid *f)
{
	return f->used[FLUID_BLOCKS] < f->sms ? (uint32_t)f->used[FLUID_BLOCKS] : f->sms;
}

static inline int64_t ct_fluid_outside_ns(const struct fluid *f)
{
	return f->now_ns + f->stood_still_ns;
}

/* fluid-wave.c: blocks of one flow come and go */
void ct_flow_advance(struct flow *, int64_t now_ns);
void ct_flow_schedule(struct fluid *, struct flow *); /* sets its next_ns */
bool ct_flow_place(struct fluid *, struct flow *);    /* TRUE: at least one block */
void ct_flow_end_waves(struct fluid *, struct flow *);
void ct_flow_kill(struct fluid *, struct flow *);
void ct_flow_follow(struct fluid *, struct flow *);

/* fluid-rates.c */
void ct_fluid_set_rates(struct fluid *);
void ct_flow_report_contention(const struct fluid *, struct flow *);

/* fluid-queue.c: grids on their way */
void ct_fluid_submit(struct ct_gpu *, struct ct_grid *);
void ct_fluid_admit_waiting(struct fluid *);
void ct_fluid_leave(struct fluid *, struct flow *);
bool ct_fluid_recall(struct ct_gpu *, struct ct_grid *, enum ct_recall how);
struct ct_grid *ct_fluid_take_ended(struct ct_gpu *);
struct ct_grid *ct_fluid_take_started(struct ct_gpu *);

/* Asserts every invariant; slow, for tests. */
void ct_fluid_check(const struct ct_gpu *);

/* The accounts, up to now. */
static inline void ct_fluid_account(struct fluid *f)
{
	uint64_t ns = (uint64_t)(f->now_ns - f->accounted_ns);

	if (!ns)
		return;
	f->warp_ns += (unsigned __int128)f->used[FLUID_WARPS] * ns;
	f->sm_active_ns += (unsigned __int128)ct_fluid_busy_sms(f) * ns;
	f->served_mbps_ns += (unsigned __int128)f->served_mbps * ns;
	f->accounted_ns = f->now_ns;
}

#endif
