/*
 * bench-gap - from the end of a kernel to the begin of the next of its stream.
 *
 * Rows of a few and of many kernels that last a known time, between two events: by how much
 * the many take longer, for each kernel that is more, less the kernel's time.  What stands
 * only once in a row (the events, the first launch) is gone by that.  A long kernel goes
 * before each row, so that the host is ahead of the device.
 *
 * DANGER: what a kernel needs to begin and end, beside its waiting, is in it.
 */
#include "capture/calibrate/suite.h"

#define SPIN_NS    20000
#define GATE_NS    2000000
#define FEW        8
#define MANY       40
#define MOST       200
#define NS_IN_A_MS 1e6

struct bench {
	CUfunction gate, spin;
	CUstream stream;
	CUevent from, to;
};

static gboolean row(struct ct_cal_run *run, const struct bench *b, int n, double *ns)
{
	float ms;

	if (!ct_cal_launch(run, b->gate, b->stream) ||
	    !CT_CAL(run, cuEventRecord, b->from, b->stream))
		return FALSE;
	for (int i = 0; i < n; i++) {
		if (!ct_cal_launch(run, b->spin, b->stream))
			return FALSE;
	}
	if (!CT_CAL(run, cuEventRecord, b->to, b->stream) ||
	    !CT_CAL(run, cuStreamSynchronize, b->stream) ||
	    !CT_CAL(run, cuEventElapsedTime, &ms, b->from, b->to))
		return FALSE;
	*ns = (double)ms * NS_IN_A_MS;
	return TRUE;
}

gboolean ct_bench_gap(struct ct_cal_run *run)
{
	int n = run->quick ? 20 : MOST;
	double sample[MOST], few, many;
	struct bench b;

	if (!ct_cal_spin(run, GATE_NS, &b.gate) || !ct_cal_spin(run, SPIN_NS, &b.spin) ||
	    !CT_CAL(run, cuStreamCreate, &b.stream, CT_CAL_NON_BLOCKING) ||
	    !CT_CAL(run, cuEventCreate, &b.from, 0) ||
	    !CT_CAL(run, cuEventCreate, &b.to, 0))
		return FALSE;
	for (int i = 0; i < n; i++) {
		if (!row(run, &b, FEW, &few) || !row(run, &b, MANY, &many))
			return FALSE;
		sample[i] = (many - few) / (MANY - FEW) - SPIN_NS;
	}
	ct_cal_found(
		run, "latency.stream_gap_ns", "ns", sample, (size_t)n,
		"events around 8 and 40 kernels of one thread and 20000 ns; with what a "
		"kernel needs to begin and end");
	return TRUE;
}
