/*
 * gpu-queue - grids on their way: submitted, waiting for entry, queued, leaving.
 *
 * A grid that has entered is a struct resident, which stands in the queue of its
 * partition and priority until its last block is placed (gpu.c takes it out there), and
 * in gpu->running[] from its first block to the end of its last.
 */
#include "sim/gpu-queue.h"

#include <glib.h>
#include <string.h>

#include "models/spread.h"
#include "sim/gpu-engine.h"
#include "sim/gpu-mutant.h"
#include "sim/gpu-rates.h"
#include "sim/gpu-strands.h"

uint32_t ct_queues_of(const struct ct_gpu *gpu, const struct ct_grid *grid)
{
	return gpu->one_set_of_queues && !MUTANT(OWN_QUEUES_ONLY) ? 0 : grid->partition;
}

int64_t ct_behind_ns(const struct ct_gpu *gpu, const struct ct_grid *grid)
{
	const struct partition *q = &gpu->partition[ct_queues_of(gpu, grid)];

	return ct_behind_total_ns(&q->behind, grid->priority, gpu->now_ns);
}

static uint32_t portion_blocks(const struct ct_gpu *gpu, const struct ct_grid *grid)
{
	return grid->work.spread_permille ? ct_portion_blocks(&grid->need, gpu->sms) : 0;
}

static void enter(struct ct_gpu *gpu, struct ct_grid *grid)
{
	struct resident *r = gpu->unused_residents;
	uint32_t partition = ct_queues_of(gpu, grid);
	bool feels_sm = ct_kernel_feels_sm(&grid->work);
	struct queue *queue = &gpu->partition[partition].queue[grid->priority];

	gpu->partition[partition].queued |= 1u << grid->priority;
	gpu->unused_residents = r->next;
	gpu->n_resident++;
	*r = (struct resident){
		.grid = grid,
		.left = grid->need.blocks,
		.work = grid->work.block_work,
		.portion_blocks = portion_blocks(gpu, grid),
		.carry_ns = -1,
		.rate = CT_WORK_ONE,
		.main = r,
		.partition = partition,
		.priority = grid->priority,
		.slot = -1,
		.demanding = grid->work.demand_mbps || grid->work.l2_mbps || feels_sm,
		.feels_sm = feels_sm,
	};
	if (feels_sm) {
		ct_strands_init(gpu);
		gpu->n_feeling++;
	}
	grid->resident = r;
	if (queue->first)
		queue->last->next = r;
	else
		queue->first = r;
	queue->last = r;
	gpu->unsettled = true;
}

void ct_block_submit(struct ct_gpu *gpu, struct ct_grid *grid)
{
	g_assert(grid->priority < CT_GPU_PRIORITIES && grid->need.blocks &&
		 grid->need.warps);
	g_assert(grid->partition < CT_GPU_PARTITIONS);
	g_assert(grid->need.cluster <= 1 || grid->need.blocks % grid->need.cluster == 0);
	g_assert(grid->work.block_work >= CT_WORK_ONE && !(grid->work.block_work >> 63));
	if (ct_queues_of(gpu, grid) >= gpu->n_partitions)
		gpu->n_partitions = ct_queues_of(gpu, grid) + 1;
	if (gpu->span) /* it was not there in the span before */
		ct_account(gpu);
	grid->submitted_ns = ct_outside_ns(gpu, gpu->now_ns);
	grid->start_ns = grid->end_ns = grid->dispatched_ns = -1;
	grid->behind_priority_ns = -ct_behind_ns(gpu, grid);
	grid->blocks_left = grid->blocks_lost = 0;
	grid->lost_ns = 0;
	memset(grid->contention_ns, 0, sizeof grid->contention_ns);
	grid->serial = gpu->submissions++;
	grid->resident = NULL;
	grid->next = NULL;
	if (gpu->n_resident < gpu->resident_limit && !gpu->waiting) {
		enter(gpu, grid);
		return;
	}
	*gpu->waiting_end = grid;
	gpu->waiting_end = &grid->next;
}

void ct_admit_waiting(struct ct_gpu *gpu)
{
	while (gpu->waiting && gpu->n_resident < gpu->resident_limit) {
		struct ct_grid *grid = gpu->waiting;

		gpu->waiting = grid->next;
		if (!gpu->waiting)
			gpu->waiting_end = &gpu->waiting;
		grid->next = NULL;
		enter(gpu, grid);
	}
}

void ct_stop_waiting(struct ct_gpu *gpu, struct ct_grid *grid)
{
	struct ct_grid **link = &gpu->waiting;

	while (*link != grid)
		link = &(*link)->next;
	*link = grid->next;
	if (!grid->next)
		gpu->waiting_end = link;
}

void ct_unqueue(struct ct_gpu *gpu, struct resident *r)
{
	struct partition *partition = &gpu->partition[r->partition];
	struct queue *queue = &partition->queue[r->priority];
	struct resident *before = NULL;

	if (partition->blocked == r)
		partition->blocked = MUTANT(RECALLED_HEAD_BLOCKS) ? r->next : NULL;
	if (queue->first == r) {
		ct_pop(partition, r->priority);
		return;
	}
	for (before = queue->first; before->next != r; before = before->next)
		;
	before->next = r->next;
	if (queue->last == r)
		queue->last = before;
}

void ct_grid_ended(struct ct_gpu *gpu, struct ct_grid *grid)
{
	grid->end_ns = ct_outside_ns(gpu, gpu->now_ns);
	if (grid->start_ns < 0)
		grid->behind_priority_ns += ct_behind_ns(gpu, grid);
	grid->resident = NULL;
	ct_list_grid(&gpu->ended, grid);
}

void ct_start_running(struct ct_gpu *gpu, struct resident *r)
{
	r->slot = (int32_t)gpu->n_running++;
	gpu->running[r->slot] = r;
	r->as_of_ns = r->counted_ns = gpu->now_ns;
}

void ct_stop_running(struct ct_gpu *gpu, struct resident *r)
{
	uint32_t last = --gpu->n_running;

	gpu->running[r->slot] = gpu->running[last];
	gpu->next_ns[r->slot] = gpu->next_ns[last];
	gpu->running[r->slot]->slot = r->slot;
}

void ct_leave(struct ct_gpu *gpu, struct resident *r)
{
	if (r->slot >= 0) {
		ct_report_contention(gpu, r);
		ct_stop_running(gpu, r);
	}
	gpu->n_feeling -= r->feels_sm;
	ct_grid_ended(gpu, r->grid);
	r->next = gpu->unused_residents;
	gpu->unused_residents = r;
	gpu->n_resident--;
}

struct ct_grid *ct_block_take_ended(struct ct_gpu *gpu)
{
	return ct_take_grids(&gpu->ended);
}

struct ct_grid *ct_block_take_started(struct ct_gpu *gpu)
{
	return ct_take_grids(&gpu->started);
}
