/*
 * gpu-laws - what must hold of any result, whatever the rules of placement and sharing.
 *
 * No kernel is lost; every block of a launch is run once, and once more for each time it
 * was killed; work done is work recorded and work lost, but for the rounding of each
 * block to whole nanoseconds; nothing is busy for longer than it was there.  The engine
 * and the reference could share a mistake about these, so both are held to them.
 */
#include <glib.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include "tests/unit/gpu-case.h"

/* In warps x ns: the least and the most that the accounts may have seen. */
struct bounds {
	double least, most;
};

static bool complain(const struct gpu_case *c, const char *who, const char *what)
{
	printf("seed %" PRIu64 ", %s: %s\n", c->seed, who, what);
	return false;
}

static void add_work(const struct gpu_case *c, struct bounds *b, const struct case_op *op,
		     const struct case_times *t)
{
	double warps = op->need.warps, blocks = (double)op->need.blocks;
	double lost_ns = (double)t->lost_ns, lost = (double)t->blocks_lost;
	double mean_ns = (double)op->work.block_work / CT_WORK_ONE;
	double spread_ns = mean_ns * op->work.spread_permille / 1000;

	b->least += warps * (blocks * (mean_ns - spread_ns - 1) + lost_ns - lost);
	b->most += warps * (blocks * (mean_ns + spread_ns + 1) + lost_ns + lost +
			    (double)t->submissions);
	if (op->work.demand_mbps || op->work.l2_mbps || c->sm_demands) /* may have been
									  * slower */
		b->most = INFINITY;
}

/* Contention is part of the time between start and end, of all submissions. */
static bool contention_fits(const struct case_times *t)
{
	int64_t ns = 0;

	for (int i = 0; i < CT_CONTENTIONS; i++) {
		if (t->contention_ns[i] < 0)
			return false;
		ns += t->contention_ns[i];
	}
	return t->submissions > 1 || ns <= t->end_ns - t->start_ns;
}

static int64_t time_there(const struct gpu_case *c, const struct case_result *r)
{
	int64_t ns = r->end_ns;

	for (uint32_t i = 0; i < c->n_pauses && c->pause[i].from_ns < r->end_ns; i++)
		ns -= MIN(c->pause[i].to_ns, r->end_ns) - c->pause[i].from_ns;
	return ns;
}

bool case_lawful(const struct gpu_case *c, const struct case_result *r, const char *who)
{
	double there = (double)c->sms * (double)time_there(c, r);
	uint64_t kernels = 0, blocks = 0;
	struct bounds bounds = { 0, 0 };

	for (uint32_t s = 0; s < c->n_streams; s++) {
		const struct case_stream *stream = &c->stream[s];

		for (uint32_t i = 0; i < stream->n_ops * stream->loops; i++) {
			const struct case_op *op = &stream->op[i % stream->n_ops];

			if (op->delay_ns)
				continue;
			if (!contention_fits(&r->time[s][i]))
				return complain(c, who,
						"contention took longer than the grid");
			kernels++;
			blocks += op->need.blocks + r->time[s][i].blocks_lost;
			add_work(c, &bounds, op, &r->time[s][i]);
		}
	}
	if (kernels != r->kernels)
		return complain(c, who, "kernels were lost or invented");
	if (blocks != r->blocks)
		return complain(c, who, "blocks were lost or invented");
	if (r->warp_ns < bounds.least || r->warp_ns > bounds.most)
		return complain(c, who, "work done is not work recorded and work lost");
	if (r->sm_active_ns > there || r->warp_ns > there * c->sm.warps)
		return complain(c, who, "the SMs were busier than they can be");
	return true;
}
