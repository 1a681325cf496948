/*
 * partition - every tenant has SMs of its own, in proportion to its weight.
 *
 * When the first lane opens, the device is cut once: each tenant's share is rounded down
 * to what the device can cut, but not below its smallest part, and what is left over
 * goes to the tenant of highest rank.  After that every gate stands open and nothing is
 * decided any more.  A tenant for whom there is no part is refused when it joins, and so
 * is one that comes after the cut.
 *
 * Good for predictability: no kernel ever waits for a neighbour's blocks.  Bad for
 * utilisation: the SMs of a resting tenant rest.  DRAM and L2 stay shared.
 *
 * Source: CUDA green contexts; MPS static partitioning; MIG without its memory.
 */
#include <errno.h>

#include "policies/policy.h"

struct partition {
	uint32_t is_cut;
};

struct partition_tenant {
	uint32_t sms, part;
};

static uint32_t smallest_part(const struct ct_host *h)
{
	uint32_t granule = h->caps->sm_granule ? h->caps->sm_granule : 1;
	uint32_t least = h->caps->sm_part_min > granule ? h->caps->sm_part_min : granule;

	return (least + granule - 1) / granule * granule;
}

/* Highest rank; the one that joined first among equals. */
static const struct ct_tenant *first_of(const struct ct_host *h)
{
	const struct ct_tenant *first = h->tenant[0];

	for (uint32_t i = 1; i < h->n_tenants; i++)
		if (h->tenant[i]->rank > first->rank)
			first = h->tenant[i];
	return first;
}

/* Shares of all but FIRST, in whole granules; returns their sum. */
static uint32_t share_out(const struct ct_host *h, const struct ct_tenant *first)
{
	uint32_t granule = h->caps->sm_granule ? h->caps->sm_granule : 1, sum = 0;
	uint64_t weights = 0;

	for (uint32_t i = 0; i < h->n_tenants; i++)
		weights += h->tenant[i]->weight;
	for (uint32_t i = 0; i < h->n_tenants; i++) {
		const struct ct_tenant *t = h->tenant[i];
		struct partition_tenant *p = t->data;

		p->sms = (uint32_t)(h->sms * (uint64_t)t->weight / weights / granule) *
			 granule;
		if (p->sms < smallest_part(h))
			p->sms = smallest_part(h);
		if (t != first)
			sum += p->sms;
	}
	return sum;
}

/* Smallest parts can add up to too much: the largest gives until FIRST has one too. */
static void make_room(const struct ct_host *h, const struct ct_tenant *first, uint32_t sum)
{
	uint32_t granule = h->caps->sm_granule ? h->caps->sm_granule : 1;

	while (sum + smallest_part(h) > h->sms) {
		struct partition_tenant *largest = NULL;

		for (uint32_t i = 0; i < h->n_tenants; i++) {
			struct partition_tenant *p = h->tenant[i]->data;

			if (h->tenant[i] != first && (!largest || p->sms > largest->sms))
				largest = p;
		}
		largest->sms -= granule;
		sum -= granule;
	}
}

static void cut(struct ct_host *h, struct partition *s)
{
	const struct ct_tenant *first = first_of(h);
	struct partition_tenant *rest = first->data;

	s->is_cut = 1;
	make_room(h, first, share_out(h, first));
	rest->sms = CT_REST;
	for (uint32_t i = 0; i <= h->n_tenants; i++) {
		const struct ct_tenant *t = i < h->n_tenants ? h->tenant[i] : first;
		struct partition_tenant *p = t->data;
		int part;

		if (i < h->n_tenants && t == first)
			continue; /* takes what is left, so it comes last */
		part = ct_carve(h, p->sms);
		if (part < 0) {
			h->verbs->fail(h, part, "the device could not be cut");
			return;
		}
		p->part = (uint32_t)part;
	}
}

static int joined(struct ct_host *h, void *self, const struct ct_tenant *tenant)
{
	const struct partition *s = self;

	if (s->is_cut)
		return -EBUSY;
	return h->n_tenants * smallest_part(h) > h->sms ? -ENOSPC : 0;
}

static void opened(struct ct_host *h, void *self, const struct ct_lane *lane)
{
	struct partition *s = self;
	const struct partition_tenant *p = lane->tenant->data;
	struct ct_terms own_part = { .why = "its own part" };

	if (!s->is_cut)
		cut(h, s);
	own_part.part = p->part;
	ct_grant(h, lane, CT_OPEN, &own_part);
}

CT_POLICY(partition) = {
	.abi = CT_POLICY_ABI,
	.name = "partition",
	.summary = "SMs of its own for every tenant, in proportion to weight",
	.needs = CT_CAN_GATE | CT_CAN_CONFINE,
	.state_size = sizeof(struct partition),
	.tenant_size = sizeof(struct partition_tenant),
	.joined = joined,
	.opened = opened,
};
