/*
 * gpu-place - which SMs the next blocks of a grid go to.
 *
 * Rule: the next block goes to the SM with room for the most further blocks of the
 * grid, ties to the lowest-numbered SM.  Block by block that levels the rooms from the
 * top, as water would fill a vessel upside down: after any number of blocks every SM
 * whose room was above some level has come down to it, and in the last, unfinished
 * round the lowest-numbered of those have come down one more.  So the whole placement
 * is a level and a remainder, found from the number of SMs at each room, and all SMs of
 * a class get the same but for the remainder.
 *
 * Deferring.  A grid that finds the device empty, and may use all of it, is alone most of
 * the time until it ends, and then nobody asks which SMs its blocks are on.  Its batch is
 * only counted, and gets its SMs when another grid is to be placed beside it: those that
 * it would have got, because on an empty device they depend on nothing but the grid.
 */
#include "sim/gpu-place.h"

#include <glib.h>
#include <string.h>

#include "models/spread.h"
#include "sim/gpu-cap.h"
#include "sim/gpu-classes.h"
#include "sim/gpu-cluster.h"
#include "sim/gpu-mutant.h"
#include "sim/gpu-queue.h"
#include "sim/gpu-rates.h"
#include "sim/gpu-registers.h"
#include "sim/gpu-room.h"

/* The rooms that SMs have for a grid. */
struct supply {
	uint32_t candidates, largest;
	uint64_t blocks; /* all of them together */
};

/* Collects the classes with room for the grid on the ALLOWED SMs (NULL: all).  What
 * is marked for inlining in this file is most of what a busy device costs. */
static G_ALWAYS_INLINE inline void find_room(struct ct_gpu *gpu, struct resident *r,
					     const struct ct_sm_set *allowed,
					     bool changed_only, struct supply *s)
{
	struct sm_class **class = changed_only ? gpu->touched : gpu->active;
	uint32_t n = changed_only ? gpu->n_touched : gpu->n_active;

	ct_prepare_room(r);
	s->candidates = s->largest = 0;
	s->blocks = 0;
	for (uint32_t i = 0; i < n; i++) {
		struct sm_class *c = class[i];
		uint32_t room = ct_room_for(r, &c->free), n_sms = c->n_sms;
		struct ct_sm_set in;

		if (!room)
			continue;
		if (allowed)
			n_sms = ct_sm_intersect(gpu, &in, &c->sms, allowed);
		if (!n_sms)
			continue;
		gpu->candidate[s->candidates++] = (struct candidate){ c, room, n_sms };
		s->blocks += (uint64_t)room * n_sms;
		if (room > s->largest)
			s->largest = room;
	}
}

/* How far the rooms come down, and who comes down one more. */
struct filling {
	struct batch *batch; /* that the blocks are added to */
	uint32_t level, remainder;
	struct ct_sm_set lowest; /* the SMs of the remainder */
};

/* Fewer blocks than there is room for come down to a level that is not 0. */
static void find_level(const struct ct_gpu *gpu, struct filling *f, const struct supply *s,
		       uint64_t blocks)
{
	uint32_t sms_with[GPU_MAX_BLOCKS_PER_SM + 1], sms;

	memset(sms_with, 0, (s->largest + 1) * sizeof *sms_with);
	for (uint32_t i = 0; i < s->candidates; i++)
		sms_with[gpu->candidate[i].room] += gpu->candidate[i].n_sms;
	sms = sms_with[s->largest];
	for (f->level = s->largest; blocks >= sms; sms += sms_with[f->level]) {
		blocks -= sms;
		f->level--;
	}
	f->remainder = (uint32_t)blocks;
}

/* The lowest N of the more than N bits that are set; most words are all ones. */
static uint64_t lowest_set(uint64_t word, uint32_t n)
{
	uint64_t below = (UINT64_C(1) << n) - 1;
	uint32_t missing;

	while ((missing = n - ct_bits(word & below)))
		below = below << missing | ((UINT64_C(1) << missing) - 1);
	return word & below;
}

/* The lowest-numbered SMs of those that have come down to the level. */
static void find_lowest(struct ct_gpu *gpu, struct filling *f, uint32_t candidates,
			const struct ct_sm_set *allowed)
{
	uint32_t left = f->remainder;

	for (uint32_t i = 0; i < gpu->words; i++) {
		uint32_t at = MUTANT(HIGHEST_SM_FIRST) ? gpu->words - 1 - i : i, set;
		uint64_t word = 0;

		for (uint32_t j = 0; j < candidates; j++)
			if (gpu->candidate[j].room >= f->level)
				word |= gpu->candidate[j].class->sms.word[at];
		if (allowed)
			word &= allowed->word[at];
		set = ct_bits(word);
		f->lowest.word[at] = set <= left ? word : lowest_set(word, left);
		left -= ct_least(set, left);
	}
}

static void add(struct ct_gpu *gpu, struct sm_class *class, struct resident *r,
		struct batch *batch, uint32_t blocks)
{
	const struct ct_block_need *need = &r->grid->need;

	ct_class_add(gpu, class, batch, need, blocks,
		     ct_registers_taken(gpu, class->free.registers, need, blocks));
}

/* Brings the SMs of one candidate down to where they belong. */
static G_ALWAYS_INLINE inline void fill(struct ct_gpu *gpu, const struct candidate *c,
					struct resident *r, const struct ct_sm_set *allowed,
					const struct filling *f)
{
	struct sm_class *class = c->class;
	uint32_t blocks = c->room - f->level, n;
	struct ct_sm_set part;

	if (blocks && c->n_sms != class->n_sms) {
		ct_sm_intersect(gpu, &part, &class->sms, allowed);
		class = ct_class_split(gpu, class, &part, c->n_sms);
	}
	if (f->remainder) {
		n = ct_sm_intersect(gpu, &part, &class->sms, &f->lowest);
		if (n == class->n_sms)
			blocks++;
		else if (n)
			add(gpu, ct_class_split(gpu, class, &part, n), r, f->batch,
			    blocks + 1);
	}
	if (blocks)
		add(gpu, class, r, f->batch, blocks);
}

/*
 * The virtual time at which blocks placed now begin.  Blocks that take places freed at
 * this instant begin when the last of those before them ended, which was a fraction of
 * a nanosecond ago: so the waves of a grid add up to its duration exactly, instead of
 * each rounding up.
 */
static uint64_t begin(struct ct_gpu *gpu, struct resident *r)
{
	ct_advance(r, gpu->now_ns);
	if (r->carry_ns != gpu->now_ns || MUTANT(NO_PHASE_CARRY)) {
		r->overshoot = 0;
		r->carry_ns = gpu->now_ns;
	}
	return r->virtual_time - r->overshoot;
}

/* Adds that many blocks to the batch, as many as there is room for at most. */
static G_ALWAYS_INLINE inline void
distribute(struct ct_gpu *gpu, struct resident *r, struct batch *batch,
	   const struct supply *supply, const struct ct_sm_set *allowed, uint64_t blocks)
{
	struct filling f;

	f.batch = batch;
	f.level = f.remainder = 0;
	if (blocks < supply->blocks)
		find_level(gpu, &f, supply, blocks);
	if (f.remainder)
		find_lowest(gpu, &f, supply->candidates, allowed);
	for (uint32_t i = 0; i < supply->candidates; i++)
		if (gpu->candidate[i].room >= f.level)
			fill(gpu, &gpu->candidate[i], r, allowed, &f);
}

static G_ALWAYS_INLINE inline struct batch *open_batch(struct ct_gpu *gpu,
						       struct resident *r)
{
	uint64_t work = r->work;

	if (r->slot < 0)
		ct_start_running(gpu, r);
	if (r->portion_blocks)
		work = ct_portion_work(&r->grid->work, r->portions++);
	return ct_batch_new(gpu, r, begin(gpu, r), work);
}

static G_ALWAYS_INLINE inline void close_batch(struct ct_gpu *gpu, struct resident *r,
					       struct batch *batch)
{
	if (r->first == batch)
		gpu->next_ns[r->slot] = ct_tag_ns(r, batch->tag);
	r->left -= batch->blocks;
	r->placed += batch->blocks;
	r->all_placed += batch->blocks;
	r->no_skip = false;
	gpu->warps += (uint64_t)batch->blocks * r->grid->need.warps;
	gpu->demand_changed |= r->demanding;
	gpu->use.blocks += batch->blocks;
}

struct batch *ct_open_batch(struct ct_gpu *gpu, struct resident *r)
{
	return open_batch(gpu, r);
}

void ct_close_batch(struct ct_gpu *gpu, struct resident *r, struct batch *batch)
{
	close_batch(gpu, r, batch);
}

void ct_place_on(struct ct_gpu *gpu, struct resident *r, struct batch *batch,
		 const struct ct_sm_set *allowed, uint64_t blocks)
{
	struct supply supply;

	find_room(gpu, r, allowed, false, &supply);
	distribute(gpu, r, batch, &supply, allowed, blocks);
}

/* How many of its blocks are on the SMs that an empty device would give them. */
static void defer(struct ct_gpu *gpu, struct resident *r)
{
	uint64_t room = (uint64_t)r->grid->need.blocks_per_sm * gpu->sms;
	struct batch *batch = open_batch(gpu, r);

	batch->blocks = (uint32_t)(r->left < room ? r->left : room);
	gpu->deferred = r;
	gpu->active_sms = ct_least(batch->blocks, gpu->sms);
	close_batch(gpu, r, batch);
}

static void seat_deferred(struct ct_gpu *gpu)
{
	struct resident *r = gpu->deferred;
	uint32_t blocks = r->first->blocks;

	gpu->deferred = NULL;
	gpu->active_sms = 0;
	r->first->blocks = 0;
	ct_place_on(gpu, r, r->first, NULL, blocks);
	g_assert(r->first->blocks == blocks);
}

/* Whether the batch of R that is placed next can be deferred. */
static bool finds_nobody(const struct ct_gpu *gpu, const struct resident *r)
{
	return !gpu->active_sms && !r->grid->sms && !r->grid->sm_cap &&
	       r->grid->need.cluster <= 1 && !r->portion_blocks;
}

/*
 * At most so many blocks, as one batch.  If the grid is the head that stopped the last
 * schedule of its partition, there was no room for it anywhere then, and only the classes
 * touched since can have some.  (Not so for clusters: there was too little of it.)
 */
static G_ALWAYS_INLINE inline bool place(struct ct_gpu *gpu, struct resident *r,
					 uint64_t most)
{
	const struct resident *blocked = gpu->partition[r->partition].blocked;
	bool changed_only = blocked == r || (MUTANT(TOUCHED_ONLY) && blocked);
	const struct ct_sm_set *allowed = r->grid->sms;
	struct ct_sm_set capped;
	struct supply supply;
	struct batch *batch;

	if (finds_nobody(gpu, r)) {
		defer(gpu, r);
		return true;
	}
	if (gpu->deferred == r) /* it has all the room there is */
		return false;
	if (gpu->deferred && !MUTANT(NEVER_SEATED))
		seat_deferred(gpu);
	if (r->grid->need.cluster > 1 && !MUTANT(CLUSTERS_APART))
		return ct_place_clusters(gpu, r, most);
	if (r->grid->sm_cap) { /* what blocked it before may not be there now */
		ct_cap_sms(gpu, r, &capped);
		allowed = &capped;
		changed_only = false;
	}
	find_room(gpu, r, allowed, changed_only, &supply);
	if (!supply.candidates)
		return false;
	batch = open_batch(gpu, r);
	distribute(gpu, r, batch, &supply, allowed, most);
	close_batch(gpu, r, batch);
	return true;
}

bool ct_place(struct ct_gpu *gpu, struct resident *r)
{
	bool any = false;

	do {
		uint64_t most = r->left;

		if (r->portion_blocks && most > r->portion_blocks)
			most = r->portion_blocks;
		if (!place(gpu, r, most))
			break;
		any = true;
	} while (r->portion_blocks && r->left);
	return any;
}
