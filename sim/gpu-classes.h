/*
 * gpu-classes.h - which blocks are where: SMs in classes, blocks in batches.
 */
#ifndef CT_SIM_GPU_CLASSES_H
#define CT_SIM_GPU_CLASSES_H

#include "sim/gpu-internal.h"

/* __builtin_popcountll() is a slow call where the instruction cannot be assumed. */
static inline uint32_t ct_bits(uint64_t x)
{
	x -= x >> 1 & UINT64_C(0x5555555555555555);
	x = (x & UINT64_C(0x3333333333333333)) + (x >> 2 & UINT64_C(0x3333333333333333));
	x = (x + (x >> 4)) & UINT64_C(0x0f0f0f0f0f0f0f0f);
	return (uint32_t)(x * UINT64_C(0x0101010101010101) >> 56);
}

static inline uint32_t ct_sm_count(const struct ct_gpu *gpu, const struct ct_sm_set *set)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < gpu->words; i++)
		n += ct_bits(set->word[i]);
	return n;
}

/* Makes TO the intersection of A and B and returns its size. */
static inline uint32_t ct_sm_intersect(const struct ct_gpu *gpu, struct ct_sm_set *to,
				       const struct ct_sm_set *a, const struct ct_sm_set *b)
{
	for (uint32_t i = 0; i < gpu->words; i++)
		to->word[i] = a->word[i] & b->word[i];
	return ct_sm_count(gpu, to);
}

/* Whether two sets have an SM in common; NULL is the set of all. */
static inline bool ct_sm_sets_meet(const struct ct_gpu *gpu, const struct ct_sm_set *a,
				   const struct ct_sm_set *b)
{
	if (!a || !b)
		return true;
	for (uint32_t i = 0; i < gpu->words; i++)
		if (a->word[i] & b->word[i])
			return true;
	return false;
}

/* One class of all SMs, empty; all pools full. */
void ct_classes_init(struct ct_gpu *);

/* Moves the N_SMS SMs in SUBSET out of CLASS into a new class with the same blocks. */
struct sm_class *ct_class_split(struct ct_gpu *, struct sm_class *,
				const struct ct_sm_set *subset, uint32_t n_sms);

/* Puts BLOCKS blocks of the batch, which take REGISTERS, on every SM of the class. */
void ct_class_add(struct ct_gpu *, struct sm_class *, struct batch *,
		  const struct ct_block_need *, uint32_t blocks, uint32_t registers);

/* Makes the cell one of another batch of the same grid. */
void ct_cell_move(struct cell *, struct batch *);

/* A batch of the strand without blocks, each of which will have that much work from BEGIN
 * on. */
struct batch *ct_batch_new(struct ct_gpu *, struct resident *, uint64_t begin,
			   uint64_t work);

/* Puts the batch where its tag belongs among the others of the strand. */
void ct_batch_insert(struct resident *, struct batch *);

/* The blocks of the batch end; the batch is gone. */
void ct_batch_release(struct ct_gpu *, struct batch *, const struct ct_block_need *);

/* Merges the classes touched in this instant into those they have become equal to. */
void ct_classes_settle(struct ct_gpu *);

#endif
