/*
 * cupti-api - the rest of what the fake CUPTI exports.
 *
 * Built three times: as libcupti.so.13, as libcupti.so.12 (without what came later), and as
 * one that lacks a function nobody can do without.
 */
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tests/fakes/profiler.h"

static const struct ct_fake_driver *driver;
static _Atomic(ct_cupti_clock) client_clock;

static void find_driver(void)
{
	void *library = dlopen("libcuda.so.1", RTLD_NOW | RTLD_NOLOAD);
	const struct ct_fake_driver *(*get)(void) = NULL;

	if (!library)
		library = dlopen("libcuda.so.1", RTLD_NOW);
	if (library)
		get = (const struct ct_fake_driver *(*)(void))dlsym(library,
								    "ct_fake_driver");
	if (!get)
		return;
	driver = get();
	driver->set_tap(ct_fake_profiler_tap());
}

/* NULL: there is none, and most calls fail. */
const struct ct_fake_driver *ct_fake_the_driver(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, find_driver);
	return driver;
}

static int64_t clock_ns(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* Without a client's clock, times are those of the day. */
int64_t ct_fake_clock_ns(int64_t monotonic_ns)
{
	static atomic_llong offset_ns;
	long long none = 0;

	if (!monotonic_ns || atomic_load(&client_clock))
		return monotonic_ns;
	atomic_compare_exchange_strong(
		&offset_ns, &none, clock_ns(CLOCK_REALTIME) - clock_ns(CLOCK_MONOTONIC));
	return monotonic_ns + atomic_load(&offset_ns);
}

int cuptiGetVersion(uint32_t *version);
int cuptiGetResultString(int result, const char **text);
int cuptiGetTimestamp(uint64_t *ns);
int cuptiSetThreadIdType(int type);
int cuptiGetContextId(void *context, uint32_t *id);
int cuptiGetDeviceId(void *context, uint32_t *id);
int cuptiGetStreamIdEx(void *context, void *stream, uint8_t per_thread, uint32_t *id);
int cuptiGetGraphId(void *graph, uint32_t *id);
int cuptiGetGraphExecId(void *exec, uint32_t *id);
int cuptiGetGraphNodeId(void *node, uint64_t *id);
int cuptiActivityRegisterCallbacks(ct_cupti_request request, ct_cupti_complete complete);
int cuptiActivityRegisterTimestampCallback(ct_cupti_clock clock);
int cuptiActivityEnable(uint32_t kind);
int cuptiActivityDisable(uint32_t kind);
int cuptiActivityEnableDriverApi(uint32_t call, uint8_t enable);
int cuptiActivityEnableRuntimeApi(uint32_t call, uint8_t enable);
int cuptiActivityEnableLaunchAttributes(uint8_t enable);
int cuptiActivityEnableAllSyncRecords(uint8_t enable);
int cuptiActivitySetAttribute(uint32_t attribute, size_t *bytes, void *value);
int cuptiActivityFlushAll(uint32_t flags);
int cuptiActivityGetNextRecord(uint8_t *buffer, size_t valid_bytes,
			       struct ct_cupti_record **record);
int cuptiActivityGetNumDroppedRecords(void *context, uint32_t stream, size_t *dropped);

CT_FAKE_EXPORT int cuptiGetVersion(uint32_t *version)
{
	*version = ct_fake_faults()->version;
	return CT_CUPTI_OK;
}

CT_FAKE_EXPORT int cuptiGetResultString(int result, const char **text)
{
	switch (result) {
	case CT_CUPTI_OK:
		*text = "CUPTI_SUCCESS";
		break;
	case CT_CUPTI_NOT_COMPATIBLE:
		*text = "CUPTI_ERROR_NOT_COMPATIBLE";
		break;
	case CT_CUPTI_INSUFFICIENT_PRIVILEGES:
		*text = "CUPTI_ERROR_INSUFFICIENT_PRIVILEGES";
		break;
	case CT_CUPTI_MULTIPLE_SUBSCRIBERS:
		*text = "CUPTI_ERROR_MULTIPLE_SUBSCRIBERS_NOT_SUPPORTED";
		break;
	default:
		*text = "CUPTI_ERROR_UNKNOWN";
	}
	return CT_CUPTI_OK;
}

CT_FAKE_EXPORT int cuptiGetTimestamp(uint64_t *ns)
{
	ct_cupti_clock clock = atomic_load(&client_clock);

	*ns = clock ? clock() : (uint64_t)clock_ns(CLOCK_REALTIME);
	return CT_CUPTI_OK;
}

CT_FAKE_EXPORT int cuptiSetThreadIdType(int type)
{
	return type == CT_CUPTI_THREAD_SYSTEM ? CT_CUPTI_OK : 1;
}

CT_FAKE_EXPORT int cuptiGetContextId(void *context, uint32_t *id)
{
	*id = context && ct_fake_the_driver() ? driver->context_id(context) : 0;
	return *id ? CT_CUPTI_OK : 3; /* CUPTI_ERROR_INVALID_CONTEXT */
}

CT_FAKE_EXPORT int cuptiGetDeviceId(void *context, uint32_t *id)
{
	*id = context && ct_fake_the_driver() ? driver->context_device(context) : 0;
	return CT_CUPTI_OK;
}

CT_FAKE_EXPORT int cuptiGetStreamIdEx(void *context, void *stream, uint8_t per_thread,
				      uint32_t *id)
{
	*id = ct_fake_the_driver() ? driver->stream_id(context, stream, per_thread)
				   : CT_FAKE_NONE;
	return *id != CT_FAKE_NONE ? CT_CUPTI_OK : 20; /* CUPTI_ERROR_INVALID_STREAM */
}

CT_FAKE_EXPORT int cuptiGetGraphId(void *graph, uint32_t *id)
{
	*id = ct_fake_the_driver() ? driver->graph_id(graph) : 0;
	return CT_CUPTI_OK;
}

CT_FAKE_EXPORT int cuptiGetGraphExecId(void *exec, uint32_t *id)
{
	*id = ct_fake_the_driver() ? driver->exec_id(exec) : 0;
	return CT_CUPTI_OK;
}

CT_FAKE_EXPORT int cuptiGetGraphNodeId(void *node, uint64_t *id)
{
	*id = ct_fake_the_driver() ? driver->node_id(node) : 0;
	return CT_CUPTI_OK;
}

CT_FAKE_EXPORT int cuptiActivityRegisterCallbacks(ct_cupti_request request,
						  ct_cupti_complete complete)
{
	if (!request || !complete)
		return 1;
	ct_fake_register(request, complete);
	return CT_CUPTI_OK;
}

CT_FAKE_EXPORT int cuptiActivityRegisterTimestampCallback(ct_cupti_clock clock)
{
	if (!clock)
		return 1;
	atomic_store(&client_clock, clock);
	return CT_CUPTI_OK;
}

static void post_devices(void)
{
	struct ct_fake_item item = { .kind = CT_CUPTI_KIND_DEVICE };

	for (int i = 0; i < driver->settings()->n_devices; i++) {
		item.activity.device = (uint32_t)i;
		ct_fake_post(&item);
	}
}

CT_FAKE_EXPORT int cuptiActivityEnable(uint32_t kind)
{
	const struct ct_fake_faults *faults = ct_fake_faults();
	struct ct_fake_item overhead = { .kind = CT_CUPTI_KIND_OVERHEAD };

	if (!ct_fake_the_driver() || ct_fake_has_failed())
		return CT_CUPTI_UNKNOWN;
	if (kind >= CT_FAKE_KINDS)
		return CT_CUPTI_INVALID_KIND;
	if (faults->denied_enable && kind == CT_CUPTI_KIND_KERNEL)
		return CT_CUPTI_INSUFFICIENT_PRIVILEGES;
	if (faults->no_kind == (int)kind)
		return CT_CUPTI_NOT_COMPATIBLE;
	ct_fake_set_enabled(kind, true);
	if (kind == CT_CUPTI_KIND_DEVICE)
		post_devices();
	if (kind == CT_CUPTI_KIND_OVERHEAD) {
		overhead.activity.start_ns = clock_ns(CLOCK_MONOTONIC);
		overhead.activity.end_ns = overhead.activity.start_ns;
		ct_fake_post(&overhead);
	}
	return CT_CUPTI_OK;
}

CT_FAKE_EXPORT int cuptiActivityDisable(uint32_t kind)
{
	if (kind >= CT_FAKE_KINDS)
		return CT_CUPTI_INVALID_KIND;
	ct_fake_set_enabled(kind, false);
	return CT_CUPTI_OK;
}

CT_FAKE_EXPORT int cuptiActivityEnableDriverApi(uint32_t call, uint8_t enable)
{
	if (!ct_fake_the_driver() || call >= CT_FAKE_CALLS)
		return 1;
	ct_fake_enable_call(call, enable != 0);
	return CT_CUPTI_OK;
}

CT_FAKE_EXPORT int cuptiActivityEnableRuntimeApi(uint32_t call, uint8_t enable)
{
	return CT_CUPTI_OK; /* there is no runtime library here */
}

CT_FAKE_EXPORT int cuptiActivityEnableLaunchAttributes(uint8_t enable)
{
	return CT_CUPTI_OK;
}

CT_FAKE_EXPORT int cuptiActivityEnableAllSyncRecords(uint8_t enable)
{
	return CT_CUPTI_OK;
}

CT_FAKE_EXPORT int cuptiActivitySetAttribute(uint32_t attribute, size_t *bytes, void *value)
{
	return bytes && value && *bytes == sizeof(size_t) ? CT_CUPTI_OK : 1;
}

#ifndef CT_FAKE_CUPTI_LAME
CT_FAKE_EXPORT int cuptiActivityFlushAll(uint32_t flags)
{
	return ct_fake_has_failed() ? CT_CUPTI_UNKNOWN : ct_fake_flush(flags);
}
#endif

CT_FAKE_EXPORT int cuptiActivityGetNextRecord(uint8_t *buffer, size_t valid_bytes,
					      struct ct_cupti_record **record)
{
	uint8_t *at = buffer;
	size_t bytes;

	if (*record)
		at = (uint8_t *)*record +
		     ct_fake_record_bytes((*record)->kind, ct_fake_faults()->version);
	if (at >= buffer + valid_bytes)
		return CT_CUPTI_MAX_LIMIT_REACHED;
	bytes = ct_fake_record_bytes(((struct ct_cupti_record *)at)->kind,
				     ct_fake_faults()->version);
	if (!bytes || at + bytes > buffer + valid_bytes)
		return CT_CUPTI_INVALID_KIND;
	*record = (struct ct_cupti_record *)at;
	return CT_CUPTI_OK;
}

CT_FAKE_EXPORT int cuptiActivityGetNumDroppedRecords(void *context, uint32_t stream,
						     size_t *dropped)
{
	*dropped = ct_fake_take_dropped();
	return CT_CUPTI_OK;
}
