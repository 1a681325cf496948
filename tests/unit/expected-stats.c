/*
 * expected-stats - importers and statistics against an independent reader's numbers.
 *
 * $CT_DATA/{kineto,nsys}/expected_stats.json hold what another program found in each
 * public trace: counts, and times and shares rounded to 10 ns, 0.1 us, 0.1 % or 0.01 %.
 * Every number must agree within its rounding; every disagreement is printed.  Files
 * without kernels must be refused as inputs.
 *
 * Launch delays may differ by 0.6 us for two known reasons.  The other reader keeps times
 * since 1970 in doubles, 0.25 us apart (v100_ns_resolution); and where a wrapper and the
 * call it wraps are both recorded, it takes the inner one and the importers the outer
 * one, in which the host was already busy (a100_saxpy_mpi).
 */
#include <glib.h>
#include <glib/gstdio.h>
#include <jansson.h>
#include <math.h>
#include <string.h>

#include "sim/base/error.h"
#include "traces/import.h"
#include "traces/stats.h"

#define LAUNCH_TOLERANCE_US 0.6
#define NAME_BYTES          60 /* of a kernel's name; the other reader knows no more of them */

static const char *file;
static guint disagreements;

static void disagree(const char *what, double found, double expected)
{
	g_print("%s: %s is %.10g, expected %.10g\n", file, what, found, expected);
	disagreements++;
}

static void same(const char *what, double found, double expected, double tolerance)
{
	if (!(fabs(found - expected) <= tolerance + 1e-9 * fabs(expected)))
		disagree(what, found, expected);
}

static void same_count(const json_t *expected, const char *key, uint64_t found)
{
	same(key, (double)found, json_number_value(json_object_get(expected, key)), 0);
}

/* EXPECTED's quantiles are in units of UNIT, rounded to 2 * TOLERANCE. */
static void same_quantiles(const char *what, const json_t *expected,
			   const struct ct_quantiles *found, double unit, double tolerance)
{
	const struct {
		const char *key;
		double value;
	} all[] = { { "min", found->min }, { "p10", found->p10 }, { "p50", found->p50 },
		    { "p90", found->p90 }, { "p99", found->p99 }, { "max", found->max } };

	if (!json_is_object(expected)) {
		if (found->n)
			disagree(what, (double)found->n, 0);
		return;
	}
	for (gsize i = 0; i < G_N_ELEMENTS(all); i++) {
		g_autofree char *name = g_strdup_printf("%s.%s", what, all[i].key);
		const json_t *value = json_object_get(expected, all[i].key);

		if (value)
			same(name, all[i].value / unit, json_number_value(value),
			     tolerance);
	}
}

static void same_use(const json_t *expected, const struct ct_stats *stats)
{
	for (uint64_t i = 0; i < stats->devices; i++) {
		const struct ct_device_use *use = &stats->use[i];
		g_autofree char *device = g_strdup_printf("%u", use->device);
		const json_t *busy =
			json_object_get(json_object_get(expected, "busy_pct"), device);
		const json_t *overlap =
			json_object_get(json_object_get(expected, "overlap_pct"), device);

		if (!busy || !overlap) {
			disagree("device", use->device, NAN);
			continue;
		}
		same("busy_pct", use->busy_pct, json_number_value(busy), 0.05);
		same("overlap_pct", use->overlap_pct, json_number_value(overlap), 0.005);
	}
}

static void same_top(const json_t *expected, const struct ct_stats *stats)
{
	size_t i;
	json_t *pair;

	json_array_foreach(json_object_get(expected, "top"), i, pair) {
		const char *name = json_string_value(json_array_get(pair, 0));
		double share_pct = 0;

		for (uint32_t k = 0; k < stats->n_top; k++)
			if (!strncmp(stats->top[k].name, name, NAME_BYTES))
				share_pct += stats->top[k].share_pct;
		same(name, share_pct, json_number_value(json_array_get(pair, 1)), 0.05);
	}
}

static void compare(const json_t *expected, const struct ct_stats *stats)
{
	const json_t *launch = json_object_get(expected, "launch");

	same_count(expected, "kernels", stats->kernels);
	same_count(expected, "names", stats->names);
	same_count(expected, "devices", stats->devices);
	same_count(expected, "contexts", stats->contexts);
	same_count(expected, "streams", stats->streams);
	same_count(expected, "memops", stats->memops);
	same("span_us", (double)stats->span_ns / 1e3,
	     json_number_value(json_object_get(expected, "span_us")), 1);
	same("dur_sum_us", (double)stats->kernel_ns / 1e3,
	     json_number_value(json_object_get(expected, "dur_sum_us")), 0.06);
	same_use(expected, stats);
	same_quantiles("dur_us", json_object_get(expected, "dur_us"), &stats->dur_ns, 1e3,
		       0.01);
	same_quantiles("grid_blocks", json_object_get(expected, "grid_blocks"),
		       &stats->grid_blocks, 1, 0);
	same_quantiles("block_threads", json_object_get(expected, "block_threads"),
		       &stats->block_threads, 1, 0);
	same_quantiles("regs", json_object_get(expected, "regs"), &stats->regs, 1, 0);
	same_quantiles("smem_B", json_object_get(expected, "smem_B"), &stats->smem_bytes, 1,
		       0);
	same_quantiles("launch", launch, &stats->launch_delay_ns, 1e3, LAUNCH_TOLERANCE_US);
	if (json_is_object(launch)) {
		same_count(launch, "n", stats->launch_delay_ns.n);
		same_count(launch, "neg", stats->launch_delay_negative);
	}
	same_top(expected, stats);
}

static void check_file(const char *path, const json_t *expected, const char *scratch)
{
	const struct ct_import_options options = { 0 };
	uint64_t kernels =
		(uint64_t)json_integer_value(json_object_get(expected, "kernels"));
	struct ct_import_summary summary;
	g_autoptr(GError) error = NULL;
	struct ct_trace *trace = NULL;
	struct ct_stats stats;

	if (!ct_import(path, scratch, &options, &summary, &error)) {
		if (kernels || error->code != CT_EXIT_INPUT) {
			g_print("%s: %s\n", file, error->message);
			disagreements++;
		}
		return;
	}
	if (!kernels)
		disagree("kernels", (double)summary.n_kernels, 0);
	trace = ct_trace_open(scratch, &error);
	if (!trace || !ct_stats_compute(trace, &stats, &error)) {
		g_print("%s: %s\n", file, error->message);
		disagreements++;
	} else {
		compare(expected, &stats);
		ct_stats_clear(&stats);
	}
	if (trace)
		ct_trace_free(trace);
	g_unlink(scratch);
}

static guint check_list(const char *data, const char *folder, const char *scratch)
{
	g_autofree char *path = g_build_filename(data, folder, "expected_stats.json", NULL);
	json_t *list = json_load_file(path, 0, NULL), *one;
	guint n = 0;
	size_t i;

	json_array_foreach(list, i, one) {
		g_autofree char *trace = NULL;

		file = json_string_value(json_object_get(one, "file"));
		trace = g_build_filename(data, folder, file, NULL);
		check_file(trace, one, scratch);
		n++;
	}
	json_decref(list);
	return n;
}

int main(void)
{
	const char *data = g_getenv("CT_DATA");
	g_autofree char *directory = g_dir_make_tmp("cotenant-test-XXXXXX", NULL);
	g_autofree char *scratch = NULL;
	guint n;

	if (!data || !g_file_test(data, G_FILE_TEST_IS_DIR)) {
		g_print("skipped: CT_DATA names no folder of public traces\n");
		return CT_EXIT_SKIPPED;
	}
	if (!directory)
		return 1;
	scratch = g_build_filename(directory, "trace.ctt", NULL);
	n = check_list(data, "kineto", scratch) + check_list(data, "nsys", scratch);
	g_rmdir(directory);
	g_print("%u files, %u disagreements\n", n, disagreements);
	return n && !disagreements ? 0 : 1;
}
