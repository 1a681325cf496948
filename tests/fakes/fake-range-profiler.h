/*
 * fake-range-profiler.h - a driver and a CUPTI whose kernels move known numbers of bytes.
 *
 * One module plays both.  Work is asynchronous in the worst way: a launch, or a copy, does
 * nothing until somebody waits for its stream, and what it then does is counted in
 * whatever range is open.  So a profiler that pops too early measures nothing, and one
 * that pushes too early measures its neighbours.
 *
 * The profiler is range-profiler.h's.  FAKE_RANGES=busy: somebody else is subscribed.
 */
#ifndef CT_TESTS_FAKES_FAKE_RANGE_PROFILER_H
#define CT_TESTS_FAKES_FAKE_RANGE_PROFILER_H

#include <stdint.h>

struct fake_kernel { /* what a CUfunction points to */
	const char *symbol;
	double read_bytes, write_bytes, l2_sectors, sm_pct, tensor_pct, warps_pct;
};

enum { FAKE_STREAMS = 8 }; /* (void *)0 and 2 .. 8; 2 is the thread's own */

/* All are found by dlsym(); 0 or a CUresult. */
typedef int fake_init(unsigned int flags); /* cuInit: loads CUDA_INJECTION64_PATH */
typedef int fake_launch(struct fake_kernel *, unsigned gx, unsigned gy, unsigned gz,
			unsigned bx, unsigned by, unsigned bz, unsigned smem, void *stream,
			void **params, void **extra); /* cuLaunchKernel, _ptsz */
typedef int fake_launch_cluster(struct fake_kernel *, unsigned gx, unsigned bx, unsigned cx,
				void *stream); /* cuLaunchKernelEx */
typedef int fake_launch_graph(struct fake_kernel *, void *stream);
typedef int fake_copy(double bytes, void *stream);
typedef void fake_capture(void *stream, int on);
typedef void fake_refuse(int on);          /* launches fail */
typedef void fake_set_context(int number); /* of this thread: 0 or 1 */
typedef void fake_destroy_context(int number);

#endif
