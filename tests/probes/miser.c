/* miser - a probe: grants nothing, and must be ejected. */
#include "policies/policy.h"

CT_POLICY(miser) = {
	.abi = CT_POLICY_ABI,
	.name = "miser",
	.summary = "grants nothing",
	.needs = CT_CAN_GATE,
};
