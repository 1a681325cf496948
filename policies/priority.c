/*
 * priority - the hardware's own stream priorities, from the tenants' ranks.
 *
 * Every gate stands open; each launch carries its tenant's rank, and the block scheduler
 * places blocks of a higher rank first.  Good where a short kernel waits for room.  Bad
 * where the low-ranked kernel already fills the device: resident blocks are never
 * stopped, so the wait is as long as its longest block.  Ranks beyond what the device
 * tells apart (caps.ranks) fall together.
 *
 * Source: cudaStreamCreateWithPriority; CUDA_MPS_CLIENT_PRIORITY.
 */
#include "policies/policy.h"

static void opened(struct ct_host *h, void *self, const struct ct_lane *lane)
{
	struct ct_terms by_rank = { .rank = lane->tenant->rank, .why = "by rank" };

	ct_grant(h, lane, CT_OPEN, &by_rank);
}

CT_POLICY(priority) = {
	.abi = CT_POLICY_ABI,
	.name = "priority",
	.summary = "hardware stream priority from the tenants' ranks",
	.needs = CT_CAN_GATE | CT_CAN_RANK,
	.opened = opened,
};
