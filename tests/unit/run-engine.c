/*
 * run-engine - which engine a run is on, what the fluid one refuses, and jitter.
 */
#include <check.h>
#include <math.h>
#include <string.h>

#include "sim/base/error.h"
#include "sim/gpu.h"
#include "tests/unit/run-case.h"

enum { FULL = LAB_SMS, N = 20 };

static struct tape *chain(uint32_t n, uint32_t blocks, int64_t ns)
{
	struct tape *tape = tape_new(1, 1);

	for (uint32_t i = 0; i < n; i++)
		tape_kernel(tape, 0, 0, blocks, ns);
	return tape;
}

static void two_tenants(struct lab *lab)
{
	lab_begin(lab);
	lab_tenant(lab, chain(N, FULL, 1000), "closed:1", NULL)->rank = 1;
	lab_tenant(lab, chain(N, 3 * FULL, 9000), "closed:1", NULL);
}

static void refused(struct lab *lab, const char *policy, const char *word)
{
	struct ct_policy_choice choice;
	struct ct_run_result *result;

	ck_assert(ct_policy_choose(policy, NULL, &choice, NULL));
	lab->in.policy = &choice;
	lab->in.program = (const struct ct_program *const *)lab->programs->pdata;
	result = ct_run(&lab->in);
	ck_assert(g_error_matches(result->error, CT_ERROR, CT_EXIT_UNSUPPORTED));
	ck_assert_msg(strstr(result->error->message, word) != NULL, "%s",
		      result->error->message);
	ct_run_result_free(result);
	ct_policy_choice_clear(&choice);
}

/* Whole SMs only: what is averaged in the fluid engine is not there. */
START_TEST(engines_agree_on_whole_sms)
{
	struct ct_run_result *block, *fluid;
	struct lab lab;

	two_tenants(&lab);
	block = lab_run(&lab, "fifo");
	lab.scenario->engine = CT_ENGINE_FLUID;
	fluid = lab_run(&lab, "fifo");
	ck_assert_uint_eq(block->kernels, 2 * N);
	ck_assert_uint_eq(block->digest, fluid->digest);
	ck_assert_double_eq(block->sm_active, fluid->sm_active);
	ct_run_result_free(block);
	ct_run_result_free(fluid);
	lab_end(&lab);
}
END_TEST

START_TEST(priorities_are_refused)
{
	struct ct_run_result *result;
	struct lab lab;

	two_tenants(&lab);
	lab.scenario->engine = CT_ENGINE_FLUID;
	refused(&lab, "priority", "ranks tenants");
	lab.scenario->fluid_priorities = TRUE;
	result = lab_run(&lab, "priority");
	ck_assert_ptr_null(result->error);
	ck_assert_int_lt(result->tenant[0].latency.mean_ns,
			 result->tenant[1].latency.mean_ns);
	ct_run_result_free(result);
	lab_end(&lab);
}
END_TEST

START_TEST(stream_priorities_are_refused)
{
	struct tape *tape = tape_new(1, 1);
	struct ct_run_result *result;
	struct lab lab;

	tape_stream(tape, -1);
	tape_kernel(tape, 0, 0, FULL, 1000);
	tape_kernel(tape, 0, 1, FULL, 1000);
	lab_begin(&lab);
	lab_tenant(&lab, tape, "closed:1", NULL);
	lab.scenario->engine = CT_ENGINE_FLUID;
	refused(&lab, "fifo", "different priorities");
	lab.scenario->fluid_priorities = TRUE;
	result = lab_run(&lab, "fifo");
	ck_assert_ptr_null(result->error);
	ct_run_result_free(result);
	lab_end(&lab);
}
END_TEST

START_TEST(parts_are_refused)
{
	struct lab lab;

	two_tenants(&lab);
	lab.scenario->engine = CT_ENGINE_FLUID;
	refused(&lab, "partition", "divides the SMs");
	lab.scenario->tenant[1].spread_permille = 100;
	refused(&lab, "fifo", "spread_permille");
	lab.scenario->sharing.mode = CT_SHARING_MPS;
	lab.scenario->tenant[0].sharing.mps_percentage = 50;
	refused(&lab, "fifo", "mps_percentage");
	lab_end(&lab);
}
END_TEST

static struct ct_run_result *run_jittered(struct lab *lab, uint32_t ppm, uint64_t seed)
{
	lab->scenario->jitter_ppm = ppm;
	lab->in.seed = seed;
	return lab_run(lab, "fifo");
}

/* One kernel after the other: the length of the run is the sum of theirs. */
START_TEST(jitter_is_as_large_as_it_says)
{
	const int64_t gaps_ns = LAB_LATENCY_NS + (N - 1) * LAB_GAP_NS, ns = 1000000;
	struct ct_run_result *off, *result;
	double sum = 0;
	struct lab lab;

	lab_begin(&lab);
	lab_tenant(&lab, chain(N, FULL, ns), "closed:1", NULL);
	off = run_jittered(&lab, 0, 1);
	ck_assert_int_eq(off->makespan_ns, gaps_ns + N * ns);
	for (uint64_t seed = 1; seed <= 50; seed++) {
		double off_by;

		result = run_jittered(&lab, 100000, seed);
		off_by = (double)(result->makespan_ns - off->makespan_ns) / (N * ns);
		ck_assert_double_lt(fabs(off_by), 0.1);
		ck_assert_double_ne(off_by, 0);
		sum += off_by;
		ct_run_result_free(result);
	}
	/* 1000 draws from [-0.1, 0.1]: their mean has a standard deviation of 0.0018 */
	ck_assert_double_lt(fabs(sum / 50), 0.006);
	ct_run_result_free(off);
	lab_end(&lab);
}
END_TEST

START_TEST(jitter_comes_from_the_seed)
{
	struct ct_run_result *one, *again, *other;
	struct lab lab;

	two_tenants(&lab);
	one = run_jittered(&lab, 1000, 1);
	again = run_jittered(&lab, 1000, 1);
	other = run_jittered(&lab, 1000, 2);
	ck_assert_uint_eq(one->digest, again->digest);
	ck_assert_uint_ne(one->digest, other->digest);
	ct_run_result_free(one);
	ct_run_result_free(again);
	ct_run_result_free(other);
	lab_end(&lab);
}
END_TEST

/* A launch is as long beside others as it is alone, whoever moves first. */
START_TEST(jitter_does_not_depend_on_others)
{
	struct ct_run_result *alone, *beside;
	struct lab lab;

	lab_begin(&lab);
	lab_tenant(&lab, chain(N, 1, 7000), "closed:1", NULL);
	alone = run_jittered(&lab, 100000, 1);
	lab_tenant(&lab, chain(N, 2, 3000), "closed:1", NULL);
	beside = run_jittered(&lab, 100000, 1);
	ck_assert_int_eq(alone->tenant[0].time_ns[CT_CAUSE_RUNNING],
			 beside->tenant[0].time_ns[CT_CAUSE_RUNNING]);
	ct_run_result_free(alone);
	ct_run_result_free(beside);
	lab_end(&lab);
}
END_TEST

/* Against its recording a program runs with the kernels that were recorded. */
START_TEST(a_replay_has_no_jitter)
{
	struct ct_run_result *result;
	struct lab lab;

	lab_begin(&lab);
	lab_tenant(&lab, chain(N, FULL, 7000), "closed:1", NULL);
	lab.in.replay_once = TRUE;
	result = run_jittered(&lab, 100000, 1);
	ck_assert_int_eq(result->tenant[0].time_ns[CT_CAUSE_RUNNING], N * 7000);
	ct_run_result_free(result);
	lab_end(&lab);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("run-engine");
	TCase *tc = tcase_create("run-engine");
	SRunner *runner;
	int failed;

	tcase_add_test(tc, engines_agree_on_whole_sms);
	tcase_add_test(tc, priorities_are_refused);
	tcase_add_test(tc, stream_priorities_are_refused);
	tcase_add_test(tc, parts_are_refused);
	tcase_add_test(tc, jitter_is_as_large_as_it_says);
	tcase_add_test(tc, jitter_comes_from_the_seed);
	tcase_add_test(tc, jitter_does_not_depend_on_others);
	tcase_add_test(tc, a_replay_has_no_jitter);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
