/*
 * gpu-cluster - which GPCs the next clusters of a grid go to.
 *
 * The blocks of a cluster are placed at once, in one GPC: the one with room for the most
 * further clusters, ties to the lowest-numbered.  A cluster takes one cluster's worth of
 * the room of its GPC, as a block takes one of that of its SM.  So GPCs come down to a
 * level as SMs do (gpu-place.c), and what falls to each is placed there block by block.
 */
#include "sim/gpu-cluster.h"

#include "sim/gpu-classes.h"
#include "sim/gpu-mutant.h"
#include "sim/gpu-place.h"
#include "sim/gpu-room.h"

bool ct_block_can_hold(const struct ct_gpu *gpu, const struct ct_block_need *need,
		       const struct ct_sm_set *sms)
{
	uint32_t blocks = need->cluster > 1 ? need->cluster : 1;
	struct ct_sm_set in;

	for (uint32_t g = 0; g < gpu->n_gpcs; g++) {
		uint32_t n = ct_sm_intersect(gpu, &in, &gpu->gpc[g].sms,
					     sms ? sms : &gpu->gpc[g].sms);

		if (n * need->blocks_per_sm >= blocks)
			return true;
	}
	return false;
}

/* Blocks of the grid that each GPC has room for. */
static void find_gpc_rooms(struct ct_gpu *gpu, struct resident *r)
{
	const struct ct_sm_set *allowed = r->grid->sms;
	struct ct_sm_set in;

	ct_prepare_room(r);
	for (uint32_t g = 0; g < gpu->n_gpcs; g++)
		gpu->gpc[g].room = 0;
	for (uint32_t i = 0; i < gpu->n_active; i++) {
		const struct sm_class *class = gpu->active[i];
		uint32_t room = ct_room_for(r, &class->free);

		for (uint32_t g = 0; room && g < gpu->n_gpcs; g++) {
			uint32_t n =
				ct_sm_intersect(gpu, &in, &class->sms, &gpu->gpc[g].sms);

			if (n && allowed)
				n = ct_sm_intersect(gpu, &in, &in, allowed);
			gpu->gpc[g].room += room * n;
		}
	}
}

/* Clusters placed if every GPC comes down to room for LEVEL of them. */
static uint64_t clusters_above(const struct ct_gpu *gpu, uint32_t cluster, uint32_t level)
{
	uint64_t n = 0;

	for (uint32_t g = 0; g < gpu->n_gpcs; g++)
		if (gpu->gpc[g].room / cluster > level)
			n += gpu->gpc[g].room / cluster - level;
	return n;
}

/* The lowest level that does not take more than that many clusters. */
static uint32_t find_gpc_level(const struct ct_gpu *gpu, uint32_t cluster,
			       uint64_t clusters)
{
	uint32_t low = 0, high = gpu->sms * gpu->limits.blocks;

	while (low < high) {
		uint32_t middle = (low + high) / 2;

		if (clusters_above(gpu, cluster, middle) <= clusters)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

static void fill_gpc(struct ct_gpu *gpu, struct resident *r, struct batch *batch,
		     struct gpc *gpc, uint32_t blocks)
{
	const struct ct_sm_set *allowed = &gpc->sms;
	struct ct_sm_set in;

	if (r->grid->sms) {
		ct_sm_intersect(gpu, &in, allowed, r->grid->sms);
		allowed = &in;
	}
	ct_place_on(gpu, r, batch, allowed, blocks);
	gpc->room -= blocks;
}

bool ct_place_clusters(struct ct_gpu *gpu, struct resident *r, uint64_t most)
{
	uint32_t cluster = r->grid->need.cluster, level;
	uint64_t clusters = most / cluster, odd, all;
	struct batch *batch;

	find_gpc_rooms(gpu, r);
	all = clusters_above(gpu, cluster, 0);
	if (all) {
		level = find_gpc_level(gpu, cluster, clusters);
		odd = all > clusters ? clusters - clusters_above(gpu, cluster, level) : 0;
		batch = ct_open_batch(gpu, r);
		for (uint32_t i = 0; i < gpu->n_gpcs; i++) {
			bool last_first = MUTANT(HIGHEST_GPC_FIRST);
			struct gpc *gpc = &gpu->gpc[last_first ? gpu->n_gpcs - 1 - i : i];
			uint32_t room = gpc->room / cluster, n;

			if (room < level || !room)
				continue;
			n = room - level + (odd != 0);
			odd -= odd != 0;
			if (n)
				fill_gpc(gpu, r, batch, gpc, n * cluster);
		}
		ct_close_batch(gpu, r, batch);
	}
	r->ragged = false;
	for (uint32_t g = 0; g < gpu->n_gpcs; g++)
		r->ragged |= gpu->gpc[g].room != 0;
	return all;
}
