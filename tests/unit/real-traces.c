/*
 * real-traces - runs of recorded programs, against their recordings.
 *
 * The H100 traces of CT_DATA/kineto are imported and run on h100-sxm.  Alone under
 * fifo a program must repeat its own timeline; beside it stands the control in which
 * every kernel takes 1 ns, so that one sees how much of the timeline is the host's.
 * Then a served model and a large one share the device under four policies.  Skipped
 * where the data is not.
 */
#include <glib/gstdio.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "models/actuator.h"
#include "sim/run.h"
#include "tests/unit/tiny-trace.h"
#include "traces/import.h"

static struct ct_device *device;
static struct ct_actuator_model *actuator;
static int n_wrong;

struct recorded {
	struct ct_trace *trace;
	struct ct_program *program;
};

static void expect(gboolean ok, const char *what)
{
	if (ok)
		return;
	n_wrong++;
	fprintf(stderr, "wrong: %s\n", what);
}

static void import(struct recorded *r, const char *name)
{
	const struct ct_import_options options = { 0 };
	g_autofree char *file = g_strconcat(name, ".json.gz", NULL);
	g_autofree char *in = g_build_filename(g_getenv("CT_DATA"), "kineto", file, NULL);
	g_autofree char *out_name = g_strconcat(name, ".ctt", NULL);
	g_autofree char *out = tiny_path(out_name);
	struct ct_import_summary summary;
	g_autoptr(GError) error = NULL;

	if (!ct_import(in, out, &options, &summary, &error))
		g_error("%s", error->message);
	r->trace = tiny_open(out);
	r->program = ct_program_new(r->trace, device, NULL, &error);
	if (!r->program)
		g_error("%s", error->message);
}

static void forget(struct recorded *r)
{
	ct_program_free(r->program);
	ct_trace_free(r->trace);
}

static void check_causes(const struct ct_run_result *result)
{
	for (size_t i = 0; i < result->n_tenants; i++) {
		int64_t sum = 0;

		for (int cause = 0; cause < CT_CAUSE_MAX; cause++)
			sum += result->tenant[i].time_ns[cause];
		expect(sum == result->tenant[i].turnaround_ns,
		       "causes sum to the turnaround");
	}
}

static struct ct_run_result *run(const struct ct_scenario *scenario,
				 const struct ct_program *const *program,
				 const char *policy, gboolean replay_once, gboolean one_ns)
{
	struct ct_policy_choice choice;
	struct ct_run_result *result;
	struct ct_run_input in = {
		.scenario = scenario,
		.device = device,
		.actuator = actuator,
		.program = program,
		.policy = &choice,
		.seed = 1,
		.only_tenant = -1,
		.replay_once = replay_once,
		.one_ns_kernels = one_ns,
	};
	g_autoptr(GError) error = NULL;

	if (!ct_policy_choose(policy, NULL, &choice, &error))
		g_error("%s", error->message);
	result = ct_run(&in);
	if (result->error)
		g_error("%s", result->error->message);
	check_causes(result);
	ct_policy_choice_clear(&choice);
	return result;
}

/* How well one trace repeats its own timeline; negative limits: only shown. */
static void replay(const char *name, int64_t start_limit_ns, int64_t p90_limit_ns,
		   double makespan_limit_pct)
{
	struct ct_scenario *scenario = ct_scenario_new();
	struct ct_run_result *result, *control;
	const struct ct_program *program;
	const struct ct_replay_error *error;
	struct recorded r;

	import(&r, name);
	program = r.program;
	ct_scenario_tenant(scenario, NULL, name);
	result = run(scenario, &program, "fifo", TRUE, FALSE);
	control = run(scenario, &program, "fifo", TRUE, TRUE);
	error = &result->tenant[0].replay;
	printf("%-24s start off by %7" PRId64 " (median) and %7" PRId64
	       " ns (p90), makespan %+7.2f %%; with kernels of 1 ns %8" PRId64
	       " and %8" PRId64 " ns, %+7.2f %%\n",
	       name, error->start_p50_ns, error->start_p90_ns, error->makespan_pct,
	       control->tenant[0].replay.start_p50_ns,
	       control->tenant[0].replay.start_p90_ns,
	       control->tenant[0].replay.makespan_pct);
	expect(error->known, "the error of a replay is known");
	if (start_limit_ns >= 0)
		expect(error->start_p50_ns <= start_limit_ns, name);
	if (p90_limit_ns >= 0)
		expect(error->start_p90_ns <= p90_limit_ns, name);
	if (makespan_limit_pct >= 0)
		expect(ABS(error->makespan_pct) <= makespan_limit_pct, name);
	ct_run_result_free(control);
	ct_run_result_free(result);
	ct_scenario_free(scenario);
	forget(&r);
}

/* Latency of a served model beside a large one: each policy has its place. */
static void share_the_device(void)
{
	static const char *const policies[] = { "gate-priority", "fifo", "turns",
						"exclusive" };
	struct ct_scenario *scenario = ct_scenario_new();
	const struct ct_program *program[2];
	struct recorded bert, qwen;
	int64_t last_p99_ns = 0;

	import(&bert, "h100_bert-small_infer");
	import(&qwen, "h100_qwen1.5-0.5b_fwd");
	program[0] = bert.program;
	program[1] = qwen.program;
	ct_scenario_tenant(scenario, "bert", "bert")->rank = 10;
	ct_scenario_tenant(scenario, "qwen", "qwen");
	for (size_t i = 0; i < G_N_ELEMENTS(policies); i++) {
		struct ct_run_result *one =
			run(scenario, program, policies[i], FALSE, FALSE);
		struct ct_run_result *two =
			run(scenario, program, policies[i], FALSE, FALSE);
		int64_t p99_ns = one->tenant[0].latency.p99_ns;

		printf("bert beside qwen, %-14s p99 %9.3f ms\n", policies[i],
		       (double)p99_ns * 1e-6);
		expect(one->ejected == NULL, "nothing is ejected");
		expect(one->digest == two->digest, "two runs give the same digest");
		expect(p99_ns >= last_p99_ns, policies[i]);
		last_p99_ns = p99_ns;
		ct_run_result_free(one);
		ct_run_result_free(two);
	}
	ct_scenario_free(scenario);
	forget(&bert);
	forget(&qwen);
}

int main(void)
{
	const char *data = g_getenv("CT_DATA");
	g_autofree char *folder = g_build_filename(data ? data : ".", "kineto", NULL);
	g_autoptr(GError) error = NULL;

	if (!data || !g_file_test(folder, G_FILE_TEST_IS_DIR)) {
		printf("skipped: no traces at %s (set CT_DATA)\n", folder);
		return 77;
	}
	device = ct_device_load("h100-sxm", &error);
	actuator = device ? ct_actuator_model_load("ideal", &error) : NULL;
	if (!actuator)
		g_error("%s", error->message);
	replay("h100_bert-small_infer", 1000, -1, -1);
	replay("h100_vit_nsfw_infer", 1000, -1, -1);
	replay("h100_qwen1.5-0.5b_fwd", -1, -1, 0.5);
	replay("h100_owlv2-large", -1, -1, -1);
	share_the_device();
	ct_device_free(device);
	/* waits between streams, without a word on which; without them it was 7 ms */
	device = ct_device_load("a100-sxm-40", &error);
	if (!device)
		g_error("%s", error->message);
	replay("a100_recsys_3streams", -1, 700000, -1);
	ct_actuator_model_free(actuator);
	ct_device_free(device);
	return n_wrong ? 1 : 0;
}
