/*
 * gpu-registers - what blocks take from the register counters of an SM.
 *
 * Each partition of an SM has a counter of its own, and a warp takes from the one with
 * most free (a tie goes to the first).  What a block takes therefore depends on what is
 * there: a grid of full multiples of four warps still gets an uneven vector if it meets
 * one.
 */
#include "sim/gpu-registers.h"

#include "sim/gpu-mutant.h"

static inline uint32_t counter(uint32_t registers, uint32_t partition)
{
	return registers >> 8 * partition & 0xff;
}

/* One warp, from the partition with most free, the first of equals. */
static uint32_t take_warp(const struct ct_gpu *gpu, uint32_t free, uint32_t units)
{
	uint32_t from = 0;

	for (uint32_t i = 1; i < gpu->partitions; i++)
		if (MUTANT(REGISTERS_IN_TURN) ? counter(free, from) < units
					      : counter(free, i) > counter(free, from))
			from = i;
	return free - (units << 8 * from);
}

/*
 * Many warps at once.  The partitions first come down to less than one warp above the
 * lowest, in whatever order; from then on they take turns, and end as they began.
 * Leaves to take_warp() what is not a whole turn, or all if it is not even that.
 */
static uint32_t take_turns(const struct ct_gpu *gpu, uint32_t free, uint32_t units,
			   uint32_t *warps)
{
	uint32_t lowest = counter(free, 0), left = free, before = 0;

	for (uint32_t i = 1; i < gpu->partitions; i++)
		if (counter(free, i) < lowest)
			lowest = counter(free, i);
	for (uint32_t i = 0; i < gpu->partitions; i++) {
		uint32_t n = (counter(free, i) - lowest) / units;

		before += n;
		left -= n * units << 8 * i;
	}
	if (before > *warps)
		return free;
	left -= (*warps - before) / gpu->partitions * units * gpu->even;
	*warps = (*warps - before) % gpu->partitions;
	return left;
}

uint32_t ct_registers_taken(const struct ct_gpu *gpu, uint32_t free,
			    const struct ct_block_need *need, uint32_t blocks)
{
	uint32_t units = need->register_units, warps = blocks * need->warps, left = free;

	if (!units)
		return 0;
	if (warps % gpu->partitions == 0 && ct_registers_even(gpu, free))
		return warps / gpu->partitions * units * gpu->even;
	left = take_turns(gpu, left, units, &warps);
	while (warps--)
		left = take_warp(gpu, left, units);
	return free - left;
}
