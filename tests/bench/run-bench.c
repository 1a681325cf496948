/*
 * run-bench - how many kernels a second one core simulates.
 *
 *	run-bench [SECONDS [NAME [TENANTS]]]
 *
 * Closed loops under fifo on h100-sxm, with latencies and causes as in any run: one
 * program as 1, 2, 4, 8 and 64 tenants, and all of them together.  The programs are the
 * H100 traces of CT_DATA/kineto, imported here; without them, the shipped samples.
 * Beside them stand the floors: what the same machine takes, in the same minute, for
 * the least that each kernel needs.  Time is the thread's own, so that other work on
 * the machine counts little; each figure lasts at least SECONDS (default 0.3).  NAME and
 * TENANTS choose one load, for a profiler.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/event.h"
#include "tests/bench/measure.h"
#include "tests/bench/whole-run.h"

static struct whole_runs w;
static const char *only_name;
static uint32_t only_tenants;
static double least_s = 0.3;
static volatile int64_t sink; /* keeps what the floors compute */

static void show_floor(const char *what, double seconds, uint64_t n)
{
	printf("floor: %-34s %8.1f ns\n", what, seconds * 1e9 / (double)n);
}

static void floor_events(void)
{
	enum { HELD = 16, ROUNDS = 4000000 };
	struct ct_events q;
	double start_s;

	ct_events_init(&q, HELD);
	for (uint64_t i = 0; i < HELD; i++)
		ct_events_push(&q, (int64_t)i, CT_EVENT_HOST, i, NULL);
	start_s = measure_cpu_s();
	for (uint64_t i = 0; i < ROUNDS; i++) {
		struct ct_event e = ct_events_take(&q);

		ct_events_push(&q, e.at_ns + (int64_t)(i * 7 % 61), CT_EVENT_HOST, i, NULL);
	}
	show_floor("event taken and pushed, of 16", measure_cpu_s() - start_s, ROUNDS);
	ct_events_clear(&q);
}

/* All operations of a program, per kernel: a kernel brings others with it. */
static void floor_records(const struct whole_run_program *load)
{
	g_autofree char *what = g_strdup_printf("records of %s, per kernel", load->name);
	GError *error = NULL;
	uint64_t kernels = 0;
	double start_s = measure_cpu_s();

	while (kernels < 4000000) {
		for (uint32_t lane = 0; lane < load->trace->n_lanes; lane++) {
			struct ct_cursor *cursor = ct_cursor_new(load->trace, lane);
			const struct ct_op *op;

			while ((op = ct_cursor_next(cursor, &error)))
				sink += op->end_ns;
			ct_cursor_free(cursor);
		}
		kernels += load->program->n_kernels;
	}
	show_floor(what, measure_cpu_s() - start_s, kernels);
}

static void floor_work(const struct whole_run_program *load)
{
	enum { ROUNDS = 4000000 };
	const struct ct_kernel_demand unknown = { 0 };
	const struct ct_block_need *need = load->program->need;
	uint32_t n = load->trace->n_shapes;
	double start_s = measure_cpu_s();

	for (uint32_t i = 0; i < ROUNDS; i++) {
		struct ct_kernel_work work;

		ct_kernel_work(w.device, &need[i % n], 1000 + i % 4096, &unknown, &work);
		sink += (int64_t)work.block_work;
	}
	show_floor("work of a kernel from its duration", measure_cpu_s() - start_s, ROUNDS);
}

static void floors(void)
{
	floor_events();
	floor_work(&w.program[0]);
	for (size_t i = 0; i < w.n_programs; i++)
		floor_records(&w.program[i]);
}

/* N tenants; the I-th runs the program FIRST + I % KINDS. */
static void bench(const char *name, size_t first, size_t kinds, uint32_t n)
{
	struct whole_run_load load = { first, kinds, n, least_s, FALSE, 0 };
	struct whole_run_figure f;

	if ((only_name && strcmp(only_name, name) != 0) ||
	    (only_tenants && only_tenants != n))
		return;
	whole_run(&w, &load, &f);
	printf("%-12s %3u tenants  %8.3f million kernels/s  %7.1f ns/kernel  "
	       "digest %016" G_GINT64_MODIFIER "x\n",
	       name, n, f.kernels_per_s * 1e-6, 1e9 / f.kernels_per_s, f.digest);
}

int main(int argc, char **argv)
{
	static const uint32_t tenants[] = { 1, 2, 4, 8, 64 };

	if (argc > 1)
		least_s = g_ascii_strtod(argv[1], NULL);
	if (argc > 2)
		only_name = argv[2];
	if (argc > 3)
		only_tenants = (uint32_t)g_ascii_strtoull(argv[3], NULL, 10);
	whole_runs_init(&w, FALSE);
	if (!only_name)
		floors();
	for (size_t i = 0; i < w.n_programs; i++)
		for (size_t j = 0; j < G_N_ELEMENTS(tenants); j++)
			bench(w.program[i].name, i, 1, tenants[j]);
	for (size_t j = 1; j < G_N_ELEMENTS(tenants); j++)
		bench("mix", 0, w.n_programs, tenants[j]);
	whole_runs_clear(&w);
	return EXIT_SUCCESS;
}
