/*
 * run-sharing - which contexts a run has, and whose they are.
 *
 * A tenant that runs alone, to be compared with, has the whole device in one context,
 * whatever it shares later.  Several copies of a program are threads of one process: they
 * are in one context.
 */
#include "sim/run-internal.h"

#include "sim/timeline.h"

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

static void a_context_each(struct run *run)
{
	uint32_t engine = ct_compute_engine(run->compute, run->in->device);

	for (uint32_t i = 0; i < run->n_tenants; i++) {
		struct tenant *t = &run->tenant[i];

		t->context = ct_compute_context(run->compute, engine, slice_ns(run, t));
	}
	run->sliced = run->n_tenants > 1;
}

gboolean ct_run_contexts_init(struct run *run, GError **error)
{
	const struct ct_run_input *in = run->in;
	struct ct_compute_options options = {
		.report_starts =
			in->timeline != NULL || in->policy->policy->started != NULL,
		.span = in->explain ? ct_run_explain_span : NULL,
		.data = run,
	};
	uint32_t mode =
		in->only_tenant >= 0 ? CT_SHARING_STREAMS : in->scenario->sharing.mode;

	if (mode == CT_SHARING_PROCESS || mode == CT_SHARING_MIG) {
		options.report_starts = TRUE; /* tells waiting from running in causes */
		options.switched = in->timeline || in->explain ? switched : NULL;
	}
	if (!ct_sharing_check(in->scenario, in->device, error))
		return FALSE;
	run->compute = ct_compute_new(&options);
	switch (mode) {
	case CT_SHARING_PROCESS:
		a_context_each(run);
		break;
	default:
		one_context(run);
	}
	return TRUE;
}
