/*
 * stats.h - what is in a trace: the numbers behind `cotenant trace info`.
 *
 * Definitions (they are those of the public readers this is checked against): span
 * and busy time include copies and memsets; busy is the union of device work per
 * device over the trace's span; overlap is the share of the span with two or more
 * operations of kind kernel running on that device; streams are distinct (device,
 * context-independent source stream) pairs of kernels; quantiles interpolate linearly;
 * launch delay is device start minus call start, over operations with a call.
 */
#ifndef CT_TRACES_STATS_H
#define CT_TRACES_STATS_H

#include "traces/reader.h"

struct ct_quantiles {
	uint64_t n;
	double min, p10, p50, p90, p99, max;
};

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
	struct ct_top_kernel *top; /* by total time, names owned by the trace */
	uint32_t n_top;
};

gboolean ct_stats_compute(const struct ct_trace *, struct ct_stats *, GError **);
void ct_stats_clear(struct ct_stats *);

#endif
