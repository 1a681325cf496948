/*
 * run-calls - what calls of a program mean when it is run again: hosts, streams, events.
 *
 * Every expectation is worked out by hand from the numbers of run-case.h.  A kernel of
 * LAB_SMS blocks fills the device, one of half as many leaves room for another.
 */
#include "tests/unit/run-case.h"

#include <check.h>

enum { FULL = LAB_SMS, HALF = LAB_SMS / 2 };

/* One request of the only tenant: how long it took. */
static int64_t latency_of(struct lab *lab, struct tape *tape)
{
	struct ct_run_result *result;
	int64_t ns;

	lab_tenant(lab, tape, "closed:1", NULL);
	result = lab_run(lab, "fifo");
	ck_assert_uint_eq(result->tenant[0].finished, 1);
	ck_assert(!result->timed_out);
	ns = result->tenant[0].latency.max_ns;
	ck_assert_int_eq(ns, result->makespan_ns);
	ct_run_result_free(result);
	return ns;
}

static int64_t latency_alone(struct tape *tape)
{
	struct lab lab;
	int64_t ns;

	lab_begin(&lab);
	ns = latency_of(&lab, tape);
	lab_end(&lab);
	return ns;
}

/* Launched ahead, a chain is launch latency, kernels and gaps. */
START_TEST(chain)
{
	struct tape *tape = tape_new(1, 1);

	for (int i = 0; i < 5; i++)
		tape_kernel(tape, 0, 0, FULL, 10000);
	ck_assert_int_eq(latency_alone(tape), 1000 + 5 * 10000 + 4 * 100);
}
END_TEST

/* Gaps by what stands on either side, where the device tells them apart: full, full,
 * small, full, memset, small. */
START_TEST(gaps)
{
	struct tape *tape = tape_new(1, 1);
	struct lab lab;
	int64_t now_ns;

	lab_begin(&lab);
	lab.device.full_gap_ns = 170;
	lab.device.before_memset_gap_ns = 230;
	lab.device.after_memset_gap_ns = 310;
	tape_kernel(tape, 0, 0, LAB_SMS, 10000);
	tape_kernel(tape, 0, 0, LAB_SMS + 4, 10000);
	tape_kernel(tape, 0, 0, LAB_SMS - 1, 10000);
	tape_kernel(tape, 0, 0, LAB_SMS, 10000);
	now_ns = tape_now_ns(tape, 0);
	tape_call(tape, 0, CT_OP_MEMSET, TAPE_CALL_NS,
		  (struct ct_op){ .start_ns = now_ns + 1000, .end_ns = now_ns + 3000 });
	tape_kernel(tape, 0, 0, 1, 10000);
	ck_assert_int_eq(latency_of(&lab, tape),
			 1000 + 5 * 10000 + 2000 + 170 + 100 + 100 + 230 + 310);
	lab_end(&lab);
}
END_TEST

/* Where the host is slower than the device, its thinking counts. */
START_TEST(think_time)
{
	struct tape *tape = tape_new(1, 1);

	for (int i = 0; i < 4; i++) {
		tape_kernel(tape, 0, 0, FULL, 10);
		tape_think(tape, 0, 5000);
	}
	ck_assert_int_eq(latency_alone(tape), 3 * (5000 + 64) + 1000 + 10);
}
END_TEST

/* A kernel, a call that waited for it and returned 700 ns after its end, a kernel. */
static struct tape *synced_tape(void)
{
	struct tape *tape = tape_new(1, 1);

	tape_kernel(tape, 0, 0, FULL, 10000);
	tape_call(tape, 0, CT_OP_STREAM_SYNC, 11700 - 64, (struct ct_op){ .stream = 0 });
	tape_kernel(tape, 0, 0, FULL, 10000);
	return tape;
}

START_TEST(sync_waits)
{
	ck_assert_int_eq(latency_alone(synced_tape()), 11700 + 1000 + 10000);
}
END_TEST

/* The wait is computed, not replayed: with kernels of 1 ns it is short. */
START_TEST(sync_is_a_closed_loop)
{
	struct lab lab;

	lab_begin(&lab);
	lab.in.one_ns_kernels = TRUE;
	ck_assert_int_eq(latency_of(&lab, synced_tape()), 1001 + 700 + 1000 + 1);
	lab_end(&lab);
}
END_TEST

/* It did not wait when recorded, but does here: it returns after the usual wake-up. */
START_TEST(sync_that_did_not_wait)
{
	struct tape *tape = tape_new(1, 1);
	struct lab lab;

	lab_begin(&lab);
	lab.device.launch_latency_ns = 30000;
	tape_kernel(tape, 0, 0, FULL, 10000);
	tape_think(tape, 0, 20000);
	tape_call(tape, 0, CT_OP_STREAM_SYNC, 64, (struct ct_op){ .stream = 0 });
	tape_kernel(tape, 0, 0, FULL, 10000);
	ck_assert_int_eq(latency_of(&lab, tape), 40000 + 500 + 30000 + 10000);
	lab_end(&lab);
}
END_TEST

/* Launches of 64 ns, and one whose call goes on for 5 us: until it began after BEGAN_NS. */
static int64_t long_call_ns(int64_t began_ns)
{
	struct tape *tape = tape_new(1, 1);
	int64_t now_ns;

	for (int i = 0; i < 3; i++)
		tape_kernel(tape, 0, 0, FULL, 10000);
	tape_think(tape, 0, 50000);
	now_ns = tape_now_ns(tape, 0);
	tape_call(tape, 0, CT_OP_MEMCPY, 5000,
		  (struct ct_op){ .copy = CT_COPY_HTOD,
				  .start_ns = now_ns + began_ns,
				  .end_ns = now_ns + began_ns + 30000 });
	return latency_alone(tape) - (3 * 64 + 50000) - 30000;
}

/* The device hears of it near the end of the call, unless it had begun by then. */
START_TEST(long_call)
{
	ck_assert_int_eq(long_call_ns(6000), 5000 - 64 + 1000);
	ck_assert_int_eq(long_call_ns(5000), 5000 - 64 + 1000);
	ck_assert_int_eq(long_call_ns(4999), 4999);
	ck_assert_int_eq(long_call_ns(1500), 1500);
	ck_assert_int_eq(long_call_ns(300), 1000);
}
END_TEST

/* 20 launches as usual, one that took 5 ms (a module was loaded), and one more. */
static struct tape *stalled_tape(void)
{
	struct tape *tape = tape_new(1, 1);
	struct ct_op op = { .stream = 0, .shape = tape_shape(tape, FULL, 1024) };

	for (int i = 0; i < 20; i++) {
		tape_kernel(tape, 0, 0, FULL, 10);
		tape_think(tape, 0, 5000);
	}
	op.start_ns = tape_now_ns(tape, 0) + 5000000;
	op.end_ns = op.start_ns + 10;
	tape_call(tape, 0, CT_OP_KERNEL, 5000000, op);
	tape_think(tape, 0, 5000);
	tape_kernel(tape, 0, 0, FULL, 10);
	return tape;
}

START_TEST(stalls_are_not_repeated)
{
	ck_assert_int_eq(latency_alone(stalled_tape()), 21 * (5000 + 64) + 1000 + 10);
}
END_TEST

/* The error of a replay is about the device; what the host did is taken as it was. */
START_TEST(stalls_are_repeated_to_compare)
{
	struct lab lab;

	lab_begin(&lab);
	lab.in.replay_once = TRUE;
	ck_assert_int_eq(latency_of(&lab, stalled_tape()),
			 20 * (5000 + 64) + 5000000 + 5000 + 1000 + 10);
	lab_end(&lab);
}
END_TEST

START_TEST(stream_order)
{
	struct tape *tape = tape_new(1, 1);

	tape_kernel(tape, 0, 0, HALF, 10000);
	tape_kernel(tape, 0, 0, HALF, 10000);
	ck_assert_int_eq(latency_alone(tape), 1000 + 10000 + 100 + 10000);
}
END_TEST

START_TEST(streams_overlap)
{
	struct tape *tape = tape_new(1, 2);

	tape_kernel(tape, 0, 0, HALF, 10000);
	tape_kernel(tape, 0, 1, HALF, 10000);
	ck_assert_int_eq(latency_alone(tape), 64 + 1000 + 10000);
}
END_TEST

/* Clusters of two overlap where each finds a GPC of two, not where one has to do. */
START_TEST(clusters_need_a_gpc)
{
	static const uint32_t gpc_sms[2][2] = { { 2, 2 }, { 3, 1 } };

	for (int i = 0; i < 2; i++) {
		struct tape *tape = tape_new(1, 2);
		struct lab lab;

		lab_begin(&lab);
		lab.device.cluster_max_blocks = 4;
		lab.device.n_gpc_sms = 2;
		memcpy(lab.device.gpc_sms, gpc_sms[i], sizeof gpc_sms[i]);
		tape_clusters(tape, 0, 0, 2, 2, 10000);
		tape_clusters(tape, 0, 1, 2, 2, 10000);
		ck_assert_int_eq(latency_of(&lab, tape),
				 i ? 1000 + 10000 + 10000 : 64 + 1000 + 10000);
		lab_end(&lab);
	}
}
END_TEST

/* ... and share the device: what does not fit waits, without a gap. */
START_TEST(streams_compete)
{
	struct tape *tape = tape_new(1, 2);

	tape_kernel(tape, 0, 0, FULL, 10000);
	tape_kernel(tape, 0, 1, FULL, 10000);
	ck_assert_int_eq(latency_alone(tape), 1000 + 10000 + 10000);
}
END_TEST

START_TEST(event_orders_streams)
{
	struct ct_op record = { .stream = 0, .handle = 77 };
	struct ct_op wait = { .stream = 1, .handle = 77 };
	struct tape *tape = tape_new(1, 2);

	tape_kernel(tape, 0, 0, HALF, 10000);
	tape_call(tape, 0, CT_OP_EVENT_RECORD, 64, record);
	tape_call(tape, 0, CT_OP_EVENT_WAIT, 64, wait);
	tape_kernel(tape, 0, 1, HALF, 10000);
	ck_assert_int_eq(latency_alone(tape), 11000 + 10000);
}
END_TEST

/* Two kernels on stream 0, recorded until 11000 and here until 13100; then a wait that
 * says neither which stream waited nor for what, and a launch on stream 1. */
static struct tape *unknown_wait_tape(int64_t think_ns)
{
	struct tape *tape = tape_new(1, 2);

	tape_kernel(tape, 0, 0, HALF, 10000);
	tape_kernel(tape, 0, 0, HALF, 2000);
	tape_think(tape, 0, think_ns);
	tape_call(tape, 0, CT_OP_EVENT_WAIT, 64, (struct ct_op){ .stream = CT_NONE });
	tape_kernel(tape, 0, 1, HALF, 10000);
	return tape;
}

/* The launch behind such a wait waited for what had ended when it started, as recorded. */
START_TEST(unknown_wait)
{
	ck_assert_int_eq(latency_alone(unknown_wait_tape(10500)), 13100 + 10000);
}
END_TEST

/* It cannot have waited for what ended later. */
START_TEST(unknown_wait_for_nothing)
{
	ck_assert_int_eq(latency_alone(unknown_wait_tape(4000)),
			 3 * 64 + 4000 + 1000 + 10000);
}
END_TEST

/* A call that waited for a stream, nobody says which: not for one that ended later. */
START_TEST(unknown_stream_sync)
{
	struct tape *tape = tape_new(1, 2);

	tape_kernel(tape, 0, 0, HALF, 30000);
	tape_kernel(tape, 0, 1, HALF, 2000);
	tape_call(tape, 0, CT_OP_STREAM_SYNC, 3700 - 2 * 64,
		  (struct ct_op){ .stream = CT_NONE });
	tape_kernel(tape, 0, 1, HALF, 5000);
	ck_assert_int_eq(latency_alone(tape), 31000);
}
END_TEST

/* A wait counts what was recorded before it was issued: here nothing. */
START_TEST(early_wait_is_none)
{
	struct ct_op record = { .stream = 0, .handle = 77 };
	struct ct_op wait = { .stream = 1, .handle = 77 };
	struct tape *tape = tape_new(1, 2);

	tape_kernel(tape, 0, 0, HALF, 10000);
	tape_call(tape, 0, CT_OP_EVENT_WAIT, 64, wait);
	tape_call(tape, 0, CT_OP_EVENT_RECORD, 64, record);
	tape_kernel(tape, 0, 1, HALF, 10000);
	ck_assert_int_eq(latency_alone(tape), 3 * 64 + 1000 + 10000);
}
END_TEST

/* The host waits for the event and not for what is behind it in the stream. */
START_TEST(event_sync)
{
	struct ct_op event = { .stream = 0, .handle = 77 };
	struct tape *tape = tape_new(1, 2);

	tape_kernel(tape, 0, 0, HALF, 10000);
	tape_call(tape, 0, CT_OP_EVENT_RECORD, 64, event);
	tape_kernel(tape, 0, 0, HALF, 10000);
	event.stream = CT_NONE;
	tape_call(tape, 0, CT_OP_EVENT_SYNC, 11300 - 3 * 64, event);
	tape_kernel(tape, 0, 1, HALF, 10000);
	ck_assert_int_eq(latency_alone(tape), 11300 + 1000 + 10000);
}
END_TEST

START_TEST(device_sync)
{
	struct tape *tape = tape_new(1, 2);

	tape_kernel(tape, 0, 0, HALF, 10000);
	tape_kernel(tape, 0, 1, HALF, 20000);
	tape_call(tape, 0, CT_OP_DEVICE_SYNC, 21064 + 400 - 2 * 64, (struct ct_op){ 0 });
	tape_kernel(tape, 0, 0, FULL, 1000);
	ck_assert_int_eq(latency_alone(tape), 21064 + 400 + 1000 + 1000);
}
END_TEST

static int64_t copy_then_kernel(uint32_t flags, int64_t call_ns)
{
	struct ct_op copy = { .stream = 0,
			      .copy = CT_COPY_HTOD,
			      .flags = (uint16_t)flags,
			      .start_ns = 1000,
			      .end_ns = 6000,
			      .bytes = 1 << 20 };
	struct tape *tape = tape_new(1, 1);

	tape_call(tape, 0, CT_OP_MEMCPY, call_ns, copy);
	tape_kernel(tape, 0, 0, FULL, 1000);
	return latency_alone(tape);
}

START_TEST(pageable_copy_blocks)
{
	ck_assert_int_eq(copy_then_kernel(CT_OP_PAGEABLE, 6200), 6200 + 1000 + 1000);
	ck_assert_int_eq(copy_then_kernel(0, 64), 1000 + 5000 + 100 + 1000);
}
END_TEST

/* What was queued before the recording began runs first. */
START_TEST(unlaunched_work_is_queued_first)
{
	struct tape *tape = tape_new(1, 1);
	uint32_t lane = tape_device_lane(tape);

	tape_kernel(tape, 0, 0, FULL, 10000);
	for (int i = 0; i < 2; i++)
		tape_node(tape, lane, 0, FULL, 10000, CT_OP_UNLAUNCHED);
	ck_assert_int_eq(latency_alone(tape), 1000 + 3 * 10000 + 2 * 100);
}
END_TEST

/* The 1025th launch waits until the first kernel has ended; the turnarounds tell. */
START_TEST(full_queue_blocks)
{
	const int64_t ns = 1000000, n = 1025;
	struct tape *tape = tape_new(1, 1);
	struct ct_run_result *result;
	struct lab lab;
	int64_t sum_ns = 0;

	for (int64_t i = 0; i < n; i++)
		tape_kernel(tape, 0, 0, HALF, ns);
	for (int64_t i = 0; i < n; i++) {
		int64_t issued_ns = i < 1024 ? i * 64 : 1000 + ns;

		sum_ns += 1000 + (i + 1) * ns + i * 100 - issued_ns;
	}
	lab_begin(&lab);
	lab_tenant(&lab, tape, "closed:1", NULL);
	result = lab_run(&lab, "fifo");
	ck_assert_uint_eq(result->tenant[0].kernels, (uint64_t)n);
	ck_assert_int_eq(result->tenant[0].turnaround_ns, sum_ns);
	ct_run_result_free(result);
	lab_end(&lab);
}
END_TEST

/* Two threads launch side by side; each has its own clock. */
START_TEST(threads)
{
	struct tape *tape = tape_new(2, 2);

	tape_think(tape, 1, 3000);
	tape_kernel(tape, 0, 0, HALF, 10000);
	tape_kernel(tape, 1, 1, HALF, 10000);
	ck_assert_int_eq(latency_alone(tape), 3000 + 1000 + 10000);
}
END_TEST

/* Where the time of a chain of three went. */
START_TEST(causes)
{
	struct tape *tape = tape_new(1, 1);
	struct ct_run_result *result;
	const int64_t *time_ns;
	struct lab lab;

	for (int i = 0; i < 3; i++)
		tape_kernel(tape, 0, 0, FULL, 10000);
	lab_begin(&lab);
	lab_tenant(&lab, tape, "closed:1", NULL);
	result = lab_run(&lab, "fifo");
	time_ns = result->tenant[0].time_ns;
	ck_assert_int_eq(time_ns[CT_CAUSE_RUNNING], 3 * 10000);
	ck_assert_int_eq(time_ns[CT_CAUSE_LAUNCH], 3 * 1000);
	ck_assert_int_eq(time_ns[CT_CAUSE_GAP], 2 * 100);
	/* the second arrives at 1064 and the third at 1128 */
	ck_assert_int_eq(time_ns[CT_CAUSE_STREAM_ORDER], 11000 - 1064 + 21100 - 1128);
	ck_assert_int_eq(time_ns[CT_CAUSE_GATE], 0);
	ck_assert_int_eq(time_ns[CT_CAUSE_PRIORITY], 0);
	ck_assert_int_eq(time_ns[CT_CAUSE_SM_ROOM], 0);
	ck_assert_double_eq_tol(result->sm_active, 30000.0 / 31200, 1e-12);
	ct_run_result_free(result);
	lab_end(&lab);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("run-calls");
	TCase *calls = tcase_create("calls");
	SRunner *runner;
	int failed;

	tcase_add_test(calls, chain);
	tcase_add_test(calls, gaps);
	tcase_add_test(calls, think_time);
	tcase_add_test(calls, sync_waits);
	tcase_add_test(calls, sync_is_a_closed_loop);
	tcase_add_test(calls, sync_that_did_not_wait);
	tcase_add_test(calls, long_call);
	tcase_add_test(calls, stalls_are_not_repeated);
	tcase_add_test(calls, stalls_are_repeated_to_compare);
	tcase_add_test(calls, stream_order);
	tcase_add_test(calls, streams_overlap);
	tcase_add_test(calls, streams_compete);
	tcase_add_test(calls, clusters_need_a_gpc);
	tcase_add_test(calls, event_orders_streams);
	tcase_add_test(calls, unknown_wait);
	tcase_add_test(calls, unknown_wait_for_nothing);
	tcase_add_test(calls, unknown_stream_sync);
	tcase_add_test(calls, early_wait_is_none);
	tcase_add_test(calls, event_sync);
	tcase_add_test(calls, device_sync);
	tcase_add_test(calls, pageable_copy_blocks);
	tcase_add_test(calls, unlaunched_work_is_queued_first);
	tcase_add_test(calls, full_queue_blocks);
	tcase_add_test(calls, threads);
	tcase_add_test(calls, causes);
	suite_add_tcase(suite, calls);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? 1 : 0;
}
