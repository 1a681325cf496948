/*
 * broker - the desk's promises, one by one, over an actuator that only writes down.
 *
 * Each test speaks for the policy through a table of hooks, so that it can say in one
 * place what is ordered and what must follow.
 */
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "policies/broker.h"

/* The device: remembers what it was told. */
struct device {
	struct ct_actuator base; /* first */
	struct ct_job *job[64];
	uint32_t part[64], n_jobs;
	int64_t armed_ns;
	int fails;
};

static int launch(struct ct_actuator *a, struct ct_job *job, const struct ct_terms *terms)
{
	struct device *d = (struct device *)a;

	if (d->fails && d->fails--)
		return -EAGAIN;
	d->part[d->n_jobs] = terms->part;
	d->job[d->n_jobs++] = job;
	return 0;
}

static int recall(struct ct_actuator *a, uint32_t lane, enum ct_revoke how, uint32_t order)
{
	return 0;
}

static int confine(struct ct_actuator *a, uint32_t part, uint32_t sms)
{
	return 0;
}

static int arm(struct ct_actuator *a, int64_t at_ns)
{
	((struct device *)a)->armed_ns = at_ns;
	return 0;
}

static const struct ct_actuator_ops ops = {
	.size = sizeof(ops),
	.name = "notebook",
	.launch = launch,
	.recall = recall,
	.confine = confine,
	.arm = arm,
};

/* The policy: what each test wants done on a fact, and what it was told. */
static struct {
	void (*opened)(struct ct_host *, const struct ct_lane *);
	void (*waiting)(struct ct_host *, const struct ct_lane *);
	void (*finished)(struct ct_host *, const struct ct_lane *, const struct ct_done *);
	void (*woken)(struct ct_host *, uint64_t);
	int n_waiting, n_finished, n_idled, n_started, n_asked, inside;
	struct ct_host *host;
	const struct ct_lane *lane;
} policy;

#define HOOK(hook, ...)                                                                    \
	do {                                                                               \
		ck_assert_int_eq(policy.inside++, 0);                                      \
		if (policy.hook)                                                           \
			policy.hook(__VA_ARGS__);                                          \
		policy.inside--;                                                           \
	} while (0)

static void opened(struct ct_host *h, void *self, const struct ct_lane *lane)
{
	policy.host = h;
	policy.lane = lane;
	HOOK(opened, h, lane);
}

static void waiting(struct ct_host *h, void *self, const struct ct_lane *lane)
{
	policy.n_waiting++;
	ck_assert_ptr_nonnull(lane->head);
	HOOK(waiting, h, lane);
}

static void started(struct ct_host *h, void *self, const struct ct_lane *lane,
		    const struct ct_work *work)
{
	policy.n_started++;
}

static void finished(struct ct_host *h, void *self, const struct ct_lane *lane,
		     const struct ct_work *work, const struct ct_done *done)
{
	policy.n_finished++;
	HOOK(finished, h, lane, done);
}

static void asked(struct ct_host *h, void *self, const struct ct_request *r)
{
	policy.n_asked++;
	ck_assert_str_eq(r->tenant->name, "a");
}

static void idled(struct ct_host *h, void *self, const struct ct_tenant *t)
{
	policy.n_idled++;
	ck_assert_uint_eq(t->running + t->waiting, 0);
}

static void woken(struct ct_host *h, void *self, uint64_t cookie)
{
	HOOK(woken, h, cookie);
}

static struct ct_policy table = {
	.abi = CT_POLICY_ABI,
	.name = "hooks",
	.summary = "does what a test says",
	.needs = CT_CAN_GATE,
	.opened = opened,
	.waiting = waiting,
	.started = started,
	.finished = finished,
	.asked = asked,
	.idled = idled,
	.woken = woken,
};

static struct device device;
static struct ct_broker *broker;
static struct ct_job job[64];
static const struct ct_done over;

static void begin(uint32_t can, int64_t patience_ns, uint32_t traits)
{
	struct ct_broker_options o = { .patience_ns = patience_ns, .seed = 1 };

	memset(&policy, 0, sizeof(policy));
	memset(&device, 0, sizeof(device));
	memset(job, 0, sizeof(job));
	device.base.ops = &ops;
	device.base.sms = 132;
	device.base.caps =
		(struct ct_caps){ .can = can, .sm_granule = 8, .sm_part_min = 8 };
	table.traits = traits;
	ck_assert_int_eq(ct_broker_new(&table, &device.base, &o, &broker, NULL), 0);
}

static void tenant_with_lane(const char *name, int32_t rank)
{
	int id = ct_broker_joined(broker, 0, name, rank, 100, 0);

	ck_assert_int_ge(id, 0);
	ck_assert_int_ge(ct_broker_opened(broker, 0, (uint32_t)id), 0);
}

static void one_lane(uint32_t can)
{
	begin(can, 0, 0);
	tenant_with_lane("a", 0);
}

static void end(void)
{
	ct_broker_free(broker);
}

static void submit(int64_t at_ns, uint32_t lane, int i, uint32_t kind)
{
	job[i].work.kind = kind;
	job[i].work.blocks = 10;
	ct_broker_submitted(broker, at_ns, lane, &job[i]);
}

static const struct ct_terms none;

static void grant_one(struct ct_host *h, const struct ct_lane *lane)
{
	ck_assert_int_eq(ct_grant(h, lane, 1, &none), 0);
}

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
	Suite *suite = suite_create("broker");
	TCase *all = tcase_create("all");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_test(all, credit_is_the_only_gate);
	tcase_add_test(all, credit_that_ran_out_is_told);
	tcase_add_test(all, closing_an_empty_lane_is_no_deafness);
	tcase_add_test(all, a_gate_closed_while_empty_tells_of_new_work);
	tcase_add_test(all, markers_pass_but_do_not_overtake);
	tcase_add_test(all, depth_bounds_the_device);
	tcase_add_test(all, credit_in_blocks_may_be_overdrawn_once);
	tcase_add_test(all, credit_in_time_is_paid_at_the_end);
	tcase_add_test(all, orders_are_checked);
	tcase_add_test(all, parts_are_whole_granules);
	tcase_add_test(all, an_alarm_is_moved_by_its_cookie);
	tcase_add_test(all, patience_ends_in_ejection);
	tcase_add_test(all, patience_forgives_while_a_higher_rank_works);
	tcase_add_test(all, a_failed_launch_is_repeated);
	tcase_add_test(all, what_comes_back_goes_first);
	tcase_add_test(all, senses_are_capabilities);
	tcase_add_test(all, a_policy_is_refused_with_a_sentence);
	tcase_add_test(all, an_older_table_is_read_as_far_as_it_goes);
	tcase_add_test(all, lanes_and_tenants_go_when_they_are_done);
	suite_add_tcase(suite, all);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
