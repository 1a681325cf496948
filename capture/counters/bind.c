/*
 * bind - CUPTI and the driver, as they are in this process.
 */
#define _GNU_SOURCE
#include "capture/counters/bind.h"

#include <dlfcn.h>
#include <stdlib.h>

#include "capture/session.h"

struct symbol {
	const char *name;
	size_t offset;
};

#define CALL(field, text)                                                                  \
	{                                                                                  \
		text, offsetof(struct ct_profiler_calls, field)                            \
	}

static const struct symbol profiler_symbols[] = {
	CALL(version, "cuptiGetVersion"),
	CALL(subscribe, "cuptiSubscribe"),
	CALL(unsubscribe, "cuptiUnsubscribe"),
	CALL(enable, "cuptiEnableCallback"),
	CALL(initialize, "cuptiProfilerInitialize"),
	CALL(supported, "cuptiProfilerDeviceSupported"),
	CALL(availability, "cuptiProfilerGetCounterAvailability"),
	CALL(chip_name, "cuptiDeviceGetChipName"),
	CALL(host_initialize, "cuptiProfilerHostInitialize"),
	CALL(host_deinitialize, "cuptiProfilerHostDeinitialize"),
	CALL(host_add, "cuptiProfilerHostConfigAddMetrics"),
	CALL(host_image_size, "cuptiProfilerHostGetConfigImageSize"),
	CALL(host_image, "cuptiProfilerHostGetConfigImage"),
	CALL(host_passes, "cuptiProfilerHostGetNumOfPasses"),
	CALL(host_evaluate, "cuptiProfilerHostEvaluateToGpuValues"),
	CALL(range_enable, "cuptiRangeProfilerEnable"),
	CALL(range_disable, "cuptiRangeProfilerDisable"),
	CALL(range_config, "cuptiRangeProfilerSetConfig"),
	CALL(range_start, "cuptiRangeProfilerStart"),
	CALL(range_stop, "cuptiRangeProfilerStop"),
	CALL(range_push, "cuptiRangeProfilerPushRange"),
	CALL(range_pop, "cuptiRangeProfilerPopRange"),
	CALL(range_decode, "cuptiRangeProfilerDecodeData"),
	CALL(data_size, "cuptiRangeProfilerGetCounterDataSize"),
	CALL(data_begin, "cuptiRangeProfilerCounterDataImageInitialize"),
	CALL(data_info, "cuptiRangeProfilerGetCounterDataInfo"),
	CALL(range_info, "cuptiRangeProfilerCounterDataGetRangeInfo"),
	{ NULL, 0 },
};
#undef CALL

#define CALL(field, text)                                                                  \
	{                                                                                  \
		text, offsetof(struct ct_driver_calls, field)                              \
	}

static const struct symbol driver_symbols[] = {
	CALL(stream_synchronize, "cuStreamSynchronize"),
	CALL(stream_is_capturing, "cuStreamIsCapturing"),
	CALL(context_device, "cuCtxGetDevice"),
	CALL(context_push, "cuCtxPushCurrent_v2"),
	CALL(context_pop, "cuCtxPopCurrent_v2"),
	{ NULL, 0 },
};
#undef CALL

/* The name of the first symbol that LIBRARY lacks; NULL if it has all. */
static const char *bind(void *library, const struct symbol *symbol, void *calls)
{
	for (; symbol->name; symbol++) {
		void *address = dlsym(library, symbol->name);

		if (!address)
			return symbol->name;
		*(void **)(void *)((char *)calls + symbol->offset) = address;
	}
	return NULL;
}

static void *open_cupti(void)
{
	static const char *const names[] = { "libcupti.so.13", "libcupti.so.12",
					     "libcupti.so" };
	const char *wanted = getenv(CT_SESSION_CUPTI_ENV);
	void *library = NULL;

	if (wanted && *wanted)
		return dlopen(wanted, RTLD_NOW | RTLD_LOCAL);
	for (size_t i = 0; !library && i < sizeof(names) / sizeof(names[0]); i++)
		library = dlopen(names[i], RTLD_NOW | RTLD_NOLOAD);
	for (size_t i = 0; !library && i < sizeof(names) / sizeof(names[0]); i++)
		library = dlopen(names[i], RTLD_NOW | RTLD_LOCAL);
	if (!library)
		library =
			dlopen("/usr/local/cuda/lib64/libcupti.so", RTLD_NOW | RTLD_LOCAL);
	return library;
}

/* Libraries stay open: there is no moment at which nobody is in them. */
const char *ct_bind_profiler(struct ct_profiler_calls *calls)
{
	void *library = open_cupti();

	return library ? bind(library, profiler_symbols, calls) : "libcupti.so";
}

const char *ct_bind_driver(struct ct_driver_calls *calls)
{
	void *library = dlopen("libcuda.so.1", RTLD_NOW | RTLD_NOLOAD);

	/* Whatever it is called, somebody has just called us from it. */
	return bind(library ? library : RTLD_DEFAULT, driver_symbols, calls);
}
