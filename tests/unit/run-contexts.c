/*
 * run-contexts - processes on one device: slices, switches, early yield.
 *
 * Every expectation is worked out by hand from the numbers of run-case.h.  The device's
 * slice is 100 us and a switch takes 7622 ns, in which nothing runs.
 */
#include "tests/unit/run-case.h"

#include <check.h>

enum { FULL = LAB_SMS, HALF = LAB_SMS / 2 };
#define ONCE     "every:1000s" /* one request, at 0, in any run of this file */
#define ROUND_NS (LAB_SLICE_NS + LAB_SWITCH_NS)

static struct tape *one_kernel(int64_t ns)
{
	struct tape *tape = tape_new(1, 1);

	tape_kernel(tape, 0, 0, FULL, ns);
	return tape;
}

static void as_processes(struct lab *lab)
{
	lab_begin(lab);
	lab->scenario->sharing.mode = CT_SHARING_PROCESS;
}

static int64_t latency(const struct ct_run_result *result, size_t tenant)
{
	ck_assert_uint_eq(result->tenant[tenant].finished, 1);
	return result->tenant[tenant].latency.max_ns;
}

/* Two kernels of ten slices each take turns, ten each; then both are done. */
START_TEST(slices)
{
	const int64_t ns = 10 * LAB_SLICE_NS;
	struct ct_run_result *result;
	struct lab lab;

	as_processes(&lab);
	lab_tenant(&lab, one_kernel(ns), ONCE, NULL);
	lab_tenant(&lab, one_kernel(ns), ONCE, NULL);
	result = lab_run(&lab, "fifo");
	ck_assert_int_eq(latency(result, 0), 1000 + 18 * ROUND_NS + LAB_SLICE_NS);
	ck_assert_int_eq(latency(result, 1), 1000 + 19 * ROUND_NS + LAB_SLICE_NS);
	for (int i = 0; i < 2; i++) {
		const int64_t *time_ns = result->tenant[i].time_ns;

		ck_assert_int_eq(time_ns[CT_CAUSE_RUNNING], ns);
		ck_assert_int_eq(time_ns[CT_CAUSE_LAUNCH], 1000);
		ck_assert_int_eq(time_ns[CT_CAUSE_SM_ROOM], 0);
		ck_assert_int_eq(time_ns[CT_CAUSE_CONTEXT_SWITCH],
				 latency(result, (size_t)i) - 1000 - ns);
	}
	/* what is not lost to switches is work */
	ck_assert_double_eq_tol(result->sm_active,
				2.0 * ns / (1000 + 19.0 * ROUND_NS + LAB_SLICE_NS), 1e-12);
	ct_run_result_free(result);
	lab_end(&lab);
}
END_TEST

/* The first gets slices of 50 us, the second of 150. */
START_TEST(slices_of_their_own)
{
	struct ct_run_result *result;
	struct lab lab;

	as_processes(&lab);
	lab.scenario->sharing.slice_us = 150;
	lab_tenant(&lab, one_kernel(100000), ONCE, NULL)->sharing.slice_us = 50;
	lab_tenant(&lab, one_kernel(300000), ONCE, NULL);
	result = lab_run(&lab, "fifo");
	ck_assert_int_eq(latency(result, 0),
			 1000 + 50000 + 150000 + 2 * LAB_SWITCH_NS + 50000);
	ck_assert_int_eq(latency(result, 1), latency(result, 0) + LAB_SWITCH_NS + 150000);
	ct_run_result_free(result);
	lab_end(&lab);
}
END_TEST

/* A short kernel now, and another one at 500 us. */
static struct tape *short_kernels(void)
{
	struct tape *tape = tape_new(1, 1);

	tape_kernel(tape, 0, 0, FULL, 30000);
	tape_think(tape, 0, 499000 - TAPE_CALL_NS);
	tape_kernel(tape, 0, 0, FULL, 30000);
	return tape;
}

/* Who has nothing to do gives up the rest of its slice; who then comes back waits for the
 * end of one of the other's, which followed each other unwatched. */
START_TEST(early_yield)
{
	const int64_t on_ns = 31000 + LAB_SWITCH_NS;
	const int64_t off_ns = on_ns + 5 * LAB_SLICE_NS;
	struct ct_run_result *result;
	struct lab lab;

	as_processes(&lab);
	lab_tenant(&lab, short_kernels(), ONCE, NULL);
	lab_tenant(&lab, one_kernel(1000000), ONCE, NULL);
	result = lab_run(&lab, "fifo");
	ck_assert_int_eq(latency(result, 0), off_ns + LAB_SWITCH_NS + 30000);
	ck_assert_int_eq(latency(result, 1), latency(result, 0) + LAB_SWITCH_NS + 500000);
	ct_run_result_free(result);
	lab_end(&lab);
}
END_TEST

/* On a device without early yield the slice is kept, and the next one too. */
START_TEST(no_early_yield)
{
	struct ct_run_result *result;
	struct lab lab;

	as_processes(&lab);
	lab.device.idle_yield = FALSE;
	lab_tenant(&lab, one_kernel(30000), ONCE, NULL);
	lab_tenant(&lab, one_kernel(300000), ONCE, NULL);
	result = lab_run(&lab, "fifo");
	ck_assert_int_eq(latency(result, 0), 31000);
	ck_assert_int_eq(latency(result, 1), 1000 + LAB_SLICE_NS + LAB_SWITCH_NS + 300000);
	ct_run_result_free(result);
	lab_end(&lab);
}
END_TEST

/* The gap between two kernels of a stream is no idleness: the next one is there. */
START_TEST(gap_is_no_idleness)
{
	struct tape *tape = tape_new(1, 1);
	struct ct_run_result *result;
	struct lab lab;

	for (int i = 0; i < 5; i++)
		tape_kernel(tape, 0, 0, FULL, 10000);
	as_processes(&lab);
	lab_tenant(&lab, tape, ONCE, NULL);
	lab_tenant(&lab, one_kernel(10000), ONCE, NULL);
	result = lab_run(&lab, "fifo");
	ck_assert_int_eq(latency(result, 0), 1000 + 5 * 10000 + 4 * 100);
	ck_assert_int_eq(latency(result, 1), latency(result, 0) + LAB_SWITCH_NS + 10000);
	ct_run_result_free(result);
	lab_end(&lab);
}
END_TEST

/* Kernels of two processes do not share the device though both would fit. */
START_TEST(never_together)
{
	struct tape *a = tape_new(1, 1), *b = tape_new(1, 1);
	struct ct_run_result *result;
	struct lab lab;

	tape_kernel(a, 0, 0, HALF, 40000);
	tape_kernel(b, 0, 0, HALF, 40000);
	as_processes(&lab);
	lab_tenant(&lab, a, ONCE, NULL);
	lab_tenant(&lab, b, ONCE, NULL);
	result = lab_run(&lab, "fifo");
	ck_assert_int_eq(latency(result, 0), 41000);
	ck_assert_int_eq(latency(result, 1), 41000 + LAB_SWITCH_NS + 40000);
	ct_run_result_free(result);
	lab_end(&lab);
}
END_TEST

/* Kernels that hold neither registers nor shared memory have no state to move. */
START_TEST(only_used_state)
{
	struct ct_run_result *result;
	struct lab lab;

	as_processes(&lab);
	lab.device.switch_state = CT_SWITCH_USED;
	lab_tenant(&lab, one_kernel(150000), ONCE, NULL);
	lab_tenant(&lab, one_kernel(50000), ONCE, NULL);
	result = lab_run(&lab, "fifo");
	ck_assert_int_eq(latency(result, 1), 1000 + LAB_SLICE_NS + 5000 + 50000);
	ck_assert_int_eq(latency(result, 0), latency(result, 1) + 5000 + 50000);
	ct_run_result_free(result);
	lab_end(&lab);
}
END_TEST

static uint32_t below(uint64_t *seed, uint32_t n)
{
	*seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (uint32_t)(*seed >> 33) % n;
}

/* A program of N kernels over STREAMS streams, with waits; *SUM_NS: what they take. */
static struct tape *random_program(uint64_t seed, uint32_t streams, int n, int64_t *sum_ns)
{
	struct tape *tape = tape_new(1, streams);

	*sum_ns = 0;
	for (int i = 0; i < n; i++) {
		uint32_t stream = below(&seed, streams);
		int64_t ns = 1000 + below(&seed, 50000);

		tape_kernel(tape, 0, stream, 1 + below(&seed, 20), ns);
		*sum_ns += ns;
		if (below(&seed, 4) == 0)
			tape_think(tape, 0, below(&seed, 100000));
		if (below(&seed, 8) == 0)
			tape_call(tape, 0, CT_OP_STREAM_SYNC, 64,
				  (struct ct_op){ .stream = stream });
	}
	return tape;
}

/* A process that is alone is as if there were no processes. */
START_TEST(alone_is_the_same)
{
	struct ct_run_result *result[2];

	for (int mode = 0; mode < 2; mode++) {
		struct lab lab;
		int64_t sum_ns;

		lab_begin(&lab);
		lab.scenario->sharing.mode = mode ? CT_SHARING_PROCESS : CT_SHARING_STREAMS;
		lab_tenant(&lab, random_program((uint64_t)_i, 3, 60, &sum_ns), ONCE, NULL);
		result[mode] = lab_run(&lab, "fifo");
		lab_end(&lab);
	}
	ck_assert_uint_eq(result[0]->digest, result[1]->digest);
	ck_assert_int_eq(result[0]->makespan_ns, result[1]->makespan_ns);
	ck_assert_mem_eq(result[0]->tenant[0].time_ns, result[1]->tenant[0].time_ns,
			 sizeof(result[0]->tenant[0].time_ns));
	for (int mode = 0; mode < 2; mode++)
		ct_run_result_free(result[mode]);
}
END_TEST

/* Whatever the slices cut, each kernel runs as long as alone: no work is lost or won. */
START_TEST(work_is_conserved)
{
	struct ct_run_result *result;
	int64_t sum_ns[3];
	struct lab lab;

	as_processes(&lab);
	lab.scenario->sharing.slice_us = 1 + (uint32_t)_i * 7;
	for (int i = 0; i < 3; i++)
		lab_tenant(&lab, random_program((uint64_t)(_i * 3 + i), 1, 30, &sum_ns[i]),
			   ONCE, NULL);
	result = lab_run(&lab, "fifo");
	for (int i = 0; i < 3; i++)
		ck_assert_int_eq(result->tenant[i].time_ns[CT_CAUSE_RUNNING], sum_ns[i]);
	ck_assert_double_le(result->sm_active, 1.0);
	ct_run_result_free(result);
	lab_end(&lab);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("run-contexts");
	TCase *contexts = tcase_create("contexts");
	SRunner *runner;
	int failed;

	tcase_add_test(contexts, slices);
	tcase_add_test(contexts, slices_of_their_own);
	tcase_add_test(contexts, early_yield);
	tcase_add_test(contexts, no_early_yield);
	tcase_add_test(contexts, gap_is_no_idleness);
	tcase_add_test(contexts, never_together);
	tcase_add_test(contexts, only_used_state);
	tcase_add_loop_test(contexts, alone_is_the_same, 0, 20);
	tcase_add_loop_test(contexts, work_is_conserved, 0, 20);
	suite_add_tcase(suite, contexts);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? 1 : 0;
}
