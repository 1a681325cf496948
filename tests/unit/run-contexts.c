/*
 * run-contexts - processes on one device, MIG instances, MPS clients.
 *
 * Every expectation is worked out by hand from the numbers of run-case.h.  The device's
 * slice is 100 us and a switch takes 7622 ns, in which nothing runs.
 */
#include "tests/unit/run-case.h"

#include <check.h>
#include <string.h>

#include "models/mig.h"

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

/* Instances of half the device each, and of a quarter. */
static void with_mig(struct lab *lab, const char *instances)
{
	lab_begin(lab);
	lab->device.mig = (struct ct_mig){
		.memory_slices = 4,
		.compute_slices = 4,
		.n_profiles = 2,
		.profile = { { .name = "1g.1gb",
			       .compute_slices = 1,
			       .memory_slices = 1,
			       .n_starts = 4,
			       .start = { 0, 1, 2, 3 },
			       .most = 4,
			       .sms = 1,
			       .copy_engines = 1 },
			     { .name = "2g.2gb",
			       .compute_slices = 2,
			       .memory_slices = 2,
			       .n_starts = 2,
			       .start = { 0, 2 },
			       .most = 2,
			       .sms = 2,
			       .copy_engines = 1 } },
	};
	lab->scenario->sharing.mode = CT_SHARING_MIG;
	lab->scenario->sharing.mig = g_strdup(instances);
}

/* A request that copies to the device for NS, and has a kernel of one block behind it. */
static struct tape *copy_to_device(int64_t ns)
{
	struct tape *tape = tape_new(1, 1);
	struct ct_op op = { .copy = CT_COPY_HTOD, .start_ns = 1000, .end_ns = 1000 + ns };

	tape_call(tape, 0, CT_OP_MEMCPY, TAPE_CALL_NS, op);
	tape_kernel(tape, 0, 0, 1, 10);
	return tape;
}

/* Each instance has an engine of its own, and all have one link. */
START_TEST(instances_share_the_link)
{
	struct ct_run_result *result;
	struct lab lab;

	with_mig(&lab, "2g,2g");
	lab.device.switch_ns = 0;
	lab_tenant(&lab, copy_to_device(6000), ONCE, NULL);
	lab_tenant(&lab, copy_to_device(2000), ONCE, NULL);
	result = lab_run(&lab, "fifo");
	/* half the link each until the short one is done, then 4000 are left of the other */
	ck_assert_int_eq(latency(result, 0), 1000 + 4000 + 4000 + 100 + 10);
	ck_assert_int_eq(latency(result, 1), 1000 + 4000 + 100 + 10);
	ct_run_result_free(result);
	lab_end(&lab);
}
END_TEST

/* On half of the SMs a kernel that fills the device takes two waves, whatever others do
 * in their instance; two in one instance take turns. */
START_TEST(instances)
{
	struct ct_run_result *result;
	struct lab lab;

	with_mig(&lab, "2g,2g");
	lab.device.switch_ns = 0;
	for (int i = 0; i < 3; i++)
		lab_tenant(&lab, one_kernel(10000), ONCE, NULL);
	result = lab_run(&lab, "fifo");
	ck_assert_int_eq(latency(result, 0), 1000 + 20000);
	ck_assert_int_eq(latency(result, 1), 1000 + 20000);
	/* half the state at half the bandwidth takes as long as all of it at all of it */
	ck_assert_int_eq(latency(result, 2), 1000 + 20000 + 2622 + 20000);
	ct_run_result_free(result);
	lab_end(&lab);
}
END_TEST

/* A kernel that was measured on so many SMs takes that long in an instance of them. */
START_TEST(instances_by_curve)
{
	struct ct_curve curve = { .name = (char *)"k",
				  .n = 2,
				  .point = { { 2, 2500 }, { LAB_SMS, 1000 } } };
	const struct ct_curves curves = { .n = 1, .curve = &curve };
	struct tape *tape = tape_new(1, 1);
	struct ct_run_result *result;
	struct lab lab;

	tape_named(tape, 0, 0, "k", LAB_SMS, 10000);
	with_mig(&lab, "2g,2g");
	lab_tenant(&lab, tape, ONCE, NULL);
	ck_assert(ct_program_curves(lab.programs->pdata[0], &curves, NULL));
	lab_tenant(&lab, one_kernel(10000), ONCE, NULL);
	result = lab_run(&lab, "fifo");
	ck_assert_int_eq(latency(result, 0), 1000 + 25000);
	ck_assert_int_eq(latency(result, 1), 1000 + 20000);
	ct_run_result_free(result);
	lab_end(&lab);
}
END_TEST

START_TEST(chosen_instance)
{
	struct ct_run_result *result;
	struct lab lab;

	with_mig(&lab, "2g,1g");
	for (uint32_t i = 0; i < 2; i++)
		lab_tenant(&lab, one_kernel(10000), ONCE, NULL)->sharing.mig_instance =
			2 - i;
	result = lab_run(&lab, "fifo");
	ck_assert_int_eq(latency(result, 0), 1000 + 40000);
	ck_assert_int_eq(latency(result, 1), 1000 + 20000);
	ct_run_result_free(result);
	lab_end(&lab);
}
END_TEST

/* What a tenant gets in its instance is what it would get from a board of that size. */
START_TEST(instances_are_boards)
{
	struct ct_run_result *together, *alone;
	struct ct_mig_layout layout;
	struct lab lab;
	int64_t sum_ns;

	with_mig(&lab, "2g,1g");
	ck_assert(ct_mig_place(&lab.device, "2g,1g", &layout, NULL));
	for (uint32_t i = 0; i < 2; i++)
		lab_tenant(&lab, random_program((uint64_t)_i * 2 + i, 3, 40, &sum_ns), ONCE,
			   NULL);
	together = lab_run(&lab, "fifo");
	lab_end(&lab);
	for (uint32_t i = 0; i < 2; i++) {
		struct ct_device *board;

		with_mig(&lab, "2g,1g");
		lab.scenario->sharing.mode = CT_SHARING_STREAMS;
		g_clear_pointer(&lab.scenario->sharing.mig, g_free);
		lab_tenant(&lab, random_program((uint64_t)_i * 2 + i, 3, 40, &sum_ns), ONCE,
			   NULL);
		board = ct_mig_device(&lab.device, &layout, i);
		lab.in.device = board;
		alone = lab_run(&lab, "fifo");
		ck_assert_int_eq(latency(together, i), latency(alone, 0));
		ck_assert_mem_eq(together->tenant[i].time_ns, alone->tenant[0].time_ns,
				 sizeof(alone->tenant[0].time_ns));
		ct_run_result_free(alone);
		ct_device_free(board);
		lab_end(&lab);
	}
	ct_run_result_free(together);
}
END_TEST

/* Clients of MPS are streams of one context. */
START_TEST(clients_overlap)
{
	struct tape *a = tape_new(1, 1), *b = tape_new(1, 1);
	struct ct_run_result *result;
	struct lab lab;

	tape_kernel(a, 0, 0, HALF, 40000);
	tape_kernel(b, 0, 0, HALF, 40000);
	lab_begin(&lab);
	lab.scenario->sharing.mode = CT_SHARING_MPS;
	lab_tenant(&lab, a, ONCE, NULL);
	lab_tenant(&lab, b, ONCE, NULL);
	result = lab_run(&lab, "fifo");
	ck_assert_int_eq(latency(result, 0), 41000);
	ck_assert_int_eq(latency(result, 1), 41000);
	ct_run_result_free(result);
	lab_end(&lab);
}
END_TEST

/* A below-normal client's blocks come after those of a normal one that came later. */
START_TEST(client_priority)
{
	struct tape *late = tape_new(1, 1);
	struct ct_run_result *result;
	struct lab lab;

	tape_think(late, 0, 5000);
	tape_kernel(late, 0, 0, FULL, 10000);
	lab_begin(&lab);
	lab.scenario->sharing.mode = CT_SHARING_MPS;
	for (int i = 0; i < 2; i++)
		lab_tenant(&lab, one_kernel(20000), ONCE, NULL)->sharing.mps_below_normal =
			TRUE;
	lab_tenant(&lab, late, ONCE, NULL);
	result = lab_run(&lab, "fifo");
	ck_assert_int_eq(latency(result, 0), 21000);
	ck_assert_int_eq(latency(result, 2), 21000 + 10000);
	ck_assert_int_eq(latency(result, 1), 21000 + 10000 + 20000);
	ct_run_result_free(result);
	lab_end(&lab);
}
END_TEST

/* Static partitions: each client on its own SMs, at its own pace. */
START_TEST(static_partitions)
{
	struct ct_run_result *result;
	struct lab lab;

	lab_begin(&lab);
	lab.scenario->sharing.mode = CT_SHARING_MPS;
	lab_tenant(&lab, one_kernel(10000), ONCE, NULL)->sharing.mps_sms = 3;
	lab_tenant(&lab, one_kernel(10000), ONCE, NULL)->sharing.mps_sms = 1;
	result = lab_run(&lab, "fifo");
	ck_assert_int_eq(latency(result, 0), 1000 + 2 * 10000);
	ck_assert_int_eq(latency(result, 1), 1000 + 4 * 10000);
	ct_run_result_free(result);
	lab_end(&lab);
}
END_TEST

/* Half of the SMs: a kernel that fills the device takes two waves, and another client
 * without a cap has the rest, though it came later. */
START_TEST(percentage)
{
	struct tape *late = tape_new(1, 1);
	struct ct_run_result *result;
	struct lab lab;

	tape_think(late, 0, 2000);
	tape_kernel(late, 0, 0, HALF, 10000);
	lab_begin(&lab);
	lab.scenario->sharing.mode = CT_SHARING_MPS;
	lab_tenant(&lab, one_kernel(10000), ONCE, NULL)->sharing.mps_percentage = 50;
	lab_tenant(&lab, late, ONCE, NULL);
	result = lab_run(&lab, "fifo");
	ck_assert_int_eq(latency(result, 0), 1000 + 20000);
	ck_assert_int_eq(latency(result, 1), 2000 + 1000 + 10000);
	ct_run_result_free(result);
	lab_end(&lab);
}
END_TEST

/* A cap is of a client, not of each of its kernels. */
START_TEST(percentage_of_all_streams)
{
	struct tape *tape = tape_new(1, 2);
	struct ct_run_result *result;
	struct lab lab;

	tape_kernel(tape, 0, 0, 1, 10000);
	tape_kernel(tape, 0, 1, 2, 10000);
	lab_begin(&lab);
	lab.scenario->sharing.mode = CT_SHARING_MPS;
	lab_tenant(&lab, tape, ONCE, NULL)->sharing.mps_percentage = 50;
	result = lab_run(&lab, "fifo");
	/* one block beside the first kernel, the other on the SM it leaves */
	ck_assert_int_eq(latency(result, 0), 1000 + 10000 + 10000);
	ct_run_result_free(result);
	lab_end(&lab);
}
END_TEST

/* What cannot be is refused in a sentence that names it. */
START_TEST(refusals)
{
	static const struct {
		enum ct_sharing_mode mode;
		const char *mig, *says;
		uint32_t tenants;
		struct ct_tenant_sharing first;
	} cases[] = {
		{ CT_SHARING_MPS, NULL, "at most 4 MPS clients, not 5", 5, { 0 } },
		{ CT_SHARING_MPS, NULL, "every MPS client", 2, { .mps_sms = 2 } },
		{ CT_SHARING_MPS, NULL, "has 4", 1, { .mps_sms = 5 } },
		{ CT_SHARING_STREAMS, NULL, "mps_percentage", 1, { .mps_percentage = 5 } },
		{ CT_SHARING_MPS, NULL, "slice_us", 1, { .slice_us = 5 } },
		{ CT_SHARING_PROCESS, NULL, "mig_instance", 1, { .mig_instance = 1 } },
		{ CT_SHARING_MIG, NULL, "needs instances", 1, { 0 } },
		{ CT_SHARING_MIG, "2g,2g,1g", "no place", 1, { 0 } },
		{ CT_SHARING_MIG, "2g,2g", "there are 2", 1, { .mig_instance = 3 } },
		{ CT_SHARING_STREAMS, "2g", "mig does nothing", 1, { 0 } },
	};
	struct ct_scenario *s;
	struct lab lab;
	GError *error = NULL;

	with_mig(&lab, cases[_i].mig);
	s = lab.scenario;
	s->sharing.mode = cases[_i].mode;
	for (uint32_t i = 0; i < cases[_i].tenants; i++)
		ct_scenario_tenant(s, NULL, "t")->sharing =
			i ? (struct ct_tenant_sharing){ 0 } : cases[_i].first;
	ck_assert(!ct_sharing_check(s, &lab.device, &error));
	ck_assert_ptr_nonnull(strstr(error->message, cases[_i].says));
	g_error_free(error);
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
	tcase_add_test(contexts, instances);
	tcase_add_test(contexts, instances_by_curve);
	tcase_add_test(contexts, instances_share_the_link);
	tcase_add_test(contexts, chosen_instance);
	tcase_add_loop_test(contexts, instances_are_boards, 0, 20);
	tcase_add_test(contexts, clients_overlap);
	tcase_add_test(contexts, client_priority);
	tcase_add_test(contexts, static_partitions);
	tcase_add_test(contexts, percentage);
	tcase_add_test(contexts, percentage_of_all_streams);
	tcase_add_loop_test(contexts, refusals, 0, 10);
	suite_add_tcase(suite, contexts);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? 1 : 0;
}
