/*
 * range-profiler - CUPTI's host API and range profiler, on work of known size.
 */
#include "tests/fakes/range-profiler.h"

#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "capture/counters/profiler-abi.h"

#define EXPORT            __attribute__((visibility("default")))
#define INVALID_PARAMETER 1
#define UNKNOWN           999
#define RANGES            4096
#define CONTEXTS          8

/* What is asked for by metric name, in the order of enum ct_fake_metric. */
static const char *const metric_names[] = {
	"dram__bytes_read.sum",
	"dram__bytes_write.sum",
	"lts__t_sectors_srcunit_tex.sum",
	"sm__cycles_active.avg.pct_of_peak_sustained_elapsed",
	"sm__pipe_tensor_cycles_active.avg.pct_of_peak_sustained_active",
	"sm__warps_active.avg.pct_of_peak_sustained_active",
};
_Static_assert(sizeof(metric_names) / sizeof(metric_names[0]) == METRICS, "metrics");

struct range {
	char name[16];
	double value[METRICS];
};

struct image { /* counter data, as the client holds it */
	uint64_t magic, n, room;
	struct range range[];
};

struct profiler {
	uint32_t context;
	struct image *image;
	size_t max_ranges;
	int is_configured, is_started, is_open, was_stopped;
	size_t n;
	struct range range[RANGES];
};

struct host {
	size_t n_metrics;
};

static struct {
	pthread_mutex_t lock;
	struct profiler *profiler[CONTEXTS];
	int is_initialized, n_decodes;
} fake = { .lock = PTHREAD_MUTEX_INITIALIZER };

int ct_fake_range_fault(const char *how)
{
	const char *faults = getenv("FAKE_RANGES");

	return faults && !strcmp(faults, how);
}

/* Whatever ranges are open on the device see it, whoever's they are. */
void ct_fake_range_work(const double value[METRICS])
{
	pthread_mutex_lock(&fake.lock);
	for (int c = 0; c < CONTEXTS; c++) {
		struct profiler *p = fake.profiler[c];

		for (int m = 0; p && p->is_open && m < METRICS; m++)
			p->range[p->n].value[m] += value[m];
	}
	pthread_mutex_unlock(&fake.lock);
}

#define WRONG_SIZE(p, type, last) ((p)->size != CT_PARAMS_BYTES(type, last) || (p)->priv)

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
	p->supported = ct_fake_range_fault("vgpu") ? CT_SUPPORT_NONE : CT_SUPPORT_FULL;
	p->architecture = p->sli = p->confidential = p->cmp = p->wsl = CT_SUPPORT_FULL;
	p->vgpu = ct_fake_range_fault("vgpu") ? CT_SUPPORT_DISABLED : CT_SUPPORT_FULL;
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
		    (ct_fake_range_fault("unknown") && metric_of(p->names[i]) < 2))
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
	p->n = ct_fake_range_fault("passes") ||
			       (ct_fake_range_fault("passes-4") && p->image[0] > 4)
		       ? 3
		       : 1;
	return 0;
}

EXPORT int cuptiProfilerHostEvaluateToGpuValues(struct ct_host_evaluate *);
int cuptiProfilerHostEvaluateToGpuValues(struct ct_host_evaluate *p)
{
	const struct image *image = (const void *)p->data;

	if (WRONG_SIZE(p, ct_host_evaluate, values) || p->range >= image->n)
		return INVALID_PARAMETER;
	if (ct_fake_range_fault("evaluate") && p->range == 0)
		return UNKNOWN;
	for (size_t i = 0; i < p->n; i++)
		p->values[i] = image->range[p->range].value[metric_of(p->names[i])];
	if (ct_fake_range_fault("nan"))
		p->values[2] = (double)NAN;
	return 0;
}

EXPORT int cuptiRangeProfilerEnable(struct ct_range_enable *);
int cuptiRangeProfilerEnable(struct ct_range_enable *p)
{
	struct profiler *profiler;
	uint32_t context = ct_fake_range_context(p->context);

	if (WRONG_SIZE(p, ct_range_enable, profiler) || context >= CONTEXTS ||
	    fake.profiler[context])
		return INVALID_PARAMETER;
	if (ct_fake_range_fault("denied"))
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
	if (profiler->is_started || (ct_fake_range_fault("few") && p->max_ranges > 16))
		return CT_CUPTI_INVALID_OPERATION;
	if (ct_fake_range_fault("once") && profiler->was_stopped)
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
	profiler->was_stopped = 1;
	p->all_submitted = 1;
	return 0;
}

/* Last first: nobody promises an order.  Full: the image takes three less. */
EXPORT int cuptiRangeProfilerDecodeData(struct ct_range_decode *);
int cuptiRangeProfilerDecodeData(struct ct_range_decode *p)
{
	struct profiler *profiler = p->profiler;
	size_t skip = ct_fake_range_fault("full") && profiler->n > 3 ? 3 : 0;

	if (WRONG_SIZE(p, ct_range_decode, n_dropped) || profiler->is_started)
		return CT_CUPTI_INVALID_OPERATION;
	if (ct_fake_range_fault("decode") && fake.n_decodes++ == 1)
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
