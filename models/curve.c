/*
 * curve - measured times on some of the SMs; the rules are in curve.h.
 *
 * The demand that keeps a launch's bytes and the work that makes it last as long as
 * measured depend on each other: with less demand blocks hinder each other less, and need
 * more work to last as long.  A few steps between the two, the work always last, so that
 * the time is exact and the bytes are as good as they get.
 */
#include "models/curve.h"

#include <string.h>

typedef unsigned __int128 u128;

#define STEPS 8

gboolean ct_curve_fits(const struct ct_curve *curve, const char *kernel)
{
	size_t n = strlen(curve->name);

	if (curve->name[n - 1] == '*')
		return strncmp(curve->name, kernel, n - 1) == 0;
	return strcmp(curve->name, kernel) == 0;
}

/* m/n + b through both points: at A's SMs, all of the difference; at B's, none. */
static uint64_t between(const struct ct_curve_point *a, const struct ct_curve_point *b,
			uint32_t sms)
{
	__int128 difference = (__int128)(a->ns - b->ns) * (1 << CT_CURVE_BITS);

	difference *= (int64_t)a->sms * (b->sms - sms);
	difference /= (int64_t)sms * (b->sms - a->sms);
	return (uint64_t)(((__int128)b->ns << CT_CURVE_BITS) + difference);
}

uint64_t ct_curve_at(const struct ct_curve *curve, uint32_t sms)
{
	const struct ct_curve_point *p = curve->point;
	uint32_t i = 0;

	while (i < curve->n && p[i].sms < sms)
		i++;
	if (i == curve->n)
		return (uint64_t)p[i - 1].ns << CT_CURVE_BITS;
	if (i > 0)
		return between(&p[i - 1], &p[i], sms);
	return ((uint64_t)p[0].ns << CT_CURVE_BITS) * p[0].sms / sms;
}

static uint64_t scaled(uint64_t value, uint64_t by, uint64_t over, uint64_t most)
{
	u128 result;

	if (!value)
		return 0; /* not known, or none */
	result = (u128)value * by / over;
	return (uint64_t)CLAMP(result, 1, most);
}

/* BEFORE with its demands spread over blocks of WORK's work. */
static void keep_bytes(const struct ct_block_need *need,
		       const struct ct_kernel_work *before, struct ct_kernel_work *work)
{
	uint64_t by = before->block_work, over = work->block_work;
	uint64_t most = MAX(CT_PIPE_ONE / need->blocks_per_sm, 1);

	work->demand_mbps = (uint32_t)scaled(before->demand_mbps, by, over, UINT32_MAX);
	work->l2_mbps = (uint32_t)scaled(before->l2_mbps, by, over, UINT32_MAX);
	for (int p = 0; p < CT_PIPES; p++)
		work->sm.pipe[p] =
			scaled(before->sm.pipe[p], by, over, MAX(most, before->sm.pipe[p]));
}

void ct_curve_move(const struct ct_curve *curve, const struct ct_device *board,
		   const struct ct_block_need *need, uint32_t from_sms, uint32_t to_sms,
		   struct ct_kernel_work *work)
{
	const struct ct_kernel_work before = *work;
	int64_t now_ns;
	u128 ns;

	if (from_sms == to_sms || !ct_waves(board, need, to_sms))
		return;
	now_ns = ct_time_on_sms(board, need, work, from_sms);
	if (now_ns == INT64_MAX)
		return;
	ns = (u128)now_ns * ct_curve_at(curve, to_sms) / ct_curve_at(curve, from_sms);
	ns = CLAMP(ns, 1, CT_KERNEL_MAX_NS);
	for (int step = 0; step < STEPS; step++) {
		uint64_t last = work->block_work;

		ct_work_lasts(board, need, to_sms, (int64_t)ns, work);
		if (work->block_work == last || (!work->demand_mbps && !work->l2_mbps))
			break;
		keep_bytes(need, &before, work);
	}
	keep_bytes(need, &before, work);
	ct_work_lasts(board, need, to_sms, (int64_t)ns, work);
}
