/*
 * confine-cuda.h - the few driver functions that put a program on some of the SMs.
 *
 * Declared here so that a collector builds without a toolkit; tests compare types and
 * sizes with cuda.h where there is one.  Handles are pointers, results are numbers, 0 is
 * success.  The resource structure has had this size and these places since green contexts
 * came (CUDA 12.4); 13.1 uses more of what is padding here.
 */
#ifndef CT_CAPTURE_COLLECTOR_CONFINE_CUDA_H
#define CT_CAPTURE_COLLECTOR_CONFINE_CUDA_H

#include <stdint.h>

#define CT_CU_RESOURCE_SM          1u
#define CT_CU_SPLIT_ANY_SM         1u /* IGNORE_SM_COSCHEDULING */
#define CT_CU_GREEN_DEFAULT_STREAM 1u

struct ct_cu_resource { /* CUdevResource, 144 bytes */
	uint32_t type;
	uint8_t padding[92];
	union {
		struct {
			uint32_t sms;
			uint32_t smallest; /* group that can be split off; 12.x: not set */
			uint32_t alignment;
		} sm;
		uint64_t more[6];
	};
};
_Static_assert(sizeof(struct ct_cu_resource) == 144, "CUdevResource");

struct ct_confine_driver {
	int (*get_device)(int *device);
	int (*get_current)(void **context);
	int (*set_current)(void *context);
	int (*primary_state)(int device, unsigned int *flags, int *active);
	int (*primary_retain)(void **context, int device);
	int (*primary_release)(int device);
	int (*device_resource)(int device, struct ct_cu_resource *, int type);
	int (*split)(struct ct_cu_resource *groups, unsigned int *n_groups,
		     const struct ct_cu_resource *from, struct ct_cu_resource *rest,
		     unsigned int flags, unsigned int least_sms);
	int (*describe)(void **description, struct ct_cu_resource *, unsigned int n);
	int (*green_create)(void **green, void *description, int device,
			    unsigned int flags);
	int (*green_destroy)(void *green);
	int (*green_resource)(void *green, struct ct_cu_resource *, int type);
	int (*context_of)(void **context, void *green);
};

/* In the order of the members above: the names to look up. */
#define CT_CONFINE_DRIVER_NAMES                                                            \
	"cuCtxGetDevice", "cuCtxGetCurrent", "cuCtxSetCurrent",                            \
		"cuDevicePrimaryCtxGetState", "cuDevicePrimaryCtxRetain",                  \
		"cuDevicePrimaryCtxRelease_v2", "cuDeviceGetDevResource",                  \
		"cuDevSmResourceSplitByCount", "cuDevResourceGenerateDesc",                \
		"cuGreenCtxCreate", "cuGreenCtxDestroy", "cuGreenCtxGetDevResource",       \
		"cuCtxFromGreenCtx"

#endif
