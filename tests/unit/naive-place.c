/*
 * naive-place - the reference's block scheduler: one block after the other.
 */
#include "tests/unit/naive-internal.h"

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
	if (k->start_ns < 0)
		k->start_ns = n->now_ns;
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

void naive_schedule(struct naive *n, int partition)
{
	struct naive_kernel *k;

	for (int p = 0; p < CT_GPU_PRIORITIES; p++)
		while ((k = naive_oldest(n, QUEUED, partition, p))) {
			while (k->left)
				if (!place_block(n, k))
					return;
			k->state = PLACED;
		}
}
