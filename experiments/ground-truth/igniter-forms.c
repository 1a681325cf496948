/*
 * igniter-forms - simple forms of how two servers on disjoint SMs slow each other down
 */
#include "experiments/ground-truth/igniter.h"

/* Shared parts: the share of the time the other uses them, and both. */
static double linear_other(gconstpointer of, double *x)
{
	const struct victim *v = of;

	x[0] = 1;
	x[1] = v->other.l2;
	x[2] = v->other.dram;
	return 0;
}

static double linear_both(gconstpointer of, double *x)
{
	const struct victim *v = of;

	linear_other(of, x);
	x[3] = v->self.l2;
	x[4] = v->self.dram;
	return 0;
}

static double queue(gconstpointer of, double *x)
{
	const struct victim *v = of;

	x[0] = 1;
	x[1] = v->self.dram * v->other.dram / (1 - MIN(v->self.dram + v->other.dram, 0.95));
	x[2] = v->self.l2 * v->other.l2 / (1 - MIN(v->self.l2 + v->other.l2, 0.95));
	return 0;
}

static double product(gconstpointer of, double *x)
{
	const struct victim *v = of;

	x[0] = 1;
	x[1] = v->self.l2 * v->other.l2;
	x[2] = v->self.dram * v->other.dram;
	return 0;
}

/* iGniter's own: 1 + k(victim) * L2 of the other. */
static double per_victim_slope(gconstpointer of, double *x)
{
	const struct victim *v = of;

	x[v->self.model] = v->other.l2;
	return 1;
}

static double per_victim_offset(gconstpointer of, double *x)
{
	const struct victim *v = of;

	x[v->self.model] = 1;
	x[IGNITER_MODELS] = v->other.l2;
	x[IGNITER_MODELS + 1] = v->other.dram;
	return 0;
}

static double per_victim_both(gconstpointer of, double *x)
{
	const struct victim *v = of;

	x[v->self.model] = 1;
	x[IGNITER_MODELS + v->self.model] = v->other.l2;
	return 0;
}

static double offsets(gconstpointer of, double *x)
{
	const struct victim *v = of;

	x[v->self.model] = 1;
	x[IGNITER_MODELS + v->other.model] = 1;
	return 0;
}

const struct fit_form igniter_forms[] = {
	{ "constant", 0, FALSE, NULL },
	{ "linear in the other's L2 and DRAM", 3, FALSE, linear_other },
	{ "linear in both's L2 and DRAM", 5, FALSE, linear_both },
	{ "queue: own x other / (1 - sum)", 3, FALSE, queue },
	{ "product: own x other", 3, FALSE, product },
	{ "iGniter: 1 + k(victim) x other's L2", IGNITER_MODELS, FALSE, per_victim_slope },
	{ "victim offset + other's L2 and DRAM", IGNITER_MODELS + 2, FALSE,
	  per_victim_offset },
	{ "victim offset + victim slope x other's L2", 2 * IGNITER_MODELS, FALSE,
	  per_victim_both },
	{ "victim offset + aggressor offset", 2 * IGNITER_MODELS, FALSE, offsets },
};
const size_t igniter_n_forms = G_N_ELEMENTS(igniter_forms);
