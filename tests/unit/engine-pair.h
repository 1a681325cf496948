/*
 * engine-pair.h - two tenants on one gpu in closed loops, by either engine.
 *
 * Each launches the kernels of its load over and over, one 1 us after the one before has
 * ended, until both have gone through theirs a number of times.
 */
#ifndef CT_TESTS_ENGINE_PAIR_H
#define CT_TESTS_ENGINE_PAIR_H

#include <glib.h>

#include "sim/gpu.h"
#include "tests/bench/gpu-load.h"

enum { PAIR_TENANTS = 2 };

struct pair_figures {   /* of one tenant */
	double pass_ns; /* mean time for all kernels of the load once */
	double turnaround_p50_ns, turnaround_p99_ns; /* of a kernel, from launch to end */
};

/* PASSES at least, of both.  PRIORITY as of struct ct_grid. */
void pair_run(enum ct_gpu_engine_kind, const struct ct_device *, GArray *const load[],
	      const uint32_t priority[], uint32_t passes, struct pair_figures out[]);

#endif
