/*
 * suite.h - the benchmarks, and what each of them says.
 *
 * The idea.  A benchmark is one row of ct_benchmarks and one file bench-NAME.c.  It runs in
 * a process of its own (child.h), so that one that hangs or crashes takes nothing with it,
 * and writes what it finds to that process's output as it finds it: a line of JSON each, so
 * that what it had found by then is kept.
 *
 *	{"key": "latency.launch_ns", "unit": "ns", "median": 6100, "q1": 6050, "q3": 6200,
 *	 "n": 200, "how": "host clock: ...", "samples": [...]}
 *	{"error": "cuGraphLaunch: CUDA_ERROR_UNKNOWN (999)"}
 *
 * A key of the device file goes there; others ("copy.h2d.4096_ns") are only reported.
 * Nothing here changes a setting of the device: no clocks, modes, partitions.
 */
#ifndef CT_CAPTURE_CALIBRATE_SUITE_H
#define CT_CAPTURE_CALIBRATE_SUITE_H

#include <glib.h>
#include <stdio.h>

#include "capture/calibrate/driver.h"

struct ct_cal_run {
	struct ct_cal_driver cu;
	int ordinal;
	CUdevice device;
	gboolean quick; /* fewer samples */
	FILE *out;
};

struct ct_benchmark {
	const char *name;
	const char *decides;                  /* shown by --list */
	const char *keys;                     /* of the device file, separated by spaces */
	unsigned limit_s;                     /* it is killed after so long */
	gboolean (*run)(struct ct_cal_run *); /* FALSE: stopped; it said why */
};

/* Ends with a row without a name.  The first is not listed: it says what the device is. */
extern const struct ct_benchmark ct_benchmarks[];
const struct ct_benchmark *ct_benchmark_named(const char *name);

/* Runs one, in a process that is there for it only. */
int ct_cal_run_one(const struct ct_benchmark *, int ordinal, gboolean quick);

/* A device with its primary context, current to this thread.  Says what went wrong. */
gboolean ct_cal_open(struct ct_cal_run *);

/* CT_CAL(run, cuFoo, a, b): calls it; FALSE, and said, if it is refused. */
#define CT_CAL(run, function, ...)                                                         \
	ct_cal_succeeded((run), (run)->cu.function(__VA_ARGS__), #function)
gboolean ct_cal_succeeded(struct ct_cal_run *, CUresult, const char *function);

/* A kernel of one thread a block that lasts NS. */
gboolean ct_cal_spin(struct ct_cal_run *, int64_t ns, CUfunction *);
gboolean ct_cal_launch(struct ct_cal_run *, CUfunction, CUstream);

/* N samples of KEY; sorts them. */
void ct_cal_found(struct ct_cal_run *, const char *key, const char *unit, double *samples,
		  size_t n, const char *how);
/* What the driver says, which is the same every time. */
void ct_cal_told(struct ct_cal_run *, const char *key, int64_t value, const char *unit,
		 const char *how);
void ct_cal_error(struct ct_cal_run *, const char *format, ...) G_GNUC_PRINTF(2, 3);

double ct_cal_now_ns(void); /* CLOCK_MONOTONIC */

/* bench-NAME.c */
gboolean ct_bench_device(struct ct_cal_run *);
gboolean ct_bench_attributes(struct ct_cal_run *);
gboolean ct_bench_partition(struct ct_cal_run *);
gboolean ct_bench_launch(struct ct_cal_run *);
gboolean ct_bench_gap(struct ct_cal_run *);
gboolean ct_bench_graph(struct ct_cal_run *);
gboolean ct_bench_copy(struct ct_cal_run *);

#endif
