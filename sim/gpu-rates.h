/*
 * gpu-rates.h - virtual time: how fast the blocks of a grid get their work done.
 *
 * All blocks of a grid have the same work and the same rate, so the grid has one clock,
 * virtual_time, that runs at `rate` units per ns, and a block placed at virtual time v
 * ends at v + work.  A rate change then costs one multiplication per running grid,
 * however many blocks or batches it has.
 *
 * Numbers.  Unit 2^-24 ns; rate in (0, 2^24].  Advancing by whole nanoseconds is an
 * integer product, never rounded, so advancing late or in pieces is the same.  The
 * clock wraps: only signed differences are used, each below 2^63, that is 549 s of an
 * unhindered block.
 */
#ifndef CT_SIM_GPU_RATES_H
#define CT_SIM_GPU_RATES_H

#include "sim/gpu-internal.h"

static inline void ct_advance(struct resident *r, int64_t now_ns)
{
	r->virtual_time += (uint64_t)(now_ns - r->as_of_ns) * r->rate;
	r->as_of_ns = now_ns;
}

/* First instant after as_of_ns in which virtual time has reached TAG. */
static inline int64_t ct_tag_ns(const struct resident *r, uint64_t tag)
{
	int64_t work = (int64_t)(tag - r->virtual_time);

	if (work <= 0)
		return r->as_of_ns + 1;
	if (r->rate == CT_WORK_ONE)
		return r->as_of_ns +
		       (int64_t)(((uint64_t)work + CT_WORK_ONE - 1) >> CT_WORK_BITS);
	return r->as_of_ns + (int64_t)(((uint64_t)work + r->rate - 1) / r->rate);
}

/* Part 5: the rates that hold from now on. */
void ct_set_rates(struct ct_gpu *);

/* Brings the account of what contention cost the grid up to now; hands it over. */
void ct_count_contention(struct ct_gpu *, struct resident *);
void ct_report_contention(struct ct_gpu *, struct resident *);

#endif
