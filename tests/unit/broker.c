/* broker - custody: who holds what, what passes, which orders are obeyed. */
#include "tests/unit/broker-hooks.h"

static void open_all(struct ct_host *h, const struct ct_lane *lane)
{
	ck_assert_int_eq(ct_grant(h, lane, CT_OPEN, &none), 0);
}

START_TEST(credit_is_the_only_gate)
{
	one_lane(CT_CAN_GATE | CT_SEES_QUEUE);
	submit(0, 0, 0, CT_WORK_KERNEL);
	submit(1, 0, 1, CT_WORK_KERNEL);
	ck_assert_uint_eq(device.n_jobs, 0);
	ck_assert_int_eq(policy.n_waiting, 1); /* once, not once per launch */
	ck_assert_uint_eq(policy.lane->waiting, 2);
	policy.waiting = grant_one;
	policy.finished = NULL;
	submit(2, 0, 2, CT_WORK_KERNEL);
	ck_assert_uint_eq(device.n_jobs, 0); /* still told already */
	end();
}
END_TEST

START_TEST(credit_that_ran_out_is_told)
{
	one_lane(CT_CAN_GATE);
	submit(0, 0, 0, CT_WORK_KERNEL);
	submit(0, 0, 1, CT_WORK_KERNEL);
	submit(0, 0, 2, CT_WORK_KERNEL);
	ck_assert_uint_eq(policy.lane->waiting, 1); /* no CT_SEES_QUEUE */
	end();
	one_lane(CT_CAN_GATE);
	policy.waiting = grant_one;
	for (int i = 0; i < 3; i++)
		submit(0, 0, i, CT_WORK_KERNEL);
	ck_assert_uint_eq(device.n_jobs, 3);
	ck_assert_int_eq(policy.n_waiting, 3);
	ck_assert_uint_eq(policy.lane->credit, 0);
	end();
}
END_TEST

START_TEST(closing_an_empty_lane_is_no_deafness)
{
	one_lane(CT_CAN_GATE);
	policy.waiting = open_all;
	submit(0, 0, 0, CT_WORK_KERNEL);
	policy.finished = NULL;
	ct_broker_finished(broker, 1, &job[0], &over);
	ck_assert_int_eq(policy.n_idled, 1);
	submit(2, 0, 1, CT_WORK_KERNEL);
	ck_assert_int_eq(policy.n_waiting, 1); /* open */
	end();
}
END_TEST

static void close_gate(struct ct_host *h, const struct ct_lane *lane,
		       const struct ct_done *done)
{
	ck_assert_int_eq(ct_revoke(h, lane, CT_CREDIT), 0);
}

START_TEST(a_gate_closed_while_empty_tells_of_new_work)
{
	one_lane(CT_CAN_GATE);
	policy.waiting = open_all;
	policy.finished = close_gate;
	for (int i = 0; i < 3; i++) {
		submit(10 * i, 0, i, CT_WORK_KERNEL);
		ct_broker_finished(broker, 10 * i + 5, &job[i], &over);
	}
	ck_assert_int_eq(policy.n_waiting, 3);
	end();
}
END_TEST

START_TEST(markers_pass_but_do_not_overtake)
{
	one_lane(CT_CAN_GATE);
	submit(0, 0, 0, CT_WORK_MARKER);
	ck_assert_uint_eq(device.n_jobs, 1);
	ck_assert_int_eq(policy.n_waiting, 0);
	submit(1, 0, 1, CT_WORK_KERNEL);
	submit(1, 0, 2, CT_WORK_MARKER);
	ck_assert_uint_eq(device.n_jobs, 1);
	policy.waiting = grant_one;
	ct_broker_finished(broker, 2, &job[0], &over);
	ck_assert_int_eq(policy.n_finished, 0); /* of a marker no policy hears */
	end();
	one_lane(CT_CAN_GATE);
	policy.waiting = grant_one;
	submit(1, 0, 1, CT_WORK_KERNEL);
	submit(1, 0, 2, CT_WORK_MARKER);
	ck_assert_uint_eq(device.n_jobs, 2);
	ck_assert_ptr_eq(device.job[1], &job[2]);
	end();
}
END_TEST

static void open_depth_two(struct ct_host *h, const struct ct_lane *lane)
{
	struct ct_terms two = { .depth = 2 };

	ct_grant(h, lane, CT_OPEN, &two);
}

START_TEST(depth_bounds_the_device)
{
	one_lane(CT_CAN_GATE);
	policy.waiting = open_depth_two;
	for (int i = 0; i < 5; i++)
		submit(0, 0, i, CT_WORK_KERNEL);
	ck_assert_uint_eq(device.n_jobs, 2);
	ct_broker_finished(broker, 1, &job[0], &over);
	ck_assert_uint_eq(device.n_jobs, 3);
	ck_assert_int_eq(policy.n_waiting, 1);
	end();
}
END_TEST

static void fifteen_blocks(struct ct_host *h, const struct ct_lane *lane)
{
	struct ct_terms t = { .unit = CT_BLOCKS };

	if (policy.n_waiting == 1)
		ck_assert_int_eq(ct_grant(h, lane, 15, &t), 0);
}

START_TEST(credit_in_blocks_may_be_overdrawn_once)
{
	one_lane(CT_CAN_GATE | CT_SEES_SHAPE);
	policy.waiting = fifteen_blocks;
	for (int i = 0; i < 4; i++)
		submit(0, 0, i, CT_WORK_KERNEL); /* ten blocks each */
	ck_assert_uint_eq(device.n_jobs, 2);
	ck_assert_uint_eq(policy.lane->credit, 0);
	end();
}
END_TEST

static void a_thousand_ns(struct ct_host *h, const struct ct_lane *lane)
{
	struct ct_terms t = { .unit = CT_DEVICE_NS };

	if (policy.n_waiting == 1)
		ck_assert_int_eq(ct_grant(h, lane, 1000, &t), 0);
}

START_TEST(credit_in_time_is_paid_at_the_end)
{
	struct ct_done ran = { .ran_ns = 600 };

	one_lane(CT_CAN_GATE);
	policy.waiting = a_thousand_ns;
	submit(0, 0, 0, CT_WORK_KERNEL);
	ct_broker_finished(broker, 600, &job[0], &ran);
	ck_assert_uint_eq(policy.lane->credit, 400);
	submit(700, 0, 1, CT_WORK_KERNEL);
	ct_broker_finished(broker, 1300, &job[1], &ran);
	ck_assert_uint_eq(policy.lane->credit, 0);
	submit(1400, 0, 2, CT_WORK_KERNEL);
	ck_assert_uint_eq(device.n_jobs, 2);
	ck_assert_int_eq(policy.n_waiting, 2);
	end();
}
END_TEST

static void check_orders(struct ct_host *h, const struct ct_lane *lane)
{
	struct ct_terms rank = { .rank = 1 }, part = { .part = 1 },
			blocks = { .unit = CT_BLOCKS };
	struct ct_lane stranger = *lane;

	ck_assert_int_eq(ct_grant(h, lane, 1, &rank), -ENOTSUP);
	ck_assert_int_eq(ct_grant(h, lane, 1, &part), -EINVAL);
	ck_assert_int_eq(ct_grant(h, lane, 1, &blocks), -ENOTSUP);
	ck_assert_int_eq(ct_grant(h, &stranger, 1, &none), -EINVAL);
	ck_assert_int_eq(ct_revoke(h, lane, CT_RESET), -ENOTSUP);
	ck_assert_int_eq(ct_carve(h, 8), -EPERM); /* hot */
}

START_TEST(orders_are_checked)
{
	struct ct_broker_counts counts;

	one_lane(CT_CAN_GATE);
	policy.waiting = check_orders;
	submit(0, 0, 0, CT_WORK_KERNEL);
	ct_broker_counts(broker, &counts);
	ck_assert_uint_eq(counts.refused, 6);
	ck_assert_int_eq(ct_grant(policy.host, policy.lane, 1, &none), -EPERM);
	ck_assert_uint_eq(device.n_jobs, 0);
	end();
}
END_TEST

static void carve_three(struct ct_host *h, const struct ct_lane *lane)
{
	struct ct_terms second = { .part = 2 };

	ck_assert_int_eq(ct_carve(h, 66), 1);
	ck_assert_int_eq(ct_part_sms(h, 1), 72);
	ck_assert_int_eq(ct_carve(h, 66), -ENOSPC); /* 60 are left */
	ck_assert_int_eq(ct_carve(h, 1), 2);
	ck_assert_int_eq(ct_part_sms(h, 2), 8);
	ck_assert_int_eq(ct_carve(h, CT_REST), 3);
	ck_assert_int_eq(ct_part_sms(h, 3), 52);
	ck_assert_int_eq(ct_carve(h, CT_REST), -ENOSPC);
	ck_assert_int_eq(ct_part_sms(h, 0), 132);
	ck_assert_int_eq(ct_part_sms(h, 4), -EINVAL);
	ck_assert_int_eq(ct_grant(h, lane, CT_OPEN, &second), 0);
}

START_TEST(parts_are_whole_granules)
{
	begin(CT_CAN_GATE | CT_CAN_CONFINE, 0, 0);
	policy.opened = carve_three;
	tenant_with_lane("a", 0);
	submit(0, 0, 0, CT_WORK_KERNEL);
	ck_assert_uint_eq(device.part[0], 2);
	end();
}
END_TEST

START_TEST(what_comes_back_goes_first)
{
	struct ct_done half = { .blocks_left = 4 };

	one_lane(CT_CAN_GATE | CT_SEES_SHAPE | CT_SEES_QUEUE);
	policy.waiting = NULL;
	submit(0, 0, 0, CT_WORK_KERNEL);
	submit(0, 0, 1, CT_WORK_KERNEL);
	policy.waiting = grant_one;
	end();
	one_lane(CT_CAN_GATE | CT_SEES_SHAPE | CT_SEES_QUEUE);
	policy.waiting = grant_one;
	submit(0, 0, 0, CT_WORK_KERNEL);
	policy.waiting = NULL;
	submit(0, 0, 1, CT_WORK_KERNEL);
	ct_broker_finished(broker, 10, &job[0], &half);
	ck_assert_ptr_eq(policy.lane->head, &job[0].work);
	ck_assert_uint_eq(policy.lane->head->blocks, 4);
	ck_assert_uint_eq(policy.lane->waiting, 2);
	ck_assert_int_eq(policy.n_idled, 0);
	end();
}
END_TEST

START_TEST(lanes_and_tenants_go_when_they_are_done)
{
	one_lane(CT_CAN_GATE);
	policy.waiting = grant_one;
	submit(0, 0, 0, CT_WORK_KERNEL);
	ck_assert_int_eq(ct_broker_closed(broker, 1, 0), -EBUSY);
	ct_broker_finished(broker, 1, &job[0], &over);
	ck_assert_int_eq(ct_broker_left(broker, 2, 0), -EBUSY);
	ck_assert_int_eq(ct_broker_closed(broker, 2, 0), 0);
	ck_assert_int_eq(ct_broker_closed(broker, 2, 0), -EINVAL);
	ck_assert_uint_eq(policy.host->n_lanes, 0);
	ck_assert_int_eq(ct_broker_left(broker, 3, 0), 0);
	ck_assert_int_eq(ct_broker_opened(broker, 4, 0), -EINVAL);
	tenant_with_lane("b", 0);
	ck_assert_uint_eq(policy.lane->id, 1); /* ids are not used again */
	end();
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		credit_is_the_only_gate,
		credit_that_ran_out_is_told,
		closing_an_empty_lane_is_no_deafness,
		a_gate_closed_while_empty_tells_of_new_work,
		markers_pass_but_do_not_overtake,
		depth_bounds_the_device,
		credit_in_blocks_may_be_overdrawn_once,
		credit_in_time_is_paid_at_the_end,
		orders_are_checked,
		parts_are_whole_granules,
		what_comes_back_goes_first,
		lanes_and_tenants_go_when_they_are_done,
		NULL,
	};

	return run_tests("broker", tests);
}
