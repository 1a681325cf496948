/*
 * gate-priority - lower ranks wait while a higher one has an operation waiting or running.
 *
 * A lane is open exactly while its tenant has work and nobody of higher rank has.  The
 * gates of a resting tenant are closed, because only work that arrives at a closed gate
 * is a fact: an open lane submits without asking anybody.
 *
 * Good for a served model beside best-effort work on a device without preemption: what
 * it waits for is at most `depth` launches of every lane below it.  Bad for the lower
 * ranks, which starve as long as a higher one is busy; and between two kernels of one
 * request, when the host thinks, lower work slips in and the next kernel waits for it.
 * Tenants of the highest rank are not bounded by `depth`.
 *
 * Source: XSched's highest-priority-first at level 1 (OSDI'25); REEF without reset.
 */
#include "policies/policy.h"

struct gate_priority {
	uint32_t depth;
};

static int has_work(const struct ct_tenant *t)
{
	return t->running || t->waiting;
}

static void look(struct ct_host *h, const struct gate_priority *s)
{
	int32_t top = INT32_MIN, top_at_work = INT32_MIN;

	for (uint32_t i = 0; i < h->n_tenants; i++) {
		const struct ct_tenant *t = h->tenant[i];

		if (t->rank > top)
			top = t->rank;
		if (has_work(t) && t->rank > top_at_work)
			top_at_work = t->rank;
	}
	for (uint32_t i = 0; i < h->n_lanes; i++) {
		const struct ct_lane *lane = h->lane[i];
		const struct ct_tenant *t = lane->tenant;
		struct ct_terms highest = { .depth = t->rank == top ? 0 : s->depth,
					    .why = "highest rank at work" };
		int open = has_work(t) && t->rank == top_at_work;

		if (open && lane->credit != CT_OPEN)
			ct_grant(h, lane, CT_OPEN, &highest);
		else if (!open && lane->credit)
			ct_revoke(h, lane, CT_CREDIT);
	}
}

static void waiting(struct ct_host *h, void *self, const struct ct_lane *lane)
{
	look(h, self);
}

static void idled(struct ct_host *h, void *self, const struct ct_tenant *tenant)
{
	look(h, self);
}

static const struct ct_option options[] = {
	{ .name = "depth",
	  .help = "launches of a lane below the highest rank on the device at once",
	  .type = CT_OPTION_U32,
	  .offset = offsetof(struct gate_priority, depth),
	  .def = 1,
	  .min = 1,
	  .max = 1024 },
	{ 0 },
};

CT_POLICY(gate_priority) = {
	.abi = CT_POLICY_ABI,
	.name = "gate-priority",
	.summary = "lower ranks wait while a higher one has work",
	.needs = CT_CAN_GATE,
	.traits = CT_MAY_STARVE,
	.state_size = sizeof(struct gate_priority),
	.options = options,
	.waiting = waiting,
	.idled = idled,
};
