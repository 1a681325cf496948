/*
 * gpu-rates - how fast blocks run, and what that cost.
 *
 * The rules of sharing are models/contention.h's; here they are applied to what is
 * resident.  Only grids with a known demand take part.  While none is there, this costs
 * nothing; and as long as no block of one has come or gone, all rates stay.
 *
 * What contention adds to a grid's time is counted against its speed alone at the same
 * residency: of each nanosecond, a part is lost to the others on L2 and a part on DRAM.
 * The parts are sums of whole 2^-16 of nanoseconds that together stay below the time.
 */
#include "sim/gpu-rates.h"

#include <string.h>

#include "sim/gpu-mutant.h"

#define PART_BITS 16

void ct_count_contention(struct ct_gpu *gpu, struct resident *r)
{
	uint64_t ns = (uint64_t)(gpu->now_ns - r->counted_ns);

	r->counted_ns = gpu->now_ns;
	for (int i = 0; i < CT_CONTENTIONS; i++)
		r->contention[i] += ns * r->part[i];
}

void ct_report_contention(struct ct_gpu *gpu, struct resident *r)
{
	ct_count_contention(gpu, r);
	for (int i = 0; i < CT_CONTENTIONS; i++)
		r->grid->contention_ns[i] = (int64_t)(r->contention[i] >> PART_BITS);
}

static void set_rate(struct ct_gpu *gpu, struct resident *r, uint32_t rate)
{
	if (rate == r->rate)
		return;
	ct_advance(r, gpu->now_ns);
	r->rate = rate;
	if (r->first)
		gpu->next_ns[r->slot] = ct_tag_ns(r, r->first->tag);
}

/* Which part of the time is lost to others: LOST, beyond what it loses alone. */
static void set_parts(struct ct_gpu *gpu, struct resident *r, const struct ct_contender *c)
{
	static const enum ct_contention kind[CT_LEVELS] = {
		[CT_LEVEL_L2] = CT_CONTENTION_L2, [CT_LEVEL_DRAM] = CT_CONTENTION_DRAM
	};
	uint64_t time = CT_LOST_ONE + c->lost[CT_LEVEL_L2] + c->lost[CT_LEVEL_DRAM];

	ct_count_contention(gpu, r);
	for (int i = 0; i < CT_LEVELS; i++) {
		uint64_t lost = c->lost[i],
			 own = MUTANT(OWN_IS_LOST) ? 0 : r->lost_alone[i];

		r->part[kind[i]] =
			lost <= own ? 0 : (uint32_t)(((lost - own) << PART_BITS) / time);
	}
}

static void apply(struct ct_gpu *gpu, struct resident *r, const struct ct_contender *c)
{
	if (r->lost_alone_placed != r->placed) {
		struct ct_contender alone = *c;

		ct_contend(&gpu->memory, &alone, 1);
		memcpy(r->lost_alone, alone.lost, sizeof r->lost_alone);
		r->lost_alone_placed = r->placed;
	}
	set_parts(gpu, r, c);
	set_rate(gpu, r, ct_rate(c->lost[CT_LEVEL_L2] + c->lost[CT_LEVEL_DRAM]));
	/* what it moves is proportional to the work it gets done, whatever slows it */
	gpu->served_mbps +=
		(uint64_t)(((unsigned __int128)c->dram_mbps * r->rate) >> CT_WORK_BITS);
}

void ct_set_rates(struct ct_gpu *gpu)
{
	struct ct_contender *c = gpu->contender;
	uint32_t n = 0;

	if (!gpu->demand_changed)
		return;
	gpu->demand_changed = false;
	gpu->served_mbps = 0;
	for (uint32_t i = 0; i < gpu->n_running; i++)
		if (gpu->running[i]->demanding)
			ct_kernel_contender(&gpu->running[i]->grid->work,
					    gpu->running[i]->placed, &c[n++]);
	if (!n)
		return;
	ct_contend(&gpu->memory, c, n);
	for (uint32_t i = gpu->n_running; i-- > 0;)
		if (gpu->running[i]->demanding)
			apply(gpu, gpu->running[i], &c[--n]);
}
