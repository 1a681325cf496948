/*
 * fifo - everything to the hardware, as it comes.
 *
 * No policy at all: every gate stands open and the device's own rules decide.  Good as
 * the baseline of every comparison, and for tenants that never need the device at the
 * same time.  Bad for anything with a deadline: one long kernel of a neighbour is in
 * front of you and nobody can do anything about it.
 *
 * Source: what CUDA does for streams of one process or of MPS clients.
 */
#include "policies/policy.h"

static void opened(struct ct_host *h, void *self, const struct ct_lane *lane)
{
	static const struct ct_terms at_once = { .why = "at once" };

	ct_grant(h, lane, CT_OPEN, &at_once);
}

CT_POLICY(fifo) = {
	.abi = CT_POLICY_ABI,
	.name = "fifo",
	.summary = "everything to the hardware, as it comes",
	.needs = CT_CAN_GATE,
	.opened = opened,
};
