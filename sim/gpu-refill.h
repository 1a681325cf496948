/*
 * gpu-refill.h - waves that need no bookkeeping.
 */
#ifndef CT_SIM_GPU_REFILL_H
#define CT_SIM_GPU_REFILL_H

#include "sim/gpu-internal.h"

/*
 * At AT_NS only the first batch of R ends, and before HORIZON_NS nothing happens to
 * anybody else.  If its places go to the next blocks of the same grid, does that, and
 * the same for as many waves as that holds for, and returns true; else changes nothing.
 */
bool ct_refill(struct ct_gpu *, struct resident *r, int64_t at_ns, int64_t horizon_ns);

#endif
