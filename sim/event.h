/*
 * event.h - what will happen, in a total order.
 *
 * Events are ordered by (time, class, order): the class says what comes first within
 * one instant, the order is the caller's own tie-break within a class, and equal keys
 * are the caller's mistake.  A four-ary heap in one array: shallow, and the four
 * children share a cache line pair.  It grows when it must and never shrinks, so there
 * is no allocation once a run has warmed up.
 */
#ifndef CT_SIM_EVENT_H
#define CT_SIM_EVENT_H

#include <stdint.h>

/* What comes first within one instant, after the blocks that end on the SMs. */
enum ct_event_class {
	CT_EVENT_COPY_END, /* a copy or a memset ends */
	CT_EVENT_FACT,     /* a fact reaches the broker late */
	CT_EVENT_ALARM,    /* the broker's alarm */
	CT_EVENT_EFFECT,   /* an order reaches the device late */
	CT_EVENT_RECALL,   /* one that takes work back does, or all has come back */
	CT_EVENT_ARRIVAL,  /* a request is asked for */
	CT_EVENT_HOST,     /* a host thread makes its next call */
	CT_EVENT_READY,    /* the head of a stream may start; in stream order */
};

struct ct_event {
	int64_t at_ns;
	uint64_t key; /* class above, order below */
	void *what;
};

struct ct_events {
	struct ct_event *heap;
	uint32_t n, capacity;
	uint64_t n_taken;
};

static inline enum ct_event_class ct_event_class(const struct ct_event *e)
{
	return (enum ct_event_class)(e->key >> 56);
}

void ct_events_init(struct ct_events *, uint32_t capacity);
void ct_events_clear(struct ct_events *);

/* ORDER < 2^56. */
void ct_events_push(struct ct_events *, int64_t at_ns, enum ct_event_class, uint64_t order,
		    void *what);

static inline int64_t ct_events_next_ns(const struct ct_events *q)
{
	return q->n ? q->heap[0].at_ns : INT64_MAX;
}

/* There must be one. */
struct ct_event ct_events_take(struct ct_events *);

#endif
