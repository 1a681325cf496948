/*
 * profiler-abi.h - what is used of CUPTI's profilers and of the driver, declared here.
 *
 * The idea.  The library must build where there is no CUDA toolkit and load where there
 * is no CUPTI, so it declares the calls it makes and binds them when it runs.  CUPTI's
 * profilers take one struct per call, whose first field says how much of it the caller
 * knows: the end of the last field, which may be short of sizeof.  A newer CUPTI that has
 * more fields then leaves them alone.
 *
 * Names are ours, fields stand as in cupti_profiler_host.h, cupti_range_profiler.h,
 * cupti_profiler_target.h, cupti_target.h, cupti_callbacks.h and generated_cuda_meta.h of
 * CUDA 13.0; tests/capture/profiler-abi.c compares them where there is a toolkit.
 */
#ifndef CT_CAPTURE_COUNTERS_PROFILER_ABI_H
#define CT_CAPTURE_COUNTERS_PROFILER_ABI_H

#include <stddef.h>
#include <stdint.h>

/* What structSize is to be for a struct whose last field is LAST. */
#define CT_PARAMS_BYTES(type, last)                                                        \
	(offsetof(struct type, last) + sizeof(((struct type *)0)->last))

enum ct_cupti_result {
	CT_CUPTI_OK = 0,
	CT_CUPTI_INVALID_OPERATION = 7,
	CT_CUPTI_NOT_SUPPORTED = 27,
	CT_CUPTI_VIRTUALIZED = 33,
	CT_CUPTI_INSUFFICIENT_PRIVILEGES = 35,
	CT_CUPTI_MULTIPLE_SUBSCRIBERS = 39,
	CT_CUPTI_VIRTUALIZED_PRIVILEGES = 40,
	CT_CUPTI_CONFIDENTIAL = 41,
	CT_CUPTI_CMP = 42,
	CT_CUPTI_MIG = 43,
	CT_CUPTI_SLI = 44,
	CT_CUPTI_WSL = 45
};

struct ct_profiler_simple { /* cuptiProfilerInitialize and -DeInitialize */
	size_t size;
	void *priv;
};

enum ct_support {
	CT_SUPPORT_UNKNOWN,
	CT_SUPPORT_NONE,
	CT_SUPPORT_DISABLED,
	CT_SUPPORT_FULL
};

struct ct_profiler_supported { /* last: api */
	size_t size;
	void *priv;
	int device;
	int supported, architecture, sli, vgpu, confidential, cmp,
		wsl; /* enum ct_support */
	int api;     /* 0: ranges */
};

struct ct_profiler_availability { /* last: image */
	size_t size;
	void *priv;
	void *context;
	size_t bytes;
	uint8_t *image;
};

struct ct_chip_name { /* last: name */
	size_t size;
	void *priv;
	size_t device;
	const char *name;
};

enum { CT_HOST_RANGE_PROFILER = 0 };

struct ct_host_initialize { /* last: host */
	size_t size;
	void *priv;
	int type;
	const char *chip;
	const uint8_t *availability;
	void *host;
};

struct ct_host_deinitialize { /* last: host */
	size_t size;
	void *priv;
	void *host;
};

struct ct_host_add_metrics { /* last: n */
	size_t size;
	void *priv;
	void *host;
	const char **names;
	size_t n;
};

struct ct_host_image_size { /* last: bytes */
	size_t size;
	void *priv;
	void *host;
	size_t bytes;
};

struct ct_host_image { /* last: image */
	size_t size;
	void *priv;
	void *host;
	size_t bytes;
	uint8_t *image;
};

struct ct_host_passes { /* last: n */
	size_t size;
	void *priv;
	size_t bytes;
	uint8_t *image;
	size_t n;
};

struct ct_host_evaluate { /* last: values */
	size_t size;
	void *priv;
	void *host;
	const uint8_t *data;
	size_t bytes;
	size_t range;
	const char **names;
	size_t n;
	double *values;
};

enum { CT_RANGE_USER = 2, CT_REPLAY_USER = 3 };

struct ct_range_config { /* last: target_level */
	size_t size;
	void *priv;
	void *profiler;
	size_t config_bytes;
	const uint8_t *config;
	size_t data_bytes;
	uint8_t *data;
	int range, replay;
	size_t max_ranges;
	uint16_t n_levels, min_level;
	size_t pass;
	uint16_t target_level;
};

struct ct_range_enable { /* last: profiler */
	size_t size;
	void *priv;
	void *context;
	void *profiler;
};

struct ct_range_simple { /* Disable, Start, PopRange; last: profiler */
	size_t size;
	void *priv;
	void *profiler;
};

struct ct_range_stop { /* last: all_submitted */
	size_t size;
	void *priv;
	void *profiler;
	size_t pass, target_level;
	uint8_t all_submitted;
};

struct ct_range_push { /* last: name */
	size_t size;
	void *priv;
	void *profiler;
	const char *name;
};

struct ct_range_decode { /* last: n_dropped */
	size_t size;
	void *priv;
	void *profiler;
	size_t n_dropped;
};

struct ct_range_data_size { /* last: bytes */
	size_t size;
	void *priv;
	void *profiler;
	const char **names;
	size_t n;
	size_t max_ranges;
	uint32_t max_nodes;
	size_t bytes;
};

struct ct_range_data_begin { /* last: data */
	size_t size;
	void *priv;
	void *profiler;
	size_t bytes;
	uint8_t *data;
};

struct ct_range_data_info { /* last: n */
	size_t size;
	void *priv;
	const uint8_t *data;
	size_t bytes;
	size_t n;
};

struct ct_range_info { /* last: name */
	size_t size;
	void *priv;
	const uint8_t *data;
	size_t bytes;
	size_t range;
	const char *delimiter;
	const char *name;
};

/* Callbacks. */
enum { CT_DOMAIN_DRIVER = 1, CT_DOMAIN_RESOURCE = 3 };
enum { CT_SITE_ENTER, CT_SITE_EXIT };
enum { CT_RESOURCE_CONTEXT_DESTROY = 2 };

enum ct_launch_call {
	CT_CALL_LAUNCH = 307,
	CT_CALL_LAUNCH_PTSZ = 442,
	CT_CALL_COOPERATIVE = 477,
	CT_CALL_COOPERATIVE_PTSZ = 478,
	CT_CALL_GRAPH = 514,
	CT_CALL_GRAPH_PTSZ = 515,
	CT_CALL_LAUNCH_EX = 652,
	CT_CALL_LAUNCH_EX_PTSZ = 653
};

struct ct_call_data { /* CUpti_CallbackData */
	int site;
	const char *function;
	const void *params;
	void *result; /* of the driver: int */
	const char *symbol;
	void *context;
	uint32_t context_uid;
	uint64_t *between; /* kept from ENTER to EXIT of this call */
	uint32_t correlation;
};

struct ct_resource_data { /* CUpti_ResourceData */
	void *context;
	void *handle;
	void *descriptor;
};

struct ct_launch_params { /* cuLaunchKernel, cuLaunchCooperativeKernel */
	void *function;
	unsigned int grid[3], block[3], smem;
	void *stream;
};

struct ct_launch_attribute { /* CUlaunchAttribute */
	int id;
	char pad[4];
	union {
		char bytes[64];
		unsigned int cluster[3];
	} value;
};
enum { CT_ATTRIBUTE_CLUSTER = 4 };

struct ct_launch_config { /* CUlaunchConfig */
	unsigned int grid[3], block[3], smem;
	void *stream;
	struct ct_launch_attribute *attributes;
	unsigned int n_attributes;
};

struct ct_launch_ex_params { /* cuLaunchKernelEx */
	const struct ct_launch_config *config;
	void *function;
};

struct ct_graph_params { /* cuGraphLaunch */
	void *graph, *stream;
};

typedef void (*ct_callback)(void *user, int domain, uint32_t call, const void *data);

#define CT_STREAM_PER_THREAD ((void *)2) /* what no stream means in the _ptsz calls */

#endif
