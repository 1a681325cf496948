/*
 * atoms - kernels below the highest rank run in slices of some blocks.
 *
 * Everything goes to the device as it comes, but a kernel of a lower rank only `blocks`
 * blocks at a time: its rest asks again behind whatever has come meanwhile, and behind
 * all higher ranks where the device orders by priority.
 *
 * Good when low kernels are long and nobody's work may be thrown away: a higher rank
 * waits for one slice of each lane at most.  Bad for the lower ranks: each slice costs a
 * launch and a drained device, more so the shorter it is.
 *
 * Source: Tally's slicing (ASPLOS'25), the atoms of LithOS (SOSP'25), kernel splitting in
 * Hummingbird (arXiv 2601.04071); they choose the length of a slice by profiles.
 */
#include "policies/policy.h"

struct atoms {
	uint32_t blocks;
};

/* Who is highest may change with every tenant: lanes that are open get their terms anew. */
static void set_terms(struct ct_host *h, const struct atoms *s)
{
	int32_t top = INT32_MIN;

	for (uint32_t i = 0; i < h->n_tenants; i++)
		if (h->tenant[i]->rank > top)
			top = h->tenant[i]->rank;
	for (uint32_t i = 0; i < h->n_lanes; i++) {
		int32_t rank = h->lane[i]->tenant->rank;
		struct ct_terms terms = { .rank = ct_can(h, CT_CAN_RANK) ? rank : 0,
					  .why = "highest rank" };

		if (rank < top) {
			terms.max_blocks = s->blocks ? s->blocks : h->sms;
			terms.why = "slice by slice";
		}
		ct_grant(h, h->lane[i], CT_OPEN, &terms);
	}
}

static void opened(struct ct_host *h, void *self, const struct ct_lane *lane)
{
	set_terms(h, self);
}

static void left(struct ct_host *h, void *self, const struct ct_tenant *tenant)
{
	set_terms(h, self);
}

static const struct ct_option options[] = {
	{ .name = "blocks",
	  .help = "blocks of a slice; 0: as many as the device has SMs",
	  .type = CT_OPTION_U32,
	  .offset = offsetof(struct atoms, blocks),
	  .max = 1 << 30 },
	{ 0 },
};

CT_POLICY(atoms) = {
	.abi = CT_POLICY_ABI,
	.name = "atoms",
	.summary = "kernels of lower ranks run in slices",
	.needs = CT_CAN_GATE | CT_CAN_SLICE,
	.wants = CT_CAN_RANK,
	.state_size = sizeof(struct atoms),
	.options = options,
	.opened = opened,
	.left = left,
};
