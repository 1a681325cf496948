/*
 * gpu-check - asserts what must stay true in the engine.
 *
 * Everything gpu-internal.h promises, recomputed from scratch: slow, for tests only,
 * between instants (settled).
 */
#include <glib.h>

#include "sim/gpu-classes.h"
#include "sim/gpu-internal.h"
#include "sim/gpu-rates.h"
#include "sim/gpu-registers.h"

static void check_class(const struct ct_gpu *gpu, const struct sm_class *class)
{
	struct sm_room free = class->free;
	uint64_t hash = 0;
	uint32_t n = 0;

	g_assert(!class->touched && class->n_sms == ct_sm_count(gpu, &class->sms));
	ct_list_for_each(link, &class->cells) {
		const struct cell *cell = ct_container_of(link, struct cell, in_class);

		g_assert(cell->class == class && cell->blocks);
		free.blocks += cell->blocks;
		free.registers += cell->registers;
		hash += cell->hash;
		n++;
	}
	g_assert(n == class->n_cells && hash == class->hash);
	g_assert(free.blocks == gpu->limits.blocks);
	g_assert(free.registers == gpu->limits.registers);
	g_assert(n || (free.warps == gpu->limits.warps &&
		       free.smem_units == gpu->limits.smem_units));
	for (const struct sm_class *c = gpu->chain[hash % GPU_HASH_CHAINS]; c != class;
	     c = c->hash_next)
		g_assert(c);
}

static void check_classes(const struct ct_gpu *gpu)
{
	struct ct_sm_set all = { 0 };
	uint32_t sms = 0, busy = 0, uneven = 0;

	g_assert(!gpu->n_touched);
	for (uint32_t i = 0; i < gpu->n_active; i++) {
		const struct sm_class *class = gpu->active[i];

		g_assert(class->position == i);
		check_class(gpu, class);
		sms += class->n_sms;
		busy += class->n_cells ? class->n_sms : 0;
		for (uint32_t w = 0; w < gpu->words; w++)
			all.word[w] |= class->sms.word[w];
		ct_list_for_each(link, &class->cells)
			uneven += !ct_registers_even(
				gpu,
				ct_container_of(link, struct cell, in_class)->registers);
	}
	g_assert(sms == gpu->sms && ct_sm_count(gpu, &all) == sms);
	g_assert(uneven == gpu->uneven_cells);
	if (gpu->deferred)
		g_assert(!busy && gpu->active_sms == MIN(gpu->deferred->placed, sms));
	else
		g_assert(busy == gpu->active_sms);
}

static uint32_t batch_blocks(const struct batch *batch)
{
	uint32_t blocks = 0;

	ct_list_for_each(link, &batch->cells) {
		const struct cell *cell = ct_container_of(link, struct cell, in_batch);

		g_assert(cell->batch == batch);
		blocks += cell->blocks * cell->class->n_sms;
	}
	return blocks;
}

static void check_running(const struct ct_gpu *gpu)
{
	uint64_t warps = 0;

	for (uint32_t i = 0; i < gpu->n_running; i++) {
		const struct resident *r = gpu->running[i];
		uint32_t placed = 0;

		g_assert(r->slot == (int32_t)i && (r->main->left || r->main->all_placed));
		g_assert(r->rate && r->rate <= CT_WORK_ONE);
		g_assert(r->main == r || (r->placed && r->sm_lost));
		for (const struct batch *b = r->first; b; b = b->next) {
			g_assert(b->strand == r);
			g_assert(b->blocks &&
				 batch_blocks(b) == (gpu->deferred ? 0 : b->blocks));
			g_assert(b->next || b == r->last);
			g_assert(!b->next || (int64_t)(b->next->tag - b->tag) >= 0);
			placed += b->blocks;
		}
		g_assert(placed == r->placed);
		g_assert(!gpu->deferred || r == gpu->deferred || !placed);
		g_assert(gpu->next_ns[i] ==
			 (r->first ? ct_tag_ns(r, r->first->tag) : GPU_NEVER));
		warps += (uint64_t)placed * r->grid->need.warps;
	}
	g_assert(warps == gpu->warps && !gpu->demand_changed);
}

static void check_queues(const struct ct_gpu *gpu)
{
	for (uint32_t i = 0; i < gpu->n_partitions; i++)
		for (uint32_t p = 0; p < CT_GPU_PRIORITIES; p++)
			g_assert(!gpu->partition[i].queue[p].first ==
				 !(gpu->partition[i].queued >> p & 1));
}

void ct_gpu_check(const struct ct_gpu *gpu)
{
	g_assert(!gpu->unsettled && gpu->n_resident <= gpu->resident_limit);
	check_queues(gpu);
	check_classes(gpu);
	check_running(gpu);
}
