/* event - a four-ary heap of (time, class, order). */
#include "sim/event.h"

#include <glib.h>

void ct_events_init(struct ct_events *q, uint32_t capacity)
{
	*q = (struct ct_events){ .capacity = MAX(capacity, 16) };
	q->heap = g_new(struct ct_event, q->capacity);
}

void ct_events_clear(struct ct_events *q)
{
	g_free(q->heap);
	*q = (struct ct_events){ 0 };
}

static inline gboolean before(const struct ct_event *a, const struct ct_event *b)
{
	return a->at_ns < b->at_ns || (a->at_ns == b->at_ns && a->key < b->key);
}

void ct_events_push(struct ct_events *q, int64_t at_ns, enum ct_event_class class,
		    uint64_t order, void *what)
{
	struct ct_event e = { at_ns, (uint64_t) class << 56 | order, what };
	uint32_t i;

	if (q->n == q->capacity) {
		q->capacity *= 2;
		q->heap = g_renew(struct ct_event, q->heap, q->capacity);
	}
	for (i = q->n++; i > 0; i = (i - 1) / 4) {
		struct ct_event *parent = &q->heap[(i - 1) / 4];

		if (!before(&e, parent))
			break;
		q->heap[i] = *parent;
	}
	q->heap[i] = e;
}

struct ct_event ct_events_take(struct ct_events *q)
{
	struct ct_event first = q->heap[0], last = q->heap[--q->n];
	uint32_t i = 0;

	for (;;) {
		uint32_t child = 4 * i + 1, least = child;
		uint32_t end = MIN(child + 4, q->n);

		if (child >= q->n)
			break;
		for (uint32_t c = child + 1; c < end; c++)
			if (before(&q->heap[c], &q->heap[least]))
				least = c;
		if (!before(&q->heap[least], &last))
			break;
		q->heap[i] = q->heap[least];
		i = least;
	}
	q->heap[i] = last;
	q->n_taken++;
	return first;
}
