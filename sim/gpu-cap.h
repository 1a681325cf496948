/*
 * gpu-cap.h - grids that may be on so many SMs at a time, whichever these are.
 *
 * The active-thread percentage of an MPS client is such a cap: a number, not a set (NVIDIA
 * MPS documentation).  All grids of a partition have it together.
 */
#ifndef CT_SIM_GPU_CAP_H
#define CT_SIM_GPU_CAP_H

#include "sim/gpu-internal.h"

/* The SMs that the next blocks of the grid may go to. */
void ct_cap_sms(struct ct_gpu *, struct resident *, struct ct_sm_set *allowed);

#endif
