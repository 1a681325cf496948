/*
 * gpu-recall - takes a grid back that has not ended.
 *
 * This is what preemption comes down to on the device, whatever mechanism asks for it:
 * the grid leaves its queue, so it places nothing any more and blocks nobody; its blocks
 * on the device either run out or are killed.  Places of killed blocks are free in part 4
 * of the same instant.
 *
 * Clusters are run again whole.  Where the blocks of a cluster run at different speeds
 * (gpu-strands.h), some may have ended when the others are killed, and these are lost as
 * well.  DANGER: which cluster a block belongs to is not known here, so as few clusters as
 * the killed blocks can belong to are taken to be torn, and what has ended of them to have
 * done the mean work; a real reset may lose more.
 */
#include <glib.h>

#include "sim/gpu-classes.h"
#include "sim/gpu-mutant.h"
#include "sim/gpu-queue.h"
#include "sim/gpu-rates.h"
#include "sim/gpu-strands.h"

/* Of one block of the batch, until now. */
static uint64_t work_done(const struct resident *r, const struct batch *batch)
{
	return batch->work - (batch->tag - r->virtual_time);
}

/* Returns the work that its blocks had done. */
static unsigned __int128 kill_strand(struct ct_gpu *gpu, struct resident *r)
{
	unsigned __int128 work = 0;

	ct_advance(r, gpu->now_ns);
	while (r->first) {
		struct batch *batch = r->first;

		work += (unsigned __int128)work_done(r, batch) * batch->blocks;
		r->first = batch->next;
		ct_batch_release(gpu, batch, &r->grid->need);
	}
	r->placed = 0;
	return work;
}

/* Blocks that have ended and belong to clusters of which others have to be run again. */
static uint32_t torn_blocks(const struct ct_grid *grid)
{
	uint32_t cluster = grid->need.cluster;

	if (cluster <= 1)
		return 0;
	return (uint32_t)((cluster - grid->blocks_left % cluster) % cluster);
}

/* All its blocks on the device, whose work is lost. */
static void kill_blocks(struct ct_gpu *gpu, struct resident *r)
{
	struct ct_grid *grid = r->grid;
	unsigned __int128 work;
	uint32_t torn;

	ct_account(gpu);
	work = kill_strand(gpu, r);
	while (r->others) {
		work += kill_strand(gpu, r->others);
		ct_strand_drop(gpu, r->others);
	}
	gpu->warps -= (uint64_t)r->all_placed * grid->need.warps;
	gpu->demand_changed |= r->demanding;
	if (!MUTANT(RESET_FORGETS))
		grid->blocks_left += r->all_placed;
	torn = torn_blocks(grid);
	work += (unsigned __int128)torn * r->work;
	grid->blocks_left += torn;
	grid->blocks_lost = r->all_placed + torn;
	grid->lost_ns = (int64_t)(work >> CT_WORK_BITS);
	r->all_placed = 0;
}

static void recall_resident(struct ct_gpu *gpu, struct resident *r, enum ct_recall how)
{
	if (r->left)
		ct_unqueue(gpu, r);
	r->grid->blocks_left += r->left;
	r->left = 0;
	if (r->all_placed && how == CT_RECALL_RESET)
		kill_blocks(gpu, r);
	if (!r->all_placed) {
		ct_leave(gpu, r);
		ct_admit_waiting(gpu);
	}
}

bool ct_block_recall(struct ct_gpu *gpu, struct ct_grid *grid, enum ct_recall how)
{
	struct resident *r = grid->resident;

	if (grid->end_ns >= 0 || (how == CT_RECALL_QUEUED && grid->start_ns >= 0))
		return false;
	if (gpu->span) /* it was there in the span before */
		ct_account(gpu);
	if (!r) {
		ct_stop_waiting(gpu, grid);
		grid->blocks_left = grid->need.blocks;
		ct_grid_ended(gpu, grid);
		return true;
	}
	if (!r->left && how != CT_RECALL_RESET)
		return false;
	recall_resident(gpu, r, how);
	gpu->unsettled = true;
	return true;
}
