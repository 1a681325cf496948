/*
 * program.h - a trace, prepared to be run again on a device.
 *
 * Preparing reads the trace once, as a stream, and keeps what does not grow with it:
 * what each launch shape needs of an SM, where requests begin and end in each lane, the
 * isolated duration of shapes that also overlapped, and the usual length of each kind
 * of call.  The operations themselves are read again through cursors while running.
 * A program is immutable and shared by all runs.
 */
#ifndef CT_SIM_PROGRAM_H
#define CT_SIM_PROGRAM_H

#include "models/device.h"
#include "models/estimate.h"
#include "models/work.h"
#include "sim/curve-file.h"
#include "sim/graph-form.h"
#include "traces/reader.h"

struct ct_segment { /* of one lane, in one request: positions [begin, end) */
	uint64_t begin, end;
};

struct ct_program_request {
	int64_t start_ns; /* trace time at which it begins */
	int64_t end_ns;   /* and at which its last work ended */
	uint64_t kernels;
};

struct ct_shape_time {         /* of all launches of a shape, as recorded */
	double ns, counted_ns; /* counted: that have counters of their own */
};

struct ct_program_green {         /* a context that has some of the SMs */
	uint32_t sms;             /* fewer than the board */
	uint32_t device_sms;      /* of the device it was recorded on */
	gboolean is_measured;     /* the process was put there, only to measure it */
	double kernel_ns;         /* that its kernels took, as recorded */
	struct ct_device *device; /* the board with so many SMs */
};

struct ct_program_rule { /* of the estimator, that was needed */
	const char *kind, *from;
	struct ct_share dram;
	double percent; /* of kernel time */
};

struct ct_program {
	const struct ct_program *base; /* NULL, or owns all but this */
	const struct ct_trace *trace;  /* borrowed */
	const struct ct_device *device;
	struct ct_block_need *need; /* per shape; blocks_per_sm == 0: never launched */
	int64_t *isolated_ns;   /* per shape: mean of launches alone; 0: none was, or: */
	uint8_t *is_collective; /* per shape: as long as its peers need, as recorded */
	struct ct_kernel_demand *demand; /* per shape, from counters */
	uint32_t n_requests;
	struct ct_program_request *request;
	struct ct_segment *segment;         /* [request * n_lanes + lane] */
	int64_t typical_call_ns[CT_OP_MAX]; /* median length of each kind of call, to 1/8 */
	int64_t long_call_ns[CT_OP_MAX];    /* and the length that nine of ten stay below */
	int64_t recorded_ns;                /* one request, mean, as recorded */
	GHashTable *event_index;            /* handles of recorded events -> 1, 2, ... */
	int64_t peak_memory_bytes;          /* live allocations at most; 0: none recorded */
	uint64_t n_kernels;
	struct ct_graph_forms *forms; /* the edges of its graphs; NULL: none are known */
	gboolean has_graphs;          /* it launches some */
	double overlapped_pct;        /* of kernel time: recorded while overlapping */
	double estimated_pct;         /* of it: no launch alone to take the duration from */
	double guessed_pct;           /* of kernel time: shape unknown */
	/* what kernels demand of DRAM: percent of kernel time by enum ct_demand_source */
	double demand_pct[CT_DEMAND_MEASURED + 1];
	const struct ct_estimator *estimator;
	enum ct_estimate_level level;
	struct ct_demand_guess *estimate; /* per shape */
	struct ct_shape_time *shape_time;
	const struct ct_curves *curves; /* measured, in a file; NULL: none; borrowed */
	struct ct_curve *trace_curve;   /* and in the trace, without names; NULL: none */
	const struct ct_curve **curve;  /* per shape, NULL: none; NULL: no curves */
	double curve_pct;               /* of kernel time: kernels that have one */
	double trace_curve_pct;         /* of it: that of the trace */
	uint32_t n_unused_curves;  /* of the trace, that end at other SMs than the board, */
	uint32_t unused_curve_sms; /* as many as the last of them */
	uint32_t n_green;
	struct ct_program_green *green; /* NULL: none */
	uint32_t *stream_green;         /* per stream, 1 + index; 0: none; NULL: no green */
	GArray *rules;                  /* struct ct_program_rule, by falling share */
};

/* MARKER: requests are the ranges of this name ("name" or "prefix*"); NULL: the whole
 * trace is one.  Fails (CT_EXIT_INPUT) on a marker that is not there, on a kernel the
 * device cannot hold, and on a trace of another vendor than the device. */
struct ct_program *ct_program_new(const struct ct_trace *, const struct ct_device *,
				  const char *marker, GError **error);
void ct_program_free(struct ct_program *);

/* Unmeasured demands are what this estimator says; of a new program, "none". */
void ct_program_estimate(struct ct_program *, const struct ct_estimator *);

/* Kernels take the measured times on some of the SMs that the trace holds; part of
 * ct_program_new(). */
void ct_program_trace_curves(struct ct_program *);

/* Kernels that fit a curve take those of the file, before any of the trace; at most once.
 * A collective's time is that of its peers, whatever its SMs. */
gboolean ct_program_curves(struct ct_program *, const struct ct_curves *, GError **error);

/* Fills the contexts that have some of the SMs; part of ct_program_new(), as what follows
 * is of its like. */
void ct_program_green(struct ct_program *);
void ct_program_green_variant(struct ct_program *);
void ct_program_green_free(struct ct_program *);

/* That of a stream, or NULL. */
static inline const struct ct_program_green *ct_program_green_of(const struct ct_program *p,
								 uint32_t stream)
{
	uint32_t number = p->stream_green ? p->stream_green[stream] : 0;

	return number ? &p->green[number - 1] : NULL;
}

/* Percent of kernel time recorded in such contexts, and how many SMs these have. */
double ct_program_green_pct(const struct ct_program *, uint32_t *fewest, uint32_t *most);

/* The same program on a DEVICE of the same SMs but other bandwidths, with guesses at
 * LEVEL; BASE outlives it. */
struct ct_program *ct_program_variant(const struct ct_program *base,
				      const struct ct_device *,
				      enum ct_estimate_level level);

/* What a launch that takes ISOLATED_NS alone demands. */
void ct_program_demand(const struct ct_program *, const struct ct_op *, int64_t isolated_ns,
		       struct ct_kernel_demand *out);

/* What a counter record says about a kernel; the rest of the demand stays as it is. */
void ct_program_counted(const struct ct_counter_record *, struct ct_kernel_demand *);

#endif
