/*
 * explain - a reason is the right one and names the right culprit: cases small enough to
 * be worked out by hand.
 */
#include "tests/unit/explain-case.h"

#include <check.h>

enum { FULL = LAB_SMS, HALF = LAB_SMS / 2 };

static void add_one(struct lab *lab, uint32_t blocks, int64_t ns, int32_t rank)
{
	struct tape *tape = tape_new(1, 1);

	tape_kernel(tape, 0, 0, blocks, ns);
	lab_tenant(lab, tape, "every:1s", NULL)->rank = rank;
}

/* The second of two that both fill the device waits for all of the first. */
START_TEST(no_room)
{
	const struct ct_explain_story *s;
	struct ct_run_result *result;
	struct ct_explain *e;
	struct lab lab;

	lab_begin(&lab);
	add_one(&lab, FULL, 10000, 0);
	add_one(&lab, FULL, 5000, 0);
	e = explain_ask(&lab, "%1:0 %0:0");
	result = lab_run(&lab, "fifo");
	s = explain_only(e, 0);
	ck_assert_int_eq(s->time_ns[CT_CAUSE_LAUNCH], 1000);
	ck_assert_int_eq(s->time_ns[CT_CAUSE_SM_ROOM], 10000);
	ck_assert_int_eq(s->time_ns[CT_CAUSE_RUNNING], 5000);
	ck_assert_int_eq(s->start_ns, 11000);
	ck_assert_int_eq(explain_blamed(e, s, CT_CAUSE_SM_ROOM, 0), 10000);
	ck_assert_int_eq(explain_blamed(e, s, CT_CAUSE_RUNNING, 1), 5000);
	ck_assert_uint_eq(s->n_culprits, 1);
	ck_assert_uint_eq(s->culprit[0].id.tenant, 0);
	ck_assert_uint_eq(s->culprit[0].id.number, 0);
	ck_assert_uint_eq(s->culprit[0].sms, FULL);
	ck_assert_int_eq(s->culprit[0].ns, 10000);
	ck_assert(!s->culprit[0].ahead);
	/* the first waited for nobody */
	s = explain_only(e, 1);
	ck_assert_int_eq(s->time_ns[CT_CAUSE_SM_ROOM], 0);
	ck_assert_uint_eq(s->n_culprits, 0);
	ct_run_result_free(result);
	ct_explain_free(e);
	lab_end(&lab);
}
END_TEST

static void add_copy(struct lab *lab, enum ct_copy way, int64_t ns)
{
	struct tape *tape = tape_new(1, 1);
	struct ct_op op = { .copy = (uint8_t)way, .start_ns = 1000, .end_ns = 1000 + ns };

	tape_call(tape, 0, CT_OP_MEMCPY, TAPE_CALL_NS, op);
	tape_kernel(tape, 0, 0, HALF, 10);
	lab_tenant(lab, tape, "every:1s", NULL);
}

/* Two copies to the device and one from it: the second waits for the first, which has half
 * the link while the third lasts, and the third four fifths. */
START_TEST(behind_and_beside_copies)
{
	static const int64_t loss[] = { 2500, 7500, 1000 };
	static const uint32_t because_of[] = { 2, 0, 0 };
	struct ct_run_result *result;
	struct ct_explain *e;
	struct lab lab;

	lab_begin(&lab);
	add_copy(&lab, CT_COPY_HTOD, 5000);
	add_copy(&lab, CT_COPY_HTOD, 3000);
	add_copy(&lab, CT_COPY_DTOH, 4000);
	e = explain_ask(&lab, "%0:0 %1:0 %2:0");
	result = lab_run(&lab, "fifo");
	for (size_t i = 0; i < 3; i++) {
		const struct ct_explain_story *s = explain_only(e, i);

		ck_assert_int_eq(s->time_ns[CT_CAUSE_COPY_ENGINE], loss[i]);
		ck_assert_int_eq(explain_blamed(e, s, CT_CAUSE_COPY_ENGINE, because_of[i]),
				 loss[i]);
		ck_assert_uint_eq(s->n_culprits, 1);
		ck_assert_uint_eq(s->culprit[0].id.tenant, because_of[i]);
	}
	ct_run_result_free(result);
	ct_explain_free(e);
	lab_end(&lab);
}
END_TEST

/* Three of half, half and full: the last waits for both, first one longer; by SMs. */
START_TEST(room_is_shared_blame)
{
	const struct ct_explain_story *s;
	struct ct_run_result *result;
	struct ct_explain *e;
	struct lab lab;

	lab_begin(&lab);
	add_one(&lab, HALF, 10000, 0);
	add_one(&lab, HALF - 1, 10000, 0);
	add_one(&lab, FULL, 4000, 0);
	e = explain_ask(&lab, "%2:0");
	result = lab_run(&lab, "fifo");
	s = explain_only(e, 0);
	/* one SM is free, so it starts at once and waits for nobody */
	ck_assert_int_eq(s->time_ns[CT_CAUSE_SM_ROOM], 0);
	ct_run_result_free(result);
	ct_explain_free(e);
	lab_end(&lab);

	lab_begin(&lab);
	add_one(&lab, FULL - 1, 10000, 0);
	add_one(&lab, 1, 10000, 0);
	add_one(&lab, FULL, 4000, 0);
	e = explain_ask(&lab, "%2:0");
	result = lab_run(&lab, "fifo");
	s = explain_only(e, 0);
	ck_assert_int_eq(s->time_ns[CT_CAUSE_SM_ROOM], 10000);
	ck_assert_int_eq(explain_blamed(e, s, CT_CAUSE_SM_ROOM, 0), 7500);
	ck_assert_int_eq(explain_blamed(e, s, CT_CAUSE_SM_ROOM, 1), 2500);
	ct_run_result_free(result);
	ct_explain_free(e);
	lab_end(&lab);
}
END_TEST

/* A small one would have room, but stands behind a large one that has none. */
START_TEST(head_of_the_queue)
{
	const struct ct_explain_story *s;
	struct ct_run_result *result;
	struct ct_explain *e;
	struct lab lab;

	lab_begin(&lab);
	add_one(&lab, FULL, 10000, 0);
	add_one(&lab, FULL, 5000, 0);
	add_one(&lab, 1, 1000, 0);
	e = explain_ask(&lab, "%2:0");
	result = lab_run(&lab, "fifo");
	s = explain_only(e, 0);
	ck_assert_int_eq(s->time_ns[CT_CAUSE_SM_ROOM], 15000);
	/* 10 us behind the second in the queue, then 5 us because it has the SMs */
	ck_assert_int_eq(explain_blamed(e, s, CT_CAUSE_SM_ROOM, 1), 15000);
	ck_assert(s->culprit[0].ahead);
	ct_run_result_free(result);
	ct_explain_free(e);
	lab_end(&lab);
}
END_TEST

/* Two higher ranks fill the device in turn; the first has it when the others come. */
START_TEST(behind_priority)
{
	const struct ct_explain_story *s;
	struct ct_run_result *result;
	struct ct_explain *e;
	struct lab lab;

	lab_begin(&lab);
	add_one(&lab, FULL, 10000, 2);
	add_one(&lab, FULL, 5000, 1);
	add_one(&lab, FULL, 1000, 0);
	e = explain_ask(&lab, "%2:0");
	result = lab_run(&lab, "priority");
	s = explain_only(e, 0);
	ck_assert_int_eq(s->time_ns[CT_CAUSE_PRIORITY], 10000);
	ck_assert_int_eq(s->time_ns[CT_CAUSE_SM_ROOM], 5000);
	ck_assert_int_eq(explain_blamed(e, s, CT_CAUSE_PRIORITY, 1), 10000);
	ck_assert_int_eq(explain_blamed(e, s, CT_CAUSE_SM_ROOM, 1), 5000);
	ct_run_result_free(result);
	ct_explain_free(e);
	lab_end(&lab);
}
END_TEST

/* Whole requests one at a time: the second is held while the first has work. */
START_TEST(held_at_the_gate)
{
	const struct ct_explain_story *s;
	struct ct_run_result *result;
	struct ct_explain *e;
	struct lab lab;

	lab_begin(&lab);
	add_one(&lab, FULL, 10000, 0);
	add_one(&lab, FULL, 5000, 0);
	e = explain_ask(&lab, "%1:0");
	result = lab_run(&lab, "exclusive");
	s = explain_only(e, 0);
	ck_assert_int_eq(s->time_ns[CT_CAUSE_GATE], 11000);
	ck_assert_int_eq(explain_blamed(e, s, CT_CAUSE_GATE, 0), 11000);
	ck_assert_ptr_nonnull(s->why);
	ct_run_result_free(result);
	ct_explain_free(e);
	lab_end(&lab);
}
END_TEST

START_TEST(behind_its_predecessor)
{
	const struct ct_explain_story *s;
	struct tape *tape = tape_new(1, 1);
	const struct ct_explain_view *v;
	struct ct_run_result *result;
	struct ct_explain *e;
	struct lab lab;

	lab_begin(&lab);
	tape_kernel(tape, 0, 0, HALF, 10000);
	tape_kernel(tape, 0, 0, HALF, 5000);
	lab_tenant(&lab, tape, "closed:1", NULL);
	e = explain_ask(&lab, "%0:1 %0");
	result = lab_run(&lab, "fifo");
	s = explain_only(e, 0);
	ck_assert_int_eq(s->time_ns[CT_CAUSE_STREAM_ORDER], 11000 - 1064);
	ck_assert_int_eq(s->time_ns[CT_CAUSE_GAP], LAB_GAP_NS);
	ck_assert_ptr_nonnull(s->predecessor_name);
	ck_assert_uint_eq(s->predecessor.number, 0);
	/* each moment once: its own part begins where the first ended */
	v = ct_explain_view(e, 1);
	ck_assert_uint_eq(v->n_ops, 2);
	ck_assert_int_eq(v->once_ns[CT_CAUSE_LAUNCH], 1000);
	ck_assert_int_eq(v->once_ns[CT_CAUSE_STREAM_ORDER], 0);
	ck_assert_int_eq(v->once_ns[CT_CAUSE_RUNNING], 15000);
	ck_assert_uint_eq(v->n_requests, 1);
	ck_assert_int_eq(v->request[0].end_ns - v->request[0].arrived_ns, 16100);
	ck_assert_int_eq(v->request[0].idle_ns, 0);
	ct_run_result_free(result);
	ct_explain_free(e);
	lab_end(&lab);
}
END_TEST

/* A synchronising program: 700 ns from the end of the first to the second's call. */
START_TEST(idle_between)
{
	struct tape *tape = tape_new(1, 1);
	struct ct_run_result *result;
	struct ct_explain *e;
	struct lab lab;

	lab_begin(&lab);
	tape_kernel(tape, 0, 0, FULL, 10000);
	tape_call(tape, 0, CT_OP_STREAM_SYNC, 11700 - 64, (struct ct_op){ .stream = 0 });
	tape_kernel(tape, 0, 0, FULL, 10000);
	lab_tenant(&lab, tape, "closed:1", NULL);
	e = explain_ask(&lab, "%0");
	result = lab_run(&lab, "fifo");
	ck_assert_int_eq(ct_explain_view(e, 0)->request[0].idle_ns, 700);
	ct_run_result_free(result);
	ct_explain_free(e);
	lab_end(&lab);
}
END_TEST

/* Two kernels of ten slices each, in turns: nine of the other's, and all the switches. */
START_TEST(off_the_sms)
{
	const int64_t slice_ns = LAB_SLICE_NS, switch_ns = LAB_SWITCH_NS;
	const struct ct_explain_story *s;
	struct ct_run_result *result;
	struct ct_explain *e;
	struct lab lab;

	lab_begin(&lab);
	lab.scenario->sharing.mode = CT_SHARING_PROCESS;
	add_one(&lab, FULL, 10 * slice_ns, 0);
	add_one(&lab, FULL, 10 * slice_ns, 0);
	e = explain_ask(&lab, "%0:0 %1:0");
	result = lab_run(&lab, "fifo");
	s = explain_only(e, 0);
	ck_assert_int_eq(explain_blamed(e, s, CT_CAUSE_CONTEXT_SWITCH, 0), 0);
	ck_assert_int_eq(explain_blamed(e, s, CT_CAUSE_CONTEXT_SWITCH, 1), 9 * slice_ns);
	ck_assert_int_eq(explain_blamed(e, s, CT_CAUSE_CONTEXT_SWITCH, 2), 18 * switch_ns);
	s = explain_only(e, 1);
	ck_assert_int_eq(explain_blamed(e, s, CT_CAUSE_CONTEXT_SWITCH, 0), 10 * slice_ns);
	ck_assert_int_eq(explain_blamed(e, s, CT_CAUSE_CONTEXT_SWITCH, 2), 19 * switch_ns);
	ct_run_result_free(result);
	ct_explain_free(e);
	lab_end(&lab);
}
END_TEST

static char *can_preempt[] = { "gate",       "rank",       "flush",        "retreat",
			       "sees-queue", "sees-start", "sees-request", NULL };

/* Four waves of 25 us give way to a higher rank after the first, and go on when it has
 * ended: until then it is the higher rank's fault. */
START_TEST(taken_back)
{
	const struct ct_explain_story *s;
	struct tape *high = tape_new(1, 1);
	struct ct_run_result *result;
	struct ct_explain *e;
	struct lab lab;

	lab_begin(&lab);
	lab.actuator.caps = can_preempt;
	add_one(&lab, 4 * FULL, 100000, 0);
	tape_think(high, 0, 3000);
	tape_kernel(high, 0, 0, FULL, 10000);
	lab_tenant(&lab, high, "every:1s", NULL)->rank = 10;
	e = explain_ask(&lab, "%0:0 %0");
	result = lab_run(&lab, "gate-priority:depth=8,level=block-end");
	s = explain_only(e, 0);
	ck_assert_int_eq(s->time_ns[CT_CAUSE_RUNNING], 100000);
	/* a wave has ended at 26 us, the higher rank at 36 us */
	ck_assert_int_eq(s->time_ns[CT_CAUSE_PREEMPTION], 10000);
	ck_assert_int_eq(explain_blamed(e, s, CT_CAUSE_PREEMPTION, 1), 10000);
	ck_assert_int_eq(ct_explain_view(e, 1)->turnaround_ns, s->end_ns - s->issued_ns);
	ct_run_result_free(result);
	ct_explain_free(e);
	lab_end(&lab);
}
END_TEST

/* All that the bandwidth allows is asked for by each of three. */
START_TEST(for_bandwidth)
{
	const struct ct_explain_story *s;
	struct ct_run_result *result;
	struct ct_explain *e;
	struct lab lab;

	lab_begin(&lab);
	add_one(&lab, 1, 10000, 0);
	add_one(&lab, 2, 1000000, 0);
	add_one(&lab, 1, 1000000, 0);
	for (guint i = 0; i < lab.programs->len; i++)
		ct_program_estimate(lab.programs->pdata[i], ct_estimator_find("bound"));
	e = explain_ask(&lab, "%0:0");
	result = lab_run(&lab, "fifo");
	s = explain_only(e, 0);
	ck_assert_int_eq(s->time_ns[CT_CAUSE_RUNNING], 10000);
	ck_assert_int_gt(s->time_ns[CT_CAUSE_DRAM], 1000);
	ck_assert_int_eq(explain_blamed(e, s, CT_CAUSE_DRAM, 0), 0);
	ck_assert_int_gt(explain_blamed(e, s, CT_CAUSE_DRAM, 1), 0);
	ck_assert_int_gt(explain_blamed(e, s, CT_CAUSE_DRAM, 2), 0);
	ck_assert_int_eq(explain_blamed(e, s, CT_CAUSE_DRAM, 1) +
				 explain_blamed(e, s, CT_CAUSE_DRAM, 2),
			 s->time_ns[CT_CAUSE_DRAM]);
	ck_assert_uint_eq(s->n_culprits, 2);
	ct_run_result_free(result);
	ct_explain_free(e);
	lab_end(&lab);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("explain");
	TCase *tcase = tcase_create("explain");
	SRunner *runner;
	int failed;

	tcase_set_timeout(tcase, 120);
	tcase_add_test(tcase, no_room);
	tcase_add_test(tcase, behind_and_beside_copies);
	tcase_add_test(tcase, room_is_shared_blame);
	tcase_add_test(tcase, head_of_the_queue);
	tcase_add_test(tcase, behind_priority);
	tcase_add_test(tcase, held_at_the_gate);
	tcase_add_test(tcase, off_the_sms);
	tcase_add_test(tcase, taken_back);
	tcase_add_test(tcase, for_bandwidth);
	tcase_add_test(tcase, behind_its_predecessor);
	tcase_add_test(tcase, idle_between);
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? 1 : 0;
}
