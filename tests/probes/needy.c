/* needy - a probe: needs what no host in these tests has, and must be refused. */
#include "policies/policy.h"

CT_POLICY(needy) = {
	.abi = CT_POLICY_ABI,
	.name = "needy",
	.summary = "needs to stop running work",
	.needs = CT_CAN_GATE | CT_CAN_MASK | CT_CAN_TOGETHER,
};
