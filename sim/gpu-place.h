/*
 * gpu-place.h - which SMs the next blocks of a grid go to.
 */
#ifndef CT_SIM_GPU_PLACE_H
#define CT_SIM_GPU_PLACE_H

#include "sim/gpu-internal.h"

/* Places all blocks of the grid that fit now, as one batch, or as portions if they have a
 * spread; false if none does. */
bool ct_place(struct ct_gpu *, struct resident *);

/* The parts of that, for clusters: a batch of the grid that begins now; blocks for it on
 * the ALLOWED SMs (NULL: all), at most as many as there is room for; it is complete. */
struct batch *ct_open_batch(struct ct_gpu *, struct resident *);
void ct_place_on(struct ct_gpu *, struct resident *, struct batch *,
		 const struct ct_sm_set *allowed, uint64_t blocks);
void ct_close_batch(struct ct_gpu *, struct resident *, struct batch *);

#endif
