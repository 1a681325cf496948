/*
 * gpu-queue.h - grids on their way: submitted, waiting for entry, queued, leaving.
 */
#ifndef CT_SIM_GPU_QUEUE_H
#define CT_SIM_GPU_QUEUE_H

#include "sim/gpu-internal.h"

/* Of the engine's table: gpu.h says what they do. */
void ct_block_submit(struct ct_gpu *, struct ct_grid *);
bool ct_block_recall(struct ct_gpu *, struct ct_grid *, enum ct_recall how);
struct ct_grid *ct_block_take_ended(struct ct_gpu *);
struct ct_grid *ct_block_take_started(struct ct_gpu *);

/* The caller's time of an instant in the gpu's own. */
static inline int64_t ct_outside_ns(const struct ct_gpu *gpu, int64_t ns)
{
	return ns + gpu->stood_still_ns;
}

/* The number of the partition in whose queues the grid stands. */
uint32_t ct_queues_of(const struct ct_gpu *, const struct ct_grid *);

/* Time so far in which a higher priority of the grid's partition had a queue. */
int64_t ct_behind_ns(const struct ct_gpu *, const struct ct_grid *);

/* Lets in those beyond the limit of resident grids, as far as there is room now. */
void ct_admit_waiting(struct ct_gpu *);

/* The head of a queue has placed its last block. */
static inline void ct_pop(struct partition *p, uint32_t priority)
{
	struct queue *queue = &p->queue[priority];

	queue->first = queue->first->next;
	if (!queue->first)
		p->queued &= ~(1u << priority);
}

/* Whether head R is served before head OTHER of another partition. */
static inline bool ct_served_before(const struct resident *r, const struct resident *other)
{
	if (r->priority != other->priority)
		return r->priority < other->priority;
	return r->grid->serial < other->grid->serial;
}

/* Takes a grid out of those waiting for entry; out of its queue. */
void ct_stop_waiting(struct ct_gpu *, struct ct_grid *);
void ct_unqueue(struct ct_gpu *, struct resident *);

/* A grid that is nowhere any more goes back to the caller; a resident with no blocks on
 * the device, and in no queue, leaves, and its grid does. */
void ct_grid_ended(struct ct_gpu *, struct ct_grid *);

void ct_leave(struct ct_gpu *, struct resident *);

/* A strand gets, and gives up, its place in gpu->running[]. */
void ct_start_running(struct ct_gpu *, struct resident *);
void ct_stop_running(struct ct_gpu *, struct resident *);

#endif
