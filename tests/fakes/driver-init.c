/*
 * driver-init - cuInit() with its injection, devices, and how programs find the calls.
 *
 * As in the real driver, the library named by CUDA_INJECTION64_PATH is loaded inside the
 * first cuInit() and its InitializeInjection() called, before any context exists.  What the
 * real driver does when that returns 0 is written nowhere; here cuInit() fails, so that no
 * tool of ours comes to rely on it.
 */
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/fakes/driver.h"

static CUresult init_result;
static pthread_once_t init_once = PTHREAD_ONCE_INIT;
static _Thread_local bool is_inside;

static void inject(void)
{
	const char *path = getenv("CUDA_INJECTION64_PATH");
	void *library;
	int (*initialize)(void);

	if (!path || !*path || !strcmp(path, "none"))
		return;
	library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	if (!library)
		return;
	initialize = (int (*)(void))dlsym(library, "InitializeInjection");
	if (initialize && !initialize())
		init_result = CUDA_ERROR_UNKNOWN;
}

static void init(void)
{
	struct ct_fake_resource done = { .event = CT_FAKE_INITIALIZED };

	is_inside = true;
	ct_fake_settings();
	ct_fake_set_ready();
	inject();
	is_inside = false;
	ct_fake_tell_resource(&done);
}

CT_FAKE_EXPORT CUresult cuInit(unsigned flags)
{
	if (flags)
		return CUDA_ERROR_INVALID_VALUE;
	if (ct_fake_was_forked())
		return CUDA_ERROR_NOT_INITIALIZED;
	if (is_inside) /* called by what is being injected */
		return CUDA_SUCCESS;
	pthread_once(&init_once, init);
	{
		CT_FAKE_ENTER(cuInit, (unsigned flags;), flags);
		CT_FAKE_LEAVE(init_result);
	}
}

CT_FAKE_EXPORT CUresult cuDriverGetVersion(int *version)
{
	if (!version)
		return CUDA_ERROR_INVALID_VALUE;
	*version = ct_fake_settings()->driver_version;
	return CUDA_SUCCESS;
}

static const char *name_of(CUresult error)
{
#define CT_FAKE_NUMBER(name, value)                                                        \
	if (error == (value) && !strncmp(#name, "CUDA_", 5))                               \
		return #name;
#include "tests/fakes/cuda-numbers.h"
#undef CT_FAKE_NUMBER
	return NULL;
}

CT_FAKE_EXPORT CUresult cuGetErrorName(CUresult error, const char **name)
{
	*name = name_of(error);
	return *name ? CUDA_SUCCESS : CUDA_ERROR_INVALID_VALUE;
}

CT_FAKE_EXPORT CUresult cuGetErrorString(CUresult error, const char **text)
{
	return cuGetErrorName(error, text);
}

/* The newest of a call's versions that a program of VERSION may know; ours are few. */
CT_FAKE_EXPORT CUresult cuGetProcAddress_v2(const char *symbol, void **function,
					    int version, cuuint64_t flags,
					    CUdriverProcAddressQueryResult *status)
{
	static const char *const versions[] = { "_v2", "" };
	const char *per_thread =
		flags & CU_GET_PROC_ADDRESS_PER_THREAD_DEFAULT_STREAM ? "_ptsz" : "";
	Dl_info self;
	void *library = NULL;
	char name[128];

	if (!symbol || !function || version <= 0)
		return CUDA_ERROR_INVALID_VALUE;
	*function = NULL;
	if (*symbol && dladdr((void *)cuInit, &self))
		library = dlopen(self.dli_fname, RTLD_NOW | RTLD_NOLOAD);
	for (int with = 1; library && with >= 0; with--) {
		for (int i = 0; !*function && i < 2; i++) {
			snprintf(name, sizeof(name), "%s%s%s", symbol, versions[i],
				 with ? per_thread : "");
			*function = dlsym(library, name);
		}
	}
	if (library)
		dlclose(library);
	if (status)
		*status = *function ? CU_GET_PROC_ADDRESS_SUCCESS
				    : CU_GET_PROC_ADDRESS_SYMBOL_NOT_FOUND;
	return *function ? CUDA_SUCCESS : CUDA_ERROR_NOT_FOUND;
}

CT_FAKE_EXPORT CUresult cuGetProcAddress(const char *symbol, void **function, int version,
					 cuuint64_t flags)
{
	return cuGetProcAddress_v2(symbol, function, version, flags, NULL);
}

/* The runtime library stops here: its tables are nobody's to imitate. */
CT_FAKE_EXPORT CUresult cuGetExportTable(const void **table, const CUuuid *id)
{
	if (table)
		*table = NULL;
	return CUDA_ERROR_NOT_SUPPORTED;
}

CT_FAKE_EXPORT CUresult cuDeviceGetCount(int *count)
{
	CT_FAKE_ENTER(cuDeviceGetCount, (int *count;), count);
	*count = ct_fake_settings()->n_devices;
	CT_FAKE_LEAVE(CUDA_SUCCESS);
}

static bool no_device(CUdevice device)
{
	return device < 0 || device >= ct_fake_settings()->n_devices;
}

CT_FAKE_EXPORT CUresult cuDeviceGet(CUdevice *device, int ordinal)
{
	CT_FAKE_ENTER(cuDeviceGet, (CUdevice * device; int ordinal;), device, ordinal);
	if (!device || no_device(ordinal))
		CT_FAKE_LEAVE(CUDA_ERROR_INVALID_DEVICE);
	*device = ordinal;
	CT_FAKE_LEAVE(CUDA_SUCCESS);
}

CT_FAKE_EXPORT CUresult cuDeviceGetName(char *name, int bytes, CUdevice device)
{
	if (no_device(device))
		return CUDA_ERROR_INVALID_DEVICE;
	snprintf(name, (size_t)bytes, "%s", CT_FAKE_DEVICE_NAME);
	return CUDA_SUCCESS;
}

CT_FAKE_EXPORT CUresult cuDeviceGetUuid_v2(CUuuid *uuid, CUdevice device)
{
	if (no_device(device))
		return CUDA_ERROR_INVALID_DEVICE;
	memset(uuid, 0, sizeof(*uuid));
	uuid->bytes[15] = (char)(device + 1);
	return CUDA_SUCCESS;
}

CT_FAKE_EXPORT CUresult cuDeviceTotalMem_v2(size_t *bytes, CUdevice device)
{
	if (no_device(device))
		return CUDA_ERROR_INVALID_DEVICE;
	*bytes = CT_FAKE_MEMORY_BYTES;
	return CUDA_SUCCESS;
}

CT_FAKE_EXPORT CUresult cuDeviceGetAttribute(int *value, CUdevice_attribute attribute,
					     CUdevice device)
{
	if (no_device(device))
		return CUDA_ERROR_INVALID_DEVICE;
	switch (attribute) {
	case CU_DEVICE_ATTRIBUTE_MAX_THREADS_PER_BLOCK:
		*value = 1024;
		break;
	case CU_DEVICE_ATTRIBUTE_MAX_REGISTERS_PER_BLOCK:
	case CU_DEVICE_ATTRIBUTE_MAX_REGISTERS_PER_MULTIPROCESSOR:
		*value = 65536;
		break;
	case CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK:
		*value = 49152;
		break;
	case CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK_OPTIN:
		*value = 232448;
		break;
	case CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_MULTIPROCESSOR:
		*value = 233472;
		break;
	case CU_DEVICE_ATTRIBUTE_RESERVED_SHARED_MEMORY_PER_BLOCK:
		*value = 1024;
		break;
	case CU_DEVICE_ATTRIBUTE_MAX_BLOCKS_PER_MULTIPROCESSOR:
	case CU_DEVICE_ATTRIBUTE_WARP_SIZE:
		*value = 32;
		break;
	case CU_DEVICE_ATTRIBUTE_CLOCK_RATE:
		*value = CT_FAKE_CLOCK_KHZ;
		break;
	case CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT:
		*value = ct_fake_settings()->sms;
		break;
	case CU_DEVICE_ATTRIBUTE_L2_CACHE_SIZE:
		*value = CT_FAKE_L2_BYTES;
		break;
	case CU_DEVICE_ATTRIBUTE_MAX_THREADS_PER_MULTIPROCESSOR:
		*value = 2048;
		break;
	case CU_DEVICE_ATTRIBUTE_ASYNC_ENGINE_COUNT:
		*value = CT_FAKE_COPY_ENGINES;
		break;
	case CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR:
		*value = 9;
		break;
	case CU_DEVICE_ATTRIBUTE_CONCURRENT_KERNELS:
	case CU_DEVICE_ATTRIBUTE_STREAM_PRIORITIES_SUPPORTED:
	case CU_DEVICE_ATTRIBUTE_COOPERATIVE_LAUNCH:
	case CU_DEVICE_ATTRIBUTE_MEMORY_POOLS_SUPPORTED:
		*value = 1;
		break;
	default:
		*value = 0;
	}
	return CUDA_SUCCESS;
}

static uint32_t context_id(CUcontext context)
{
	return context ? context->id : 0;
}

static uint32_t context_device(CUcontext context)
{
	return context ? context->device : 0;
}

static uint32_t stream_id(CUcontext context, CUstream handle, int per_thread)
{
	CUstream stream;
	uint32_t id;

	ct_fake_lock();
	stream = ct_fake_stream_in(context ? context : ct_fake_current(), handle,
				   per_thread);
	id = stream ? stream->id : CT_FAKE_NONE;
	ct_fake_unlock();
	return id;
}

static const char *function_name(CUfunction function)
{
	return function ? function->name : NULL;
}

CT_FAKE_EXPORT const struct ct_fake_driver *ct_fake_driver(void)
{
	static const struct ct_fake_driver driver = {
		.set_tap = ct_fake_set_tap,
		.context_id = context_id,
		.context_device = context_device,
		.stream_id = stream_id,
		.graph_id = ct_fake_graph_id,
		.exec_id = ct_fake_exec_id,
		.node_id = ct_fake_node_id,
		.function_name = function_name,
		.settings = ct_fake_settings,
	};

	return &driver;
}
