/*
 * laws - what every policy must keep to, tried out in a small world.
 *
 * Starvation is left to the broker's own patience, so the exception for CT_MAY_STARVE is
 * the one that also holds in a real run.  Conservation is judged by the world: was there
 * an instant in which the device had nothing, no fact was on its way, and work was held?
 * It is not asked of policies that say CT_MAY_IDLE, nor where launches fail on purpose.
 *
 * Known limit: these are runs, not proofs; a policy can still hide a fault from them.
 */
#include "policies/laws.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "policies/caps.h"
#include "policies/replay.h"
#include "policies/world.h"

#define SEEDS 3

enum law { RUNS, FEEDS, OBEYS, PROTOCOL, FINISHES, CONSERVES, REPEATS, REPLAYS, N_LAWS };

static const char *const law_name[N_LAWS] = {
	[RUNS] = "it can be run",
	[FEEDS] = "no lane starves",
	[OBEYS] = "no order is refused",
	[PROTOCOL] = "the device is ordered correctly",
	[FINISHES] = "all work finishes",
	[CONSERVES] = "the device does not rest while work is held",
	[REPEATS] = "the same seed gives the same orders",
	[REPLAYS] = "the same facts give the same orders",
};

static const struct {
	const char *name;
	bool bare; /* only what the policy needs */
	struct ct_world_options o;
} cases[] = {
	{ "one tenant",
	  false,
	  { .servers = 1,
	    .tenants = 1,
	    .lanes = 1,
	    .requests = 20,
	    .launches = 8,
	    .think_ns = 300000 } },
	{ "three tenants on one server",
	  false,
	  { .servers = 1,
	    .tenants = 3,
	    .lanes = 1,
	    .requests = 40,
	    .launches = 10,
	    .think_ns = 300000 } },
	{ "four tenants of three lanes that never rest",
	  false,
	  { .servers = 1, .tenants = 4, .lanes = 3, .requests = 40, .launches = 6 } },
	{ "five tenants of two lanes on four servers",
	  false,
	  { .servers = 4,
	    .tenants = 5,
	    .lanes = 2,
	    .requests = 30,
	    .launches = 12,
	    .think_ns = 500000 } },
	{ "equal ranks on three servers",
	  false,
	  { .servers = 3,
	    .tenants = 3,
	    .lanes = 2,
	    .requests = 30,
	    .launches = 8,
	    .think_ns = 100000,
	    .equal_ranks = 1 } },
	{ "a gate that blocks, and no more than it needs",
	  true,
	  { .servers = 2,
	    .tenants = 3,
	    .lanes = 2,
	    .requests = 30,
	    .launches = 8,
	    .think_ns = 200000,
	    .gate = CT_GATE_BLOCKS } },
	{ "a slow gate and late facts",
	  false,
	  { .servers = 2,
	    .tenants = 3,
	    .lanes = 2,
	    .requests = 30,
	    .launches = 8,
	    .think_ns = 200000,
	    .gate_ns = 7000,
	    .sense_ns = 11000 } },
	{ "every fifth launch fails",
	  false,
	  { .servers = 2,
	    .tenants = 3,
	    .lanes = 2,
	    .requests = 20,
	    .launches = 8,
	    .think_ns = 200000,
	    .fault_every = 5 } },
};

struct check {
	const struct ct_policy *policy;
	void *state;
	void (*say)(void *data, const struct ct_laws_said *);
	void *data;
	const char *where;
	bool broken[N_LAWS];
};

static void hold(struct check *c, enum law law, bool kept, const char *why)
{
	struct ct_laws_said said = { law_name[law], c->where, why };

	if (kept)
		return;
	c->broken[law] = true;
	c->say(c->data, &said);
}

struct run {
	struct ct_world_result result;
	char *ledger;
	size_t n;
	int err;
	const char *why;
};

static void run(const struct check *c, struct ct_world_options o, struct run *r)
{
	memset(r, 0, sizeof(*r));
	o.ledger = open_memstream(&r->ledger, &r->n);
	if (!o.ledger)
		abort();
	r->err = ct_world_run(c->policy, c->state, &o, &r->result, &r->why);
	fclose(o.ledger);
}

static void judge_replay(struct check *c, struct run *r)
{
	struct ct_replay replay;
	FILE *ledger = fmemopen(r->ledger, r->n, "r");
	char why[900];
	int differs = ledger ? ct_replay_run(c->policy, ledger, &replay) : -errno;

	snprintf(why, sizeof(why), "line %llu of the ledger was '%s' and is now '%s'%s",
		 (unsigned long long)replay.line, replay.expected, replay.got,
		 replay.error);
	hold(c, REPLAYS, !differs, why);
	if (ledger)
		fclose(ledger);
}

static void judge(struct check *c, const struct ct_world_options *o)
{
	struct run once, again;
	const struct ct_world_result *r = &once.result;
	char why[320];

	run(c, *o, &once);
	hold(c, RUNS, !once.err, once.why);
	if (once.err) {
		free(once.ledger);
		return;
	}
	run(c, *o, &again);
	hold(c, FEEDS, !r->ejected[0], r->ejected);
	snprintf(why, sizeof(why), "%llu orders were refused",
		 (unsigned long long)r->counts.refused);
	hold(c, OBEYS, !r->counts.refused, why);
	hold(c, PROTOCOL, !r->broken[0], r->broken);
	snprintf(why, sizeof(why), "%llu of %llu launches finished",
		 (unsigned long long)r->finished, (unsigned long long)r->submitted);
	hold(c, FINISHES, r->finished == r->submitted, why);
	snprintf(why, sizeof(why), "it rested for %lld ns of %lld ns",
		 (long long)r->idle_ns, (long long)r->end_ns);
	hold(c, CONSERVES, !r->idle_ns || o->fault_every || c->policy->traits & CT_MAY_IDLE,
	     why);
	hold(c, REPEATS, once.n == again.n && !memcmp(once.ledger, again.ledger, once.n),
	     "two runs wrote different ledgers");
	judge_replay(c, &once);
	free(once.ledger);
	free(again.ledger);
}

int ct_laws_check(const struct ct_policy *policy, void *state,
		  void (*say)(void *data, const struct ct_laws_said *), void *data)
{
	struct check c = { .policy = policy, .state = state, .say = say, .data = data };
	int n = 0;

	if (policy->needs & ~(uint32_t)CT_LAWS_CAPS)
		return -ENOTSUP;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		for (uint64_t seed = 1; seed <= SEEDS; seed++) {
			struct ct_world_options o = cases[i].o;

			o.seed = seed;
			o.can = cases[i].bare ? CT_CAN_GATE | policy->needs : CT_LAWS_CAPS;
			o.gate = cases[i].bare ? CT_GATE_BLOCKS : CT_GATE_DEFERS;
			o.patience_ns = 60000000;
			c.where = cases[i].name;
			judge(&c, &o);
		}
	}
	for (int law = 0; law < N_LAWS; law++) {
		struct ct_laws_said kept = { law_name[law], "everywhere", NULL };

		if (!c.broken[law])
			say(data, &kept);
		n += c.broken[law];
	}
	return n;
}
