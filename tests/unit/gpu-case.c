/*
 * gpu-case - makes random loads and drives the engine with them.
 *
 * The cases are mean on purpose: odd numbers of warps, any number of registers, masks,
 * gaps of zero, times on a coarse grid so that everything coincides, few resident
 * grids, and demands around the limit of the DRAM.  They are small, because the
 * reference pays for every block.
 */
#include "tests/unit/gpu-case.h"

#include <glib.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "sim/gpu-internal.h"

struct dice {
	uint64_t state;
};

static uint64_t roll(struct dice *d)
{
	uint64_t x = d->state += UINT64_C(0x9e3779b97f4a7c15);

	x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
	return x ^ x >> 31;
}

static uint32_t between(struct dice *d, uint32_t low, uint32_t high)
{
	return low + (uint32_t)(roll(d) % (high - low + 1));
}

static bool one_in(struct dice *d, uint32_t n)
{
	return between(d, 1, n) == 1;
}

/* How the times of a case lie: all at once, on a grid of 100 ns, anywhere. */
enum time_grain { AT_ONCE, COARSE, FINE };

static uint32_t blocks_alone(const struct case_sm *sm, const struct ct_block_need *need)
{
	uint32_t blocks = MIN(sm->blocks, sm->warps / need->warps);

	if (need->smem_units)
		blocks = MIN(blocks, sm->smem_units / need->smem_units);
	if (need->register_units)
		blocks = MIN(blocks, sm->registers_per_partition / need->register_units *
					     sm->partitions / need->warps);
	return blocks;
}

static void make_need(struct dice *d, const struct case_sm *sm, struct ct_block_need *need)
{
	static const uint32_t threads[] = { 32,  33,  64,  96,  128, 160,
					    192, 256, 320, 512, 768, 1024 };

	do {
		uint32_t registers = one_in(d, 2) ? between(d, 16, 64) : between(d, 1, 255);
		uint32_t bytes = one_in(d, 2) ? 0 : between(d, 0, 100 * 1024);

		need->warps = (uint16_t)((threads[between(d, 0, 11)] + 31) / 32);
		need->register_units = (uint16_t)((registers * 32 + 255) / 256);
		need->smem_units =
			(uint16_t)((bytes + between(d, 0, 1) * 1024 + 127) / 128);
		need->blocks_per_sm = blocks_alone(sm, need);
	} while (!need->blocks_per_sm);
	need->blocks = !one_in(d, 4)   ? between(d, 1, 60)
		       : !one_in(d, 4) ? between(d, 1, 800)
				       : between(d, 1, 4000);
}

static void make_work(struct dice *d, const struct gpu_case *c, enum time_grain grain,
		      const struct ct_block_need *need, struct ct_kernel_work *work)
{
	uint64_t slots = (uint64_t)c->sms * need->blocks_per_sm;
	uint64_t waves = (need->blocks + slots - 1) / slots;
	uint64_t ns = grain == COARSE ? between(d, 1, 8) * 100
		      : !one_in(d, 4) ? between(d, 1, 3000)
				      : between(d, 1, 200000);

	work->block_work = MAX((ns << CT_WORK_BITS) / waves, CT_WORK_ONE);
	if (one_in(d, 3))
		return;
	work->demand_mbps = (uint32_t)(c->dram_mbps * between(d, 0, 120) / 100 / slots);
	work->memory_share = (uint16_t)(one_in(d, 2) ? 256 : between(d, 0, 256));
}

static void make_stream(struct dice *d, const struct gpu_case *c, enum time_grain grain,
			struct case_stream *stream)
{
	int64_t arrival_ns = 0;

	stream->n_ops = between(d, 1, c->sms > 24 ? 4 : 9);
	stream->loops = between(d, 1, 3);
	stream->priority = one_in(d, 2) ? 0 : between(d, 0, 3);
	stream->masked = one_in(d, 6);
	for (uint32_t i = 0, sure = between(d, 0, c->sms - 1); i < c->sms; i++)
		if (i == sure || one_in(d, 2))
			stream->sms.word[i / 64] |= UINT64_C(1) << i % 64;
	for (uint32_t i = 0; i < stream->n_ops; i++) {
		struct case_op *op = &stream->op[i];

		arrival_ns += grain == AT_ONCE  ? 0
			      : grain == COARSE ? between(d, 0, 3) * 100
						: between(d, 0, 20000);
		op->arrival_ns = arrival_ns;
		if (one_in(d, 12)) {
			op->delay_ns = grain == COARSE ? between(d, 1, 8) * 100
						       : between(d, 1, 3000);
			continue;
		}
		make_need(d, &c->sm, &op->need);
		make_work(d, c, grain, &op->need, &op->work);
	}
}

/* Streams of up to three partitions: each on its own SMs, as green contexts are, or on
 * whatever SMs the streams already had, which may overlap. */
static void make_partitions(struct dice *d, struct gpu_case *c)
{
	uint32_t n = between(d, 2, CASE_PARTITIONS);
	bool own_sms = c->sms >= n && !one_in(d, 3);

	for (uint32_t s = 0; s < c->n_streams; s++) {
		struct case_stream *stream = &c->stream[s];

		stream->partition = between(d, 0, n - 1);
		if (!own_sms)
			continue;
		stream->masked = true;
		memset(&stream->sms, 0, sizeof stream->sms);
		for (uint32_t i = stream->partition; i < c->sms; i += n)
			stream->sms.word[i / 64] |= UINT64_C(1) << i % 64;
	}
}

static int64_t some_time(struct dice *d, enum time_grain grain, uint32_t most_ns)
{
	return grain == COARSE ? between(d, 0, 8) * 100 : between(d, 0, most_ns);
}

static void make_pauses(struct dice *d, struct gpu_case *c, enum time_grain grain)
{
	int64_t ns = 0;

	c->n_pauses = between(d, 1, CASE_PAUSES);
	for (uint32_t i = 0; i < c->n_pauses; i++) {
		c->pause[i].from_ns = ns += some_time(d, grain, one_in(d, 2) ? 500 : 20000);
		c->pause[i].to_ns = ns += some_time(d, grain, 5000);
	}
}

void case_make(struct gpu_case *c, uint64_t seed)
{
	struct dice d = { seed * 2 + 1 };
	enum time_grain grain;

	memset(c, 0, sizeof *c);
	c->seed = seed;
	c->sms = one_in(&d, 25) ? between(&d, 60, 140) : between(&d, 1, 24);
	c->resident_grids = one_in(&d, 5) ? between(&d, 1, 5) : 128;
	c->sm = (struct case_sm){ 64, 32, 1824, 4, 64 };
	if (one_in(&d, 8))
		c->sm = (struct case_sm){ 48, 16, 800, between(&d, 1, 2), 128 };
	c->dram_mbps = one_in(&d, 3) ? UINT32_MAX : 1000000;
	c->sharing = one_in(&d, 2) ? CT_DRAM_MAX_MIN : CT_DRAM_PROPORTIONAL;
	c->gap_ns = one_in(&d, 4) ? 0 : between(&d, 0, 1500);
	c->report_starts = one_in(&d, 4);
	c->stop_often = one_in(&d, 4);
	grain = (enum time_grain)between(&d, AT_ONCE, FINE);
	c->n_streams = between(&d, 1, one_in(&d, 2) ? 3 : 10);
	for (uint32_t s = 0; s < c->n_streams; s++)
		make_stream(&d, c, grain, &c->stream[s]);
	if (one_in(&d, 3))
		make_partitions(&d, c);
	if (one_in(&d, 4))
		make_pauses(&d, c, grain);
}

enum stream_state { READY_AT, DELAYED_UNTIL, ON_DEVICE, FINISHED };

struct stream {
	const struct case_stream *plan;
	enum stream_state state;
	int64_t ns;
	uint32_t done;
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

static void take_ended(struct driver *d, int64_t now_ns)
{
	struct ct_grid *next;

	for (struct ct_grid *g = ct_gpu_take_ended(d->gpu); g; g = next) {
		struct stream *s = g->owner;

		next = g->next;
		g_assert(g->end_ns == now_ns);
		*s->times = (struct case_times){ g->start_ns, g->end_ns,
						 g->behind_priority_ns };
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
		.priority = s->plan->priority,
		.sms = s->plan->masked ? &s->plan->sms : NULL,
		.owner = s,
	};
	s->state = ON_DEVICE;
	ct_gpu_submit(d->gpu, &s->grid);
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
	int64_t ns = next_pause(d);

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
		},
		.resident_grids = c->resident_grids,
		.dram_bytes_per_s = (int64_t)c->dram_mbps * 2 * 1000000,
		.dram_efficiency_permille = 500,
		.dram_sharing = c->sharing,
	};
	struct ct_gpu_options options = { c->sms, c->report_starts };

	return ct_gpu_new(&device, &options);
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
			ct_gpu_check(d.gpu);
		result->end_ns = now_ns;
	}
	ct_gpu_use(d.gpu, &use);
	result->blocks = use.blocks;
	result->sm_active_ns = use.sm_active_ns;
	result->warp_ns = use.warp_ns;
	result->dram_byte = use.dram_byte;
	ct_gpu_free(d.gpu);
}

static bool same_times(const struct case_times *a, const struct case_times *b)
{
	return a->start_ns == b->start_ns && a->end_ns == b->end_ns &&
	       a->behind_ns == b->behind_ns;
}

static bool same_sums(const struct case_result *a, const struct case_result *b)
{
	return a->kernels == b->kernels && a->blocks == b->blocks &&
	       a->end_ns == b->end_ns && a->sm_active_ns == b->sm_active_ns &&
	       a->warp_ns == b->warp_ns && a->dram_byte == b->dram_byte;
}

static void print_times(const char *who, const struct case_times *t)
{
	printf("  %-6s start %" PRId64 " end %" PRId64 " behind %" PRId64 "\n", who,
	       t->start_ns, t->end_ns, t->behind_ns);
}

static void print_sums(const char *who, const struct case_result *r)
{
	printf("  %-6s kernels %" PRIu64 " blocks %" PRIu64 " end %" PRId64
	       " sm_active %.0f warps %.0f dram %.3f\n",
	       who, r->kernels, r->blocks, r->end_ns, r->sm_active_ns, r->warp_ns,
	       r->dram_byte);
}

bool case_same(const struct gpu_case *c, const struct case_result *engine,
	       const struct case_result *naive, bool quiet)
{
	for (uint32_t s = 0; s < c->n_streams; s++)
		for (uint32_t i = 0; i < c->stream[s].n_ops * c->stream[s].loops; i++) {
			const struct case_times *a = &engine->time[s][i];
			const struct case_times *b = &naive->time[s][i];

			if (same_times(a, b))
				continue;
			if (!quiet) {
				printf("seed %" PRIu64
				       ", stream %u, operation %u differs:\n",
				       c->seed, s, i);
				print_times("engine", a);
				print_times("naive", b);
			}
			return false;
		}
	if (same_sums(engine, naive))
		return true;
	if (!quiet) {
		printf("seed %" PRIu64 ": the sums differ:\n", c->seed);
		print_sums("engine", engine);
		print_sums("naive", naive);
	}
	return false;
}
