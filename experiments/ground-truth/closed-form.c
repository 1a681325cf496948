/*
 * closed-form - small scenarios whose answer can be worked out by hand
 *
 * Nothing here was measured: "measured" is arithmetic, from the device file and the rules
 * of the hardware.  That the simulator agrees says that the mechanisms are put together
 * right, not that they are the hardware's.
 */
#include "experiments/ground-truth/beside.h"
#include "experiments/ground-truth/microbench.h"
#include "experiments/ground-truth/truth.h"
#include "sim/sharing.h"
#include "tests/unit/run-case.h"

#define MS INT64_C(1000000)

enum { SLICES = 10 };

/* The control of a row is what one would say without its mechanism. */
static void row(struct truth_group *group, int64_t by_hand_ns, int64_t simulated_ns,
		int64_t control_ns, const char *name)
{
	truth_row(group, (double)by_hand_ns * 1e-6, (double)simulated_ns * 1e-6,
		  (double)control_ns * 1e-6, "%s", name)
		->goal = 0.05;
}

/* One block, or two, of 1024 threads on every SM: they fit beside each other or not. */
static gboolean sleeps(struct truth_group *group, const struct ct_device *device,
		       GError **error)
{
	struct microbench_kernel half = { .kind = MICROBENCH_SLEEP,
					  .blocks = device->sms,
					  .threads = 1024,
					  .alone_ms = 100 };
	struct microbench_kernel full = half;
	double half_ms, full_ms;

	full.blocks *= 2;
	half_ms = microbench_together_ms(device, &half, &half, FALSE, error);
	full_ms = microbench_together_ms(device, &full, &full, FALSE, error);
	row(group, 100 * MS, (int64_t)(half_ms * 1e6), 200 * MS,
	    "two kernels of half an SM's threads");
	row(group, 200 * MS, (int64_t)(full_ms * 1e6), 100 * MS,
	    "two kernels of all of an SM's threads");
	return half_ms > 0 && full_ms > 0;
}

/* Waves of 1 ms; the other comes at 3.5 ms and has 1 ms of its own. */
static gboolean priority(struct truth_group *group, const struct ct_device *device,
			 GError **error)
{
	struct beside_kernel k[2] = {
		{ .shape = { .blocks = 20 * device->sms, .threads_per_block = 1024 },
		  .alone_ns = 10 * MS,
		  .priority = 1 },
		{ .shape = { .blocks = device->sms, .threads_per_block = 1024 },
		  .alone_ns = MS,
		  .ready_ns = 3500000 },
	};
	struct beside_kernel one_wave[2] = { k[0], k[1] };

	one_wave[0].shape.blocks = 2 * device->sms;
	if (!beside_run(device, k, 2, error) || !beside_run(device, one_wave, 2, error))
		return FALSE;
	row(group, 4 * MS, k[1].start_ns, 3500000,
	    "priority over blocks of 1 ms: starts when they end");
	row(group, 10 * MS, one_wave[1].start_ns, 3500000,
	    "priority over blocks of 10 ms: inversion, until they end");
	return TRUE;
}

/* Time on some SMs of a kernel that takes one wave on all. */
static void curve(struct truth_group *group, const struct ct_device *device)
{
	static const uint32_t sms[] = { 1, 10, 20, 27, 40, 79 };
	struct ct_kernel_shape shape = { .blocks = 2 * device->sms,
					 .threads_per_block = 1024 };

	for (size_t i = 0; i < G_N_ELEMENTS(sms); i++) {
		struct beside_kernel k = { .shape = shape,
					   .alone_ns = MS,
					   .first_sm = 3 % (device->sms - sms[i] + 1),
					   .n_sms = sms[i],
					   .alone_everywhere = TRUE };
		g_autofree char *name =
			g_strdup_printf("one wave of 1 ms on %u of 80 SMs", sms[i]);
		int64_t waves = (device->sms + sms[i] - 1) / sms[i];

		if (beside_run(device, &k, 1, NULL))
			row(group, waves * MS, k.end_ns, MS * device->sms / sms[i], name);
	}
}

struct share {
	const char *name;
	uint32_t mode;
	const char *mig;
	uint32_t percentage;
	int64_t waves[2]; /* of each tenant's kernel; 0: no such tenant */
};

/* Two tenants of one kernel, of one wave of 1 ms on all SMs. */
static void shares(struct truth_group *group, const struct ct_device *device)
{
	static const struct share share[] = {
		{ "MPS, 50 % each", CT_SHARING_MPS, NULL, 50, { 2, 2 } },
		{ "MIG 3g (42 SMs) and 4g (56 SMs)", CT_SHARING_MIG, "3g,4g", 0, { 3, 2 } },
		{ "MIG 2g (28 SMs) and 1g (14 SMs)", CT_SHARING_MIG, "2g,1g", 0, { 4, 8 } },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(share); i++) {
		struct ct_run_result *r;
		struct lab lab;

		lab_begin(&lab);
		lab.device = *device;
		lab.scenario->sharing.mode = share[i].mode;
		lab.scenario->sharing.mig = g_strdup(share[i].mig);
		for (int t = 0; t < 2; t++) {
			struct tape *tape = tape_new(1, 1);

			tape_kernel(tape, 0, 0, 2 * device->sms, MS);
			lab_tenant(&lab, tape, "closed:1", NULL)->sharing.mps_percentage =
				share[i].percentage;
		}
		r = lab_run(&lab, "fifo");
		for (int t = 0; t < 2; t++) {
			g_autofree char *name =
				g_strdup_printf("%s: tenant %d of two, one wave on all",
						share[i].name, t + 1);

			row(group, device->launch_latency_ns + share[i].waves[t] * MS,
			    r->tenant[t].latency.max_ns, device->launch_latency_ns + 2 * MS,
			    name);
		}
		ct_run_result_free(r);
		lab_end(&lab);
	}
}

/* Two processes with a kernel of ten slices each take turns. */
static void slices(struct truth_group *group, const struct ct_device *device)
{
	int64_t slice_ns = device->slice_ns, kernel_ns = SLICES * slice_ns;
	int64_t bytes = 2 * (int64_t)device->sms *
			(device->sm.registers * INT64_C(4) + device->sm.smem_bytes);
	int64_t switch_ns =
		device->switch_ns + (int64_t)((double)bytes * 1e9 /
					      ((double)device->dram_bytes_per_s *
					       device->switch_bandwidth_permille / 1000));
	int64_t last_ns =
		device->launch_latency_ns + 2 * kernel_ns + (2 * SLICES - 1) * switch_ns;
	struct ct_run_result *r;
	struct lab lab;

	lab_begin(&lab);
	lab.device = *device;
	lab.scenario->sharing.mode = CT_SHARING_PROCESS;
	for (int t = 0; t < 2; t++) {
		struct tape *tape = tape_new(1, 1);

		tape_kernel(tape, 0, 0, 2 * device->sms, kernel_ns);
		lab_tenant(&lab, tape, "closed:1", NULL);
	}
	r = lab_run(&lab, "fifo");
	row(group, last_ns - slice_ns - switch_ns,
	    MIN(r->tenant[0].latency.max_ns, r->tenant[1].latency.max_ns),
	    device->launch_latency_ns + 2 * kernel_ns,
	    "two processes of ten slices each: the first to end");
	row(group, last_ns, MAX(r->tenant[0].latency.max_ns, r->tenant[1].latency.max_ns),
	    device->launch_latency_ns + 2 * kernel_ns,
	    "two processes of ten slices each: the last to end");
	ct_run_result_free(r);
	lab_end(&lab);
}

gboolean truth_closed_form(struct truth_group *group, GError **error)
{
	struct ct_device *v100 = ct_device_load("v100-sxm2", error);
	struct ct_device *a100 = v100 ? ct_device_load("a100-sxm-80", error) : NULL;
	gboolean ok;

	group->unit = "ms";
	group->control =
		"what one would say without the mechanism: kernels in turn or all "
		"at once, no waiting, time in proportion to SMs, half of the device "
		"for each, switches for nothing";
	ok = a100 && sleeps(group, v100, error) && priority(group, v100, error);
	if (ok) {
		curve(group, v100);
		shares(group, a100);
		slices(group, v100);
		truth_note(group, "measured is arithmetic here: v100-sxm2, and a100-sxm-80 "
				  "for MPS and MIG");
	}
	ct_device_free(a100);
	ct_device_free(v100);
	return ok;
}
