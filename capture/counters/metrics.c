/*
 * metrics - which metrics a chip has for what is wanted, all of them in one pass.
 */
#include "capture/counters/metrics.h"

#include <stdlib.h>
#include <string.h>

#define SECTOR_BYTES 32

/* By counter, the best first.  DRAM: "op_" since Blackwell's boards.  L2: sectors that the
 * SMs ask for; all bytes, which have those of copies and of the fabric in them, where a
 * chip cannot tell. */
static const struct candidate {
	enum ct_counter counter;
	const char *name;
	double scale;
} candidates[] = {
	{ CT_COUNTER_DRAM_READ_BYTES, "dram__bytes_read.sum", 1 },
	{ CT_COUNTER_DRAM_READ_BYTES, "dram__bytes_op_read.sum", 1 },
	{ CT_COUNTER_DRAM_WRITE_BYTES, "dram__bytes_write.sum", 1 },
	{ CT_COUNTER_DRAM_WRITE_BYTES, "dram__bytes_op_write.sum", 1 },
	{ CT_COUNTER_L2_BYTES, "lts__t_sectors_srcunit_tex.sum", SECTOR_BYTES },
	{ CT_COUNTER_L2_BYTES, "lts__t_bytes.sum", 1 },
	{ CT_COUNTER_SM_ACTIVE, "sm__cycles_active.avg.pct_of_peak_sustained_elapsed",
	  0.01 },
	{ CT_COUNTER_TENSOR_ACTIVE,
	  "sm__pipe_tensor_cycles_active.avg.pct_of_peak_sustained_active", 0.01 },
	{ CT_COUNTER_TENSOR_ACTIVE,
	  "sm__inst_executed_pipe_tensor.avg.pct_of_peak_sustained_active", 0.01 },
	{ CT_COUNTER_WARPS_ACTIVE, "sm__warps_active.avg.pct_of_peak_sustained_active",
	  0.01 },
};
#define N_CANDIDATES (sizeof(candidates) / sizeof(candidates[0]))

static int fail(struct ct_trouble *trouble, enum ct_counter_trouble what, const char *call,
		int result)
{
	*trouble = (struct ct_trouble){ what, call, result };
	return -1;
}

static void *new_host(const struct ct_profiler_calls *calls, const char *chip,
		      const uint8_t *availability, int *result)
{
	struct ct_host_initialize p = { .size = CT_PARAMS_BYTES(ct_host_initialize, host),
					.type = CT_HOST_RANGE_PROFILER,
					.chip = chip,
					.availability = availability };

	*result = calls->host_initialize(&p);
	return *result == CT_CUPTI_OK ? p.host : NULL;
}

static void free_host(const struct ct_profiler_calls *calls, void *host)
{
	struct ct_host_deinitialize p = {
		.size = CT_PARAMS_BYTES(ct_host_deinitialize, host), .host = host
	};

	if (host)
		calls->host_deinitialize(&p);
}

static int add(const struct ct_profiler_calls *calls, void *host, const char **names,
	       size_t n)
{
	struct ct_host_add_metrics p = { .size = CT_PARAMS_BYTES(ct_host_add_metrics, n),
					 .host = host,
					 .names = names,
					 .n = n };

	return calls->host_add(&p);
}

/* Whether the chip has metric NAME; asked of an object of its own, because one that has
 * refused a metric is not documented to be of use afterwards. */
static int has_metric(const struct ct_profiler_calls *calls, const char *chip,
		      const uint8_t *availability, const char *name)
{
	int result;
	void *host = new_host(calls, chip, availability, &result);
	int has = host && add(calls, host, &name, 1) == CT_CUPTI_OK;

	free_host(calls, host);
	return has;
}

static void take_candidates(struct ct_metric_set *set,
			    const struct ct_profiler_calls *calls, const char *chip,
			    const uint8_t *availability)
{
	for (size_t i = 0; i < N_CANDIDATES; i++) {
		const struct candidate *c = &candidates[i];

		if (set->n && set->counter[set->n - 1] == c->counter)
			continue;
		if (!has_metric(calls, chip, availability, c->name))
			continue;
		set->name[set->n] = c->name;
		set->counter[set->n] = c->counter;
		set->scale[set->n++] = c->scale;
	}
}

static int make_image(struct ct_metric_set *set, const struct ct_profiler_calls *calls,
		      struct ct_trouble *trouble)
{
	struct ct_host_image_size size = {
		.size = CT_PARAMS_BYTES(ct_host_image_size, bytes), .host = set->host
	};
	struct ct_host_image image = { .size = CT_PARAMS_BYTES(ct_host_image, image),
				       .host = set->host };
	int result = calls->host_image_size(&size);

	if (result != CT_CUPTI_OK)
		return fail(trouble, CT_COUNTER_FAILED,
			    "cuptiProfilerHostGetConfigImageSize", result);
	set->image = malloc(size.bytes + 1);
	if (!set->image)
		return fail(trouble, CT_COUNTER_NO_MEMORY, NULL, 0);
	set->image_bytes = image.bytes = size.bytes;
	image.image = set->image;
	result = calls->host_image(&image);
	if (result != CT_CUPTI_OK)
		return fail(trouble, CT_COUNTER_FAILED, "cuptiProfilerHostGetConfigImage",
			    result);
	return 0;
}

/* How many passes the set needs, -1 with *TROUBLE; the set then has host and image. */
static int try_set(struct ct_metric_set *set, const struct ct_profiler_calls *calls,
		   const char *chip, const uint8_t *availability,
		   struct ct_trouble *trouble)
{
	struct ct_host_passes p = { .size = CT_PARAMS_BYTES(ct_host_passes, n) };
	int result;

	set->host = new_host(calls, chip, availability, &result);
	if (!set->host)
		return fail(trouble, CT_COUNTER_NO_CHIP, "cuptiProfilerHostInitialize",
			    result);
	result = add(calls, set->host, set->name, set->n);
	if (result != CT_CUPTI_OK)
		return fail(trouble, CT_COUNTER_FAILED, "cuptiProfilerHostConfigAddMetrics",
			    result);
	if (make_image(set, calls, trouble))
		return -1;
	p.image = set->image;
	p.bytes = set->image_bytes;
	result = calls->host_passes(&p);
	if (result != CT_CUPTI_OK)
		return fail(trouble, CT_COUNTER_FAILED, "cuptiProfilerHostGetNumOfPasses",
			    result);
	return p.n > 1 ? 2 : 1;
}

static void drop_try(struct ct_metric_set *set, const struct ct_profiler_calls *calls)
{
	free_host(calls, set->host);
	free(set->image);
	set->host = NULL;
	set->image = NULL;
}

int ct_metrics_choose(struct ct_metric_set *set, const struct ct_profiler_calls *calls,
		      const char *chip, const uint8_t *availability,
		      struct ct_trouble *trouble)
{
	int result, passes;
	void *host;

	memset(set, 0, sizeof(*set));
	host = new_host(calls, chip, availability, &result);
	if (!host)
		return fail(trouble, CT_COUNTER_NO_CHIP, "cuptiProfilerHostInitialize",
			    result);
	free_host(calls, host);
	take_candidates(set, calls, chip, availability);
	if (set->n < 2 || set->counter[1] != CT_COUNTER_DRAM_WRITE_BYTES)
		return fail(trouble, CT_COUNTER_NO_METRIC, "dram__bytes_read.sum", 0);
	for (;;) {
		passes = try_set(set, calls, chip, availability, trouble);
		if (passes == 1)
			return 0;
		drop_try(set, calls);
		if (passes < 0)
			return -1;
		if (set->n == 2)
			return fail(trouble, CT_COUNTER_PASSES, "dram__bytes_read.sum", 0);
		set->n--;
	}
}

void ct_metrics_clear(struct ct_metric_set *set, const struct ct_profiler_calls *calls)
{
	drop_try(set, calls);
	memset(set, 0, sizeof(*set));
}
