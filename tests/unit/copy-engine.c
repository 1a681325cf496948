/*
 * copy-engine - the engines against a model that looks at every nanosecond.
 *
 * The model knows nothing of rates that change or of ends that move: each ns it gives
 * every copy at the head of its queue what the link leaves it, as a fraction.  Fractions
 * have one common denominator, so it is exact too.
 */
#include "sim/copy-engine.h"

#include <stdio.h>

enum { MAX_COPIES = 24, MAX_INSTANCES = 3, MAX_ENGINES = 5 };

struct asked {
	struct ct_transfer transfer; /* first */
	int64_t at_ns;
	int64_t start_ns, end_ns; /* as the model has it */
	uint64_t done;            /* of alone_ns x 1000 x 6, in the model */
	gboolean over;
};

struct world {
	struct ct_device device[MAX_INSTANCES];
	const struct ct_device *instance[MAX_INSTANCES];
	uint32_t n_instances, n;
	struct asked copy[MAX_COPIES]; /* by rising time */
};

static int32_t dice(GRand *rand, int32_t low, int32_t high)
{
	return g_rand_int_range(rand, low, high + 1);
}

static void make_world(struct world *w, GRand *rand)
{
	int64_t at_ns = 0;

	*w = (struct world){ .n_instances = (uint32_t)dice(rand, 1, MAX_INSTANCES),
			     .n = (uint32_t)dice(rand, 1, MAX_COPIES) };
	for (uint32_t i = 0; i < w->n_instances; i++) {
		w->device[i].copy_engines = (uint32_t)dice(rand, 1, MAX_ENGINES);
		w->device[i].h2d_both_permille = (uint32_t)dice(rand, 1, 1000);
		w->device[i].d2h_both_permille = (uint32_t)dice(rand, 1, 1000);
		w->instance[i] = &w->device[i];
	}
	for (uint32_t i = 0; i < w->n; i++) {
		at_ns += dice(rand, 0, 3) ? dice(rand, 0, 40) : 0;
		w->copy[i].at_ns = at_ns;
		w->copy[i].transfer.way = (enum ct_copy_way)dice(rand, 0, CT_COPY_WAYS - 1);
		w->copy[i].transfer.instance =
			(uint32_t)dice(rand, 0, (int)w->n_instances - 1);
		w->copy[i].transfer.alone_ns = dice(rand, 1, 60);
	}
}

/* The engine of a copy, by the words of the header. */
static uint32_t model_engine(const struct world *w, const struct asked *a)
{
	uint32_t n = w->device[a->transfer.instance].copy_engines;

	switch (a->transfer.way) {
	case CT_COPY_TO_DEVICE:
		return 0;
	case CT_COPY_TO_HOST:
		return n >= 2 ? 1 : 0;
	case CT_COPY_WITHIN:
		return n >= 3 ? 2 : 0;
	default:
		return n >= 4 ? 3 : n == 3 ? 2 : n == 2 ? 1 : 0;
	}
}

/* The first that asked for its engine and is not over. */
static gboolean model_runs(const struct world *w, const struct asked *a, int64_t now_ns)
{
	if (a->over || a->at_ns > now_ns)
		return FALSE;
	for (const struct asked *b = w->copy; b < a; b++)
		if (!b->over && b->transfer.instance == a->transfer.instance &&
		    model_engine(w, a) == model_engine(w, b))
			return FALSE;
	return TRUE;
}

/* Sixths of a permille, of three instances at most. */
static uint64_t model_rate(const struct world *w, const struct asked *a, int64_t now_ns)
{
	uint64_t same = 0, other = 0, both;

	if (a->transfer.way > CT_COPY_TO_HOST)
		return 6000;
	for (uint32_t i = 0; i < w->n; i++) {
		const struct asked *b = &w->copy[i];

		if (b->transfer.way > CT_COPY_TO_HOST || !model_runs(w, b, now_ns))
			continue;
		if (b->transfer.way == a->transfer.way)
			same++;
		else
			other++;
	}
	both = a->transfer.way == CT_COPY_TO_DEVICE ? w->device[0].h2d_both_permille
						    : w->device[0].d2h_both_permille;
	return (other ? both : 1000) * 6 / same;
}

static void model(struct world *w)
{
	uint32_t left = w->n;

	for (int64_t now_ns = 0; left; now_ns++) {
		uint64_t rate[MAX_COPIES] = { 0 };

		for (uint32_t i = 0; i < w->n; i++) {
			struct asked *a = &w->copy[i];

			if (!model_runs(w, a, now_ns))
				continue;
			if (!a->done)
				a->start_ns = now_ns;
			rate[i] = model_rate(w, a, now_ns);
		}
		for (uint32_t i = 0; i < w->n; i++) {
			struct asked *a = &w->copy[i];

			a->done += rate[i];
			if (!rate[i] || a->done < (uint64_t)a->transfer.alone_ns * 6000)
				continue;
			a->over = TRUE;
			a->end_ns = now_ns + 1;
			left--;
		}
	}
}

static void moved(struct ct_transfer *t, void *data)
{
	(void)t;
	++*(uint32_t *)data;
}

static int64_t next_end(const struct world *w)
{
	int64_t next_ns = INT64_MAX;

	for (uint32_t i = 0; i < w->n; i++)
		if (w->copy[i].transfer.running)
			next_ns = MIN(next_ns, w->copy[i].transfer.end_ns);
	return next_ns;
}

/* The real one, from instant to instant; FALSE if it disagrees with the model. */
static gboolean agrees(struct world *w, uint32_t *n_moved)
{
	struct ct_copies *c = ct_copies_new(w->instance, w->n_instances, moved, n_moved);
	uint32_t asked = 0, ended = 0;
	gboolean good = TRUE;

	while (ended < w->n && good) {
		int64_t now_ns = next_end(w);

		if (asked < w->n)
			now_ns = MIN(now_ns, w->copy[asked].at_ns);
		for (uint32_t i = 0; i < w->n; i++) {
			struct asked *a = &w->copy[i];

			if (!a->transfer.running || a->transfer.end_ns != now_ns)
				continue;
			ct_copies_end(c, &a->transfer, now_ns);
			ended++;
			good &= now_ns == a->end_ns && a->transfer.start_ns == a->start_ns;
		}
		for (; asked < w->n && w->copy[asked].at_ns == now_ns; asked++)
			ct_copies_submit(c, &w->copy[asked].transfer, now_ns);
	}
	ct_copies_free(c);
	return good;
}

int main(void)
{
	GRand *rand = g_rand_new_with_seed(19);
	uint32_t n_moved = 0, n_copies = 0;

	for (int i = 0; i < 3000; i++) {
		struct world w;

		make_world(&w, rand);
		model(&w);
		n_copies += w.n;
		if (!agrees(&w, &n_moved)) {
			fprintf(stderr, "case %d disagrees with the model\n", i);
			return 1;
		}
	}
	g_rand_free(rand);
	/* or nothing was tried that is hard */
	if (n_moved < n_copies * 5 / 4) {
		fprintf(stderr, "%u ends known for %u copies\n", n_moved, n_copies);
		return 1;
	}
	return 0;
}
