/*
 * gpu-look - what stands where on a gpu, read from the engine's state.
 */
#include "sim/gpu-look.h"

#include <string.h>

#include "sim/gpu-classes.h"
#include "sim/gpu-queue.h"

bool ct_gpu_running(const struct ct_gpu *gpu, uint32_t i, struct ct_gpu_running *out)
{
	const struct resident *r;

	if (i >= gpu->n_running)
		return false;
	r = gpu->running[i];
	*out = (struct ct_gpu_running){ .grid = r->grid, .blocks = r->placed };
	memcpy(out->lost, r->part, sizeof(out->lost));
	return true;
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
