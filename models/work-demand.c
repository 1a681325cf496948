/*
 * work-demand - what a block would ask for if nothing were short; the rules are in work.h.
 *
 * No floating point: products that exceed 64 bits are formed in 128.
 */
#include "models/work-demand.h"

#include "models/cluster.h"

typedef unsigned __int128 u128;

#define CURVE_BITS 20 /* fraction of an SM, in the bandwidth curve */

/* A full wave of a launch, and how its traffic scales. */
struct wave {
	const struct ct_block_need *need;
	uint64_t waves, blocks, sms, saturation_sms;
};

static uint64_t cube_root(u128 x)
{
	uint64_t root = 0;
	int shift = 3 * 42 - 3;

	while (shift && !(x >> shift))
		shift -= 3;
	for (; shift >= 0; shift -= 3) {
		u128 step;

		root *= 2;
		step = (u128)root * (root + 1) * 3 + 1;
		if (x >> shift >= step) {
			x -= step << shift;
			root++;
		}
	}
	return root;
}

static u128 cube(uint64_t x)
{
	return (u128)x * x * x;
}

/* BW(n) of work.h, at least 1 MB/s. */
static uint64_t reachable_on(const struct wave *w, uint64_t capacity)
{
	u128 both = (cube(w->sms) + cube(w->saturation_sms)) << (3 * CURVE_BITS);
	u128 mbps = ((u128)capacity * w->sms << CURVE_BITS) / cube_root(both);

	return (uint64_t)MAX(1, mbps);
}

/* The most that the SMs of the wave can ask for. */
static uint64_t most(const struct wave *w, uint64_t capacity)
{
	return capacity * w->sms / w->saturation_sms;
}

/* What the wave would draw from a server of CAPACITY if that had no end, MB/s. */
static uint64_t unconstrained(const struct wave *w, uint64_t drawn, uint64_t capacity)
{
	uint64_t demand = most(w, capacity);

	if (drawn < capacity)
		demand = MIN(demand, (uint64_t)((u128)drawn * capacity /
						cube_root(cube(capacity) - cube(drawn))));
	return demand;
}

/* What a full wave drew of CAPACITY (0: no end known) while the launch moved BYTES. */
static uint64_t drawn_by(const struct wave *w, uint64_t bytes, uint64_t ns,
			 uint64_t capacity)
{
	u128 drawn = (u128)bytes * 1000 / ns;
	/* More than there is is a measuring error, or hits counted as misses. */
	u128 end = capacity ? capacity : UINT32_MAX;

	return (uint64_t)(MIN(drawn, end) * w->blocks * w->waves / w->need->blocks);
}

static uint32_t per_block(const struct wave *w, uint64_t mbps)
{
	return (uint32_t)MIN(UINT32_MAX, (mbps + w->blocks / 2) / w->blocks);
}

static uint16_t share_of(const struct wave *w, const struct ct_kernel_demand *demand,
			 const uint64_t *drawn, const uint64_t *capacity)
{
	uint64_t share = 0;

	if (demand->memory_permille.source)
		return (uint16_t)(CLAMP(demand->memory_permille.value, 0, 1000) * 256 /
				  1000);
	for (int i = 0; i < CT_LEVELS; i++)
		if (capacity[i])
			share = MAX(share, 256 * drawn[i] / reachable_on(w, capacity[i]));
	return (uint16_t)MIN(256, share);
}

/* What BLOCKS blocks of a wave that asks for DEMAND would lose alone. */
static uint64_t lost_by(const struct wave *w, const struct ct_memory *memory,
			const uint64_t *demand, uint16_t share, uint64_t blocks)
{
	struct ct_contender c = { .memory_share = share };
	uint64_t lost[CT_LEVELS];

	for (int i = 0; i < CT_LEVELS; i++)
		c.asked_mbps[i] = demand[i] * blocks / w->blocks;
	ct_contend_alone(memory, &c, lost);
	return lost[CT_LEVEL_L2] + lost[CT_LEVEL_DRAM];
}

/*
 * Without the waiting, the waves would have been done sooner, and so have drawn more.
 * For full waves that only wait for one of the two that is the unconstrained demand;
 * otherwise this comes close in a few steps.
 */
static void add_lost_time(const struct wave *w, const struct ct_memory *memory,
			  const uint64_t *drawn, uint16_t share, uint64_t *demand)
{
	uint64_t tail = w->need->blocks - (w->waves - 1) * w->blocks;

	for (int step = 0; step < 4; step++) {
		u128 lost = lost_by(w, memory, demand, share, w->blocks);

		if (tail != w->blocks)
			lost = (lost * (w->waves - 1) +
				lost_by(w, memory, demand, share, tail)) /
			       w->waves;
		for (int i = 0; i < CT_LEVELS; i++) {
			u128 longer = drawn[i] * (CT_LOST_ONE + lost) >> CT_LOST_BITS;

			if (memory->mbps[i])
				demand[i] = (uint64_t)MIN(longer, most(w, memory->mbps[i]));
		}
	}
}

void ct_work_memory_demand(const struct ct_device *device, const struct ct_block_need *need,
			   const struct ct_memory *memory, uint64_t ns,
			   const struct ct_kernel_demand *demand,
			   struct ct_kernel_work *out)
{
	uint64_t full = MIN(need->blocks, ct_wave_blocks(device, need, device->sms));
	struct wave w = { need, ct_waves(device, need, device->sms), full,
			  MIN(full, device->sms), device->dram_saturation_sms };
	uint64_t bytes[CT_LEVELS] = {
		(uint64_t)MAX(0, ct_demand_or(&demand->l2_bytes, 0)),
		(uint64_t)MAX(0, ct_demand_or(&demand->dram_bytes, 0)),
	};
	uint64_t drawn[CT_LEVELS], asked[CT_LEVELS];

	for (int i = 0; i < CT_LEVELS; i++) {
		drawn[i] = drawn_by(&w, bytes[i], ns, memory->mbps[i]);
		asked[i] = memory->mbps[i] ? unconstrained(&w, drawn[i], memory->mbps[i])
					   : drawn[i];
	}
	out->memory_share = share_of(&w, demand, drawn, memory->mbps);
	add_lost_time(&w, memory, drawn, out->memory_share, asked);
	out->l2_mbps = per_block(&w, asked[CT_LEVEL_L2]);
	out->demand_mbps = per_block(&w, asked[CT_LEVEL_DRAM]);
	out->l2_footprint_bytes = (uint64_t)CLAMP(
		ct_demand_or(&demand->l2_footprint_bytes, 0), 0, device->memory_bytes);
	out->l2_hits = ct_l2_hits(memory, out->l2_footprint_bytes, memory->l2_bytes);
}

void ct_work_sm_demand(const struct ct_device *device, const struct ct_block_need *need,
		       const struct ct_kernel_demand *demand, struct ct_kernel_work *out)
{
	uint64_t residency = (need->blocks - 1) / device->sms + 1;

	residency = MIN(residency, need->blocks_per_sm);
	out->sm.smem_bytes = (uint64_t)need->smem_units * device->sm.smem_unit_bytes;
	out->sm.l1_bytes = (uint64_t)CLAMP(ct_demand_or(&demand->l1_footprint_bytes, 0), 0,
					   device->sm.l1_bytes * INT64_C(16));
	out->l1_share = (uint16_t)(CLAMP(ct_demand_or(&demand->l1_permille, 0), 0, 1000) *
				   256 / 1000);
	for (int p = 0; p < CT_PIPES; p++) {
		int64_t used = ct_demand_or(&demand->pipe_permille[p], 0);

		out->sm.pipe[p] =
			(uint64_t)CLAMP(used, 0, 1000) * CT_PIPE_ONE / 1000 / residency;
	}
}
