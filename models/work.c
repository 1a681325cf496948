/*
 * work - turns a recorded launch into blocks, work and demand; the rules are in work.h.
 *
 * No floating point: products that exceed 64 bits are formed in 128.  The bounds that
 * make this safe are those of device.c and CT_KERNEL_MAX_NS.
 */
#include "models/work.h"

#include "models/cluster.h"
#include "models/work-demand.h"

typedef unsigned __int128 u128;

#define GUESSED_THREADS 256

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

gboolean ct_kernel_feels_sm(const struct ct_kernel_work *work)
{
	for (int p = 0; p < CT_PIPES; p++)
		if (work->sm.pipe[p])
			return TRUE;
	return work->sm.l1_bytes && work->l1_share;
}

static uint32_t rate_alone(const struct ct_memory *memory,
			   const struct ct_kernel_work *work, uint64_t blocks)
{
	uint64_t lost[CT_LEVELS];
	struct ct_contender c;

	ct_kernel_contender(work, blocks, &c);
	ct_contend_alone(memory, &c, lost);
	return ct_rate(lost[CT_LEVEL_L2] + lost[CT_LEVEL_DRAM]);
}

static void waves_on(const struct ct_device *device, const struct ct_memory *memory,
		     const struct ct_block_need *need, const struct ct_kernel_work *work,
		     uint32_t sms, struct waves *out)
{
	out->n = ct_waves(device, need, sms);
	out->full = MIN(need->blocks, ct_wave_blocks(device, need, sms));
	out->tail = need->blocks - (out->n - 1) * out->full;
	out->full_rate = rate_alone(memory, work, out->full);
	out->tail_rate = out->tail == out->full ? out->full_rate
						: rate_alone(memory, work, out->tail);
}

/* Of a block, so that the waves last NS. */
static uint64_t work_over(const struct waves *w, uint64_t ns)
{
	u128 work = (u128)ns * w->full_rate * w->tail_rate /
		    ((u128)(w->n - 1) * w->tail_rate + w->full_rate);

	return (uint64_t)MAX(work, CT_WORK_ONE);
}

void ct_kernel_work(const struct ct_device *device, const struct ct_block_need *need,
		    int64_t isolated_ns, const struct ct_kernel_demand *demand,
		    struct ct_kernel_work *out)
{
	uint64_t ns = (uint64_t)CLAMP(isolated_ns, 1, CT_KERNEL_MAX_NS);
	struct ct_memory memory;
	struct waves w;

	*out = (struct ct_kernel_work){ .l2_hits = CT_HIT_ONE };
	ct_work_sm_demand(device, need, demand, out);
	if (demand->dram_bytes.source || demand->l2_bytes.source) {
		ct_memory(device, &memory);
		ct_work_memory_demand(device, need, &memory, ns, demand, out);
	}
	if (!out->demand_mbps && !out->l2_mbps) { /* full rate; most kernels */
		ns <<= CT_WORK_BITS;
		out->block_work =
			MAX(ns / ct_waves(device, need, device->sms), CT_WORK_ONE);
		return;
	}
	waves_on(device, &memory, need, out, device->sms, &w);
	out->block_work = work_over(&w, ns);
}

void ct_work_lasts(const struct ct_device *device, const struct ct_block_need *need,
		   uint32_t sms, int64_t ns, struct ct_kernel_work *work)
{
	struct ct_memory memory;
	struct waves w;
	u128 mean;

	ct_memory(device, &memory);
	waves_on(device, &memory, need, work, sms, &w);
	/* the last wave is as long as its longest block (spread.h) */
	mean = (u128)work_over(&w, (uint64_t)ns) * 8000 * w.n;
	mean /= (u128)8000 * w.n + 7 * work->spread_permille;
	work->block_work = (uint64_t)MAX(mean, CT_WORK_ONE);
}

int64_t ct_time_on_sms(const struct ct_device *device, const struct ct_block_need *need,
		       const struct ct_kernel_work *work, uint32_t sms)
{
	struct ct_memory memory;
	struct waves w;
	u128 rates, ns;

	if (!ct_wave_blocks(device, need, sms))
		return INT64_MAX;
	ct_memory(device, &memory);
	waves_on(device, &memory, need, work, sms, &w);
	rates = (u128)w.full_rate * w.tail_rate;
	ns = ((u128)(w.n - 1) * w.tail_rate + w.full_rate);
	ns = (ns * work->block_work + rates - 1) / rates;
	/* the last wave is as long as its longest block (spread.h) */
	ns += ns * 7 * work->spread_permille / ((u128)8000 * w.n);
	return (int64_t)MIN(ns, INT64_MAX);
}
