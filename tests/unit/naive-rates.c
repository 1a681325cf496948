/*
 * naive-rates - how fast the reference's blocks run.
 */
#include "tests/unit/naive-internal.h"

uint64_t naive_demand(const struct naive_kernel *k)
{
	return on_device(k) ? (uint64_t)k->op->work.demand_mbps * k->blocks->len : 0;
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
		others += naive_demand(&n->kernel[s]) != 0;
	while (again) {
		again = false;
		for (uint32_t s = 0; s < n->c->n_streams && !again; s++) {
			uint64_t demand = naive_demand(&n->kernel[s]);

			if (!demand || served[s] || demand > left / others)
				continue;
			served[s] = again = true;
			left -= demand;
			others--;
		}
	}
	return MAX(left / others, 1);
}

void naive_set_rates(struct naive *n)
{
	uint64_t total = 0, level = 0;
	bool served[CASE_STREAMS] = { false };

	for (uint32_t s = 0; s < n->c->n_streams; s++)
		total += naive_demand(&n->kernel[s]);
	if (total > n->c->dram_mbps && n->c->sharing == CT_DRAM_MAX_MIN)
		level = even_split(n, served);
	for (uint32_t s = 0; s < n->c->n_streams; s++) {
		struct naive_kernel *k = &n->kernel[s];
		uint64_t demand = naive_demand(k);

		k->rate = NAIVE_ONE;
		if (!demand || total <= n->c->dram_mbps || served[s])
			continue;
		if (n->c->sharing == CT_DRAM_MAX_MIN)
			k->rate = slowed(level, demand, k->op->work.memory_share);
		else
			k->rate = slowed(n->c->dram_mbps, total, k->op->work.memory_share);
	}
}
