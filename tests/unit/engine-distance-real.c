/*
 * engine-distance-real - fluid beside block, on kernels recorded on an H100.
 */
#include "tests/bench/gpu-load.h"
#include "tests/unit/engine-table.h"

int main(void)
{
	const struct engine_bounds bounds = { .p50_pct = 0.5, .p90_pct = 3 };

	return engine_table(real_loads, &bounds);
}
