/*
 * gpu-place.h - which SMs the next blocks of a grid go to.
 */
#ifndef CT_SIM_GPU_PLACE_H
#define CT_SIM_GPU_PLACE_H

#include "sim/gpu-internal.h"

/* Places all blocks of the grid that fit now, as one batch, or as portions if they have a
 * spread; false if none does. */
bool ct_place(struct ct_gpu *, struct resident *);

/* Of the engine's table. */
bool ct_block_can_hold(const struct ct_gpu *, const struct ct_block_need *,
		       const struct ct_sm_set *);

#endif
