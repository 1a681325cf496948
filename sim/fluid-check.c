/*
 * fluid-check - asserts what must stay true in the fluid engine.
 *
 * Everything fluid-internal.h promises, recomputed from scratch: slow, for tests only,
 * between instants (settled).
 */
#include <glib.h>

#include "sim/fluid-internal.h"

static void check_flow(const struct fluid *f, const struct flow *w)
{
	uint32_t blocks = 0;

	g_assert(f->running[w->slot] == w && w->grid->resident == w);
	g_assert(w->rate && w->rate <= CT_WORK_ONE);
	g_assert(w->n_waves <= FLUID_WAVES && (w->left || w->n_waves));
	for (uint32_t i = 0; i < w->n_waves; i++) {
		g_assert(w->wave[i].blocks);
		g_assert(i == 0 || (int64_t)(w->wave[i].tag - w->wave[i - 1].tag) >= 0);
		g_assert(w->wave[i].tag - w->wave[0].tag <= w->work);
		blocks += w->wave[i].blocks;
	}
	g_assert(blocks == w->placed && w->placed <= w->most);
	g_assert(f->next_ns[w->slot] > f->now_ns);
	g_assert(w->n_waves || f->next_ns[w->slot] == FLUID_NEVER);
}

void ct_fluid_check(const struct ct_gpu *gpu)
{
	const struct fluid *f = const_fluid_of(gpu);
	uint64_t used[FLUID_RESOURCES] = { 0 };
	const struct flow *first = NULL;

	g_assert(!f->unsettled && f->n_running <= f->n_resident);
	for (uint32_t i = 0; i < f->n_running; i++) {
		check_flow(f, f->running[i]);
		for (int d = 0; d < FLUID_RESOURCES; d++)
			used[d] += (uint64_t)f->running[i]->need[d] * f->running[i]->placed;
	}
	for (int d = 0; d < FLUID_RESOURCES; d++) {
		g_assert(used[d] == f->used[d]);
		g_assert(used[d] <= f->limit[d] * f->sms);
	}
	for (uint32_t p = 0; p < CT_GPU_PRIORITIES; p++)
		for (const struct flow *w = f->queue[p].first; w; w = w->next) {
			g_assert(w->left && w->grid->priority == p);
			first = first ? first : w;
		}
	g_assert(f->stuck == first);
}
