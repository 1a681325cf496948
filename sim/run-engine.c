/*
 * run-engine - what the engine of a run can host, and kernels of varying length.
 *
 * The fluid engine counts blocks and does not say on which SMs they are, so nothing that
 * names SMs runs on it.  Priorities run on it, but the tenant that comes second is
 * further from the block engine than equals are (experiments/engines): only whoever says
 * that this is known (`fluid_priorities`) gets them.
 */
#include "sim/run-internal.h"

#include "sim/base/error.h"

static gboolean G_GNUC_PRINTF(2, 3) refuse(GError **error, const char *format, ...)
{
	g_autofree char *message = NULL;
	va_list args;

	va_start(args, format);
	message = g_strdup_vprintf(format, args);
	va_end(args);
	g_set_error(error, CT_ERROR, CT_EXIT_UNSUPPORTED, "engine fluid: %s", message);
	return FALSE;
}

static gboolean is_fluid(const struct run *run)
{
	return run->in->scenario->engine == CT_ENGINE_FLUID;
}

static gboolean check_tenants(const struct run *run, GError **error)
{
	const struct ct_scenario *s = run->in->scenario;

	for (size_t i = 0; i < s->n_tenants; i++) {
		const struct ct_tenant_sharing *t = &s->tenant[i].sharing;

		if (t->mps_percentage || t->mps_sms)
			return refuse(error,
				      "%s has %s, and the engine does not tell SMs apart; "
				      "use engine block",
				      s->tenant[i].name,
				      t->mps_sms ? "mps_sms" : "mps_percentage");
		if (s->tenant[i].spread_permille)
			return refuse(error,
				      "%s has spread_permille, and the engine takes the "
				      "blocks of a kernel to be alike; use engine block",
				      s->tenant[i].name);
	}
	return TRUE;
}

gboolean ct_run_engine_init(struct run *run, GError **error)
{
	const struct ct_policy *policy = run->in->policy->policy;
	const struct ct_scenario *s = run->in->scenario;
	uint32_t not_here = CT_CAN_CONFINE | (s->fluid_priorities ? 0 : CT_CAN_RANK);

	if (!is_fluid(run))
		return TRUE;
	if (run->in->explain)
		return refuse(error, "explanations name SMs and blocks; use engine block");
	if (policy->needs & CT_CAN_CONFINE)
		return refuse(error,
			      "policy '%s' divides the SMs, which the engine does not tell "
			      "apart; use engine block",
			      policy->name);
	if (policy->needs & CT_CAN_RANK & not_here)
		return refuse(error,
			      "policy '%s' ranks tenants on the device, where the engine "
			      "misleads; use engine block, or fluid_priorities",
			      policy->name);
	run->actuator.caps.can &= ~not_here;
	run->ranked = run->ranked && !(not_here & CT_CAN_RANK);
	return check_tenants(run, error);
}

gboolean ct_run_engine_check_levels(const struct run *run, GError **error)
{
	const struct stream *first = run->stream;

	if (!is_fluid(run) || run->ranked || run->in->scenario->fluid_priorities)
		return TRUE;
	for (uint32_t i = 1; i < run->n_streams; i++) {
		const struct stream *s = &run->stream[i];

		if (ct_run_level(run, s->copy->tenant, s->level) !=
		    ct_run_level(run, first->copy->tenant, first->level))
			return refuse(error,
				      "streams of '%s' and '%s' have different priorities, "
				      "where the engine misleads; use engine block, or "
				      "fluid_priorities",
				      first->copy->tenant->spec->name,
				      s->copy->tenant->spec->name);
	}
	return TRUE;
}

/* What a launch is known by, whatever happened before it. */
struct launch {
	uint64_t seed, number;
	uint32_t tenant, copy, lane, reserved;
};

void ct_run_jitter(const struct thread *t, struct ct_kernel_work *work)
{
	const struct copy *copy = t->copy;
	const struct run *run = copy->tenant->run;
	const struct launch launch = {
		.seed = run->in->seed,
		.number = t->n_made,
		.tenant = copy->tenant->index,
		.copy = copy->number,
		.lane = t->lane,
	};
	const int64_t half = INT64_C(1) << 23;
	int64_t dice = (int64_t)(XXH3_64bits(&launch, sizeof launch) >> 40) - half;
	int64_t ppm = run->in->scenario->jitter_ppm;

	work->block_work = (uint64_t)((__int128)work->block_work *
				      (half * 1000000 + dice * ppm) / (half * 1000000));
	work->block_work = MAX(work->block_work, CT_WORK_ONE);
}
