/* quitter - a probe: gives up in the middle of a run. */
#include "policies/policy.h"

struct quitter {
	uint32_t n;
};

static void waiting(struct ct_host *h, void *self, const struct ct_lane *lane)
{
	struct quitter *s = self;

	if (++s->n == 10)
		h->verbs->fail(h, -1, "ten is enough");
	ct_grant(h, lane, 1, NULL);
}

CT_POLICY(quitter) = {
	.abi = CT_POLICY_ABI,
	.name = "quitter",
	.summary = "gives up after ten launches",
	.needs = CT_CAN_GATE,
	.state_size = sizeof(struct quitter),
	.waiting = waiting,
};
