/*
 * naive-gpu - the reference: every block by itself.
 *
 * One record per SM and per block, linear scans, every clock advanced at every instant:
 * the rules of sim/gpu.h written down as plainly as possible, and deliberately without a
 * line of the engine, its models or its tricks.  Integers only, so that equality means
 * equality.
 */
#include "tests/unit/naive-gpu.h"

#include <glib.h>
#include <string.h>

#define NAIVE_ONE     (UINT64_C(1) << 24) /* virtual time per ns at full speed */
#define NAIVE_KERNELS CASE_STREAMS        /* streams are in order: one each at most */

struct naive_sm {
	uint32_t warps, blocks, smem, partition[4]; /* free */
};

struct naive_block {
	uint32_t sm, registers[4];
	uint64_t tag;
};

enum kernel_state { ABSENT, WAITING, QUEUED, PLACED };

/* The kernel that a stream has on the device, or waiting for it. */
struct naive_kernel {
	enum kernel_state state;
	const struct case_op *op;
	struct case_times *times;
	uint64_t serial; /* order of submission */
	uint64_t left, clock, begin, rate;
	GArray *blocks;
};

enum stream_state { READY_AT, DELAYED_UNTIL, ON_DEVICE, FINISHED };

struct naive_stream {
	enum stream_state state;
	int64_t ns;
	uint32_t done; /* operations */
};

struct naive {
	const struct gpu_case *c;
	struct case_result *result;
	struct naive_sm *sm;
	struct naive_stream stream[CASE_STREAMS];
	struct naive_kernel kernel[NAIVE_KERNELS];
	int64_t now_ns;
	bool paused;
	uint32_t n_pauses; /* begun */
	uint64_t serial;
	unsigned __int128 sm_active, warps, dram;
};

static const struct case_op *current_op(const struct naive *n, uint32_t s)
{
	const struct case_stream *stream = &n->c->stream[s];

	return &stream->op[n->stream[s].done % stream->n_ops];
}

static struct naive_block *block_at(struct naive_kernel *k, guint i)
{
	return &g_array_index(k->blocks, struct naive_block, i);
}

static bool on_device(const struct naive_kernel *k)
{
	return k->state == QUEUED || k->state == PLACED;
}

static uint64_t demand_of(const struct naive_kernel *k)
{
	return on_device(k) ? (uint64_t)k->op->work.demand_mbps * k->blocks->len : 0;
}

static int64_t block_end(const struct naive *n, const struct naive_kernel *k,
			 const struct naive_block *b)
{
	int64_t work = (int64_t)(b->tag - k->clock);
	int64_t ns = work <= 0 ? 0 : (int64_t)(((uint64_t)work + k->rate - 1) / k->rate);

	return n->now_ns + MAX(ns, 1);
}

/* When the device next stops or goes on. */
static int64_t next_turn(const struct naive *n)
{
	if (n->paused)
		return n->c->pause[n->n_pauses - 1].to_ns;
	return n->n_pauses == n->c->n_pauses ? INT64_MAX : n->c->pause[n->n_pauses].from_ns;
}

static int64_t next_instant(struct naive *n)
{
	int64_t next = next_turn(n);

	for (uint32_t s = 0; s < n->c->n_streams; s++) {
		struct naive_kernel *k = &n->kernel[s];

		if (n->stream[s].state == READY_AT || n->stream[s].state == DELAYED_UNTIL)
			next = MIN(next, n->stream[s].ns);
		for (guint i = 0; on_device(k) && !n->paused && i < k->blocks->len; i++)
			next = MIN(next, block_end(n, k, block_at(k, i)));
	}
	return next;
}

/* Whether something waits in the partition of stream S at a higher priority than its. */
static bool queued_above(const struct naive *n, uint32_t s)
{
	const struct case_stream *own = &n->c->stream[s];

	for (uint32_t i = 0; i < n->c->n_streams; i++)
		if (n->kernel[i].state == QUEUED &&
		    n->c->stream[i].partition == own->partition &&
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

		if (k->state != ABSENT && k->times->start_ns < 0 && queued_above(n, s))
			k->times->behind_ns += (int64_t)ns;
		if (!on_device(k))
			continue;
		n->dram += (unsigned __int128)(demand_of(k) * k->rate / NAIVE_ONE) * ns;
		k->clock += ns * k->rate;
		k->begin = k->clock;
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
		int64_t overshoot = (int64_t)(k->clock - b->tag);

		if (overshoot < 0) {
			i++;
			continue;
		}
		if (overshoot < least_overshoot) {
			least_overshoot = overshoot;
			k->begin = b->tag;
		}
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

static void end_kernels(struct naive *n)
{
	for (uint32_t s = 0; s < n->c->n_streams && !n->paused; s++) {
		struct naive_kernel *k = &n->kernel[s];

		if (!on_device(k))
			continue;
		end_blocks(n, k);
		if (k->left || k->blocks->len)
			continue;
		k->state = ABSENT;
		k->times->end_ns = n->now_ns;
		n->result->kernels++;
		operation_ended(n, s);
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

	k->state = WAITING;
	k->serial = n->serial++;
	k->op = current_op(n, s);
	k->left = k->op->need.blocks;
	k->clock = k->begin = 0;
	k->rate = NAIVE_ONE;
	k->times = &n->result->time[s][n->stream[s].done];
	*k->times = (struct case_times){ .start_ns = -1 };
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

/* Of the kernels in STATE, of this partition and priority (-1: any), the one submitted
 * first. */
static struct naive_kernel *oldest(struct naive *n, enum kernel_state state, int partition,
				   int priority)
{
	struct naive_kernel *first = NULL;

	for (uint32_t s = 0; s < n->c->n_streams; s++) {
		struct naive_kernel *k = &n->kernel[s];

		if (k->state != state ||
		    (partition >= 0 && n->c->stream[s].partition != (uint32_t)partition) ||
		    (priority >= 0 && n->c->stream[s].priority != (uint32_t)priority))
			continue;
		if (!first || k->serial < first->serial)
			first = k;
	}
	return first;
}

static void admit(struct naive *n)
{
	uint32_t resident = 0;
	struct naive_kernel *k;

	for (uint32_t s = 0; s < n->c->n_streams; s++)
		resident += on_device(&n->kernel[s]);
	for (; resident < n->c->resident_grids && (k = oldest(n, WAITING, -1, -1));
	     resident++)
		k->state = QUEUED;
}

static uint32_t room_on(const struct naive_sm *sm, const struct ct_block_need *need)
{
	uint32_t room = MIN(sm->blocks, sm->warps / need->warps), warps = 0;

	if (need->smem_units)
		room = MIN(room, sm->smem / need->smem_units);
	if (need->register_units) {
		for (int p = 0; p < 4; p++)
			warps += sm->partition[p] / need->register_units;
		room = MIN(room, warps / need->warps);
	}
	return room;
}

static void put_block(struct naive *n, struct naive_kernel *k, uint32_t sm)
{
	const struct ct_block_need *need = &k->op->need;
	struct naive_block b = { .sm = sm, .tag = k->begin + k->op->work.block_work };
	struct naive_sm *on = &n->sm[sm];

	on->blocks--;
	on->warps -= need->warps;
	on->smem -= need->smem_units;
	for (uint32_t w = 0; w < need->warps; w++) {
		int fullest = 0;

		for (int p = 1; p < 4; p++)
			if (on->partition[p] > on->partition[fullest])
				fullest = p;
		on->partition[fullest] -= need->register_units;
		b.registers[fullest] += need->register_units;
	}
	g_array_append_val(k->blocks, b);
	k->left--;
	n->result->blocks++;
	if (k->times->start_ns < 0)
		k->times->start_ns = n->now_ns;
}

/* Places one block; false if no SM has room. */
static bool place_block(struct naive *n, struct naive_kernel *k)
{
	const struct case_stream *stream = &n->c->stream[k - n->kernel];
	uint32_t most = 0, best = 0;

	for (uint32_t i = 0; i < n->c->sms; i++) {
		uint32_t room;

		if (stream->masked && !(stream->sms.word[i / 64] >> i % 64 & 1))
			continue;
		room = room_on(&n->sm[i], &k->op->need);
		if (room > most) {
			most = room;
			best = i;
		}
	}
	if (most)
		put_block(n, k, best);
	return most;
}

static void schedule(struct naive *n, int partition)
{
	struct naive_kernel *k;

	for (int p = 0; p < CT_GPU_PRIORITIES; p++)
		while ((k = oldest(n, QUEUED, partition, p))) {
			while (k->left)
				if (!place_block(n, k))
					return;
			k->state = PLACED;
		}
}

/* 1 / ((1 - b) + b wanted / got), b = share / 256, rounded down, not to 0. */
static uint64_t slowed(uint64_t got, uint64_t wanted, uint32_t share)
{
	unsigned __int128 whole = (unsigned __int128)NAIVE_ONE * 256 * got;
	unsigned __int128 parts =
		(unsigned __int128)(256 - share) * got + (unsigned __int128)share * wanted;

	return got >= wanted ? NAIVE_ONE : MAX((uint64_t)(whole / parts), 1);
}

/* Takes out, one by one, whoever wants no more than an even split of the rest. */
static uint64_t even_split(struct naive *n, bool *served)
{
	uint64_t left = n->c->dram_mbps;
	uint32_t others = 0;
	bool again = true;

	for (uint32_t s = 0; s < n->c->n_streams; s++)
		others += demand_of(&n->kernel[s]) != 0;
	while (again) {
		again = false;
		for (uint32_t s = 0; s < n->c->n_streams && !again; s++) {
			uint64_t demand = demand_of(&n->kernel[s]);

			if (!demand || served[s] || demand > left / others)
				continue;
			served[s] = again = true;
			left -= demand;
			others--;
		}
	}
	return MAX(left / others, 1);
}

static void set_rates(struct naive *n)
{
	uint64_t total = 0, level = 0;
	bool served[CASE_STREAMS] = { false };

	for (uint32_t s = 0; s < n->c->n_streams; s++)
		total += demand_of(&n->kernel[s]);
	if (total > n->c->dram_mbps && n->c->sharing == CT_DRAM_MAX_MIN)
		level = even_split(n, served);
	for (uint32_t s = 0; s < n->c->n_streams; s++) {
		struct naive_kernel *k = &n->kernel[s];
		uint64_t demand = demand_of(k);

		k->rate = NAIVE_ONE;
		if (!demand || total <= n->c->dram_mbps || served[s])
			continue;
		if (n->c->sharing == CT_DRAM_MAX_MIN)
			k->rate = slowed(level, demand, k->op->work.memory_share);
		else
			k->rate = slowed(n->c->dram_mbps, total, k->op->work.memory_share);
	}
}

static void set_up(struct naive *n, const struct gpu_case *c, struct case_result *result)
{
	*n = (struct naive){ .c = c,
			     .result = result,
			     .sm = g_new0(struct naive_sm, c->sms) };
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
	for (int partition = 0; partition < CASE_PARTITIONS; partition++)
		schedule(n, partition);
	set_rates(n);
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
}
