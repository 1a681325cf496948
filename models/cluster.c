/*
 * cluster - thread block clusters, and the GPCs they have to fit in; see cluster.h.
 */
#include "models/cluster.h"

uint32_t ct_gpc_sms(const struct ct_device *device, uint32_t gpc)
{
	if (gpc < device->n_gpc_sms)
		return device->gpc_sms[gpc];
	if (device->cluster_max_blocks)
		return device->cluster_max_blocks;
	return device->sms;
}

/* GPC after GPC; the last one may be cut off. */
static uint64_t clusters_on(const struct ct_device *device, uint32_t cluster,
			    uint32_t blocks_per_sm, uint32_t sms)
{
	uint64_t clusters = 0;

	for (uint32_t gpc = 0, n; sms; gpc++, sms -= n) {
		n = MIN(ct_gpc_sms(device, gpc), sms);
		clusters += (uint64_t)blocks_per_sm * n / cluster;
	}
	return clusters;
}

const char *ct_cluster_misfit(const struct ct_device *device, uint64_t cluster,
			      uint32_t blocks_per_sm, uint64_t grid_blocks)
{
	if (device->cluster_max_blocks == 0)
		return "its blocks are launched in clusters, which the device does not "
		       "have";
	if (cluster > device->cluster_max_blocks)
		return "a cluster has more blocks than the device allows";
	if (grid_blocks % cluster)
		return "its grid is not a whole number of clusters";
	if (!clusters_on(device, (uint32_t)cluster, blocks_per_sm, device->sms))
		return "no GPC has room for a cluster of its blocks";
	return NULL;
}

uint64_t ct_wave_blocks(const struct ct_device *device, const struct ct_block_need *need,
			uint32_t sms)
{
	if (need->cluster <= 1)
		return (uint64_t)need->blocks_per_sm * sms;
	return clusters_on(device, need->cluster, need->blocks_per_sm, sms) * need->cluster;
}
