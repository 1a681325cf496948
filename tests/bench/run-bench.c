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
#include <glib/gstdio.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "models/actuator.h"
#include "sim/event.h"
#include "sim/run.h"
#include "traces/import.h"
#include "tests/unit/dram-work.h"

enum { MAX_PROGRAMS = 4, MAX_TENANTS = 64 };

struct load {
	char *name;
	struct ct_trace *trace;
	struct ct_program *program;
};

static struct ct_device *device;
static struct ct_actuator_model *actuator;
static struct ct_policy_choice fifo;
static struct load loads[MAX_PROGRAMS];
static size_t n_loads;
static double least_s = 0.3;
static const char *only_name;
static uint32_t only_tenants;
static volatile int64_t sink; /* keeps what the floors compute */

static double cpu_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void fail(const GError *error)
{
	fprintf(stderr, "run-bench: %s\n", error->message);
	exit(EXIT_FAILURE);
}

/* ---- loads ---------------------------------------------------------------------------- */

static void add_load(const char *name, const char *path)
{
	struct load *load = &loads[n_loads++];
	GError *error = NULL;

	load->name = g_strdup(name);
	load->trace = ct_trace_open(path, &error);
	if (load->trace)
		load->program = ct_program_new(load->trace, device, NULL, &error);
	if (error)
		fail(error);
}

static void add_recorded(const char *folder, const char *name, const char *file)
{
	const struct ct_import_options options = { 0 };
	g_autofree char *in = g_build_filename(folder, file, NULL);
	struct ct_import_summary summary;
	GError *error = NULL;
	char *out = NULL;
	int fd = g_file_open_tmp("cotenant-bench-XXXXXX", &out, &error);

	if (fd < 0 || !ct_import(in, out, &options, &summary, &error))
		fail(error);
	add_load(name, out);
	g_close(fd, NULL);
	g_unlink(out); /* it stays open */
	g_free(out);
}

static void add_loads(void)
{
	static const char *const samples[] = { "llm-decode", "llm-prefill", "vision" };
	const char *data = g_getenv("CT_DATA"), *source = g_getenv("CT_SRCDIR");
	g_autofree char *folder = g_build_filename(data ? data : ".", "kineto", NULL);

	if (g_file_test(folder, G_FILE_TEST_IS_DIR)) {
		add_recorded(folder, "bert", "h100_bert-small_infer.json.gz");
		add_recorded(folder, "vit", "h100_vit_nsfw_infer.json.gz");
		add_recorded(folder, "qwen", "h100_qwen1.5-0.5b_fwd.json.gz");
		add_recorded(folder, "owlv2", "h100_owlv2-large.json.gz");
		return;
	}
	for (size_t i = 0; i < G_N_ELEMENTS(samples); i++) {
		g_autofree char *path = g_strdup_printf("%s/traces/samples/%s.ctt",
							source ? source : ".", samples[i]);

		add_load(samples[i], path);
	}
}

/* ---- floors --------------------------------------------------------------------------- */

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
	start_s = cpu_s();
	for (uint64_t i = 0; i < ROUNDS; i++) {
		struct ct_event e = ct_events_take(&q);

		ct_events_push(&q, e.at_ns + (int64_t)(i * 7 % 61), CT_EVENT_HOST, i, NULL);
	}
	show_floor("event taken and pushed, of 16", cpu_s() - start_s, ROUNDS);
	ct_events_clear(&q);
}

/* All operations of a program, per kernel: a kernel brings others with it. */
static void floor_records(const struct load *load)
{
	g_autofree char *what = g_strdup_printf("records of %s, per kernel", load->name);
	GError *error = NULL;
	uint64_t kernels = 0;
	double start_s = cpu_s();

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
	show_floor(what, cpu_s() - start_s, kernels);
}

static void floor_work(const struct load *load)
{
	enum { ROUNDS = 4000000 };
	const struct ct_block_need *need = load->program->need;
	uint32_t n = load->trace->n_shapes;
	double start_s = cpu_s();

	for (uint32_t i = 0; i < ROUNDS; i++) {
		struct ct_kernel_work work;

		dram_work(device, &need[i % n], 1000 + i % 4096, -1, &work);
		sink += (int64_t)work.block_work;
	}
	show_floor("work of a kernel from its duration", cpu_s() - start_s, ROUNDS);
}

static void floors(void)
{
	floor_events();
	floor_work(&loads[0]);
	for (size_t i = 0; i < n_loads; i++)
		floor_records(&loads[i]);
}

/* ---- runs ------------------------------------------------------------------------------- */

/* N tenants; the I-th runs the program of loads[FIRST + I % KINDS]. */
static void bench(const char *name, size_t first, size_t kinds, uint32_t n)
{
	const struct ct_program *program[MAX_TENANTS];
	struct ct_scenario *scenario = ct_scenario_new();
	struct ct_run_input in = {
		.scenario = scenario,
		.device = device,
		.actuator = actuator,
		.program = program,
		.policy = &fifo,
		.seed = 1,
		.only_tenant = -1,
	};
	double seconds = 0;

	if ((only_name && strcmp(only_name, name) != 0) ||
	    (only_tenants && only_tenants != n)) {
		ct_scenario_free(scenario);
		return;
	}
	for (uint32_t i = 0; i < n; i++) {
		ct_scenario_tenant(scenario, NULL, name);
		program[i] = loads[first + i % kinds].program;
	}
	for (scenario->duration_ns = 100000000; seconds < least_s;
	     scenario->duration_ns *= 2) {
		double start_s = cpu_s();
		struct ct_run_result *result = ct_run(&in);

		seconds = cpu_s() - start_s;
		if (result->error)
			fail(result->error);
		if (seconds >= least_s)
			printf("%-12s %3u tenants  %8.3f million kernels/s  %7.1f "
			       "ns/kernel  "
			       "digest %016" G_GINT64_MODIFIER "x\n",
			       name, n, (double)result->kernels / seconds * 1e-6,
			       seconds * 1e9 / (double)result->kernels, result->digest);
		ct_run_result_free(result);
	}
	ct_scenario_free(scenario);
}

int main(int argc, char **argv)
{
	static const uint32_t tenants[] = { 1, 2, 4, 8, 64 };
	GError *error = NULL;

	if (argc > 1)
		least_s = g_ascii_strtod(argv[1], NULL);
	if (argc > 2)
		only_name = argv[2];
	if (argc > 3)
		only_tenants = (uint32_t)g_ascii_strtoull(argv[3], NULL, 10);
	device = ct_device_load("h100-sxm", &error);
	actuator = device ? ct_actuator_model_load("ideal", &error) : NULL;
	if (!actuator || !ct_policy_choose("fifo", NULL, &fifo, &error))
		fail(error);
	add_loads();
	if (!only_name)
		floors();
	for (size_t i = 0; i < n_loads; i++)
		for (size_t j = 0; j < G_N_ELEMENTS(tenants); j++)
			bench(loads[i].name, i, 1, tenants[j]);
	for (size_t j = 1; j < G_N_ELEMENTS(tenants); j++)
		bench("mix", 0, n_loads, tenants[j]);
	for (size_t i = 0; i < n_loads; i++) {
		ct_program_free(loads[i].program);
		ct_trace_free(loads[i].trace);
		g_free(loads[i].name);
	}
	ct_policy_choice_clear(&fifo);
	ct_actuator_model_free(actuator);
	ct_device_free(device);
	return EXIT_SUCCESS;
}
