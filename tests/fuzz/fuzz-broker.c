/*
 * fuzz-broker - no stream of facts, however odd, crashes a policy or loses a launch.
 *
 * Facts are drawn at random but possible: what finishes is on the device, what closes is
 * empty.  What they mean is not: requests are answered that nobody asked, outcomes settle
 * orders nobody gave, launches and markers come back again and again whether or not they
 * were recalled, devices fail.  At the end every recall settles, everything on the device
 * finishes and time goes on until patience has ended; then no launch may be left.  At all
 * times nothing may be launched on a lane that is being taken back, or behind a slice.
 * CT_FUZZ_RUNS, CT_FUZZ_FIRST and CT_FUZZ_SECONDS as in fuzz.h.
 */
#include <errno.h>
#include <glib.h>
#include <stdio.h>
#include <string.h>

#include "policies/broker.h"
#include "policies/registry.h"

#define JOBS        400
#define LANES_MAX   24
#define PATIENCE_NS 5000000

enum where { NOWHERE, HELD, ON_DEVICE, OVER };

struct recall {
	uint32_t order, lane;
};

struct chaos {
	struct ct_actuator base; /* first */
	GRand *rand;
	struct ct_broker *broker;
	struct ct_job job[JOBS];
	enum where where[JOBS];
	int n_jobs, n_lanes, n_tenants;
	gboolean lane_gone[LANES_MAX];
	GArray *recall; /* struct recall: not settled yet */
	guint recalls[LANES_MAX];
	const struct ct_job *alone[LANES_MAX];
	int64_t now_ns, armed_ns;
	gboolean may_fail;
};

static guint below(struct chaos *c, guint n)
{
	return (guint)g_rand_int_range(c->rand, 0, (gint32)n);
}

static int launch(struct ct_actuator *a, struct ct_job *job, const struct ct_terms *terms)
{
	struct chaos *c = (struct chaos *)a;
	ptrdiff_t i = job - c->job;

	g_assert_cmpint(c->where[i], ==, HELD);
	g_assert_cmpuint(c->recalls[job->lane], ==, 0);
	g_assert_null(c->alone[job->lane]);
	if (c->may_fail && below(c, 9) == 0)
		return -EAGAIN;
	c->where[i] = ON_DEVICE;
	if (terms->max_blocks && job->work.kind == CT_WORK_KERNEL &&
	    (!job->work.blocks || job->work.blocks > terms->max_blocks))
		c->alone[job->lane] = job;
	return 0;
}

static int recall(struct ct_actuator *a, uint32_t lane, enum ct_revoke how, uint32_t order)
{
	struct chaos *c = (struct chaos *)a;
	struct recall given = { order, lane };

	g_assert_cmpint(how, !=, CT_CREDIT);
	if (below(c, 4) == 0)
		return -EIO;
	g_array_append_val(c->recall, given);
	c->recalls[lane]++;
	return 0;
}

static void settle(struct chaos *c)
{
	guint i = below(c, c->recall->len);
	struct recall *given = &g_array_index(c->recall, struct recall, i);
	struct ct_outcome o = { .order = given->order,
				.status = -(int32_t)below(c, 2),
				.blocks_left = below(c, 100) };

	c->recalls[given->lane]--;
	g_array_remove_index_fast(c->recall, i);
	ct_broker_settled(c->broker, c->now_ns, &o);
}

static int confine(struct ct_actuator *a, uint32_t part, uint32_t sms)
{
	return below((struct chaos *)a, 8) ? 0 : -EIO;
}

static int arm(struct ct_actuator *a, int64_t at_ns)
{
	((struct chaos *)a)->armed_ns = at_ns;
	return 0;
}

static int estimate(struct ct_actuator *a, const struct ct_work *work, uint32_t sms,
		    struct ct_estimate *out)
{
	out->ns = below((struct chaos *)a, 1000000);
	return below((struct chaos *)a, 2) ? 0 : -ENODATA;
}

static void submit(struct chaos *c)
{
	int i = c->n_jobs;
	guint lane;

	if (i == JOBS || !c->n_lanes || c->lane_gone[lane = below(c, (guint)c->n_lanes)])
		return;
	c->n_jobs++;
	c->where[i] = HELD;
	c->job[i].work.kind = below(c, 4);
	c->job[i].work.blocks = below(c, 3) ? below(c, 5000) : 0;
	c->job[i].work.class_id = below(c, 5);
	c->job[i].work.request = below(c, 3);
	ct_broker_submitted(c->broker, c->now_ns, lane, &c->job[i]);
}

static void end_one(struct chaos *c, gboolean may_return)
{
	struct ct_done done = { .ran_ns = below(c, 100000) };
	int first = c->n_jobs ? (int)below(c, (guint)c->n_jobs) : 0;

	for (int n = 0; n < c->n_jobs; n++) {
		int i = (first + n) % c->n_jobs;

		if (c->where[i] != ON_DEVICE)
			continue;
		if (may_return && below(c, 6) == 0)
			done.blocks_left = 1 + below(c, 100);
		if (c->alone[c->job[i].lane] == &c->job[i])
			c->alone[c->job[i].lane] = NULL;
		c->where[i] = done.blocks_left ? HELD : OVER;
		ct_broker_finished(c->broker, c->now_ns, &c->job[i], &done);
		return;
	}
}

static void join_or_open(struct chaos *c)
{
	static const int32_t ranks[] = { INT32_MIN, -1, 0, 0, 1, 10, INT32_MAX };
	int id;

	if (c->n_tenants && below(c, 3)) {
		if (c->n_lanes == LANES_MAX)
			return;
		id = ct_broker_opened(c->broker, c->now_ns, below(c, (guint)c->n_tenants));
		if (id >= 0)
			g_assert_cmpint(id, ==, c->n_lanes++);
		return;
	}
	id = ct_broker_joined(c->broker, c->now_ns, "t", ranks[below(c, 7)],
			      below(c, 10001), below(c, 2) ? 1000000 : 0);
	c->n_tenants = MAX(c->n_tenants, id + 1);
}

static void close_or_leave(struct chaos *c)
{
	guint lane;

	if (below(c, 3) == 0) {
		if (c->n_tenants)
			ct_broker_left(c->broker, c->now_ns, below(c, (guint)c->n_tenants));
		return;
	}
	if (!c->n_lanes)
		return;
	lane = below(c, (guint)c->n_lanes);
	if (ct_broker_closed(c->broker, c->now_ns, lane) == 0)
		c->lane_gone[lane] = TRUE;
}

static void say_something_odd(struct chaos *c)
{
	struct ct_request r = { .id = below(c, 5),
				.arrived_ns = c->now_ns - below(c, 1000) };
	struct ct_outcome o = { .order = 1000000 + below(c, 9) };
	guint tenant = below(c, 6);

	switch (below(c, 4)) {
	case 0:
		ct_broker_asked(c->broker, c->now_ns, &r, tenant);
		break;
	case 1:
		ct_broker_answered(c->broker, c->now_ns, &r, tenant);
		break;
	case 2:
		ct_broker_settled(c->broker, c->now_ns, &o);
		break;
	default:
		for (int i = 0; i < c->n_jobs; i++)
			if (c->where[i] == ON_DEVICE && below(c, 4) == 0)
				ct_broker_started(c->broker, c->now_ns, &c->job[i]);
		break;
	}
}

static void step(struct chaos *c)
{
	c->now_ns += below(c, 3) ? below(c, 20000) : 0;
	if (c->armed_ns <= c->now_ns || below(c, 50) == 0) {
		c->armed_ns = INT64_MAX;
		ct_broker_alarm(c->broker, c->now_ns);
	}
	switch (below(c, 12)) {
	case 0:
		join_or_open(c);
		break;
	case 1:
		if (below(c, 4) == 0)
			close_or_leave(c);
		break;
	case 2:
		if (c->recall->len && below(c, 3))
			settle(c);
		else
			say_something_odd(c);
		break;
	case 3:
	case 4:
	case 5:
	case 6:
		end_one(c, TRUE);
		break;
	default:
		submit(c);
		break;
	}
}

/* Device and time go on until nothing is left; patience sees to the rest. */
static void drain(struct chaos *c)
{
	int left = 1;

	c->may_fail = FALSE;
	for (int rounds = 0; left && rounds < 10 * JOBS; rounds++) {
		c->now_ns += PATIENCE_NS / 4;
		while (c->recall->len)
			settle(c);
		for (int i = 0; i < c->n_jobs; i++)
			end_one(c, FALSE);
		if (c->armed_ns <= c->now_ns) {
			c->armed_ns = INT64_MAX;
			ct_broker_alarm(c->broker, c->now_ns);
		}
		left = 0;
		for (int i = 0; i < c->n_jobs; i++)
			left += c->where[i] != OVER;
	}
	g_assert_cmpint(left, ==, 0);
}

static void run(guint64 seed)
{
	static const struct ct_actuator_ops ops = {
		.size = sizeof(ops),
		.name = "chaos",
		.launch = launch,
		.recall = recall,
		.confine = confine,
		.arm = arm,
		.estimate = estimate,
	};
	static const char *const levels[] = {
		"gate-priority:level=queued",
		"gate-priority:level=block-end,drain=true",
		"gate-priority:level=switch",
		"gate-priority:level=reset",
		"atoms:blocks=9",
	};
	const struct ct_policy *const *all = ct_registry_builtin();
	struct ct_broker_options o = { .patience_ns = PATIENCE_NS, .seed = seed };
	g_autofree struct chaos *c = g_new0(struct chaos, 1);
	struct ct_policy_choice choice;
	const struct ct_policy *p;
	guint n = 0, which;

	while (all[n])
		n++;
	which = (guint)(seed % (n + G_N_ELEMENTS(levels)));
	if (!ct_policy_choose(which < n ? all[which]->name : levels[which - n], NULL,
			      &choice, NULL))
		g_error("policy %u cannot be chosen", which);
	p = choice.policy;
	o.state_defaults = choice.state;
	c->recall = g_array_new(FALSE, FALSE, sizeof(struct recall));
	c->rand = g_rand_new_with_seed((guint32)seed);
	c->armed_ns = INT64_MAX;
	c->may_fail = below(c, 2) == 0;
	c->base.ops = &ops;
	c->base.sms = 1 + below(c, 200);
	c->base.caps = (struct ct_caps){ .can = g_rand_int(c->rand) | p->needs,
					 .sm_granule = below(c, 10),
					 .sm_part_min = below(c, 20) };
	if (ct_broker_new(p, &c->base, &o, &c->broker, NULL) == 0) {
		for (int i = 0; i < 3000; i++)
			step(c);
		drain(c);
		ct_broker_free(c->broker);
	}
	g_rand_free(c->rand);
	g_array_free(c->recall, TRUE);
	ct_policy_choice_clear(&choice);
}

static guint64 setting(const char *name, guint64 otherwise)
{
	const char *text = g_getenv(name);

	return text ? g_ascii_strtoull(text, NULL, 10) : otherwise;
}

int main(void)
{
	guint64 seed = setting("CT_FUZZ_FIRST", 0);
	guint64 end = seed + setting("CT_FUZZ_RUNS", seed ? 1 : 1000);
	gint64 seconds = (gint64)setting("CT_FUZZ_SECONDS", 0);
	gint64 deadline_us = g_get_monotonic_time() + seconds * G_USEC_PER_SEC;

	for (; seconds ? g_get_monotonic_time() < deadline_us : seed < end; seed++) {
		if (seed % 100 == 0)
			fprintf(stderr, "from run %" G_GUINT64_FORMAT "\n", seed);
		run(seed);
	}
	return 0;
}
