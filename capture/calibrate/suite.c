/*
 * suite - the table of benchmarks, and what they have in common.
 */
#include "capture/calibrate/suite.h"

#include <jansson.h>
#include <stdarg.h>
#include <string.h>
#include <time.h>

#include "capture/calibrate/statistics.h"
#include "sim/base/error.h"

/* clang-format off */
const struct ct_benchmark ct_benchmarks[] = {
	{ "device", "which device it is", "", 20, ct_bench_device },
	{ "attributes", "limits of the device and of an SM, as its driver tells them",
	  "sms stream_priorities memory.bytes memory.l2_bytes sm.warp_size sm.threads "
	  "sm.warps sm.blocks sm.registers sm.threads_per_block sm.registers_per_block "
	  "sm.smem_bytes sm.smem_default_per_block_bytes sm.smem_optin_per_block_bytes "
	  "sm.smem_reserved_per_block_bytes copy.engines",
	  20, ct_bench_attributes },
	{ "partition", "parts that green contexts can be made of",
	  "partition.min_sms partition.granule_sms", 20, ct_bench_partition },
	{ "launch", "a launch on an idle device, and the waking of who waits for it",
	  "latency.launch_ns latency.sync_wakeup_ns", 30, ct_bench_launch },
	{ "gap", "from one kernel of a stream to the next", "latency.stream_gap_ns", 30,
	  ct_bench_gap },
	{ "graph", "a graph's launch, its nodes, and from one node to the next",
	  "latency.graph_launch_ns latency.graph_node_ns latency.graph_gap_ns", 30,
	  ct_bench_graph },
	{ "copy", "copies between pinned memory and the device",
	  "copy.latency_ns copy.h2d_bytes_per_s copy.d2h_bytes_per_s", 60, ct_bench_copy },
	{ NULL, NULL, NULL, 0, NULL },
};
/* clang-format on */

const struct ct_benchmark *ct_benchmark_named(const char *name)
{
	for (const struct ct_benchmark *b = ct_benchmarks; b->name; b++) {
		if (strcmp(b->name, name) == 0)
			return b;
	}
	return NULL;
}

double ct_cal_now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static void say(struct ct_cal_run *run, json_t *line)
{
	json_dumpf(line, run->out, JSON_COMPACT | JSON_ENSURE_ASCII);
	fputc('\n', run->out);
	fflush(run->out); /* whoever kills us keeps what was found */
	json_decref(line);
}

void ct_cal_error(struct ct_cal_run *run, const char *format, ...)
{
	va_list arguments;
	g_autofree char *text = NULL;

	va_start(arguments, format);
	text = g_strdup_vprintf(format, arguments);
	va_end(arguments);
	say(run, json_pack("{s:s}", "error", text));
}

void ct_cal_found(struct ct_cal_run *run, const char *key, const char *unit,
		  double *samples, size_t n, const char *how)
{
	struct ct_spread spread = ct_spread_of(samples, n);
	json_t *all = json_array();

	for (size_t i = 0; i < n; i++)
		json_array_append_new(all, json_real(samples[i]));
	say(run, json_pack("{s:s, s:s, s:f, s:f, s:f, s:I, s:s, s:o}", "key", key, "unit",
			   unit, "median", spread.median, "q1", spread.q1, "q3", spread.q3,
			   "n", (json_int_t)n, "how", how, "samples", all));
}

void ct_cal_told(struct ct_cal_run *run, const char *key, int64_t value, const char *unit,
		 const char *how)
{
	double sample = (double)value;

	ct_cal_found(run, key, unit, &sample, 1, how);
}

gboolean ct_cal_succeeded(struct ct_cal_run *run, CUresult result, const char *function)
{
	const char *name = NULL;

	if (!result)
		return TRUE;
	if (run->cu.cuGetErrorName(result, &name) || !name)
		name = "an unknown error";
	ct_cal_error(run, "%s: %s (%d)", function, name, result);
	return FALSE;
}

gboolean ct_cal_open(struct ct_cal_run *run)
{
	CUcontext context;

	return CT_CAL(run, cuDeviceGet, &run->device, run->ordinal) &&
	       CT_CAL(run, cuDevicePrimaryCtxRetain, &context, run->device) &&
	       CT_CAL(run, cuCtxSetCurrent, context);
}

gboolean ct_cal_spin(struct ct_cal_run *run, int64_t ns, CUfunction *function)
{
	char ptx[1024], name[64];
	CUmodule module;

	ct_cal_spin_ptx(ptx, sizeof(ptx), ns);
	ct_cal_spin_name(name, sizeof(name), ns);
	return CT_CAL(run, cuModuleLoadData, &module, ptx) &&
	       CT_CAL(run, cuModuleGetFunction, function, module, name);
}

gboolean ct_cal_launch(struct ct_cal_run *run, CUfunction function, CUstream stream)
{
	return CT_CAL(run, cuLaunchKernel, function, 1, 1, 1, 1, 1, 1, 0, stream, NULL,
		      NULL);
}

/* Everything of the process goes with it, so nothing is given back one by one. */
int ct_cal_run_one(const struct ct_benchmark *benchmark, int ordinal, gboolean quick)
{
	struct ct_cal_run run = { .ordinal = ordinal, .quick = quick, .out = stdout };
	const char *why = ct_cal_driver_bind(&run.cu);
	int n = 0;

	if (why) {
		ct_cal_error(&run, "%s", why);
		return CT_EXIT_UNSUPPORTED;
	}
	if (!ct_cal_succeeded(&run, run.cu.cuInit(0), "cuInit") ||
	    !ct_cal_succeeded(&run, run.cu.cuDeviceGetCount(&n), "cuDeviceGetCount"))
		return CT_EXIT_UNSUPPORTED;
	if (ordinal >= n) {
		if (n)
			ct_cal_error(&run, "there is no GPU %d, only %d of them", ordinal,
				     n);
		else
			ct_cal_error(&run, "there is no GPU here");
		return CT_EXIT_UNSUPPORTED;
	}
	return ct_cal_open(&run) && benchmark->run(&run) ? CT_EXIT_OK : CT_EXIT_FAILED;
}
