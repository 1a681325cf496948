/* events - which events were recorded, and when first; memory grows with events only. */
#include "traces/events.h"

struct ct_events {
	GHashTable *first; /* a set of struct record, keyed by itself */
};

struct record {
	uint64_t handle, sequence;
	uint32_t process;
};

static guint hash(gconstpointer key)
{
	const struct record *record = key;

	return (guint)((record->handle ^ record->handle >> 32) * 2654435761u) ^
	       record->process;
}

static gboolean equal(gconstpointer a, gconstpointer b)
{
	const struct record *x = a, *y = b;

	return x->handle == y->handle && x->process == y->process;
}

struct ct_events *ct_events_new(void)
{
	struct ct_events *events = g_new0(struct ct_events, 1);

	events->first = g_hash_table_new_full(hash, equal, g_free, NULL);
	return events;
}

void ct_events_free(struct ct_events *events)
{
	g_hash_table_destroy(events->first);
	g_free(events);
}

void ct_events_record(struct ct_events *events, uint32_t process, const struct ct_op *op)
{
	struct record key = { .handle = op->handle,
			      .sequence = op->sequence,
			      .process = process };
	struct record *known = g_hash_table_lookup(events->first, &key);

	if (known) {
		known->sequence = MIN(known->sequence, op->sequence);
		return;
	}
	known = g_new(struct record, 1);
	*known = key;
	g_hash_table_add(events->first, known);
}

gboolean ct_events_recorded(const struct ct_events *events, uint32_t process,
			    const struct ct_op *op)
{
	struct record key = { .handle = op->handle, .process = process };
	const struct record *known = g_hash_table_lookup(events->first, &key);

	return known && known->sequence <= op->sequence;
}
