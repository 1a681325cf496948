/*
 * split - parts of a device by SMs, as CUDA makes them.
 *
 * DANGER: groups are counted, not laid over the GPCs, so on a board whose GPCs are not
 * multiples of the granule one more group may come out here than on hardware.
 */
#include "models/split.h"

/* Two wherever it is known; without TPCs, what parts grow by. */
static uint32_t tpc_sms(const struct ct_device *d)
{
	return d->tpcs ? (d->sms + d->tpcs - 1) / d->tpcs : d->partition_granule_sms;
}

uint32_t ct_split_size(const struct ct_device *d, uint32_t sms,
		       gboolean ignore_coscheduling)
{
	uint32_t granule = ignore_coscheduling ? tpc_sms(d) : d->partition_granule_sms;
	uint32_t least = ignore_coscheduling ? granule : d->partition_min_sms;

	if (!d->partition_min_sms || sms > d->sms)
		return 0;
	sms = (MAX(sms, least) + granule - 1) / granule * granule;
	return sms > d->sms ? 0 : sms;
}

struct ct_split ct_split_sms(const struct ct_device *d, uint32_t groups, uint32_t sms,
			     gboolean ignore_coscheduling)
{
	struct ct_split split = { .rest_sms = d->sms };
	uint32_t size = ct_split_size(d, sms, ignore_coscheduling);

	if (!size)
		return split;
	split.group_sms = size;
	split.groups = MIN(groups, d->sms / size);
	split.rest_sms -= split.groups * size;
	return split;
}
