/*
 * microbench - two synthetic kernels at once on a V100, from what each takes alone
 *
 * The benchmarks of "Understanding GPU Resource Interference One Level Deeper" (arXiv
 * 2501.16909), run on a V100 by others; launch configurations are printed with every
 * figure.  Both kernels are put on the block engine at the same time, as two streams of
 * one context would, and what is compared is when the last of them ends.  What is taken
 * from the measurements is only what each kernel takes alone; where the file has no such
 * figure, half of what two took one after the other.
 */
#include <math.h>
#include <string.h>

#include "experiments/ground-truth/microbench.h"
#include "experiments/ground-truth/table.h"
#include "experiments/ground-truth/truth.h"
#include "sim/base/error.h"

/* What the rows before a "colocated" row said. */
struct pair {
	struct microbench_kernel kernel[2];
	unsigned n_alone; /* kernels whose time alone was seen */
	double sequential_ms;
};

/* Configurations that something in models/devices/v100-sxm2.json was fitted to: there the
 * sources of l2.bytes_per_s, sm.l1_usable_permille and sm.l1_miss_permille name them. */
static gboolean was_fitted(const struct microbench_kernel *k)
{
	return (k->kind == MICROBENCH_L2_COPY && k->bytes == 1 << 20) ||
	       (k->kind == MICROBENCH_L1_COPY && k->bytes == 64 << 10);
}

/* "... (80, 1024) ...": the launch configurations in the text; how many there are. */
static unsigned read_configs(const char *text, struct microbench_kernel *out, unsigned most)
{
	unsigned n = 0;

	for (const char *at = strchr(text, '('); at && n < most; at = strchr(at + 1, '(')) {
		char *end;
		guint64 blocks = g_ascii_strtoull(at + 1, &end, 10);
		guint64 threads = *end == ',' ? g_ascii_strtoull(end + 1, &end, 10) : 0;

		if (*end != ')' || blocks == 0 || threads == 0 || blocks > G_MAXUINT ||
		    threads > G_MAXUINT)
			continue;
		out[n++] = (struct microbench_kernel){ .blocks = (guint)blocks,
						       .threads = (guint)threads };
	}
	return n;
}

/* "copying 32 KB per thread block": in bytes; 0: nothing is copied. */
static int64_t bytes_of(const char *configuration)
{
	const char *at = strstr(configuration, "copying ");
	char *end;
	double n = at ? g_ascii_strtod(at + strlen("copying "), &end) : 0;

	if (n <= 0 || n > 1e6)
		return 0;
	return (int64_t)n * (g_str_has_prefix(end, " KB") ? 1 << 10 : 1 << 20);
}

/* The I-th kernel of a pair. */
static gboolean classify(struct microbench_kernel *k, const char *benchmark,
			 const char *configuration, unsigned i)
{
	k->bytes = bytes_of(configuration);
	if (strcmp(benchmark, "thread_block_scheduler") == 0) {
		k->kind = MICROBENCH_SLEEP;
	} else if (strcmp(benchmark, "l1_cache") == 0 && k->bytes) {
		k->kind = MICROBENCH_L1_COPY;
	} else if (strcmp(benchmark, "l2_cache") == 0 && k->bytes) {
		k->kind = MICROBENCH_L2_COPY;
		k->repeats = 10000;
	} else if (strcmp(benchmark, "ipc") == 0 && i == 0) {
		k->kind = MICROBENCH_DRAM_COPY;
		k->bytes = INT64_C(2) << 30;
		k->repeats = 40;
	} else if (strcmp(benchmark, "ipc") == 0) {
		k->kind = MICROBENCH_FP32;
		k->chains = 4;
	} else {
		return FALSE;
	}
	return TRUE;
}

static char *name_of(const struct pair *p)
{
	const struct microbench_kernel *k = &p->kernel[0];

	switch (k->kind) {
	case MICROBENCH_L1_COPY:
		return g_strdup_printf("L1, %d KB per block, twice", (int)(k->bytes >> 10));
	case MICROBENCH_L2_COPY:
		return g_strdup_printf("L2, %d MB, twice", (int)(k->bytes >> 20));
	case MICROBENCH_SLEEP:
		return g_strdup_printf("sleep, %u blocks of %u, twice", k->blocks,
				       k->threads);
	default:
		return g_strdup_printf("ipc, copy %u x %u, multiply %u x %u", k->blocks,
				       k->threads, p->kernel[1].blocks,
				       p->kernel[1].threads);
	}
}

static gboolean colocated(struct truth_group *group, const struct ct_device *device,
			  const char *benchmark, const char *configuration, struct pair *p,
			  double measured_ms, GError **error)
{
	g_autofree char *name = NULL;
	struct truth_row *row;
	double predicted_ms;

	for (unsigned i = 0; i < 2; i++)
		if (!classify(&p->kernel[i], benchmark, configuration, i)) {
			ct_input_error(error,
				       "microbench_averages.csv: unknown benchmark "
				       "'%s, %s'",
				       benchmark, configuration);
			return FALSE;
		}
	if (p->kernel[0].alone_ms <= 0 || p->kernel[1].alone_ms <= 0) {
		ct_input_error(error,
			       "microbench_averages.csv: '%s' has no time alone before it",
			       configuration);
		return FALSE;
	}
	predicted_ms =
		microbench_together_ms(device, &p->kernel[0], &p->kernel[1], FALSE, error);
	if (!isfinite(predicted_ms))
		return FALSE;
	name = name_of(p);
	row = truth_row(group, measured_ms, predicted_ms,
			p->kernel[0].alone_ms + p->kernel[1].alone_ms, "%s", name);
	row->goal = p->kernel[0].kind == MICROBENCH_SLEEP ? 0.05 : 10;
	row->fitted = was_fitted(&p->kernel[0]);
	return TRUE;
}

/* Half of what two equal kernels took in turn, unless it is known. */
static void complete(struct pair *p, const struct microbench_kernel *config,
		     unsigned n_configs)
{
	for (unsigned i = p->n_alone; i < 2; i++) {
		p->kernel[i] = config[n_configs == 2 ? i : 0];
		p->kernel[i].alone_ms = p->n_alone && n_configs == 1 ? p->kernel[0].alone_ms
								     : p->sequential_ms / 2;
	}
}

static gboolean one_line(struct truth_group *group, const struct ct_device *device,
			 const struct table *t, guint line, const int *column,
			 struct pair *pair, GError **error)
{
	const char *benchmark = table_text(t, line, column[0]);
	const char *configuration = table_text(t, line, column[1]);
	const char *mode = table_text(t, line, column[2]);
	struct microbench_kernel config[2];
	unsigned n = read_configs(configuration, config, 2);
	GError *failed = NULL;
	double ms = table_positive(t, line, column[3], &failed);

	if (!failed && n == 0)
		ct_input_error(&failed,
			       "microbench_averages.csv: '%s' has no (blocks, threads)",
			       configuration);
	if (failed) {
		g_propagate_error(error, failed);
		return FALSE;
	}
	if (strcmp(mode, "alone") == 0 && pair->n_alone < 2) {
		pair->kernel[pair->n_alone] = config[0];
		pair->kernel[pair->n_alone++].alone_ms = ms;
		return TRUE;
	}
	if (strcmp(mode, "sequential") == 0) {
		pair->sequential_ms = ms;
		return TRUE;
	}
	complete(pair, config, n);
	if (!colocated(group, device, benchmark, configuration, pair, ms, error))
		return FALSE;
	*pair = (struct pair){ 0 };
	return TRUE;
}

static gboolean all_lines(struct truth_group *group, const struct ct_device *device,
			  const struct table *t, GError **error)
{
	static const char *const names[] = { "benchmark", "configuration", "mode",
					     "avg_ms" };
	struct pair pair = { 0 };
	int column[G_N_ELEMENTS(names)];

	if (!table_columns(t, names, G_N_ELEMENTS(names), column, error))
		return FALSE;
	for (guint i = 0; i < table_rows(t); i++)
		if (!one_line(group, device, t, i, column, &pair, error))
			return FALSE;
	return TRUE;
}

/*
 * Two more benchmarks, whose output is published with that of the others (intra_sm/pipelines
 * and inter_sm/memory_bandwidth, output.md): averages of ten runs, and for copies, which
 * run in two processes that do not start together, the median of the runs that the other
 * process covers.
 */
static const struct {
	const char *name;
	struct microbench_kernel kernel; /* twice */
	gboolean halves;                 /* MPS at 50 %: each has half of the SMs */
	double together_ms;
} output[] = {
	{ "DRAM, 40 blocks on 40 SMs, twice",
	  { MICROBENCH_DRAM_COPY, 40, 1024, 530.094, INT64_C(2) << 30, 50, 0 },
	  TRUE,
	  817.4 },
	{ "DRAM, 80 blocks on 40 SMs, twice",
	  { MICROBENCH_DRAM_COPY, 80, 1024, 422.381, INT64_C(2) << 30, 50, 0 },
	  TRUE,
	  787.2 },
	{ "DRAM, 120 blocks on 40 SMs, twice",
	  { MICROBENCH_DRAM_COPY, 120, 1024, 471.813, INT64_C(2) << 30, 50, 0 },
	  TRUE,
	  808.4 },
	{ "DRAM, 160 blocks on 40 SMs, twice",
	  { MICROBENCH_DRAM_COPY, 160, 1024, 419.175, INT64_C(2) << 30, 50, 0 },
	  TRUE,
	  781.3 },
	{ "FP64, 1 chain, twice",
	  { MICROBENCH_FP64, 80, 128, 237.894 / 2, 0, 0, 1 },
	  FALSE,
	  124.381 },
	{ "FP64, 2 chains, twice",
	  { MICROBENCH_FP64, 80, 128, 246.93 / 2, 0, 0, 2 },
	  FALSE,
	  234.181 },
	{ "FP64, 3 chains, twice",
	  { MICROBENCH_FP64, 80, 128, 358.643 / 2, 0, 0, 3 },
	  FALSE,
	  346.017 },
	{ "FP64, 4 chains, twice",
	  { MICROBENCH_FP64, 80, 128, 473.949 / 2, 0, 0, 4 },
	  FALSE,
	  461.351 },
};

static gboolean published(struct truth_group *group, const struct ct_device *device,
			  GError **error)
{
	for (size_t i = 0; i < G_N_ELEMENTS(output); i++) {
		const struct microbench_kernel *k = &output[i].kernel;
		double predicted_ms =
			microbench_together_ms(device, k, k, output[i].halves, error);

		if (!isfinite(predicted_ms))
			return FALSE;
		truth_row(group, output[i].together_ms, predicted_ms, 2 * k->alone_ms, "%s",
			  output[i].name)
			->goal = 10;
	}
	return TRUE;
}

gboolean truth_microbench(struct truth_group *group, GError **error)
{
	g_autofree char *path =
		truth_data(group, "corun_microbench", "microbench_averages.csv");
	struct ct_device *device;
	struct table *t;
	gboolean ok;

	group->unit = "ms";
	group->control = "the kernels run one after the other (sum of their times alone)";
	if (!path)
		return TRUE;
	device = ct_device_load("v100-sxm2", error);
	t = device ? table_read(path, error) : NULL;
	ok = t && all_lines(group, device, t, error);
	ok = ok && published(group, device, error);
	truth_note(group,
		   "device v100-sxm2; demands follow from the kernels' source; three "
		   "constants of the device file were fitted to the rows marked, and "
		   "to the time of 64 KB alone; marked rows are left out of the errors");
	table_free(t);
	ct_device_free(device);
	return ok;
}
