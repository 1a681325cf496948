/*
 * fifo-model - a model so small that only the event core is measured.
 */
#include "tests/bench/fifo-model.h"

#include <stdbool.h>
#include <stddef.h>

#include "sim/event.h"

enum { TENANTS = 8, SMS = 132 };

struct tenant {
	uint64_t numbers;
	int64_t length_ns;
	uint32_t width_sms;
	struct tenant *next; /* in the queue */
};

struct model {
	struct ct_events events;
	struct tenant tenant[TENANTS];
	struct tenant *queue, **queue_end;
	uint32_t free_sms;
	uint64_t scheduled;
};

static uint64_t draw(uint64_t *state)
{
	uint64_t x = *state += UINT64_C(0x9e3779b97f4a7c15);

	x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
	return x ^ x >> 31;
}

/* Events at one time are taken in the order in which they were scheduled. */
static void schedule(struct model *m, int64_t at_ns, bool end, struct tenant *t)
{
	ct_events_push(&m->events, at_ns, CT_EVENT_HOST, m->scheduled++ << 1 | end, t);
}

static void next_kernel(struct model *m, struct tenant *t, int64_t now_ns)
{
	uint64_t number = draw(&t->numbers);

	t->length_ns = 2000 + (int64_t)(number >> 14 & 0x1ffff);
	t->width_sms = 1 + (uint32_t)((number >> 32) % SMS);
	schedule(m, now_ns + (int64_t)(number & 0x3fff), false, t);
}

/* Whoever in the queue fits, in its order. */
static void dispatch(struct model *m, int64_t now_ns)
{
	struct tenant **link = &m->queue, *t;

	while ((t = *link) && m->free_sms) {
		if (t->width_sms > m->free_sms) {
			link = &t->next;
			continue;
		}
		*link = t->next;
		if (!t->next)
			m->queue_end = link;
		m->free_sms -= t->width_sms;
		schedule(m, now_ns + t->length_ns, true, t);
	}
}

static void arrive(struct model *m, struct tenant *t)
{
	t->next = NULL;
	*m->queue_end = t;
	m->queue_end = &t->next;
}

int64_t fifo_model_run(uint64_t kernels)
{
	struct model m = { .free_sms = SMS };
	int64_t now_ns = 0;

	ct_events_init(&m.events, 2 * TENANTS);
	m.queue_end = &m.queue;
	for (uint32_t i = 0; i < TENANTS; i++) {
		m.tenant[i].numbers = i + 1;
		next_kernel(&m, &m.tenant[i], 0);
	}
	while (kernels) {
		struct ct_event e = ct_events_take(&m.events);
		struct tenant *t = e.what;

		now_ns = e.at_ns;
		if (e.key & 1) {
			m.free_sms += t->width_sms;
			kernels--;
			dispatch(&m, now_ns);
			next_kernel(&m, t, now_ns);
		} else {
			arrive(&m, t);
			dispatch(&m, now_ns);
		}
	}
	ct_events_clear(&m.events);
	return now_ns;
}
