/*
 * broker-hooks.h - a device that writes down what it was told, and a policy of hooks.
 *
 * Each test says in one place what is ordered on a fact and what must follow.  Included
 * once per program.
 */
#ifndef CT_BROKER_HOOKS_H
#define CT_BROKER_HOOKS_H

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
	int fails, n_recalls;
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
	((struct device *)a)->n_recalls++;
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

static inline void one_lane(uint32_t can)
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

static inline void grant_one(struct ct_host *h, const struct ct_lane *lane)
{
	ck_assert_int_eq(ct_grant(h, lane, 1, &none), 0);
}

static inline int run_tests(const char *name, const TTest *const *tests)
{
	Suite *suite = suite_create(name);
	TCase *all = tcase_create("all");
	SRunner *runner = srunner_create(suite);
	int failed;

	for (; *tests; tests++)
		tcase_add_test(all, *tests);
	suite_add_tcase(suite, all);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}

#endif
