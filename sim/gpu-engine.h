/*
 * gpu-engine.h - what an engine has to be able to do: one row per function of gpu.h.
 *
 * The idea.  How blocks share the SMs can be worked out more or less finely.  All that
 * stands on top sees gpu.h only; the engine behind it is chosen when a gpu is made, and
 * the state of every engine begins with a pointer to its table.
 *
 *   block  (gpu.c, gpu-*.c)      every block, exact to the nanosecond; the default
 *   fluid  (fluid.c, fluid-*.c)  a grid has a share of the SMs instead of blocks
 */
#ifndef CT_SIM_GPU_ENGINE_H
#define CT_SIM_GPU_ENGINE_H

#include "sim/gpu.h"

struct ct_gpu_engine {
	const char *name;
	struct ct_gpu *(*make)(const struct ct_device *, const struct ct_gpu_options *);
	void (*free)(struct ct_gpu *);
	bool (*can_hold)(const struct ct_gpu *, const struct ct_block_need *,
			 const struct ct_sm_set *);
	void (*submit)(struct ct_gpu *, struct ct_grid *);
	void (*settle)(struct ct_gpu *);
	int64_t (*run)(struct ct_gpu *, int64_t until_ns);
	int64_t (*next_ns)(const struct ct_gpu *);
	void (*pause)(struct ct_gpu *);
	void (*resume)(struct ct_gpu *, int64_t now_ns);
	uint64_t (*used_state_bytes)(const struct ct_gpu *);
	uint64_t (*used_l2_bytes)(const struct ct_gpu *);
	bool (*recall)(struct ct_gpu *, struct ct_grid *, enum ct_recall how);
	struct ct_grid *(*take_ended)(struct ct_gpu *);
	struct ct_grid *(*take_started)(struct ct_gpu *);
	void (*use)(struct ct_gpu *, struct ct_gpu_use *);
	uint32_t (*active_sms)(const struct ct_gpu *);
	uint32_t (*resident_grids)(const struct ct_gpu *);
};

extern const struct ct_gpu_engine ct_block_engine, ct_fluid_engine;

/* Lists of grids that are handed out are in the order of submission. */
static inline void ct_list_grid(struct ct_grid **list, struct ct_grid *grid)
{
	while (*list && (*list)->serial < grid->serial)
		list = &(*list)->next;
	grid->next = *list;
	*list = grid;
}

static inline struct ct_grid *ct_take_grids(struct ct_grid **list)
{
	struct ct_grid *all = *list;

	*list = NULL;
	return all;
}

#endif
