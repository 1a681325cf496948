/*
 * gpu-rates - who gets how much of the DRAM bandwidth.
 *
 * While all demands fit, every rate is CT_WORK_ONE and nothing here costs anything.
 * Otherwise either everybody gets the same share of its demand, or the bandwidth is
 * split evenly and what small demands leave over is split again (max-min).
 *
 * Only kernels with a known demand are slowed: a kernel without one is taken to use no
 * DRAM at all.  DANGER: so a device on which half the kernels have no counters is
 * predicted as half idle memory.
 */
#include "sim/gpu-rates.h"

#include "sim/gpu-mutant.h"

static uint64_t demand_of(const struct resident *r)
{
	return (uint64_t)r->grid->work.demand_mbps * r->placed;
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

static void end_contention(struct ct_gpu *gpu)
{
	gpu->contended = false;
	gpu->served_mbps = gpu->demand_mbps;
	for (uint32_t i = 0; i < gpu->n_running; i++)
		if (!MUTANT(STALE_RATE))
			set_rate(gpu, gpu->running[i], CT_WORK_ONE);
}

/*
 * Max-min: the level that nobody's share exceeds.  By rising demand, everybody who asks
 * for no more than an even split of what is left gets all of it.
 */
static uint64_t fair_level(const struct ct_gpu *gpu)
{
	uint64_t demand[GPU_MAX_RESIDENT], left = gpu->dram_mbps;
	uint32_t n = 0, i;

	for (i = 0; i < gpu->n_running; i++) {
		uint64_t d = demand_of(gpu->running[i]);
		uint32_t at = n;

		if (!d)
			continue;
		for (; at && demand[at - 1] > d; at--)
			demand[at] = demand[at - 1];
		demand[at] = d;
		n++;
	}
	for (i = 0; i < n && demand[i] <= left / (n - i); i++)
		left -= demand[i];
	left = i < n ? left / (n - i) : left;
	return left ? left : 1;
}

/* What a grid moves is proportional to the work it gets done, whatever slows it. */
static uint64_t served(const struct resident *r, uint64_t demand_mbps)
{
	return (uint64_t)(((unsigned __int128)demand_mbps * r->rate) >> CT_WORK_BITS);
}

void ct_share_dram(struct ct_gpu *gpu)
{
	bool max_min = gpu->dram_sharing == CT_DRAM_MAX_MIN;
	uint64_t level;

	if (gpu->demand_mbps <= gpu->dram_mbps) {
		if (gpu->contended)
			end_contention(gpu);
		gpu->served_mbps = gpu->demand_mbps;
		return;
	}
	gpu->contended = true;
	gpu->served_mbps = 0;
	level = max_min ? fair_level(gpu) : 0;
	for (uint32_t i = 0; i < gpu->n_running; i++) {
		struct resident *r = gpu->running[i];
		uint64_t demand = demand_of(r), share = r->grid->work.memory_share;

		if (!demand)
			set_rate(gpu, r, CT_WORK_ONE);
		else if (max_min)
			set_rate(gpu, r, ct_memory_rate(level, demand, share));
		else
			set_rate(gpu, r,
				 ct_memory_rate(gpu->dram_mbps, gpu->demand_mbps, share));
		gpu->served_mbps += served(r, demand);
	}
}
