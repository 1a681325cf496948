/*
 * fluid - a gpu whose SMs are not told apart.
 *
 * The idea.  What makes the block engine slow beside others is where blocks are: SMs get
 * into different states, and what was placed together ends apart.  Here a grid has a
 * number of blocks on SMs that are taken to be equally full (fluid-wave.c).  Everything
 * else is as gpu.h says: first come first served by priority, a blocked head blocks, a
 * grid of several waves lets others in when its last block is placed and not when it
 * ends (its tail), blocks that are on an SM stay there until they end.  A kernel alone
 * takes exactly what it takes in the block engine.
 *
 * DANGER: where kernels of different shapes share SMs, an average stands for the real
 * packing.  experiments/engines measures how far this is from the block engine.
 * Partitions and SM masks, that is, all that says which SMs, are not there; the callers
 * refuse them.  Contention inside an SM is not either, nor a spread of durations: all
 * blocks of a grid then take the mean, which is less than a wave of them does.
 *
 * Nothing is allocated after make().
 */
#include <glib.h>

#include "models/cluster.h"
#include "sim/fluid-internal.h"

/* Parts 1 and 2, and the entry of waiting grids, which comes before new ones. */
static void end_instant(struct fluid *f)
{
	ct_fluid_account(f);
	f->use.instants++;
	f->unsettled = true;
	for (uint32_t i = f->n_running; i-- > 0;) {
		struct flow *w = f->running[i];

		if (f->next_ns[i] != f->now_ns || w == f->stuck)
			continue;
		ct_flow_end_waves(f, w);
		if (w->left || w->placed)
			ct_flow_schedule(f, w);
		else
			ct_fluid_leave(f, w);
	}
	if (f->waiting)
		ct_fluid_admit_waiting(f);
}

static void note_start(struct fluid *f, struct ct_grid *grid)
{
	grid->start_ns = ct_fluid_outside_ns(f);
	grid->behind_priority_ns +=
		ct_behind_total_ns(&f->behind, grid->priority, f->now_ns);
	if (f->report_starts)
		ct_list_grid(&f->started, grid);
}

/* Its last block has been placed. */
static void note_dispatched(struct fluid *f, struct ct_grid *grid)
{
	grid->dispatched_ns = ct_fluid_outside_ns(f);
	if (grid->tell_dispatched &&
	    !(f->report_starts && grid->start_ns == grid->dispatched_ns))
		ct_list_grid(&f->started, grid);
}

/* Part 4.  Returns the head that is stuck, or NULL; BEFORE was so until now. */
static struct flow *schedule(struct fluid *f, const struct flow *before, uint32_t *top)
{
	struct flow *w;

	for (*top = 0; *top < CT_GPU_PRIORITIES; ++*top)
		while ((w = f->queue[*top].first)) {
			bool placed;

			if (w == before && !f->freed)
				return w;
			placed = ct_flow_place(f, w);
			if (placed && w->grid->start_ns < 0)
				note_start(f, w->grid);
			if (w->left)
				return w;
			note_dispatched(f, w->grid);
			f->queue[*top].first = w->next;
			ct_flow_schedule(f, w);
		}
	return NULL;
}

static void settle(struct ct_gpu *gpu)
{
	struct fluid *f = fluid_of(gpu);
	struct flow *before = f->stuck;
	uint32_t top;

	if (!f->unsettled || f->paused)
		return;
	f->unsettled = false;
	ct_fluid_account(f);
	if (before)
		ct_flow_follow(f, before);
	f->stuck = NULL;
	f->stuck = schedule(f, before, &top);
	f->freed = false;
	ct_behind_note(&f->behind, top, f->now_ns);
	if (before && before != f->stuck && before->slot >= 0)
		ct_flow_schedule(f, before);
	if (f->stuck && f->stuck->slot >= 0)
		ct_flow_schedule(f, f->stuck);
	ct_fluid_set_rates(f);
}

static int64_t earliest(const struct fluid *f)
{
	int64_t ns = FLUID_NEVER;

	for (uint32_t i = 0; i < f->n_running; i++)
		ns = f->next_ns[i] < ns ? f->next_ns[i] : ns;
	return ns;
}

/* ct_gpu_run(), in the gpu's own time. */
static int64_t run_inside(struct fluid *f, int64_t until_ns)
{
	while (!f->ended && !f->started) {
		int64_t ns = earliest(f);

		if (ns >= until_ns) {
			if (until_ns == FLUID_NEVER)
				return FLUID_NEVER;
			f->now_ns = until_ns;
			if (ns == until_ns)
				end_instant(f);
			return until_ns;
		}
		f->now_ns = ns;
		end_instant(f);
		if (!f->ended)
			settle((struct ct_gpu *)(void *)f);
	}
	return f->now_ns;
}

static int64_t stand_still(struct fluid *f, int64_t until_ns)
{
	if (until_ns != FLUID_NEVER)
		f->stood_still_ns = until_ns - f->now_ns;
	return until_ns;
}

static int64_t run(struct ct_gpu *gpu, int64_t until_ns)
{
	struct fluid *f = fluid_of(gpu);
	int64_t ns;

	g_assert(until_ns >= ct_fluid_outside_ns(f) && !f->ended && !f->started);
	if (f->paused)
		return stand_still(f, until_ns);
	settle(gpu);
	ns = run_inside(f,
			until_ns == FLUID_NEVER ? until_ns : until_ns - f->stood_still_ns);
	return ns == FLUID_NEVER ? ns : ns + f->stood_still_ns;
}

static int64_t next_ns(const struct ct_gpu *gpu)
{
	const struct fluid *f = const_fluid_of(gpu);
	int64_t ns = f->paused ? FLUID_NEVER : earliest(f);

	g_assert(f->paused || !f->unsettled);
	return ns == FLUID_NEVER ? ns : ns + f->stood_still_ns;
}

static void stop(struct ct_gpu *gpu)
{
	g_assert(!fluid_of(gpu)->paused);
	fluid_of(gpu)->paused = true;
}

static void resume(struct ct_gpu *gpu, int64_t now_ns)
{
	struct fluid *f = fluid_of(gpu);

	g_assert(f->paused && now_ns >= ct_fluid_outside_ns(f));
	stand_still(f, now_ns);
	f->paused = false;
}

static uint64_t used_state_bytes(const struct ct_gpu *gpu)
{
	const struct fluid *f = const_fluid_of(gpu);

	return f->used[FLUID_REGISTERS] * f->register_unit_bytes +
	       f->used[FLUID_SMEM] * f->smem_unit_bytes;
}

static uint64_t used_l2_bytes(const struct ct_gpu *gpu)
{
	const struct fluid *f = const_fluid_of(gpu);
	uint64_t bytes = 0;

	for (uint32_t i = 0; i < f->n_running; i++)
		bytes += f->running[i]->grid->work.l2_footprint_bytes;
	return bytes;
}

static void report_use(struct ct_gpu *gpu, struct ct_gpu_use *use)
{
	struct fluid *f = fluid_of(gpu);

	ct_fluid_account(f);
	*use = f->use;
	use->sm_active_ns = (double)f->sm_active_ns;
	use->warp_ns = (double)f->warp_ns;
	/* 1 MB/s for 1 ns is 1/1000 byte */
	use->dram_byte = (double)f->served_mbps_ns / 1000;
}

static uint32_t active_sms(const struct ct_gpu *gpu)
{
	return ct_fluid_busy_sms(const_fluid_of(gpu));
}

static uint32_t resident_grids(const struct ct_gpu *gpu)
{
	return const_fluid_of(gpu)->n_resident;
}

static bool can_hold(const struct ct_gpu *gpu, const struct ct_block_need *need,
		     const struct ct_sm_set *sms)
{
	const struct fluid *f = const_fluid_of(gpu);

	return !sms && ct_wave_blocks(&f->device, need, f->sms) > 0;
}

static struct ct_gpu *make(const struct ct_device *device,
			   const struct ct_gpu_options *options)
{
	struct fluid *f = g_new0(struct fluid, 1);
	const struct ct_sm_limits *sm = &device->sm;

	f->engine = &ct_fluid_engine;
	f->device = *device;
	f->sms = options && options->sms ? options->sms : device->sms;
	f->resident_limit = device->resident_grids;
	g_assert(f->sms && f->resident_limit && f->resident_limit <= FLUID_MAX_RESIDENT);
	f->limit[FLUID_BLOCKS] = sm->blocks;
	f->limit[FLUID_WARPS] = sm->warps;
	f->limit[FLUID_REGISTERS] = sm->registers / sm->register_unit;
	f->limit[FLUID_SMEM] = sm->smem_bytes / sm->smem_unit_bytes;
	f->register_unit_bytes = sm->register_unit * 4;
	f->smem_unit_bytes = sm->smem_unit_bytes;
	f->report_starts = options && options->report_starts;
	f->waiting_end = &f->waiting;
	f->behind.top = CT_GPU_PRIORITIES;
	ct_memory(device, &f->memory);
	f->contender = g_new(struct ct_contender, f->resident_limit);
	f->flows = g_new(struct flow, f->resident_limit);
	for (uint32_t i = f->resident_limit; i-- > 0;) {
		f->flows[i].next = f->unused;
		f->unused = &f->flows[i];
	}
	return (struct ct_gpu *)(void *)f;
}

static void destroy(struct ct_gpu *gpu)
{
	g_free(fluid_of(gpu)->flows);
	g_free(fluid_of(gpu)->contender);
	g_free(gpu);
}

const struct ct_gpu_engine ct_fluid_engine = {
	.name = "fluid",
	.make = make,
	.free = destroy,
	.can_hold = can_hold,
	.submit = ct_fluid_submit,
	.settle = settle,
	.run = run,
	.next_ns = next_ns,
	.pause = stop,
	.resume = resume,
	.used_state_bytes = used_state_bytes,
	.used_l2_bytes = used_l2_bytes,
	.recall = ct_fluid_recall,
	.take_ended = ct_fluid_take_ended,
	.take_started = ct_fluid_take_started,
	.use = report_use,
	.active_sms = active_sms,
	.resident_grids = resident_grids,
};
