/*
 * fake-range-profiler - a driver and a CUPTI whose kernels move known numbers of bytes.
 */
#define _GNU_SOURCE
#include "tests/fakes/fake-range-profiler.h"

#include <dlfcn.h>
#include <math.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "capture/counters/profiler-abi.h"

#define EXPORT            __attribute__((visibility("default")))
#define INVALID_PARAMETER 1
#define UNKNOWN           999
#define RANGES            4096

/* What is asked for by metric name. */
static const char *const metric_names[] = {
	"dram__bytes_read.sum",
	"dram__bytes_write.sum",
	"lts__t_sectors_srcunit_tex.sum",
	"sm__cycles_active.avg.pct_of_peak_sustained_elapsed",
	"sm__pipe_tensor_cycles_active.avg.pct_of_peak_sustained_active",
	"sm__warps_active.avg.pct_of_peak_sustained_active",
};
enum { METRICS = sizeof(metric_names) / sizeof(metric_names[0]) };

struct range {
	char name[16];
	double value[METRICS];
	int kernels;
};

struct image { /* counter data, as the client holds it */
	uint64_t magic, n, room;
	struct range range[];
};

struct profiler {
	int context;
	struct image *image;
	size_t max_ranges;
	int is_configured, is_started, is_open;
	size_t n;
	struct range range[RANGES];
};

struct host {
	size_t n_metrics;
};

static struct {
	pthread_mutex_t lock;
	struct {
		int capturing;
		double pending[METRICS];
		int n_kernels;
	} stream[FAKE_STREAMS + 1];
	struct profiler *profiler[2];
	ct_callback callback;
	uint8_t enabled[1024];
	int has_resource, refuse, is_initialized, n_decodes;
	uint32_t correlation;
} fake = { .lock = PTHREAD_MUTEX_INITIALIZER };

static _Thread_local int current;

static int goes_wrong(const char *how)
{
	const char *faults = getenv("FAKE_RANGES");

	return faults && !strcmp(faults, how);
}

static void *handle(int context)
{
	return (void *)(uintptr_t)(0x1000 + context);
}

/* --- the driver --- */

EXPORT int cuStreamSynchronize(void *stream);
EXPORT int cuStreamIsCapturing(void *stream, int *status);
EXPORT int cuCtxGetDevice(int *device);
EXPORT int cuCtxPushCurrent_v2(void *context);
EXPORT int cuCtxPopCurrent_v2(void **context);

/* What is pending happens, and is seen by the range that is open now. */
int cuStreamSynchronize(void *stream)
{
	size_t s = (size_t)stream;

	pthread_mutex_lock(&fake.lock);
	for (int c = 0; c < 2; c++) {
		struct profiler *p = fake.profiler[c];
		struct range *range;

		if (!p || !p->is_open)
			continue;
		range = &p->range[p->n];
		range->kernels += fake.stream[s].n_kernels;
		for (int m = 0; m < METRICS; m++)
			range->value[m] += fake.stream[s].pending[m];
	}
	memset(fake.stream[s].pending, 0, sizeof(fake.stream[s].pending));
	fake.stream[s].n_kernels = 0;
	pthread_mutex_unlock(&fake.lock);
	return 0;
}

int cuStreamIsCapturing(void *stream, int *status)
{
	*status = fake.stream[(size_t)stream].capturing;
	return 0;
}

int cuCtxGetDevice(int *device)
{
	*device = 0;
	return 0;
}

int cuCtxPushCurrent_v2(void *context)
{
	return 0;
}

int cuCtxPopCurrent_v2(void **context)
{
	*context = NULL;
	return 0;
}

EXPORT fake_init cuInit;
int cuInit(unsigned int flags)
{
	const char *path = getenv("CUDA_INJECTION64_PATH");
	void *library = path ? dlopen(path, RTLD_NOW | RTLD_LOCAL) : NULL;
	int (*inject)(void) = NULL;

	if (!library)
		return UNKNOWN;
	*(void **)&inject = dlsym(library, "InitializeInjection");
	return inject && inject() ? 0 : UNKNOWN;
}

static void pend(const struct fake_kernel *kernel, void *stream)
{
	double *pending = fake.stream[(size_t)stream].pending;

	if (fake.stream[(size_t)stream].capturing)
		return;
	pthread_mutex_lock(&fake.lock);
	pending[0] += kernel->read_bytes;
	pending[1] += kernel->write_bytes;
	pending[2] += kernel->l2_sectors;
	pending[3] += kernel->sm_pct;
	pending[4] += kernel->tensor_pct;
	pending[5] += kernel->warps_pct;
	fake.stream[(size_t)stream].n_kernels++;
	pthread_mutex_unlock(&fake.lock);
}

/* CALL with its callbacks; REAL is where the work goes. */
static int launch(uint32_t call, const char *name, const void *params,
		  const struct fake_kernel *kernel, void *real)
{
	int result = fake.refuse ? UNKNOWN : 0;
	uint64_t between = 0;
	struct ct_call_data data = { .site = CT_SITE_ENTER,
				     .function = name,
				     .params = params,
				     .result = &result,
				     .symbol = kernel->symbol,
				     .context = handle(current),
				     .between = &between };

	if (fake.callback && fake.enabled[call])
		fake.callback(NULL, CT_DOMAIN_DRIVER, call, &data);
	sched_yield(); /* now is the time for other threads to get in between */
	if (!result)
		pend(kernel, real);
	data.site = CT_SITE_EXIT;
	if (fake.callback && fake.enabled[call])
		fake.callback(NULL, CT_DOMAIN_DRIVER, call, &data);
	return result;
}

EXPORT fake_launch cuLaunchKernel, cuLaunchKernel_ptsz;
int cuLaunchKernel(struct fake_kernel *kernel, unsigned gx, unsigned gy, unsigned gz,
		   unsigned bx, unsigned by, unsigned bz, unsigned smem, void *stream,
		   void **params, void **extra)
{
	struct ct_launch_params p = {
		kernel, { gx, gy, gz }, { bx, by, bz }, smem, stream
	};

	return launch(CT_CALL_LAUNCH, "cuLaunchKernel", &p, kernel, stream);
}

int cuLaunchKernel_ptsz(struct fake_kernel *kernel, unsigned gx, unsigned gy, unsigned gz,
			unsigned bx, unsigned by, unsigned bz, unsigned smem, void *stream,
			void **params, void **extra)
{
	struct ct_launch_params p = {
		kernel, { gx, gy, gz }, { bx, by, bz }, smem, stream
	};

	return launch(CT_CALL_LAUNCH_PTSZ, "cuLaunchKernel", &p, kernel,
		      stream ? stream : CT_STREAM_PER_THREAD);
}

EXPORT fake_launch_cluster fake_launch_ex;
int fake_launch_ex(struct fake_kernel *kernel, unsigned gx, unsigned bx, unsigned cx,
		   void *stream)
{
	struct ct_launch_attribute attributes[2] = { { .id = 2 },
						     { .id = CT_ATTRIBUTE_CLUSTER } };
	struct ct_launch_config config = { { gx, 1, 1 }, { bx, 1, 1 }, 0,
					   stream,       attributes,   2 };
	struct ct_launch_ex_params p = { &config, kernel };

	for (int i = 0; i < 3; i++)
		attributes[1].value.cluster[i] = i ? 1 : cx;
	return launch(CT_CALL_LAUNCH_EX, "cuLaunchKernelEx", &p, kernel, stream);
}

EXPORT fake_launch_graph cuGraphLaunch;
int cuGraphLaunch(struct fake_kernel *kernel, void *stream)
{
	struct ct_graph_params p = { kernel, stream };

	return launch(CT_CALL_GRAPH, "cuGraphLaunch", &p, kernel, stream);
}

EXPORT fake_copy fake_copy_async;
int fake_copy_async(double bytes, void *stream)
{
	struct fake_kernel copy = { .write_bytes = bytes };

	pend(&copy, stream);
	fake.stream[(size_t)stream].n_kernels--;
	return 0;
}

EXPORT fake_capture fake_set_capture;
void fake_set_capture(void *stream, int on)
{
	fake.stream[(size_t)stream].capturing = on;
}

EXPORT fake_refuse fake_set_refuse;
void fake_set_refuse(int on)
{
	fake.refuse = on;
}

EXPORT fake_set_context fake_make_current;
void fake_make_current(int number)
{
	current = number;
}

EXPORT fake_destroy_context fake_destroy;
void fake_destroy(int number)
{
	struct ct_resource_data data = { .context = handle(number) };

	if (fake.callback && fake.has_resource)
		fake.callback(NULL, CT_DOMAIN_RESOURCE, CT_RESOURCE_CONTEXT_DESTROY, &data);
}

/* --- CUPTI --- */

#define WRONG_SIZE(p, type, last) ((p)->size != CT_PARAMS_BYTES(type, last) || (p)->priv)

EXPORT int cuptiGetVersion(uint32_t *);
int cuptiGetVersion(uint32_t *version)
{
	*version = 130001;
	return 0;
}

EXPORT int cuptiSubscribe(void **, ct_callback, void *);
int cuptiSubscribe(void **subscriber, ct_callback callback, void *user)
{
	if (goes_wrong("busy"))
		return CT_CUPTI_MULTIPLE_SUBSCRIBERS;
	fake.callback = callback;
	*subscriber = &fake;
	return 0;
}

EXPORT int cuptiUnsubscribe(void *);
int cuptiUnsubscribe(void *subscriber)
{
	fake.callback = NULL;
	return 0;
}

EXPORT int cuptiEnableCallback(uint32_t, void *, int, uint32_t);
int cuptiEnableCallback(uint32_t on, void *subscriber, int domain, uint32_t call)
{
	if (subscriber != &fake || call >= sizeof(fake.enabled))
		return INVALID_PARAMETER;
	if (domain == CT_DOMAIN_RESOURCE)
		fake.has_resource = (int)on;
	else
		fake.enabled[call] = (uint8_t)on;
	return 0;
}

EXPORT int cuptiProfilerInitialize(struct ct_profiler_simple *);
int cuptiProfilerInitialize(struct ct_profiler_simple *p)
{
	if (WRONG_SIZE(p, ct_profiler_simple, priv))
		return INVALID_PARAMETER;
	fake.is_initialized = 1;
	return 0;
}

EXPORT int cuptiProfilerDeviceSupported(struct ct_profiler_supported *);
int cuptiProfilerDeviceSupported(struct ct_profiler_supported *p)
{
	if (WRONG_SIZE(p, ct_profiler_supported, api))
		return INVALID_PARAMETER;
	p->supported = goes_wrong("vgpu") ? CT_SUPPORT_NONE : CT_SUPPORT_FULL;
	p->architecture = p->sli = p->confidential = p->cmp = p->wsl = CT_SUPPORT_FULL;
	p->vgpu = goes_wrong("vgpu") ? CT_SUPPORT_DISABLED : CT_SUPPORT_FULL;
	return 0;
}

EXPORT int cuptiProfilerGetCounterAvailability(struct ct_profiler_availability *);
int cuptiProfilerGetCounterAvailability(struct ct_profiler_availability *p)
{
	if (WRONG_SIZE(p, ct_profiler_availability, image))
		return INVALID_PARAMETER;
	p->bytes = 16;
	if (p->image)
		memset(p->image, 'a', 16);
	return 0;
}

EXPORT int cuptiDeviceGetChipName(struct ct_chip_name *);
int cuptiDeviceGetChipName(struct ct_chip_name *p)
{
	if (WRONG_SIZE(p, ct_chip_name, name) || !fake.is_initialized)
		return INVALID_PARAMETER;
	p->name = "GH100";
	return 0;
}

EXPORT int cuptiProfilerHostInitialize(struct ct_host_initialize *);
int cuptiProfilerHostInitialize(struct ct_host_initialize *p)
{
	if (WRONG_SIZE(p, ct_host_initialize, host) || strcmp(p->chip, "GH100") ||
	    !p->availability || *p->availability != 'a')
		return INVALID_PARAMETER;
	p->host = calloc(1, sizeof(struct host));
	return 0;
}

EXPORT int cuptiProfilerHostDeinitialize(struct ct_host_deinitialize *);
int cuptiProfilerHostDeinitialize(struct ct_host_deinitialize *p)
{
	free(p->host);
	return 0;
}

static int metric_of(const char *name)
{
	for (int i = 0; i < METRICS; i++)
		if (!strcmp(name, metric_names[i]))
			return i;
	return -1;
}

EXPORT int cuptiProfilerHostConfigAddMetrics(struct ct_host_add_metrics *);
int cuptiProfilerHostConfigAddMetrics(struct ct_host_add_metrics *p)
{
	if (WRONG_SIZE(p, ct_host_add_metrics, n))
		return INVALID_PARAMETER;
	for (size_t i = 0; i < p->n; i++)
		if (metric_of(p->names[i]) < 0 ||
		    (goes_wrong("unknown") && metric_of(p->names[i]) < 2))
			return INVALID_PARAMETER;
	((struct host *)p->host)->n_metrics = p->n;
	return 0;
}

EXPORT int cuptiProfilerHostGetConfigImageSize(struct ct_host_image_size *);
int cuptiProfilerHostGetConfigImageSize(struct ct_host_image_size *p)
{
	if (WRONG_SIZE(p, ct_host_image_size, bytes))
		return INVALID_PARAMETER;
	p->bytes = 8;
	return 0;
}

EXPORT int cuptiProfilerHostGetConfigImage(struct ct_host_image *);
int cuptiProfilerHostGetConfigImage(struct ct_host_image *p)
{
	if (WRONG_SIZE(p, ct_host_image, image) || p->bytes != 8)
		return INVALID_PARAMETER;
	memset(p->image, 0, 8);
	p->image[0] = (uint8_t)((struct host *)p->host)->n_metrics;
	return 0;
}

EXPORT int cuptiProfilerHostGetNumOfPasses(struct ct_host_passes *);
int cuptiProfilerHostGetNumOfPasses(struct ct_host_passes *p)
{
	if (WRONG_SIZE(p, ct_host_passes, n) || p->bytes != 8)
		return INVALID_PARAMETER;
	p->n = goes_wrong("passes") || (goes_wrong("passes-4") && p->image[0] > 4) ? 3 : 1;
	return 0;
}

EXPORT int cuptiProfilerHostEvaluateToGpuValues(struct ct_host_evaluate *);
int cuptiProfilerHostEvaluateToGpuValues(struct ct_host_evaluate *p)
{
	const struct image *image = (const void *)p->data;

	if (WRONG_SIZE(p, ct_host_evaluate, values) || p->range >= image->n)
		return INVALID_PARAMETER;
	if (goes_wrong("evaluate") && p->range == 0)
		return UNKNOWN;
	for (size_t i = 0; i < p->n; i++)
		p->values[i] = image->range[p->range].value[metric_of(p->names[i])];
	if (goes_wrong("nan"))
		p->values[2] = (double)NAN;
	return 0;
}

EXPORT int cuptiRangeProfilerEnable(struct ct_range_enable *);
int cuptiRangeProfilerEnable(struct ct_range_enable *p)
{
	struct profiler *profiler;
	int context = p->context == handle(1);

	if (WRONG_SIZE(p, ct_range_enable, profiler) || fake.profiler[context])
		return INVALID_PARAMETER;
	if (goes_wrong("denied"))
		return CT_CUPTI_INSUFFICIENT_PRIVILEGES;
	profiler = calloc(1, sizeof(*profiler));
	profiler->context = context;
	p->profiler = fake.profiler[context] = profiler;
	return 0;
}

EXPORT int cuptiRangeProfilerDisable(struct ct_range_simple *);
int cuptiRangeProfilerDisable(struct ct_range_simple *p)
{
	struct profiler *profiler = p->profiler;

	if (WRONG_SIZE(p, ct_range_simple, profiler))
		return INVALID_PARAMETER;
	fake.profiler[profiler->context] = NULL;
	free(profiler);
	return 0;
}

EXPORT int cuptiRangeProfilerGetCounterDataSize(struct ct_range_data_size *);
int cuptiRangeProfilerGetCounterDataSize(struct ct_range_data_size *p)
{
	if (WRONG_SIZE(p, ct_range_data_size, bytes) || p->max_nodes < p->max_ranges)
		return INVALID_PARAMETER;
	p->bytes = sizeof(struct image) + p->max_ranges * sizeof(struct range);
	return 0;
}

EXPORT int cuptiRangeProfilerCounterDataImageInitialize(struct ct_range_data_begin *);
int cuptiRangeProfilerCounterDataImageInitialize(struct ct_range_data_begin *p)
{
	struct image *image = (void *)p->data;

	if (WRONG_SIZE(p, ct_range_data_begin, data))
		return INVALID_PARAMETER;
	image->magic = 0xfa4e;
	image->n = 0;
	image->room = (p->bytes - sizeof(*image)) / sizeof(struct range);
	return 0;
}

EXPORT int cuptiRangeProfilerSetConfig(struct ct_range_config *);
int cuptiRangeProfilerSetConfig(struct ct_range_config *p)
{
	struct profiler *profiler = p->profiler;
	struct image *image = (void *)p->data;

	if (WRONG_SIZE(p, ct_range_config, target_level) || p->range != CT_RANGE_USER ||
	    p->replay != CT_REPLAY_USER || p->config_bytes != 8 || image->magic != 0xfa4e ||
	    p->n_levels != 1 || image->room < p->max_ranges)
		return INVALID_PARAMETER;
	if (profiler->is_started || (goes_wrong("few") && p->max_ranges > 16))
		return CT_CUPTI_INVALID_OPERATION;
	profiler->image = image;
	profiler->max_ranges = p->max_ranges;
	profiler->is_configured = 1;
	profiler->n = 0;
	return 0;
}

EXPORT int cuptiRangeProfilerStart(struct ct_range_simple *);
int cuptiRangeProfilerStart(struct ct_range_simple *p)
{
	struct profiler *profiler = p->profiler;

	if (WRONG_SIZE(p, ct_range_simple, profiler) || !profiler->is_configured ||
	    profiler->is_started)
		return CT_CUPTI_INVALID_OPERATION;
	profiler->is_started = 1;
	return 0;
}

EXPORT int cuptiRangeProfilerPushRange(struct ct_range_push *);
int cuptiRangeProfilerPushRange(struct ct_range_push *p)
{
	struct profiler *profiler = p->profiler;

	if (WRONG_SIZE(p, ct_range_push, name) || !profiler->is_started ||
	    profiler->is_open || profiler->n == profiler->max_ranges)
		return CT_CUPTI_INVALID_OPERATION;
	memset(&profiler->range[profiler->n], 0, sizeof(struct range));
	snprintf(profiler->range[profiler->n].name, sizeof(profiler->range[0].name), "%s",
		 p->name);
	profiler->is_open = 1;
	return 0;
}

EXPORT int cuptiRangeProfilerPopRange(struct ct_range_simple *);
int cuptiRangeProfilerPopRange(struct ct_range_simple *p)
{
	struct profiler *profiler = p->profiler;

	if (!profiler->is_open)
		return CT_CUPTI_INVALID_OPERATION;
	profiler->is_open = 0;
	profiler->n++;
	return 0;
}

EXPORT int cuptiRangeProfilerStop(struct ct_range_stop *);
int cuptiRangeProfilerStop(struct ct_range_stop *p)
{
	struct profiler *profiler = p->profiler;

	if (WRONG_SIZE(p, ct_range_stop, all_submitted) || !profiler->is_started ||
	    profiler->is_open)
		return CT_CUPTI_INVALID_OPERATION;
	profiler->is_started = 0;
	p->all_submitted = 1;
	return 0;
}

/* Last first: nobody promises an order.  Full: the image takes three less. */
EXPORT int cuptiRangeProfilerDecodeData(struct ct_range_decode *);
int cuptiRangeProfilerDecodeData(struct ct_range_decode *p)
{
	struct profiler *profiler = p->profiler;
	size_t skip = goes_wrong("full") && profiler->n > 3 ? 3 : 0;

	if (WRONG_SIZE(p, ct_range_decode, n_dropped) || profiler->is_started)
		return CT_CUPTI_INVALID_OPERATION;
	if (goes_wrong("decode") && fake.n_decodes++ == 1)
		return UNKNOWN;
	profiler->image->n = profiler->n - skip;
	p->n_dropped = skip;
	for (size_t i = 0; i < profiler->image->n; i++)
		profiler->image->range[i] = profiler->range[profiler->image->n - 1 - i];
	return 0;
}

EXPORT int cuptiRangeProfilerGetCounterDataInfo(struct ct_range_data_info *);
int cuptiRangeProfilerGetCounterDataInfo(struct ct_range_data_info *p)
{
	if (WRONG_SIZE(p, ct_range_data_info, n))
		return INVALID_PARAMETER;
	p->n = ((const struct image *)(const void *)p->data)->n;
	return 0;
}

EXPORT int cuptiRangeProfilerCounterDataGetRangeInfo(struct ct_range_info *);
int cuptiRangeProfilerCounterDataGetRangeInfo(struct ct_range_info *p)
{
	const struct image *image = (const void *)p->data;

	if (WRONG_SIZE(p, ct_range_info, name) || p->range >= image->n)
		return INVALID_PARAMETER;
	p->name = image->range[p->range].name;
	return 0;
}
