/*
 * gpu-cap - grids that may be on so many SMs at a time, whichever these are.
 *
 * Block by block: the next block goes to the SM with the most room of those that hold a
 * block of the partition already and, while they are fewer than the cap, of all others.
 * New SMs are therefore taken in the order of their room, ties to the lowest number, and
 * one that is never taken stands behind all that are.  So it comes to the same to add the
 * first of them to those held, as many as the cap allows, and to place blocks there as
 * without a cap.
 */
#include "sim/gpu-cap.h"

#include <string.h>

#include "sim/gpu-classes.h"
#include "sim/gpu-mutant.h"
#include "sim/gpu-room.h"

static bool holds(const struct sm_class *class, uint32_t partition)
{
	ct_list_for_each(link, &class->cells) {
		const struct cell *cell = ct_container_of(link, struct cell, in_class);

		if (cell->batch->partition == partition)
			return true;
	}
	return false;
}

static void add(const struct ct_gpu *gpu, struct ct_sm_set *to, const struct ct_sm_set *sms)
{
	for (uint32_t i = 0; i < gpu->words; i++)
		to->word[i] |= sms->word[i];
}

/* The lowest-numbered N of FROM. */
static void add_lowest(const struct ct_gpu *gpu, struct ct_sm_set *to,
		       const struct ct_sm_set *from, uint32_t n)
{
	for (uint32_t i = 0; i < gpu->words; i++) {
		uint64_t left = from->word[i];

		for (; left && n; n--) {
			to->word[i] |= left & -left;
			left &= left - 1;
		}
	}
}

/* Adds the SMs with that much room that hold nothing of the partition; returns how many
 * more there may be. */
static uint32_t take_level(struct ct_gpu *gpu, const struct resident *r, uint32_t room,
			   uint32_t most, struct ct_sm_set *allowed)
{
	struct ct_sm_set level, in;
	uint32_t n = 0;

	memset(&level, 0, sizeof level);
	for (uint32_t i = 0; i < gpu->n_active; i++) {
		const struct sm_class *c = gpu->active[i];

		if (ct_room_for(r, &c->free) != room || holds(c, r->grid->partition))
			continue;
		in = c->sms;
		n += r->grid->sms ? ct_sm_intersect(gpu, &in, &c->sms, r->grid->sms)
				  : c->n_sms;
		add(gpu, &level, &in);
	}
	add_lowest(gpu, allowed, &level, most);
	return n < most ? most - n : 0;
}

void ct_cap_sms(struct ct_gpu *gpu, struct resident *r, struct ct_sm_set *allowed)
{
	uint32_t most = r->grid->sm_cap, top = 0;

	ct_prepare_room(r);
	memset(allowed, 0, sizeof *allowed);
	for (uint32_t i = 0; i < gpu->n_active; i++) {
		const struct sm_class *c = gpu->active[i];
		uint32_t room = ct_room_for(r, &c->free);

		if (!holds(c, r->grid->partition)) {
			top = room > top ? room : top;
			continue;
		}
		most -= ct_least(most, c->n_sms);
		add(gpu, allowed, &c->sms);
	}
	for (; top && most && !MUTANT(CAP_HELD_ONLY); top--)
		most = take_level(gpu, r, top, most, allowed);
	for (uint32_t i = 0; r->grid->sms && i < gpu->words; i++)
		allowed->word[i] &= r->grid->sms->word[i];
}
