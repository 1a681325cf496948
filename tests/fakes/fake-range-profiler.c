/*
 * fake-range-profiler - a driver and a CUPTI whose kernels move known numbers of bytes.
 */
#define _GNU_SOURCE
#include "tests/fakes/fake-range-profiler.h"

#include <dlfcn.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "capture/counters/profiler-abi.h"
#include "tests/fakes/range-profiler.h"

#define EXPORT            __attribute__((visibility("default")))
#define INVALID_PARAMETER 1
#define UNKNOWN           999

static struct {
	pthread_mutex_t lock;
	struct {
		int capturing;
		double pending[METRICS];
	} stream[FAKE_STREAMS + 1];
	ct_callback callback;
	uint8_t enabled[1024];
	int has_resource, refuse;
} fake = { .lock = PTHREAD_MUTEX_INITIALIZER };

static _Thread_local int current;

uint32_t ct_fake_range_context(void *context)
{
	return (uint32_t)((uintptr_t)context - 0x1000);
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

	double value[METRICS];

	pthread_mutex_lock(&fake.lock);
	memcpy(value, fake.stream[s].pending, sizeof(value));
	memset(fake.stream[s].pending, 0, sizeof(fake.stream[s].pending));
	pthread_mutex_unlock(&fake.lock);
	ct_fake_range_work(value);
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
	pending[READ_BYTES] += kernel->read_bytes;
	pending[WRITE_BYTES] += kernel->write_bytes;
	pending[L2_SECTORS] += kernel->l2_sectors;
	pending[SM_PCT] += kernel->sm_pct;
	pending[TENSOR_PCT] += kernel->tensor_pct;
	pending[WARPS_PCT] += kernel->warps_pct;
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

EXPORT int cuptiGetVersion(uint32_t *);
int cuptiGetVersion(uint32_t *version)
{
	*version = 130001;
	return 0;
}

EXPORT int cuptiSubscribe(void **, ct_callback, void *);
int cuptiSubscribe(void **subscriber, ct_callback callback, void *user)
{
	if (ct_fake_range_fault("busy"))
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
