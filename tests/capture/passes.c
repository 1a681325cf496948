/*
 * passes - what is counted of a kernel is counted in one pass, on every chip.
 *
 * CUPTI's host API knows all chips and needs none, so this asks the real one, where there
 * is a toolkit: the library's own choice of metrics, for each chip that CUPTI lists.
 */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "capture/counters/metrics.h"
#include "capture/session.h"

struct chips { /* of cuptiProfilerHostGetSupportedChips; last: names */
	size_t size;
	void *priv;
	size_t n;
	const char *const *names;
};

/* Chips of which less is expected than all six quantities, by CUPTI 13.0: those without
 * DRAM of their own share the host's, which they do not count. */
static const struct {
	const char *chip;
	enum ct_counter_trouble trouble;
} odd[] = {
	{ "GV11B", CT_COUNTER_NO_CHIP },
	{ "GA10B", CT_COUNTER_NO_METRIC },
	{ "GB10B", CT_COUNTER_NO_METRIC },
	{ "GB20B", CT_COUNTER_NO_METRIC },
};

static enum ct_counter_trouble expected(const char *chip)
{
	for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++)
		if (!strcmp(odd[i].chip, chip))
			return odd[i].trouble;
	return 0;
}

static int check_chip(const struct ct_profiler_calls *calls, const char *chip)
{
	struct ct_trouble trouble = { 0 };
	struct ct_metric_set set;
	int bad;

	if (ct_metrics_choose(&set, calls, chip, NULL, &trouble)) {
		printf("%-6s no: trouble %d, %s said %d\n", chip, (int)trouble.trouble,
		       trouble.call, trouble.result);
		return trouble.trouble != expected(chip);
	}
	printf("%-6s", chip);
	for (size_t i = 0; i < set.n; i++)
		printf(" %s", set.name[i]);
	printf("\n");
	bad = expected(chip) != 0 || set.n != CT_COUNTERS;
	for (size_t i = 0; i < set.n; i++)
		bad |= set.counter[i] != (enum ct_counter)i;
	ct_metrics_clear(&set, calls);
	return bad;
}

/* That GetNumOfPasses would say so: a set that is known to need more (H100: hits and
 * misses of L2, 3 passes in CUPTI 13.0). */
static int check_instrument(const struct ct_profiler_calls *calls)
{
	static const char *names[] = { "lts__t_sectors_lookup_hit.sum",
				       "lts__t_sectors_lookup_miss.sum",
				       "sm__throughput.avg.pct_of_peak_sustained_elapsed" };
	struct ct_host_initialize host = {
		.size = CT_PARAMS_BYTES(ct_host_initialize, host), .chip = "GH100"
	};
	struct ct_host_add_metrics add = { .size = CT_PARAMS_BYTES(ct_host_add_metrics, n),
					   .names = names,
					   .n = 3 };
	struct ct_host_image_size size = { .size = CT_PARAMS_BYTES(ct_host_image_size,
								   bytes) };
	struct ct_host_image image = { .size = CT_PARAMS_BYTES(ct_host_image, image) };
	struct ct_host_passes passes = { .size = CT_PARAMS_BYTES(ct_host_passes, n) };

	if (calls->host_initialize(&host))
		return 1;
	add.host = size.host = image.host = host.host;
	if (calls->host_add(&add) || calls->host_image_size(&size))
		return 1;
	image.bytes = passes.bytes = size.bytes;
	image.image = passes.image = malloc(size.bytes);
	if (calls->host_image(&image) || calls->host_passes(&passes))
		return 1;
	printf("L2 hits, misses and SM throughput: %zu passes\n", passes.n);
	free(image.image);
	return passes.n < 2;
}

int main(void)
{
	struct chips chips = { .size = offsetof(struct chips, names) +
				       sizeof(chips.names) };
	struct ct_profiler_calls calls;
	int (*list)(struct chips *);
	const char *missing;
	void *library;
	int bad = 0;

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
	printf("skipped: CUPTI loads a library in a way that sanitizers refuse\n");
	return 77;
#endif
	setenv(CT_SESSION_CUPTI_ENV, CUDA_HOME "/lib64/libcupti.so", 0);
	missing = ct_bind_profiler(&calls);
	library = dlopen(getenv(CT_SESSION_CUPTI_ENV), RTLD_NOW);
	if (missing || !library) {
		printf("skipped: no CUPTI with a range profiler in " CUDA_HOME " (%s)\n",
		       missing ? missing : dlerror());
		return 77;
	}
	*(void **)&list = dlsym(library, "cuptiProfilerHostGetSupportedChips");
	if (!list || list(&chips))
		return 1;
	for (size_t i = 0; i < chips.n; i++)
		bad |= check_chip(&calls, chips.names[i]);
	bad |= check_instrument(&calls) || chips.n < 20;
	return bad;
}
