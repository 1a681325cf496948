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
#include "sim/sharing.h"
#include "tests/unit/xsched-case.h"

#include <check.h>
#include <stdio.h>

enum { GATE_NS = 30000 };

/* The same, shown. */
static int64_t p99_ns(const char *actuator, const char *level, uint32_t mode, int64_t t_ns)
{
	int64_t ns = xsched_p99_ns(actuator, level, mode, t_ns);

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
