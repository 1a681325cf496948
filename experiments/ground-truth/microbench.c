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

#include "experiments/ground-truth/beside.h"
#include "experiments/ground-truth/table.h"
#include "experiments/ground-truth/truth.h"
#include "sim/base/error.h"

enum { REGISTERS_ASSUMED = 32 }; /* not printed; a few dozen more change nothing here */

struct kernel {
	unsigned blocks, threads;
	double alone_ms;
};

/* What the rows before a "colocated" row said. */
struct pair {
	struct kernel kernel[2];
	unsigned n_alone; /* kernels whose time alone was seen */
	double sequential_ms;
};

static struct beside_kernel as_kernel(const struct kernel *k)
{
	return (struct beside_kernel){
		.shape = { .blocks = k->blocks,
			   .threads_per_block = k->threads,
			   .registers_per_thread = REGISTERS_ASSUMED },
		.alone_ns = llround(k->alone_ms * 1e6),
	};
}

/* NaN on *ERROR. */
static double run_together(const struct ct_device *device, const struct pair *pair,
			   GError **error)
{
	struct beside_kernel k[2] = { as_kernel(&pair->kernel[0]),
				      as_kernel(&pair->kernel[1]) };

	if (!beside_run(device, k, 2, error))
		return NAN;
	return (double)MAX(k[0].end_ns, k[1].end_ns) * 1e-6;
}

/* "... (80, 1024) ...": the launch configurations in the text; how many there are. */
static unsigned read_configs(const char *text, struct kernel *out, unsigned most)
{
	unsigned n = 0;

	for (const char *at = strchr(text, '('); at && n < most; at = strchr(at + 1, '(')) {
		char *end;
		guint64 blocks = g_ascii_strtoull(at + 1, &end, 10);
		guint64 threads = *end == ',' ? g_ascii_strtoull(end + 1, &end, 10) : 0;

		if (*end != ')' || blocks == 0 || threads == 0 || blocks > G_MAXUINT ||
		    threads > G_MAXUINT)
			continue;
		out[n++] = (struct kernel){ (unsigned)blocks, (unsigned)threads, NAN };
	}
	return n;
}

/* "copying 32 KB per thread block": from its number on; NULL: nothing is copied. */
static const char *size_of(const char *configuration)
{
	const char *at = strstr(configuration, "copying ");

	return at ? at + strlen("copying ") : NULL;
}

static void name_row(const char *benchmark, const char *configuration, const struct pair *p,
		     char *name, size_t size)
{
	const char *bytes = size_of(configuration);

	if (strcmp(benchmark, "l1_cache") == 0 && bytes)
		g_snprintf(name, size, "L1, %d KB per block, twice",
			   (int)g_ascii_strtod(bytes, NULL));
	else if (strcmp(benchmark, "l2_cache") == 0 && bytes)
		g_snprintf(name, size, "L2, %g MB, twice", g_ascii_strtod(bytes, NULL));
	else if (strcmp(benchmark, "thread_block_scheduler") == 0)
		g_snprintf(name, size, "sleep, %u blocks of %u, twice", p->kernel[0].blocks,
			   p->kernel[0].threads);
	else
		g_snprintf(name, size, "%s, %u x %u and %u x %u", benchmark,
			   p->kernel[0].blocks, p->kernel[0].threads, p->kernel[1].blocks,
			   p->kernel[1].threads);
}

static gboolean colocated(struct truth_group *group, const struct ct_device *device,
			  const char *benchmark, const char *configuration,
			  const struct pair *p, double measured_ms, GError **error)
{
	gboolean sleeps = strcmp(benchmark, "thread_block_scheduler") == 0;
	double predicted_ms = run_together(device, p, error);
	struct truth_row *row;
	char name[100];

	if (!isfinite(predicted_ms))
		return FALSE;
	name_row(benchmark, configuration, p, name, sizeof(name));
	row = truth_row(group, measured_ms, predicted_ms,
			p->kernel[0].alone_ms + p->kernel[1].alone_ms, "%s", name);
	row->goal = sleeps ? 0.05 : 10;
	return TRUE;
}

/* Half of what two equal kernels took in turn, unless it is known. */
static void complete(struct pair *p, const struct kernel *config, unsigned n_configs)
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
	struct kernel config[2];
	unsigned n = read_configs(configuration, config, 2);
	GError *failed = NULL;
	double ms = table_number(t, line, column[3], &failed);

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
	truth_note(group,
		   "device v100-sxm2, %d registers per thread assumed; nothing is "
		   "fitted",
		   REGISTERS_ASSUMED);
	table_free(t);
	ct_device_free(device);
	return ok;
}
