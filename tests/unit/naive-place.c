/*
 * naive-place - the reference's block scheduler: one block after the other.
 */
#include "tests/unit/naive-internal.h"

#include <string.h>

struct naive_kernel *naive_oldest(struct naive *n, enum kernel_state state, int partition,
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

/* An eighth of what there can be of the launch at once, rounded up to whole clusters. */
static uint64_t portion_size(const struct naive *n, const struct naive_kernel *k)
{
	uint64_t slots = (uint64_t)n->c->sms * k->op->need.blocks_per_sm, step;
	uint64_t blocks = MIN(slots, k->submitted_blocks), size = 0;

	for (step = MAX(k->op->need.cluster, 1); 8 * size < blocks; size += step)
		;
	return size;
}

static uint64_t next_block_work(struct naive *n, struct naive_kernel *k)
{
	static const int eighths[] = { 7, -1, 3, -5, 5, -3, 1, -7 };
	const struct ct_kernel_work *work = &k->op->work;
	uint32_t past;
	__int128 more;

	if (!work->spread_permille)
		return work->block_work;
	if (!k->portion_left || k->portion_ns != n->now_ns) {
		k->portions++;
		k->portion_left = portion_size(n, k);
		k->portion_ns = n->now_ns;
	}
	k->portion_left--;
	past = k->portions - 1;
	more = (__int128)work->block_work * work->spread_permille *
	       eighths[(past % 8 + past / 8 * 3) % 8] / 8000;
	return (uint64_t)MAX((__int128)work->block_work + more, (__int128)NAIVE_ONE);
}

static void put_block(struct naive *n, struct naive_kernel *k, uint32_t sm)
{
	const struct ct_block_need *need = &k->op->need;
	uint64_t work = next_block_work(n, k);
	struct naive_block b = {
		.sm = sm, .work = work, .left = (int64_t)work - k->begun, .rate = NAIVE_ONE
	};
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
	if (k->start_ns < 0)
		k->start_ns = n->now_ns;
}

#define ANY_GPC UINT32_MAX

/* Whether the kernel may use the SM, as part of that GPC. */
static bool may_use(const struct naive *n, const struct naive_kernel *k, uint32_t sm,
		    uint32_t gpc)
{
	const struct case_stream *stream = &n->c->stream[k - n->kernel];

	if (stream->masked && !(stream->sms.word[sm / 64] >> sm % 64 & 1))
		return false;
	return gpc == ANY_GPC || case_gpc(n->c, sm) == gpc;
}

/* Where blocks of the partition are; returns on how many SMs. */
static uint32_t find_held(const struct naive *n, uint32_t partition, bool *held)
{
	uint32_t sms = 0;

	memset(held, 0, n->c->sms * sizeof *held);
	for (uint32_t s = 0; s < n->c->n_streams; s++) {
		const GArray *blocks = n->kernel[s].blocks;

		if (n->c->stream[s].partition != partition || n->kernel[s].state == ABSENT)
			continue;
		for (uint32_t i = 0; i < blocks->len; i++) {
			uint32_t sm = g_array_index(blocks, struct naive_block, i).sm;

			sms += !held[sm];
			held[sm] = true;
		}
	}
	return sms;
}

/* Places one block; false if no SM has room. */
static bool place_block(struct naive *n, struct naive_kernel *k, uint32_t gpc)
{
	const struct case_stream *stream = &n->c->stream[k - n->kernel];
	uint32_t most = 0, best = 0;
	bool held[CT_GPU_MAX_SMS], full = false;

	if (stream->sm_cap)
		full = find_held(n, stream->partition, held) >= stream->sm_cap;
	for (uint32_t i = 0; i < n->c->sms; i++) {
		uint32_t room;

		if (!may_use(n, k, i, gpc) || (full && !held[i]))
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

/* Places the blocks of one cluster in one GPC; false if none has room for them. */
static bool place_cluster(struct naive *n, struct naive_kernel *k)
{
	uint32_t gpcs = case_gpc(n->c, n->c->sms - 1) + 1, most = 0, best = 0;

	for (uint32_t gpc = 0; gpc < gpcs; gpc++) {
		uint32_t room = 0;

		for (uint32_t i = 0; i < n->c->sms; i++)
			if (may_use(n, k, i, gpc))
				room += room_on(&n->sm[i], &k->op->need);
		if (room / k->op->need.cluster > most) {
			most = room / k->op->need.cluster;
			best = gpc;
		}
	}
	if (!most)
		return false;
	for (uint32_t i = 0; i < k->op->need.cluster; i++)
		if (!place_block(n, k, best))
			g_error("the reference found no room where it had counted some");
	return true;
}

static bool place_next(struct naive *n, struct naive_kernel *k)
{
	return k->op->need.cluster > 1 ? place_cluster(n, k) : place_block(n, k, ANY_GPC);
}

/* The kernel that is served next of those whose partition is not stuck. */
static struct naive_kernel *next_to_serve(struct naive *n, const bool *stuck)
{
	struct naive_kernel *first = NULL;

	for (int p = 0; p < CT_GPU_PRIORITIES && !first; p++)
		for (int partition = 0; partition < CASE_PARTITIONS; partition++) {
			struct naive_kernel *k =
				stuck[partition] ? NULL
						 : naive_oldest(n, QUEUED, partition, p);

			if (k && (!first || k->serial < first->serial))
				first = k;
		}
	return first;
}

void naive_schedule(struct naive *n)
{
	bool all = n->c->blocked_head == CT_HEAD_BLOCKS_ALL;
	bool stuck[CASE_PARTITIONS] = { false };
	struct naive_kernel *k;

	while ((k = next_to_serve(n, stuck))) {
		while (k->left && place_next(n, k))
			;
		if (!k->left)
			k->state = PLACED;
		else if (all)
			return;
		else
			stuck[n->c->stream[k - n->kernel].partition] = true;
	}
}
