/*
 * solo - recorded programs, each alone, against their own timelines
 *
 * A program is run once on the board it was recorded on, and every kernel's start is
 * compared with the recorded one; no constant is fitted to the trace.  The makespan is
 * not judged: where the recorded host sets the pace, a replay in which every kernel takes
 * 1 ns ends at the right time too.  That replay is the control of every row.
 */
#include <math.h>

#include "experiments/ground-truth/recording.h"
#include "experiments/ground-truth/truth.h"
#include "models/actuator.h"
#include "sim/run.h"

struct recorded {
	const char *name, *file, *device;
	double p50_goal_us, p90_goal_us; /* NaN: none */
	gboolean fitted;                 /* gaps of the device file come from it */
};

static const struct recorded recorded[] = {
	{ "bert-small", "h100_bert-small_infer", "h100-sxm", 1, NAN, FALSE },
	{ "ViT", "h100_vit_nsfw_infer", "h100-sxm", 1, NAN, FALSE },
	{ "qwen", "h100_qwen1.5-0.5b_fwd", "h100-sxm", NAN, 150, FALSE },
	{ "owlv2", "h100_owlv2-large", "h100-sxm", NAN, NAN, TRUE },
	{ "recsys", "a100_recsys_3streams", "a100-sxm-40", NAN, 500, FALSE },
	{ "allreduce", "a100_nccl_allreduce", "a100-sxm-40", NAN, NAN, FALSE },
	{ "alexnet", "a100_alexnet", "a100-sxm-40", NAN, NAN, FALSE },
	{ "v100 ns", "v100_ns_resolution", "v100-sxm2", NAN, NAN, FALSE },
	{ "v100 df", "v100_df_index_resolver", "v100-sxm2", NAN, NAN, FALSE },
};

static gboolean replay(const struct recording *r, const struct ct_device *device,
		       const struct ct_actuator_model *actuator, gboolean one_ns,
		       struct ct_replay_error *out, GError **error)
{
	struct ct_scenario *scenario = ct_scenario_new();
	const struct ct_program *program = r->program;
	struct ct_policy_choice policy;
	struct ct_run_input in = {
		.scenario = scenario,
		.device = device,
		.actuator = actuator,
		.program = &program,
		.policy = &policy,
		.seed = 1,
		.only_tenant = -1,
		.replay_once = TRUE,
		.one_ns_kernels = one_ns,
	};
	struct ct_run_result *result = NULL;
	gboolean ok = FALSE;

	ct_scenario_tenant(scenario, NULL, r->path);
	if (ct_policy_choose("fifo", NULL, &policy, error)) {
		result = ct_run(&in);
		if (result->error)
			g_propagate_error(error, g_error_copy(result->error));
		else
			ok = TRUE;
		*out = result->tenant[0].replay;
		ct_run_result_free(result);
		ct_policy_choice_clear(&policy);
	}
	ct_scenario_free(scenario);
	return ok;
}

/* A start's error has no measured figure of its own: 0 is what it should be. */
static void add(struct truth_group *group, const struct recorded *r, const char *what,
		int64_t error_ns, int64_t control_ns, int64_t span_ns, double goal_us)
{
	struct truth_row *row =
		truth_row(group, 0, (double)error_ns * 1e-3, (double)control_ns * 1e-3,
			  "%s, %s", r->name, what);

	row->error_pct = 100 * (double)error_ns / (double)span_ns;
	row->control_error_pct = 100 * (double)control_ns / (double)span_ns;
	row->goal = goal_us;
	row->fitted = r->fitted;
}

static gboolean one(struct truth_group *group, const struct recorded *r, const char *path,
		    const struct ct_actuator_model *actuator, GError **error)
{
	struct ct_device *device = ct_device_load(r->device, error);
	struct ct_replay_error real, control;
	struct recording recording;
	gboolean ok;

	if (!device)
		return FALSE;
	ok = recording_open(&recording, path, device, error);
	if (ok) {
		int64_t span_ns = recording.program->recorded_ns;

		ok = replay(&recording, device, actuator, FALSE, &real, error) &&
		     replay(&recording, device, actuator, TRUE, &control, error);
		if (ok) {
			add(group, r, "start p50", real.start_p50_ns, control.start_p50_ns,
			    span_ns, r->p50_goal_us);
			add(group, r, "start p90", real.start_p90_ns, control.start_p90_ns,
			    span_ns, r->p90_goal_us);
			truth_note(group,
				   "%s on %s: makespan %+.3f %% (control %+.3f %%), of "
				   "%.3f ms",
				   r->name, r->device, real.makespan_pct,
				   control.makespan_pct, (double)span_ns * 1e-6);
		}
		recording_close(&recording);
	}
	ct_device_free(device);
	return ok;
}

gboolean truth_solo(struct truth_group *group, GError **error)
{
	struct ct_actuator_model *actuator = ct_actuator_model_load("ideal", error);
	gboolean ok = actuator != NULL;

	group->unit = "us";
	group->control = "the same replay, every kernel lasting 1 ns";
	group->goal_is_percent = FALSE;
	truth_note(group, "predicted is |simulated - recorded| start of a kernel, to which "
			  "0 is measured; error %% is relative to the recorded length of "
			  "the program");
	for (size_t i = 0; ok && i < G_N_ELEMENTS(recorded); i++) {
		g_autofree char *file = g_strconcat(recorded[i].file, ".json.gz", NULL);
		g_autofree char *path = truth_data(group, "kineto", file);

		if (!path)
			break;
		ok = one(group, &recorded[i], path, actuator, error);
	}
	ct_actuator_model_free(actuator);
	return ok;
}
