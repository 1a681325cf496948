/*
 * work - turns a recorded launch into blocks, work and demand; the rules are in work.h.
 *
 * No floating point: products that exceed 64 bits are formed in 128.  The bounds that
 * make this safe are those of device.c and CT_KERNEL_MAX_NS.
 */
#include "models/work.h"

#include "models/cluster.h"

typedef unsigned __int128 u128;

#define GUESSED_THREADS 256
#define CURVE_BITS      20 /* fraction of an SM, in the bandwidth curve */

/* One launch alone on some SMs. */
struct waves {
	uint64_t n, full, tail; /* number, blocks of a full one and of the last */
	uint32_t full_rate, tail_rate;
};

uint64_t ct_dram_mbps(const struct ct_device *device)
{
	return (uint64_t)((u128)device->dram_bytes_per_s *
			  device->dram_efficiency_permille / 1000000000);
}

static const char *misfit(const struct ct_sm_limits *sm,
			  const struct ct_occupancy_request *want,
			  const struct ct_occupancy *got)
{
	if (want->threads_per_block > sm->threads_per_block)
		return "a block has more threads than the device allows";
	if (got->limit_registers == 0)
		return "a block needs more registers than an SM has";
	if (got->limit_smem == 0)
		return "a block needs more shared memory than an SM has";
	return "a block needs more warps than an SM has";
}

gboolean ct_block_need(const struct ct_device *device, const struct ct_kernel_shape *shape,
		       struct ct_block_need *out, const char **why)
{
	const struct ct_sm_limits *sm = &device->sm;
	struct ct_occupancy_request want = {
		.threads_per_block = shape->threads_per_block,
		.registers_per_thread = shape->registers_per_thread,
		.smem_static_bytes = shape->smem_static_bytes,
		.smem_dynamic_bytes = shape->smem_dynamic_bytes,
	};
	struct ct_occupancy got;
	uint64_t cluster = MAX(shape->cluster, 1);

	if (shape->threads_per_block == 0)
		want.threads_per_block = MIN(GUESSED_THREADS, sm->threads_per_block);
	ct_occupancy(sm, &want, &got);
	if (got.blocks_per_sm == 0) {
		*why = misfit(sm, &want, &got);
		return FALSE;
	}
	if (cluster > 1) {
		*why = ct_cluster_misfit(device, cluster, got.blocks_per_sm, shape->blocks);
		if (*why)
			return FALSE;
	}
	*out = (struct ct_block_need){
		.blocks = shape->blocks,
		.blocks_per_sm = got.blocks_per_sm,
		.warps = (uint16_t)((want.threads_per_block - 1) / sm->warp_size + 1),
		.smem_units = (uint16_t)(got.smem_per_block_bytes / sm->smem_unit_bytes),
		.guessed = shape->blocks == 0 || shape->threads_per_block == 0,
		.cluster = (uint8_t)cluster,
	};
	out->register_units =
		(uint16_t)(got.registers_per_block / out->warps / sm->register_unit);
	if (shape->blocks == 0)
		out->blocks = ct_wave_blocks(device, out, device->sms);
	return TRUE;
}

uint64_t ct_waves(const struct ct_device *device, const struct ct_block_need *need,
		  uint32_t sms)
{
	uint64_t slots = ct_wave_blocks(device, need, sms);

	if (!slots)
		return 0;
	return need->blocks / slots + (need->blocks % slots != 0);
}

uint32_t ct_memory_rate(uint64_t got, uint64_t wanted, uint32_t memory_share)
{
	u128 rate;

	if (got >= wanted || memory_share == 0)
		return CT_WORK_ONE;
	rate = ((u128)got << (CT_WORK_BITS + 8)) /
	       ((u128)(256 - memory_share) * got + (u128)memory_share * wanted);
	return rate ? (uint32_t)rate : 1;
}

static void waves_on(const struct ct_device *device, const struct ct_block_need *need,
		     uint32_t demand_mbps, uint32_t memory_share, uint32_t sms,
		     struct waves *out)
{
	uint64_t reachable = ct_dram_mbps(device);

	out->n = ct_waves(device, need, sms);
	out->full = MIN(need->blocks, ct_wave_blocks(device, need, sms));
	out->tail = need->blocks - (out->n - 1) * out->full;
	out->full_rate = ct_memory_rate(reachable, out->full * demand_mbps, memory_share);
	out->tail_rate = ct_memory_rate(reachable, out->tail * demand_mbps, memory_share);
}

static uint64_t cube_root(u128 x)
{
	u128 root = 0;

	for (int shift = 3 * 42 - 3; shift >= 0; shift -= 3) {
		u128 step;

		root *= 2;
		step = 3 * root * (root + 1) + 1;
		if (x >> shift >= step) {
			x -= step << shift;
			root++;
		}
	}
	return (uint64_t)root;
}

static u128 cube(uint64_t x)
{
	return (u128)x * x * x;
}

/* BW(n) of work.h, at least 1 MB/s. */
static uint64_t reachable_on(const struct ct_device *device, uint64_t sms)
{
	u128 both = (cube(sms) + cube(device->dram_saturation_sms)) << (3 * CURVE_BITS);

	u128 mbps = ((u128)ct_dram_mbps(device) * sms << CURVE_BITS) / cube_root(both);

	return (uint64_t)MAX(1, mbps);
}

/* What a full wave would draw if DRAM had no end, MB/s. */
static uint64_t unconstrained(const struct ct_device *device, uint64_t drawn, uint64_t sms)
{
	uint64_t reachable = ct_dram_mbps(device);
	uint64_t most = reachable * sms / device->dram_saturation_sms;
	uint64_t demand = most;

	if (drawn < reachable)
		demand = (uint64_t)((u128)drawn * reachable /
				    cube_root(cube(reachable) - cube(drawn)));
	return MAX(drawn, MIN(demand, most));
}

static void set_demand(const struct ct_device *device, const struct ct_block_need *need,
		       uint64_t ns, uint64_t bytes, struct ct_kernel_work *out)
{
	uint64_t waves = ct_waves(device, need, device->sms);
	uint64_t full = MIN(need->blocks, ct_wave_blocks(device, need, device->sms));
	uint64_t sms = MIN(full, device->sms);
	u128 drawn = (u128)bytes * 1000 / ns;

	/* More than the device has is a measuring error, or L2 hits counted as DRAM. */
	drawn = MIN(drawn, ct_dram_mbps(device));
	drawn = drawn * full * waves / need->blocks;
	drawn = MIN(drawn, ct_dram_mbps(device));
	out->memory_share = (uint16_t)MIN(256, 256 * drawn / reachable_on(device, sms));
	out->demand_mbps = (uint32_t)MIN(
		UINT32_MAX,
		(unconstrained(device, (uint64_t)drawn, sms) + full / 2) / full);
}

void ct_kernel_work(const struct ct_device *device, const struct ct_block_need *need,
		    int64_t isolated_ns, const struct ct_kernel_demand *demand,
		    struct ct_kernel_work *out)
{
	int64_t dram_bytes = ct_demand_or(&demand->dram_bytes, 0);
	uint64_t ns = (uint64_t)CLAMP(isolated_ns, 1, CT_KERNEL_MAX_NS);
	struct waves w;
	u128 work;

	*out = (struct ct_kernel_work){ 0 };
	if (dram_bytes > 0)
		set_demand(device, need, ns, (uint64_t)dram_bytes, out);
	if (out->demand_mbps == 0) { /* full rate: the same in 64 bits, and most kernels */
		ns <<= CT_WORK_BITS;
		out->block_work =
			MAX(ns / ct_waves(device, need, device->sms), CT_WORK_ONE);
		return;
	}
	waves_on(device, need, out->demand_mbps, out->memory_share, device->sms, &w);
	work = (u128)ns * w.full_rate * w.tail_rate /
	       ((u128)(w.n - 1) * w.tail_rate + w.full_rate);
	out->block_work = (uint64_t)MAX(work, CT_WORK_ONE);
}

int64_t ct_time_on_sms(const struct ct_device *device, const struct ct_block_need *need,
		       const struct ct_kernel_work *work, uint32_t sms)
{
	struct waves w;
	u128 rates, ns;

	if (!ct_wave_blocks(device, need, sms))
		return INT64_MAX;
	waves_on(device, need, work->demand_mbps, work->memory_share, sms, &w);
	rates = (u128)w.full_rate * w.tail_rate;
	ns = ((u128)(w.n - 1) * w.tail_rate + w.full_rate);
	ns = (ns * work->block_work + rates - 1) / rates;
	return (int64_t)MIN(ns, INT64_MAX);
}
