/*
 * driver.h - the CUDA driver, as far as the benchmarks call it.
 *
 * The idea.  The driver is found when a benchmark runs, so that this builds, and says that
 * there is no GPU, where there is none.  What is called of it is declared here in our words,
 * under the driver's own names; tests compare every line of the two lists with cuda.h where
 * there is one (CT_CAL_HAVE_CUDA_H then leaves the types to that).
 *
 * Kernels are PTX in text, which the driver compiles for the device at hand.  There is one:
 * a thread that watches the device's clock for a while.
 */
#ifndef CT_CAPTURE_CALIBRATE_DRIVER_H
#define CT_CAPTURE_CALIBRATE_DRIVER_H

#include <stddef.h>
#include <stdint.h>

#ifndef CT_CAL_HAVE_CUDA_H
#include "capture/collector/confine-cuda.h"

typedef int CUresult, CUdevice;
typedef unsigned CUdevice_attribute, CUdevResourceType, CUstreamCaptureMode;
typedef unsigned long long CUdeviceptr;
typedef struct ct_cal_context *CUcontext;
typedef struct ct_cal_module *CUmodule;
typedef struct ct_cal_function *CUfunction;
typedef struct ct_cal_stream *CUstream;
typedef struct ct_cal_event *CUevent;
typedef struct ct_cal_graph *CUgraph;
typedef struct ct_cal_graph_exec *CUgraphExec;
typedef struct ct_cu_resource CUdevResource;
#endif

#define CT_CAL_NOT_READY      600
#define CT_CAL_NON_BLOCKING   1u
#define CT_CAL_RESOURCE_SM    1u
#define CT_CAL_CAPTURE_THREAD 1u

/* clang-format off */
#define CT_CAL_CALLS(call) \
	call(cuInit, (unsigned)) \
	call(cuDriverGetVersion, (int *)) \
	call(cuGetErrorName, (CUresult, const char **)) \
	call(cuDeviceGetCount, (int *)) \
	call(cuDeviceGet, (CUdevice *, int)) \
	call(cuDeviceGetName, (char *, int, CUdevice)) \
	call(cuDeviceTotalMem_v2, (size_t *, CUdevice)) \
	call(cuDeviceGetAttribute, (int *, CUdevice_attribute, CUdevice)) \
	call(cuDevicePrimaryCtxRetain, (CUcontext *, CUdevice)) \
	call(cuCtxSetCurrent, (CUcontext)) \
	call(cuCtxGetStreamPriorityRange, (int *, int *)) \
	call(cuModuleLoadData, (CUmodule *, const void *)) \
	call(cuModuleGetFunction, (CUfunction *, CUmodule, const char *)) \
	call(cuStreamCreate, (CUstream *, unsigned)) \
	call(cuStreamSynchronize, (CUstream)) \
	call(cuStreamQuery, (CUstream)) \
	call(cuStreamBeginCapture_v2, (CUstream, CUstreamCaptureMode)) \
	call(cuStreamEndCapture, (CUstream, CUgraph *)) \
	call(cuEventCreate, (CUevent *, unsigned)) \
	call(cuEventRecord, (CUevent, CUstream)) \
	call(cuEventElapsedTime, (float *, CUevent, CUevent)) \
	call(cuLaunchKernel, (CUfunction, unsigned, unsigned, unsigned, unsigned, \
			      unsigned, unsigned, unsigned, CUstream, void **, void **)) \
	call(cuMemAlloc_v2, (CUdeviceptr *, size_t)) \
	call(cuMemAllocHost_v2, (void **, size_t)) \
	call(cuMemcpyHtoDAsync_v2, (CUdeviceptr, const void *, size_t, CUstream)) \
	call(cuMemcpyDtoHAsync_v2, (void *, CUdeviceptr, size_t, CUstream)) \
	call(cuGraphInstantiateWithFlags, (CUgraphExec *, CUgraph, unsigned long long)) \
	call(cuGraphLaunch, (CUgraphExec, CUstream))

/* Since CUDA 12.4; NULL in an older driver. */
#define CT_CAL_NEWER_CALLS(call) \
	call(cuDeviceGetDevResource, (CUdevice, CUdevResource *, CUdevResourceType)) \
	call(cuDevSmResourceSplitByCount, (CUdevResource *, unsigned *, \
					   const CUdevResource *, CUdevResource *, \
					   unsigned, unsigned))

#define CT_CAL_ATTRIBUTES(attribute) \
	attribute(MAX_THREADS_PER_BLOCK, 1) \
	attribute(MAX_SHARED_MEMORY_PER_BLOCK, 8) \
	attribute(WARP_SIZE, 10) \
	attribute(MAX_REGISTERS_PER_BLOCK, 12) \
	attribute(MULTIPROCESSOR_COUNT, 16) \
	attribute(L2_CACHE_SIZE, 38) \
	attribute(MAX_THREADS_PER_MULTIPROCESSOR, 39) \
	attribute(ASYNC_ENGINE_COUNT, 40) \
	attribute(COMPUTE_CAPABILITY_MAJOR, 75) \
	attribute(COMPUTE_CAPABILITY_MINOR, 76) \
	attribute(MAX_SHARED_MEMORY_PER_MULTIPROCESSOR, 81) \
	attribute(MAX_REGISTERS_PER_MULTIPROCESSOR, 82) \
	attribute(MAX_SHARED_MEMORY_PER_BLOCK_OPTIN, 97) \
	attribute(MAX_BLOCKS_PER_MULTIPROCESSOR, 106) \
	attribute(RESERVED_SHARED_MEMORY_PER_BLOCK, 111)
/* clang-format on */

enum {
#define CT_CAL_NUMBER(name, number) CT_CAL_##name = number,
	CT_CAL_ATTRIBUTES(CT_CAL_NUMBER)
#undef CT_CAL_NUMBER
};

struct ct_cal_driver {
#define CT_CAL_MEMBER(name, arguments) CUresult(*name) arguments;
	CT_CAL_CALLS(CT_CAL_MEMBER)
	CT_CAL_NEWER_CALLS(CT_CAL_MEMBER)
#undef CT_CAL_MEMBER
};

/* NULL, or in a sentence without a stop why the driver cannot be used. */
const char *ct_cal_driver_bind(struct ct_cal_driver *);

/* PTX of a kernel that takes NS, in a text of the caller; its name is spin_NS. */
void ct_cal_spin_ptx(char *text, size_t room, int64_t ns);
void ct_cal_spin_name(char *text, size_t room, int64_t ns);

#endif
