/*
 * mig-instance - what a MIG instance is: its SMs, and the board it looks like.
 *
 * DANGER: which SMs an instance gets is not published, only how many.  Here each memory
 * slice has the GPC of its number: a 1g then is one GPC, or the part of one that profiles
 * count, and the numbers of every published listing come out.  The block scheduler sees
 * only how many there are and how many of them share a GPC.
 */
#include "models/mig.h"

#include <stdlib.h>
#include <string.h>

/* A board whose GPCs are not known is taken for one GPC to each slice. */
static uint32_t gpcs_of(const struct ct_device *d, uint32_t *size)
{
	uint32_t n = d->mig.memory_slices;

	if (d->n_gpc_sms) {
		memcpy(size, d->gpc_sms, d->n_gpc_sms * sizeof(*size));
		return d->n_gpc_sms;
	}
	for (uint32_t i = 0; i < n; i++)
		size[i] = d->sms / n + (i < d->sms % n);
	return n;
}

/* SMs that the smallest profile takes of its one GPC. */
static uint32_t slice_sms(const struct ct_mig *mig)
{
	uint32_t least = mig->profile[0].sms;

	for (uint32_t i = 1; i < mig->n_profiles; i++)
		least = MIN(least, mig->profile[i].sms);
	return least;
}

struct assignment {
	uint8_t *owner;
	uint32_t n_gpcs, gpc[CT_MAX_GPCS]; /* SMs of each */
	uint32_t used[CT_MAX_GPCS];        /* of them, given away */
};

/* Gives up to WANT SMs of GPC G, so that no more than LIMIT of it are given away. */
static uint32_t take(struct assignment *a, uint32_t g, uint32_t want, uint32_t limit,
		     uint8_t who)
{
	uint32_t first = 0, n = MIN(limit, a->gpc[g]);

	n = n > a->used[g] ? MIN(n - a->used[g], want) : 0;
	for (uint32_t i = 0; i < g; i++)
		first += a->gpc[i];
	memset(a->owner + first + a->used[g], who, n);
	a->used[g] += n;
	return n;
}

/* First of its own GPCs as much as a slice has, then more of them, then of any. */
static void assign(struct assignment *a, const struct ct_mig *mig,
		   const struct ct_mig_instance *it, uint8_t who)
{
	const struct ct_mig_profile *p = &mig->profile[it->profile];
	uint32_t end = MIN(it->start + p->memory_slices, a->n_gpcs), left = p->sms;

	for (uint32_t g = it->start; g < end; g++)
		left -= take(a, g, left, slice_sms(mig), who);
	for (uint32_t g = it->start; g < end; g++)
		left -= take(a, g, left, UINT32_MAX, who);
	for (uint32_t g = 0; g < a->n_gpcs; g++)
		left -= take(a, g, left, UINT32_MAX, who);
}

void ct_mig_owners(const struct ct_device *d, const struct ct_mig_layout *layout,
		   uint8_t *owner)
{
	struct assignment a = { .owner = owner };

	a.n_gpcs = gpcs_of(d, a.gpc);
	memset(owner, 0, d->sms);
	for (uint32_t i = 0; i < layout->n; i++)
		assign(&a, &d->mig, &layout->instance[i], (uint8_t)(i + 1));
}

static int by_value(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

/* The GPCs that the instance has SMs of. */
static void own_gpcs(const struct ct_device *board, const struct ct_mig_layout *layout,
		     uint32_t instance, struct ct_device *out)
{
	g_autofree uint8_t *owner = g_malloc(board->sms);
	uint32_t sm = 0;

	out->n_gpc_sms = 0;
	ct_mig_owners(board, layout, owner);
	for (uint32_t g = 0; g < board->n_gpc_sms; g++) {
		uint32_t n = 0;

		for (uint32_t end = sm + board->gpc_sms[g]; sm < end; sm++)
			n += owner[sm] == instance + 1;
		if (n)
			out->gpc_sms[out->n_gpc_sms++] = n;
	}
	qsort(out->gpc_sms, out->n_gpc_sms, sizeof(out->gpc_sms[0]), by_value);
	out->gpcs = out->n_gpc_sms;
}

struct ct_device *ct_mig_device(const struct ct_device *board,
				const struct ct_mig_layout *layout, uint32_t instance)
{
	const struct ct_mig_instance *it = &layout->instance[instance];
	const struct ct_mig_profile *p = &board->mig.profile[it->profile];
	int64_t part = p->memory_slices, all = board->mig.memory_slices;
	struct ct_device *d = g_new(struct ct_device, 1);

	*d = *board;
	d->name = g_strdup_printf("%s:%s@%u", board->name, p->name, it->start);
	d->title = g_strdup_printf("%s, MIG %s", board->title, p->name);
	d->path = g_strdup(board->path);
	d->vendor = g_strdup(board->vendor);
	d->sha256 = g_strdup(board->sha256);
	d->json = json_incref(board->json);
	memset(&d->mig, 0, sizeof(d->mig)); /* an instance is not divided again */
	d->sms = p->sms;
	d->tpcs = board->tpcs ? MAX(p->sms * board->tpcs / board->sms, 1) : 0;
	own_gpcs(board, layout, instance, d);
	d->memory_bytes = p->memory_bytes ? p->memory_bytes
					  : MAX(board->memory_bytes / all * part, 1);
	d->l2_bytes = MIN(board->l2_bytes / all * part, d->memory_bytes);
	d->l2_bytes_per_s = board->l2_bytes_per_s / all * part;
	d->dram_bytes_per_s = board->dram_bytes_per_s / all * part;
	/* one SM alone moves as much as on the whole board */
	d->dram_saturation_sms =
		MAX(board->dram_saturation_sms * p->memory_slices / (uint32_t)all, 1);
	d->dram_saturation_sms = MIN(d->dram_saturation_sms, d->sms);
	if (d->partition_min_sms > d->sms)
		d->partition_min_sms = d->partition_granule_sms = 0;
	d->mps_granule_sms = MIN(d->mps_granule_sms, d->sms);
	/* MIG user guide: the most clients shrink with the instance */
	if (d->mps_clients)
		d->mps_clients = MAX(board->mps_clients * p->compute_slices /
					     board->mig.compute_slices,
				     1);
	/* the board says how many engines programs see, the profile how many there are */
	d->copy_engines = MIN(p->copy_engines, board->copy_engines);
	d->nvlink_bytes_per_s = 0; /* MIG user guide: instances have no peers */
	return d;
}
