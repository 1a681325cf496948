/* event - the queue against a sorted array. */
#include "sim/event.h"

#include <glib.h>
#include <stdlib.h>

enum { ROUNDS = 200, EVENTS = 700 };

static int by_key(const void *a, const void *b)
{
	const struct ct_event *x = a, *y = b;

	if (x->at_ns != y->at_ns)
		return x->at_ns < y->at_ns ? -1 : 1;
	return (x->key > y->key) - (x->key < y->key);
}

static void push_random(GRand *dice, struct ct_events *q, struct ct_event *copy,
			uint64_t order)
{
	int64_t at_ns = g_rand_int_range(dice, -5, 20);
	enum ct_event_class class = (enum ct_event_class)g_rand_int_range(dice, 0, 7);

	ct_events_push(q, at_ns, class, order, copy);
	*copy = (struct ct_event){ at_ns, (uint64_t) class << 56 | order, copy };
}

/* Pushed in any order, taken in one. */
static void sorts(GRand *dice)
{
	struct ct_event all[EVENTS];
	struct ct_events q;
	int n = g_rand_int_range(dice, 1, EVENTS);

	ct_events_init(&q, 0);
	for (int i = 0; i < n; i++)
		push_random(dice, &q, &all[i], (uint64_t)i << 30);
	qsort(all, (size_t)n, sizeof(all[0]), by_key);
	for (int i = 0; i < n; i++) {
		struct ct_event e;

		g_assert_cmpint(ct_events_next_ns(&q), ==, all[i].at_ns);
		e = ct_events_take(&q);
		g_assert_true(e.key == all[i].key && e.what == all[i].what);
		g_assert_cmpint(ct_event_class(&e), ==, all[i].key >> 56);
	}
	g_assert_cmpint(ct_events_next_ns(&q), ==, INT64_MAX);
	g_assert_cmpuint(q.n_taken, ==, n);
	ct_events_clear(&q);
}

/* Pushes and takes in turns: the taken one is never after one that is left. */
static void holds(GRand *dice)
{
	struct ct_event left[EVENTS];
	struct ct_events q;
	int n = 0;

	ct_events_init(&q, 0);
	for (uint64_t i = 0; i < 3 * EVENTS; i++) {
		struct ct_event e;

		if (n == 0 || (n < EVENTS && g_rand_int_range(dice, 0, 5) < 3)) {
			push_random(dice, &q, &left[n++], i);
			continue;
		}
		qsort(left, (size_t)n, sizeof(left[0]), by_key);
		e = ct_events_take(&q);
		g_assert_true(by_key(&e, &left[0]) == 0);
		left[0] = left[--n];
	}
	ct_events_clear(&q);
}

int main(void)
{
	GRand *dice = g_rand_new_with_seed(7);

	for (int i = 0; i < ROUNDS; i++) {
		sorts(dice);
		if (i % 20 == 0)
			holds(dice);
	}
	g_rand_free(dice);
	return 0;
}
