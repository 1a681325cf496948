/*
 * gate-priority - lower ranks wait while a higher one has an operation waiting or running.
 *
 * A lane is open exactly while its tenant has work and nobody of higher rank has.  The
 * gates of a resting tenant are closed, because only work that arrives at a closed gate
 * is a fact: an open lane submits without asking anybody.
 *
 * How fast a lower lane gives way is its `level`: with credit, what it has on the device
 * (at most `depth` launches) finishes; deeper levels take work back, if the device can.
 * With `drain` the higher rank starts only when nothing lower is left on the device, so
 * that it also runs alone; without, it is on its way meanwhile.  After a switch the lower
 * contexts are off the device, whatever they still have, and nothing drains.
 *
 * Good for a served model beside best-effort work.  Bad for the lower ranks, which starve
 * as long as a higher one is busy; and between two kernels of one request, when the host
 * thinks, lower work slips in and the next kernel waits for it, or pays for taking it
 * back.  Tenants of the highest rank are not bounded by `depth`.  With `drain`, lower
 * lanes that wait for each other's events can be stopped such that what has gone waits
 * for what is held, and never drains; the host's patience then ends the policy.
 *
 * Source: XSched's highest-priority-first (OSDI'25), whose levels 1, 2 and 3 are credit,
 * queued and switch; block-end is the retreat of FLEP (ASPLOS'17), EffiSha (PPoPP'17) and
 * Tally (ASPLOS'25), reset that of REEF (OSDI'22), which also drains.
 */
#include "policies/policy.h"

struct gate_priority {
	uint32_t depth, level, drain;
};

static int has_work(const struct ct_tenant *t)
{
	return t->running || t->waiting;
}

static void look(struct ct_host *h, const struct gate_priority *s)
{
	int32_t top = INT32_MIN, top_at_work = INT32_MIN, lowest_running = INT32_MAX;

	for (uint32_t i = 0; i < h->n_tenants; i++) {
		const struct ct_tenant *t = h->tenant[i];

		if (t->rank > top)
			top = t->rank;
		if (has_work(t) && t->rank > top_at_work)
			top_at_work = t->rank;
		if (t->running && t->rank < lowest_running)
			lowest_running = t->rank;
	}
	for (uint32_t i = 0; i < h->n_lanes; i++) {
		const struct ct_lane *lane = h->lane[i];
		const struct ct_tenant *t = lane->tenant;
		struct ct_terms highest = { .depth = t->rank == top ? 0 : s->depth,
					    .why = "highest rank at work" };
		int open = has_work(t) && t->rank == top_at_work;

		if (!open && lane->credit)
			ct_revoke(h, lane, lane->running ? s->level : CT_CREDIT);
		else if (open && lane->credit != CT_OPEN &&
			 !(s->drain && s->level != CT_SWITCH && lowest_running < t->rank))
			ct_grant(h, lane, CT_OPEN, &highest);
	}
}

static int init(struct ct_host *h, void *self)
{
	static const struct {
		uint32_t needs;
		const char *otherwise;
	} levels[] = {
		[CT_CREDIT] = { CT_CAN_GATE, "a host that can gate" },
		[CT_QUEUED] = { CT_CAN_FLUSH, "level=queued needs a host that can flush" },
		[CT_BLOCK_END] = { CT_CAN_RETREAT,
				   "level=block-end needs a host that can retreat" },
		[CT_SWITCH] = { CT_CAN_SWITCH,
				"level=switch needs a host that can switch" },
		[CT_RESET] = { CT_CAN_RESET, "level=reset needs a host that can reset" },
	};
	const struct gate_priority *s = self;

	if (!ct_can(h, levels[s->level].needs))
		h->verbs->fail(h, -95, levels[s->level].otherwise);
	return 0;
}

static void finished(struct ct_host *h, void *self, const struct ct_lane *lane,
		     const struct ct_work *work, const struct ct_done *done)
{
	const struct gate_priority *s = self;

	if (s->drain && !lane->tenant->running)
		look(h, s);
}

static void waiting(struct ct_host *h, void *self, const struct ct_lane *lane)
{
	look(h, self);
}

static void idled(struct ct_host *h, void *self, const struct ct_tenant *tenant)
{
	look(h, self);
}

static const char *const levels[] = { "credit", "queued", "block-end",
				      "switch", "reset",  NULL };

static const struct ct_option options[] = {
	{ .name = "depth",
	  .help = "launches of a lane below the highest rank on the device at once",
	  .type = CT_OPTION_U32,
	  .offset = offsetof(struct gate_priority, depth),
	  .def = 1,
	  .min = 1,
	  .max = 1024 },
	{ .name = "level",
	  .help = "what lower lanes lose when they give way",
	  .type = CT_OPTION_CHOICE,
	  .offset = offsetof(struct gate_priority, level),
	  .def = CT_CREDIT,
	  .choices = levels },
	{ .name = "drain",
	  .help = "start the higher rank when nothing lower is on the device",
	  .type = CT_OPTION_BOOL,
	  .offset = offsetof(struct gate_priority, drain),
	  .max = 1 },
	{ 0 },
};

CT_POLICY(gate_priority) = {
	.abi = CT_POLICY_ABI,
	.name = "gate-priority",
	.summary = "lower ranks wait while a higher one has work",
	.needs = CT_CAN_GATE,
	.wants = CT_CAN_FLUSH | CT_CAN_RETREAT | CT_CAN_SWITCH | CT_CAN_RESET,
	.traits = CT_MAY_STARVE,
	.state_size = sizeof(struct gate_priority),
	.options = options,
	.init = init,
	.waiting = waiting,
	.finished = finished,
	.idled = idled,
};
