/*
 * gpu-behind.h - how long a grid stood behind a higher priority.
 *
 * The idea.  Of a set of queues, only the highest that is not empty has to be known at
 * every time: how long it was each of them adds up, and what a grid has waited behind is
 * the sum over those above its own, from its submission to its start.
 */
#ifndef CT_SIM_GPU_BEHIND_H
#define CT_SIM_GPU_BEHIND_H

#include "sim/gpu.h"

struct ct_behind {
	uint32_t
		top; /* highest priority with a queue, since since_ns; or none: _PRIORITIES */
	int64_t since_ns, ns[CT_GPU_PRIORITIES + 1];
};

/* From NOW_NS on the highest is TOP. */
static inline void ct_behind_note(struct ct_behind *b, uint32_t top, int64_t now_ns)
{
	if (top == b->top)
		return;
	b->ns[b->top] += now_ns - b->since_ns;
	b->since_ns = now_ns;
	b->top = top;
}

/* Time so far in which one above PRIORITY was. */
static inline int64_t ct_behind_total_ns(const struct ct_behind *b, uint32_t priority,
					 int64_t now_ns)
{
	int64_t ns = b->top < priority ? now_ns - b->since_ns : 0;

	for (uint32_t p = 0; p < priority; p++)
		ns += b->ns[p];
	return ns;
}

#endif
