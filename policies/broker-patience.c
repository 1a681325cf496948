/*
 * broker-patience - notices, without looking at every lane, that a policy starves one.
 *
 * A lane is impatient while launches of it are held and none is on the device.  A policy
 * that may starve (CT_MAY_STARVE) is forgiven time in which a higher rank had work, so
 * each rank has a clock that stands still meanwhile; without the trait there is one
 * clock that always runs.  Lanes of one clock become impatient in the order of its list
 * and all have the same patience, so only the oldest can run out first.  A fact
 * therefore costs one comparison with `starved_ns`, before which nothing can happen.
 */
#include <errno.h>
#include <stdlib.h>

#include "policies/broker-inside.h"

static int64_t shows(const struct ct_broker *b, const struct rank_clock *c)
{
	return c->ran_ns + (c->above ? 0 : b->host.now_ns - c->since_ns);
}

/* The clock started, or has a new oldest lane: a deadline may have come nearer. */
static void watch(struct ct_broker *b, const struct rank_clock *c)
{
	int64_t at_ns;

	if (!c->oldest || c->above)
		return;
	at_ns = b->host.now_ns + b->patience_ns - (shows(b, c) - c->oldest->impatient_ns);
	if (at_ns < b->starved_ns)
		b->starved_ns = at_ns;
}

static int add_clock(struct ct_broker *b, int32_t rank, uint32_t at)
{
	struct rank_clock **more =
		realloc(b->clock, (b->n_clocks + 1) * sizeof(struct rank_clock *));
	struct rank_clock *c = calloc(1, sizeof(*c));

	if (more)
		b->clock = more;
	if (!more || !c) {
		free(c);
		return -ENOMEM;
	}
	for (uint32_t i = b->n_clocks++; i > at; i--)
		b->clock[i] = b->clock[i - 1];
	b->clock[at] = c;
	c->rank = rank;
	c->since_ns = b->host.now_ns;
	for (uint32_t i = 0; i < at; i++)
		c->above += b->clock[i]->busy;
	return 0;
}

int ct_patience_join(struct ct_broker *b, struct tenant *t)
{
	int32_t rank = b->policy->traits & CT_MAY_STARVE ? t->pub.rank : 0;
	uint32_t i = 0;
	int err = 0;

	while (i < b->n_clocks && b->clock[i]->rank > rank)
		i++;
	if (i == b->n_clocks || b->clock[i]->rank != rank)
		err = add_clock(b, rank, i);
	if (!err)
		t->clock = b->clock[i];
	return err;
}

/* The tenant has work now: lower ranks need not be served meanwhile. */
void ct_patience_busy(struct ct_broker *b, struct tenant *t)
{
	t->clock->busy++;
	for (uint32_t i = b->n_clocks; i-- && b->clock[i] != t->clock;) {
		struct rank_clock *c = b->clock[i];

		if (!c->above)
			c->ran_ns = shows(b, c);
		c->above++;
	}
}

void ct_patience_rest(struct ct_broker *b, struct tenant *t)
{
	t->clock->busy--;
	for (uint32_t i = b->n_clocks; i-- && b->clock[i] != t->clock;) {
		struct rank_clock *c = b->clock[i];

		if (--c->above)
			continue;
		c->since_ns = b->host.now_ns;
		watch(b, c);
	}
}

static void become_impatient(struct ct_broker *b, struct lane *l)
{
	struct rank_clock *c = l->tenant->clock;

	l->impatient = true;
	l->impatient_ns = shows(b, c);
	l->older = c->newest;
	l->newer = NULL;
	*(c->newest ? &c->newest->newer : &c->oldest) = l;
	c->newest = l;
	if (c->oldest == l)
		watch(b, c);
}

static void become_patient(struct lane *l)
{
	struct rank_clock *c = l->tenant->clock;

	*(l->older ? &l->older->newer : &c->oldest) = l->newer;
	*(l->newer ? &l->newer->older : &c->newest) = l->older;
	l->impatient = false;
}

/* Called after the lane's queue or what it has on the device changed. */
void ct_patience_follow(struct ct_broker *b, struct lane *l)
{
	bool impatient = l->held && !l->pub.running;

	if (impatient && !l->impatient)
		become_impatient(b, l);
	else if (!impatient && l->impatient)
		become_patient(l);
}

void ct_patience_check(struct ct_broker *b)
{
	char why[200];

	if (b->host.now_ns < b->starved_ns || b->ejected)
		return;
	b->starved_ns = INT64_MAX;
	for (uint32_t i = 0; i < b->n_clocks; i++) {
		const struct rank_clock *c = b->clock[i];
		const struct lane *l = c->oldest;

		if (!l || shows(b, c) - l->impatient_ns < b->patience_ns) {
			watch(b, c);
			continue;
		}
		snprintf(why, sizeof(why),
			 "lane %u of tenant '%.80s' was held for %lld ns%s", l->pub.id,
			 l->tenant->name, (long long)(shows(b, c) - l->impatient_ns),
			 b->policy->traits & CT_MAY_STARVE ? " with no higher rank at work"
							   : "");
		ct_broker_eject(b, why);
		return;
	}
}
