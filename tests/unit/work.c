/*
 * work - a kernel alone takes what it was recorded with, whatever its shape.
 *
 * Random launches on every shipped board.  alone() plays a launch's waves as the
 * simulator does, in whole nanoseconds, so it is a second opinion on the closed form in
 * work.c and not a copy of it.
 */
#include "models/work.h"
#include "tests/unit/dram-work.h"

#include <stdio.h>
#include <stdlib.h>

#define CASES 20000

static uint64_t state = 1;

static uint64_t random_below(uint64_t n)
{
	state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (state >> 24) % n;
}

/* Evenly over the magnitudes below 10^DIGITS. */
static uint64_t random_magnitude(unsigned int digits)
{
	uint64_t top = 10;

	for (uint64_t n = random_below(digits); n > 0; n--)
		top *= 10;
	return 1 + random_below(top - 1);
}

static struct ct_kernel_shape random_shape(void)
{
	static const uint32_t threads[] = {
		32, 33, 64, 128, 160, 256, 384, 512, 768, 1024
	};

	return (struct ct_kernel_shape){
		.blocks = random_magnitude(6),
		.threads_per_block = threads[random_below(G_N_ELEMENTS(threads))],
		.registers_per_thread = (uint32_t)random_below(65),
		.smem_dynamic_bytes = (uint32_t)random_below(3) * 10000,
	};
}

/* Ends of the waves of one launch, alone on SMS SMs; 0 if a wave never ends. */
static int64_t alone(const struct ct_device *d, const struct ct_block_need *need,
		     const struct ct_kernel_work *work, uint32_t sms)
{
	uint64_t left = need->blocks, slots = (uint64_t)need->blocks_per_sm * sms;
	struct ct_memory memory;
	uint64_t carried = 0;
	int64_t now_ns = 0;

	ct_memory(d, &memory);
	while (left > 0) {
		uint64_t wave = MIN(left, slots);
		uint64_t rest = work->block_work > carried ? work->block_work - carried : 0;
		struct ct_contender c;
		uint64_t rate, ns;

		ct_kernel_contender(work, wave, &c);
		ct_contend(&memory, &c, 1);
		rate = ct_rate(c.lost[CT_LEVEL_L2] + c.lost[CT_LEVEL_DRAM]);
		ns = MAX(1, (rest + rate - 1) / rate);

		now_ns += (int64_t)ns;
		carried = carried + ns * rate - work->block_work;
		left -= wave;
	}
	return now_ns;
}

static int failed(const char *what, const struct ct_device *d,
		  const struct ct_block_need *need, int64_t expected, int64_t got)
{
	fprintf(stderr,
		"%s: %s, %" G_GUINT64_FORMAT
		" blocks, %u per SM: expected %" G_GINT64_FORMAT ", got %" G_GINT64_FORMAT
		"\n",
		what, d->name, need->blocks, need->blocks_per_sm, expected, got);
	return 1;
}

static int compute_bound(const struct ct_device *d)
{
	for (int i = 0; i < CASES; i++) {
		struct ct_kernel_shape shape = random_shape();
		int64_t ns = (int64_t)random_magnitude(9);
		struct ct_kernel_work work;
		struct ct_block_need need;
		int64_t least, got;
		const char *why;

		if (!ct_block_need(d, &shape, &need, &why))
			continue;
		dram_work(d, &need, ns, -1, &work);
		if (work.demand_mbps != 0 || work.memory_share != 0)
			return failed("demand out of nothing", d, &need, 0,
				      work.demand_mbps);
		least = MAX(ns, (int64_t)ct_waves(d, &need, d->sms)); /* 1 ns a block */
		got = alone(d, &need, &work, d->sms);
		if (got != least)
			return failed("alone", d, &need, least, got);
		if (ct_time_on_sms(d, &need, &work, d->sms) != least)
			return failed("closed form", d, &need, least,
				      ct_time_on_sms(d, &need, &work, d->sms));
	}
	return 0;
}

static int memory_bound(const struct ct_device *d)
{
	int derated = 0;

	for (int i = 0; i < CASES; i++) {
		struct ct_kernel_shape shape = random_shape();
		int64_t ns = (int64_t)(1000 + random_magnitude(8));
		int64_t most = ns * (int64_t)(ct_dram_mbps(d) / 1000);
		int64_t bytes = (int64_t)random_below(1 + (uint64_t)most * 5 / 4);
		struct ct_kernel_work work;
		struct ct_block_need need;
		int64_t got, closed;
		const char *why;

		if (!ct_block_need(d, &shape, &need, &why))
			continue;
		dram_work(d, &need, ns, bytes, &work);
		if (work.memory_share > 256)
			return failed("memory share", d, &need, 256, work.memory_share);
		if (work.block_work == CT_WORK_ONE)
			continue;
		derated += work.block_work <
			   ((uint64_t)ns << CT_WORK_BITS) / ct_waves(d, &need, d->sms);
		got = alone(d, &need, &work, d->sms);
		if (llabs(got - ns) > 1)
			return failed("alone, memory-bound", d, &need, ns, got);
		closed = ct_time_on_sms(d, &need, &work, d->sms);
		if (llabs(closed - ns) > 1)
			return failed("closed form, memory-bound", d, &need, ns, closed);
	}
	if (derated == 0)
		return failed("no kernel contends with itself", d,
			      &(struct ct_block_need){ 0 }, 1, 0);
	return 0;
}

/* Blocks that ask for what they ask for while they work move what was recorded, unless the
 * recording has more than the device can move: with a wave or two and a small last one,
 * the bytes of half the time are nearly all of them. */
static int bytes_conserved(const struct ct_device *d)
{
	for (int i = 0; i < CASES; i++) {
		struct ct_kernel_shape shape = random_shape();
		int64_t ns = (int64_t)(1000000 + random_magnitude(8));
		int64_t most = ns * (int64_t)(ct_dram_mbps(d) / 1000);
		int64_t dram = (int64_t)random_below((uint64_t)most * 6 / 10);
		struct ct_kernel_demand demand = ct_demand_dram(dram);
		struct ct_kernel_work work;
		struct ct_block_need need;
		double moved;
		const char *why;

		if (!ct_block_need(d, &shape, &need, &why) ||
		    ct_waves(d, &need, d->sms) < 4)
			continue;
		demand.l2_bytes = (struct ct_demand){ dram * 2, CT_DEMAND_GUESS };
		ct_kernel_work(d, &need, ns, &demand, &work);
		moved = (double)work.demand_mbps * (double)need.blocks *
			(double)work.block_work / CT_WORK_ONE / 1000;
		/* a block's demand is whole MB/s, and waves differ */
		if (work.demand_mbps > 200 &&
		    (moved < 0.9 * (double)dram || moved > 1.1 * (double)dram))
			return failed("bytes", d, &need, dram, (int64_t)moved);
	}
	return 0;
}

/* A copy kernel that takes all of DRAM demands what saturates it on n0 SMs, so two of
 * them contend; a kernel that hardly reads demands what it drew. */
static int demands(const struct ct_device *d)
{
	struct ct_kernel_shape shape = { .threads_per_block = 256 };
	int64_t ns = 1000000, reachable = (int64_t)ct_dram_mbps(d), total;
	struct ct_kernel_work work;
	struct ct_block_need need;
	uint64_t full;
	const char *why;

	if (!ct_block_need(d, &shape, &need, &why))
		return failed(why, d, &need, 1, 0);
	full = need.blocks; /* one wave was assumed */
	need.blocks *= 10;
	dram_work(d, &need, ns, reachable * (ns / 1000), &work);
	total = (int64_t)(full * work.demand_mbps);
	if (llabs(total - reachable * d->sms / d->dram_saturation_sms) > (int64_t)full)
		return failed("saturating demand", d, &need,
			      reachable * d->sms / d->dram_saturation_sms, total);
	if (work.memory_share != 256)
		return failed("saturating share", d, &need, 256, work.memory_share);
	dram_work(d, &need, ns, reachable / 10 * (ns / 1000), &work);
	total = (int64_t)(full * work.demand_mbps);
	if (llabs(total - reachable / 10) > (int64_t)full)
		return failed("small demand", d, &need, reachable / 10, total);
	return 0;
}

/* More SMs never take longer, and one SM takes all the waves one after the other. */
static int fewer_sms(const struct ct_device *d)
{
	struct ct_kernel_shape shape = { .blocks = 3000, .threads_per_block = 256 };
	struct ct_kernel_work work;
	struct ct_block_need need;
	int64_t last = INT64_MAX;
	const char *why;

	if (!ct_block_need(d, &shape, &need, &why))
		return failed(why, d, &need, 1, 0);
	dram_work(d, &need, 1000000, -1, &work);
	for (uint32_t sms = 1; sms <= d->sms; sms++) {
		int64_t ns = ct_time_on_sms(d, &need, &work, sms);

		if (ns > last || ns != alone(d, &need, &work, sms))
			return failed("on fewer SMs", d, &need, last, ns);
		last = ns;
	}
	return 0;
}

static struct ct_kernel_demand everything(int64_t value)
{
	const struct ct_demand one = { value, CT_DEMAND_MEASURED };

	return (struct ct_kernel_demand){
		one, one, one, one, one, one, { one, one, one, one }
	};
}

/* Whatever a trace may hold is either refused with a reason or bounded. */
static int extremes(const struct ct_device *d)
{
	static const struct ct_kernel_shape shapes[] = {
		{ 0 },
		{ .blocks = 1, .threads_per_block = 1 },
		{ .blocks = UINT64_MAX, .threads_per_block = 1024 },
		{ .blocks = UINT64_MAX, .threads_per_block = UINT32_MAX },
		{ .blocks = 1,
		  .threads_per_block = 32,
		  .registers_per_thread = UINT32_MAX },
		{ .blocks = 1, .threads_per_block = 32, .smem_static_bytes = UINT32_MAX },
		{ .threads_per_block = 0, .smem_dynamic_bytes = UINT32_MAX },
	};
	static const int64_t times[] = { INT64_MIN, -1, 0, 1, INT64_MAX };
	static const int64_t bytes[] = { INT64_MIN, -1, 0, 1, INT64_MAX };

	for (size_t i = 0; i < G_N_ELEMENTS(shapes); i++) {
		struct ct_block_need need;
		const char *why = NULL;

		if (!ct_block_need(d, &shapes[i], &need, &why)) {
			if (!why)
				return failed("no reason", d, &need, 1, 0);
			continue;
		}
		if (need.blocks == 0 || need.blocks_per_sm == 0 || need.warps == 0)
			return failed("empty need", d, &need, 1, 0);
		if (need.guessed != (i == 0))
			return failed("guessed", d, &need, i == 0, need.guessed);
		for (size_t t = 0; t < G_N_ELEMENTS(times); t++) {
			for (size_t b = 0; b < G_N_ELEMENTS(bytes); b++) {
				struct ct_kernel_demand demand = everything(bytes[b]);
				struct ct_kernel_work work;

				ct_kernel_work(d, &need, times[t], &demand, &work);
				if (work.block_work < CT_WORK_ONE ||
				    work.block_work > (uint64_t)INT64_MAX ||
				    work.memory_share > 256 ||
				    ct_time_on_sms(d, &need, &work, 1) < 1)
					return failed("bounds", d, &need, times[t],
						      bytes[b]);
			}
		}
	}
	return 0;
}

/* The least and the most that cotenant-device(5) allows. */
static int extreme_boards(const struct ct_device *d)
{
	struct ct_device slow = *d, fast = *d;

	slow.sms = slow.dram_saturation_sms = fast.sms = 1024;
	slow.dram_bytes_per_s = 1000000000;
	slow.dram_efficiency_permille = 1;
	fast.dram_saturation_sms = 1;
	fast.dram_bytes_per_s = INT64_C(1000000000000000);
	fast.dram_efficiency_permille = 1000;
	return extremes(&slow) | extremes(&fast);
}

int main(void)
{
	g_autoptr(GError) error = NULL;
	g_auto(GStrv) names = ct_device_list(&error);
	int wrong = 0;

	for (char **name = names; name && *name; name++) {
		struct ct_device *d = ct_device_load(*name, &error);

		if (!d)
			break;
		wrong |= compute_bound(d) | memory_bound(d) | bytes_conserved(d) |
			 demands(d) | fewer_sms(d) | extremes(d) | extreme_boards(d);
		ct_device_free(d);
	}
	if (error)
		fprintf(stderr, "%s\n", error->message);
	return wrong || error || !names;
}
