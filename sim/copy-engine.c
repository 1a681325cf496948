/*
 * copy-engine - the engines that copy, and the links they copy over.
 *
 * There are at most four engines to an instance, so whatever changes, all running copies
 * are looked at.
 */
#include "sim/copy-engine.h"

#define MAX_LEFT_NS (INT64_C(1) << 61) /* what is later than the end of any run */

struct engine {
	struct ct_transfer *head, **tail; /* the head is running */
};

struct instance {
	struct engine engine[CT_COPY_WAYS];
	uint32_t n_engines;
};

struct ct_copies {
	struct instance *instance;
	uint32_t n;
	uint32_t both_permille[CT_COPY_WAYS];
	uint32_t busy[CT_COPY_WAYS]; /* running copies */
	ct_copy_moved_fn moved;
	void *data;
};

struct ct_copies *ct_copies_new(const struct ct_device *const *instance, uint32_t n,
				ct_copy_moved_fn moved, void *data)
{
	struct ct_copies *c = g_new0(struct ct_copies, 1);

	c->instance = g_new0(struct instance, n);
	c->n = n;
	c->both_permille[CT_COPY_TO_DEVICE] = instance[0]->h2d_both_permille;
	c->both_permille[CT_COPY_TO_HOST] = instance[0]->d2h_both_permille;
	c->moved = moved;
	c->data = data;
	for (uint32_t i = 0; i < n; i++) {
		c->instance[i].n_engines = MIN(instance[i]->copy_engines, CT_COPY_WAYS);
		for (uint32_t k = 0; k < CT_COPY_WAYS; k++)
			c->instance[i].engine[k].tail = &c->instance[i].engine[k].head;
	}
	return c;
}

void ct_copies_free(struct ct_copies *c)
{
	if (!c)
		return;
	g_free(c->instance);
	g_free(c);
}

static struct engine *engine_of(struct ct_copies *c, const struct ct_transfer *t)
{
	struct instance *instance = &c->instance[t->instance];
	uint32_t n = instance->n_engines;

	if (n >= 3)
		return &instance->engine[MIN((uint32_t)t->way, n - 1)];
	return &instance->engine[(uint32_t)t->way % n];
}

static uint32_t rate_of(const struct ct_copies *c, enum ct_copy_way way)
{
	enum ct_copy_way other =
		way == CT_COPY_TO_DEVICE ? CT_COPY_TO_HOST : CT_COPY_TO_DEVICE;

	if (way != CT_COPY_TO_DEVICE && way != CT_COPY_TO_HOST)
		return CT_COPY_FULL; /* the memory of each instance is its own */
	return CT_COPY_FULL / 1000 * (c->busy[other] ? c->both_permille[way] : 1000) /
	       c->busy[way];
}

static void set_rate(struct ct_copies *c, struct ct_transfer *t, int64_t now_ns)
{
	uint32_t rate = rate_of(c, t->way);
	unsigned __int128 done, left_ns;
	int64_t end_ns;

	if (rate == t->rate)
		return;
	done = (unsigned __int128)(now_ns - t->as_of_ns) * t->rate;
	t->left -= MIN(done, t->left); /* its last ns may be more than it needs */
	t->as_of_ns = now_ns;
	t->rate = rate;
	left_ns = (t->left + rate - 1) / rate;
	end_ns = now_ns + (int64_t)MIN(left_ns, (unsigned __int128)MAX_LEFT_NS);
	if (end_ns == t->end_ns)
		return;
	t->end_ns = end_ns;
	c->moved(t, c->data);
}

/* After a copy has started or ended. */
static void share_link(struct ct_copies *c, int64_t now_ns)
{
	for (uint32_t i = 0; i < c->n; i++) {
		for (uint32_t k = 0; k < c->instance[i].n_engines; k++) {
			struct ct_transfer *t = c->instance[i].engine[k].head;

			if (t)
				set_rate(c, t, now_ns);
		}
	}
}

static void start(struct ct_copies *c, struct ct_transfer *t, int64_t now_ns)
{
	t->running = TRUE;
	t->start_ns = t->as_of_ns = now_ns;
	t->end_ns = INT64_MAX;
	t->rate = 0;
	t->left = (unsigned __int128)MAX(t->alone_ns, 1) * CT_COPY_FULL;
	c->busy[t->way]++;
}

void ct_copies_submit(struct ct_copies *c, struct ct_transfer *t, int64_t now_ns)
{
	struct engine *engine = engine_of(c, t);

	t->running = FALSE;
	t->next = NULL;
	*engine->tail = t;
	engine->tail = &t->next;
	if (engine->head != t)
		return;
	start(c, t, now_ns);
	share_link(c, now_ns);
}

void ct_copies_end(struct ct_copies *c, struct ct_transfer *t, int64_t now_ns)
{
	struct engine *engine = engine_of(c, t);

	g_assert(engine->head == t && t->end_ns == now_ns);
	t->running = FALSE;
	c->busy[t->way]--;
	engine->head = t->next;
	if (engine->head)
		start(c, engine->head, now_ns);
	else
		engine->tail = &engine->head;
	share_link(c, now_ns);
}

/* Of its time, that a copy of a way loses to one of another while both run. */
static uint32_t lost_permille(const struct ct_copies *c, enum ct_copy_way held,
			      enum ct_copy_way by)
{
	if (held > CT_COPY_TO_HOST || by > CT_COPY_TO_HOST)
		return 0;
	return held == by ? 500 : 1000 - c->both_permille[held];
}

void ct_copies_explain(struct ct_copies *c, struct ct_transfer *t, ct_copy_held_fn visit,
		       void *data)
{
	for (struct ct_transfer *behind = t->next; behind; behind = behind->next)
		visit(behind, t, t->start_ns, 1000, data);
	for (uint32_t i = 0; i < c->n; i++) {
		for (uint32_t k = 0; k < c->instance[i].n_engines; k++) {
			struct ct_transfer *beside = c->instance[i].engine[k].head;
			int64_t since_ns;

			if (!beside || beside == t)
				continue;
			since_ns = MAX(beside->start_ns, t->start_ns);
			visit(beside, t, since_ns, lost_permille(c, beside->way, t->way),
			      data);
			visit(t, beside, since_ns, lost_permille(c, t->way, beside->way),
			      data);
		}
	}
}
