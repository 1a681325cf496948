/*
 * import-real - real traces, against what an independent reader found in them.
 *
 *	import-real [FILE...]
 *
 * CT_DATA/kineto and CT_DATA/nsys each hold traces and expected_stats.json.  Every
 * trace is imported and its statistics compared; one without kernels must be refused.
 * Skipped where the data is not.
 *
 * That reader held times in doubles of microseconds, which today are a quarter of a
 * microsecond apart; where it subtracted two of them, as much is forgiven.
 */
#include <glib.h>
#include <glib/gstdio.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "sim/base/error.h"
#include "traces/import.h"
#include "traces/stats.h"

/* What was rounded to them. */
#define TENTH     0.0501
#define HUNDREDTH 0.00501

static guint n_compared, n_wrong;

/* JSON null and absence compare to nothing. */
static void compare(const char *file, const char *what, double got, const json_t *want,
		    double tolerance)
{
	double expected = json_number_value(want);

	if (!json_is_number(want))
		return;
	n_compared++;
	if (fabs(got - expected) <= tolerance + fabs(expected) * 1e-9)
		return;
	n_wrong++;
	fprintf(stderr, "%s: %s is %.10g, not %.10g\n", file, what, got, expected);
}

static void compare_quantiles(const char *file, const char *what,
			      const struct ct_quantiles *got, double unit,
			      const json_t *want, double tolerance)
{
	const struct {
		const char *key;
		double value;
	} parts[] = {
		{ "min", got->min }, { "p10", got->p10 }, { "p50", got->p50 },
		{ "p90", got->p90 }, { "p99", got->p99 }, { "max", got->max },
	};

	for (guint i = 0; i < G_N_ELEMENTS(parts); i++) {
		g_autofree char *name = g_strdup_printf("%s %s", what, parts[i].key);

		compare(file, name, parts[i].value / unit,
			json_object_get(want, parts[i].key), tolerance);
	}
	compare(file, what, (double)got->n, json_object_get(want, "n"), 0);
}

static void compare_use(const char *file, const struct ct_stats *stats, const json_t *want)
{
	const json_t *busy = json_object_get(want, "busy_pct");
	const json_t *overlap = json_object_get(want, "overlap_pct");

	for (guint i = 0; i < stats->devices; i++) {
		g_autofree char *id = g_strdup_printf("%u", stats->use[i].device);

		compare(file, "busy_pct", stats->use[i].busy_pct, json_object_get(busy, id),
			TENTH);
		compare(file, "overlap_pct", stats->use[i].overlap_pct,
			json_object_get(overlap, id), HUNDREDTH);
	}
}

/* How far a difference of two timestamps may be off: by what each loses as a double of
 * microseconds; and in one file each launch stands twice, one call inside the other, of
 * which we take the outer and that reader took the inner. */
static double slack(const char *file, const struct ct_trace *trace, const json_t *want)
{
	json_int_t base_ns = json_integer_value(json_object_get(want, "base_ns"));
	double ts_us = (double)(trace->origin_ns - base_ns) / 1e3;

	if (strcmp(file, "a100_saxpy_mpi.sqlite") == 0)
		return 0.5;
	return 2 * (nextafter(ts_us, INFINITY) - ts_us);
}

static void compare_stats(const char *file, const struct ct_trace *trace,
			  const struct ct_stats *stats, const json_t *want)
{
	double slack_us = slack(file, trace, want);
	const struct {
		const char *key;
		double value, tolerance;
	} counts[] = {
		{ "kernels", (double)stats->kernels, 0 },
		{ "names", (double)stats->names, 0 },
		{ "devices", (double)stats->devices, 0 },
		{ "contexts", (double)stats->contexts, 0 },
		{ "streams", (double)stats->streams, 0 },
		{ "memops", (double)stats->memops, 0 },
		{ "span_us", (double)stats->span_ns / 1e3, HUNDREDTH + slack_us },
		{ "dur_sum_us", (double)stats->kernel_ns / 1e3, TENTH },
		{ "with_grid", (double)stats->grid_blocks.n, 0 },
		{ "with_regs", (double)stats->regs.n, 0 },
		{ "with_smem", (double)stats->smem_bytes.n, 0 },
	};
	const json_t *launch = json_object_get(want, "launch");

	for (guint i = 0; i < G_N_ELEMENTS(counts); i++)
		compare(file, counts[i].key, counts[i].value,
			json_object_get(want, counts[i].key), counts[i].tolerance);
	compare_quantiles(file, "duration", &stats->dur_ns, 1e3,
			  json_object_get(want, "dur_us"), HUNDREDTH);
	compare_quantiles(file, "grid", &stats->grid_blocks, 1,
			  json_object_get(want, "grid_blocks"), 0);
	compare_quantiles(file, "block", &stats->block_threads, 1,
			  json_object_get(want, "block_threads"), 0);
	compare_quantiles(file, "registers", &stats->regs, 1, json_object_get(want, "regs"),
			  0);
	compare_quantiles(file, "shared memory", &stats->smem_bytes, 1,
			  json_object_get(want, "smem_B"), 0);
	compare_quantiles(file, "launch delay", &stats->launch_delay_ns, 1e3, launch,
			  TENTH + slack_us);
	compare(file, "negative launch delays", (double)stats->launch_delay_negative,
		json_object_get(launch, "neg"), 0);
	compare_use(file, stats, want);
}

static gboolean import_and_compare(const char *in, const char *out, const char *file,
				   const json_t *want, GError **error)
{
	struct ct_import_options options = { 0 };
	struct ct_import_summary summary;
	struct ct_stats stats;
	struct ct_trace *trace;
	gboolean ok;

	if (!ct_import(in, out, &options, &summary, error))
		return FALSE;
	trace = ct_trace_open(out, error);
	if (trace == NULL)
		return FALSE;
	ok = ct_stats_compute(trace, &stats, error);
	if (ok) {
		compare_stats(file, trace, &stats, want);
		ct_stats_clear(&stats);
	}
	ct_trace_free(trace);
	g_unlink(out);
	return ok;
}

static void check_file(const char *folder, const char *out, const json_t *want)
{
	const char *file = json_string_value(json_object_get(want, "file"));
	g_autofree char *in = g_build_filename(folder, file, NULL);
	g_autoptr(GError) error = NULL;
	gboolean has_kernels = json_integer_value(json_object_get(want, "kernels")) > 0;

	n_compared++;
	if (import_and_compare(in, out, file, want, &error) == has_kernels)
		return;
	if (!has_kernels && g_error_matches(error, CT_ERROR, CT_EXIT_INPUT))
		return;
	n_wrong++;
	fprintf(stderr, "%s: %s\n", file,
		error != NULL ? error->message : "was not refused");
}

static void check_folder(const char *folder, const char *out, char **only)
{
	g_autofree char *path = g_build_filename(folder, "expected_stats.json", NULL);
	json_t *expected = json_load_file(path, 0, NULL);
	json_t *want;
	size_t i;

	json_array_foreach(expected, i, want) {
		const char *file = json_string_value(json_object_get(want, "file"));

		if (*only == NULL || g_strv_contains((const char *const *)only, file))
			check_file(folder, out, want);
	}
	json_decref(expected);
}

int main(int argc, char **argv)
{
	const char *data = g_getenv("CT_DATA");
	g_autofree char *kineto =
		g_build_filename(data != NULL ? data : ".", "kineto", NULL);
	g_autofree char *nsys = g_build_filename(data != NULL ? data : ".", "nsys", NULL);
	g_autofree char *directory = g_dir_make_tmp("cotenant-real-XXXXXX", NULL);
	g_autofree char *out = g_build_filename(directory, "out.ctt", NULL);

	check_folder(kineto, out, argv + 1);
	check_folder(nsys, out, argv + 1);
	g_rmdir(directory);
	if (n_compared == 0) {
		printf("no traces in CT_DATA (%s)\n", data != NULL ? data : "not set");
		return CT_EXIT_SKIPPED;
	}
	printf("%u comparisons, %u wrong\n", n_compared, n_wrong);
	return n_wrong != 0;
}
