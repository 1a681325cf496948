/*
 * whole-run - whole runs, timed: host threads, policy, device and metrics together.
 */
#include "tests/bench/whole-run.h"

#include <glib/gstdio.h>
#include <stdio.h>
#include <stdlib.h>

#include "models/actuator.h"
#include "sim/gpu.h"
#include "tests/bench/measure.h"
#include "traces/import.h"

static void need(gboolean ok, const GError *error)
{
	if (ok)
		return;
	fprintf(stderr, "benchmark: %s\n", error->message);
	exit(EXIT_FAILURE);
}

static void add(struct whole_runs *w, const char *name, const char *path)
{
	struct whole_run_program *p = &w->program[w->n_programs++];
	GError *error = NULL;

	p->name = g_strdup(name);
	p->trace = ct_trace_open(path, &error);
	need(p->trace != NULL, error);
	p->program = ct_program_new(p->trace, w->device, NULL, &error);
	need(p->program != NULL, error);
}

static void add_recorded(struct whole_runs *w, const char *folder, const char *name,
			 const char *file)
{
	const struct ct_import_options options = { 0 };
	g_autofree char *in = g_build_filename(folder, file, NULL), *out = NULL;
	struct ct_import_summary summary;
	GError *error = NULL;
	int fd = g_file_open_tmp("cotenant-bench-XXXXXX", &out, &error);

	need(fd >= 0, error);
	need(ct_import(in, out, &options, &summary, &error), error);
	add(w, name, out);
	g_close(fd, NULL);
	g_unlink(out); /* it stays open */
}

static void add_programs(struct whole_runs *w)
{
	static const char *const samples[] = { "llm-decode", "llm-prefill", "vision" };
	const char *data = g_getenv("CT_DATA"), *source = g_getenv("CT_SRCDIR");
	g_autofree char *folder = g_build_filename(data ? data : ".", "kineto", NULL);

	w->recorded = g_file_test(folder, G_FILE_TEST_IS_DIR);
	if (w->recorded) {
		add_recorded(w, folder, "bert", "h100_bert-small_infer.json.gz");
		add_recorded(w, folder, "vit", "h100_vit_nsfw_infer.json.gz");
		add_recorded(w, folder, "qwen", "h100_qwen1.5-0.5b_fwd.json.gz");
		add_recorded(w, folder, "owlv2", "h100_owlv2-large.json.gz");
		return;
	}
	for (size_t i = 0; i < G_N_ELEMENTS(samples); i++) {
		g_autofree char *path = g_strdup_printf("%s/traces/samples/%s.ctt",
							source ? source : ".", samples[i]);

		add(w, samples[i], path);
	}
}

/*
 * Bytes for every kernel: no trace has them yet.  Every third shape keeps the DRAM as
 * busy as it can be in the mean of its recorded durations, the others an eighth of that.
 * This exercises the sharing; it says nothing about these programs.
 */
static void demand_dram(const struct whole_runs *w, struct whole_run_program *p)
{
	uint32_t n = p->trace->n_shapes;
	g_autofree double *total_ns = g_new0(double, n), *launches = g_new0(double, n);
	double bytes_per_ns = (double)ct_dram_mbps(w->device) / 1000;

	for (uint32_t lane = 0; lane < p->trace->n_lanes; lane++) {
		struct ct_cursor *cursor = ct_cursor_new(p->trace, lane);
		const struct ct_op *op;

		while ((op = ct_cursor_next(cursor, NULL))) {
			if (op->kind != CT_OP_KERNEL)
				continue;
			total_ns[op->shape] += (double)(op->end_ns - op->start_ns);
			launches[op->shape]++;
		}
		ct_cursor_free(cursor);
	}
	for (uint32_t i = 0; i < n; i++) {
		double busy = i % 3 ? 0.125 : 1;

		if (launches[i] > 0)
			p->program->demand[i] = ct_demand_dram(
				(int64_t)(total_ns[i] / launches[i] * bytes_per_ns * busy));
	}
}

void whole_runs_init(struct whole_runs *w, gboolean contended)
{
	GError *error = NULL;

	*w = (struct whole_runs){ 0 };
	w->device = ct_device_load("h100-sxm", &error);
	need(w->device != NULL, error);
	w->actuator = ct_actuator_model_load("ideal", &error);
	need(w->actuator != NULL, error);
	need(ct_policy_choose("fifo", NULL, &w->fifo, &error), error);
	add_programs(w);
	for (size_t i = 0; contended && i < w->n_programs; i++)
		demand_dram(w, &w->program[i]);
}

void whole_runs_clear(struct whole_runs *w)
{
	for (size_t i = 0; i < w->n_programs; i++) {
		ct_program_free(w->program[i].program);
		ct_trace_free(w->program[i].trace);
		g_free(w->program[i].name);
	}
	ct_policy_choice_clear(&w->fifo);
	ct_actuator_model_free(w->actuator);
	ct_device_free(w->device);
}

void whole_run(const struct whole_runs *w, const struct whole_run_load *load,
	       struct whole_run_figure *out)
{
	const struct ct_program *program[WHOLE_RUN_TENANTS];
	struct ct_scenario *scenario = ct_scenario_new();
	struct ct_run_input in = {
		.scenario = scenario,
		.device = w->device,
		.actuator = w->actuator,
		.program = program,
		.policy = &w->fifo,
		.seed = 1,
		.only_tenant = -1,
	};
	double seconds;

	for (uint32_t i = 0; i < load->tenants; i++) {
		size_t which = load->first + i % load->kinds;

		ct_scenario_tenant(scenario, NULL, w->program[which].name);
		program[i] = w->program[which].program;
	}
	scenario->engine = load->fluid ? CT_ENGINE_FLUID : CT_ENGINE_BLOCK;
	scenario->duration_ns = load->once_ns ? load->once_ns : 100000000;
	do {
		double start_s = measure_cpu_s();
		struct ct_run_result *result = ct_run(&in);

		seconds = measure_cpu_s() - start_s;
		need(result->error == NULL, result->error);
		out->kernels_per_s = (double)result->kernels / seconds;
		out->kernels = result->kernels;
		out->digest = result->digest;
		ct_run_result_free(result);
		scenario->duration_ns *= 2;
	} while (!load->once_ns && seconds < load->least_s);
	ct_scenario_free(scenario);
}
