/*
 * dice.h - random numbers that are the same everywhere, for tests.
 */
#ifndef CT_TESTS_DICE_H
#define CT_TESTS_DICE_H

#include <stdbool.h>
#include <stdint.h>

struct dice {
	uint64_t state;
};

static inline uint64_t roll(struct dice *d)
{
	uint64_t x = d->state += UINT64_C(0x9e3779b97f4a7c15);

	x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
	return x ^ x >> 31;
}

static inline uint32_t between(struct dice *d, uint32_t low, uint32_t high)
{
	return low + (uint32_t)(roll(d) % (high - low + 1));
}

static inline bool one_in(struct dice *d, uint32_t n)
{
	return between(d, 1, n) == 1;
}

#endif
