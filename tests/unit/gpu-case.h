/*
 * gpu-case.h - a random load for one GPU, and what came of it.
 *
 * Streams of operations, each ready when the one before it has ended, plus a gap, and
 * not before its arrival: the shape of every load the engine sees, and small enough to
 * be run block by block as well.
 */
#ifndef CT_TESTS_GPU_CASE_H
#define CT_TESTS_GPU_CASE_H

#include <stdbool.h>
#include <stdint.h>

#include "models/device.h"
#include "models/work.h"
#include "sim/gpu.h"

#define CASE_STREAMS    16
#define CASE_PARTITIONS 3
#define CASE_OPS        16
#define CASE_PAUSES     4
#define CASE_GPCS       8
#define CASE_RECALLS    8

struct case_op {
	int64_t arrival_ns;
	int64_t delay_ns; /* > 0: not a kernel, a delay */
	struct ct_block_need need;
	struct ct_kernel_work work;
};

struct case_stream {
	uint32_t n_ops, loops, partition, priority;
	uint32_t sm_cap; /* of the partition: SMs it may be on; 0: any number */
	bool masked;
	struct ct_sm_set sms;
	struct case_op op[CASE_OPS];
};

/* What one SM has, in the units of struct ct_block_need. */
struct case_sm {
	uint32_t warps, blocks, smem_units, partitions, registers_per_partition;
};

/* The gpu stands still from one instant to another, which may be the same. */
struct case_pause {
	int64_t from_ns, to_ns;
};

/* What the stream has on the gpu then, if anything, is recalled; what was not run of it
 * is submitted again, after the gap. */
struct case_recall {
	int64_t at_ns;
	uint32_t stream;
	enum ct_recall how;
};

struct gpu_case {
	uint64_t seed;
	enum ct_gpu_engine_kind engine; /* case_make(): block */
	uint32_t sms, resident_grids, n_streams;
	struct case_sm sm;
	uint32_t n_gpcs, gpc_sms[CASE_GPCS]; /* together more than sms; none: unknown */
	uint32_t cluster_max_blocks;
	uint64_t dram_mbps, l2_mbps, l2_bytes; /* l2_mbps 0: no end */
	uint32_t dram_loss_permille;
	uint64_t l1_bytes; /* of an SM; 0: not known */
	uint32_t l1_miss_permille;
	bool sm_demands;
	enum ct_dram_sharing sharing;
	enum ct_blocked_head blocked_head;
	int64_t gap_ns;
	bool report_starts, stop_often; /* ways to call the engine; without effect */
	struct case_stream stream[CASE_STREAMS];
	uint32_t n_pauses; /* in the order of time, none before the end of another */
	struct case_pause pause[CASE_PAUSES];
	uint32_t n_recalls; /* in the order of time */
	struct case_recall recall[CASE_RECALLS];
};

/* Of one operation: of its last submission, and added up over all of them. */
struct case_times {
	int64_t start_ns, end_ns;
	int64_t behind_ns, lost_ns, contention_ns[CT_CONTENTIONS];
	uint64_t submissions, blocks_left, blocks_lost;
};

struct case_result {
	struct case_times time[CASE_STREAMS][CASE_OPS * 4]; /* 4: most loops */
	uint64_t kernels, blocks;
	double sm_active_ns, warp_ns, dram_byte;
	int64_t end_ns;
};

/* Which GPC an SM is in. */
uint32_t case_gpc(const struct gpu_case *, uint32_t sm);

/* The case of this seed; the same everywhere. */
void case_make(struct gpu_case *, uint64_t seed);

/* Through the engine. */
void case_run(const struct gpu_case *, struct case_result *);

/* Whether a result obeys what must hold of any; prints the first breach. */
bool case_lawful(const struct gpu_case *, const struct case_result *, const char *who);

/* Whether two results are the same, to the nanosecond; prints the first difference. */
bool case_same(const struct gpu_case *, const struct case_result *engine,
	       const struct case_result *naive, bool quiet);

#endif
