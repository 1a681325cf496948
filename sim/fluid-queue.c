/*
 * fluid-queue - grids on their way: submitted, waiting for entry, queued, recalled,
 * leaving.
 */
#include <glib.h>
#include <string.h>

#include "models/cluster.h"
#include "sim/fluid-internal.h"

static int64_t behind_ns(const struct fluid *f, const struct ct_grid *grid)
{
	return ct_behind_total_ns(&f->behind, grid->priority, f->now_ns);
}

static void enter(struct fluid *f, struct ct_grid *grid)
{
	const struct ct_block_need *need = &grid->need;
	struct fluid_queue *queue = &f->queue[grid->priority];
	struct flow *w = f->unused;

	f->unused = w->next;
	f->n_resident++;
	*w = (struct flow){
		.grid = grid,
		.left = need->blocks,
		.work = grid->work.block_work,
		.carry_ns = -1,
		.rate = CT_WORK_ONE,
		.slot = -1,
		.most = need->cluster > 1
				? (uint32_t)ct_wave_blocks(&f->device, need, f->sms)
				: need->blocks_per_sm * f->sms,
		.per_sm = need->blocks_per_sm,
		.demanding = grid->work.demand_mbps || grid->work.l2_mbps,
		.need = { [FLUID_BLOCKS] = 1,
			  [FLUID_WARPS] = need->warps,
			  [FLUID_REGISTERS] = (uint32_t)need->warps * need->register_units,
			  [FLUID_SMEM] = need->smem_units },
	};
	grid->resident = w;
	if (queue->first)
		queue->last->next = w;
	else
		queue->first = w;
	queue->last = w;
	f->unsettled = true;
}

void ct_fluid_submit(struct ct_gpu *gpu, struct ct_grid *grid)
{
	struct fluid *f = fluid_of(gpu);

	g_assert(grid->priority < CT_GPU_PRIORITIES && grid->need.blocks &&
		 grid->need.warps);
	g_assert(!grid->partition && !grid->sms); /* it does not tell SMs apart */
	g_assert(grid->work.block_work >= CT_WORK_ONE && !(grid->work.block_work >> 63));
	grid->submitted_ns = ct_fluid_outside_ns(f);
	grid->start_ns = grid->end_ns = grid->dispatched_ns = -1;
	grid->behind_priority_ns = -behind_ns(f, grid);
	grid->blocks_left = grid->blocks_lost = 0;
	grid->lost_ns = 0;
	memset(grid->contention_ns, 0, sizeof grid->contention_ns);
	grid->serial = f->submissions++;
	grid->resident = NULL;
	grid->next = NULL;
	if (f->n_resident < f->resident_limit && !f->waiting) {
		enter(f, grid);
		return;
	}
	*f->waiting_end = grid;
	f->waiting_end = &grid->next;
}

void ct_fluid_admit_waiting(struct fluid *f)
{
	while (f->waiting && f->n_resident < f->resident_limit) {
		struct ct_grid *grid = f->waiting;

		f->waiting = grid->next;
		if (!f->waiting)
			f->waiting_end = &f->waiting;
		grid->next = NULL;
		enter(f, grid);
	}
}

static void stop_waiting(struct fluid *f, const struct ct_grid *grid)
{
	struct ct_grid **link = &f->waiting;

	while (*link != grid)
		link = &(*link)->next;
	*link = grid->next;
	if (!grid->next)
		f->waiting_end = link;
}

static void unqueue(struct fluid *f, struct flow *w)
{
	struct fluid_queue *queue = &f->queue[w->grid->priority];
	struct flow **link = &queue->first, *before = NULL;

	for (; *link != w; link = &(*link)->next)
		before = *link;
	*link = w->next;
	if (queue->last == w)
		queue->last = before;
	if (f->stuck == w)
		f->stuck = NULL;
}

static void grid_ended(struct fluid *f, struct ct_grid *grid)
{
	grid->end_ns = ct_fluid_outside_ns(f);
	if (grid->start_ns < 0)
		grid->behind_priority_ns += behind_ns(f, grid);
	grid->resident = NULL;
	ct_list_grid(&f->ended, grid);
}

void ct_fluid_leave(struct fluid *f, struct flow *w)
{
	if (w->slot >= 0) {
		uint32_t last = --f->n_running;

		f->running[w->slot] = f->running[last];
		f->next_ns[w->slot] = f->next_ns[last];
		f->running[w->slot]->slot = w->slot;
	}
	ct_flow_report_contention(f, w);
	grid_ended(f, w->grid);
	w->next = f->unused;
	f->unused = w;
	f->n_resident--;
}

static void recall_flow(struct fluid *f, struct flow *w, enum ct_recall how)
{
	if (w->left)
		unqueue(f, w);
	w->grid->blocks_left += w->left;
	w->left = 0;
	if (how == CT_RECALL_RESET)
		ct_flow_kill(f, w);
	if (w->placed) {
		ct_flow_schedule(f, w);
		return;
	}
	ct_fluid_leave(f, w);
	ct_fluid_admit_waiting(f);
}

bool ct_fluid_recall(struct ct_gpu *gpu, struct ct_grid *grid, enum ct_recall how)
{
	struct fluid *f = fluid_of(gpu);
	struct flow *w = grid->resident;

	if (grid->end_ns >= 0 || (how == CT_RECALL_QUEUED && grid->start_ns >= 0))
		return false;
	if (!w) {
		stop_waiting(f, grid);
		grid->blocks_left = grid->need.blocks;
		grid_ended(f, grid);
		return true;
	}
	if (!w->left && how != CT_RECALL_RESET)
		return false;
	ct_fluid_account(f);
	if (w == f->stuck)
		ct_flow_follow(f, w);
	recall_flow(f, w, how);
	f->unsettled = true;
	return true;
}

struct ct_grid *ct_fluid_take_ended(struct ct_gpu *gpu)
{
	return ct_take_grids(&fluid_of(gpu)->ended);
}

struct ct_grid *ct_fluid_take_started(struct ct_gpu *gpu)
{
	return ct_take_grids(&fluid_of(gpu)->started);
}
