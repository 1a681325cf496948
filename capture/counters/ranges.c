/*
 * ranges - launches of one context, measured one by one.
 */
#include "capture/counters/ranges.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RANGES_LEAST 8u

static int fail(struct ct_ranges *r, enum ct_counter_trouble what, const char *call,
		int result)
{
	r->trouble = (struct ct_trouble){ what, call, result };
	r->is_broken = 1;
	return -1;
}

static enum ct_counter_trouble trouble_of(int result)
{
	switch (result) {
	case CT_CUPTI_INSUFFICIENT_PRIVILEGES:
	case CT_CUPTI_VIRTUALIZED_PRIVILEGES:
		return CT_COUNTER_DENIED;
	case CT_CUPTI_NOT_SUPPORTED:
	case CT_CUPTI_VIRTUALIZED:
	case CT_CUPTI_CONFIDENTIAL:
	case CT_CUPTI_CMP:
	case CT_CUPTI_MIG:
	case CT_CUPTI_SLI:
	case CT_CUPTI_WSL:
		return CT_COUNTER_NO_CHIP;
	default:
		return CT_COUNTER_FAILED;
	}
}

static struct ct_range_simple simple(const struct ct_ranges *r)
{
	return (struct ct_range_simple){ .size = CT_PARAMS_BYTES(ct_range_simple, profiler),
					 .profiler = r->profiler };
}

/* Empties the image; CUPTI's result. */
static int empty_data(const struct ct_ranges *r)
{
	struct ct_range_data_begin p = { .size = CT_PARAMS_BYTES(ct_range_data_begin, data),
					 .profiler = r->profiler,
					 .bytes = r->data_bytes,
					 .data = r->data };

	return r->calls->data_begin(&p);
}

/* An empty image for N_MOST ranges. */
static int make_data(struct ct_ranges *r)
{
	struct ct_range_data_size p = { .size = CT_PARAMS_BYTES(ct_range_data_size, bytes),
					.profiler = r->profiler,
					.names = r->set->name,
					.n = r->set->n,
					.max_ranges = r->n_most,
					.max_nodes = r->n_most };
	int result = r->calls->data_size(&p);

	if (result != CT_CUPTI_OK)
		return fail(r, trouble_of(result), "cuptiRangeProfilerGetCounterDataSize",
			    result);
	free(r->data);
	r->data = calloc(1, p.bytes + 1);
	r->data_bytes = p.bytes;
	if (!r->data)
		return fail(r, CT_COUNTER_NO_MEMORY, NULL, 0);
	result = empty_data(r);
	if (result != CT_CUPTI_OK)
		return fail(r, trouble_of(result),
			    "cuptiRangeProfilerCounterDataImageInitialize", result);
	return 0;
}

static int configure(const struct ct_ranges *r)
{
	struct ct_range_config p = { .size = CT_PARAMS_BYTES(ct_range_config, target_level),
				     .profiler = r->profiler,
				     .config_bytes = r->set->image_bytes,
				     .config = r->set->image,
				     .data_bytes = r->data_bytes,
				     .data = r->data,
				     .range = CT_RANGE_USER,
				     .replay = CT_REPLAY_USER,
				     .max_ranges = r->n_most,
				     .n_levels = 1,
				     .min_level = 1,
				     .target_level = 1 };

	return r->calls->range_config(&p);
}

/* Finds how many ranges a batch may have. */
static int fit(struct ct_ranges *r)
{
	int result = CT_CUPTI_OK;

	for (r->n_most = CT_RANGES_MAX; r->n_most >= RANGES_LEAST; r->n_most /= 2) {
		if (make_data(r))
			return -1;
		result = configure(r);
		if (result != CT_CUPTI_INVALID_OPERATION)
			break;
	}
	if (result != CT_CUPTI_OK)
		return fail(r, trouble_of(result), "cuptiRangeProfilerSetConfig", result);
	return 0;
}

static int enable(struct ct_ranges *r)
{
	struct ct_range_enable p = { .size = CT_PARAMS_BYTES(ct_range_enable, profiler),
				     .context = r->context };
	int result = r->calls->range_enable(&p);

	r->profiler = result == CT_CUPTI_OK ? p.profiler : NULL;
	if (!r->profiler)
		return fail(r, trouble_of(result), "cuptiRangeProfilerEnable", result);
	return fit(r);
}

static void disable(struct ct_ranges *r)
{
	struct ct_range_simple p = simple(r);

	if (r->profiler)
		r->calls->range_disable(&p);
	r->profiler = NULL;
}

struct ct_ranges *ct_ranges_new(const struct ct_profiler_calls *calls,
				struct ct_metric_set *set, void *context)
{
	struct ct_ranges *r = calloc(1, sizeof(*r));

	if (!r)
		return NULL;
	r->calls = calls;
	r->set = set;
	r->context = context;
	enable(r);
	return r;
}

static int start(struct ct_ranges *r)
{
	struct ct_range_simple p = simple(r);
	int result;

	if (r->is_started)
		return 0;
	result = r->calls->range_start(&p);
	if (result != CT_CUPTI_OK)
		return fail(r, trouble_of(result), "cuptiRangeProfilerStart", result);
	r->is_started = 1;
	return 0;
}

int ct_ranges_push(struct ct_ranges *r, uint32_t row)
{
	struct ct_range_push p = { .size = CT_PARAMS_BYTES(ct_range_push, name),
				   .profiler = r->profiler };
	char name[16];
	int result;

	if (r->is_broken || start(r))
		return -1;
	snprintf(name, sizeof(name), "%u", r->n);
	p.name = name;
	result = r->calls->range_push(&p);
	if (result != CT_CUPTI_OK)
		return fail(r, trouble_of(result), "cuptiRangeProfilerPushRange", result);
	r->row[r->n] = row;
	r->is_void[r->n++] = 1; /* until it is popped */
	r->is_pushed = 1;
	return 0;
}

void ct_ranges_pop(struct ct_ranges *r, int launched, struct ct_tally *tally)
{
	struct ct_range_simple p = simple(r);
	int result;

	if (!r->is_pushed)
		return;
	r->is_pushed = 0;
	result = r->calls->range_pop(&p);
	if (result != CT_CUPTI_OK) {
		r->n_lost++;
		fail(r, trouble_of(result), "cuptiRangeProfilerPopRange", result);
	} else {
		r->is_void[r->n - 1] = !launched;
	}
	if (r->n == r->n_most || r->is_broken)
		ct_ranges_finish(r, tally);
}

/* The number of the launch that range INDEX of the image is of; -1 if it is nobody's. */
static int64_t launch_of(const struct ct_ranges *r, size_t index)
{
	struct ct_range_info p = { .size = CT_PARAMS_BYTES(ct_range_info, name),
				   .data = r->data,
				   .bytes = r->data_bytes,
				   .range = index,
				   .delimiter = "/" };
	const char *name, *slash;
	unsigned long number;
	char *end;

	if (r->calls->range_info(&p) != CT_CUPTI_OK || !p.name)
		return -1;
	slash = strrchr(p.name, '/');
	name = slash ? slash + 1 : p.name;
	if (*name < '0' || *name > '9')
		return -1;
	number = strtoul(name, &end, 10);
	return *end || number >= r->n ? -1 : (int64_t)number;
}

/* Range INDEX's values; 0 if they could be evaluated. */
static int evaluate(struct ct_ranges *r, size_t index, double value[CT_COUNTERS])
{
	double raw[CT_COUNTERS] = { 0 };
	struct ct_host_evaluate p = { .size = CT_PARAMS_BYTES(ct_host_evaluate, values),
				      .host = r->set->host,
				      .data = r->data,
				      .bytes = r->data_bytes,
				      .range = index,
				      .names = r->set->name,
				      .n = r->set->n,
				      .values = raw };
	int result = r->calls->host_evaluate(&p);

	if (result != CT_CUPTI_OK) {
		r->trouble = (struct ct_trouble){ CT_COUNTER_DECODE,
						  "cuptiProfilerHostEvaluateToGpuValues",
						  result };
		return -1;
	}
	for (int c = 0; c < CT_COUNTERS; c++)
		value[c] = (double)NAN;
	for (size_t i = 0; i < r->set->n; i++)
		if (isfinite(raw[i]) && raw[i] >= 0)
			value[r->set->counter[i]] = raw[i] * r->set->scale[i];
	return 0;
}

/* What the decoded image holds goes into the tally, each launch once. */
static void collect(struct ct_ranges *r, struct ct_tally *tally)
{
	struct ct_range_data_info p = { .size = CT_PARAMS_BYTES(ct_range_data_info, n),
					.data = r->data,
					.bytes = r->data_bytes };
	uint32_t wanted = 0, found = 0;
	double value[CT_COUNTERS];
	int result = r->calls->data_info(&p);

	for (uint32_t i = 0; i < r->n; i++)
		wanted += !r->is_void[i];
	if (result != CT_CUPTI_OK)
		p.n = 0;
	for (size_t i = 0; i < p.n && found < wanted; i++) {
		int64_t launch = launch_of(r, i);

		if (launch < 0 || r->is_void[launch] || evaluate(r, i, value))
			continue;
		r->is_void[launch] = 1;
		ct_tally_add(tally, r->row[launch], value);
		found++;
	}
	r->n_measured += found;
	r->n_lost += wanted - found;
	if (found < wanted && !r->trouble.trouble)
		r->trouble = (struct ct_trouble){ CT_COUNTER_DECODE,
						  "cuptiRangeProfilerGetCounterDataInfo",
						  result };
}

/* Stops the batch and moves it from the device into the image; 0 if it is there. */
static int decode(struct ct_ranges *r)
{
	struct ct_range_stop stop = { .size = CT_PARAMS_BYTES(ct_range_stop, all_submitted),
				      .profiler = r->profiler };
	struct ct_range_decode p = { .size = CT_PARAMS_BYTES(ct_range_decode, n_dropped),
				     .profiler = r->profiler };
	int result = r->calls->range_stop(&stop);

	r->is_started = 0;
	if (result != CT_CUPTI_OK)
		return fail(r, CT_COUNTER_DECODE, "cuptiRangeProfilerStop", result);
	result = r->calls->range_decode(&p);
	if (result != CT_CUPTI_OK)
		return fail(r, CT_COUNTER_DECODE, "cuptiRangeProfilerDecodeData", result);
	return 0;
}

/* Whether one profiler object may be configured again after it was decoded is not said
 * anywhere; where it may not, there is a new one. */
void ct_ranges_finish(struct ct_ranges *r, struct ct_tally *tally)
{
	if (!r->is_started || r->is_pushed)
		return;
	if (decode(r))
		r->n_lost += r->n;
	else
		collect(r, tally);
	r->n = 0;
	if (r->is_broken || (empty_data(r) == CT_CUPTI_OK && configure(r) == CT_CUPTI_OK))
		return;
	disable(r);
	enable(r);
}

void ct_ranges_free(struct ct_ranges *r)
{
	disable(r);
	free(r->data);
	free(r);
}
