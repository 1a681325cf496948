/*
 * turns - one tenant at a time, for a slice, switched where kernels end.
 *
 * The holder's lanes are open, everybody else's closed.  When the slice is over and
 * somebody waits, the holder's gates close and the next tenant in the circle starts as
 * soon as what the holder has on the device is finished.  A holder without work gives
 * way at once.  Weight scales the slice: 100 is one slice, 300 is three.
 *
 * Good for isolation without hardware help: within a slice a tenant has the device to
 * itself.  Bad for latency (up to one slice of everybody else, and the rest of their
 * kernels) and for tenants that cannot fill the device alone.  `depth` bounds how much
 * must drain at a switch, per lane: a tenant with many lanes drains longer, and slices
 * not much longer than that are not in proportion to the weights.
 *
 * Source: NVIDIA time-slicing, but at kernel ends instead of by context switch; nvshare
 * with a short quantum.
 */
#include "policies/policy.h"

struct turns {
	int64_t slice_ns;
	uint32_t depth;
	uint32_t holder; /* tenant id + 1; 0: nobody */
	uint32_t draining;
	int64_t until_ns;
};

static const struct ct_tenant *holder_of(const struct ct_host *h, const struct turns *s)
{
	for (uint32_t i = 0; i < h->n_tenants; i++)
		if (h->tenant[i]->id + 1 == s->holder)
			return h->tenant[i];
	return NULL;
}

/* The first with work waiting, going round from the holder; the holder comes last. */
static const struct ct_tenant *next_in_circle(const struct ct_host *h,
					      const struct turns *s)
{
	uint32_t after = 0;

	while (after < h->n_tenants && h->tenant[after]->id < s->holder)
		after++;
	for (uint32_t i = 0; i < h->n_tenants; i++) {
		const struct ct_tenant *t = h->tenant[(after + i) % h->n_tenants];

		if (t->waiting)
			return t;
	}
	return NULL;
}

static void open_lane(struct ct_host *h, const struct turns *s, const struct ct_lane *lane)
{
	struct ct_terms its_turn = { .depth = s->depth, .why = "its turn" };

	ct_grant(h, lane, CT_OPEN, &its_turn);
}

static void close_lanes(struct ct_host *h, const struct turns *s)
{
	for (uint32_t i = 0; i < h->n_lanes; i++)
		if (h->lane[i]->tenant->id + 1 == s->holder && h->lane[i]->credit)
			ct_revoke(h, h->lane[i], CT_CREDIT);
}

static void begin_turn(struct ct_host *h, struct turns *s, const struct ct_tenant *t)
{
	s->draining = 0;
	s->holder = t ? t->id + 1 : 0;
	if (!t)
		return;
	s->until_ns = h->now_ns + s->slice_ns * t->weight / 100;
	ct_wake_at(h, s->until_ns, 0);
	for (uint32_t i = 0; i < h->n_lanes; i++)
		if (h->lane[i]->tenant == t)
			open_lane(h, s, h->lane[i]);
}

/* Ends the turn if it should end, and begins the next when the device is free. */
static void look(struct ct_host *h, struct turns *s)
{
	const struct ct_tenant *holder = holder_of(h, s), *next = next_in_circle(h, s);

	if (holder && !s->draining) {
		int over = h->now_ns >= s->until_ns;
		int has_work = holder->running || holder->waiting;

		if (!next || next == holder || (has_work && !over))
			return;
		close_lanes(h, s);
		s->draining = 1;
	}
	if (!holder || !holder->running)
		begin_turn(h, s, next);
}

static void waiting(struct ct_host *h, void *self, const struct ct_lane *lane)
{
	struct turns *s = self;

	if (lane->tenant->id + 1 == s->holder && !s->draining)
		open_lane(h, s, lane);
	look(h, s);
}

static void finished(struct ct_host *h, void *self, const struct ct_lane *lane,
		     const struct ct_work *work, const struct ct_done *done)
{
	look(h, self);
}

static void woken(struct ct_host *h, void *self, uint64_t cookie)
{
	look(h, self);
}

static void left(struct ct_host *h, void *self, const struct ct_tenant *tenant)
{
	struct turns *s = self;

	if (s->holder == tenant->id + 1)
		begin_turn(h, s, next_in_circle(h, s));
}

static const struct ct_option options[] = {
	{ .name = "slice_ns",
	  .help = "length of a turn at weight 100",
	  .type = CT_OPTION_NS,
	  .offset = offsetof(struct turns, slice_ns),
	  .def = 2000000,
	  .min = 1000,
	  .max = 60000000000 },
	{ .name = "depth",
	  .help = "launches of a lane on the device at once",
	  .type = CT_OPTION_U32,
	  .offset = offsetof(struct turns, depth),
	  .def = 4,
	  .min = 1,
	  .max = 1024 },
	{ 0 },
};

CT_POLICY(turns) = {
	.abi = CT_POLICY_ABI,
	.name = "turns",
	.summary = "one tenant at a time, for a slice, switched where kernels end",
	.needs = CT_CAN_GATE,
	.state_size = sizeof(struct turns),
	.options = options,
	.left = left,
	.waiting = waiting,
	.finished = finished,
	.woken = woken,
};
