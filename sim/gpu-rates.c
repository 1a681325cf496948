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

/* Sums over the blocks of a grid. */
struct sums {
	uint64_t part[CT_CONTENTIONS];
	unsigned __int128 rate;
};

/* Which part of the time of each block of a strand is lost to others. */
static void add_parts(const struct resident *main, const struct resident *strand,
		      const struct ct_contender *c, struct sums *sums)
{
	uint64_t time = CT_LOST_ONE + c->lost[CT_LEVEL_L2] + c->lost[CT_LEVEL_DRAM] +
			strand->sm_lost;

	for (int i = 0; i < CT_LEVELS; i++) {
		uint64_t own = MUTANT(OWN_IS_LOST) ? 0 : main->lost_alone[i];

		if (c->lost[i] > own)
			sums->part[i == CT_LEVEL_L2 ? CT_CONTENTION_L2
						    : CT_CONTENTION_DRAM] +=
				((c->lost[i] - own) << PART_BITS) / time * strand->placed;
	}
	if (strand->sm_lost)
		sums->part[CT_CONTENTION_SM] +=
			(strand->sm_lost << PART_BITS) / time * strand->placed;
}

static void find_lost_alone(struct ct_gpu *gpu, struct resident *r,
			    const struct ct_contender *c)
{
	struct ct_contender alone = *c;

	if (r->lost_alone_placed == r->all_placed)
		return;
	ct_contend(&gpu->memory, &alone, 1);
	memcpy(r->lost_alone, alone.lost, sizeof r->lost_alone);
	r->lost_alone_placed = r->all_placed;
}

/* What is lost, and moved, per block; that is proportional to the work done, whatever
 * slows it. */
static void average(struct ct_gpu *gpu, struct resident *main, const struct ct_contender *c,
		    const struct sums *sums)
{
	unsigned __int128 moved;

	for (int i = 0; i < CT_CONTENTIONS; i++)
		main->part[i] = main->all_placed ? sums->part[i] / main->all_placed : 0;
	if (!c->dram_mbps || !main->all_placed)
		return;
	if (main->others) /* a slow division */
		moved = c->dram_mbps * sums->rate / main->all_placed;
	else
		moved = (unsigned __int128)c->dram_mbps * main->rate;
	gpu->served_mbps += (uint64_t)(moved >> CT_WORK_BITS);
}

/* The rates of all strands of a grid. */
static void apply(struct ct_gpu *gpu, struct resident *main, const struct ct_contender *c)
{
	struct sums sums = { 0 };

	ct_count_contention(gpu, main);
	find_lost_alone(gpu, main, c);
	for (struct resident *s = main; s; s = s->others) {
		set_rate(gpu, s,
			 ct_rate(c->lost[CT_LEVEL_L2] + c->lost[CT_LEVEL_DRAM] +
				 s->sm_lost));
		add_parts(main, s, c, &sums);
		sums.rate += (unsigned __int128)s->rate * s->placed;
	}
	average(gpu, main, c, &sums);
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
					    gpu->running[i]->all_placed, &c[n++]);
	if (!n)
		return;
	ct_contend(&gpu->memory, c, n);
	for (uint32_t i = gpu->n_running; i-- > 0;)
		if (gpu->running[i]->demanding)
			apply(gpu, gpu->running[i], &c[--n]);
}
