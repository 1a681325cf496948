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

/* The SMs of a GPC that the grid may use, by the room that they have left for it. */
struct leavings {
	uint32_t lowest, highest; /* of those with blocks of the batch */
	uint32_t others;          /* highest, of those without */
	bool any;                 /* of the batch */
};

static uint32_t blocks_of(const struct sm_class *class, const struct batch *batch)
{
	ct_list_for_each(link, &class->cells) {
		const struct cell *cell = ct_container_of(link, struct cell, in_class);

		if (cell->batch == batch)
			return cell->blocks;
	}
	return 0;
}

static uint32_t usable(const struct ct_gpu *gpu, const struct resident *r,
		       const struct sm_class *class, const struct gpc *gpc,
		       struct ct_sm_set *in)
{
	uint32_t n = ct_sm_intersect(gpu, in, &class->sms, &gpc->sms);

	return n && r->grid->sms ? ct_sm_intersect(gpu, in, in, r->grid->sms) : n;
}

static struct leavings look_at(const struct ct_gpu *gpu, const struct resident *r,
			       const struct batch *batch, const struct gpc *gpc)
{
	struct leavings l = { .lowest = UINT32_MAX };
	struct ct_sm_set in;

	for (uint32_t i = 0; i < gpu->n_active; i++) {
		const struct sm_class *class = gpu->active[i];
		uint32_t room;

		if (!usable(gpu, r, class, gpc, &in))
			continue;
		room = ct_room_for(r, &class->free);
		if (!blocks_of(class, batch)) {
			l.others = room > l.others ? room : l.others;
			continue;
		}
		l.any = true;
		l.lowest = ct_least(room, l.lowest);
		l.highest = room > l.highest ? room : l.highest;
	}
	return l;
}

/* Whether all SMs of the batch that are down to LOW have lower numbers than all SMs that
 * have one more. */
static bool low_come_first(const struct ct_gpu *gpu, const struct resident *r,
			   const struct batch *batch, const struct gpc *gpc, uint32_t low)
{
	struct ct_sm_set down = { { 0 } }, up = { { 0 } }, in;
	bool seen_up = false;

	for (uint32_t i = 0; i < gpu->n_active; i++) {
		const struct sm_class *class = gpu->active[i];
		uint32_t room = ct_room_for(r, &class->free);

		if ((room != low && room != low + 1) || !usable(gpu, r, class, gpc, &in))
			continue;
		if (room == low && !blocks_of(class, batch))
			continue;
		for (uint32_t w = 0; w < gpu->words; w++)
			*(room == low ? &down.word[w] : &up.word[w]) |= in.word[w];
	}
	for (uint32_t w = 0; w < gpu->words; w++) {
		uint64_t first_up = up.word[w] & -up.word[w];

		if (down.word[w] && (seen_up || (first_up && down.word[w] > first_up)))
			return false;
		seen_up |= up.word[w] != 0;
	}
	return true;
}

/*
 * What the filling of a GPC leaves is a level, with the lowest-numbered of those that
 * were above it one lower.  So the batch's SMs would be filled to what they have now, and
 * the others be left alone, if that is what they look like.
 */
bool ct_clusters_return(const struct ct_gpu *gpu, const struct resident *r,
			const struct batch *batch)
{
	for (uint32_t g = 0; g < gpu->n_gpcs; g++) {
		struct leavings l = look_at(gpu, r, batch, &gpu->gpc[g]);
		uint32_t most = l.highest > l.others ? l.highest : l.others;

		if (!l.any || most == l.lowest)
			continue;
		if (most > l.lowest + 1 ||
		    !low_come_first(gpu, r, batch, &gpu->gpc[g], l.lowest))
			return false;
	}
	return true;
}
