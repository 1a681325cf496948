/*
 * spread.h - blocks of one kernel that do not all take equally long.
 *
 * The idea.  Equal blocks end all at once, wave after wave, and so understate how long a
 * kernel takes to drain off the SMs and how few of them are free meanwhile.  A spread of
 * S permille gives blocks one of CT_SPREAD_STRATA durations, evenly from 1 - 7/8 S to
 * 1 + 7/8 S of the mean.  It is not random, and it is lumpable: blocks get their
 * durations by portions.  Whenever blocks of a launch are placed, the next portion of up
 * to 1/CT_SPREAD_STRATA of what the device can hold of it gets the next duration, in a
 * fixed order that begins with the longest and mixes long and short.  So after some waves
 * the portions are out of step, as blocks are in reality, and a kernel still is no more
 * than some handfuls of different phases.
 *
 * Time alone.  A launch of W waves that was recorded with D ns gets blocks with a mean of
 * D / (W + 7/8 S): the last wave ends when its longest block does.  One wave then takes D
 * exactly, W waves between (W - 7/8 S W) / (W + 7/8 S) and (W + 7/8 S W) / (W + 7/8 S) of
 * it: the bounds are those of blocks that are all short or all long, and placing blocks
 * first come first served on equal slots never takes longer if some of them get shorter.
 *
 * DANGER: how much blocks vary is a property of a kernel that no trace records, and real
 * durations follow the data; none (0) is the default.
 */
#ifndef CT_MODELS_SPREAD_H
#define CT_MODELS_SPREAD_H

#include "models/work.h"

#define CT_SPREAD_STRATA       8
#define CT_SPREAD_MAX_PERMILLE 1000

/* Makes equal blocks of WORK unequal ones. */
void ct_spread_work(const struct ct_device *, const struct ct_block_need *,
		    uint32_t permille, struct ct_kernel_work *);

/* Work of the blocks in portion number PORTION of a launch, from 0. */
uint64_t ct_portion_work(const struct ct_kernel_work *, uint32_t portion);

/* Blocks of a portion, where SMS SMs can hold blocks of the launch; whole clusters. */
uint32_t ct_portion_blocks(const struct ct_block_need *, uint32_t sms);

#endif
