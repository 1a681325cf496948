/*
 * gpu-strands.h - blocks of one grid that run at different speeds.
 *
 * What a block loses inside its SM depends on what else is on that SM, so blocks of one
 * grid on different classes may have different rates, and one clock for all of them no
 * longer does.  A *strand* is those of a grid's blocks that lose the same: a clock, a rate
 * and a queue of batches of its own, kept in a struct resident, like the grid's.  The
 * grid's own is the strand of the blocks that lose nothing inside their SM, where every
 * new batch begins; others exist only as long as they have a block.  So while no grid
 * that feels its neighbours is there, nothing here costs anything.
 *
 * When a class has changed, its cells move to the strands where they now belong.  Work
 * that is left stays what it was: a tag moves by the difference of the two clocks.
 */
#ifndef CT_SIM_GPU_STRANDS_H
#define CT_SIM_GPU_STRANDS_H

#include "sim/gpu-internal.h"

/* To be called when a grid that feels its neighbours is there for the first time. */
void ct_strands_init(struct ct_gpu *);

/* After placement: moves the cells of the classes touched in this instant. */
void ct_strands_settle(struct ct_gpu *);

/* A strand without blocks that is not the grid's own is gone. */
void ct_strand_drop(struct ct_gpu *, struct resident *);

#endif
