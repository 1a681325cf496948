/*
 * exclusive - one request at a time has the whole device.
 *
 * The tenant of the running request holds the device until the request is answered, also
 * while its host thinks; then the request that arrived first comes next, and among
 * equals that of highest rank.  Work that belongs to no request counts as one request
 * that lasts until its tenant rests.  What one tenant runs side by side (several copies of
 * its program) shares the tenant's turn.
 *
 * Rank does not come first: a program that asks anew when it is answered would keep the
 * device for good.
 *
 * Good as the upper bound of latency per request: nothing disturbs one that runs.  Bad
 * for utilisation (the device rests in every host gap) and for short requests behind
 * long ones: there is no preemption, and a training step is a request too.  The host's
 * patience must be longer than the longest request.
 *
 * Source: Clockwork's executor (OSDI'20) without its admission; what a lock around each
 * request gives.
 */
#include "policies/policy.h"

#define PENDING 64

struct exclusive {
	uint32_t holder; /* tenant id + 1; 0: nobody */
};

struct exclusive_tenant {
	uint32_t asked, answered;    /* counts; the difference is pending */
	int64_t arrived_ns[PENDING]; /* of request N at N % PENDING */
};

static uint32_t pending(const struct ct_tenant *t)
{
	const struct exclusive_tenant *e = t->data;

	return e->asked - e->answered;
}

/* When the tenant began to wait; INT64_MAX: it does not.  DANGER: of more than PENDING
 * pending requests the oldest arrivals are forgotten, and a later one stands for them. */
static int64_t since_ns(const struct ct_host *h, const struct ct_tenant *t)
{
	const struct exclusive_tenant *e = t->data;
	int64_t since = INT64_MAX;

	if (pending(t))
		return e->arrived_ns[(pending(t) > PENDING ? e->asked : e->answered) %
				     PENDING];
	for (uint32_t i = 0; i < h->n_lanes; i++) {
		const struct ct_lane *lane = h->lane[i];

		if (lane->tenant == t && lane->head && lane->head->arrived_ns < since)
			since = lane->head->arrived_ns;
	}
	return since;
}

static const struct ct_tenant *first_in_line(const struct ct_host *h)
{
	const struct ct_tenant *first = NULL;
	int64_t first_since = INT64_MAX;

	for (uint32_t i = 0; i < h->n_tenants; i++) {
		const struct ct_tenant *t = h->tenant[i];
		int64_t since = since_ns(h, t);

		if (since == INT64_MAX)
			continue;
		if (!first || since < first_since ||
		    (since == first_since && t->rank > first->rank)) {
			first = t;
			first_since = since;
		}
	}
	return first;
}

static int is_busy(const struct ct_host *h, const struct exclusive *s)
{
	for (uint32_t i = 0; i < h->n_tenants; i++)
		if (h->tenant[i]->id + 1 == s->holder || h->tenant[i]->running)
			return 1;
	return 0;
}

static void admit_next(struct ct_host *h, struct exclusive *s)
{
	static const struct ct_terms its_request = { .why = "its request" };
	const struct ct_tenant *next;

	if (is_busy(h, s) || !(next = first_in_line(h)))
		return;
	s->holder = next->id + 1;
	for (uint32_t i = 0; i < h->n_lanes; i++)
		if (h->lane[i]->tenant == next)
			ct_grant(h, h->lane[i], CT_OPEN, &its_request);
}

static void release(struct ct_host *h, struct exclusive *s)
{
	for (uint32_t i = 0; i < h->n_lanes; i++)
		if (h->lane[i]->credit)
			ct_revoke(h, h->lane[i], CT_CREDIT);
	s->holder = 0;
	admit_next(h, s);
}

static void asked(struct ct_host *h, void *self, const struct ct_request *request)
{
	struct exclusive_tenant *e = request->tenant->data;

	e->arrived_ns[e->asked++ % PENDING] = request->arrived_ns;
	admit_next(h, self);
}

static void answered(struct ct_host *h, void *self, const struct ct_request *request)
{
	struct exclusive *s = self;
	struct exclusive_tenant *e = request->tenant->data;

	if (pending(request->tenant))
		e->answered++;
	if (s->holder == request->tenant->id + 1)
		release(h, s);
}

static void waiting(struct ct_host *h, void *self, const struct ct_lane *lane)
{
	static const struct ct_terms its_request = { .why = "its request" };
	struct exclusive *s = self;

	if (s->holder == lane->tenant->id + 1)
		ct_grant(h, lane, CT_OPEN, &its_request); /* a lane opened meanwhile */
	else
		admit_next(h, s);
}

/* What a tenant still had on the device after its turn is over may be the last of it. */
static void finished(struct ct_host *h, void *self, const struct ct_lane *lane,
		     const struct ct_work *work, const struct ct_done *done)
{
	const struct exclusive *s = self;

	if (!s->holder)
		admit_next(h, self);
}

/* The end of work that belongs to no request. */
static void idled(struct ct_host *h, void *self, const struct ct_tenant *tenant)
{
	struct exclusive *s = self;

	if (s->holder == tenant->id + 1 && !pending(tenant))
		release(h, s);
}

static void left(struct ct_host *h, void *self, const struct ct_tenant *tenant)
{
	struct exclusive *s = self;

	if (s->holder == tenant->id + 1)
		release(h, s);
}

CT_POLICY(exclusive) = {
	.abi = CT_POLICY_ABI,
	.name = "exclusive",
	.summary = "one request at a time has the whole device",
	.needs = CT_CAN_GATE | CT_SEES_REQUEST,
	.traits = CT_MAY_IDLE,
	.state_size = sizeof(struct exclusive),
	.tenant_size = sizeof(struct exclusive_tenant),
	.left = left,
	.asked = asked,
	.answered = answered,
	.waiting = waiting,
	.finished = finished,
	.idled = idled,
};
