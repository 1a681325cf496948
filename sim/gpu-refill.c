/*
 * gpu-refill - waves that need no bookkeeping.
 *
 * In a grid of many waves nearly every event is this one: a batch of the grid ends and
 * the next blocks of the grid take exactly its places.  Then neither residency nor
 * rates nor classes change, and the batch only gets a later tag.
 *
 * Why that is exact.  The grid is the head of the highest queue of its partition, nobody
 * who is served earlier waits for room on its SMs, and it has blocks left, so
 * the last schedule stopped because no SM had room for it.  Each bound on an SM's room
 * is floor(free / need); giving back the resources of c blocks makes it exactly c
 * larger, the sum of whole warps over the register partitions included.  So every SM
 * has room for just the blocks it gave back, and gets them if enough are left.  They
 * take the registers of the same partitions if the counters were even, or if taking
 * them again from what is free then gives the same vector: that is checked, for the
 * cells of this batch only.
 *
 * Clusters: the batch gives back whole clusters in every GPC, and there was no room for
 * another one, so every GPC gets back as many.  But in a GPC there may have been room for
 * some blocks, too few for a cluster; with these in play the blocks may go elsewhere, so
 * then (`ragged`) that is checked, once for each batch until residency changes.
 *
 * A grid under a cap of SMs is not refilled: there may be more room elsewhere than where
 * its blocks ended.
 *
 * Skipping.  After a refill nothing but the tags has changed, so the next batch of the
 * grid will refill as well; a whole turn of all its batches adds `work` to every tag.
 * Turns are skipped at once as long as
 *  - they end before anything else happens: an event at the horizon belongs to an
 *    instant that is processed whole;
 *  - at least one block is left afterwards: the instant that places the last block lets
 *    the next grid in, and so must be a real one;
 *  - no two batches end in one instant: they would be replaced by *one* batch.  Tags at
 *    least 1 ns apart at full speed are at least that at any rate.  The gaps repeat from
 *    turn to turn, so a turn that fails the test is not tried again until the batches
 *    change (`no_skip`).
 * What is left of a turn before the horizon is done batch by batch (skip_some()), but at
 * once: between two neighbours' events a grid in many batches has few or no whole turns.
 * Blocks with a spread refill, as a portion of their own, and are not skipped.
 */
#include "sim/gpu-refill.h"

#include "models/spread.h"
#include "sim/gpu-classes.h"
#include "sim/gpu-cluster.h"
#include "sim/gpu-mutant.h"
#include "sim/gpu-queue.h"
#include "sim/gpu-rates.h"
#include "sim/gpu-registers.h"

/* Far enough for anything, and near enough for tags to stay within 2^63 of now. */
#define MAX_SKIP_NS (INT64_C(1) << 37)

/* Whether R is what its partition would place next, and no partition that is served
 * before it waits for room on the same SMs. */
static bool comes_first(const struct ct_gpu *gpu, const struct resident *r)
{
	const struct partition *q = &gpu->partition[r->partition];

	if (q->queued & ((1u << r->priority) - 1) || q->queue[r->priority].first != r)
		return false;
	for (uint32_t i = 0; i < gpu->n_partitions; i++) {
		const struct resident *other = gpu->partition[i].blocked;

		if (other && ct_served_before(other, r) && !MUTANT(REFILL_PAST_OTHERS) &&
		    ct_sm_sets_meet(gpu, other->grid->sms, r->grid->sms))
			return false;
	}
	return true;
}

static bool finds_the_same(struct ct_gpu *gpu, const struct resident *r,
			   struct batch *batch)
{
	const struct ct_block_need *need = &r->grid->need;
	const struct resident *main = r->main;

	if (main->ragged && !MUTANT(REFILL_RAGGED) && !ct_clusters_return(gpu, main, batch))
		return false;
	ct_list_for_each(link, &batch->cells) {
		const struct cell *cell = ct_container_of(link, struct cell, in_batch);
		uint32_t free = cell->class->free.registers + cell->registers;

		if (ct_registers_taken(gpu, free, need, cell->blocks) != cell->registers)
			return false;
	}
	batch->refill_checked = gpu->settlement;
	return true;
}

/* Whether the batch would get the places and register vectors again that it has. */
static inline bool takes_the_same(struct ct_gpu *gpu, const struct resident *r,
				  struct batch *batch)
{
	return (!gpu->uneven_cells && !r->main->ragged) ||
	       batch->refill_checked == gpu->settlement || MUTANT(REFILL_UNEVEN) ||
	       finds_the_same(gpu, r, batch);
}

/* Whether each batch, in its turn, refills in an instant of its own. */
static bool turns_alone(struct ct_gpu *gpu, struct resident *r)
{
	uint64_t before = r->last->tag - r->work;

	for (struct batch *b = r->first; b; b = b->next) {
		if ((int64_t)(b->tag - before) < (int64_t)CT_WORK_ONE &&
		    !MUTANT(SKIP_COINCIDENT))
			return false;
		if (!takes_the_same(gpu, r, b))
			return false;
		before = b->tag;
	}
	return true;
}

static void skip_turns(struct ct_gpu *gpu, struct resident *r, uint64_t latest)
{
	struct resident *main = r->main;
	int64_t ahead = (int64_t)(latest - r->last->tag);
	uint64_t turns, in_time, work;

	if (ahead < 0)
		return;
	turns = (main->left - !MUTANT(SKIP_LAST_WAVE)) / r->placed;
	in_time = (uint64_t)ahead / r->work + 1;
	if (turns > in_time)
		turns = in_time;
	if (!turns_alone(gpu, r)) {
		r->no_skip = true;
		return;
	}
	work = turns * r->work;
	for (struct batch *b = r->first; b; b = b->next)
		b->tag += work;
	main->left -= turns * r->placed;
	gpu->use.blocks += turns * r->placed;
}

/* The first batch becomes the last, with other blocks. */
static inline void turn(struct ct_gpu *gpu, struct resident *r)
{
	struct batch *batch = r->first;

	r->main->left -= batch->blocks;
	gpu->use.blocks += batch->blocks;
	batch->tag += r->work;
	if (!batch->next)
		return;
	r->first = batch->next;
	r->last->next = batch;
	r->last = batch;
	batch->next = NULL;
}

/* Part of a turn: what is asked of each batch is only what may differ between them.  Tags
 * that are RATE apart are at least 1 ns apart. */
static void skip_some(struct ct_gpu *gpu, struct resident *r, uint64_t latest)
{
	const struct batch *batch, *next;

	for (batch = r->first; (next = batch->next); batch = next) {
		if ((int64_t)(latest - batch->tag) < 0)
			break;
		if (next->tag - batch->tag < r->rate && !MUTANT(TURN_COINCIDENT))
			break;
		if (r->main->left < batch->blocks + !MUTANT(TURN_LAST) ||
		    !takes_the_same(gpu, r, r->first))
			break;
		turn(gpu, r);
		gpu->use.instants++;
	}
}

/* Refills ahead, in the instants before the horizon, which are all this strand's. */
static void skip(struct ct_gpu *gpu, struct resident *r, int64_t horizon_ns)
{
	int64_t span_ns = horizon_ns - r->as_of_ns - !MUTANT(SKIP_TO_NEIGHBOUR);
	uint64_t latest; /* tag of a batch that ends in time */

	if (r->work > MAX_SKIP_NS << CT_WORK_BITS)
		return;
	if (span_ns > MAX_SKIP_NS)
		span_ns = MAX_SKIP_NS;
	latest = r->virtual_time + (uint64_t)span_ns * r->rate;
	if (r->main->left > r->placed && !r->no_skip)
		skip_turns(gpu, r, latest);
	if (!r->main->feels_sm)
		skip_some(gpu, r, latest);
}

/* The blocks that come are the next portion, and may end before others. */
static void refill_portion(struct ct_gpu *gpu, struct resident *r, struct batch *batch)
{
	struct resident *main = r->main;

	main->left -= batch->blocks;
	gpu->use.blocks += batch->blocks;
	r->first = batch->next;
	if (!MUTANT(SPREAD_REPEATS))
		batch->work = ct_portion_work(&r->grid->work, main->portions);
	main->portions++;
	batch->tag += batch->work;
	ct_batch_insert(r, batch);
	gpu->next_ns[r->slot] = ct_tag_ns(r, r->first->tag);
}

/* Of a grid whose blocks may change strands: not if the batch is a part of a cluster, nor
 * if it would not be the last of its strand, because one that came from a slower strand a
 * moment ago has as much to do. */
static bool refills_in_strand(const struct resident *r, const struct batch *batch)
{
	if (r->grid->need.cluster > 1 && !MUTANT(REFILL_PART_OF_CLUSTER))
		return false;
	return r->main->portion_blocks ||
	       (int64_t)(batch->tag + r->work - r->last->tag) >= 0;
}

bool ct_refill(struct ct_gpu *gpu, struct resident *r, int64_t at_ns, int64_t horizon_ns)
{
	struct batch *batch = r->first, *next = batch->next;
	struct resident *main = r->main;

	if (main->left < batch->blocks || !comes_first(gpu, main) ||
	    (main->grid->sm_cap && !MUTANT(REFILL_CAPPED)))
		return false;
	if (main->feels_sm && !refills_in_strand(r, batch))
		return false;
	ct_advance(r, at_ns);
	if (next && (int64_t)(r->virtual_time - next->tag) >= 0 &&
	    !MUTANT(REFILL_ONE_OF_TWO))
		return false;
	if (!takes_the_same(gpu, r, batch))
		return false;

	if (main->portion_blocks) {
		refill_portion(gpu, r, batch);
		return true;
	}
	turn(gpu, r);
	skip(gpu, r, horizon_ns);
	gpu->next_ns[r->slot] = ct_tag_ns(r, r->first->tag);
	return true;
}
