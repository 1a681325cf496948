/*
 * stats.h - what is in a trace: the numbers behind `cotenant trace info`.
 *
 * Definitions (they are those of the public readers this is checked against):
 *
 *  - counts of names, contexts and streams are over kernels; a stream is a distinct
 *    pair of device and source stream number; devices are over all device work;
 *  - span is from the first start to the last end of any device work; busy is the
 *    union of device work per device over the span of the whole trace; overlap is the
 *    share of that span with two or more kernels running on that device;
 *  - quantiles interpolate linearly between order statistics; those of shape fields
 *    are over kernels whose source gave the field;
 *  - shared memory is static plus dynamic;
 *  - launch delay is device start minus call start, over kernels with a call; the
 *    nodes of a graph have the call of their graph launch.
 *
 * Memory does not grow with the trace: what must be sorted goes through sorter.h.
 */
#ifndef CT_TRACES_STATS_H
#define CT_TRACES_STATS_H

#include "traces/quantiles.h"
#include "traces/reader.h"

struct ct_top_kernel {
	const char *name;
	uint64_t count;
	int64_t total_ns;
	double share_pct; /* of the kernels' summed time */
};

struct ct_device_use {
	uint32_t device; /* source id */
	double busy_pct, overlap_pct;
};

struct ct_stats {
	uint64_t kernels, names, devices, contexts, streams, memops;
	int64_t span_ns;
	struct ct_device_use *use; /* `devices` of them, by id */
	struct ct_quantiles dur_ns, grid_blocks, block_threads, regs, smem_bytes;
	struct ct_quantiles launch_delay_ns;
	uint64_t launch_delay_negative;
	struct ct_top_kernel *top; /* every name, by total time; names owned by the trace */
	uint32_t n_top;

	uint64_t unlaunched, graph_launches, syncs, markers;
	uint64_t with_counters;     /* kernels with a counter record */
	int64_t kernel_ns;          /* summed durations */
	int64_t counted_ns;         /* part of it with counters, of launch or shape */
	int64_t overlapped_ns;      /* part of it shared with other kernels */
	uint64_t memory_peak_bytes; /* of recorded allocations */
};

gboolean ct_stats_compute(const struct ct_trace *, struct ct_stats *, GError **);
void ct_stats_clear(struct ct_stats *);

#endif
