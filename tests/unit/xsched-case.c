/* xsched-case - runs a task of long kernels that is preempted at random times. */
#include "tests/unit/xsched-case.h"

#include "tests/unit/run-case.h"

enum { REQUESTS = 300 };

int64_t xsched_p99_ns(const char *actuator, const char *level, uint32_t mode, int64_t t_ns)
{
	g_autofree char *policy = g_strdup_printf(
		"gate-priority:depth=%d,drain=true,level=%s", XSCHED_IN_FLIGHT, level);
	struct ct_device *v100 = ct_device_load("v100-sxm2", NULL);
	struct ct_actuator_model *model = ct_actuator_model_load(actuator, NULL);
	struct tape *low = tape_new(1, 1), *high = tape_new(1, 1);
	struct ct_run_result *r, *alone;
	int64_t ns;
	struct lab lab;

	lab_begin(&lab);
	lab.device = *v100;
	lab.device.switch_state = CT_SWITCH_USED; /* the high one rests when it is idle */
	lab.actuator = *model;
	lab.scenario->sharing.mode = mode;
	for (int i = 0; i < 4 * XSCHED_IN_FLIGHT; i++)
		tape_kernel(low, 0, 0, 2 * v100->sms, t_ns);
	tape_kernel(high, 0, 0, 1, 2000);
	lab_tenant(&lab, low, "closed:1", NULL);
	lab_tenant(&lab, high, "poisson:20", NULL)->rank = 10;
	lab.scenario->min_requests = REQUESTS;
	lab.scenario->patience_ns = INT64_C(100000000000);
	r = lab_run(&lab, policy);
	g_assert(!r->ejected);
	lab.in.only_tenant = 1;
	alone = lab_run(&lab, "fifo");
	ns = r->tenant[1].latency.p99_ns - alone->tenant[0].latency.p50_ns;
	ct_run_result_free(r);
	ct_run_result_free(alone);
	lab_end(&lab);
	ct_actuator_model_free(model);
	ct_device_free(v100);
	return ns;
}
