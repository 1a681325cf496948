/*
 * run-sharing - which contexts a run has, whose they are, and what each tenant may have.
 *
 * A tenant that runs alone, to be compared with, has the whole device in one context,
 * whatever it shares later.  Several copies of a program are threads of one process: they
 * are in one context.
 *
 * DANGER: how the priorities of the streams of a below-normal MPS client are ordered
 * among themselves, and how many hardware levels there are for them, is not documented;
 * that all of them come after those of normal clients is.  Here they get what levels the
 * simulator has left, and share the last.
 */
#include "sim/run-internal.h"

#include <string.h>

#include "models/mig.h"
#include "sim/timeline.h"

static enum ct_sharing_mode mode_of(const struct run *run)
{
	return run->in->only_tenant >= 0 ? CT_SHARING_STREAMS
					 : run->in->scenario->sharing.mode;
}

/* ---- contexts ------------------------------------------------------------------ */

static int64_t slice_ns(const struct run *run, const struct tenant *t)
{
	const int64_t us = 1000;

	if (t->spec->sharing.slice_us)
		return t->spec->sharing.slice_us * us;
	if (run->in->scenario->sharing.slice_us)
		return run->in->scenario->sharing.slice_us * us;
	return run->in->device->slice_ns;
}

/* The timeline shows whose context has the SMs, and whoever waits knows it. */
static void switched(void *data, uint32_t context, int on, int64_t at_ns)
{
	struct run *run = data;

	if (run->explainer)
		ct_run_explain_switched(run, context, on, at_ns);
	for (uint32_t i = 0; i < run->n_tenants; i++)
		if (run->tenant[i].context == context && run->in->timeline)
			ct_timeline_context(run->in->timeline, at_ns, i,
					    run->tenant[i].spec->name, on);
}

static void one_context(struct run *run)
{
	ct_compute_context(run->compute, ct_compute_engine(run->compute, run->in->device),
			   run->in->device->slice_ns);
}

/* A context for each tenant, on the engine that has its SMs. */
static void add_contexts(struct run *run, const uint32_t *engine)
{
	for (uint32_t i = 0; i < run->n_tenants; i++) {
		struct tenant *t = &run->tenant[i];

		t->context = ct_compute_context(run->compute, engine ? engine[i] : 0,
						slice_ns(run, t));
	}
	run->sliced = run->n_tenants > 1;
}

static gboolean add_instances(struct run *run, GError **error)
{
	const struct ct_scenario *s = run->in->scenario;
	g_autofree uint32_t *engine = g_new0(uint32_t, run->n_tenants);
	struct ct_mig_layout layout;

	if (!ct_mig_place(run->in->device, s->sharing.mig, &layout, error))
		return FALSE;
	run->instance = g_new0(struct ct_device *, layout.n + 1);
	for (uint32_t i = 0; i < layout.n; i++) {
		run->instance[i] = ct_mig_device(run->in->device, &layout, i);
		ct_compute_engine(run->compute, run->instance[i]);
	}
	for (uint32_t i = 0; i < run->n_tenants; i++) {
		engine[i] = ct_sharing_instance(&s->tenant[i].sharing, i, layout.n);
		run->tenant[i].device = run->instance[engine[i]];
		run->tenant[i].instance = engine[i];
	}
	run->copies = ct_copies_new((const struct ct_device *const *)run->instance,
				    layout.n, ct_run_copy_moved, run);
	add_contexts(run, engine);
	return TRUE;
}

/* ---- MPS clients --------------------------------------------------------------- */

/* Static partitions follow each other on the device. */
static void add_static_parts(struct run *run)
{
	uint32_t sm = 0;

	run->static_part = g_new0(struct ct_sm_set, run->n_tenants);
	for (uint32_t i = 0; i < run->n_tenants; i++) {
		struct tenant *t = &run->tenant[i];
		uint32_t end = sm + t->spec->sharing.mps_sms;

		for (; sm < end; sm++)
			run->static_part[i].word[sm / 64] |= UINT64_C(1) << sm % 64;
		t->partition = i + 1;
		t->sms = &run->static_part[i];
	}
}

/* A cap is a number of SMs, any; the client has queues of its own, so that its kernels,
 * which wait for SMs of its share, do not hold up others.  Where clients want the same SMs
 * those of higher priority come first, and then those launched first (gpu.h). */
static void add_caps(struct run *run)
{
	const struct ct_device *d = run->in->device;

	for (uint32_t i = 0; i < run->n_tenants; i++) {
		struct tenant *t = &run->tenant[i];
		uint32_t percentage = t->spec->sharing.mps_percentage;

		if (!percentage || percentage == 100)
			continue;
		t->sm_cap = d->sms * percentage / 100;
		t->sm_cap -= t->sm_cap % d->mps_granule_sms;
		t->partition = i + 1;
	}
}

static void add_clients(struct run *run)
{
	one_context(run);
	for (uint32_t i = 0; i < run->n_tenants; i++)
		run->below_normal |= run->tenant[i].spec->sharing.mps_below_normal > 0;
	if (run->tenant[0].spec->sharing.mps_sms)
		add_static_parts(run);
	else
		add_caps(run);
}

uint32_t ct_run_level(const struct run *run, const struct tenant *t, uint32_t level)
{
	const uint32_t last = CT_GPU_PRIORITIES - 1;

	if (!run->below_normal)
		return level;
	if (!t->spec->sharing.mps_below_normal)
		return MIN(level, last - 1);
	return MIN(run->in->device->stream_priorities + level, last);
}

/* Each context has its channels, and under MPS each client its share of them. */
static void add_channels(struct run *run, enum ct_sharing_mode mode)
{
	uint32_t n = run->in->scenario->sharing.channels, n_sets = 1;

	if (!n)
		n = mode == CT_SHARING_MPS ? run->in->device->mps_channels_per_client
					   : run->in->device->channels_per_context;
	for (uint32_t i = 0; i < run->n_tenants && mode != CT_SHARING_STREAMS; i++)
		run->tenant[i].channel_set = i;
	if (mode != CT_SHARING_STREAMS)
		n_sets = run->n_tenants;
	ct_run_channels_init(run, n_sets, n);
}

/* ---- a run --------------------------------------------------------------------- */

gboolean ct_run_divided(const struct run *run)
{
	enum ct_sharing_mode mode = mode_of(run);

	if (mode == CT_SHARING_MIG)
		return TRUE;
	for (uint32_t i = 0; mode == CT_SHARING_MPS && i < run->n_tenants; i++) {
		const struct ct_tenant_sharing *t = &run->tenant[i].spec->sharing;

		if (t->mps_percentage || t->mps_sms)
			return TRUE;
	}
	return FALSE;
}

gboolean ct_run_contexts_init(struct run *run, GError **error)
{
	const struct ct_run_input *in = run->in;
	enum ct_sharing_mode mode = mode_of(run);
	struct ct_compute_options options = {
		.gpu_engine = in->scenario->engine,
		.report_starts =
			in->timeline != NULL || in->policy->policy->started != NULL,
		.span = in->explain ? ct_run_explain_span : NULL,
		.data = run,
	};

	if (!ct_sharing_check(in->scenario, in->device, error))
		return FALSE;
	run->tells_starts = options.report_starts != 0;
	if (mode == CT_SHARING_PROCESS || mode == CT_SHARING_MIG) {
		options.report_starts = TRUE; /* tells waiting from running in causes */
		options.switched = in->timeline || in->explain ? switched : NULL;
	}
	run->compute = ct_compute_new(&options);
	add_channels(run, mode);
	if (mode != CT_SHARING_MIG)
		run->copies = ct_copies_new(&in->device, 1, ct_run_copy_moved, run);
	switch (mode) {
	case CT_SHARING_PROCESS:
		ct_compute_engine(run->compute, in->device);
		add_contexts(run, NULL);
		return TRUE;
	case CT_SHARING_MIG:
		return add_instances(run, error);
	case CT_SHARING_MPS:
		add_clients(run);
		return TRUE;
	default:
		one_context(run);
		return TRUE;
	}
}

void ct_run_contexts_clear(struct run *run)
{
	ct_compute_free(run->compute);
	for (struct ct_device **d = run->instance; d && *d; d++)
		ct_device_free(*d);
	g_free(run->instance);
	g_free(run->static_part);
}
