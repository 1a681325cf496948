/*
 * skeleton - every fact, explained: copy this file to begin a policy of your own.
 *
 * What it does: every lane may have `depth` launches on the device; that is all.  Each
 * such file begins with what the policy does, where it is good, where it is bad, and
 * where the idea comes from.  To add it to the house: the file policies/NAME.c and the
 * word policies/NAME.la in policies/local.mk.  `cotenant policy check NAME` then holds
 * it against the laws, and so does every `make check`.
 *
 * The rules, once more: no clock, no dice, no allocator, no I/O; nothing but policy.h.
 * Time is h->now_ns, randomness h->verbs->random(h), memory is what you asked for below.
 */
#include "policies/policy.h"

/* One per run, zeroed, then the options are filled in.  Required only with options. */
struct skeleton {
	uint32_t depth;
	uint64_t requests;
};

/* One per tenant (tenant->data) and per lane (lane->data), zeroed.  Optional. */
struct skeleton_tenant {
	int64_t used_ns;
};
struct skeleton_lane {
	uint64_t launches;
};

/* Cold.  Before anything else; may carve() parts, look at h->caps and choose another
 * way of working where a `wants` is missing; a -errno refuses to run at all. */
static int init(struct ct_host *h, void *self)
{
	return 0;
}

/* Cold.  The last call; no order is possible any more. */
static void fini(struct ct_host *h, void *self)
{
}

/* Cold.  A tenant came (it is the last of h->tenant); a -errno refuses it.  Those known
 * at the beginning all join before the first lane opens. */
static int joined(struct ct_host *h, void *self, const struct ct_tenant *tenant)
{
	return 0;
}

/* Cold.  Its lanes are closed already; tenant->data goes away after this. */
static void left(struct ct_host *h, void *self, const struct ct_tenant *tenant)
{
}

/* Cold.  A lane begins with its gate closed.  Most policies open it here or wait for
 * waiting(); a tenant may have many lanes, and open more at any time. */
static void opened(struct ct_host *h, void *self, const struct ct_lane *lane)
{
	const struct skeleton *s = self;
	struct ct_terms terms = { .depth = s->depth, .why = "within its depth" };

	ct_grant(h, lane, CT_OPEN, &terms);
}

/* Cold.  The lane is empty; the pointer is not to be used afterwards. */
static void closed(struct ct_host *h, void *self, const struct ct_lane *lane)
{
}

/* Work stands at a closed gate.  Whoever closes gates must answer to this one, at once
 * or from a later fact, or be ejected when the host's patience ends. */
static void waiting(struct ct_host *h, void *self, const struct ct_lane *lane)
{
	opened(h, self, lane);
}

/* Only with CT_SEES_START, which plain CUDA does not have: ask for it in `needs`. */
static void started(struct ct_host *h, void *self, const struct ct_lane *lane,
		    const struct ct_work *work)
{
	struct skeleton_lane *l = lane->data;

	l->launches++;
}

/* A launch is over, or (done->blocks_left) part of it came back into custody. */
static void finished(struct ct_host *h, void *self, const struct ct_lane *lane,
		     const struct ct_work *work, const struct ct_done *done)
{
	struct skeleton_tenant *t = lane->tenant->data;

	t->used_ns += done->ran_ns;
}

/* Only with CT_SEES_REQUEST: a request arrived, a request is complete. */
static void asked(struct ct_host *h, void *self, const struct ct_request *request)
{
	struct skeleton *s = self;

	s->requests++;
}

static void answered(struct ct_host *h, void *self, const struct ct_request *request)
{
}

/* Nothing of this tenant waits or runs any more. */
static void idled(struct ct_host *h, void *self, const struct ct_tenant *tenant)
{
}

/* What became of a revoke() deeper than CT_CREDIT; outcome->order is what it returned. */
static void settled(struct ct_host *h, void *self, const struct ct_outcome *outcome)
{
}

/* The alarm set with ct_wake_at() or ct_wake_in() under this cookie. */
static void woken(struct ct_host *h, void *self, uint64_t cookie)
{
}

/* The host checks the range, fills the state and writes the listing from this. */
static const struct ct_option options[] = {
	{ .name = "depth",
	  .help = "launches of a lane on the device at once",
	  .type = CT_OPTION_U32,
	  .offset = offsetof(struct skeleton, depth),
	  .def = 2,
	  .min = 1,
	  .max = 1024 },
	{ 0 },
};

/* Required: abi, name, summary, needs, the sizes of what you use.  Facts left out are
 * not told. */
CT_POLICY(skeleton) = {
	.abi = CT_POLICY_ABI,
	.name = "skeleton",
	.summary = "an example: a bounded number of launches per lane",
	.needs = CT_CAN_GATE,
	.wants = CT_SEES_START | CT_SEES_REQUEST,
	.state_size = sizeof(struct skeleton),
	.tenant_size = sizeof(struct skeleton_tenant),
	.lane_size = sizeof(struct skeleton_lane),
	.options = options,
	.init = init,
	.fini = fini,
	.joined = joined,
	.left = left,
	.opened = opened,
	.closed = closed,
	.waiting = waiting,
	.started = started,
	.finished = finished,
	.asked = asked,
	.answered = answered,
	.idled = idled,
	.settled = settled,
	.woken = woken,
};
