/*
 * check-waits - whether work began after the events that its stream waits for.
 *
 * The nodes of a graph are in the stream of their launch.  An event whose record is not in
 * the trace holds up nobody; that it is missing is another rule's matter.
 */
#include "traces/check-waits.h"

#include "traces/sorter.h"

#define SORT_BYTES (8u << 20)

struct item {
	uint64_t sequence, position;
	uint64_t handle; /* events */
	int64_t start_ns, end_ns;
	uint32_t lane, process, stream;
	uint32_t kind; /* enum ct_op_kind; CT_OP_KERNEL for all work */
};

struct stream {
	int64_t end_ns;     /* of its work so far */
	int64_t barrier_ns; /* nothing may begin before */
};

struct event {
	uint64_t handle;
	uint64_t process;
	int64_t end_ns;
};

struct ct_check_waits {
	struct ct_sorter *items;
	gboolean sorted, any;
	uint32_t graph_stream; /* of the last launch of the lane at hand */
	GArray *streams;       /* struct stream, by number */
	GHashTable *events;    /* set of struct event, by (process, handle) */
};

static int compare_items(const void *a, const void *b)
{
	const struct item *x = a, *y = b;

	return (x->sequence > y->sequence) - (x->sequence < y->sequence);
}

static guint event_hash(gconstpointer p)
{
	const struct event *e = p;

	return (guint)((e->handle * 0x9e3779b97f4a7c15u ^ e->process) >> 16);
}

static gboolean event_equal(gconstpointer a, gconstpointer b)
{
	const struct event *x = a, *y = b;

	return x->handle == y->handle && x->process == y->process;
}

struct ct_check_waits *ct_check_waits_new(void)
{
	struct ct_check_waits *w = g_new0(struct ct_check_waits, 1);

	w->items = ct_sorter_new(sizeof(struct item), SORT_BYTES, compare_items,
				 g_get_tmp_dir());
	w->streams = g_array_new(FALSE, TRUE, sizeof(struct stream));
	w->events = g_hash_table_new_full(event_hash, event_equal, g_free, NULL);
	return w;
}

void ct_check_waits_free(struct ct_check_waits *w)
{
	ct_sorter_free(w->items);
	g_array_unref(w->streams);
	g_hash_table_destroy(w->events);
	g_free(w);
}

gboolean ct_check_waits_op(struct ct_check_waits *w, uint32_t lane, uint32_t process,
			   uint64_t position, const struct ct_op *op, GError **error)
{
	struct item item = {
		.sequence = op->sequence,
		.position = position,
		.handle = op->handle,
		.start_ns = op->start_ns,
		.end_ns = op->end_ns,
		.lane = lane,
		.process = process,
		.stream = op->stream,
		.kind = op->kind,
	};

	switch (op->kind) {
	case CT_OP_GRAPH_LAUNCH:
		w->graph_stream = op->stream;
		return TRUE;
	case CT_OP_KERNEL:
	case CT_OP_MEMCPY:
	case CT_OP_MEMSET:
		item.kind = CT_OP_KERNEL;
		if (op->flags & CT_OP_CHILD)
			item.stream = w->graph_stream;
		/* work without a launch has no place in the order of issue */
		if (op->start_ns == CT_TIME_NONE || (op->flags & CT_OP_UNLAUNCHED))
			return TRUE;
		break;
	case CT_OP_EVENT_WAIT:
		w->any = TRUE;
		break;
	case CT_OP_EVENT_RECORD:
		break;
	default:
		return TRUE;
	}
	return item.stream == CT_NONE || ct_sorter_add(w->items, &item, error);
}

static struct stream *stream_at(struct ct_check_waits *w, uint32_t number)
{
	if (number >= w->streams->len)
		g_array_set_size(w->streams, number + 1);
	return &g_array_index(w->streams, struct stream, number);
}

/* TRUE if ITEM is work that began too early. */
static gboolean take(struct ct_check_waits *w, const struct item *item)
{
	struct stream *stream = stream_at(w, item->stream);
	struct event key = { item->handle, item->process, 0 }, *known;

	switch (item->kind) {
	case CT_OP_EVENT_RECORD:
		key.end_ns = MAX(stream->end_ns, stream->barrier_ns);
		g_hash_table_replace(w->events, g_memdup2(&key, sizeof(key)), NULL);
		return FALSE;
	case CT_OP_EVENT_WAIT:
		if (g_hash_table_lookup_extended(w->events, &key, (gpointer *)&known, NULL))
			stream->barrier_ns = MAX(stream->barrier_ns, known->end_ns);
		return FALSE;
	default:
		stream->end_ns = MAX(stream->end_ns, item->end_ns);
		return item->start_ns < stream->barrier_ns;
	}
}

gboolean ct_check_waits_next(struct ct_check_waits *w, uint32_t *lane, uint64_t *position,
			     GError **error)
{
	const struct item *item;

	if (!w->any)
		return FALSE;
	if (!w->sorted && !ct_sorter_sort(w->items, error))
		return FALSE;
	w->sorted = TRUE;
	while ((item = ct_sorter_next(w->items, error))) {
		if (!take(w, item))
			continue;
		*lane = item->lane;
		*position = item->position;
		return TRUE;
	}
	return FALSE;
}
