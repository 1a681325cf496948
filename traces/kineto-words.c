/*
 * kineto-words - how Kineto spells what we look for.
 *
 * Each list is short and searched from its start, the frequent words first; lengths
 * differ so much that nearly every miss costs one comparison of two bytes.
 */
#include "traces/kineto-words.h"

/* clang-format off */
#define WORD(text, value) { text, sizeof(text) - 1, value }
#define DEVICE_WORD(text, field) WORD(text, G_STRUCT_OFFSET(struct ct_device_record, field))

const struct ct_kineto_word ct_kineto_top_keys[] = {
	WORD("traceEvents", CT_KINETO_KEY_EVENTS),
	WORD("deviceProperties", CT_KINETO_KEY_DEVICES),
	WORD("baseTimeNanoseconds", CT_KINETO_KEY_BASE),
	{ NULL, 0, 0 },
};

const struct ct_kineto_word ct_kineto_event_keys[] = {
	WORD("ph", CT_KINETO_KEY_PHASE),
	WORD("cat", CT_KINETO_KEY_CATEGORY),
	WORD("name", CT_KINETO_KEY_NAME),
	WORD("pid", CT_KINETO_PID),
	WORD("tid", CT_KINETO_TID),
	WORD("ts", CT_KINETO_TS),
	WORD("dur", CT_KINETO_DUR),
	WORD("args", CT_KINETO_KEY_ARGS),
	{ NULL, 0, 0 },
};

const struct ct_kineto_word ct_kineto_arg_keys[] = {
	WORD("device", CT_KINETO_DEVICE),
	WORD("context", CT_KINETO_CONTEXT),
	WORD("stream", CT_KINETO_STREAM),
	WORD("correlation", CT_KINETO_CORRELATION),
	WORD("registers per thread", CT_KINETO_REGISTERS),
	WORD("shared memory", CT_KINETO_SMEM),
	WORD("grid", CT_KINETO_GRID_X),
	WORD("block", CT_KINETO_BLOCK_X),
	WORD("bytes", CT_KINETO_BYTES),
	WORD("graph id", CT_KINETO_GRAPH),
	WORD("graph node id", CT_KINETO_GRAPH_NODE),
	WORD("inDevice", CT_KINETO_DEVICE), /* copies between devices */
	WORD("inContext", CT_KINETO_CONTEXT),
	WORD("wait_on_stream", CT_KINETO_WAIT_STREAM),
	WORD("wait_on_cuda_event_record_corr_id", CT_KINETO_WAIT_RECORD),
	WORD("wait_on_cuda_event_id", CT_KINETO_WAIT_EVENT),
	{ NULL, 0, 0 },
};

const struct ct_kineto_word ct_kineto_device_keys[] = {
	WORD("name", CT_KINETO_KEY_DEVICE_NAME),
	DEVICE_WORD("id", id),
	DEVICE_WORD("totalGlobalMem", memory_bytes),
	DEVICE_WORD("computeMajor", cc_major),
	DEVICE_WORD("computeMinor", cc_minor),
	DEVICE_WORD("numSms", sms),
	DEVICE_WORD("warpSize", warp_size),
	DEVICE_WORD("maxThreadsPerMultiprocessor", threads_per_sm),
	DEVICE_WORD("regsPerMultiprocessor", regs_per_sm),
	DEVICE_WORD("sharedMemPerMultiprocessor", smem_per_sm_bytes),
	DEVICE_WORD("maxSharedMemoryPerMultiProcessor", smem_per_sm_bytes), /* AMD */
	DEVICE_WORD("sharedMemPerBlockOptin", smem_per_block_optin_bytes),
	{ NULL, 0, 0 },
};

/* The second spelling is that of profilers before 2022. */
const struct ct_kineto_word ct_kineto_categories[] = {
	WORD("cuda_runtime", CT_KINETO_CALL),
	WORD("Runtime", CT_KINETO_CALL),
	WORD("cuda_driver", CT_KINETO_CALL),
	WORD("kernel", CT_KINETO_KERNEL),
	WORD("Kernel", CT_KINETO_KERNEL),
	WORD("gpu_memcpy", CT_KINETO_MEMCPY),
	WORD("Memcpy", CT_KINETO_MEMCPY),
	WORD("gpu_memset", CT_KINETO_MEMSET),
	WORD("Memset", CT_KINETO_MEMSET),
	WORD("cuda_sync", CT_KINETO_SYNC),
	WORD("user_annotation", CT_KINETO_ANNOTATION),
	{ NULL, 0, 0 },
};
/* clang-format on */

const char *ct_kineto_spelling(const struct ct_kineto_word *word, guint8 value)
{
	for (; word->text != NULL; word++) {
		if (word->value == value)
			return word->text;
	}
	return NULL;
}
