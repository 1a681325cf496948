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

/* Of each ns in which a block does 1 in TIME of its work, the part that is LOST. */
static inline uint64_t part_of(uint64_t lost, uint64_t time)
{
	return lost ? (lost << PART_BITS) / time : 0; /* divisions are dear */
}

/* Which parts of the time of each block of a strand are lost to others. */
static void find_parts(const struct resident *main, const struct resident *strand,
		       const struct ct_contender *c, uint64_t *part)
{
	static const enum ct_contention kind[CT_LEVELS] = {
		[CT_LEVEL_L2] = CT_CONTENTION_L2, [CT_LEVEL_DRAM] = CT_CONTENTION_DRAM
	};
	uint64_t time = CT_LOST_ONE + c->lost[CT_LEVEL_L2] + c->lost[CT_LEVEL_DRAM] +
			strand->sm_lost;

	for (int i = 0; i < CT_LEVELS; i++) {
		uint64_t own = MUTANT(OWN_IS_LOST) ? 0 : main->lost_alone[i];

		part[kind[i]] = part_of(c->lost[i] > own ? c->lost[i] - own : 0, time);
	}
	part[CT_CONTENTION_SM] = part_of(strand->sm_lost, time);
}

static void find_lost_alone(struct ct_gpu *gpu, struct resident *r,
			    const struct ct_contender *c)
{
	if (r->lost_alone_placed == r->all_placed)
		return;
	ct_contend_alone(&gpu->memory, c, r->lost_alone);
	r->lost_alone_placed = r->all_placed;
}

static void set_strand_rate(struct ct_gpu *gpu, struct resident *strand,
			    const struct ct_contender *c)
{
	set_rate(gpu, strand,
		 ct_rate(c->lost[CT_LEVEL_L2] + c->lost[CT_LEVEL_DRAM] + strand->sm_lost));
}

/* The rates of all strands of a grid, and what is lost in the mean over its blocks.
 * Returns the rate of virtual time, summed over them. */
static unsigned __int128 apply_to_all(struct ct_gpu *gpu, struct resident *main,
				      const struct ct_contender *c)
{
	uint64_t sum[CT_CONTENTIONS] = { 0 }, part[CT_CONTENTIONS];
	unsigned __int128 rate = 0;

	for (struct resident *s = main; s; s = s->others) {
		set_strand_rate(gpu, s, c);
		find_parts(main, s, c, part);
		for (int i = 0; i < CT_CONTENTIONS; i++)
			sum[i] += part[i] * s->placed;
		rate += (unsigned __int128)s->rate * s->placed;
	}
	for (int i = 0; i < CT_CONTENTIONS; i++)
		main->part[i] = sum[i] / main->all_placed;
	return rate;
}

/* What is moved is proportional to the work done, whatever slows it. */
static void apply(struct ct_gpu *gpu, struct resident *main, const struct ct_contender *c)
{
	unsigned __int128 moved;

	ct_count_contention(gpu, main);
	find_lost_alone(gpu, main, c);
	if (main->others) { /* each has a block */
		moved = apply_to_all(gpu, main, c) * c->dram_mbps / main->all_placed;
	} else {
		set_strand_rate(gpu, main, c);
		find_parts(main, main, c, main->part);
		moved = (unsigned __int128)main->rate * c->dram_mbps;
	}
	gpu->served_mbps += (uint64_t)(moved >> CT_WORK_BITS);
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
