/*
 * naive-sm - what the reference's blocks lose to others on their SM.
 *
 * Every SM adds up what its blocks use, kernel by kernel; then the rules of
 * models/contention.h about the inside of an SM, in arithmetic of its own.
 */
#include <string.h>

#include "tests/unit/naive-internal.h"

typedef unsigned __int128 u128;

#define ONE      (UINT64_C(1) << 20)
#define PIPE_ONE 65536

static void add_use(struct naive_use *to, const struct ct_sm_use *block)
{
	to->l1 += block->l1_bytes;
	to->smem += block->smem_bytes;
	for (int p = 0; p < CT_PIPES; p++)
		to->pipe[p] += block->pipe[p];
}

void naive_count_sm_use(struct naive *n)
{
	memset(n->use, 0, n->c->sms * sizeof *n->use);
	for (uint32_t s = 0; s < n->c->n_streams; s++) {
		const struct naive_kernel *k = &n->kernel[s];

		for (guint i = 0; on_device(k) && i < k->blocks->len; i++) {
			uint32_t sm = g_array_index(k->blocks, struct naive_block, i).sm;

			add_use(&n->use[sm].all, &k->op->work.sm);
			add_use(&n->use[sm].of[s], &k->op->work.sm);
		}
	}
}

/* Of the hits in L1, the part that is not there any more. */
static uint64_t hits_gone(const struct naive *n, const struct naive_use *use)
{
	uint64_t room = n->c->l1_bytes > use->smem ? n->c->l1_bytes - use->smem : 0;

	if (use->l1 == 0 || use->l1 <= room)
		return 0;
	if (use->l1 - room >= room)
		return ONE;
	return (use->l1 - room) * ONE / room;
}

static uint64_t lost_in_pipes(const struct naive_use *all, const struct naive_use *own)
{
	uint64_t lost = 0;

	for (int p = 0; p < CT_PIPES; p++)
		if (own->pipe[p] && all->pipe[p] > PIPE_ONE && all->pipe[p] != own->pipe[p])
			lost = MAX(lost, (all->pipe[p] - PIPE_ONE) * (ONE / PIPE_ONE));
	return lost;
}

uint64_t naive_sm_lost(const struct naive *n, const struct naive_kernel *k, uint32_t sm)
{
	const struct naive_use *all = &n->use[sm].all, *own = &n->use[sm].of[k - n->kernel];
	uint64_t before = hits_gone(n, own), after = hits_gone(n, all);
	/* in 2^-8 of 10^-3 */
	uint64_t cost = (uint64_t)k->op->work.l1_share * (n->c->l1_miss_permille - 1000);

	if (!n->c->l1_bytes || !own->l1)
		before = after = 0;
	return lost_in_pipes(all, own) +
	       (uint64_t)((u128)(after - before) * cost / (256000 + before * cost / ONE));
}
