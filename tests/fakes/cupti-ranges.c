/*
 * cupti-ranges - the range profiler, fed with what the fake driver's kernels do.
 *
 * Every block of a kernel reads 1000 bytes and writes 100, through 10 sectors of L2; three
 * quarters of the SMs are busy, half of what their tensor pipes and a quarter of what their
 * warps can.
 */
#include <stdlib.h>

#include "tests/fakes/profiler.h"
#include "tests/fakes/range-profiler.h"

void ct_fake_ranges_kernel(const struct ct_fake_activity *kernel)
{
	double blocks = (double)kernel->grid[0] * kernel->grid[1] * kernel->grid[2];
	const double value[METRICS] = {
		1000 * blocks, 100 * blocks, 10 * blocks, 75, 50, 25
	};

	ct_fake_range_work(value);
}

uint32_t ct_fake_range_context(void *context)
{
	const struct ct_fake_driver *driver = ct_fake_the_driver();

	return driver ? driver->context_id(context) : CT_FAKE_NONE;
}
