/*
 * naive-internal.h - the state of the reference, and what its parts call of each other.
 */
#ifndef CT_TESTS_NAIVE_INTERNAL_H
#define CT_TESTS_NAIVE_INTERNAL_H

#include <glib.h>

#include "tests/unit/gpu-case.h"

#define NAIVE_ONE     (UINT64_C(1) << 24) /* virtual time per ns at full speed */
#define NAIVE_KERNELS CASE_STREAMS        /* streams are in order: one each at most */

struct naive_sm {
	uint32_t warps, blocks, smem, partition[4]; /* free */
};

/* What blocks use of an SM. */
struct naive_use {
	uint64_t l1, smem, pipe[CT_PIPES];
};

struct naive_sm_use {
	struct naive_use all, of[CASE_STREAMS];
};

struct naive_block {
	uint32_t sm, registers[4];
	uint64_t work;
	int64_t left; /* of it; below 0: how far it is beyond its end */
	uint64_t rate;
};

enum kernel_state { ABSENT, WAITING, QUEUED, PLACED };

/* The kernel that a stream has on the device, or waiting for it. */
struct naive_kernel {
	enum kernel_state state;
	const struct case_op *op;
	int64_t start_ns, behind_ns; /* start: -1 before its first block */
	uint64_t blocks_left, blocks_lost;
	unsigned __int128 work_lost;
	uint64_t portion_left; /* blocks that may still join the one of portion_ns */
	uint32_t portions;
	int64_t portion_ns;
	uint64_t serial; /* order of submission */
	uint64_t submitted_blocks, left;
	int64_t begun;        /* work that blocks placed now have done already */
	uint64_t served_mbps; /* by DRAM */
	uint64_t part[CT_CONTENTIONS], contention[CT_CONTENTIONS]; /* in 2^-16 */
	GArray *blocks;
};

enum stream_state { READY_AT, DELAYED_UNTIL, ON_DEVICE, FINISHED };

struct naive_stream {
	enum stream_state state;
	int64_t ns;
	uint32_t done;        /* operations */
	uint64_t blocks_left; /* of the next one, if it was recalled */
};

struct naive {
	const struct gpu_case *c;
	struct case_result *result;
	struct naive_sm *sm;
	struct naive_sm_use *use; /* of each SM */
	struct naive_stream stream[CASE_STREAMS];
	struct naive_kernel kernel[NAIVE_KERNELS];
	int64_t now_ns;
	bool paused;
	uint32_t n_pauses;  /* begun */
	uint32_t n_recalls; /* over */
	uint64_t serial;
	unsigned __int128 sm_active, warps, dram;
};

static inline bool on_device(const struct naive_kernel *k)
{
	return k->state == QUEUED || k->state == PLACED;
}

/* Of the kernels in STATE, of this partition and priority (-1: any), the one submitted
 * first. */
struct naive_kernel *naive_oldest(struct naive *, enum kernel_state, int partition,
				  int priority);

/* Part 4 of an instant; part 5. */
void naive_schedule(struct naive *);
void naive_set_rates(struct naive *);

/* What its SM's blocks use, and what that costs one block of the kernel on that SM. */
void naive_count_sm_use(struct naive *);
uint64_t naive_sm_lost(const struct naive *, const struct naive_kernel *, uint32_t sm);

#endif
