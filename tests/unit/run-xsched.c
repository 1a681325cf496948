/*
 * run-xsched - XSched's table of preemption latencies, from its mechanisms alone.
 *
 * XSched (Shen et al., OSDI'25) preempts a task whose commands take T = 0.5 ms each, eight
 * of them in flight, on a GV100, and reports the 99th percentile of the time until it has
 * stopped: about 8 T at level 1 (what is in flight drains), about T at level 2 (what is
 * queued is deactivated) and 32 us at level 3 (what runs is interrupted), whatever T is.
 *
 * Here: the shipped actuators, a V100, a low tenant that launches kernels of T without end
 * in one stream, and a high one whose single short kernel comes at random times.  Its
 * latency beyond that of the kernel alone is the time until the low one had stopped, and
 * the costs of the gate, which the paper's figure has not: at most 30 us.  No number is
 * fitted.
 */
#include "tests/unit/run-case.h"

#include <check.h>

enum { IN_FLIGHT = 8, REQUESTS = 300, GATE_NS = 30000 };

static int64_t p99_ns(const char *actuator, const char *level, uint32_t mode, int64_t t_ns)
{
	g_autofree char *policy = g_strdup_printf(
		"gate-priority:depth=%d,drain=true,level=%s", IN_FLIGHT, level);
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
	for (int i = 0; i < 4 * IN_FLIGHT; i++)
		tape_kernel(low, 0, 0, 2 * v100->sms, t_ns);
	tape_kernel(high, 0, 0, 1, 2000);
	lab_tenant(&lab, low, "closed:1", NULL);
	lab_tenant(&lab, high, "poisson:20", NULL)->rank = 10;
	lab.scenario->min_requests = REQUESTS;
	lab.scenario->patience_ns = INT64_C(100000000000);
	r = lab_run(&lab, policy);
	ck_assert(!r->ejected);
	lab.in.only_tenant = 1;
	alone = lab_run(&lab, "fifo");
	ns = r->tenant[1].latency.p99_ns - alone->tenant[0].latency.p50_ns;
	ct_run_result_free(r);
	ct_run_result_free(alone);
	lab_end(&lab);
	ct_actuator_model_free(model);
	ct_device_free(v100);
	printf("%s, %s, T %g us: P99 %g us\n", actuator, level, (double)t_ns * 1e-3,
	       (double)ns * 1e-3);
	return ns;
}

START_TEST(levels)
{
	const int64_t t = 500000;
	int64_t one = p99_ns("xsched-l2", "credit", CT_SHARING_STREAMS, t);
	int64_t two = p99_ns("xsched-l2", "queued", CT_SHARING_STREAMS, t);
	int64_t three = p99_ns("xsched-l3", "switch", CT_SHARING_PROCESS, t);
	int64_t longer = p99_ns("xsched-l3", "switch", CT_SHARING_PROCESS, 4 * t);

	ck_assert_int_ge(one, 7 * t);
	ck_assert_int_le(one, 8 * (t + t * 21 / 1000) + GATE_NS);
	ck_assert_int_ge(two, t * 9 / 10);
	ck_assert_int_le(two, t + t * 21 / 1000 + GATE_NS);
	ck_assert_int_ge(three, 32000);
	ck_assert_int_le(three, 32000 + GATE_NS);
	ck_assert_int_ge(longer, 32000);
	ck_assert_int_le(longer, 32000 + GATE_NS);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("run-xsched");
	TCase *all = tcase_create("all");
	SRunner *runner;
	int failed;

	tcase_add_test(all, levels);
	tcase_set_timeout(all, 60);
	suite_add_tcase(suite, all);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? 1 : 0;
}
