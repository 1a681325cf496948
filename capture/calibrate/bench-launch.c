/*
 * bench-launch - a launch on an idle device, seen from the host.
 *
 * A kernel that lasts a known time is launched and waited for, by asking the stream over
 * and over or by a call that sleeps.  What is more than the kernel's time is the way to the
 * device and, of the second, the waking.
 *
 * DANGER: the first holds also the way back, until the host sees the end: launch_ns is an
 * upper bound.  The kernel's own begin and end, beside its waiting, are in it too.
 */
#include "capture/calibrate/suite.h"

#define SPIN_NS 20000
#define MOST    400
#define BATCH   64

static gboolean ended_by_asking(struct ct_cal_run *run, CUstream stream)
{
	CUresult result;

	do
		result = run->cu.cuStreamQuery(stream);
	while (result == CT_CAL_NOT_READY);
	return ct_cal_succeeded(run, result, "cuStreamQuery");
}

static gboolean host_time(struct ct_cal_run *run, CUfunction spin, CUstream stream, int n)
{
	double sample[MOST];

	for (int i = 0; i < n; i++) {
		double begin_ns = ct_cal_now_ns();

		if (!ct_cal_launch(run, spin, stream))
			return FALSE;
		sample[i] = ct_cal_now_ns() - begin_ns;
		if (i % BATCH == BATCH - 1 && !CT_CAL(run, cuStreamSynchronize, stream))
			return FALSE;
	}
	if (!CT_CAL(run, cuStreamSynchronize, stream))
		return FALSE;
	ct_cal_found(run, "launch.host_ns", "ns", sample, (size_t)n,
		     "host clock around cuLaunchKernel, at most 64 queued");
	return TRUE;
}

gboolean ct_bench_launch(struct ct_cal_run *run)
{
	int n = run->quick ? 40 : MOST;
	double launch[MOST], wakeup[MOST];
	CUfunction spin;
	CUstream stream;

	if (!ct_cal_spin(run, SPIN_NS, &spin) ||
	    !CT_CAL(run, cuStreamCreate, &stream, CT_CAL_NON_BLOCKING) ||
	    !host_time(run, spin, stream, n))
		return FALSE;
	for (int i = 0; i < n; i++) {
		double begin_ns = ct_cal_now_ns(), asked_ns;

		if (!ct_cal_launch(run, spin, stream) || !ended_by_asking(run, stream))
			return FALSE;
		asked_ns = ct_cal_now_ns() - begin_ns;
		launch[i] = asked_ns - SPIN_NS;
		begin_ns = ct_cal_now_ns();
		if (!ct_cal_launch(run, spin, stream) ||
		    !CT_CAL(run, cuStreamSynchronize, stream))
			return FALSE;
		wakeup[i] = ct_cal_now_ns() - begin_ns - asked_ns;
	}
	ct_cal_found(
		run, "latency.launch_ns", "ns", launch, (size_t)n,
		"host clock from cuLaunchKernel until cuStreamQuery says done, less the "
		"20000 ns of the kernel; an upper bound, with the way back");
	ct_cal_found(
		run, "latency.sync_wakeup_ns", "ns", wakeup, (size_t)n,
		"host clock: a launch waited for by cuStreamSynchronize, less one waited "
		"for by asking");
	return TRUE;
}
