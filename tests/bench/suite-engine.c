/*
 * suite-engine - what must not grow: cost with the grid, memory and allocations with time.
 *
 * Grids.  One kernel of 0.2 ms after the other, alone, on the SMs of an H100 and on a
 * thousand, from 10^2 to 10^6 blocks: a block-by-block engine pays for each, this one
 * should not.  The ratio is to the smallest grid.
 *
 * Memory.  What a run of 64 tenants asks of the heap at most, beside traces and programs,
 * and how many more allocations twice the simulated time takes.
 */
#include <math.h>
#include <stdio.h>

#include "sim/gpu.h"
#include "tests/bench/heap-count.h"
#include "tests/bench/measure.h"
#include "tests/bench/suite.h"
#include "tests/bench/whole-run.h"

enum { GAP_NS = 1000, KERNEL_NS = 200000, SMS_MANY = 1000, WARM_NS = 1000000000 };

static double kernel_ns(const struct ct_device *device, uint32_t sms, uint64_t blocks,
			uint32_t kernels)
{
	const struct ct_kernel_shape shape = { .blocks = blocks,
					       .threads_per_block = 256,
					       .registers_per_thread = 32 };
	struct ct_gpu_options options = { .sms = sms };
	struct ct_gpu *gpu = ct_gpu_new(device, &options);
	const struct ct_kernel_demand unknown = { 0 };
	struct ct_grid grid = { 0 };
	int64_t ready_ns = 0;
	const char *why;
	double start_s;

	ct_block_need(device, &shape, &grid.need, &why);
	ct_kernel_work(device, &grid.need, KERNEL_NS, &unknown, &grid.work);
	start_s = measure_cpu_s();
	for (uint32_t i = 0; i < kernels; i++) {
		ct_gpu_run(gpu, ready_ns);
		ct_gpu_submit(gpu, &grid);
		ct_gpu_settle(gpu);
		ready_ns = ct_gpu_run(gpu, INT64_MAX) + GAP_NS;
		ct_gpu_take_ended(gpu);
	}
	start_s = measure_cpu_s() - start_s;
	ct_gpu_free(gpu);
	return start_s * 1e9 / kernels;
}

static void grids(struct suite *s, uint32_t sms)
{
	static const struct {
		const char *name, *name_many;
		uint64_t blocks;
	} size[] = {
		{ "engine.grid.1e2", "engine.grid.1e2.sms1000", 100 },
		{ "engine.grid.1e3", "engine.grid.1e3.sms1000", 1000 },
		{ "engine.grid.1e4", "engine.grid.1e4.sms1000", 10000 },
		{ "engine.grid.1e5", "engine.grid.1e5.sms1000", 100000 },
		{ "engine.grid.1e6", "engine.grid.1e6.sms1000", 1000000 },
	};
	GError *error = NULL;
	struct ct_device *device = ct_device_load("h100-sxm", &error);
	double first = NAN;

	if (!device)
		g_error("%s", error->message);
	for (size_t i = 0; i < G_N_ELEMENTS(size); i++) {
		struct suite_row row = { .unit = "ns/kernel", .goal = 200, .less = TRUE };
		double ns[SUITE_TURNS];

		for (int turn = 0; turn < SUITE_TURNS; turn++)
			ns[turn] = kernel_ns(device, sms, size[i].blocks, 20000);
		row.name = sms ? size[i].name_many : size[i].name;
		row.value = measure_median(ns, SUITE_TURNS);
		first = i ? first : row.value;
		row.peer_value = first;
		row.peer = g_strdup("a grid of 100 blocks");
		suite_add(s, row);
	}
	ct_device_free(device);
}

static void memory(struct suite *s)
{
	struct whole_run_load load = { .tenants = WHOLE_RUN_TENANTS, .least_s = 0.01 };
	struct suite_row bytes = { .name = "memory.mix64", .unit = "bytes", .less = TRUE };
	struct suite_row calls = { .name = "memory.later_allocations",
				   .unit = "per 1 M kernels",
				   .peer_value = NAN,
				   .goal = 0,
				   .less = TRUE };
	struct heap_count before, once, twice;
	struct whole_run_figure f1, f2;
	struct whole_runs w;
	uint64_t streams = 0;

	whole_runs_init(&w, FALSE);
	load.kinds = w.n_programs;
	for (uint32_t i = 0; i < load.tenants; i++)
		streams += w.program[i % load.kinds].trace->n_streams;
	before = heap_count_now();
	load.once_ns = WARM_NS;
	whole_run(&w, &load, &f1);
	once = heap_count_now();
	load.once_ns *= 2;
	whole_run(&w, &load, &f2);
	twice = heap_count_now();
	bytes.value = (double)(once.peak_bytes - before.bytes);
	bytes.peer_value = bytes.goal = (double)((1 << 20) + 256 * streams);
	bytes.peer = g_strdup("1 MiB and 256 B a stream");
	calls.value = (double)(int64_t)((twice.calls - once.calls) -
					(once.calls - before.calls)) /
		      (double)(f2.kernels - f1.kernels) * 1e6;
	suite_add(s, bytes);
	suite_add(s, calls);
	whole_runs_clear(&w);
}

void suite_engine(struct suite *s)
{
	if (suite_wants(s, "engine.grid")) {
		grids(s, 0);
		grids(s, SMS_MANY);
	}
	if (suite_wants(s, "memory."))
		memory(s);
}
