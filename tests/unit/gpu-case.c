/*
 * gpu-case - makes random loads, and compares what came of them.
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

#include "tests/unit/dice.h"

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

static void make_l2_demand(struct dice *d, const struct gpu_case *c, uint64_t slots,
			   struct ct_kernel_work *work)
{
	uint64_t all = c->l2_mbps ? c->l2_mbps : 2 * c->dram_mbps;

	work->l2_mbps = (uint32_t)(all * between(d, 0, 150) / 100 / slots);
	if (one_in(d, 3))
		return;
	work->l2_footprint_bytes = between(d, 1, 1000000);
	if (work->l2_footprint_bytes > c->l2_bytes && c->l2_bytes)
		work->l2_hits =
			(uint32_t)(c->l2_bytes * CT_HIT_ONE / work->l2_footprint_bytes);
}

/* Some use nothing but take room, some only feel what is taken. */
static void make_sm_demand(struct dice *d, const struct gpu_case *c,
			   const struct ct_block_need *need, struct ct_kernel_work *work)
{
	if (one_in(d, 2))
		work->sm.smem_bytes = need->smem_units * 128u;
	if (one_in(d, 2))
		work->sm.l1_bytes = between(d, 0, 100000) / need->blocks_per_sm;
	if (one_in(d, 2))
		work->l1_share = (uint16_t)between(d, 0, 256);
	for (int p = 0; p < CT_PIPES; p++)
		if (one_in(d, 4))
			work->sm.pipe[p] = between(d, 0, CT_PIPE_ONE) / need->blocks_per_sm;
	if (one_in(d, 4) && c->l1_bytes) /* just fills it */
		work->sm.l1_bytes = c->l1_bytes / need->blocks_per_sm;
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
	work->l2_hits = CT_HIT_ONE;
	if (c->sm_demands)
		make_sm_demand(d, c, need, work);
	if (one_in(d, 3))
		return;
	if (!one_in(d, 4))
		work->demand_mbps =
			(uint32_t)(c->dram_mbps * between(d, 0, 120) / 100 / slots);
	if (one_in(d, 2))
		make_l2_demand(d, c, slots, work);
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

uint32_t case_gpc(const struct gpu_case *c, uint32_t sm)
{
	uint32_t gpc = 0;

	if (!c->n_gpcs)
		return sm / c->cluster_max_blocks;
	for (uint32_t end = c->gpc_sms[0]; sm >= end; end += c->gpc_sms[++gpc])
		;
	return gpc;
}

/* Whether the stream could ever start a cluster of this operation. */
static bool cluster_fits(const struct gpu_case *c, const struct case_stream *stream,
			 const struct ct_block_need *need, uint32_t cluster)
{
	uint32_t room = 0;

	for (uint32_t i = 0; i < c->sms; i++) {
		if (!i || case_gpc(c, i) != case_gpc(c, i - 1))
			room = 0;
		if (!stream->masked || stream->sms.word[i / 64] >> i % 64 & 1)
			room += need->blocks_per_sm;
		if (room >= cluster)
			return true;
	}
	return false;
}

static void make_gpcs(struct dice *d, struct gpu_case *c)
{
	uint32_t left = c->sms + 1, n = 0;

	c->cluster_max_blocks = 8;
	if (one_in(d, 5)) { /* no map */
		c->cluster_max_blocks = between(d, 2, 8);
		return;
	}
	for (; left && n < CASE_GPCS - 1; n++) {
		c->gpc_sms[n] = between(d, 1, MIN(left, c->sms / 4 + 2));
		left -= c->gpc_sms[n];
	}
	if (left)
		c->gpc_sms[n++] = left;
	c->n_gpcs = n;
}

/* Some streams launch clusters, where they can. */
static void make_clusters(struct dice *d, struct gpu_case *c)
{
	make_gpcs(d, c);
	for (uint32_t s = 0; s < c->n_streams; s++) {
		struct case_stream *stream = &c->stream[s];
		bool some = !one_in(d, 3);

		for (uint32_t i = 0; some && i < stream->n_ops; i++) {
			struct ct_block_need *need = &stream->op[i].need;
			uint32_t cluster = between(d, 1, c->cluster_max_blocks);

			if (stream->op[i].delay_ns ||
			    !cluster_fits(c, stream, need, cluster))
				continue;
			need->cluster = (uint8_t)cluster;
			need->blocks += cluster - 1;
			need->blocks -= need->blocks % cluster;
		}
	}
}

/* Streams of up to three partitions: each on its own SMs, as green contexts are, or on
 * whatever SMs the streams already had, which may overlap. */
static void make_partitions(struct dice *d, struct gpu_case *c)
{
	uint32_t n = between(d, 2, CASE_PARTITIONS);
	bool own_sms = c->sms >= n && !one_in(d, 3);

	c->blocked_head = one_in(d, 3) ? CT_HEAD_BLOCKS_ALL : CT_HEAD_BLOCKS_OWN;
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

static bool launches_clusters(const struct case_stream *stream)
{
	for (uint32_t i = 0; i < stream->n_ops; i++)
		if (stream->op[i].need.cluster > 1)
			return true;
	return false;
}

/* Caps of SMs, as of MPS clients: of a partition, and not for clusters. */
static void make_caps(struct dice *d, struct gpu_case *c)
{
	uint32_t cap[CASE_PARTITIONS];

	for (uint32_t i = 0; i < CASE_PARTITIONS; i++)
		cap[i] = one_in(d, 2) ? between(d, 1, c->sms) : 0;
	for (uint32_t s = 0; s < c->n_streams; s++)
		if (launches_clusters(&c->stream[s]))
			return;
	for (uint32_t s = 0; s < c->n_streams; s++)
		c->stream[s].sm_cap = cap[c->stream[s].partition];
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

static void make_recalls(struct dice *d, struct gpu_case *c, enum time_grain grain)
{
	int64_t ns = 0;

	c->n_recalls = between(d, 1, CASE_RECALLS);
	for (uint32_t i = 0; i < c->n_recalls; i++) {
		ns += some_time(d, grain, one_in(d, 2) ? 300 : 6000);
		c->recall[i].at_ns = ns;
		c->recall[i].stream = between(d, 0, c->n_streams - 1);
		c->recall[i].how = (enum ct_recall)between(d, 0, CT_RECALL_RESET);
	}
}

/* Some launches have blocks that do not take equally long. */
static void make_spreads(struct dice *d, struct gpu_case *c)
{
	for (uint32_t s = 0; s < c->n_streams; s++)
		for (uint32_t i = 0; i < c->stream[s].n_ops; i++)
			if (one_in(d, 2))
				c->stream[s].op[i].work.spread_permille =
					(uint16_t)between(d, 1, 1000);
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
	c->dram_loss_permille = one_in(&d, 2) ? 0 : between(&d, 0, 200);
	c->sm_demands = one_in(&d, 3);
	c->l1_bytes = one_in(&d, 4) ? 0 : between(&d, 1, 250000);
	c->l1_miss_permille = between(&d, 1000, 12000);
	c->l2_mbps = one_in(&d, 3) ? 0 : 2500000;
	c->l2_bytes = one_in(&d, 3) ? 0 : between(&d, 1, 1500000);
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
	if (one_in(&d, 3))
		make_recalls(&d, c, grain);
	if (one_in(&d, 4))
		make_clusters(&d, c);
	if (one_in(&d, 5))
		make_spreads(&d, c);
	if (one_in(&d, 4))
		make_caps(&d, c);
}

static bool same_times(const struct case_times *a, const struct case_times *b)
{
	return a->start_ns == b->start_ns && a->end_ns == b->end_ns &&
	       a->behind_ns == b->behind_ns && a->lost_ns == b->lost_ns &&
	       !memcmp(a->contention_ns, b->contention_ns, sizeof a->contention_ns) &&
	       a->submissions == b->submissions && a->blocks_left == b->blocks_left &&
	       a->blocks_lost == b->blocks_lost;
}

static bool same_sums(const struct case_result *a, const struct case_result *b)
{
	return a->kernels == b->kernels && a->blocks == b->blocks &&
	       a->end_ns == b->end_ns && a->sm_active_ns == b->sm_active_ns &&
	       a->warp_ns == b->warp_ns && a->dram_byte == b->dram_byte;
}

static void print_times(const char *who, const struct case_times *t)
{
	printf("  %-6s start %" PRId64 " end %" PRId64 " behind %" PRId64
	       " submissions %" PRIu64 " left %" PRIu64 " lost %" PRIu64 " blocks, %" PRId64
	       " ns, contention %" PRId64 " %" PRId64 " %" PRId64 "\n",
	       who, t->start_ns, t->end_ns, t->behind_ns, t->submissions, t->blocks_left,
	       t->blocks_lost, t->lost_ns, t->contention_ns[0], t->contention_ns[1],
	       t->contention_ns[2]);
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
