/*
 * contention - what running kernels lose to each other; the rules are in contention.h.
 *
 * Integers only.  Bandwidths are below 2^40 MB/s and sizes below 2^50, so sums over a
 * device's kernels fit 64 bits and products are formed in 128.
 */
#include "models/contention.h"

#include "models/work.h"

typedef unsigned __int128 u128;

#define CURVE_BITS 10 /* of q, in the table */
#define CURVE_ONE  (1u << CURVE_BITS)
#define MAX_LOST   (UINT64_C(1) << 43) /* a rate of 1 unit per ns */

static inline uint64_t ceil_div(u128 a, uint64_t b)
{
	if (!(a >> 63)) /* nearly always: 128 bits are divided by a slow call */
		return ((uint64_t)a + b - 1) / b;
	return (uint64_t)MIN((a + b - 1) / b, UINT64_MAX >> 1);
}

/* The largest integer whose cube is not above X. */
static uint32_t cube_root(uint64_t x)
{
	uint32_t root = 0;

	for (uint32_t bit = 1u << 21; bit; bit >>= 1) {
		uint64_t next = root | bit;

		if ((u128)next * next * next <= x)
			root = (uint32_t)next;
	}
	return root;
}

/* (1 + v^3)^(1/3) for v = 0 .. 1 in steps of 1 / CURVE_ONE. */
static inline const uint32_t *curve(void)
{
	static uint32_t table[CURVE_ONE + 1];
	static gsize once;

	if (g_once_init_enter(&once)) {
		for (uint64_t v = 0; v <= CURVE_ONE; v++)
			table[v] = cube_root(((UINT64_C(1) << 3 * CURVE_BITS) + v * v * v)
					     << (3 * CT_LOST_BITS - 3 * CURVE_BITS));
		g_once_init_leave(&once, 1);
	}
	return table;
}

/* How much longer those wait whose servers are asked for more than nothing: all by what
 * the curve says (soft), and at least so that no more than CAPACITY is served (hard). */
struct stretch {
	uint64_t soft, hard;
};

static inline struct stretch stretch(uint64_t asked, uint64_t capacity)
{
	uint64_t q, of_inverse;

	if (asked <= capacity)
		return (struct stretch){
			curve()[ceil_div((u128)asked << CURVE_BITS, capacity)], CT_LOST_ONE
		};
	/* for q above 1 the same curve from the other side: q times that of 1/q */
	q = ceil_div((u128)asked << CT_LOST_BITS, capacity);
	of_inverse = curve()[ceil_div((u128)capacity << CURVE_BITS, asked)];
	return (struct stretch){ (uint64_t)((u128)q * of_inverse >> CT_LOST_BITS), q };
}

uint64_t ct_stretch(uint64_t asked, uint64_t capacity)
{
	return stretch(asked, capacity).soft;
}

uint32_t ct_rate(uint64_t lost)
{
	uint64_t rate = (UINT64_C(1) << (CT_WORK_BITS + CT_LOST_BITS)) /
			(CT_LOST_ONE + MIN(lost, MAX_LOST));

	return rate ? (uint32_t)rate : 1;
}

void ct_memory(const struct ct_device *device, struct ct_memory *out)
{
	uint64_t dram = ct_dram_mbps(device);

	*out = (struct ct_memory){
		.mbps = { (uint64_t)device->l2_bytes_per_s / 1000000, dram },
		.shared_dram_mbps =
			MAX(1, dram * (1000 - device->dram_loss_permille) / 1000),
		.l2_bytes = (uint64_t)device->l2_bytes,
		.sharing = device->dram_sharing,
	};
}

uint32_t ct_l2_hits(const struct ct_memory *memory, uint64_t footprint, uint64_t kept)
{
	if (!footprint || !memory->l2_bytes || kept >= footprint)
		return CT_HIT_ONE;
	return (uint32_t)(((u128)kept << CT_HIT_BITS) / footprint);
}

int64_t ct_l2_refill_ns(const struct ct_memory *memory, uint64_t footprint)
{
	return (int64_t)ceil_div((u128)MIN(footprint, memory->l2_bytes) * 1000,
				 memory->mbps[CT_LEVEL_DRAM]);
}

static bool uses_l2(const struct ct_contender *c)
{
	return c->footprint_bytes && c->asked_mbps[CT_LEVEL_L2];
}

/* What is left of L2 for those who cannot have all they need, and their access rate. */
struct l2_left {
	uint64_t bytes, mbps;
};

static bool has_enough(const struct ct_contender *c, const struct l2_left *left)
{
	return (u128)c->footprint_bytes * left->mbps <=
	       (u128)left->bytes * c->asked_mbps[CT_LEVEL_L2];
}

/* Round by round, whoever needs no more than its share of what is left gets it. */
static struct l2_left share_l2(const struct ct_memory *memory, struct ct_contender *c,
			       uint32_t n)
{
	struct l2_left left = { memory->l2_bytes, 0 }, before;

	for (uint32_t i = 0; i < n; i++) {
		c[i].dram_mbps = 0; /* 1: has enough */
		if (uses_l2(&c[i]))
			left.mbps += c[i].asked_mbps[CT_LEVEL_L2];
	}
	do {
		before = left;
		for (uint32_t i = 0; i < n; i++) {
			if (!uses_l2(&c[i]) || c[i].dram_mbps ||
			    !has_enough(&c[i], &before))
				continue;
			c[i].dram_mbps = 1;
			left.bytes -= c[i].footprint_bytes;
			left.mbps -= c[i].asked_mbps[CT_LEVEL_L2];
		}
	} while (left.mbps && left.mbps != before.mbps);
	return left;
}

/* Hits that the others take away are asked of DRAM. */
static void ask_dram(const struct ct_memory *memory, struct ct_contender *c, uint32_t n)
{
	uint64_t footprints = 0;
	struct l2_left left;
	uint32_t users = 0;

	for (uint32_t i = 0; i < n; i++)
		if (uses_l2(&c[i])) {
			footprints += c[i].footprint_bytes;
			users++;
		}
	if (users > 1 && memory->l2_bytes && footprints > memory->l2_bytes) {
		left = share_l2(memory, c, n);
	} else {
		left.mbps = 0;
	}
	for (uint32_t i = 0; i < n; i++) {
		uint64_t l2 = c[i].asked_mbps[CT_LEVEL_L2], missed = 0, kept;

		if (left.mbps && uses_l2(&c[i]) && !c[i].dram_mbps) {
			kept = (uint64_t)((u128)left.bytes * l2 / left.mbps);
			kept = ct_l2_hits(memory, c[i].footprint_bytes, kept);
			if (kept < c[i].hits_alone)
				missed = (uint64_t)((u128)l2 * (c[i].hits_alone - kept) >>
						    CT_HIT_BITS);
		}
		c[i].dram_mbps = c[i].asked_mbps[CT_LEVEL_DRAM] + missed;
	}
}

static inline uint64_t asked_of(const struct ct_contender *c, enum ct_level level)
{
	return level == CT_LEVEL_DRAM ? c->dram_mbps : c->asked_mbps[level];
}

/* Max-min: the level that nobody's share of CAPACITY exceeds. */
static uint64_t fair_level(const struct ct_contender *c, uint32_t n, enum ct_level level,
			   uint64_t capacity)
{
	uint64_t fair = 0, left, others;

	for (;;) {
		uint64_t next;

		left = capacity;
		others = 0;
		for (uint32_t i = 0; i < n; i++) {
			uint64_t asked = asked_of(&c[i], level);

			if (asked > fair)
				others++;
			else
				left -= asked;
		}
		if (!others)
			return UINT64_MAX; /* it is enough for all */
		next = left / others;
		if (next <= fair)
			return MAX(next, 1);
		fair = next;
	}
}

/* What somebody loses for whom time is SOFT times as long, and cannot be less than HARD
 * times as long. */
static inline uint64_t loses(const struct ct_contender *c, uint64_t soft, uint64_t hard)
{
	uint64_t lost = (uint64_t)((u128)(soft - CT_LOST_ONE) * c->memory_share >> 8);

	return hard > CT_LOST_ONE ? MAX(lost, hard - CT_LOST_ONE) : lost;
}

static uint64_t over(uint64_t asked, uint64_t level)
{
	return asked <= level ? CT_LOST_ONE : ceil_div((u128)asked << CT_LOST_BITS, level);
}

static void serve_fairly(struct ct_contender *c, uint32_t n, enum ct_level level,
			 uint64_t total, uint64_t capacity)
{
	uint64_t served =
		(uint64_t)(((u128)total << CT_LOST_BITS) / ct_stretch(total, capacity));
	uint64_t soft = fair_level(c, n, level, served);
	uint64_t hard = total > capacity ? fair_level(c, n, level, capacity) : UINT64_MAX;

	for (uint32_t i = 0; i < n; i++) {
		uint64_t asked = asked_of(&c[i], level);

		c[i].lost[level] = loses(&c[i], over(asked, soft), over(asked, hard));
	}
}

/* Inlined, because a loop for each level is half the work of one for both. */
static G_ALWAYS_INLINE inline void serve(const struct ct_memory *memory,
					 struct ct_contender *c, uint32_t n,
					 enum ct_level level)
{
	uint64_t total = 0, capacity = memory->mbps[level];
	struct stretch longer;
	uint32_t asking = 0;

	for (uint32_t i = 0; i < n; i++) {
		uint64_t asked = asked_of(&c[i], level);

		c[i].lost[level] = 0;
		total += asked;
		asking += asked != 0;
	}
	if (!total || !capacity)
		return;
	if (level == CT_LEVEL_DRAM && asking > 1)
		capacity = memory->shared_dram_mbps;
	if (asking > 1 && memory->sharing == CT_DRAM_MAX_MIN) {
		serve_fairly(c, n, level, total, capacity);
		return;
	}
	longer = stretch(total, capacity);
	for (uint32_t i = 0; i < n; i++)
		if (asked_of(&c[i], level))
			c[i].lost[level] = loses(&c[i], longer.soft, longer.hard);
}

void ct_contend(const struct ct_memory *memory, struct ct_contender *c, uint32_t n)
{
	ask_dram(memory, c, n);
	serve(memory, c, n, CT_LEVEL_L2);
	serve(memory, c, n, CT_LEVEL_DRAM);
}

void ct_contend_alone(const struct ct_memory *memory, const struct ct_contender *c,
		      uint64_t *lost)
{
	for (int i = 0; i < CT_LEVELS; i++) {
		struct stretch longer;

		lost[i] = 0;
		if (!c->asked_mbps[i] || !memory->mbps[i])
			continue;
		longer = stretch(c->asked_mbps[i], memory->mbps[i]);
		lost[i] = loses(c, longer.soft, longer.hard);
	}
}

void ct_sm_model(const struct ct_device *device, struct ct_sm_model *out)
{
	const struct ct_sm_limits *sm = &device->sm;

	*out = (struct ct_sm_model){
		.l1_bytes = (uint64_t)sm->l1_bytes * sm->l1_usable_permille / 1000,
		.miss_cost = sm->l1_miss_permille > 1000 ? sm->l1_miss_permille - 1000 : 0,
	};
}

/* The part of L1 hits that is lost, in CT_LOST_ONE. */
static uint64_t l1_missed(const struct ct_sm_model *model, const struct ct_sm_use *use)
{
	uint64_t room;

	if (use->l1_bytes + use->smem_bytes <= model->l1_bytes || !use->l1_bytes)
		return 0;
	room = model->l1_bytes - MIN(use->smem_bytes, model->l1_bytes);
	if (use->l1_bytes >= 2 * room)
		return CT_LOST_ONE;
	return ((use->l1_bytes - room) << CT_LOST_BITS) / room;
}

uint64_t ct_sm_lost(const struct ct_sm_model *model, const struct ct_sm_use *own,
		    const struct ct_sm_use *all, uint16_t l1_share)
{
	uint64_t fullest = CT_PIPE_ONE, lost, missed, cost;

	for (int p = 0; p < CT_PIPES; p++)
		if (own->pipe[p] && all->pipe[p] > own->pipe[p])
			fullest = MAX(fullest, all->pipe[p]);
	lost = (fullest - CT_PIPE_ONE) << (CT_LOST_BITS - 16);
	if (!model->l1_bytes || !l1_share || !own->l1_bytes)
		return lost;
	/* alone it already lost what its own blocks take from each other */
	missed = l1_missed(model, own);
	cost = (uint64_t)l1_share * model->miss_cost;
	return lost + (l1_missed(model, all) - missed) * cost /
			      (256 * 1000 + (missed * cost >> CT_LOST_BITS));
}
