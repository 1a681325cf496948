/* impure - a probe: looks at a clock, so the same facts give other orders. */
#include <time.h>

#include "policies/policy.h"

static void waiting(struct ct_host *h, void *self, const struct ct_lane *lane)
{
	struct timespec now;
	struct ct_terms terms = { .why = "the clock says so" };

	clock_gettime(CLOCK_MONOTONIC, &now);
	terms.depth = 1 + (uint32_t)(now.tv_nsec / 100 % 1000);
	ct_grant(h, lane, 1, &terms);
}

CT_POLICY(impure) = {
	.abi = CT_POLICY_ABI,
	.name = "impure",
	.summary = "looks at a clock",
	.needs = CT_CAN_GATE,
	.waiting = waiting,
};
