/*
 * gpu-alone - a kernel alone on the simulated GPU takes what it was recorded with.
 *
 * models/work.c promises this from the recorded time; here the engine keeps the promise,
 * on every shipped board, with and without DRAM traffic.
 */
#include "sim/gpu.h"
#include "tests/unit/dram-work.h"

#include <stdio.h>
#include <stdlib.h>

#define CASES 1000

static int64_t run_alone(const struct ct_device *d, struct ct_grid *grid)
{
	struct ct_gpu *gpu = ct_gpu_new(d, &(struct ct_gpu_options){ 0 });

	ct_gpu_submit(gpu, grid);
	ct_gpu_settle(gpu);
	ct_gpu_run(gpu, INT64_MAX);
	ct_gpu_free(gpu);
	return grid->end_ns;
}

static int board(const struct ct_device *d, GRand *random)
{
	for (int i = 0; i < CASES; i++) {
		struct ct_kernel_shape shape = {
			.blocks = (uint64_t)g_rand_int_range(random, 1, 100000) >>
				  g_rand_int_range(random, 0, 16),
			.threads_per_block = (uint32_t)g_rand_int_range(random, 1, 1025),
			.registers_per_thread = (uint32_t)g_rand_int_range(random, 0, 64),
			.smem_dynamic_bytes = (uint32_t)g_rand_int_range(random, 0, 40000),
		};
		int64_t ns = g_rand_int_range(random, 20000, 1 << 30) >>
			     g_rand_int_range(random, 0, 12);
		int64_t most = (int64_t)((double)d->dram_bytes_per_s * (double)ns / 1e9);
		int64_t bytes =
			i % 2 ? -1 : (int64_t)(g_rand_double(random) * (double)most);
		struct ct_grid grid = { 0 };
		const char *why;
		int64_t least;

		if (!ct_block_need(d, &shape, &grid.need, &why))
			continue;
		dram_work(d, &grid.need, ns, bytes, &grid.work);
		if (grid.work.block_work == CT_WORK_ONE)
			continue; /* more waves than nanoseconds */
		least = run_alone(d, &grid);
		if (llabs(least - ns) > (bytes < 0 ? 0 : 1)) {
			fprintf(stderr,
				"%s: %" G_GUINT64_FORMAT
				" blocks of %u threads, %" G_GINT64_FORMAT
				" bytes: recorded %" G_GINT64_FORMAT
				" ns, simulated %" G_GINT64_FORMAT "\n",
				d->name, shape.blocks, shape.threads_per_block, bytes, ns,
				least);
			return 1;
		}
	}
	return 0;
}

int main(void)
{
	g_autoptr(GError) error = NULL;
	g_auto(GStrv) names = ct_device_list(&error);
	GRand *random = g_rand_new_with_seed(1);
	int wrong = !names;

	for (char **name = names; name && *name && !wrong; name++) {
		struct ct_device *d = ct_device_load(*name, &error);

		wrong = !d || board(d, random);
		ct_device_free(d);
	}
	if (error)
		fprintf(stderr, "%s\n", error->message);
	g_rand_free(random);
	return wrong;
}
