/*
 * gpu - the block scheduler and the SMs of one GPU, in virtual time.
 *
 * This file is the order of things in an instant, and time.  What lies beneath:
 * gpu-queue (grids waiting, queued and leaving) and gpu-recall (grids taken back),
 * gpu-classes (which blocks are where), gpu-place and gpu-registers (which SMs blocks go
 * to), gpu-rates (how fast they run), gpu-refill (waves that need none of these).
 *
 * There is one event per running grid, the end of its first batch, and the next one is
 * found by looking at all of them: at most 128 on today's boards, mostly one to five.
 *
 * Nothing is allocated after make().
 */
#include "sim/gpu.h"

#include <glib.h>

#include "models/cluster.h"
#include "sim/gpu-classes.h"
#include "sim/gpu-cluster.h"
#include "sim/gpu-engine.h"
#include "sim/gpu-mutant.h"
#include "sim/gpu-place.h"
#include "sim/gpu-queue.h"
#include "sim/gpu-rates.h"
#include "sim/gpu-refill.h"
#include "sim/gpu-strands.h"

/* Part 1, for one grid. */
static void end_blocks(struct ct_gpu *gpu, struct resident *r)
{
	struct resident *main = r->main;
	uint64_t overshoot = 0;
	uint32_t blocks = 0;

	ct_advance(r, gpu->now_ns);
	while (r->first && (int64_t)(r->virtual_time - r->first->tag) >= 0) {
		struct batch *batch = r->first;

		r->first = batch->next;
		overshoot = r->virtual_time - batch->tag;
		blocks += batch->blocks;
		ct_batch_release(gpu, batch, &r->grid->need);
	}
	if (main->carry_ns != gpu->now_ns || overshoot < main->overshoot)
		main->overshoot = overshoot;
	main->carry_ns = gpu->now_ns;
	main->all_placed -= blocks;
	r->placed -= blocks;
	r->no_skip = false;
	gpu->warps -= (uint64_t)blocks * r->grid->need.warps;
	gpu->demand_changed |= main->demanding && !MUTANT(STALE_RATE);
	gpu->next_ns[r->slot] = r->first ? ct_tag_ns(r, r->first->tag) : GPU_NEVER;
}

/* Parts 1 and 2, and the entry of waiting grids, which comes before new ones. */
static void end_instant(struct ct_gpu *gpu)
{
	ct_account(gpu);
	gpu->use.instants++;
	gpu->unsettled = true;
	for (uint32_t i = gpu->n_running; i-- > 0;) {
		struct resident *r = gpu->running[i], *main = r->main;

		if (gpu->next_ns[i] != gpu->now_ns)
			continue;
		end_blocks(gpu, r);
		if (r != main && !r->placed)
			ct_strand_drop(gpu, r);
		if (!main->left && !main->all_placed)
			ct_leave(gpu, main);
	}
	if (gpu->waiting)
		ct_admit_waiting(gpu);
}

static void note_start(struct ct_gpu *gpu, struct ct_grid *grid)
{
	grid->start_ns = ct_outside_ns(gpu, gpu->now_ns);
	grid->behind_priority_ns += ct_behind_ns(gpu, grid);
	if (gpu->report_starts)
		ct_list_grid(&gpu->started, grid);
}

/* Its last block has been placed. */
static void note_dispatched(struct ct_gpu *gpu, struct ct_grid *grid)
{
	grid->dispatched_ns = ct_outside_ns(gpu, gpu->now_ns);
	if (grid->tell_dispatched &&
	    !(gpu->report_starts && grid->start_ns == grid->dispatched_ns))
		ct_list_grid(&gpu->started, grid);
}

/* The heads of partitions that have not had their turn; the last is served next. */
struct heads {
	uint32_t n;
	struct resident *head[CT_GPU_PARTITIONS];
};

static void add_head(struct heads *heads, const struct partition *q)
{
	struct resident *head = q->queue[__builtin_ctz(q->queued)].first;
	uint32_t i = heads->n++;

	for (; i > 0; i--) {
		struct resident *other = heads->head[i - 1];

		if (MUTANT(PARTITIONS_BY_NUMBER) ? other->partition >= head->partition
						 : ct_served_before(head, other))
			break;
		heads->head[i] = other;
	}
	heads->head[i] = head;
}

/* Places what fits of head R and takes it out of its queue if that is all of it. */
static bool place_whole(struct ct_gpu *gpu, struct resident *r)
{
	bool placed = ct_place(gpu, r);

	if (placed && r->grid->start_ns < 0)
		note_start(gpu, r->grid);
	if (r->left)
		return false;
	note_dispatched(gpu, r->grid);
	ct_pop(&gpu->partition[r->partition], r->priority);
	return true;
}

/* A fault, in the tests of the tests: the heads below a stuck one are tried as well. */
static void pass_by(struct ct_gpu *gpu, const struct resident *stuck)
{
	struct partition *q = &gpu->partition[stuck->partition];

	for (uint32_t p = stuck->priority + 1; p < CT_GPU_PRIORITIES; p++)
		while (q->queue[p].first && place_whole(gpu, q->queue[p].first))
			;
}

/* Part 4.  Until its turn comes, `blocked` of a partition is what stopped the last one. */
static void schedule(struct ct_gpu *gpu)
{
	struct heads heads;

	heads.n = 0;
	for (uint32_t i = 0; i < gpu->n_partitions; i++) {
		if (gpu->partition[i].queued)
			add_head(&heads, &gpu->partition[i]);
		else
			gpu->partition[i].blocked = NULL;
	}
	while (heads.n) {
		struct resident *head = heads.head[--heads.n];
		struct partition *q = &gpu->partition[head->partition];

		if (!place_whole(gpu, head)) {
			q->blocked = head;
			if (MUTANT(LOWER_PRIORITY_PASSES))
				pass_by(gpu, head);
		} else if (q->queued) {
			add_head(&heads, q);
		} else {
			q->blocked = NULL;
		}
	}
}

static void note_top(const struct ct_gpu *gpu, struct partition *q)
{
	uint32_t top = (uint32_t)__builtin_ctz(q->queued | 1u << CT_GPU_PRIORITIES);

	ct_behind_note(&q->behind, top, gpu->now_ns);
}

static void settle(struct ct_gpu *gpu)
{
	if (!gpu->unsettled || (gpu->paused && !MUTANT(PAUSE_SETTLES)))
		return;
	gpu->unsettled = false;
	gpu->settlement++;
	ct_account(gpu);
	schedule(gpu);
	for (uint32_t i = 0; i < gpu->n_partitions; i++)
		note_top(gpu, &gpu->partition[i]);
	ct_strands_settle(gpu);
	ct_classes_settle(gpu);
	ct_set_rates(gpu);
}

/* The earliest event, and the earliest of the others. */
struct next {
	int64_t ns, other_ns;
	uint32_t slot;
};

static struct next find_next(const struct ct_gpu *gpu)
{
	struct next next = { GPU_NEVER, GPU_NEVER, 0 };

	for (uint32_t i = 0; i < gpu->n_running; i++) {
		int64_t ns = gpu->next_ns[i];

		if (ns < next.ns) {
			next.other_ns = next.ns;
			next.ns = ns;
			next.slot = i;
		} else if (ns < next.other_ns) {
			next.other_ns = ns;
		}
	}
	return next;
}

/* The whole of an instant in which only blocks end and others take their places. */
static bool refill_instant(struct ct_gpu *gpu, const struct next *next, int64_t until_ns)
{
	struct resident *r = gpu->running[next->slot];
	int64_t horizon_ns = next->other_ns < until_ns ? next->other_ns : until_ns;

	if (next->other_ns == next->ns || !ct_refill(gpu, r, next->ns, horizon_ns))
		return false;
	gpu->now_ns = next->ns;
	gpu->use.instants++;
	r = r->main;
	if (!r->left) {
		ct_account(gpu);
		note_dispatched(gpu, r->grid);
		ct_pop(&gpu->partition[r->partition], r->priority);
		gpu->unsettled = true;
		settle(gpu);
	}
	return true;
}

/* ct_gpu_run(), in the gpu's own time. */
static int64_t run(struct ct_gpu *gpu, int64_t until_ns)
{
	while (!gpu->ended && !gpu->started) {
		struct next next = find_next(gpu);

		if (next.ns >= until_ns) {
			if (until_ns == GPU_NEVER)
				return GPU_NEVER;
			gpu->now_ns = until_ns;
			if (next.ns == until_ns)
				end_instant(gpu);
			return until_ns;
		}
		if (refill_instant(gpu, &next, until_ns))
			continue;
		gpu->now_ns = next.ns;
		end_instant(gpu);
		if (!gpu->ended)
			settle(gpu);
	}
	return gpu->now_ns;
}

static int64_t stand_still(struct ct_gpu *gpu, int64_t until_ns)
{
	if (until_ns == GPU_NEVER)
		return GPU_NEVER;
	if (MUTANT(PAUSE_COUNTS))
		gpu->accounted_ns -= until_ns - ct_outside_ns(gpu, gpu->now_ns);
	gpu->stood_still_ns = until_ns - gpu->now_ns;
	return until_ns;
}

static int64_t run_outside(struct ct_gpu *gpu, int64_t until_ns)
{
	int64_t ns;

	g_assert(until_ns >= ct_outside_ns(gpu, gpu->now_ns) && !gpu->ended &&
		 !gpu->started);
	if (gpu->paused)
		return stand_still(gpu, until_ns);
	settle(gpu);
	ns = run(gpu, until_ns == GPU_NEVER ? GPU_NEVER : until_ns - gpu->stood_still_ns);
	return ns == GPU_NEVER ? GPU_NEVER : ct_outside_ns(gpu, ns);
}

static int64_t next_ns(const struct ct_gpu *gpu)
{
	struct next next;

	if (gpu->paused)
		return GPU_NEVER;
	g_assert(!gpu->unsettled);
	next = find_next(gpu);
	return next.ns == GPU_NEVER ? GPU_NEVER : ct_outside_ns(gpu, next.ns);
}

static void stop(struct ct_gpu *gpu)
{
	g_assert(!gpu->paused);
	gpu->paused = true;
}

static void resume(struct ct_gpu *gpu, int64_t now_ns)
{
	g_assert(gpu->paused && now_ns >= ct_outside_ns(gpu, gpu->now_ns));
	stand_still(gpu, now_ns);
	gpu->paused = false;
}

static uint64_t used_state_bytes(const struct ct_gpu *gpu)
{
	uint64_t bytes = 0;

	for (uint32_t i = 0; i < gpu->n_running; i++) {
		const struct resident *r = gpu->running[i];
		const struct ct_block_need *need = &r->grid->need;

		bytes += ((uint64_t)need->warps * need->register_units *
				  gpu->register_unit_bytes +
			  (uint64_t)need->smem_units * gpu->smem_unit_bytes) *
			 r->placed;
	}
	return bytes;
}

static uint64_t used_l2_bytes(const struct ct_gpu *gpu)
{
	uint64_t bytes = 0;

	for (uint32_t i = 0; i < gpu->n_running; i++)
		if (gpu->running[i]->main == gpu->running[i]) /* a grid, not its strands */
			bytes += gpu->running[i]->grid->work.l2_footprint_bytes;
	return bytes;
}

static void report_use(struct ct_gpu *gpu, struct ct_gpu_use *use)
{
	ct_account(gpu);
	gpu->use.sm_active_ns = (double)gpu->sm_active_ns;
	gpu->use.warp_ns = (double)gpu->warp_ns;
	/* 1 MB/s for 1 ns is 1/1000 byte */
	gpu->use.dram_byte = (double)gpu->served_mbps_ns / 1000;
	*use = gpu->use;
}

static uint32_t active_sms(const struct ct_gpu *gpu)
{
	return (uint32_t)gpu->active_sms;
}

static uint32_t resident_grids(const struct ct_gpu *gpu)
{
	return gpu->n_resident;
}

static uint32_t even_vector(uint32_t partitions)
{
	return UINT32_C(0x01010101) >> 8 * (4 - partitions);
}

static void set_limits(struct ct_gpu *gpu, const struct ct_device *device)
{
	const struct ct_sm_limits *sm = &device->sm;
	uint32_t units = sm->registers / sm->partitions / sm->register_unit;

	g_assert(sm->partitions <= 4 && units <= 255);
	g_assert(sm->blocks <= GPU_MAX_BLOCKS_PER_SM);
	gpu->one_set_of_queues = device->blocked_head == CT_HEAD_BLOCKS_ALL;
	gpu->partitions = sm->partitions;
	gpu->even = even_vector(sm->partitions);
	gpu->limits.warps = sm->warps;
	gpu->limits.blocks = sm->blocks;
	gpu->limits.smem_units = sm->smem_bytes / sm->smem_unit_bytes;
	gpu->limits.registers = units * gpu->even;
	gpu->register_unit_bytes = sm->register_unit * 4;
	gpu->smem_unit_bytes = sm->smem_unit_bytes;
	gpu->resident_limit = device->resident_grids;
	g_assert(gpu->resident_limit && gpu->resident_limit <= GPU_MAX_RESIDENT);
	ct_memory(device, &gpu->memory);
	ct_sm_model(device, &gpu->sm_model);
}

/* The SMs of GPC G come after those of the one before it; a smaller twin lacks some. */
static void set_gpcs(struct ct_gpu *gpu, const struct ct_device *device)
{
	gpu->gpc = g_new0(struct gpc, gpu->sms);
	for (uint32_t sm = 0; sm < gpu->sms; gpu->n_gpcs++) {
		uint32_t end = sm + ct_gpc_sms(device, gpu->n_gpcs);

		for (; sm < end && sm < gpu->sms; sm++)
			gpu->gpc[gpu->n_gpcs].sms.word[sm / 64] |= UINT64_C(1) << sm % 64;
	}
}

static struct ct_gpu *make(const struct ct_device *device,
			   const struct ct_gpu_options *options)
{
	struct ct_gpu *gpu = g_new0(struct ct_gpu, 1);
	size_t places;

	gpu->engine = &ct_block_engine;
	set_limits(gpu, device);
	gpu->sms = options && options->sms ? options->sms : device->sms;
	g_assert(gpu->sms && gpu->sms <= CT_GPU_MAX_SMS);
	gpu->words = (gpu->sms + 63) / 64;
	gpu->report_starts = options && options->report_starts;
	if (options) {
		gpu->span = options->span;
		gpu->span_data = options->span_data;
	}
	gpu->waiting_end = &gpu->waiting;
	for (uint32_t i = 0; i < CT_GPU_PARTITIONS; i++)
		gpu->partition[i].behind.top = CT_GPU_PRIORITIES;
	places = (size_t)gpu->sms * gpu->limits.blocks;
	gpu->cells = g_new(struct cell, places);
	gpu->batches = g_new(struct batch, places + 1); /* one while blocks move */
	gpu->classes = g_new0(struct sm_class, gpu->sms);
	gpu->active = g_new(struct sm_class *, gpu->sms);
	gpu->touched = g_new(struct sm_class *, gpu->sms);
	gpu->candidate = g_new(struct candidate, gpu->sms);
	set_gpcs(gpu, device);
	gpu->running = g_new(struct resident *, gpu->resident_limit);
	gpu->next_ns = g_new(int64_t, gpu->resident_limit);
	gpu->contender = g_new(struct ct_contender, gpu->resident_limit);
	gpu->residents = g_new(struct resident, gpu->resident_limit);
	for (uint32_t i = gpu->resident_limit; i-- > 0;) {
		gpu->residents[i].next = gpu->unused_residents;
		gpu->unused_residents = &gpu->residents[i];
	}
	ct_classes_init(gpu);
	return gpu;
}

static void destroy(struct ct_gpu *gpu)
{
	g_free(gpu->cells);
	g_free(gpu->batches);
	g_free(gpu->classes);
	g_free(gpu->active);
	g_free(gpu->touched);
	g_free(gpu->candidate);
	g_free(gpu->gpc);
	g_free(gpu->contender);
	g_free(gpu->residents);
	g_free(gpu->strands);
	g_free(gpu->running);
	g_free(gpu->next_ns);
	g_free(gpu);
}

const struct ct_gpu_engine ct_block_engine = {
	.name = "block",
	.make = make,
	.free = destroy,
	.can_hold = ct_block_can_hold,
	.submit = ct_block_submit,
	.settle = settle,
	.run = run_outside,
	.next_ns = next_ns,
	.pause = stop,
	.resume = resume,
	.used_state_bytes = used_state_bytes,
	.used_l2_bytes = used_l2_bytes,
	.recall = ct_block_recall,
	.take_ended = ct_block_take_ended,
	.take_started = ct_block_take_started,
	.use = report_use,
	.active_sms = active_sms,
	.resident_grids = resident_grids,
};
