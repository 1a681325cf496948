/*
 * share - device time in proportion to weight.
 *
 * One launch at a time (or `depth` of them) goes to the tenant that has used least
 * device time for its weight.  A tenant that rested keeps no more than `lag_ns` of what
 * it has missed, so rest is not saved up, but a host that thinks between two launches
 * does not lose its share.  Within a tenant the launch that came first goes first.
 *
 * Good for fair progress without knowing anything beforehand, down to single kernels.
 * Bad for throughput: with one launch at a time nothing overlaps, neither two tenants
 * nor two lanes of one tenant, and every launch pays the way to the gate.  A larger
 * `depth` gives overlap back and fairness up: time is charged when a launch ends, so
 * what is in flight has not been paid for, and launches that overlap are each charged
 * their whole time.  Two tenants that never have more than one launch each alternate
 * whatever their weights: only an idle device could wait for the heavier one.
 *
 * Source: weighted fair queueing; XSched's CFS policy (OSDI'25) per launch.
 */
#include "policies/policy.h"

struct share {
	int64_t lag_ns;
	uint32_t depth;
	uint32_t in_flight;
	int64_t level_ns;
};

struct share_tenant {
	int64_t used_ns; /* for weight 100 */
};

static const struct ct_lane *oldest_waiting(const struct ct_host *h, const struct share *s)
{
	const struct ct_lane *best = NULL;

	for (uint32_t i = 0; i < h->n_lanes; i++) {
		const struct ct_lane *lane = h->lane[i];
		struct share_tenant *used = lane->tenant->data, *least;

		if (!lane->head || lane->credit)
			continue;
		if (used->used_ns < s->level_ns - s->lag_ns)
			used->used_ns = s->level_ns - s->lag_ns;
		least = best ? best->tenant->data : NULL;
		if (!best || used->used_ns < least->used_ns ||
		    (used == least && lane->head->id < best->head->id))
			best = lane;
	}
	return best;
}

static void look(struct ct_host *h, struct share *s)
{
	static const struct ct_terms least_used = { .why = "least used for its weight" };
	const struct ct_lane *lane;

	while (s->in_flight < s->depth && (lane = oldest_waiting(h, s))) {
		const struct share_tenant *used = lane->tenant->data;

		if (used->used_ns > s->level_ns)
			s->level_ns = used->used_ns;
		s->in_flight++;
		ct_grant(h, lane, 1, &least_used);
	}
}

static void waiting(struct ct_host *h, void *self, const struct ct_lane *lane)
{
	look(h, self);
}

static void finished(struct ct_host *h, void *self, const struct ct_lane *lane,
		     const struct ct_work *work, const struct ct_done *done)
{
	struct share *s = self;
	struct share_tenant *used = lane->tenant->data;

	used->used_ns += done->ran_ns * 100 / lane->tenant->weight;
	s->in_flight--;
	look(h, s);
}

static const struct ct_option options[] = {
	{ .name = "lag_ns",
	  .help = "device time that a resting tenant may catch up on",
	  .type = CT_OPTION_NS,
	  .offset = offsetof(struct share, lag_ns),
	  .def = 5000000,
	  .min = 0,
	  .max = 60000000000 },
	{ .name = "depth",
	  .help = "launches on the device at once, of all tenants",
	  .type = CT_OPTION_U32,
	  .offset = offsetof(struct share, depth),
	  .def = 1,
	  .min = 1,
	  .max = 1024 },
	{ 0 },
};

CT_POLICY(share) = {
	.abi = CT_POLICY_ABI,
	.name = "share",
	.summary = "device time in proportion to weight",
	.needs = CT_CAN_GATE,
	.state_size = sizeof(struct share),
	.tenant_size = sizeof(struct share_tenant),
	.options = options,
	.waiting = waiting,
	.finished = finished,
};
