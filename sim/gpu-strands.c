/*
 * gpu-strands - blocks of one grid that run at different speeds; see gpu-strands.h.
 */
#include "sim/gpu-strands.h"

#include <glib.h>

#include "models/work.h"
#include "sim/gpu-classes.h"
#include "sim/gpu-mutant.h"
#include "sim/gpu-queue.h"
#include "sim/gpu-rates.h"

void ct_strands_init(struct ct_gpu *gpu)
{
	/* each has a cell of its own, on a class where another grid is */
	size_t n = (size_t)gpu->sms * gpu->limits.blocks;

	if (gpu->strands)
		return;
	gpu->strands = g_new(struct resident, n);
	for (size_t i = n; i-- > 0;) {
		gpu->strands[i].next = gpu->unused_strands;
		gpu->unused_strands = &gpu->strands[i];
	}
	n += gpu->resident_limit;
	gpu->running = g_renew(struct resident *, gpu->running, n);
	gpu->next_ns = g_renew(int64_t, gpu->next_ns, n);
}

void ct_strand_drop(struct ct_gpu *gpu, struct resident *strand)
{
	struct resident **link = &strand->main->others;

	g_assert(strand->main != strand && !strand->first);
	while (*link != strand)
		link = &(*link)->others;
	*link = strand->others;
	ct_stop_running(gpu, strand);
	strand->next = gpu->unused_strands;
	gpu->unused_strands = strand;
}

/* The strand of the grid whose blocks lose that much. */
static struct resident *strand_of(struct ct_gpu *gpu, struct resident *main, uint64_t lost)
{
	struct resident *s;

	for (s = main; s; s = s->others)
		if (s->sm_lost == lost)
			return s;
	s = gpu->unused_strands;
	g_assert(s);
	gpu->unused_strands = s->next;
	*s = (struct resident){
		.grid = main->grid,
		.main = main,
		.others = main->others,
		.work = main->work,
		.rate = CT_WORK_ONE,
		.sm_lost = lost,
		.slot = -1,
	};
	main->others = s;
	ct_start_running(gpu, s);
	gpu->next_ns[s->slot] = GPU_NEVER;
	return s;
}

/* The batch of the strand for those blocks of FROM that move to it now. */
static struct batch *moved_batch(struct ct_gpu *gpu, struct resident *strand,
				 const struct batch *from)
{
	const struct resident *clock = MUTANT(TAG_STAYS) ? strand : from->strand;
	uint64_t left = from->tag - clock->virtual_time;
	struct batch *batch;

	for (batch = strand->first; batch; batch = batch->next)
		if (batch->moved_from == from->key && batch->moved_in == gpu->settlement)
			return batch;
	batch = ct_batch_new(gpu, strand, strand->virtual_time + left - from->work,
			     from->work);
	batch->moved_from = from->key;
	batch->moved_in = gpu->settlement;
	return batch;
}

static void batch_gone(struct ct_gpu *gpu, struct batch *batch)
{
	struct resident *strand = batch->strand;
	struct batch **link = &strand->first, *before = NULL;

	for (; *link != batch; link = &before->next)
		before = *link;
	*link = batch->next;
	if (strand->last == batch)
		strand->last = before;
	batch->next = gpu->unused_batches;
	gpu->unused_batches = batch;
}

static void update_next(struct ct_gpu *gpu, struct resident *strand)
{
	strand->no_skip = false;
	gpu->next_ns[strand->slot] =
		strand->first ? ct_tag_ns(strand, strand->first->tag) : GPU_NEVER;
}

static void move(struct ct_gpu *gpu, struct cell *cell, struct resident *to)
{
	struct batch *batch = cell->batch, *into;
	struct resident *from = batch->strand;
	uint32_t blocks = cell->blocks * cell->class->n_sms;

	ct_advance(from, gpu->now_ns);
	ct_advance(to, gpu->now_ns);
	into = moved_batch(gpu, to, batch);
	ct_cell_move(cell, into);
	batch->blocks -= blocks;
	into->blocks += blocks;
	from->placed -= blocks;
	to->placed += blocks;
	if (!batch->blocks)
		batch_gone(gpu, batch);
	update_next(gpu, from);
	update_next(gpu, to);
	gpu->demand_changed = true;
	if (from->main != from && !from->placed)
		ct_strand_drop(gpu, from);
}

/* What all blocks, or those of one grid, use of each SM of the class. */
static struct ct_sm_use use_of(const struct sm_class *class, const struct resident *main)
{
	struct ct_sm_use use = { 0 };

	ct_list_for_each(link, &class->cells) {
		const struct cell *cell = ct_container_of(link, struct cell, in_class);
		const struct ct_sm_use *block = &cell->batch->strand->grid->work.sm;

		if (main && cell->batch->strand->main != main)
			continue;
		use.l1_bytes += block->l1_bytes * cell->blocks;
		use.smem_bytes += block->smem_bytes * cell->blocks;
		for (int p = 0; p < CT_PIPES; p++)
			use.pipe[p] += block->pipe[p] * cell->blocks;
	}
	return use;
}

static void settle_class(struct ct_gpu *gpu, struct sm_class *class)
{
	struct ct_sm_use all = use_of(class, NULL);

	ct_list_for_each(link, &class->cells) {
		struct cell *cell = ct_container_of(link, struct cell, in_class);
		struct resident *main = cell->batch->strand->main;
		struct ct_sm_use own;
		uint64_t lost;

		if (!main->feels_sm)
			continue;
		own = use_of(class, MUTANT(ALONE_ON_SM) ? NULL : main);
		lost = ct_sm_lost(&gpu->sm_model, &own, &all, main->grid->work.l1_share);
		if (cell->batch->strand->sm_lost != lost)
			move(gpu, cell, strand_of(gpu, main, lost));
	}
}

void ct_strands_settle(struct ct_gpu *gpu)
{
	if (!gpu->n_feeling)
		return;
	for (uint32_t i = 0; i < gpu->n_touched; i++)
		settle_class(gpu, gpu->touched[i]);
}
