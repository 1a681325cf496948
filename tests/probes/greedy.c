/* greedy - a probe: wants more of the device than there is, and is refused. */
#include "policies/policy.h"

static void opened(struct ct_host *h, void *self, const struct ct_lane *lane)
{
	struct ct_terms terms = { .part = (uint32_t)ct_carve(h, h->sms),
				  .why = "all of it" };

	if (ct_grant(h, lane, CT_OPEN, &terms) < 0)
		ct_grant(h, lane, CT_OPEN, NULL);
}

CT_POLICY(greedy) = {
	.abi = CT_POLICY_ABI,
	.name = "greedy",
	.summary = "carves the whole device for every lane",
	.needs = CT_CAN_GATE | CT_CAN_CONFINE,
	.opened = opened,
};
