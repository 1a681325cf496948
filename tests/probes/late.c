/* late - a probe: lets everything go 100 us after it came, while the device rests. */
#include "policies/policy.h"

static void waiting(struct ct_host *h, void *self, const struct ct_lane *lane)
{
	ct_wake_in(h, 100000, lane->id);
}

static void woken(struct ct_host *h, void *self, uint64_t cookie)
{
	for (uint32_t i = 0; i < h->n_lanes; i++)
		if (h->lane[i]->id == cookie && h->lane[i]->head)
			ct_grant(h, h->lane[i], 1, NULL);
}

CT_POLICY(late) = {
	.abi = CT_POLICY_ABI,
	.name = "late",
	.summary = "grants everything too late",
	.needs = CT_CAN_GATE,
	.waiting = waiting,
	.woken = woken,
};
