/*
 * fluid-rates - how fast the blocks of flows run, and what others cost them.
 *
 * The rules of sharing L2 and DRAM are models/contention.h's, as in the block engine: only
 * flows with a known demand take part, and as long as no block of one has come or gone,
 * all rates stay.
 */
#include "sim/fluid-internal.h"

#define PART_BITS 16 /* of a nanosecond */

static void count_contention(const struct fluid *f, struct flow *w)
{
	uint64_t ns = (uint64_t)(f->now_ns - w->counted_ns);

	w->counted_ns = f->now_ns;
	for (int i = 0; i < CT_CONTENTIONS; i++)
		w->contention[i] += ns * w->part[i];
}

void ct_flow_report_contention(const struct fluid *f, struct flow *w)
{
	if (w->demanding)
		count_contention(f, w);
	for (int i = 0; i < CT_CONTENTIONS; i++)
		w->grid->contention_ns[i] = (int64_t)(w->contention[i] >> PART_BITS);
}

/* What the flow would lose with the same blocks if it were alone. */
static const uint64_t *lost_alone(const struct fluid *f, struct flow *w,
				  const struct ct_contender *c)
{
	if (w->lost_alone_placed == w->placed)
		return w->lost_alone;
	ct_contend_alone(&f->memory, c, w->lost_alone);
	w->lost_alone_placed = w->placed;
	return w->lost_alone;
}

static void apply(struct fluid *f, struct flow *w, const struct ct_contender *c)
{
	static const enum ct_contention kind[CT_LEVELS] = {
		[CT_LEVEL_L2] = CT_CONTENTION_L2, [CT_LEVEL_DRAM] = CT_CONTENTION_DRAM
	};
	const uint64_t *own = lost_alone(f, w, c);
	uint64_t all = c->lost[CT_LEVEL_L2] + c->lost[CT_LEVEL_DRAM];
	uint32_t rate = ct_rate(all);

	count_contention(f, w);
	for (int i = 0; i < CT_LEVELS; i++)
		w->part[kind[i]] =
			c->lost[i] > own[i]
				? (uint32_t)(((c->lost[i] - own[i]) << PART_BITS) /
					     (CT_LOST_ONE + all))
				: 0;
	if (rate != w->rate) {
		ct_flow_advance(w, f->now_ns);
		w->rate = rate;
		ct_flow_schedule(f, w);
	}
	/* what it moves is proportional to the work it gets done, whatever slows it */
	f->served_mbps +=
		(uint64_t)((unsigned __int128)c->dram_mbps * rate >> CT_WORK_BITS);
}

void ct_fluid_set_rates(struct fluid *f)
{
	struct ct_contender *c = f->contender;
	uint32_t n = 0;

	if (!f->demand_changed)
		return;
	f->demand_changed = false;
	f->served_mbps = 0;
	for (uint32_t i = 0; i < f->n_running; i++)
		if (f->running[i]->demanding)
			ct_kernel_contender(&f->running[i]->grid->work,
					    f->running[i]->placed, &c[n++]);
	if (!n)
		return;
	ct_contend(&f->memory, c, n);
	for (uint32_t i = f->n_running; i-- > 0;)
		if (f->running[i]->demanding)
			apply(f, f->running[i], &c[--n]);
}
