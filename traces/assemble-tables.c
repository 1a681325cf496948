/*
 * assemble-tables - the source's own numbers become table indices.
 *
 * Only what is used gets into a table: profilers describe every device of a host and
 * every process that has a name.  Context and stream numbers repeat between processes,
 * so a stream is known by (process, device, context, stream).
 *
 * A call often names its stream less precisely than device work does: a synchronisation
 * knows its process and a stream number, a kernel of the same trace may know no process.
 * So each stream is also entered under every less precise key, first come first served.
 * DANGER: two streams that share such a key are taken for the first of them.
 */
#include <string.h>

#include "sim/base/error.h"
#include "traces/assemble-state.h"

/* No program has more threads or streams; a damaged source can claim any number. */
#define INDEX_LIMIT 65536

struct stream_key {
	uint64_t process;
	uint32_t device, context, stream, zero;
};

struct context_key {
	uint64_t process;
	uint32_t device, context;
};

struct lane_key {
	uint64_t process, thread;
	uint32_t device, is_device;
};

struct described_stream_key {
	uint64_t process;
	uint32_t device, context, stream, zero;
};

struct described_context_key {
	uint64_t process;
	uint32_t context, zero;
};

struct attributes {
	int32_t priority;
	uint32_t flags;
};

/* A stream in use. */
struct stream {
	struct stream_key key;
	uint32_t device, context; /* indices */
	int64_t busy_until_ns;    /* end of the kernels seen so far */
};

static void *at(const struct ct_keyed *map, int64_t index)
{
	return map->values->data + (gsize)index * g_array_get_element_size(map->values);
}

/* The element of KEY, or NULL. */
static void *find(const struct ct_keyed *map, const void *key, size_t bytes)
{
	int64_t index = ct_intern_find(&map->keys, key, bytes);

	return index < 0 ? NULL : at(map, index);
}

/* The index of KEY, which gets VALUE if it is new. */
static uint32_t add(struct ct_keyed *map, const void *key, size_t bytes, const void *value)
{
	int64_t index = ct_intern_find(&map->keys, key, bytes);

	if (index >= 0)
		return (uint32_t)index;
	index = ct_intern_add(&map->keys, key, bytes);
	/* GLib ends the program when memory ends; so does what is built on it. */
	g_assert(index == map->values->len);
	g_array_append_vals(map->values, value, 1);
	return (uint32_t)index;
}

static void keyed_init(struct ct_keyed *map, guint value_bytes)
{
	map->values = g_array_new(FALSE, FALSE, value_bytes);
}

static void keyed_clear(struct ct_keyed *map)
{
	ct_intern_clear(&map->keys);
	g_array_unref(map->values);
}

void ct_tables_init(struct ct_assembler_tables *t)
{
	keyed_init(&t->described_devices, sizeof(struct ct_device_record));
	keyed_init(&t->described_streams, sizeof(struct attributes));
	keyed_init(&t->described_contexts, sizeof(struct ct_context_facts));
	keyed_init(&t->process_names, sizeof(uint32_t));
	keyed_init(&t->devices, sizeof(uint32_t));
	keyed_init(&t->processes, sizeof(uint64_t));
	keyed_init(&t->contexts, sizeof(struct context_key));
	keyed_init(&t->streams, sizeof(struct stream));
	keyed_init(&t->lanes, sizeof(struct lane_key));
	keyed_init(&t->stream_aliases, sizeof(uint32_t));
}

void ct_tables_clear(struct ct_assembler_tables *t)
{
	keyed_clear(&t->described_devices);
	keyed_clear(&t->described_streams);
	keyed_clear(&t->described_contexts);
	keyed_clear(&t->process_names);
	keyed_clear(&t->devices);
	keyed_clear(&t->processes);
	keyed_clear(&t->contexts);
	keyed_clear(&t->streams);
	keyed_clear(&t->lanes);
	keyed_clear(&t->stream_aliases);
}

void ct_assembler_device(struct ct_assembler *a, const struct ct_device_record *record)
{
	struct ct_keyed *map = &a->tables.described_devices;
	uint32_t index = add(map, &record->id, sizeof(record->id), record);

	*(struct ct_device_record *)at(map, index) = *record;
}

void ct_assembler_stream(struct ct_assembler *a, uint64_t process, uint32_t device,
			 uint32_t context, uint32_t stream, int32_t priority,
			 uint32_t flags)
{
	struct described_stream_key key = { process, device, context, stream, 0 };
	struct attributes attributes = { priority, flags };

	add(&a->tables.described_streams, &key, sizeof(key), &attributes);
}

void ct_assembler_context(struct ct_assembler *a, const struct ct_context_facts *facts)
{
	struct described_context_key key = { facts->process, facts->context, 0 };

	add(&a->tables.described_contexts, &key, sizeof(key), facts);
}

static const struct ct_context_facts *described_context(const struct ct_assembler_tables *t,
							uint64_t process, uint32_t context)
{
	struct described_context_key key = { process, context, 0 };

	return find(&t->described_contexts, &key, sizeof(key));
}

uint32_t ct_tables_device_of_context(const struct ct_assembler_tables *t, uint64_t process,
				     uint32_t context)
{
	const struct ct_context_facts *facts = described_context(t, process, context);

	return facts ? facts->device : CT_NONE;
}

uint32_t ct_tables_process(struct ct_assembler_tables *t, uint64_t process)
{
	return add(&t->processes, &process, sizeof(process), &process);
}

void ct_assembler_process(struct ct_assembler *a, uint64_t process, const char *name)
{
	uint32_t index = ct_assembler_string(a, name, strlen(name));

	add(&a->tables.process_names, &process, sizeof(process), &index);
}

static uint32_t device_index(struct ct_assembler_tables *t, uint32_t device)
{
	return add(&t->devices, &device, sizeof(device), &device);
}

/* Enters STREAM under every key in which one or more of its parts is not known. */
static void add_aliases(struct ct_assembler_tables *t, const struct stream_key *key,
			uint32_t stream)
{
	struct stream_key less;
	int unknown;

	for (unknown = 0; unknown < 8; unknown++) {
		less = *key;
		if (unknown & 1)
			less.process = CT_PROCESS_UNKNOWN;
		if (unknown & 2)
			less.context = CT_NONE;
		if (unknown & 4)
			less.device = CT_NONE;
		add(&t->stream_aliases, &less, sizeof(less), &stream);
	}
}

/* The index of a context; a green one stands behind its parent. */
static uint32_t context_index(struct ct_assembler_tables *t, const struct context_key *key)
{
	const struct ct_context_facts *facts =
		described_context(t, key->process, key->context);
	struct context_key parent = *key;

	if (facts && facts->parent != CT_NONE && facts->parent != key->context) {
		parent.context = facts->parent;
		add(&t->contexts, &parent, sizeof(parent), &parent);
	}
	return add(&t->contexts, key, sizeof(*key), key);
}

uint32_t ct_tables_stream(struct ct_assembler_tables *t, const struct ct_work_item *work,
			  GError **error)
{
	struct context_key context = { work->process, work->device, work->context };
	struct stream stream = {
		.key = { work->process, work->device, work->context, work->stream, 0 },
		.context = CT_NONE,
		.busy_until_ns = INT64_MIN,
	};
	int64_t index = ct_intern_find(&t->streams.keys, &stream.key, sizeof(stream.key));

	if (index >= 0)
		return (uint32_t)index;
	if (t->streams.values->len == INDEX_LIMIT) {
		ct_input_error(error, "stream: there are more than %d", INDEX_LIMIT);
		return CT_NONE;
	}
	stream.device = device_index(t, work->device);
	if (work->process != CT_PROCESS_UNKNOWN)
		add(&t->processes, &work->process, sizeof(work->process), &work->process);
	if (work->context != CT_NONE)
		stream.context = context_index(t, &context);
	index = add(&t->streams, &stream.key, sizeof(stream.key), &stream);
	add_aliases(t, &stream.key, (uint32_t)index);
	return (uint32_t)index;
}

gboolean ct_tables_stream_overlaps(struct ct_assembler_tables *t, uint32_t index,
				   int64_t start_ns, int64_t end_ns)
{
	struct stream *stream = at(&t->streams, index);
	gboolean overlaps = start_ns < stream->busy_until_ns;

	stream->busy_until_ns = MAX(stream->busy_until_ns, end_ns);
	return overlaps;
}

/* The stream a call means: one of its own process, else one of no known process. */
static const struct stream *stream_of_call(const struct ct_assembler_tables *t,
					   const struct ct_call *call)
{
	struct stream_key key = { call->process, call->device, call->context, call->stream,
				  0 };
	const uint32_t *index = find(&t->stream_aliases, &key, sizeof(key));
	const struct stream *stream;

	if (call->stream == CT_NONE)
		return NULL;
	if (index)
		return at(&t->streams, *index);
	key.process = CT_PROCESS_UNKNOWN;
	index = find(&t->stream_aliases, &key, sizeof(key));
	stream = index ? at(&t->streams, *index) : NULL;
	return stream && stream->key.process == CT_PROCESS_UNKNOWN ? stream : NULL;
}

uint32_t ct_tables_stream_of_call(struct ct_assembler_tables *t, const struct ct_call *call)
{
	const struct stream *stream = stream_of_call(t, call);

	return stream ? (uint32_t)(stream - (struct stream *)at(&t->streams, 0)) : CT_NONE;
}

uint32_t ct_tables_context_of_call(struct ct_assembler_tables *t,
				   const struct ct_call *call)
{
	struct context_key key = { call->process, call->device, call->context };
	int64_t index = ct_intern_find(&t->contexts.keys, &key, sizeof(key));

	if (index < 0) {
		key.process = CT_PROCESS_UNKNOWN;
		index = ct_intern_find(&t->contexts.keys, &key, sizeof(key));
	}
	return index < 0 ? CT_NONE : (uint32_t)index;
}

uint32_t ct_tables_lane(struct ct_assembler_tables *t, uint64_t process, uint64_t thread,
			GError **error)
{
	struct lane_key key = { .process = process, .thread = thread, .device = CT_NONE };
	int64_t index = ct_intern_find(&t->lanes.keys, &key, sizeof(key));

	if (index >= 0)
		return (uint32_t)index;
	if (t->lanes.values->len == INDEX_LIMIT) {
		ct_input_error(error, "thread: there are more than %d", INDEX_LIMIT);
		return CT_NONE;
	}
	if (process != CT_PROCESS_UNKNOWN)
		add(&t->processes, &process, sizeof(process), &process);
	return add(&t->lanes, &key, sizeof(key), &key);
}

uint32_t ct_tables_device_lane(struct ct_assembler_tables *t, uint32_t stream)
{
	struct lane_key key = {
		.process = CT_PROCESS_UNKNOWN,
		.device = ((struct stream *)at(&t->streams, stream))->device,
		.is_device = 1,
	};

	return add(&t->lanes, &key, sizeof(key), &key);
}

uint64_t ct_tables_process_of_lane(const struct ct_assembler_tables *t, uint32_t lane)
{
	return ((const struct lane_key *)at(&t->lanes, lane))->process;
}

static uint32_t process_index(const struct ct_assembler_tables *t, uint64_t process)
{
	int64_t index = ct_intern_find(&t->processes.keys, &process, sizeof(process));

	return index < 0 ? CT_NONE : (uint32_t)index;
}

/* AMD's profilers number devices one way where they describe them and another where
 * they use them.  If all that are described are alike, it does not matter which is which. */
static gboolean all_alike(const struct ct_keyed *described, struct ct_device_record *out)
{
	const struct ct_device_record *first =
		described->values->len ? at(described, 0) : NULL;

	for (guint i = 0; i < described->values->len; i++) {
		const struct ct_device_record *other = at(described, i);

		if (other->name != first->name || other->sms != first->sms ||
		    other->vendor != first->vendor)
			return FALSE;
	}
	if (first)
		*out = *first;
	return first != NULL;
}

static int64_t write_device(const struct ct_assembler_tables *t, struct ct_writer *w,
			    guint index)
{
	uint32_t id = g_array_index(t->devices.values, uint32_t, index);
	const struct ct_device_record *described =
		find(&t->described_devices, &id, sizeof(id));
	struct ct_device_record record = { .id = id, .name = CT_NONE };

	if (!described && all_alike(&t->described_devices, &record))
		record.id = id;
	return ct_writer_device(w, described ? described : &record);
}

static int64_t write_process(const struct ct_assembler_tables *t, struct ct_writer *w,
			     guint index)
{
	uint64_t id = g_array_index(t->processes.values, uint64_t, index);
	const uint32_t *name = find(&t->process_names, &id, sizeof(id));
	struct ct_process_record record = { .pid = (uint32_t)id,
					    .name = name ? *name : CT_NONE };

	return ct_writer_process(w, &record);
}

static int64_t write_context(const struct ct_assembler_tables *t, struct ct_writer *w,
			     guint index)
{
	struct context_key *key = at(&t->contexts, index);
	struct ct_context_record record = {
		.id = key->context,
		.process = process_index(t, key->process),
		.device = (uint32_t)ct_intern_find(&t->devices.keys, &key->device,
						   sizeof(key->device)),
		.green_parent = CT_NONE,
	};
	const struct ct_context_facts *facts =
		described_context(t, key->process, key->context);
	struct context_key parent = *key;

	if (facts && facts->parent != CT_NONE && facts->parent != key->context) {
		parent.context = facts->parent;
		record.green_parent = (uint32_t)ct_intern_find(&t->contexts.keys, &parent,
							       sizeof(parent));
	}
	return ct_writer_context(w, &record);
}

/* That a context has only some of the SMs, where it is known how many there are. */
static int write_green(const struct ct_assembler_tables *t, struct ct_writer *w)
{
	for (guint i = 0; i < t->contexts.values->len; i++) {
		const struct context_key *key = at(&t->contexts, i);
		const struct ct_context_facts *facts =
			described_context(t, key->process, key->context);
		const struct ct_device_record *device =
			find(&t->described_devices, &key->device, sizeof(key->device));
		int64_t result;

		if (!facts || !facts->sms || !device || facts->sms > device->sms)
			continue;
		result = ct_writer_green(w, &(struct ct_green_record){
						    .context = i,
						    .sms = facts->sms,
						    .device_sms = device->sms,
					    });
		if (result < 0)
			return (int)result;
	}
	return 0;
}

static int64_t write_stream(const struct ct_assembler_tables *t, struct ct_writer *w,
			    guint index)
{
	const struct stream *stream = at(&t->streams, index);
	struct described_stream_key key = { stream->key.process, stream->key.device,
					    stream->key.context, stream->key.stream, 0 };
	const struct attributes *attributes =
		find(&t->described_streams, &key, sizeof(key));
	struct ct_stream_record record = {
		.id = stream->key.stream,
		.context = stream->context,
		.device = stream->device,
	};

	key.process = CT_PROCESS_UNKNOWN;
	if (!attributes)
		attributes = find(&t->described_streams, &key, sizeof(key));
	key.context = CT_NONE;
	if (!attributes)
		attributes = find(&t->described_streams, &key, sizeof(key));
	if (attributes) {
		record.priority = attributes->priority;
		record.flags = attributes->flags;
	}
	return ct_writer_stream(w, &record);
}

static int64_t write_lane(const struct ct_assembler_tables *t, struct ct_writer *w,
			  guint index)
{
	const struct lane_key *key = at(&t->lanes, index);
	struct ct_lane_record record = {
		.process = process_index(t, key->process),
		.thread = key->is_device ? CT_NONE : (uint32_t)key->thread,
		.device = key->device,
	};

	if (!key->is_device && record.thread == CT_NONE)
		record.thread--; /* a thread is not the device's lane, whatever its number */
	return ct_writer_lane(w, &record);
}

int ct_tables_write(const struct ct_assembler_tables *t, struct ct_writer *w)
{
	static int64_t (*const write_one[])(const struct ct_assembler_tables *,
					    struct ct_writer *, guint) = {
		write_device, write_process, write_context, write_stream, write_lane,
	};
	const struct ct_keyed *const table[] = { &t->devices, &t->processes, &t->contexts,
						 &t->streams, &t->lanes };
	int64_t result;
	size_t i;
	guint j;

	for (i = 0; i < G_N_ELEMENTS(table); i++) {
		for (j = 0; j < table[i]->values->len; j++) {
			result = write_one[i](t, w, j);
			if (result < 0)
				return (int)result;
		}
	}
	return write_green(t, w);
}
