/*
 * head-of-line - a short kernel behind long ones, two small tenants, and a curve
 *
 * Published measurements of an A100 80GB PCIe under MPS
 * (https://github.com/AureliusJustin/lithos-reproduction, docs/BENCHMARKS.md sections 5
 * and 6, programs in bench/).  A latency-critical process launches one kernel of 16 blocks,
 * waits for it and sleeps for 300 us; a best-effort one launches 20 kernels of many blocks
 * and waits for the last.  Taken from the measurements: how long each kernel takes alone,
 * and its grid.  Nothing is fitted.
 */
#include <math.h>

#include "experiments/ground-truth/beside.h"
#include "experiments/ground-truth/truth.h"
#include "sim/base/error.h"
#include "tests/unit/run-case.h"

enum {
	REQUESTS = 400,
	SLEEP_NS = 350000, /* 300 us, and Linux's timer slack of 50 us */
	SHORT_NS = 9000,   /* "9 us kernel" */
	LAUNCHES = 20,
};

static const struct {
	uint32_t blocks;
	double ms;             /* alone */
	double p50_us, p99_us; /* of the short one beside it; NaN: not published */
} behind[] = {
	{ 512, 0.04, NAN, 28.6 },
	{ 2048, 0.24, NAN, 130 },
	{ 8192, 2.2, NAN, 1869 },
	{ 20000, 10.8, 10419, 10577 },
};

static void launch(struct tape *tape, uint32_t blocks, int64_t ns)
{
	struct ct_op op = { .stream = 0, .shape = tape_shape(tape, blocks, 128) };

	op.start_ns = tape_now_ns(tape, 0) + LAB_LATENCY_NS;
	op.end_ns = op.start_ns + ns;
	tape_call(tape, 0, CT_OP_KERNEL, TAPE_CALL_NS, op);
}

static void wait(struct tape *tape, int64_t until_ns)
{
	struct ct_op op = { .stream = 0 };

	tape_call(tape, 0, CT_OP_STREAM_SYNC,
		  MAX(until_ns - tape_now_ns(tape, 0), 0) + LAB_WAKEUP_NS, op);
}

/* Thinks for AFTER_NS, launches, waits. */
static struct tape *latency_critical(uint32_t blocks, int64_t ns, int64_t after_ns)
{
	struct tape *tape = tape_new(1, 1);

	tape_marker(tape, 0, CT_OP_MARKER_BEGIN, "request");
	tape_think(tape, 0, after_ns);
	launch(tape, blocks, ns);
	wait(tape, tape_now_ns(tape, 0) + LAB_LATENCY_NS + ns);
	tape_marker(tape, 0, CT_OP_MARKER_END, "request");
	return tape;
}

static struct tape *best_effort(uint32_t blocks, int64_t ns)
{
	struct tape *tape = tape_new(1, 1);

	for (int i = 0; i < LAUNCHES; i++)
		launch(tape, blocks, ns);
	wait(tape, LAUNCHES * ns);
	return tape;
}

static void open_lab(struct lab *lab, const struct ct_device *device, uint32_t mode)
{
	lab_begin(lab);
	lab->device = *device;
	lab->scenario->sharing.mode = mode;
	lab->scenario->min_requests = REQUESTS;
	lab->scenario->patience_ns = INT64_C(100000000000);
}

/* Latency of the short kernel beside one of BLOCKS and NS; BLOCKS 0: alone. */
static void short_kernel(const struct ct_device *device, uint32_t blocks, int64_t ns,
			 double *p50_us, double *p99_us)
{
	struct ct_run_result *r;
	struct lab lab;

	open_lab(&lab, device, CT_SHARING_MPS);
	lab_tenant(&lab, latency_critical(16, SHORT_NS, SLEEP_NS), "closed:1", "request");
	if (blocks) {
		lab.scenario->min_requests = 1;
		lab.scenario->duration_ns = REQUESTS * (SLEEP_NS + ns);
		lab_tenant(&lab, best_effort(blocks, ns), "closed:1", NULL);
	}
	r = lab_run(&lab, "fifo");
	*p50_us = (double)(r->tenant[0].latency.p50_ns - SLEEP_NS) * 1e-3;
	*p99_us = (double)(r->tenant[0].latency.p99_ns - SLEEP_NS) * 1e-3;
	ct_run_result_free(r);
	lab_end(&lab);
}

static void short_behind_long(struct truth_group *group, const struct ct_device *device)
{
	double alone_us, p50_us, p99_us;

	short_kernel(device, 0, 0, &alone_us, &p99_us);
	truth_row(group, 11.0, alone_us, SHORT_NS * 1e-3, "us, p50: 9 us kernel alone");
	for (size_t i = 0; i < G_N_ELEMENTS(behind); i++) {
		double control_us = behind[i].ms * 1e3 + 11.0;

		short_kernel(device, behind[i].blocks, llround(behind[i].ms * 1e6), &p50_us,
			     &p99_us);
		if (isfinite(behind[i].p50_us))
			truth_row(group, behind[i].p50_us, p50_us, control_us,
				  "us, p50: beside kernels of %g ms", behind[i].ms);
		truth_row(group, behind[i].p99_us, p99_us, control_us,
			  "us, p99: beside kernels of %g ms", behind[i].ms);
	}
}

/* Requests per second of N equal small tenants together. */
static double together_per_s(const struct ct_device *device, uint32_t mode, int n,
			     int64_t kernel_ns)
{
	struct ct_run_result *r;
	struct lab lab;
	double per_s = 0;

	open_lab(&lab, device, mode);
	for (int i = 0; i < n; i++)
		lab_tenant(&lab, latency_critical(128, kernel_ns, 0), "closed:1",
			   "request");
	r = lab_run(&lab, "fifo");
	for (int i = 0; i < n; i++)
		per_s += r->tenant[i].throughput_per_s;
	ct_run_result_free(r);
	lab_end(&lab);
	return per_s;
}

static void small_tenants(struct truth_group *group, const struct ct_device *device)
{
	const double alone_per_s = 7218;
	/* what the kernel takes, if the host costs what the device file says */
	int64_t ns = llround(1e9 / alone_per_s) - device->launch_latency_ns -
		     device->sync_wakeup_ns;

	truth_row(group, alone_per_s, together_per_s(device, CT_SHARING_MPS, 1, ns),
		  alone_per_s, "per s: a tenant of 128 blocks alone")
		->fitted = TRUE;
	truth_row(group, 14410, together_per_s(device, CT_SHARING_MPS, 2, ns), alone_per_s,
		  "per s: two of them, MPS");
	truth_row(group, 3559, together_per_s(device, CT_SHARING_PROCESS, 2, ns),
		  alone_per_s, "per s: two of them, time-sliced");
}

/* A multiplication of 1024 x 1024 on some TPCs, from its time on all 54. */
static gboolean curve(struct truth_group *group, const struct ct_device *device,
		      GError **error)
{
	static const unsigned tpcs[] = { 1, 2, 4, 9, 18, 27, 36, 40, 49, 54 };
	const double slope_ms = 23.88, rest_ms = 0.0285, all_ms = slope_ms / 54 + rest_ms;

	for (size_t i = 0; i < G_N_ELEMENTS(tpcs); i++) {
		struct ct_kernel_shape shape = { .blocks = 64 * 64,
						 .threads_per_block = 256,
						 .registers_per_thread = 32,
						 .smem_static_bytes = 2048 };
		const struct ct_kernel_demand unknown = { 0 };
		struct ct_block_need need;
		struct ct_kernel_work work;
		const char *why;

		if (!ct_block_need(device, &shape, &need, &why)) {
			ct_input_error(error, "%s: %s", device->name, why);
			return FALSE;
		}
		ct_kernel_work(device, &need, llround(all_ms * 1e6), &unknown, &work);
		truth_row(group, slope_ms / tpcs[i] + rest_ms,
			  (double)ct_time_on_sms(device, &need, &work, 2 * tpcs[i]) * 1e-6,
			  all_ms * 54 / tpcs[i], "ms: matmul of 1024 on %u of 54 TPCs",
			  tpcs[i])
			->fitted = tpcs[i] == 54;
	}
	return TRUE;
}

gboolean truth_head_of_line(struct truth_group *group, GError **error)
{
	struct ct_device *device = ct_device_load("a100-pcie-80", error);
	gboolean ok;

	group->unit = "us, per s or ms, as the row says";
	group->control = "short behind long: its time alone, and one long kernel; two "
			 "tenants: as one alone; curve: in proportion to TPCs";
	if (!device)
		return FALSE;
	short_behind_long(group, device);
	small_tenants(group, device);
	ok = curve(group, device, error);
	truth_note(group,
		   "device a100-pcie-80, MPS; durations alone and grids are published; "
		   "the curve's measured values are the published fit l = 23.88/t + "
		   "0.0285 ms (R2 1.0000), and its prediction is wave quantisation "
		   "from the time on 54 TPCs, 32 registers assumed");
	truth_note(group,
		   "beside kernels of 10.8 ms the short one finds room in their last wave, "
		   "0.9 ms long here, two or three times for each time that it waits; on "
		   "hardware it waits every time: blocks there run faster as their SM "
		   "empties, so the last wave is shorter than the 300 us between requests");
	ct_device_free(device);
	return ok;
}
