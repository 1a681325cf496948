/*
 * compute - engines take turns in time, contexts in slices.
 *
 * The contexts of an engine are gpus of which at most one is not paused.  The instants of
 * all engines are interleaved exactly: the gpu with the earliest event of its own runs,
 * no further than to the second earliest, until one of them has something to tell or all
 * have come to the time asked for.  A gpu is brought to an instant only when something
 * is done to it there, so engines that stand by cost nothing.
 */
#include "sim/compute.h"

#include <glib.h>

struct context {
	struct ct_gpu *gpu;
	struct engine *engine;
	struct context *next; /* in the runlist, which is a ring */
	uint32_t number;
	int64_t slice_ns;
	uint64_t n_work;      /* kernels announced and not ended */
	int64_t at_ns;        /* how far its gpu has come */
	int64_t off_since_ns; /* it lost the SMs; -1: it has them */
	int64_t off_ns;       /* without them, before that */
	uint64_t state_bytes; /* to be saved and restored */
	int64_t save_ns;      /* and how long that takes when it is held */
	uint64_t l2_bytes;    /* what it ran used of L2, when it lost the SMs */
	gboolean held;        /* may not have the SMs */
};

struct engine {
	const struct ct_device *device;
	struct ct_memory memory;
	struct context *last;  /* in the runlist */
	struct context *had;   /* the SMs, the latest of all; NULL: nobody yet */
	struct context *on;    /* has the SMs; NULL: nobody yet, or a switch goes on */
	struct context *next;  /* gets them when the switch is over */
	uint32_t n_busy;       /* contexts with kernels that may run */
	int64_t free_ns;       /* a context that was held is off, and saved; -1: none was */
	int64_t slice_from_ns; /* on: its current slice began, if it was watched since */
	int64_t wake_ns;       /* the slice, or the switch, is over */
};

/* ---- what a switch costs -------------------------------------------------------- */

static uint64_t full_state_bytes(const struct ct_device *device)
{
	const uint64_t register_bytes = 4;

	return device->sms *
	       (device->sm.registers * register_bytes + device->sm.smem_bytes);
}

int64_t ct_switch_ns(const struct ct_device *device, uint64_t moved_bytes)
{
	/* permille of bytes/s, and 10^9 ns/s */
	unsigned __int128 per_s = (unsigned __int128)device->dram_bytes_per_s *
				  device->switch_bandwidth_permille;
	unsigned __int128 moved = (unsigned __int128)moved_bytes * 1000 * 1000000000;

	return device->switch_ns + (int64_t)((moved + per_s - 1) / per_s);
}

/* What was left of it in L2 is gone if another had the SMs. */
static int64_t refill_ns(const struct engine *e, const struct context *next)
{
	return e->had == next ? 0 : ct_l2_refill_ns(&e->memory, next->l2_bytes);
}

/* ---- building ------------------------------------------------------------------ */

struct ct_compute *ct_compute_new(const struct ct_compute_options *options)
{
	struct ct_compute *c = g_new0(struct ct_compute, 1);

	c->options = *options;
	c->ended_end = &c->ended;
	c->started_end = &c->started;
	return c;
}

void ct_compute_free(struct ct_compute *c)
{
	if (!c)
		return;
	for (uint32_t i = 0; i < c->n_contexts; i++) {
		ct_gpu_free(c->context[i]->gpu);
		g_free(c->context[i]);
	}
	g_free(c->context);
	g_free(c->engine);
	g_free(c);
}

uint32_t ct_compute_engine(struct ct_compute *c, const struct ct_device *device)
{
	g_assert(!c->n_contexts); /* contexts point at engines */
	c->engine = g_renew(struct engine, c->engine, c->n_engines + 1);
	c->engine[c->n_engines] =
		(struct engine){ .device = device, .wake_ns = INT64_MAX, .free_ns = -1 };
	ct_memory(device, &c->engine[c->n_engines].memory);
	return c->n_engines++;
}

uint32_t ct_compute_context(struct ct_compute *c, uint32_t engine, int64_t slice_ns)
{
	const struct ct_gpu_options options = {
		.engine = c->options.gpu_engine,
		.report_starts = c->options.report_starts,
		.span = c->options.span,
		.span_data = c->options.data,
	};
	struct context *ctx = g_new0(struct context, 1);
	struct engine *e = &c->engine[engine];

	*ctx = (struct context){
		.gpu = ct_gpu_new(e->device, &options),
		.engine = e,
		.number = c->n_contexts,
		.slice_ns = slice_ns,
		.off_since_ns = -1,
		.state_bytes = full_state_bytes(e->device),
	};
	if (e->device->switch_state == CT_SWITCH_USED)
		ctx->state_bytes = 0;
	ctx->next = e->last ? e->last->next : ctx;
	if (e->last)
		e->last->next = ctx;
	e->last = ctx;
	c->context = g_renew(struct context *, c->context, c->n_contexts + 1);
	c->context[c->n_contexts++] = ctx;
	c->only = c->n_contexts == 1 ? ctx->gpu : NULL;
	if (c->n_contexts == 1)
		return ctx->number;
	/* who is alone has the SMs; now nobody has them before a kernel comes */
	for (uint32_t i = c->n_contexts == 2 ? 0 : ctx->number; i < c->n_contexts; i++) {
		ct_gpu_pause(c->context[i]->gpu);
		c->context[i]->off_since_ns = 0;
	}
	return ctx->number;
}

const struct ct_gpu *ct_compute_gpu(const struct ct_compute *c, uint32_t context)
{
	return c->context[context]->gpu;
}

/* ---- slices -------------------------------------------------------------------- */

static void tell(struct ct_compute *c, const struct context *ctx, int on)
{
	if (c->options.switched)
		c->options.switched(c->options.data, ctx->number, on, c->now_ns);
}

/* Nothing of its own happens to the gpu before now.  Once there it is left alone: what
 * is done to it in the rest of the instant counts as one. */
static void bring_to_now(struct ct_compute *c, struct context *ctx)
{
	if (ctx->at_ns == c->now_ns)
		return;
	ct_gpu_run(ctx->gpu, c->now_ns);
	ctx->at_ns = c->now_ns;
}

static void put_on(struct ct_compute *c, struct engine *e, struct context *ctx)
{
	ctx->off_ns += c->now_ns - ctx->off_since_ns;
	ctx->off_since_ns = -1;
	ct_gpu_resume(ctx->gpu, c->now_ns);
	ctx->at_ns = c->now_ns;
	e->on = e->had = ctx;
	e->next = NULL;
	e->slice_from_ns = c->now_ns;
	tell(c, ctx, TRUE);
}

/* Returns the bytes to be saved. */
static uint64_t take_off(struct ct_compute *c, struct engine *e)
{
	struct context *ctx = e->on;

	bring_to_now(c, ctx);
	if (e->device->switch_state == CT_SWITCH_USED)
		ctx->state_bytes = ct_gpu_used_state_bytes(ctx->gpu);
	ctx->l2_bytes = ct_gpu_used_l2_bytes(ctx->gpu);
	ct_gpu_pause(ctx->gpu);
	ctx->off_since_ns = c->now_ns;
	e->on = NULL;
	tell(c, ctx, FALSE);
	return ctx->state_bytes;
}

/* The first in the runlist after FROM that has a kernel; never FROM itself. */
static struct context *waiting_after(struct context *from)
{
	struct context *ctx = from->next;

	while (ctx != from && (!ctx->n_work || ctx->held))
		ctx = ctx->next;
	return ctx != from ? ctx : NULL;
}

/* The end of the slice that goes on at NOW_NS: slices that nobody waited for followed
 * each other since the first. */
static int64_t slice_end_ns(struct engine *e, int64_t now_ns)
{
	int64_t slice_ns = e->on->slice_ns, past_ns = now_ns - e->slice_from_ns;

	if (past_ns > slice_ns)
		e->slice_from_ns += (past_ns - 1) / slice_ns * slice_ns;
	return e->slice_from_ns + slice_ns;
}

static gboolean must_yield(struct engine *e, int64_t now_ns)
{
	if (!e->on->n_work && e->device->idle_yield)
		return TRUE;
	e->wake_ns = slice_end_ns(e, now_ns);
	return e->wake_ns <= now_ns;
}

/* Who was held meanwhile was brought back in vain. */
static void finish_switch(struct ct_compute *c, struct engine *e)
{
	if (!e->next->held) {
		put_on(c, e, e->next);
		return;
	}
	e->next = NULL;
	e->free_ns = c->now_ns;
}

/* Somebody gets SMs that nobody has.  Where one was held they are not free at once. */
static void give_free(struct ct_compute *c, struct engine *e)
{
	struct context *next = waiting_after(e->last);

	next = next ? next : e->last;
	if (e->free_ns < 0) {
		put_on(c, e, next);
		return;
	}
	e->next = next;
	e->wake_ns = MAX(c->now_ns, e->free_ns) +
		     ct_switch_ns(e->device, next->state_bytes) - e->device->switch_ns +
		     refill_ns(e, next);
	if (e->wake_ns == c->now_ns)
		put_on(c, e, next);
}

/* What becomes of an engine at the end of an instant. */
static void decide(struct ct_compute *c, struct engine *e)
{
	struct context *next;
	uint64_t moved_bytes;

	if (e->next) {
		if (c->now_ns < e->wake_ns)
			return;
		finish_switch(c, e);
	}
	e->wake_ns = INT64_MAX;
	if (e->on && e->on->held) {
		e->free_ns = c->now_ns + e->on->save_ns;
		take_off(c, e);
	}
	if (!e->n_busy || (e->on && e->n_busy == (e->on->n_work > 0)))
		return; /* nobody waits */
	if (!e->on)
		give_free(c, e);
	if (!e->on)
		return;
	next = waiting_after(e->on);
	if (!next || !must_yield(e, c->now_ns))
		return;
	moved_bytes = next->state_bytes;
	e->next = next;
	moved_bytes += take_off(c, e);
	e->wake_ns = c->now_ns + ct_switch_ns(e->device, moved_bytes) + refill_ns(e, next);
	if (e->wake_ns == c->now_ns)
		decide(c, e);
}

/* ---- instants ------------------------------------------------------------------ */

/* Appends what a gpu has to tell; returns how many those were. */
static uint32_t append(struct ct_grid ***end, struct ct_grid *list)
{
	uint32_t n = 0;

	for (**end = list; **end; n++)
		*end = &(**end)->next;
	return n;
}

static void lose_work(struct context *ctx, uint32_t n)
{
	ctx->n_work -= n;
	ctx->engine->n_busy -= n && !ctx->n_work && !ctx->held;
}

void ct_contexts_announce(struct ct_compute *c, uint32_t context)
{
	struct context *ctx = c->context[context];
	struct engine *e = ctx->engine;

	if (ctx->n_work++ || ctx->held)
		return;
	e->n_busy++;
	if (e->on == ctx && e->device->idle_yield)
		e->slice_from_ns = c->now_ns;
}

void ct_compute_hold(struct ct_compute *c, uint32_t context, int64_t save_ns)
{
	struct context *ctx = c->context[context];

	ctx->engine->n_busy -= ctx->n_work && !ctx->held;
	ctx->held = TRUE;
	ctx->save_ns = save_ns;
}

void ct_compute_let_go(struct ct_compute *c, uint32_t context)
{
	struct context *ctx = c->context[context];

	ctx->engine->n_busy += ctx->n_work && ctx->held;
	ctx->held = FALSE;
}

void ct_contexts_withdraw(struct ct_compute *c, uint32_t context)
{
	lose_work(c->context[context], 1);
}

/* Of a context that is off the SMs nobody else gathers. */
bool ct_contexts_recall(struct ct_compute *c, uint32_t context, struct ct_grid *grid,
			enum ct_recall how)
{
	struct context *ctx = c->context[context];

	bring_to_now(c, ctx);
	if (!ct_gpu_recall(ctx->gpu, grid, how))
		return false;
	lose_work(ctx, append(&c->ended_end, ct_gpu_take_ended(ctx->gpu)));
	return true;
}

void ct_contexts_submit(struct ct_compute *c, uint32_t context, struct ct_grid *grid)
{
	struct context *ctx = c->context[context];

	bring_to_now(c, ctx);
	ct_gpu_submit(ctx->gpu, grid);
}

struct ct_gpu *ct_compute_gpu_now(struct ct_compute *c, uint32_t context)
{
	if (!c->only)
		bring_to_now(c, c->context[context]);
	return c->context[context]->gpu;
}

void ct_contexts_settle(struct ct_compute *c)
{
	for (struct engine *e = c->engine; e < c->engine + c->n_engines; e++) {
		decide(c, e);
		if (e->on)
			ct_gpu_settle(e->on->gpu);
	}
}

/* Gathers what ended and started, engine by engine. */
static void gather(struct ct_compute *c)
{
	for (struct engine *e = c->engine; e < c->engine + c->n_engines; e++) {
		struct context *ctx = e->on;

		if (!ctx)
			continue;
		lose_work(ctx, append(&c->ended_end, ct_gpu_take_ended(ctx->gpu)));
		append(&c->started_end, ct_gpu_take_started(ctx->gpu));
	}
}

/* Where the engines stand: who moves next, and how far. */
struct turn {
	struct context *first;
	int64_t first_ns, second_ns, wake_ns;
};

static struct turn next_turn(const struct ct_compute *c)
{
	struct turn t = { NULL, INT64_MAX, INT64_MAX, INT64_MAX };

	for (struct engine *e = c->engine; e < c->engine + c->n_engines; e++) {
		int64_t ns = e->on ? ct_gpu_next_ns(e->on->gpu) : INT64_MAX;

		t.wake_ns = MIN(t.wake_ns, e->wake_ns);
		if (ns < t.first_ns) {
			t.second_ns = t.first_ns;
			t.first_ns = ns;
			t.first = e->on;
		} else {
			t.second_ns = MIN(t.second_ns, ns);
		}
	}
	return t;
}

/* Brings every gpu with an event up to now there. */
static void bring_due(struct ct_compute *c)
{
	for (struct engine *e = c->engine; e < c->engine + c->n_engines; e++)
		if (e->on && e->on->at_ns < c->now_ns &&
		    ct_gpu_next_ns(e->on->gpu) <= c->now_ns)
			bring_to_now(c, e->on);
}

int64_t ct_contexts_run(struct ct_compute *c, int64_t until_ns)
{
	ct_contexts_settle(c);
	gather(c);
	while (!c->ended && !c->started) {
		struct turn t = next_turn(c);
		int64_t stop_ns = MIN(until_ns, t.wake_ns);
		struct context *ran = t.first_ns < stop_ns ? t.first : NULL;

		if (ran)
			stop_ns = ct_gpu_run(ran->gpu, MIN(stop_ns, t.second_ns));
		if (stop_ns == INT64_MAX)
			return stop_ns;
		c->now_ns = stop_ns;
		if (ran)
			ran->at_ns = stop_ns;
		bring_due(c);
		gather(c);
		if (c->ended || c->now_ns == until_ns)
			break;
		ct_contexts_settle(c);
		gather(c);
	}
	return c->now_ns;
}

static struct ct_grid *take(struct ct_grid **list, struct ct_grid ***end)
{
	struct ct_grid *all = *list;

	*list = NULL;
	*end = list;
	return all;
}

struct ct_grid *ct_contexts_take_ended(struct ct_compute *c)
{
	return take(&c->ended, &c->ended_end);
}

struct ct_grid *ct_contexts_take_started(struct ct_compute *c)
{
	gather(c); /* the caller settled */
	return take(&c->started, &c->started_end);
}

/* ---- accounts ------------------------------------------------------------------ */

int64_t ct_compute_off_ns(const struct ct_compute *c, uint32_t context)
{
	const struct context *ctx = c->context[context];

	if (ctx->off_since_ns < 0)
		return ctx->off_ns;
	return ctx->off_ns + c->now_ns - ctx->off_since_ns;
}

void ct_compute_use(struct ct_compute *c, struct ct_gpu_use *sum)
{
	*sum = (struct ct_gpu_use){ 0 };
	for (uint32_t i = 0; i < c->n_contexts; i++) {
		struct ct_gpu_use use;

		if (!c->only)
			bring_to_now(c, c->context[i]);
		ct_gpu_use(c->context[i]->gpu, &use);
		sum->sm_active_ns += use.sm_active_ns;
		sum->warp_ns += use.warp_ns;
		sum->dram_byte += use.dram_byte;
		sum->instants += use.instants;
		sum->batches += use.batches;
		sum->blocks += use.blocks;
		sum->classes_max = MAX(sum->classes_max, use.classes_max);
	}
}

uint32_t ct_compute_active_sms(const struct ct_compute *c)
{
	uint32_t sms = 0;

	if (c->only)
		return ct_gpu_active_sms(c->only);
	for (struct engine *e = c->engine; e < c->engine + c->n_engines; e++)
		sms += e->on ? ct_gpu_active_sms(e->on->gpu) : 0;
	return sms;
}
