/*
 * sharing-check - whether a device can be shared the way a scenario says.
 *
 * A knob of another mode is refused: it would do nothing, and the reader of a report
 * would believe that it did.
 */
#include "sim/sharing.h"

#include "models/mig.h"
#include "sim/base/error.h"
#include "sim/scenario.h"

static gboolean G_GNUC_PRINTF(2, 3) refuse(GError **error, const char *format, ...)
{
	g_autofree char *message = NULL;
	va_list args;

	va_start(args, format);
	message = g_strdup_vprintf(format, args);
	va_end(args);
	g_set_error(error, CT_ERROR, CT_EXIT_UNSUPPORTED, "sharing: %s", message);
	return FALSE;
}

/* Knobs and the modes in which they do something. */
static gboolean check_knobs(const struct ct_scenario *s, const struct ct_tenant_spec *t,
			    GError **error)
{
	const uint32_t sliced = 1u << CT_SHARING_PROCESS | 1u << CT_SHARING_MIG;
	const struct {
		const char *name;
		gboolean given;
		uint32_t modes;
		const char *where;
	} knobs[] = {
		{ "slice_us", s->sharing.slice_us > 0, sliced, "process or mig" },
		{ "mig", s->sharing.mig != NULL, 1u << CT_SHARING_MIG, "mig" },
		{ "slice_us", t->sharing.slice_us > 0, sliced, "process or mig" },
		{ "mps_percentage", t->sharing.mps_percentage > 0, 1u << CT_SHARING_MPS,
		  "mps" },
		{ "mps_sms", t->sharing.mps_sms > 0, 1u << CT_SHARING_MPS, "mps" },
		{ "mps_priority", t->sharing.mps_below_normal > 0, 1u << CT_SHARING_MPS,
		  "mps" },
		{ "mig_instance", t->sharing.mig_instance > 0, 1u << CT_SHARING_MIG,
		  "mig" },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(knobs); i++)
		if (knobs[i].given && !(knobs[i].modes >> s->sharing.mode & 1))
			return refuse(error, "%s does nothing in mode %s; it is for %s",
				      knobs[i].name, ct_sharing_name[s->sharing.mode],
				      knobs[i].where);
	return TRUE;
}

static gboolean check_mps(const struct ct_scenario *s, const struct ct_device *d,
			  GError **error)
{
	uint32_t with_sms = 0, sms = 0;

	if (s->n_tenants > d->mps_clients)
		return refuse(error, "%s takes at most %u MPS clients, not %zu", d->name,
			      d->mps_clients, s->n_tenants);
	for (size_t i = 0; i < s->n_tenants; i++) {
		const struct ct_tenant_sharing *t = &s->tenant[i].sharing;
		uint32_t granule = d->mps_granule_sms;

		with_sms += t->mps_sms > 0;
		sms += t->mps_sms;
		if (t->mps_sms && t->mps_percentage)
			return refuse(error,
				      "%s has both mps_sms, a static partition, and "
				      "mps_percentage, a cap",
				      s->tenant[i].name);
		if (t->mps_sms % granule)
			return refuse(error, "%s: mps_sms must be a multiple of %u on %s",
				      s->tenant[i].name, granule, d->name);
		if (t->mps_percentage &&
		    (uint64_t)d->sms * t->mps_percentage / 100 < granule)
			return refuse(error,
				      "%s: mps_percentage %u is less than the %u SMs that "
				      "%s gives at least",
				      s->tenant[i].name, t->mps_percentage, granule,
				      d->name);
	}
	if (with_sms && with_sms < s->n_tenants)
		return refuse(error,
			      "with static partitions every MPS client needs mps_sms");
	if (sms > d->sms)
		return refuse(error, "mps_sms of all clients are %u SMs; %s has %u", sms,
			      d->name, d->sms);
	return TRUE;
}

static gboolean check_mig(const struct ct_scenario *s, const struct ct_device *device,
			  GError **error)
{
	struct ct_mig_layout layout;

	if (!s->sharing.mig)
		return refuse(error, "mode mig needs instances: mig, such as 3g,4g");
	if (!ct_mig_place(device, s->sharing.mig, &layout, error))
		return FALSE;
	for (size_t i = 0; i < s->n_tenants; i++)
		if (s->tenant[i].sharing.mig_instance > layout.n)
			return refuse(error, "%s: mig_instance %u; there are %u",
				      s->tenant[i].name, s->tenant[i].sharing.mig_instance,
				      layout.n);
	return TRUE;
}

gboolean ct_sharing_check(const struct ct_scenario *s, const struct ct_device *device,
			  GError **error)
{
	for (size_t i = 0; i < s->n_tenants; i++)
		if (!check_knobs(s, &s->tenant[i], error))
			return FALSE;
	switch (s->sharing.mode) {
	case CT_SHARING_MPS:
		return check_mps(s, device, error);
	case CT_SHARING_MIG:
		return check_mig(s, device, error);
	default:
		return TRUE;
	}
}
