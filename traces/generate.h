/*
 * generate.h - traces computed from a model's arithmetic instead of recorded.
 *
 * A generator walks through the kernels that one inference of a known network launches,
 * and states for each its launch shape, its arithmetic and its bytes.  The time of a
 * kernel alone follows from the device's numbers:
 *
 *	n	SMs it reaches: min(N, blocks)
 *	time	max(flop / (C n/N), bytes / BW(n)), in whole waves, + a fixed 2 us
 *	BW(n)	B / (1 + (n0/n)^3)^(1/3)
 *
 * with C the reachable arithmetic rate, B the reachable bandwidth and n0 the SMs that
 * saturate it.  Everything is deterministic: same numbers, same trace.
 *
 * DANGER: these are first-order times.  Real libraries choose other tiles, real clocks
 * fall under power limits, and activations that stay in L2 are here charged at DRAM
 * speed.  A generated trace says so in its process's name and never stands for a
 * measurement.
 */
#ifndef CT_TRACES_GENERATE_H
#define CT_TRACES_GENERATE_H

#include <glib.h>

#include "traces/format.h"

/* The few numbers of a board that are needed; filled from a device file. */
struct ct_generate_device {
	const char *title;
	struct ct_device_record record; /* `name` is filled in here */
	double flop_per_s;              /* reachable */
	double dram_bytes_per_s;        /* reachable */
	uint32_t dram_saturation_sms;
	int64_t launch_latency_ns, stream_gap_ns, sync_wakeup_ns;
	int64_t full_gap_ns; /* between kernels that both fill the SMs; 0: stream_gap_ns */
	int64_t graph_launch_ns, graph_node_ns, graph_gap_ns;
};

struct ct_generate_options {
	uint32_t batch;    /* sequences or images at once */
	uint32_t prompt;   /* tokens of a prompt (prefill) */
	uint32_t context;  /* tokens before the first generated one (decode) */
	uint32_t tokens;   /* generated per request (decode) */
	uint32_t requests; /* one after the other */
	int64_t gap_ns;    /* host time between the requests */
	int64_t host_ns;   /* host time per operation */
	gboolean graph;    /* one graph launch per step instead of single launches */
	int zstd_level;
};

struct ct_generation; /* a trace in the making */

struct ct_generator {
	const char *name, *summary;
	const char *process; /* who the trace says it is */
	struct ct_generate_options defaults;
	void (*run)(struct ct_generation *);
};
extern const struct ct_generator *const ct_generators[]; /* NULL-terminated */
extern const struct ct_generator ct_generate_llm_prefill, ct_generate_llm_decode,
	ct_generate_vision;

gboolean ct_generate(const struct ct_generator *, const struct ct_generate_device *,
		     const struct ct_generate_options *, const char *out, GError **error);

/*
 * What generators are written with.  Each call issues one operation from the only host
 * thread; after a failed write, all are ignored and ct_generate() reports it.
 */

/* A kernel: bytes are split because only what is read or written in DRAM contends. */
struct ct_generate_kernel {
	const char *name;
	uint32_t grid[3], threads;
	uint32_t registers, smem_bytes;
	double flop;
	double read_bytes, write_bytes; /* that reach DRAM */
	double cached_bytes;            /* that stay in L2 */
};

const struct ct_generate_options *ct_generate_options(const struct ct_generation *);
uint32_t ct_generate_sms(const struct ct_generation *);

void ct_generate_kernel(struct ct_generation *, const struct ct_generate_kernel *);
void ct_generate_copy(struct ct_generation *, enum ct_copy direction, double bytes);
void ct_generate_alloc(struct ct_generation *, double bytes);
void ct_generate_begin(struct ct_generation *, const char *marker);
void ct_generate_end(struct ct_generation *, const char *marker);

/* A step: with `graph`, the kernels issued in between are the nodes of one launch. */
void ct_generate_step_begin(struct ct_generation *);
void ct_generate_step_end(struct ct_generation *);

/* The host waits for the stream; idles. */
void ct_generate_sync(struct ct_generation *);
void ct_generate_idle(struct ct_generation *, int64_t ns);

/* Activations of BYTES: in DRAM if they do not fit half of L2, else cached. */
void ct_generate_activation(const struct ct_generation *, struct ct_generate_kernel *,
			    double read_bytes, double write_bytes);

/* C = A B with A of M x K, B (weights) of K x N, ELEMENT bytes each: tiles, split-K if
 * the tiles would leave SMs idle, and the arithmetic of whole tiles. */
void ct_generate_gemm(struct ct_generation *, double m, double n, double k, double element);

/* One block for each ROW of ROW_BYTES: reads READS of them and writes WRITES. */
void ct_generate_rows(struct ct_generation *, const char *name, double rows,
		      double row_bytes, double reads, double writes);

#endif
