/*
 * run-overlap - programmatic dependent launches, worked out by hand from run-case.h.
 *
 * The device has 4 SMs with room for one block each; kernels arrive 1000 ns after their
 * call, calls take 64 ns, and kernels of a stream are 100 ns apart otherwise.
 */
#include "tests/unit/run-case.h"

#include <check.h>

#include "sim/gpu.h"

enum { FULL = LAB_SMS, HALF = LAB_SMS / 2 };

/* A launch that may begin beside the one before it. */
static void dependent(struct tape *tape, uint32_t stream, uint32_t blocks, int64_t ns)
{
	struct ct_op op = { .stream = stream,
			    .flags = CT_OP_PROGRAMMATIC,
			    .shape = tape_shape(tape, blocks, 1024) };

	op.start_ns = tape_now_ns(tape, 0) + LAB_LATENCY_NS;
	op.end_ns = op.start_ns + ns;
	tape_call(tape, 0, CT_OP_KERNEL, TAPE_CALL_NS, op);
}

static struct ct_run_result *run_of(struct lab *lab, struct tape *tape, const char *policy)
{
	struct ct_run_result *result;

	lab_tenant(lab, tape, "every:1000s", NULL);
	result = lab_run(lab, policy);
	ck_assert_uint_eq(result->tenant[0].finished, 1);
	return result;
}

/* Latency of one request of the tape; the sum of its operations' times too. */
static int64_t latency(struct tape *tape, int64_t *turnaround_ns)
{
	struct ct_run_result *result;
	struct lab lab;
	int64_t ns;

	lab_begin(&lab);
	result = run_of(&lab, tape, "fifo");
	ns = result->tenant[0].latency.max_ns;
	if (turnaround_ns)
		*turnaround_ns = result->tenant[0].turnaround_ns;
	ct_run_result_free(result);
	lab_end(&lab);
	return ns;
}

/* The first is on half of the device from 1000 on, all of it dispatched; the second is
 * ready when it arrives, at 1064. */
START_TEST(side_by_side)
{
	struct tape *tape = tape_new(1, 1);
	int64_t turnaround_ns;

	tape_kernel(tape, 0, 0, HALF, 10000);
	dependent(tape, 0, HALF, 12000);
	ck_assert_int_eq(latency(tape, &turnaround_ns), 1064 + 12000);
	ck_assert_int_eq(turnaround_ns, 11000 + 13000);
}
END_TEST

/* Of two waves the second is placed at 11000; then one SM is left, and the successor's
 * four blocks go to it and, at 21000, to those that the first leaves: no gap. */
START_TEST(leftover_room)
{
	struct tape *tape = tape_new(1, 1);
	struct ct_run_result *result;
	struct lab lab;

	tape_kernel(tape, 0, 0, FULL + 3, 20000);
	dependent(tape, 0, FULL, 15000);
	lab_begin(&lab);
	result = run_of(&lab, tape, "fifo");
	ck_assert_int_eq(result->tenant[0].latency.max_ns, 21000 + 15000);
	ck_assert_int_eq(result->tenant[0].time_ns[CT_CAUSE_RUNNING], 20000 + 25000);
	ck_assert_int_eq(result->tenant[0].time_ns[CT_CAUSE_STREAM_ORDER], 11000 - 1064);
	ck_assert_int_eq(result->tenant[0].time_ns[CT_CAUSE_GAP], 0);
	ct_run_result_free(result);
	lab_end(&lab);
}
END_TEST

/* On a full device it stands in the queue at once, and begins in the instant in which its
 * predecessor ends; without the flag a gap passes. */
START_TEST(no_gap)
{
	struct tape *tape = tape_new(1, 1);

	tape_kernel(tape, 0, 0, FULL, 10000);
	if (_i)
		dependent(tape, 0, FULL, 5000);
	else
		tape_kernel(tape, 0, 0, FULL, 5000);
	ck_assert_int_eq(latency(tape, NULL), 11000 + (_i ? 0 : LAB_GAP_NS) + 5000);
}
END_TEST

/* Nor is there one if its predecessor has just ended when it arrives. */
START_TEST(late_arrival)
{
	struct tape *tape = tape_new(1, 1);

	tape_kernel(tape, 0, 0, 1, 10000);
	tape_think(tape, 0, 10050 - TAPE_CALL_NS);
	dependent(tape, 0, 1, 5000);
	ck_assert_int_eq(latency(tape, NULL), 11050 + 5000);
}
END_TEST

/* Of three the second is over at 3064, and completes with the first at 11000, when the
 * third begins. */
START_TEST(chain_with_a_short_one)
{
	struct tape *tape = tape_new(1, 1);

	tape_kernel(tape, 0, 0, 1, 10000);
	dependent(tape, 0, 1, 2000);
	dependent(tape, 0, 1, 4000);
	ck_assert_int_eq(latency(tape, NULL), 11000 + 4000);
}
END_TEST

/* Who shares the channel waits until the successor, too, is dispatched, at 11000. */
START_TEST(shared_channel)
{
	struct tape *tape = tape_new(1, 2);
	struct ct_run_result *result;
	struct lab lab;

	tape_kernel(tape, 0, 0, FULL, 10000);
	dependent(tape, 0, FULL, 5000);
	tape_kernel(tape, 0, 1, HALF, 3000);
	lab_begin(&lab);
	lab.scenario->sharing.channels = 1;
	result = run_of(&lab, tape, "fifo");
	ck_assert_int_eq(result->tenant[0].latency.max_ns, 16000 + 3000);
	ck_assert_int_eq(result->tenant[0].time_ns[CT_CAUSE_CHANNEL], 11000 - 1128);
	ct_run_result_free(result);
	lab_end(&lab);
}
END_TEST

/* Slices cut both, and no work is lost or won. */
START_TEST(in_slices)
{
	struct tape *tape = tape_new(1, 1), *other = tape_new(1, 1);
	struct ct_run_result *result;
	struct lab lab;

	tape_kernel(tape, 0, 0, HALF, 250000);
	dependent(tape, 0, HALF, 250000);
	tape_kernel(other, 0, 0, FULL, 250000);
	lab_begin(&lab);
	lab.scenario->sharing.mode = CT_SHARING_PROCESS;
	lab_tenant(&lab, tape, "every:1000s", NULL);
	lab_tenant(&lab, other, "every:1000s", NULL);
	result = lab_run(&lab, "fifo");
	ck_assert_int_eq(result->tenant[0].time_ns[CT_CAUSE_RUNNING], 500000);
	ck_assert_int_eq(result->tenant[1].time_ns[CT_CAUSE_RUNNING], 250000);
	ck_assert_int_eq(result->tenant[0].latency.max_ns,
			 1064 + 250000 + 2 * (LAB_SLICE_NS + 2 * LAB_SWITCH_NS));
	ct_run_result_free(result);
	lab_end(&lab);
}
END_TEST

/* What could take the stream's work back finds one kernel of it on the device. */
START_TEST(under_recall)
{
	static char *caps[] = { "gate",       "rank",       "flush",        "sees-queue",
				"sees-start", "sees-shape", "sees-request", NULL };
	struct tape *tape = tape_new(1, 1);
	struct ct_run_result *result;
	struct lab lab;

	tape_kernel(tape, 0, 0, HALF, 10000);
	dependent(tape, 0, HALF, 12000);
	lab_begin(&lab);
	lab.actuator.caps = caps;
	result = run_of(&lab, tape, "fifo");
	ck_assert_int_eq(result->tenant[0].latency.max_ns, 11000 + LAB_GAP_NS + 12000);
	ct_run_result_free(result);
	lab_end(&lab);
}
END_TEST

/* Three in a chain, of one block each: two at a time.  The third is let go when the first
 * has ended, at 11000, beside the second. */
START_TEST(chain_of_three)
{
	struct tape *tape = tape_new(1, 1);
	int64_t turnaround_ns;

	tape_kernel(tape, 0, 0, 1, 10000);
	dependent(tape, 0, 1, 20000);
	dependent(tape, 0, 1, 30000);
	ck_assert_int_eq(latency(tape, &turnaround_ns), 11000 + 30000);
	ck_assert_int_eq(turnaround_ns, 11000 + (1000 + 20000) + (41000 - 128));
}
END_TEST

/* The second has ended at 3064, but its stream completes in order: a kernel behind it, and
 * a call that waits for the stream, go on from the end of the first. */
START_TEST(completes_in_order)
{
	struct tape *tape = tape_new(1, 1);
	int64_t turnaround_ns;

	tape_kernel(tape, 0, 0, 1, 10000);
	dependent(tape, 0, 1, 2000);
	if (_i)
		tape_call(tape, 0, CT_OP_STREAM_SYNC, 64, (struct ct_op){ .stream = 0 });
	tape_kernel(tape, 0, 0, 1, 4000);
	if (_i) {
		ck_assert_int_eq(latency(tape, &turnaround_ns),
				 11000 + LAB_WAKEUP_NS + 1000 + 4000);
		return;
	}
	ck_assert_int_eq(latency(tape, &turnaround_ns), 11000 + LAB_GAP_NS + 4000);
	ck_assert_int_eq(turnaround_ns, 11000 + 3000 + (15100 - 128));
}
END_TEST

/* A call that waits for the stream waits for both. */
START_TEST(sync_waits_for_both)
{
	struct tape *tape = tape_new(1, 1);

	tape_kernel(tape, 0, 0, 1, 10000);
	dependent(tape, 0, 1, 20000);
	tape_call(tape, 0, CT_OP_STREAM_SYNC, 64, (struct ct_op){ .stream = 0 });
	tape_kernel(tape, 0, 0, 1, 4000);
	ck_assert_int_eq(latency(tape, NULL), 1064 + 20000 + LAB_WAKEUP_NS + 1000 + 4000);
}
END_TEST

/* Behind a marker or with the flag on the first, it is a kernel like any other. */
START_TEST(behind_a_marker)
{
	struct tape *tape = tape_new(1, 1);

	dependent(tape, 0, 1, 10000);
	tape_call(tape, 0, CT_OP_EVENT_RECORD, 64,
		  (struct ct_op){ .stream = 0, .handle = 1 });
	dependent(tape, 0, 1, 5000);
	ck_assert_int_eq(latency(tape, NULL), 11000 + LAB_GAP_NS + 5000);
}
END_TEST

/* Another tenant has the other half since 1010: the successor, ready at 1064, waits for the
 * SMs that its predecessor leaves at 11000. */
START_TEST(another_tenant)
{
	struct tape *tape = tape_new(1, 1), *other = tape_new(1, 1);
	struct ct_run_result *result;
	struct lab lab;

	tape_kernel(tape, 0, 0, HALF, 10000);
	dependent(tape, 0, HALF, 5000);
	tape_think(other, 0, 10);
	tape_kernel(other, 0, 0, HALF, 30000);
	lab_begin(&lab);
	lab_tenant(&lab, tape, "every:1000s", NULL);
	lab_tenant(&lab, other, "every:1000s", NULL);
	result = lab_run(&lab, "fifo");
	ck_assert_int_eq(result->tenant[0].latency.max_ns, 11000 + 5000);
	ck_assert_int_eq(result->tenant[0].time_ns[CT_CAUSE_SM_ROOM], 11000 - 1064);
	ck_assert_int_eq(result->tenant[1].latency.max_ns, 1010 + 30000);
	ct_run_result_free(result);
	lab_end(&lab);
}
END_TEST

/* Whatever overlaps, in streams, contexts and channels, all kernels are run, and causes add
 * up (lab_run_choice() checks that). */
START_TEST(nothing_is_lost)
{
	g_autoptr(GRand) rand = g_rand_new_with_seed((guint32)_i);
	struct ct_run_result *result;
	struct lab lab;

	lab_begin(&lab);
	lab.scenario->sharing.mode = _i % 2 ? CT_SHARING_PROCESS : CT_SHARING_STREAMS;
	lab.scenario->engine = _i % 3 ? CT_ENGINE_BLOCK : CT_ENGINE_FLUID;
	lab.scenario->sharing.channels = 1 + (uint32_t)_i % 3;
	for (int t = 0; t < 3; t++) {
		struct tape *tape = tape_new(1, 3);

		for (int k = 0; k < 60; k++) {
			uint32_t stream = g_rand_int_range(rand, 0, 3);
			uint32_t blocks = g_rand_int_range(rand, 1, 11);
			int64_t ns = g_rand_int_range(rand, 1000, 60000);

			if (g_rand_boolean(rand))
				dependent(tape, stream, blocks, ns);
			else
				tape_kernel(tape, 0, stream, blocks, ns);
			if (g_rand_int_range(rand, 0, 8) == 0)
				tape_call(tape, 0, CT_OP_STREAM_SYNC, 64,
					  (struct ct_op){ .stream = stream });
		}
		lab_tenant(&lab, tape, "every:1000s", NULL);
	}
	result = lab_run(&lab, "fifo");
	for (int t = 0; t < 3; t++) {
		ck_assert_uint_eq(result->tenant[t].finished, 1);
		ck_assert_uint_eq(result->tenant[t].kernels, 60);
	}
	ck_assert_double_le(result->sm_active, 1.0);
	ct_run_result_free(result);
	lab_end(&lab);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("run-overlap");
	TCase *overlap = tcase_create("overlap");
	SRunner *runner;
	int failed;

	tcase_add_test(overlap, side_by_side);
	tcase_add_test(overlap, leftover_room);
	tcase_add_loop_test(overlap, no_gap, 0, 2);
	tcase_add_test(overlap, late_arrival);
	tcase_add_test(overlap, chain_of_three);
	tcase_add_test(overlap, chain_with_a_short_one);
	tcase_add_test(overlap, shared_channel);
	tcase_add_test(overlap, in_slices);
	tcase_add_test(overlap, under_recall);
	tcase_add_loop_test(overlap, completes_in_order, 0, 2);
	tcase_add_test(overlap, sync_waits_for_both);
	tcase_add_test(overlap, behind_a_marker);
	tcase_add_test(overlap, another_tenant);
	tcase_add_loop_test(overlap, nothing_is_lost, 0, 30);
	suite_add_tcase(suite, overlap);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? 1 : 0;
}
