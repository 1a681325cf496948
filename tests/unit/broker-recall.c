/* broker-recall - work taken back: who is held up by it, in which order it goes on. */
#include "tests/unit/broker-hooks.h"

enum { ALL = CT_CAN_GATE | CT_CAN_FLUSH | CT_CAN_RETREAT | CT_CAN_RESET | CT_CAN_SLICE };

static enum ct_revoke how;
static int order;
static struct ct_terms terms;

static void open_it(struct ct_host *h, const struct ct_lane *lane)
{
	ck_assert_int_eq(ct_grant(h, lane, CT_OPEN, &terms), 0);
}

static void take_back(struct ct_host *h, uint64_t cookie)
{
	order = ct_revoke(h, h->lane[0], how);
	ct_grant(h, h->lane[0], CT_OPEN, &terms);
}

static void close_it(struct ct_host *h, uint64_t cookie)
{
	order = ct_revoke(h, h->lane[0], how);
}

static void wake_in_time(struct ct_host *h, const struct ct_lane *lane)
{
	open_it(h, lane);
	ct_wake_at(h, 1000, 0);
}

static void begin_open(uint32_t can)
{
	begin(can, 0, 0);
	memset(&terms, 0, sizeof(terms));
	policy.opened = wake_in_time;
	how = CT_QUEUED;
	order = 0;
	tenant_with_lane("a", 0);
}

static void returns(int i, uint64_t blocks)
{
	struct ct_done done = { .blocks_left = blocks };

	ct_broker_finished(broker, 1100, &job[i], &done);
}

static void settles(uint32_t which)
{
	struct ct_outcome outcome = { .order = which };

	ct_broker_settled(broker, 1200, &outcome);
}

/* Job 0 runs on; 1, a marker and 2 come back; 3 is younger than all of them. */
START_TEST(order_is_kept)
{
	begin_open(ALL | CT_SEES_SHAPE);
	policy.woken = take_back;
	submit(0, 0, 0, CT_WORK_KERNEL);
	submit(0, 0, 1, CT_WORK_KERNEL);
	submit(0, 0, 4, CT_WORK_MARKER);
	submit(0, 0, 2, CT_WORK_KERNEL);
	ck_assert_uint_eq(device.n_jobs, 4);
	ct_broker_alarm(broker, 1000);
	ck_assert_int_eq(order, 1);
	submit(1000, 0, 3, CT_WORK_KERNEL); /* the gate is open, and nothing passes */
	ck_assert_uint_eq(device.n_jobs, 4);
	ck_assert_uint_eq(policy.lane->running, 3);
	returns(1, 10);
	returns(4, 1);
	returns(2, 10);
	ck_assert_int_eq(policy.n_finished, 2); /* nobody hears of markers */
	ck_assert_uint_eq(policy.lane->running, 1);
	ck_assert_uint_eq(device.n_jobs, 4);
	settles(7); /* nobody gave that order */
	ck_assert_uint_eq(device.n_jobs, 4);
	settles(1);
	ck_assert_uint_eq(device.n_jobs, 8);
	ck_assert_ptr_eq(device.job[4], &job[1]);
	ck_assert_ptr_eq(device.job[5], &job[4]);
	ck_assert_ptr_eq(device.job[6], &job[2]);
	ck_assert_ptr_eq(device.job[7], &job[3]);
	ck_assert_uint_eq(policy.lane->running, 4);
	end();
}
END_TEST

/* What comes back is held work like any other: told of once, and counted. */
START_TEST(it_is_in_custody)
{
	begin_open(ALL | CT_SEES_SHAPE);
	policy.woken = close_it;
	submit(0, 0, 0, CT_WORK_KERNEL);
	ct_broker_alarm(broker, 1000);
	returns(0, 4);
	ck_assert_int_eq(policy.n_waiting, 1);
	ck_assert_uint_eq(policy.lane->waiting, 1);
	ck_assert_uint_eq(policy.lane->running, 0);
	ck_assert_uint_eq(policy.lane->head->blocks, 4);
	ck_assert_int_eq(policy.n_idled, 0);
	settles(1);
	ck_assert_int_eq(policy.n_waiting, 1);
	ck_assert_uint_eq(device.n_jobs, 1);
	end();
}
END_TEST

static int orders[4];

static void three_times(struct ct_host *h, uint64_t cookie)
{
	orders[0] = ct_revoke(h, h->lane[0], CT_BLOCK_END);
	orders[1] = ct_revoke(h, h->lane[0], CT_QUEUED);
	orders[2] = ct_revoke(h, h->lane[0], CT_RESET);
	orders[3] = ct_revoke(h, h->lane[0], CT_SWITCH);
	ct_grant(h, h->lane[0], CT_OPEN, NULL);
}

/* A shallower order adds nothing to one under way; a deeper one does. */
START_TEST(orders_under_way)
{
	begin_open(ALL);
	policy.woken = three_times;
	submit(0, 0, 0, CT_WORK_KERNEL);
	ct_broker_alarm(broker, 1000);
	ck_assert_int_eq(orders[0], 1);
	ck_assert_int_eq(orders[1], 1);
	ck_assert_int_eq(orders[2], 2);
	ck_assert_int_eq(orders[3], -ENOTSUP); /* this host cannot */
	ck_assert_int_eq(device.n_recalls, 2);
	settles(2);
	submit(1300, 0, 1, CT_WORK_KERNEL);
	ck_assert_uint_eq(device.n_jobs, 1);
	settles(1);
	ck_assert_uint_eq(device.n_jobs, 2);
	end();
}
END_TEST

/* A slice, its rest, and only then what is behind it, markers included. */
static void slices(uint32_t can)
{
	begin(can, 0, 0);
	terms = (struct ct_terms){ .max_blocks = 6 };
	policy.opened = open_it;
	tenant_with_lane("a", 0);
	submit(0, 0, 0, CT_WORK_KERNEL);
	submit(0, 0, 1, CT_WORK_MARKER);
	ck_assert_uint_eq(device.n_jobs, 1);
	returns(0, 4);
	ck_assert_uint_eq(device.n_jobs, can & CT_SEES_SHAPE ? 3 : 2);
	ck_assert_ptr_eq(device.job[1], &job[0]);
	ct_broker_finished(broker, 1300, &job[0], &over);
	ck_assert_uint_eq(device.n_jobs, 3);
	ck_assert_ptr_eq(device.job[2], &job[1]);
	end();
}

START_TEST(slices_are_alone)
{
	slices(ALL | CT_SEES_SHAPE); /* a rest that fits is known to be the last */
	slices(ALL);                 /* and here anything may be left */
}
END_TEST

static void grant_blocks(struct ct_host *h, const struct ct_lane *lane)
{
	terms = (struct ct_terms){ .unit = CT_BLOCKS };
	ck_assert_int_eq(ct_grant(h, lane, 3, &terms), 0);
}

/* Three blocks are granted, ten go, seven are owed; six of them come back. */
START_TEST(what_did_not_run_is_not_owed)
{
	begin(ALL | CT_SEES_SHAPE, 0, 0);
	policy.waiting = grant_blocks;
	tenant_with_lane("a", 0);
	submit(0, 0, 0, CT_WORK_KERNEL);
	ck_assert_uint_eq(device.n_jobs, 1);
	returns(0, 6); /* -7 + 6, and the policy grants 3 again */
	ck_assert_uint_eq(device.n_jobs, 2);
	ck_assert_uint_eq(policy.lane->credit, 0);
	end();
}
END_TEST

static void wish_blocks_per_sm(struct ct_host *h, const struct ct_lane *lane)
{
	struct ct_terms wish = { .blocks_per_sm = 2 };

	ck_assert_int_eq(ct_grant(h, lane, 1, &wish), -ENOTSUP);
}

START_TEST(no_silent_wishes)
{
	begin(UINT32_MAX, 0, 0);
	policy.opened = wish_blocks_per_sm;
	tenant_with_lane("a", 0);
	end();
}
END_TEST

int main(void)
{
	const TTest *const tests[] = { order_is_kept,
				       it_is_in_custody,
				       orders_under_way,
				       slices_are_alone,
				       what_did_not_run_is_not_owed,
				       no_silent_wishes,
				       NULL };

	return run_tests("broker-recall", tests);
}
