/*
 * whole-run.h - whole runs, timed: host threads, policy, device and metrics together.
 *
 * Closed loops under fifo on h100-sxm with the ideal actuator.  The programs are the
 * public H100 traces of CT_DATA/kineto, imported on the spot; without them, the shipped
 * samples, which are generated.
 */
#ifndef CT_TESTS_WHOLE_RUN_H
#define CT_TESTS_WHOLE_RUN_H

#include "sim/run.h"

enum { WHOLE_RUN_PROGRAMS = 4, WHOLE_RUN_TENANTS = 64 };

struct whole_run_program {
	char *name;
	struct ct_trace *trace;
	struct ct_program *program;
};

struct whole_runs {
	gboolean recorded; /* the programs are real traces */
	size_t n_programs;
	struct whole_run_program program[WHOLE_RUN_PROGRAMS];
	struct ct_device *device;
	struct ct_actuator_model *actuator;
	struct ct_policy_choice fifo;
};

struct whole_run_load {
	size_t first, kinds; /* tenant i runs program first + i % kinds */
	uint32_t tenants;
	double least_s; /* a figure lasts at least that long */
	gboolean fluid;
	int64_t once_ns; /* not 0: a single run of so much simulated time instead */
};

struct whole_run_figure {
	double kernels_per_s;
	uint64_t kernels, digest; /* of the run that was timed */
};

/* CONTENDED: every kernel demands DRAM, see whole-run.c; else none does.  Exits on error. */
void whole_runs_init(struct whole_runs *, gboolean contended);
void whole_runs_clear(struct whole_runs *);
void whole_run(const struct whole_runs *, const struct whole_run_load *,
	       struct whole_run_figure *);

#endif
