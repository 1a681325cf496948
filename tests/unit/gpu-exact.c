/*
 * gpu-exact - the engine against the reference, to the nanosecond.
 *
 * Usage: gpu-exact [CASES [SEED]].  Runs the cases SEED, SEED + 1, ... through the engine
 * and block by block, compares start, end and waiting of every kernel and the accounts of
 * the SMs, and holds both results to the laws of gpu-laws.  On a difference it names the
 * seed: `gpu-exact 1 SEED` repeats it.
 */
#include <glib.h>
#include <inttypes.h>
#include <stdio.h>

#include "tests/unit/naive-gpu.h"

int main(int argc, char **argv)
{
	uint64_t cases = argc > 1 ? g_ascii_strtoull(argv[1], NULL, 10) : 2000;
	uint64_t seed = argc > 2 ? g_ascii_strtoull(argv[2], NULL, 10) : 1;
	uint64_t different = 0, kernels = 0, blocks = 0;
	g_autofree struct gpu_case *c = g_new(struct gpu_case, 1);
	g_autofree struct case_result *engine = g_new(struct case_result, 1);
	g_autofree struct case_result *naive = g_new(struct case_result, 1);

	for (uint64_t i = 0; i < cases; i++) {
		case_make(c, seed + i);
		case_run(c, engine);
		naive_run(c, naive);
		if (!case_same(c, engine, naive, different >= 3) ||
		    !case_lawful(c, engine, "engine") || !case_lawful(c, naive, "naive"))
			different++;
		kernels += naive->kernels;
		blocks += naive->blocks;
	}
	printf("%" PRIu64 " cases, %" PRIu64 " kernels, %" PRIu64 " blocks: %" PRIu64
	       " cases differ or break a law\n",
	       cases, kernels, blocks, different);
	return different || !cases;
}
