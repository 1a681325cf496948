/*
 * engine-distance - fluid beside block, on loads that need no data.
 */
#include "tests/bench/gpu-load.h"
#include "tests/unit/engine-table.h"

int main(void)
{
	const struct engine_bounds bounds = { .p50_pct = 0.5, .p90_pct = 3 };

	return engine_table(synthetic_loads, &bounds);
}
