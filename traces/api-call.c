/*
 * api-call - which operation a CUDA or HIP function is, by its name.
 *
 * The three libraries name the same things alike: behind "cuda", "cu" and "hip" the
 * names agree but for decorations at the end (_v2, _ptsz, Async, WithFlags).  A table of
 * beginnings is therefore enough, and a function of tomorrow falls into its place.
 * ("__cudaLaunchKernel" is what nvcc 13 makes of <<<>>>.)
 *
 * Stream-ordered allocation (cudaMallocAsync, cudaFreeAsync) is left out on purpose:
 * CT_OP_FREE blocks as cudaFree does, and that is what the asynchronous one avoids.
 */
#include "traces/api-call.h"

#include <string.h>

enum { ANY = 0, NOT_ASYNC = 1, BLOCKING_UNLESS_ASYNC = 2 };

/* The first that matches decides; kind 0: no operation. */
static const struct rule {
	const char *begins;
	uint8_t kind, keep, how;
} rules[] = {
	{ "LaunchHostFunc", 0, 0, ANY },
	{ "Launch", CT_OP_KERNEL, 0, ANY },
	{ "ModuleLaunch", CT_OP_KERNEL, 0, ANY },
	{ "ExtLaunch", CT_OP_KERNEL, 0, ANY },
	{ "ExtModuleLaunch", CT_OP_KERNEL, 0, ANY },
	{ "HccModuleLaunch", CT_OP_KERNEL, 0, ANY },
	{ "GraphLaunch", CT_OP_GRAPH_LAUNCH, 0, ANY },
	{ "Memcpy", CT_OP_MEMCPY, 0, BLOCKING_UNLESS_ASYNC },
	{ "Memset", CT_OP_MEMSET, 0, ANY },
	{ "EventRecord", CT_OP_EVENT_RECORD, 1, ANY },
	{ "StreamWaitEvent", CT_OP_EVENT_WAIT, 1, ANY },
	{ "EventSynchronize", CT_OP_EVENT_SYNC, 1, ANY },
	{ "StreamSynchronize", CT_OP_STREAM_SYNC, 1, ANY },
	{ "DeviceSynchronize", CT_OP_DEVICE_SYNC, 1, ANY },
	{ "CtxSynchronize", CT_OP_DEVICE_SYNC, 1, ANY },
	{ "ThreadSynchronize", CT_OP_DEVICE_SYNC, 1, ANY },
	{ "MallocHost", 0, 0, ANY },
	{ "Malloc", CT_OP_ALLOC, 1, NOT_ASYNC },
	{ "MemAllocHost", 0, 0, ANY },
	{ "MemAlloc", CT_OP_ALLOC, 1, NOT_ASYNC },
	{ "MemFreeHost", 0, 0, ANY },
	{ "MemFree", CT_OP_FREE, 1, NOT_ASYNC },
	{ "FreeHost", 0, 0, ANY },
	{ "Free", CT_OP_FREE, 1, NOT_ASYNC },
};

static bool begins_with(const char *text, size_t length, const char *prefix)
{
	size_t n = strlen(prefix);

	return length >= n && memcmp(text, prefix, n) == 0;
}

static bool holds(const char *text, size_t length, const char *part)
{
	for (; length > 0; text++, length--)
		if (begins_with(text, length, part))
			return true;
	return false;
}

bool ct_api_call(const char *name, size_t length, struct ct_api_call *call)
{
	static const char *const libraries[] = { "__cuda", "cuda", "cu", "hip" };

	for (size_t i = 0; i < sizeof(libraries) / sizeof(libraries[0]); i++) {
		if (begins_with(name, length, libraries[i])) {
			name += strlen(libraries[i]);
			length -= strlen(libraries[i]);
			break;
		}
	}
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
		const struct rule *rule = &rules[i];
		bool async;

		if (!begins_with(name, length, rule->begins))
			continue;
		async = holds(name, length, "Async");
		if (rule->kind == 0 || (rule->how == NOT_ASYNC && async))
			return false;
		call->kind = rule->kind;
		call->keep = rule->keep;
		call->flags =
			rule->how == BLOCKING_UNLESS_ASYNC && !async ? CT_OP_BLOCKING : 0;
		return true;
	}
	return false;
}
