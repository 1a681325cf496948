/*
 * range-profiler.h - CUPTI's host API and range profiler, on work of known size.
 *
 * A library that plays CUPTI takes this in, tells it of work as it happens, and says which
 * context is which; all of cuptiProfiler..., cuptiProfilerHost... and cuptiRangeProfiler...
 * that the pass for counters calls is then there.  Every params struct is checked for its
 * size, and a client that would confuse the real one is refused.
 *
 * FAKE_RANGES in the environment chooses one thing that goes wrong: denied, vgpu, unknown,
 * passes, passes-4, few, once, decode, full, evaluate, nan; tests/capture/counters.c says what
 * each is.
 */
#ifndef CT_TESTS_FAKES_RANGE_PROFILER_H
#define CT_TESTS_FAKES_RANGE_PROFILER_H

#include <stdint.h>

enum ct_fake_metric { /* as the GH100 calls them, in the units of CUPTI */
		      READ_BYTES,
		      WRITE_BYTES,
		      L2_SECTORS,
		      SM_PCT,
		      TENSOR_PCT,
		      WARPS_PCT,
		      METRICS
};

/* VALUE, by enum ct_fake_metric, happens now. */
void ct_fake_range_work(const double value[METRICS]);

/* Whether FAKE_RANGES is HOW. */
int ct_fake_range_fault(const char *how);

/* The host's: a small number for CONTEXT. */
uint32_t ct_fake_range_context(void *context);

#endif
