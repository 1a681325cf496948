/*
 * naive-rates - how fast the reference's blocks run.
 *
 * The rules of models/contention.h once more, kernel by kernel and with other arithmetic:
 * the curve by bisection, the fair level from sorted demands.
 */
#include <string.h>

#include "tests/unit/naive-internal.h"

typedef unsigned __int128 u128;

#define ONE (UINT64_C(1) << 20) /* of time lost, per unit of work */

enum { L2, DRAM, LEVELS };

/* What one kernel asks and loses. */
struct naive_share {
	const struct ct_kernel_work *work;
	uint64_t blocks, asked[LEVELS], lost[LEVELS];
	bool enough; /* has all of L2 that it needs */
};

static u128 up(u128 a, u128 b)
{
	return (a + b - 1) / b;
}

/* (1 + v^3)^(1/3) in ONE, rounded down, v in 1/1024. */
static uint64_t curve(uint64_t v)
{
	u128 cube = ((u128)1 << 60) + (u128)v * v * v * ((u128)1 << 30);
	uint64_t low = ONE, high = 2 * ONE; /* low^3 <= cube < high^3 */

	while (high - low > 1) {
		uint64_t middle = (low + high) / 2;

		if ((u128)middle * middle * middle <= cube)
			low = middle;
		else
			high = middle;
	}
	return low;
}

static uint64_t longer(uint64_t asked, uint64_t capacity)
{
	if (asked <= capacity)
		return curve((uint64_t)up((u128)asked * 1024, capacity));
	return (uint64_t)(up((u128)asked * ONE, capacity) *
			  curve((uint64_t)up((u128)capacity * 1024, asked)) / ONE);
}

static bool in_l2(const struct naive_share *s)
{
	return s->asked[L2] && s->work->l2_footprint_bytes;
}

/* Gives all who need no more than their part of what is left what they need; false if
 * there is none.  LEFT and RATE are what remains for the others before that. */
static bool settle_l2(const struct naive *n, struct naive_share *share, uint32_t count,
		      u128 *left, u128 *rate)
{
	bool some = false, now[CASE_STREAMS] = { false };

	*left = n->c->l2_bytes;
	*rate = 0;
	for (uint32_t i = 0; i < count; i++) {
		if (in_l2(&share[i]) && share[i].enough)
			*left -= share[i].work->l2_footprint_bytes;
		else if (in_l2(&share[i]))
			*rate += share[i].asked[L2];
	}
	for (uint32_t i = 0; i < count; i++)
		if (in_l2(&share[i]) && !share[i].enough)
			now[i] = share[i].work->l2_footprint_bytes * *rate <=
				 *left * share[i].asked[L2];
	for (uint32_t i = 0; i < count; i++)
		if (now[i])
			some = share[i].enough = true;
	return some;
}

static void take_hits_away(const struct naive *n, struct naive_share *share, uint32_t count)
{
	u128 left, rate, all = 0;
	uint32_t users = 0;

	for (uint32_t i = 0; i < count; i++)
		if (in_l2(&share[i])) {
			all += share[i].work->l2_footprint_bytes;
			users++;
		}
	if (users < 2 || !n->c->l2_bytes || all <= n->c->l2_bytes)
		return;
	while (settle_l2(n, share, count, &left, &rate))
		;
	for (uint32_t i = 0; i < count; i++) {
		u128 kept, hits = 65536;

		if (!in_l2(&share[i]) || share[i].enough)
			continue;
		kept = left * share[i].asked[L2] / rate;
		if (kept < share[i].work->l2_footprint_bytes)
			hits = kept * 65536 / share[i].work->l2_footprint_bytes;
		if (hits < share[i].work->l2_hits)
			share[i].asked[DRAM] += (uint64_t)((share[i].work->l2_hits - hits) *
							   share[i].asked[L2] / 65536);
	}
}

/* The level up to which everybody can be served; UINT64_MAX: above all. */
static uint64_t level_of(const struct naive_share *share, uint32_t count, int what,
			 uint64_t capacity)
{
	uint64_t sorted[CASE_STREAMS];
	uint32_t n = 0;

	for (uint32_t i = 0; i < count; i++) {
		uint32_t at = n;

		if (!share[i].asked[what])
			continue;
		for (; at && sorted[at - 1] > share[i].asked[what]; at--)
			sorted[at] = sorted[at - 1];
		sorted[at] = share[i].asked[what];
		n++;
	}
	for (uint32_t i = 0; i < n; i++) {
		if (sorted[i] > capacity / (n - i))
			return MAX(capacity / (n - i), 1);
		capacity -= sorted[i];
	}
	return UINT64_MAX;
}

static uint64_t excess(uint64_t asked, uint64_t given)
{
	return asked <= given ? 0 : (uint64_t)up((u128)asked * ONE, given) - ONE;
}

static void serve(const struct naive *n, struct naive_share *share, uint32_t count,
		  int what)
{
	uint64_t capacity = what == DRAM ? n->c->dram_mbps : n->c->l2_mbps, total = 0;
	uint32_t asking = 0;

	for (uint32_t i = 0; i < count; i++) {
		total += share[i].asked[what];
		asking += share[i].asked[what] != 0;
	}
	if (!capacity)
		return;
	if (what == DRAM && asking > 1)
		capacity = MAX(1, capacity * (1000 - n->c->dram_loss_permille) / 1000);
	for (uint32_t i = 0; i < count; i++) {
		uint64_t asked = share[i].asked[what];
		uint64_t soft = longer(total, capacity) - ONE,
			 hard = excess(total, capacity);

		if (!asked)
			continue;
		if (asking > 1 && n->c->sharing == CT_DRAM_MAX_MIN) {
			uint64_t served =
				(uint64_t)((u128)total * ONE / longer(total, capacity));

			soft = excess(asked, level_of(share, count, what, served));
			hard = excess(asked, level_of(share, count, what, capacity));
		}
		share[i].lost[what] = MAX(
			(uint64_t)((u128)soft * share[i].work->memory_share / 256), hard);
	}
}

static void contend(const struct naive *n, struct naive_share *share, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		share[i].asked[L2] = share[i].blocks * share[i].work->l2_mbps;
		share[i].asked[DRAM] = share[i].blocks * share[i].work->demand_mbps;
		share[i].lost[L2] = share[i].lost[DRAM] = 0;
		share[i].enough = false;
	}
	take_hits_away(n, share, count);
	serve(n, share, count, L2);
	serve(n, share, count, DRAM);
}

/* 2^-16 of the time, for what is lost in company and not alone. */
static uint32_t part(uint64_t lost, uint64_t alone, uint64_t time)
{
	return lost > alone ? (uint32_t)((u128)(lost - alone) * 65536 / time) : 0;
}

static void set_rates_of(const struct naive *n, struct naive_kernel *k,
			 const struct naive_share *share)
{
	struct naive_share alone = *share;
	u128 part_sum[CT_CONTENTIONS] = { 0 }, rate_sum = 0;

	contend(n, &alone, 1);
	for (guint i = 0; i < k->blocks->len; i++) {
		struct naive_block *b = &g_array_index(k->blocks, struct naive_block, i);
		uint64_t sm_lost = naive_sm_lost(n, k, b->sm);
		uint64_t time = ONE + share->lost[L2] + share->lost[DRAM] + sm_lost;

		b->rate = MAX((uint64_t)(((u128)NAIVE_ONE * ONE) / time), 1);
		rate_sum += b->rate;
		part_sum[CT_CONTENTION_L2] += part(share->lost[L2], alone.lost[L2], time);
		part_sum[CT_CONTENTION_DRAM] +=
			part(share->lost[DRAM], alone.lost[DRAM], time);
		part_sum[CT_CONTENTION_SM] += part(sm_lost, 0, time);
	}
	for (int i = 0; i < CT_CONTENTIONS; i++)
		k->part[i] = k->blocks->len ? (uint64_t)(part_sum[i] / k->blocks->len) : 0;
	k->served_mbps = 0;
	if (k->blocks->len)
		k->served_mbps = (uint64_t)(share->asked[DRAM] * rate_sum / k->blocks->len /
					    NAIVE_ONE);
}

void naive_set_rates(struct naive *n)
{
	struct naive_share share[CASE_STREAMS];
	struct naive_kernel *kernel[CASE_STREAMS];
	uint32_t count = 0;

	for (uint32_t s = 0; s < n->c->n_streams; s++) {
		struct naive_kernel *k = &n->kernel[s];

		if (!on_device(k))
			continue;
		share[count] = (struct naive_share){ .work = &k->op->work,
						     .blocks = k->blocks->len };
		kernel[count++] = k;
	}
	contend(n, share, count);
	naive_count_sm_use(n);
	for (uint32_t i = 0; i < count; i++)
		set_rates_of(n, kernel[i], &share[i]);
}
