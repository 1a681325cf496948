/*
 * run-green - kernels that were recorded in a context with some of the SMs: what work they
 * are, and that they stay on so many.
 *
 * Worked out by hand from the numbers of run-case.h: a kernel of FULL blocks that took
 * 10 us on 2 of the 4 SMs ran in two waves, so a block of it takes 5 us.
 */
#include "tests/unit/run-case.h"

#include <check.h>

enum { FULL = LAB_SMS, HALF = LAB_SMS / 2, NS = 10000 };

/* A kernel of NAME that took NS on SMS SMs, where it was put only to be measured if so. */
static struct tape *one_kernel(const char *name, uint32_t sms, gboolean measured)
{
	struct tape *tape = tape_new(1, 1);
	uint32_t stream = tape_green_stream(tape, sms);

	tape_recording(tape, measured ? CT_RECORDING_CONFINED : 0);
	tape_named(tape, 0, stream, name, FULL, NS);
	return tape;
}

static int64_t run_ns(struct lab *lab, struct tape *tape, const char *policy)
{
	struct ct_run_result *result;
	int64_t ns;

	lab_tenant(lab, tape, "closed:1", NULL);
	result = lab_run(lab, policy);
	ck_assert_uint_eq(result->tenant[0].finished, 1);
	ns = result->tenant[0].latency.max_ns - LAB_LATENCY_NS;
	ct_run_result_free(result);
	return ns;
}

static int64_t alone_ns(struct tape *tape)
{
	struct lab lab;
	int64_t ns;

	lab_begin(&lab);
	ns = run_ns(&lab, tape, "fifo");
	lab_end(&lab);
	return ns;
}

START_TEST(stays_on_so_many)
{
	ck_assert_int_eq(alone_ns(one_kernel("k", HALF, FALSE)), NS);
	ck_assert_int_eq(alone_ns(one_kernel("k", 1, FALSE)), NS);
	ck_assert_int_eq(alone_ns(one_kernel("k", 3, FALSE)), NS);
}
END_TEST

/* Without the confinement it is its work that counts: one wave of blocks. */
START_TEST(scaled_where_only_measured)
{
	ck_assert_int_eq(alone_ns(one_kernel("k", HALF, TRUE)), NS / 2);
	ck_assert_int_eq(alone_ns(one_kernel("k", 1, TRUE)), NS / 4);
	/* two waves on 3 SMs, the second of one block */
	ck_assert_int_eq(alone_ns(one_kernel("k", 3, TRUE)), NS / 2);
	/* a context with all SMs is nothing special */
	ck_assert_int_eq(alone_ns(one_kernel("k", FULL, TRUE)), NS);
}
END_TEST

/* From 2 SMs, where it was recorded, to 4: 1000/2500. */
START_TEST(scaled_by_a_curve)
{
	struct tape *tape = one_kernel("k", HALF, TRUE);

	tape_curve(tape, "k", FULL, 2, 2500);
	tape_curve(tape, "k", FULL, 4, 1000);
	ck_assert_int_eq(alone_ns(tape), NS * 2 / 5);
	tape = one_kernel("k", HALF, FALSE);
	tape_curve(tape, "k", FULL, 2, 2500);
	tape_curve(tape, "k", FULL, 4, 1000);
	ck_assert_int_eq(alone_ns(tape), NS);
}
END_TEST

/* Two contexts of one program do not take each other's SMs; one's own kernels queue. */
START_TEST(contexts_are_apart)
{
	struct tape *tape = tape_new(2, 0);
	uint32_t first = tape_green_stream(tape, HALF), same;
	struct ct_run_result *result;
	struct lab lab;

	tape_named(tape, 0, first, "k", FULL, NS);
	tape_named(tape, 1, tape_green_stream(tape, HALF), "k", FULL, NS);
	ck_assert_int_eq(alone_ns(tape), NS);
	/* who may have all SMs and comes later gets those that are free */
	tape = tape_new(2, 1);
	same = tape_green_stream(tape, HALF);
	tape_named(tape, 0, same, "k", FULL, NS);
	tape_think(tape, 1, 100);
	tape_named(tape, 1, 0, "l", HALF, 4000);
	lab_begin(&lab);
	lab_tenant(&lab, tape, "closed:1", NULL);
	result = lab_run(&lab, "fifo");
	ck_assert_int_eq(result->tenant[0].latency.max_ns, LAB_LATENCY_NS + NS);
	ct_run_result_free(result);
	lab_end(&lab);
}
END_TEST

/* A part of a policy counts alone, and so does what an MPS client has. */
START_TEST(who_divides_otherwise)
{
	struct ct_run_result *result;
	struct lab lab;

	lab_begin(&lab);
	lab.scenario->sharing.mode = CT_SHARING_MPS;
	lab_tenant(&lab, one_kernel("k", HALF, FALSE), "closed:1", NULL)->sharing.mps_sms =
		1;
	lab_tenant(&lab, one_kernel("k", HALF, FALSE), "closed:1", NULL)->sharing.mps_sms =
		3;
	result = lab_run(&lab, "fifo");
	ck_assert_int_eq(result->tenant[0].latency.max_ns, LAB_LATENCY_NS + 2 * NS);
	ck_assert_int_eq(result->tenant[1].latency.max_ns, LAB_LATENCY_NS + NS);
	ct_run_result_free(result);
	lab_end(&lab);

	/* parts of 2 SMs each, of which the contexts' own would be the first two */
	lab_begin(&lab);
	lab_tenant(&lab, one_kernel("k", 1, FALSE), "closed:1", NULL);
	lab_tenant(&lab, one_kernel("k", 3, FALSE), "closed:1", NULL);
	result = lab_run(&lab, "partition");
	ck_assert_int_eq(result->tenant[0].latency.max_ns, LAB_LATENCY_NS + NS / 2);
	ck_assert_int_eq(result->tenant[1].latency.max_ns, LAB_LATENCY_NS + NS);
	ct_run_result_free(result);
	lab_end(&lab);
}
END_TEST

/* Every node of a graph is on the SMs of the stream that it was launched in. */
START_TEST(graphs_stay_as_well)
{
	struct tape *tape = tape_new(1, 1);
	uint32_t stream = tape_green_stream(tape, HALF);

	tape_call(tape, 0, CT_OP_GRAPH_LAUNCH, TAPE_CALL_NS,
		  (struct ct_op){ .stream = stream, .graph = 1 });
	tape_named_node(tape, 0, stream, "k", FULL, NS, CT_OP_CHILD);
	tape_kernel(tape, 0, 0, HALF, 4000); /* tells what is usual */
	ck_assert_int_eq(alone_ns(tape), NS);
}
END_TEST

/* Only launches on all SMs say how long a shape takes there. */
START_TEST(means_are_of_all_sms)
{
	struct tape *tape = tape_new(1, 1);
	uint32_t stream = tape_green_stream(tape, HALF), fewest, most;
	const struct ct_program *p;
	struct lab lab;

	tape_named(tape, 0, 0, "k", FULL, 5000);
	tape_named(tape, 0, stream, "k", FULL, 15000);
	lab_begin(&lab);
	lab_tenant(&lab, tape, "closed:1", NULL);
	p = lab.programs->pdata[0];
	ck_assert_int_eq(p->isolated_ns[0], 5000);
	ck_assert_double_eq_tol(ct_program_green_pct(p, &fewest, &most), 75, 1e-9);
	ck_assert_uint_eq(fewest, HALF);
	ck_assert_uint_eq(most, HALF);
	lab_end(&lab);
}
END_TEST

/* A kernel that drew DRAM takes as long as recorded on the SMs it was recorded on. */
START_TEST(memory_is_kept)
{
	const struct ct_kernel_shape shape = { .blocks = 1000, .threads_per_block = 256 };
	const struct ct_kernel_demand demand = { .dram_bytes = { 500000000,
								 CT_DEMAND_MEASURED } };
	struct ct_device *d = ct_device_load("h100-sxm", NULL), few;
	struct ct_kernel_work work;
	struct ct_block_need need;
	const char *why;

	ck_assert(d && ct_block_need(d, &shape, &need, &why));
	few = *d;
	for (few.sms = 2; few.sms < 132; few.sms += 10) {
		int64_t ns = 500000000 / (INT64_C(1800) * few.sms / 132);

		ct_kernel_work(&few, &need, ns, &demand, &work);
		ck_assert_int_le(llabs(ct_time_on_sms(d, &need, &work, few.sms) - ns), 2);
		ck_assert_int_lt(ct_time_on_sms(d, &need, &work, 132), ns);
	}
	ct_device_free(d);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("run-green");
	TCase *tests = tcase_create("all");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_test(tests, stays_on_so_many);
	tcase_add_test(tests, scaled_where_only_measured);
	tcase_add_test(tests, scaled_by_a_curve);
	tcase_add_test(tests, contexts_are_apart);
	tcase_add_test(tests, who_divides_otherwise);
	tcase_add_test(tests, graphs_stay_as_well);
	tcase_add_test(tests, means_are_of_all_sms);
	tcase_add_test(tests, memory_is_kept);
	suite_add_tcase(suite, tests);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
