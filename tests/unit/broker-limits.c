/* broker-limits - alarms, patience, failing devices, and what a policy may see and need. */
#include "tests/unit/broker-hooks.h"

static uint64_t cookies[8];
static int n_cookies;

static void note_cookie(struct ct_host *h, uint64_t cookie)
{
	cookies[n_cookies++] = cookie;
}

static void arm_three(struct ct_host *h, const struct ct_lane *lane)
{
	ct_wake_at(h, 300, 3);
	ct_wake_at(h, 100, 1);
	ct_wake_at(h, 200, 2);
	ct_wake_at(h, 250, 1); /* moves */
}

START_TEST(an_alarm_is_moved_by_its_cookie)
{
	one_lane(CT_CAN_GATE);
	n_cookies = 0;
	policy.waiting = arm_three;
	policy.woken = note_cookie;
	submit(0, 0, 0, CT_WORK_KERNEL);
	for (int64_t now = 0; device.armed_ns > now && n_cookies < 3;) {
		now = device.armed_ns;
		ct_broker_alarm(broker, now);
	}
	ck_assert_int_eq(n_cookies, 3);
	ck_assert_uint_eq(cookies[0], 2);
	ck_assert_uint_eq(cookies[1], 1);
	ck_assert_uint_eq(cookies[2], 3);
	end();
}
END_TEST

START_TEST(patience_ends_in_ejection)
{
	int64_t at_ns = 0;

	begin(CT_CAN_GATE, 1000, 0);
	tenant_with_lane("a", 0);
	submit(50, 0, 0, CT_WORK_KERNEL);
	submit(60, 0, 1, CT_WORK_KERNEL);
	ck_assert_int_eq(device.armed_ns, 1050);
	ct_broker_alarm(broker, 1049);
	ck_assert_ptr_null(ct_broker_ejected(broker, NULL));
	ct_broker_alarm(broker, 1050);
	ck_assert_ptr_nonnull(strstr(ct_broker_ejected(broker, &at_ns), "tenant 'a'"));
	ck_assert_int_eq(at_ns, 1050);
	ck_assert_uint_eq(device.n_jobs, 2);
	submit(1100, 0, 2, CT_WORK_KERNEL); /* and the program goes on */
	ck_assert_uint_eq(device.n_jobs, 3);
	ck_assert_str_eq(job[2].why, "policy ejected");
	end();
}
END_TEST

START_TEST(patience_forgives_while_a_higher_rank_works)
{
	begin(CT_CAN_GATE, 1000, CT_MAY_STARVE);
	tenant_with_lane("low", 0);
	tenant_with_lane("high", 5);
	submit(0, 0, 0, CT_WORK_KERNEL);
	policy.waiting = grant_one;
	submit(400, 1, 1, CT_WORK_KERNEL); /* high works from 400 to 5000 */
	ct_broker_alarm(broker, 1000);
	ct_broker_alarm(broker, 3000);
	ck_assert_ptr_null(ct_broker_ejected(broker, NULL));
	ct_broker_finished(broker, 5000, &job[1], &over);
	ck_assert_int_eq(device.armed_ns, 5600);
	ct_broker_alarm(broker, 5599);
	ck_assert_ptr_null(ct_broker_ejected(broker, NULL));
	ct_broker_alarm(broker, 5600);
	ck_assert_ptr_nonnull(ct_broker_ejected(broker, NULL));
	end();
}
END_TEST

START_TEST(a_failed_launch_is_repeated)
{
	one_lane(CT_CAN_GATE);
	policy.waiting = grant_one;
	device.fails = 1;
	submit(0, 0, 0, CT_WORK_KERNEL);
	ck_assert_uint_eq(device.n_jobs, 0);
	ck_assert_uint_eq(policy.lane->running, 0);
	ck_assert_int_gt(device.armed_ns, 0);
	ct_broker_alarm(broker, device.armed_ns);
	ck_assert_uint_eq(device.n_jobs, 1);
	end();
}
END_TEST

START_TEST(senses_are_capabilities)
{
	struct ct_request r = { .id = 1 };

	one_lane(CT_CAN_GATE);
	policy.waiting = grant_one;
	job[0].work.threads = 256;
	submit(0, 0, 0, CT_WORK_KERNEL);
	ct_broker_started(broker, 1, &job[0]);
	ct_broker_asked(broker, 1, &r, 0);
	ck_assert_uint_eq(job[0].work.blocks + job[0].work.threads, 0);
	ck_assert_int_eq(policy.n_started + policy.n_asked, 0);
	end();
	one_lane(CT_CAN_GATE | CT_SEES_SHAPE | CT_SEES_START | CT_SEES_REQUEST);
	policy.waiting = grant_one;
	submit(0, 0, 0, CT_WORK_KERNEL);
	ct_broker_started(broker, 1, &job[0]);
	ct_broker_asked(broker, 1, &r, 0);
	ck_assert_uint_eq(job[0].work.blocks, 10);
	ck_assert_int_eq(policy.n_started + policy.n_asked, 2);
	end();
}
END_TEST

START_TEST(a_policy_is_refused_with_a_sentence)
{
	struct ct_broker_options o = { 0 };
	struct ct_policy p = table;
	const char *why = NULL;

	begin(CT_CAN_GATE, 0, 0);
	end();
	p.needs = CT_CAN_GATE | CT_CAN_SWITCH;
	ck_assert_int_eq(ct_broker_new(&p, &device.base, &o, &broker, &why), -ENOTSUP);
	ck_assert_str_eq(why,
			 "policy 'hooks' needs what actuator 'notebook' lacks: switch");
	p = table;
	p.abi += 1 << 16;
	ck_assert_int_eq(ct_broker_new(&p, &device.base, &o, &broker, &why), -EPROTO);
	ck_assert_ptr_nonnull(strstr(why, "version 2"));
}
END_TEST

/* A policy built when the table ended before finished(): the rest is not read. */
START_TEST(an_older_table_is_read_as_far_as_it_goes)
{
	struct ct_broker_options o = { 0 };
	struct ct_policy p = table;

	begin(CT_CAN_GATE, 0, 0);
	end();
	p.abi = CT_POLICY_VERSION << 16 | (uint32_t)offsetof(struct ct_policy, finished);
	ck_assert_int_eq(ct_broker_new(&p, &device.base, &o, &broker, NULL), 0);
	policy.waiting = grant_one;
	tenant_with_lane("a", 0);
	submit(0, 0, 0, CT_WORK_KERNEL);
	ct_broker_finished(broker, 1, &job[0], &over);
	ck_assert_int_eq(policy.n_waiting, 1);
	ck_assert_int_eq(policy.n_finished + policy.n_idled, 0);
	end();
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		an_alarm_is_moved_by_its_cookie,
		patience_ends_in_ejection,
		patience_forgives_while_a_higher_rank_works,
		a_failed_launch_is_repeated,
		senses_are_capabilities,
		a_policy_is_refused_with_a_sentence,
		an_older_table_is_read_as_far_as_it_goes,
		NULL,
	};

	return run_tests("broker-limits", tests);
}
