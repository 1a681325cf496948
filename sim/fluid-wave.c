/*
 * fluid-wave - the blocks of one flow: how many there is room for, and when they end.
 *
 * Room.  SMs are not told apart.  Those with a block are taken to be equally full, the
 * others are empty, and each takes whole blocks: so what is left between large blocks is
 * lost, as on hardware, but how much depends on an average.
 *
 * Waves.  Blocks placed together end together, and the time at which they do is known in
 * virtual time, so that a wave that follows another in its places ends exactly `work`
 * later, however often time was rounded to nanoseconds in between.  While the flow is the
 * first that waits for room, every wave is followed by one of the same size until the
 * blocks run out; nothing else can see that, so the next event is the end of the wave
 * after which the last blocks are placed, and what happened until then is worked out when
 * somebody asks (ct_flow_follow()).  Blocks that find room between two waves are a wave
 * of their own, up to FLUID_WAVES; more join the youngest, which then ends when its
 * blocks would end on average, so that no work is gained or lost.
 */
#include <glib.h>

#include "sim/fluid-internal.h"

/* Far enough for anything, and near enough for tags to stay within 2^63 of now. */
#define MAX_AHEAD (UINT64_C(1) << 61)

void ct_flow_advance(struct flow *w, int64_t now_ns)
{
	w->virtual_time += (uint64_t)(now_ns - w->as_of_ns) * w->rate;
	w->as_of_ns = now_ns;
}

/* First instant after as_of_ns in which virtual time has reached TAG. */
static int64_t tag_ns(const struct flow *w, uint64_t tag)
{
	int64_t work = (int64_t)(tag - w->virtual_time);

	if (work <= 0)
		return w->as_of_ns + 1;
	if (w->rate == CT_WORK_ONE)
		return w->as_of_ns +
		       (int64_t)(((uint64_t)work + CT_WORK_ONE - 1) >> CT_WORK_BITS);
	return w->as_of_ns + (int64_t)(((uint64_t)work + w->rate - 1) / w->rate);
}

/* The end of the wave after which the last blocks are placed. */
static uint64_t last_wave_tag(const struct flow *w)
{
	uint64_t turns = w->left > w->placed ? (w->left - 1) / w->placed : 0;
	uint64_t left = w->left - turns * w->placed;
	uint32_t i = 0;

	if (turns && (unsigned __int128)turns * w->work > MAX_AHEAD)
		return w->wave[0].tag + MAX_AHEAD / w->work * w->work;
	for (; left > w->wave[i].blocks; i++)
		left -= w->wave[i].blocks;
	return w->wave[i].tag + turns * w->work;
}

void ct_flow_schedule(struct fluid *f, struct flow *w)
{
	f->next_ns[w->slot] =
		!w->n_waves ? FLUID_NEVER
			    : tag_ns(w, w == f->stuck ? last_wave_tag(w) : w->wave[0].tag);
}

static void take(struct fluid *f, struct flow *w, uint32_t blocks)
{
	w->placed += blocks;
	f->demand_changed |= w->demanding;
	for (int i = 0; i < FLUID_RESOURCES; i++)
		f->used[i] += (uint64_t)w->need[i] * blocks;
}

static void give_back(struct fluid *f, struct flow *w, uint32_t blocks)
{
	w->placed -= blocks;
	f->demand_changed |= w->demanding;
	f->freed = true;
	for (int i = 0; i < FLUID_RESOURCES; i++)
		f->used[i] -= (uint64_t)w->need[i] * blocks;
}

/* Blocks of the flow that fit on an SM beside OTHERS average ones. */
static uint64_t beside(const struct fluid *f, const struct flow *w, uint64_t others)
{
	uint64_t blocks = f->used[FLUID_BLOCKS], room = w->per_sm;

	for (int i = 0; i < FLUID_RESOURCES && room; i++) {
		uint64_t all = f->limit[i] * blocks, used = f->used[i] * others;
		uint64_t need = w->need[i] * blocks;

		if (!need)
			continue;
		if (used + need > all)
			return 0;
		if (used + need * room > all)
			room = (all - used) / need;
	}
	return room;
}

/* At most what is left of the resources of all SMs together: where average blocks would not
 * fit on the fuller SMs, the estimate above is too high. */
static uint64_t cap(const struct fluid *f, const struct flow *w, uint64_t room)
{
	for (int i = 0; i < FLUID_RESOURCES && room; i++) {
		uint64_t free = f->limit[i] * f->sms - f->used[i];

		if (w->need[i] * room > free)
			room = free / w->need[i];
	}
	return room;
}

/* DANGER: of clusters, a whole number wherever there is room: GPCs are not told apart. */
static uint32_t whole(const struct flow *w, uint64_t blocks)
{
	uint32_t cluster = w->grid->need.cluster;

	return (uint32_t)(cluster > 1 ? blocks - blocks % cluster : blocks);
}

/* Further blocks for which there is room, of those that are left. */
static uint32_t room_for(const struct fluid *f, const struct flow *w)
{
	uint64_t blocks = f->used[FLUID_BLOCKS], busy = ct_fluid_busy_sms(f);
	uint64_t others, fuller, per_sm;
	uint64_t room = (f->sms - busy) * w->per_sm, most = w->most - w->placed;

	if (w->left < most)
		most = w->left;
	if (room >= most)
		return whole(w, most);
	others = blocks > busy ? blocks / busy : 1;
	fuller = blocks - others * busy; /* so many have one more than the others */
	per_sm = beside(f, w, others);
	room += per_sm * (busy - fuller);
	if (per_sm && fuller && room < most)
		room += beside(f, w, others + 1) * fuller;
	return whole(w, cap(f, w, room < most ? room : most));
}

/* MORE blocks join the wave; they would end at TAG. */
static void join(struct wave *wave, uint32_t more, uint64_t tag)
{
	unsigned __int128 later = (unsigned __int128)(tag - wave->tag) * more;

	wave->blocks += more;
	wave->tag += (uint64_t)(later / wave->blocks);
}

bool ct_flow_place(struct fluid *f, struct flow *w)
{
	uint32_t blocks = room_for(f, w);
	uint64_t tag;

	if (!blocks)
		return false;
	if (w->slot < 0) {
		w->slot = (int32_t)f->n_running++;
		f->running[w->slot] = w;
		w->as_of_ns = w->counted_ns = f->now_ns;
	}
	ct_flow_advance(w, f->now_ns);
	tag = (w->carry_ns == f->now_ns ? w->carry : w->virtual_time) + w->work;
	take(f, w, blocks);
	w->left -= blocks;
	f->use.blocks += blocks;
	f->use.batches++;
	if (w->n_waves < FLUID_WAVES)
		w->wave[w->n_waves++] = (struct wave){ tag, blocks };
	else
		join(&w->wave[FLUID_WAVES - 1], blocks, tag);
	return true;
}

static bool has_reached(const struct flow *w, uint64_t tag)
{
	return (int64_t)(w->virtual_time - tag) >= 0;
}

/* The wave that ends first, taken out. */
static struct wave take_first(struct flow *w)
{
	struct wave first = w->wave[0];

	w->n_waves--;
	for (uint32_t i = 0; i < w->n_waves; i++)
		w->wave[i] = w->wave[i + 1];
	return first;
}

static void end_wave(struct fluid *f, struct flow *w)
{
	struct wave wave = take_first(w);

	give_back(f, w, wave.blocks);
	w->carry = wave.tag;
	w->carry_ns = f->now_ns;
}

void ct_flow_end_waves(struct fluid *f, struct flow *w)
{
	ct_flow_advance(w, f->now_ns);
	while (w->n_waves && has_reached(w, w->wave[0].tag))
		end_wave(f, w);
}

/* All waves of the flow were followed so many times. */
static void skip_turns(struct fluid *f, struct flow *w, uint64_t turns)
{
	for (uint32_t i = 0; i < w->n_waves; i++)
		w->wave[i].tag += turns * w->work;
	w->left -= turns * w->placed;
	f->use.blocks += turns * w->placed;
}

/* The waves of the flow that waits for room, up to now.  Those that end now are over, and
 * what follows them is the scheduler's to say. */
void ct_flow_follow(struct fluid *f, struct flow *w)
{
	uint64_t before; /* this instant */

	if (!w->n_waves)
		return;
	ct_flow_advance(w, f->now_ns);
	before = w->virtual_time - w->rate;
	if ((int64_t)(before - w->wave[0].tag - w->work) >= 0)
		skip_turns(f, w, (before - w->wave[0].tag) / w->work);
	while ((int64_t)(before - w->wave[0].tag) >= 0) {
		struct wave wave = take_first(w);

		wave.tag += w->work;
		w->wave[w->n_waves++] = wave;
		w->left -= wave.blocks;
		f->use.blocks += wave.blocks;
	}
	while (w->n_waves && has_reached(w, w->wave[0].tag))
		end_wave(f, w);
}

void ct_flow_kill(struct fluid *f, struct flow *w)
{
	struct ct_grid *grid = w->grid;
	unsigned __int128 work = 0;

	ct_flow_advance(w, f->now_ns);
	for (uint32_t i = 0; i < w->n_waves; i++)
		work += (unsigned __int128)(w->work - (w->wave[i].tag - w->virtual_time)) *
			w->wave[i].blocks;
	grid->blocks_lost = w->placed;
	grid->blocks_left += w->placed;
	grid->lost_ns = (int64_t)(work >> CT_WORK_BITS);
	give_back(f, w, w->placed);
	w->n_waves = 0;
}
