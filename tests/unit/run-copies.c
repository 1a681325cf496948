/*
 * run-copies - copies of several tenants, worked out by hand.
 *
 * The board of run-case.h has three engines; while both directions of its link are busy,
 * one to the device has half its rate and one to the host four fifths.
 */
#include "tests/unit/run-case.h"

#include <check.h>

enum { FULL = LAB_SMS };

static struct ct_op copy_op(const struct tape *tape, enum ct_copy way, int64_t ns)
{
	struct ct_op op = { .copy = (uint8_t)way, .bytes = 1 << 20 };

	op.start_ns = tape_now_ns(tape, 0) + LAB_LATENCY_NS;
	op.end_ns = op.start_ns + ns;
	return op;
}

static struct tape *copying(enum ct_copy way, int64_t ns)
{
	struct tape *tape = tape_new(1, 1);

	tape_call(tape, 0, CT_OP_MEMCPY, TAPE_CALL_NS, copy_op(tape, way, ns));
	tape_kernel(tape, 0, 0, FULL, 10); /* a request has a kernel */
	return tape;
}

/* One request of each, at once. */
static struct ct_run_result *together(struct lab *lab, struct tape **tapes, size_t n)
{
	for (size_t i = 0; i < n; i++)
		lab_tenant(lab, tapes[i], "every:1ms", NULL);
	return lab_run(lab, "fifo");
}

static void expect_two(enum ct_copy first, int64_t first_ns, enum ct_copy second,
		       int64_t second_ns, int64_t first_end_ns, int64_t second_end_ns)
{
	struct tape *tapes[] = { copying(first, first_ns), copying(second, second_ns) };
	struct ct_run_result *result;
	struct lab lab;

	lab_begin(&lab);
	result = together(&lab, tapes, 2);
	/* behind the copy: the gap, and the kernel */
	ck_assert_int_eq(result->tenant[0].latency.max_ns,
			 LAB_LATENCY_NS + first_end_ns + LAB_GAP_NS + 10);
	ck_assert_int_eq(result->tenant[1].latency.max_ns,
			 LAB_LATENCY_NS + second_end_ns + LAB_GAP_NS + 10);
	ck_assert_int_eq(result->tenant[0].time_ns[CT_CAUSE_COPY_ENGINE],
			 first_end_ns - first_ns);
	ck_assert_int_eq(result->tenant[1].time_ns[CT_CAUSE_COPY_ENGINE],
			 second_end_ns - second_ns);
	ck_assert_int_eq(result->tenant[0].time_ns[CT_CAUSE_RUNNING], first_ns + 10);
	ct_run_result_free(result);
	lab_end(&lab);
}

START_TEST(one_direction_queues)
{
	expect_two(CT_COPY_HTOD, 5000, CT_COPY_HTOD, 3000, 5000, 8000);
	expect_two(CT_COPY_DTOH, 5000, CT_COPY_DTOH, 3000, 5000, 8000);
	expect_two(CT_COPY_DTOD, 5000, CT_COPY_DTOD, 3000, 5000, 8000);
}
END_TEST

/* To the device at 1/2, to the host at 4/5, until one is done; then the rest alone. */
START_TEST(both_directions_slow_each_other)
{
	/* 4000 to the host take 5000; until then 2500 of 6000 are done */
	expect_two(CT_COPY_HTOD, 6000, CT_COPY_DTOH, 4000, 5000 + 3500, 5000);
	/* 1000 to the device take 2000; until then 1600 of 4000 are done */
	expect_two(CT_COPY_HTOD, 1000, CT_COPY_DTOH, 4000, 2000, 2000 + 2400);
	/* a copy within the device is on neither */
	expect_two(CT_COPY_HTOD, 6000, CT_COPY_DTOD, 4000, 6000, 4000);
}
END_TEST

/* The other direction begins and ends in the middle. */
START_TEST(rates_change_on_the_way)
{
	struct tape *tape = tape_new(1, 1);
	struct tape *tapes[] = { copying(CT_COPY_HTOD, 10000), tape };
	struct ct_run_result *result;
	struct lab lab;

	tape_think(tape, 0, 3000);
	tape_call(tape, 0, CT_OP_MEMCPY, TAPE_CALL_NS, copy_op(tape, CT_COPY_DTOH, 1001));
	tape_kernel(tape, 0, 0, FULL, 10);
	lab_begin(&lab);
	result = together(&lab, tapes, 2);
	/* 1001 at 4/5 are 1251.25, so it ends in ns 1252, in which 626 of the other are done:
	 * 10000 - 3000 - 626 are left */
	ck_assert_int_eq(result->tenant[1].latency.max_ns,
			 3000 + LAB_LATENCY_NS + 1252 + LAB_GAP_NS + 10);
	ck_assert_int_eq(result->tenant[0].latency.max_ns,
			 LAB_LATENCY_NS + 3000 + 1252 + 6374 + LAB_GAP_NS + 10);
	ct_run_result_free(result);
	lab_end(&lab);
}
END_TEST

START_TEST(kernels_do_not_care)
{
	struct tape *kernels = tape_new(1, 1);
	struct tape *tapes[] = { copying(CT_COPY_HTOD, 50000), kernels };
	struct ct_run_result *result;
	struct lab lab;

	for (int i = 0; i < 3; i++)
		tape_kernel(kernels, 0, 0, FULL, 1000);
	lab_begin(&lab);
	result = together(&lab, tapes, 2);
	ck_assert_int_eq(result->tenant[1].latency.max_ns,
			 LAB_LATENCY_NS + 3 * 1000 + 2 * LAB_GAP_NS);
	ck_assert_int_eq(result->tenant[0].latency.max_ns,
			 LAB_LATENCY_NS + 50000 + LAB_GAP_NS + 10);
	ct_run_result_free(result);
	lab_end(&lab);
}
END_TEST

/* Memsets have no engine. */
START_TEST(memsets_overlap)
{
	struct tape *tapes[] = { copying(CT_COPY_HTOD, 5000), tape_new(1, 1) };
	struct ct_run_result *result;
	struct lab lab;

	tape_call(tapes[1], 0, CT_OP_MEMSET, TAPE_CALL_NS,
		  copy_op(tapes[1], CT_COPY_UNKNOWN, 4000));
	tape_kernel(tapes[1], 0, 0, FULL, 10);
	lab_begin(&lab);
	result = together(&lab, tapes, 2);
	ck_assert_int_eq(result->tenant[1].latency.max_ns,
			 LAB_LATENCY_NS + 4000 + LAB_GAP_NS + 10);
	ct_run_result_free(result);
	lab_end(&lab);
}
END_TEST

/* Bytes without device work: latency and rate of the board. */
enum { RETURN = LAB_WAKEUP_NS + LAB_LATENCY_NS - LAB_GAP_NS }; /* of a blocking copy */

static int64_t from_bytes(enum ct_op_kind kind, enum ct_copy way, uint16_t flags)
{
	struct ct_op op = { .copy = (uint8_t)way, .bytes = 1000000, .flags = flags };
	struct tape *tape = tape_new(1, 1);
	struct ct_run_result *result;
	struct lab lab;
	int64_t ns;

	tape_call(tape, 0, kind, TAPE_CALL_NS, op);
	tape_kernel(tape, 0, 0, FULL, 10);
	lab_begin(&lab);
	lab.device.nvlink_bytes_per_s = 100000000000;
	result = together(&lab, &tape, 1);
	ns = result->tenant[0].latency.max_ns - LAB_LATENCY_NS - LAB_GAP_NS - 10;
	ct_run_result_free(result);
	lab_end(&lab);
	return ns;
}

START_TEST(time_from_bytes)
{
	ck_assert_int_eq(from_bytes(CT_OP_MEMCPY, CT_COPY_HTOD, 0), 1000 + 50000);
	ck_assert_int_eq(from_bytes(CT_OP_MEMCPY, CT_COPY_DTOH, 0), 1000 + 100000);
	ck_assert_int_eq(from_bytes(CT_OP_MEMCPY, CT_COPY_HTOD, CT_OP_PAGEABLE),
			 1000 + 125000 + RETURN);
	ck_assert_int_eq(from_bytes(CT_OP_MEMCPY, CT_COPY_PTOP, 0), 1000 + 10000);
	/* read and written, at 900 GB/s: 2222.2 */
	ck_assert_int_eq(from_bytes(CT_OP_MEMCPY, CT_COPY_DTOD, 0), 1000 + 2223);
	ck_assert_int_eq(from_bytes(CT_OP_MEMSET, CT_COPY_UNKNOWN, 0), 1000 + 1112);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("run-copies");
	TCase *tcase = tcase_create("copies");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_test(tcase, one_direction_queues);
	tcase_add_test(tcase, both_directions_slow_each_other);
	tcase_add_test(tcase, rates_change_on_the_way);
	tcase_add_test(tcase, kernels_do_not_care);
	tcase_add_test(tcase, memsets_overlap);
	tcase_add_test(tcase, time_from_bytes);
	suite_add_tcase(suite, tcase);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
