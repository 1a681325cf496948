/*
 * naive-gpu - the reference: every block by itself.
 *
 * This file is time and the streams; naive-place places blocks, naive-rates slows them.
 * One record per SM and per block, linear scans, every clock advanced at every instant:
 * the rules of sim/gpu.h written down as plainly as possible, and deliberately without a
 * line of the engine, its models or its tricks.  Integers only, so that equality means
 * equality.
 */
#include "tests/unit/naive-gpu.h"

#include <string.h>

#include "tests/unit/naive-internal.h"

static const struct case_op *current_op(const struct naive *n, uint32_t s)
{
	const struct case_stream *stream = &n->c->stream[s];

	return &stream->op[n->stream[s].done % stream->n_ops];
}

static struct naive_block *block_at(struct naive_kernel *k, guint i)
{
	return &g_array_index(k->blocks, struct naive_block, i);
}

static int64_t block_end(const struct naive *n, const struct naive_block *b)
{
	uint64_t left = (uint64_t)b->left;
	int64_t ns = b->left <= 0 ? 0 : (int64_t)((left + b->rate - 1) / b->rate);

	return n->now_ns + MAX(ns, 1);
}

/* When the device next stops or goes on. */
static int64_t next_turn(const struct naive *n)
{
	if (n->paused)
		return n->c->pause[n->n_pauses - 1].to_ns;
	return n->n_pauses == n->c->n_pauses ? INT64_MAX : n->c->pause[n->n_pauses].from_ns;
}

static int64_t next_recall(const struct naive *n)
{
	return n->n_recalls == n->c->n_recalls ? INT64_MAX
					       : n->c->recall[n->n_recalls].at_ns;
}

static int64_t next_instant(struct naive *n)
{
	int64_t next = MIN(next_turn(n), next_recall(n));

	for (uint32_t s = 0; s < n->c->n_streams; s++) {
		struct naive_kernel *k = &n->kernel[s];

		if (n->stream[s].state == READY_AT || n->stream[s].state == DELAYED_UNTIL)
			next = MIN(next, n->stream[s].ns);
		for (guint i = 0; on_device(k) && !n->paused && i < k->blocks->len; i++)
			next = MIN(next, block_end(n, block_at(k, i)));
	}
	return next;
}

/* Whether something waits that may block stream S, at a higher priority than its. */
static bool queued_above(const struct naive *n, uint32_t s)
{
	const struct case_stream *own = &n->c->stream[s];

	for (uint32_t i = 0; i < n->c->n_streams; i++)
		if (n->kernel[i].state == QUEUED &&
		    (n->c->blocked_head == CT_HEAD_BLOCKS_ALL ||
		     n->c->stream[i].partition == own->partition) &&
		    n->c->stream[i].priority < own->priority)
			return true;
	return false;
}

static void advance(struct naive *n, int64_t to_ns)
{
	uint64_t ns = (uint64_t)(to_ns - n->now_ns);

	n->now_ns = to_ns;
	if (n->paused)
		return;
	for (uint32_t i = 0; i < n->c->sms; i++) {
		n->sm_active += n->sm[i].blocks < n->c->sm.blocks ? ns : 0;
		n->warps += (uint64_t)(n->c->sm.warps - n->sm[i].warps) * ns;
	}
	for (uint32_t s = 0; s < n->c->n_streams; s++) {
		struct naive_kernel *k = &n->kernel[s];

		if (k->state != ABSENT && k->start_ns < 0 && queued_above(n, s))
			k->behind_ns += (int64_t)ns;
		if (!on_device(k))
			continue;
		n->dram += (unsigned __int128)k->served_mbps * ns;
		for (int i = 0; i < CT_CONTENTIONS; i++)
			k->contention[i] += k->part[i] * ns;
		for (guint i = 0; i < k->blocks->len; i++)
			block_at(k, i)->left -= (int64_t)(ns * block_at(k, i)->rate);
		k->begun = 0;
	}
}

static void give_back(struct naive *n, const struct naive_kernel *k,
		      const struct naive_block *b)
{
	struct naive_sm *sm = &n->sm[b->sm];

	sm->warps += k->op->need.warps;
	sm->blocks++;
	sm->smem += k->op->need.smem_units;
	for (int p = 0; p < 4; p++)
		sm->partition[p] += b->registers[p];
}

/* Blocks placed at this instant begin where the last that ended here left off. */
static void end_blocks(struct naive *n, struct naive_kernel *k)
{
	int64_t least_overshoot = INT64_MAX;

	for (guint i = 0; i < k->blocks->len;) {
		struct naive_block *b = block_at(k, i);

		if (b->left > 0) {
			i++;
			continue;
		}
		least_overshoot = MIN(least_overshoot, -b->left);
		k->begun = least_overshoot;
		give_back(n, k, b);
		g_array_remove_index_fast(k->blocks, i);
	}
}

static void operation_ended(struct naive *n, uint32_t s)
{
	const struct case_stream *stream = &n->c->stream[s];
	struct naive_stream *state = &n->stream[s];

	if (++state->done == stream->n_ops * stream->loops) {
		state->state = FINISHED;
		return;
	}
	state->state = READY_AT;
	state->ns = MAX(current_op(n, s)->arrival_ns, n->now_ns + n->c->gap_ns);
}

/* The kernel of stream S has nothing on the device and nothing to place. */
static void leave(struct naive *n, uint32_t s)
{
	struct naive_kernel *k = &n->kernel[s];
	struct case_times *times = &n->result->time[s][n->stream[s].done];

	k->state = ABSENT;
	times->start_ns = k->start_ns;
	times->end_ns = n->now_ns;
	times->behind_ns += k->behind_ns;
	times->lost_ns += (int64_t)(k->work_lost / NAIVE_ONE);
	for (int i = 0; i < CT_CONTENTIONS; i++)
		times->contention_ns[i] += (int64_t)(k->contention[i] / 65536);
	times->submissions++;
	times->blocks_left += k->blocks_left;
	times->blocks_lost += k->blocks_lost;
	n->stream[s].blocks_left = k->blocks_left;
	if (!k->blocks_left) {
		n->result->kernels++;
		operation_ended(n, s);
		return;
	}
	n->stream[s].state = READY_AT;
	n->stream[s].ns = n->now_ns + n->c->gap_ns;
}

static void kill_blocks(struct naive *n, struct naive_kernel *k)
{
	for (guint i = 0; i < k->blocks->len; i++) {
		struct naive_block *b = block_at(k, i);

		k->work_lost += b->work - (uint64_t)b->left;
		k->blocks_lost++;
		k->blocks_left++;
		give_back(n, k, b);
	}
	g_array_set_size(k->blocks, 0);
	/* clusters are whole again: what had ended of the last one is lost, too */
	while (k->op->need.cluster && k->blocks_left % k->op->need.cluster) {
		k->work_lost += k->op->work.block_work;
		k->blocks_lost++;
		k->blocks_left++;
	}
}

static void recall(struct naive *n, uint32_t s, enum ct_recall how)
{
	struct naive_kernel *k = &n->kernel[s];

	if (k->state == ABSENT || (how == CT_RECALL_QUEUED && k->start_ns >= 0) ||
	    (how != CT_RECALL_RESET && !k->left))
		return;
	k->blocks_left += k->left;
	k->left = 0;
	if (k->state != WAITING)
		k->state = PLACED;
	if (how == CT_RECALL_RESET)
		kill_blocks(n, k);
	if (!k->blocks->len)
		leave(n, s);
}

static void recall_all(struct naive *n)
{
	while (next_recall(n) == n->now_ns) {
		const struct case_recall *r = &n->c->recall[n->n_recalls++];

		recall(n, r->stream, r->how);
	}
}

static void end_kernels(struct naive *n)
{
	for (uint32_t s = 0; s < n->c->n_streams && !n->paused; s++) {
		struct naive_kernel *k = &n->kernel[s];

		if (!on_device(k))
			continue;
		end_blocks(n, k);
		if (k->left || k->blocks->len)
			continue;
		leave(n, s);
	}
}

static void end_delays(struct naive *n)
{
	for (uint32_t s = 0; s < n->c->n_streams; s++)
		if (n->stream[s].state == DELAYED_UNTIL && n->stream[s].ns == n->now_ns)
			operation_ended(n, s);
}

static void submit(struct naive *n, uint32_t s)
{
	struct naive_kernel *k = &n->kernel[s];

	*k = (struct naive_kernel){
		.state = WAITING,
		.op = current_op(n, s),
		.start_ns = -1,
		.portion_ns = -1,
		.serial = n->serial++,
		.blocks = k->blocks,
	};
	k->left = n->stream[s].blocks_left ? n->stream[s].blocks_left : k->op->need.blocks;
	k->submitted_blocks = k->left;
}

static void start_ready(struct naive *n)
{
	for (uint32_t s = 0; s < n->c->n_streams; s++) {
		struct naive_stream *stream = &n->stream[s];

		if (stream->state != READY_AT || stream->ns != n->now_ns)
			continue;
		if (current_op(n, s)->delay_ns) {
			stream->state = DELAYED_UNTIL;
			stream->ns += current_op(n, s)->delay_ns;
			continue;
		}
		stream->state = ON_DEVICE;
		submit(n, s);
	}
}

static void admit(struct naive *n)
{
	uint32_t resident = 0;
	struct naive_kernel *k;

	for (uint32_t s = 0; s < n->c->n_streams; s++)
		resident += on_device(&n->kernel[s]);
	for (; resident < n->c->resident_grids && (k = naive_oldest(n, WAITING, -1, -1));
	     resident++)
		k->state = QUEUED;
}

static void set_up(struct naive *n, const struct gpu_case *c, struct case_result *result)
{
	*n = (struct naive){ .c = c,
			     .result = result,
			     .sm = g_new0(struct naive_sm, c->sms),
			     .use = g_new0(struct naive_sm_use, c->sms) };
	for (uint32_t i = 0; i < c->sms; i++) {
		n->sm[i].warps = c->sm.warps;
		n->sm[i].blocks = c->sm.blocks;
		n->sm[i].smem = c->sm.smem_units;
		for (uint32_t p = 0; p < c->sm.partitions; p++)
			n->sm[i].partition[p] = c->sm.registers_per_partition;
	}
	for (uint32_t s = 0; s < c->n_streams; s++) {
		n->kernel[s].blocks = g_array_new(FALSE, TRUE, sizeof(struct naive_block));
		n->stream[s].ns = c->stream[s].op[0].arrival_ns;
	}
}

static void pause_and_resume(struct naive *n)
{
	while (next_turn(n) == n->now_ns) {
		n->n_pauses += !n->paused;
		n->paused = !n->paused;
	}
}

static void place_all(struct naive *n)
{
	if (n->paused)
		return;
	naive_schedule(n);
	naive_set_rates(n);
}

static bool finished(const struct naive *n)
{
	for (uint32_t s = 0; s < n->c->n_streams; s++)
		if (n->stream[s].state != FINISHED)
			return false;
	return true;
}

void naive_run(const struct gpu_case *c, struct case_result *result)
{
	struct naive n;

	memset(result, 0, sizeof *result);
	set_up(&n, c, result);
	while (!finished(&n)) {
		advance(&n, next_instant(&n));
		end_kernels(&n);
		end_delays(&n);
		pause_and_resume(&n);
		recall_all(&n);
		admit(&n);
		start_ready(&n);
		admit(&n);
		place_all(&n);
	}
	result->sm_active_ns = (double)n.sm_active;
	result->warp_ns = (double)n.warps;
	result->dram_byte = (double)n.dram / 1000;
	result->end_ns = n.now_ns;
	for (uint32_t s = 0; s < c->n_streams; s++)
		g_array_free(n.kernel[s].blocks, TRUE);
	g_free(n.sm);
	g_free(n.use);
}
