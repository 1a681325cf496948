/*
 * bench-copy - copies between pinned host memory and the device, one direction at a time.
 *
 * Copies of one size stand between two events behind a kernel that lasts until the host has
 * queued them, so that their time is the device's alone.  The time of the smallest is the
 * latency; the rate is that of the bytes by which the two largest differ.
 *
 * DANGER: one stream, and the other direction idle.  Memory is where the system put it; on a
 * host of several nodes the far one is slower.
 */
#include "capture/calibrate/suite.h"

#define LEAST      4
#define LARGE      (INT64_C(1) << 20)
#define MOST_BYTES (INT64_C(64) << 20)
#define STEP       4 /* from a size to the next, as a factor */
#define GATE_NS    2000000
#define LONG_NS    100000000 /* before large ones */
#define MOST       64
#define BEHIND     16 /* small copies between the events */
#define NS_IN_A_MS 1e6
#define NS_IN_A_S  1e9

struct bench {
	CUfunction gate, long_gate;
	CUstream stream;
	CUevent from, to;
	void *host;
	CUdeviceptr device;
};

static gboolean copies(struct ct_cal_run *run, const struct bench *b, gboolean to_device,
		       int64_t bytes, double *ns)
{
	int n = bytes < LARGE ? BEHIND : 1;
	float ms;

	if (!ct_cal_launch(run, bytes < LARGE ? b->gate : b->long_gate, b->stream) ||
	    !CT_CAL(run, cuEventRecord, b->from, b->stream))
		return FALSE;
	for (int i = 0; i < n; i++) {
		if (to_device ? !CT_CAL(run, cuMemcpyHtoDAsync_v2, b->device, b->host,
					(size_t)bytes, b->stream)
			      : !CT_CAL(run, cuMemcpyDtoHAsync_v2, b->host, b->device,
					(size_t)bytes, b->stream))
			return FALSE;
	}
	if (!CT_CAL(run, cuEventRecord, b->to, b->stream) ||
	    !CT_CAL(run, cuStreamSynchronize, b->stream) ||
	    !CT_CAL(run, cuEventElapsedTime, &ms, b->from, b->to))
		return FALSE;
	*ns = (double)ms * NS_IN_A_MS / n;
	return TRUE;
}

/* N samples of each size; the smallest's go to LATENCY. */
static gboolean direction(struct ct_cal_run *run, const struct bench *b, gboolean to_device,
			  int n, double *latency)
{
	const char *name = to_device ? "h2d" : "d2h";
	g_autofree char *rate_key = g_strdup_printf("copy.%s_bytes_per_s", name);
	double sample[MOST], rate[MOST], less, most;

	for (int64_t bytes = LEAST; bytes <= MOST_BYTES; bytes *= STEP) {
		g_autofree char *key =
			g_strdup_printf("copy.%s.%" G_GINT64_FORMAT "_ns", name, bytes);

		for (int i = 0; i < n; i++) {
			if (!copies(run, b, to_device, bytes, &sample[i]))
				return FALSE;
			if (bytes == LEAST)
				latency[i] = sample[i];
		}
		ct_cal_found(run, key, "ns", sample, (size_t)n,
			     "events around copies of one size behind a kernel");
	}
	for (int i = 0; i < n; i++) {
		if (!copies(run, b, to_device, MOST_BYTES / STEP, &less) ||
		    !copies(run, b, to_device, MOST_BYTES, &most))
			return FALSE;
		rate[i] = (double)(MOST_BYTES - MOST_BYTES / STEP) * NS_IN_A_S /
			  (most > less ? most - less : 1);
	}
	ct_cal_found(run, rate_key, "bytes/s", rate, (size_t)n,
		     "events around pinned copies of 16 and 64 MiB, what the second takes "
		     "more, one direction busy");
	return TRUE;
}

gboolean ct_bench_copy(struct ct_cal_run *run)
{
	int n = run->quick ? 5 : 21;
	double latency[2 * MOST];
	struct bench b;

	if (!ct_cal_spin(run, GATE_NS, &b.gate) ||
	    !ct_cal_spin(run, LONG_NS, &b.long_gate) ||
	    !CT_CAL(run, cuStreamCreate, &b.stream, CT_CAL_NON_BLOCKING) ||
	    !CT_CAL(run, cuEventCreate, &b.from, 0) ||
	    !CT_CAL(run, cuEventCreate, &b.to, 0) ||
	    !CT_CAL(run, cuMemAllocHost_v2, &b.host, (size_t)MOST_BYTES) ||
	    !CT_CAL(run, cuMemAlloc_v2, &b.device, (size_t)MOST_BYTES) ||
	    !direction(run, &b, TRUE, n, latency) ||
	    !direction(run, &b, FALSE, n, latency + n))
		return FALSE;
	ct_cal_found(run, "copy.latency_ns", "ns", latency, (size_t)(2 * n),
		     "events around 16 pinned copies of 4 bytes, each direction by itself");
	return TRUE;
}
