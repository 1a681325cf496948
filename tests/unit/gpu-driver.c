/*
 * gpu-driver - runs a case through the engine, as a simulation would.
 *
 * It stops where it must, and sometimes elsewhere, which must not change anything.
 */
#include <glib.h>
#include <string.h>

#include "sim/fluid-internal.h"
#include "sim/gpu-internal.h"
#include "tests/unit/dice.h"
#include "tests/unit/gpu-case.h"

enum stream_state { READY_AT, DELAYED_UNTIL, ON_DEVICE, FINISHED };

struct stream {
	const struct case_stream *plan;
	enum stream_state state;
	int64_t ns;
	uint32_t done;
	uint64_t blocks_left; /* of the next operation, if part of it has run */
	struct ct_grid grid;
	struct case_times *times; /* of its next operation */
};

struct driver {
	const struct gpu_case *c;
	struct case_result *result;
	struct ct_gpu *gpu;
	struct stream stream[CASE_STREAMS];
	uint32_t n_pauses; /* over, or under way */
	bool paused;
	uint32_t n_recalls; /* over */
};

static const struct case_op *op_of(const struct stream *s)
{
	return &s->plan->op[s->done % s->plan->n_ops];
}

static void next_op(struct driver *d, struct stream *s, int64_t now_ns)
{
	s->done++;
	s->times++;
	if (s->done == s->plan->n_ops * s->plan->loops) {
		s->state = FINISHED;
		return;
	}
	s->state = READY_AT;
	s->ns = MAX(op_of(s)->arrival_ns, now_ns + d->c->gap_ns);
}

static void count(struct case_times *times, const struct ct_grid *g)
{
	times->start_ns = g->start_ns;
	times->end_ns = g->end_ns;
	times->behind_ns += g->behind_priority_ns;
	times->lost_ns += g->lost_ns;
	for (int i = 0; i < CT_CONTENTIONS; i++)
		times->contention_ns[i] += g->contention_ns[i];
	times->submissions++;
	times->blocks_left += g->blocks_left;
	times->blocks_lost += g->blocks_lost;
}

static void take_ended(struct driver *d, int64_t now_ns)
{
	struct ct_grid *next;

	for (struct ct_grid *g = ct_gpu_take_ended(d->gpu); g; g = next) {
		struct stream *s = g->owner;

		next = g->next;
		g_assert(g->end_ns == now_ns);
		count(s->times, g);
		s->blocks_left = g->blocks_left;
		if (g->blocks_left) {
			s->state = READY_AT;
			s->ns = now_ns + d->c->gap_ns;
			continue;
		}
		d->result->kernels++;
		next_op(d, s, now_ns);
	}
}

static void take_started(struct driver *d)
{
	struct ct_grid *g = ct_gpu_take_started(d->gpu);

	g_assert(!g || d->c->report_starts);
	for (; g; g = g->next)
		g_assert(g->start_ns >= g->submitted_ns && g->end_ns < 0);
}

static void submit(struct driver *d, struct stream *s)
{
	s->grid = (struct ct_grid){
		.need = op_of(s)->need,
		.work = op_of(s)->work,
		.partition = s->plan->partition,
		.sm_cap = s->plan->sm_cap,
		.priority = s->plan->priority,
		.sms = s->plan->masked ? &s->plan->sms : NULL,
		.owner = s,
	};
	if (s->blocks_left)
		s->grid.need.blocks = s->blocks_left;
	s->state = ON_DEVICE;
	ct_gpu_submit(d->gpu, &s->grid);
}

static int64_t next_recall(const struct driver *d)
{
	return d->n_recalls < d->c->n_recalls ? d->c->recall[d->n_recalls].at_ns
					      : INT64_MAX;
}

static void recall(struct driver *d, int64_t now_ns)
{
	while (next_recall(d) == now_ns) {
		const struct case_recall *recall = &d->c->recall[d->n_recalls++];
		struct stream *s = &d->stream[recall->stream];
		bool done;

		if (s->state != ON_DEVICE)
			continue;
		done = ct_gpu_recall(d->gpu, &s->grid, recall->how);
		g_assert(!done || s->grid.blocks_left);
		g_assert(done || recall->how != CT_RECALL_RESET);
		take_ended(d, now_ns);
	}
}

static int64_t next_pause(const struct driver *d)
{
	if (d->paused)
		return d->c->pause[d->n_pauses - 1].to_ns;
	return d->n_pauses < d->c->n_pauses ? d->c->pause[d->n_pauses].from_ns : INT64_MAX;
}

static void pause_and_resume(struct driver *d, int64_t now_ns)
{
	while (next_pause(d) == now_ns) {
		if (d->paused)
			ct_gpu_resume(d->gpu, now_ns);
		else
			ct_gpu_pause(d->gpu);
		d->n_pauses += !d->paused;
		d->paused = !d->paused;
	}
}

/* Part 3 of an instant. */
static void our_part(struct driver *d, int64_t now_ns)
{
	take_ended(d, now_ns);
	pause_and_resume(d, now_ns);
	recall(d, now_ns);
	for (uint32_t i = 0; i < d->c->n_streams; i++) {
		struct stream *s = &d->stream[i];

		if (s->state == DELAYED_UNTIL && s->ns == now_ns)
			next_op(d, s, now_ns);
	}
	for (uint32_t i = 0; i < d->c->n_streams; i++) {
		struct stream *s = &d->stream[i];

		if (s->state != READY_AT || s->ns != now_ns)
			continue;
		if (op_of(s)->delay_ns) {
			s->state = DELAYED_UNTIL;
			s->ns += op_of(s)->delay_ns;
		} else {
			submit(d, s);
		}
	}
}

static int64_t our_next(const struct driver *d)
{
	int64_t ns = MIN(next_pause(d), next_recall(d));

	for (uint32_t i = 0; i < d->c->n_streams; i++)
		if (d->stream[i].state == READY_AT || d->stream[i].state == DELAYED_UNTIL)
			ns = MIN(ns, d->stream[i].ns);
	return ns;
}

static bool unfinished(const struct driver *d)
{
	for (uint32_t i = 0; i < d->c->n_streams; i++)
		if (d->stream[i].state != FINISHED)
			return true;
	return false;
}

/* The device of the case, as far as the engine looks at it. */
static struct ct_gpu *make_gpu(const struct gpu_case *c)
{
	struct ct_device device = {
		.sms = c->sms + 1,
		.sm = {
			.warps = c->sm.warps,
			.blocks = c->sm.blocks,
			.registers = c->sm.registers_per_partition * c->sm.partitions * 256,
			.register_unit = 256,
			.partitions = c->sm.partitions,
			.smem_bytes = c->sm.smem_units * 128,
			.smem_unit_bytes = 128,
			.l1_bytes = (uint32_t)c->l1_bytes,
			.l1_usable_permille = 1000,
			.l1_miss_permille = c->l1_miss_permille,
		},
		.resident_grids = c->resident_grids,
		.n_gpc_sms = c->n_gpcs,
		.cluster_max_blocks = c->cluster_max_blocks,
		.dram_bytes_per_s = (int64_t)c->dram_mbps * 2 * 1000000,
		.dram_efficiency_permille = 500,
		.dram_sharing = c->sharing,
		.dram_loss_permille = c->dram_loss_permille,
		.l2_bytes = (int64_t)c->l2_bytes,
		.l2_bytes_per_s = (int64_t)c->l2_mbps * 1000000,
		.blocked_head = c->blocked_head,
	};
	struct ct_gpu_options options = { .engine = c->engine,
					  .sms = c->sms,
					  .report_starts = c->report_starts };

	memcpy(device.gpc_sms, c->gpc_sms, sizeof c->gpc_sms);
	return ct_gpu_new(&device, &options);
}

static void check(const struct driver *d)
{
	if (d->c->engine == CT_ENGINE_FLUID)
		ct_fluid_check(d->gpu);
	else
		ct_gpu_check(d->gpu);
}

void case_run(const struct gpu_case *c, struct case_result *result)
{
	struct driver d = { .c = c, .result = result, .gpu = make_gpu(c) };
	struct dice dice = { c->seed };
	struct ct_gpu_use use;
	int64_t now_ns = 0;

	memset(result, 0, sizeof *result);
	for (uint32_t i = 0; i < c->n_streams; i++) {
		d.stream[i].plan = &c->stream[i];
		d.stream[i].times = result->time[i];
		d.stream[i].ns = c->stream[i].op[0].arrival_ns;
	}
	while (unfinished(&d)) {
		int64_t ours_ns = our_next(&d), inside_ns = ct_gpu_next_ns(d.gpu);
		int64_t stop_ns =
			one_in(&dice, 4) ? inside_ns : now_ns + between(&dice, 1, 500);

		if (c->stop_often)
			ours_ns = MIN(ours_ns, stop_ns);
		now_ns = ct_gpu_run(d.gpu, ours_ns);
		g_assert(now_ns >= MIN(ours_ns, inside_ns));
		take_started(&d);
		our_part(&d, now_ns);
		ct_gpu_settle(d.gpu);
		take_started(&d);
		if (one_in(&dice, 16) && !d.paused)
			check(&d);
		result->end_ns = now_ns;
	}
	ct_gpu_use(d.gpu, &use);
	result->blocks = use.blocks;
	result->sm_active_ns = use.sm_active_ns;
	result->warp_ns = use.warp_ns;
	result->dram_byte = use.dram_byte;
	ct_gpu_free(d.gpu);
}
