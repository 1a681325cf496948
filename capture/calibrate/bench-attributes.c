/*
 * bench-attributes - what the driver says about the device, without running anything.
 */
#include "capture/calibrate/suite.h"

#define DRIVER "the driver's word, "

struct question {
	const char *key, *unit;
	int attribute;
	const char *how;
};

static const struct question questions[] = {
	{ "sms", "SMs", CT_CAL_MULTIPROCESSOR_COUNT, DRIVER "MULTIPROCESSOR_COUNT" },
	{ "memory.l2_bytes", "bytes", CT_CAL_L2_CACHE_SIZE, DRIVER "L2_CACHE_SIZE" },
	{ "sm.warp_size", "threads", CT_CAL_WARP_SIZE, DRIVER "WARP_SIZE" },
	{ "sm.threads", "threads", CT_CAL_MAX_THREADS_PER_MULTIPROCESSOR,
	  DRIVER "MAX_THREADS_PER_MULTIPROCESSOR" },
	{ "sm.blocks", "blocks", CT_CAL_MAX_BLOCKS_PER_MULTIPROCESSOR,
	  DRIVER "MAX_BLOCKS_PER_MULTIPROCESSOR" },
	{ "sm.registers", "registers", CT_CAL_MAX_REGISTERS_PER_MULTIPROCESSOR,
	  DRIVER "MAX_REGISTERS_PER_MULTIPROCESSOR" },
	{ "sm.threads_per_block", "threads", CT_CAL_MAX_THREADS_PER_BLOCK,
	  DRIVER "MAX_THREADS_PER_BLOCK" },
	{ "sm.registers_per_block", "registers", CT_CAL_MAX_REGISTERS_PER_BLOCK,
	  DRIVER "MAX_REGISTERS_PER_BLOCK" },
	{ "sm.smem_bytes", "bytes", CT_CAL_MAX_SHARED_MEMORY_PER_MULTIPROCESSOR,
	  DRIVER "MAX_SHARED_MEMORY_PER_MULTIPROCESSOR" },
	{ "sm.smem_default_per_block_bytes", "bytes", CT_CAL_MAX_SHARED_MEMORY_PER_BLOCK,
	  DRIVER "MAX_SHARED_MEMORY_PER_BLOCK" },
	{ "sm.smem_optin_per_block_bytes", "bytes",
	  CT_CAL_MAX_SHARED_MEMORY_PER_BLOCK_OPTIN,
	  DRIVER "MAX_SHARED_MEMORY_PER_BLOCK_OPTIN" },
	{ "sm.smem_reserved_per_block_bytes", "bytes",
	  CT_CAL_RESERVED_SHARED_MEMORY_PER_BLOCK,
	  DRIVER "RESERVED_SHARED_MEMORY_PER_BLOCK" },
	{ "copy.engines", "engines", CT_CAL_ASYNC_ENGINE_COUNT,
	  DRIVER "ASYNC_ENGINE_COUNT; how many it uses at a time was not tried" },
};

/* A device file takes a 0 for these, and no device has it. */
static gboolean is_never_none(const struct question *q)
{
	return q->attribute == CT_CAL_MAX_SHARED_MEMORY_PER_BLOCK ||
	       q->attribute == CT_CAL_MAX_SHARED_MEMORY_PER_BLOCK_OPTIN;
}

gboolean ct_bench_attributes(struct ct_cal_run *run)
{
	int value = 0, warp = 0, threads = 0, least, greatest;
	size_t bytes;

	for (size_t i = 0; i < G_N_ELEMENTS(questions); i++) {
		const struct question *q = &questions[i];

		if (!CT_CAL(run, cuDeviceGetAttribute, &value, (unsigned)q->attribute,
			    run->device))
			return FALSE;
		if (value <= 0 && is_never_none(q)) {
			ct_cal_error(run, "the driver says %d for %s", value, q->key);
			continue;
		}
		ct_cal_told(run, q->key, value, q->unit, q->how);
		if (q->attribute == CT_CAL_WARP_SIZE)
			warp = value;
		if (q->attribute == CT_CAL_MAX_THREADS_PER_MULTIPROCESSOR)
			threads = value;
	}
	if (warp > 0)
		ct_cal_told(run, "sm.warps", threads / warp, "warps",
			    DRIVER "threads of an SM / threads of a warp");
	if (!CT_CAL(run, cuDeviceTotalMem_v2, &bytes, run->device))
		return FALSE;
	ct_cal_told(run, "memory.bytes", (int64_t)bytes, "bytes",
		    DRIVER "cuDeviceTotalMem");
	if (!CT_CAL(run, cuCtxGetStreamPriorityRange, &least, &greatest))
		return FALSE;
	/* 0 is the least, and greater priorities are smaller numbers. */
	ct_cal_told(run, "stream_priorities", (int64_t)least - greatest + 1, "levels",
		    DRIVER "cuCtxGetStreamPriorityRange");
	return TRUE;
}
