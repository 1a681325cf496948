/*
 * gpu-look - what stands where on a gpu, read from the engine's state.
 */
#include "sim/gpu-look.h"

#include "sim/gpu-classes.h"
#include "sim/gpu-queue.h"

bool ct_gpu_running(const struct ct_gpu *gpu, uint32_t *at, struct ct_gpu_running *out)
{
	while (*at < gpu->n_running) {
		const struct resident *r = gpu->running[(*at)++];

		if (r != r->main || !r->all_placed) /* a strand belongs to its grid */
			continue;
		*out = (struct ct_gpu_running){ .grid = r->grid, .blocks = r->all_placed };
		for (int c = 0; c < CT_CONTENTIONS; c++)
			out->lost[c] = (uint32_t)r->part[c];
		return true;
	}
	return false;
}

enum ct_gpu_wait ct_gpu_waits(const struct ct_gpu *gpu, const struct ct_grid *grid,
			      const struct ct_grid **whom)
{
	const struct partition *p = &gpu->partition[ct_queues_of(gpu, grid)];
	const struct resident *head = p->queue[grid->priority].first;

	*whom = NULL;
	if (p->behind.top < grid->priority) {
		head = p->queue[p->behind.top].first;
		*whom = head ? head->grid : NULL;
		return CT_GPU_WAITS_PRIORITY;
	}
	if (!grid->resident)
		return CT_GPU_WAITS_ENTRY;
	if (!head || head->grid == grid)
		return CT_GPU_WAITS_ROOM;
	*whom = head->grid;
	return CT_GPU_WAITS_QUEUE;
}

bool ct_gpu_grids_meet(const struct ct_gpu *gpu, const struct ct_grid *a,
		       const struct ct_grid *b)
{
	return ct_sm_sets_meet(gpu, a->sms, b->sms);
}
