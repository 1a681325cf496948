/*
 * gpu-engine - the functions of gpu.h, each the one of the engine behind it.
 */
#include "sim/gpu-engine.h"

#include <glib.h>

static const struct ct_gpu_engine *const engines[] = {
	[CT_ENGINE_BLOCK] = &ct_block_engine,
	[CT_ENGINE_FLUID] = &ct_fluid_engine,
};

/* An engine's state begins with the pointer to its table. */
static inline const struct ct_gpu_engine *engine_of(const struct ct_gpu *gpu)
{
	return *(const struct ct_gpu_engine *const *)gpu;
}

const char *ct_gpu_engine_name(enum ct_gpu_engine_kind kind)
{
	return engines[kind]->name;
}

struct ct_gpu *ct_gpu_new(const struct ct_device *device,
			  const struct ct_gpu_options *options)
{
	enum ct_gpu_engine_kind kind = options ? options->engine : CT_ENGINE_BLOCK;

	g_assert(engines[kind]->recall && engines[kind]->can_hold);
	return engines[kind]->make(device, options);
}

void ct_gpu_free(struct ct_gpu *gpu)
{
	if (gpu)
		engine_of(gpu)->free(gpu);
}

bool ct_gpu_can_hold(const struct ct_gpu *gpu, const struct ct_block_need *need,
		     const struct ct_sm_set *sms)
{
	return engine_of(gpu)->can_hold(gpu, need, sms);
}

void ct_gpu_submit(struct ct_gpu *gpu, struct ct_grid *grid)
{
	engine_of(gpu)->submit(gpu, grid);
}

void ct_gpu_settle(struct ct_gpu *gpu)
{
	engine_of(gpu)->settle(gpu);
}

int64_t ct_gpu_run(struct ct_gpu *gpu, int64_t until_ns)
{
	return engine_of(gpu)->run(gpu, until_ns);
}

int64_t ct_gpu_next_ns(const struct ct_gpu *gpu)
{
	return engine_of(gpu)->next_ns(gpu);
}

void ct_gpu_pause(struct ct_gpu *gpu)
{
	engine_of(gpu)->pause(gpu);
}

void ct_gpu_resume(struct ct_gpu *gpu, int64_t now_ns)
{
	engine_of(gpu)->resume(gpu, now_ns);
}

uint64_t ct_gpu_used_state_bytes(const struct ct_gpu *gpu)
{
	return engine_of(gpu)->used_state_bytes(gpu);
}

uint64_t ct_gpu_used_l2_bytes(const struct ct_gpu *gpu)
{
	return engine_of(gpu)->used_l2_bytes(gpu);
}

bool ct_gpu_recall(struct ct_gpu *gpu, struct ct_grid *grid, enum ct_recall how)
{
	return engine_of(gpu)->recall(gpu, grid, how);
}

struct ct_grid *ct_gpu_take_ended(struct ct_gpu *gpu)
{
	return engine_of(gpu)->take_ended(gpu);
}

struct ct_grid *ct_gpu_take_started(struct ct_gpu *gpu)
{
	return engine_of(gpu)->take_started(gpu);
}

void ct_gpu_use(struct ct_gpu *gpu, struct ct_gpu_use *use)
{
	engine_of(gpu)->use(gpu, use);
}

uint32_t ct_gpu_active_sms(const struct ct_gpu *gpu)
{
	return engine_of(gpu)->active_sms(gpu);
}

uint32_t ct_gpu_resident_grids(const struct ct_gpu *gpu)
{
	return engine_of(gpu)->resident_grids(gpu);
}
