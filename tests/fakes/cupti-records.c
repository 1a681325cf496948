/*
 * cupti-records - records as each generation of CUPTI lays them out.
 *
 * Later generations append, so each is the longest struct we know, cut short or made
 * longer.  What is longer than we know holds rubbish, which a reader must pass over.
 *
 * The lengths up to 13.0 are those of the structs in the toolkit's headers, old ones
 * included (cupti-abi.c).  DANGER: those of 13.1 and later are made up; all that is public
 * is that the kernel's record got longer twice.
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "tests/fakes/profiler.h"

#define RUBBISH    0xa5
#define MAX_RECORD 512
#define N_NAMES    64

struct length {
	uint32_t kind, since, bytes;
};

/* The last one that fits counts. */
static const struct length lengths[] = {
#define CT_FAKE_RECORD(kind, since, bytes, type) { kind, since, bytes },
#include "tests/fakes/cupti-lengths.h"
#undef CT_FAKE_RECORD
	{ CT_CUPTI_KIND_KERNEL, 130100, 232 },
	{ CT_CUPTI_KIND_KERNEL, 130300, 256 },
	{ CT_CUPTI_KIND_CONTEXT, 130200, 64 },
	{ CT_FAKE_UNHEARD, 0, 48 },
};

size_t ct_fake_record_bytes(uint32_t kind, uint32_t version)
{
	size_t bytes = 0;

	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		if (lengths[i].kind == kind && lengths[i].since <= version)
			bytes = lengths[i].bytes;
	}
	return bytes;
}

/* Names in few places, each of which holds another text once its buffer was handed over. */
static char *names[N_NAMES];
static int n_names, first_name;

void ct_fake_names_may_change(void)
{
	first_name = 0;
	n_names = 0;
}

static const char *name_of(const char *name)
{
	if (!ct_fake_faults()->reuse_names)
		return name;
	for (int i = first_name; i < n_names; i++) {
		if (!strcmp(names[i], name))
			return names[i];
	}
	if (n_names == N_NAMES)
		return name;
	if (!names[n_names])
		names[n_names] = calloc(1, 256);
	strncpy(names[n_names], name, 255);
	return names[n_names++];
}

static void make_kernel(struct ct_cupti_kernel *k, const struct ct_fake_activity *a)
{
	k->registers = (uint16_t)a->registers;
	k->start_ns = (uint64_t)ct_fake_clock_ns(a->start_ns);
	k->end_ns = (uint64_t)ct_fake_clock_ns(a->end_ns);
	k->completed_ns = k->end_ns;
	k->device = a->device;
	k->context = a->context;
	k->stream = a->stream;
	for (int i = 0; i < 3; i++) {
		k->grid[i] = (int32_t)a->grid[i];
		k->block[i] = (int32_t)a->block[i];
		k->cluster[i] = a->cluster[i];
	}
	k->smem_static_bytes = (int32_t)a->static_smem;
	k->smem_dynamic_bytes = (int32_t)a->dynamic_smem;
	k->smem_executed_bytes = 32768;
	k->correlation = a->correlation;
	k->grid_id = a->correlation;
	k->name = name_of(a->name);
	k->launch_type = a->cooperative ? CT_CUPTI_LAUNCH_COOPERATIVE : 0;
	k->graph_node = a->node;
	k->graph = a->graph;
	k->channel = a->stream % 8;
	k->channel_type = 1;
}

static void make_copy(struct ct_cupti_memcpy *c, const struct ct_fake_activity *a)
{
	c->copy_kind = (uint8_t)a->copy_kind;
	c->from_kind = (uint8_t)a->from_kind;
	c->to_kind = (uint8_t)a->to_kind;
	c->flags = a->async ? CT_CUPTI_MEMCPY_ASYNC : 0;
	c->bytes = a->bytes;
	c->start_ns = (uint64_t)ct_fake_clock_ns(a->start_ns);
	c->end_ns = (uint64_t)ct_fake_clock_ns(a->end_ns);
	c->device = a->device;
	c->context = a->context;
	c->stream = a->stream;
	c->correlation = a->correlation;
	c->graph_node = a->node;
	c->graph = a->graph;
	c->channel = 16;
	c->channel_type = 2;
	c->n_copies = 1;
}

static void make_peer_copy(struct ct_cupti_memcpy2 *c, const struct ct_fake_activity *a)
{
	c->copy_kind = (uint8_t)a->copy_kind;
	c->from_kind = (uint8_t)a->from_kind;
	c->to_kind = (uint8_t)a->to_kind;
	c->flags = a->async ? CT_CUPTI_MEMCPY_ASYNC : 0;
	c->bytes = a->bytes;
	c->start_ns = (uint64_t)ct_fake_clock_ns(a->start_ns);
	c->end_ns = (uint64_t)ct_fake_clock_ns(a->end_ns);
	c->device = a->device;
	c->context = a->context;
	c->stream = a->stream;
	c->from_device = a->from_device;
	c->to_device = a->to_device;
	c->correlation = a->correlation;
	c->graph_node = a->node;
	c->graph = a->graph;
}

static void make_set(struct ct_cupti_memset *s, const struct ct_fake_activity *a)
{
	s->bytes = a->bytes;
	s->start_ns = (uint64_t)ct_fake_clock_ns(a->start_ns);
	s->end_ns = (uint64_t)ct_fake_clock_ns(a->end_ns);
	s->device = a->device;
	s->context = a->context;
	s->stream = a->stream;
	s->correlation = a->correlation;
	s->flags = a->async ? CT_CUPTI_MEMCPY_ASYNC : 0;
	s->memory_kind = (uint16_t)a->memory_kind;
	s->graph_node = a->node;
	s->graph = a->graph;
}

static void make_memory(struct ct_cupti_memory *m, const struct ct_fake_activity *a)
{
	m->operation = a->operation;
	m->memory_kind = a->memory_kind;
	m->correlation = a->correlation;
	m->address = a->address;
	m->bytes = a->bytes;
	m->time_ns = (uint64_t)ct_fake_clock_ns(a->start_ns);
	m->device = a->device;
	m->context = a->context;
	m->stream = a->stream;
	m->async = a->async;
	m->pool_type = a->pool ? CT_CUPTI_POOL_LOCAL : 0;
	m->pool_address = a->pool;
}

static void make_device(struct ct_cupti_device *d, const struct ct_fake_activity *a,
			uint32_t version)
{
	d->memory_bytes = CT_FAKE_MEMORY_BYTES;
	d->memory_bandwidth_kbps = 4814000000ull;
	d->l2_bytes = CT_FAKE_L2_BYTES;
	d->warp_size = 32;
	d->clock_khz = CT_FAKE_CLOCK_KHZ;
	d->copy_engines = CT_FAKE_COPY_ENGINES;
	d->sms = (uint32_t)ct_fake_the_driver()->settings()->sms;
	d->warps_per_sm = 64;
	d->blocks_per_sm = 32;
	d->smem_per_sm_bytes = 233472;
	d->regs_per_sm = 65536;
	d->regs_per_block = 65536;
	d->smem_per_block_bytes = 49152;
	d->threads_per_block = 1024;
	d->cc_major = 9;
	d->id = a->device;
	/* From 13.0 on it is the client's to free. */
	d->name = version >= CT_CUPTI_13_0 ? strdup(CT_FAKE_DEVICE_NAME)
					   : CT_FAKE_DEVICE_NAME;
}

static void make_context(struct ct_cupti_context *c, const struct ct_fake_activity *a)
{
	c->context = a->context;
	c->device = a->device;
	c->api = 1;
	c->null_stream = (uint16_t)a->null_stream;
	c->parent = a->parent;
	c->green = a->is_green != 0;
	c->sms = a->is_green ? (uint16_t)a->sms : 0;
}

static void make_stream(struct ct_cupti_stream *s, const struct ct_fake_activity *a)
{
	s->context = a->context;
	s->stream = a->stream;
	s->priority = (uint32_t)a->priority;
	s->flag = a->flags;
	s->correlation = a->correlation;
}

static void make_sync(struct ct_cupti_sync *s, const struct ct_fake_activity *a)
{
	s->type = a->type;
	s->start_ns = (uint64_t)ct_fake_clock_ns(a->start_ns);
	s->end_ns = (uint64_t)ct_fake_clock_ns(a->end_ns);
	s->correlation = a->correlation;
	s->context = a->context;
	s->stream = a->stream;
	s->event = a->event;
	s->event_record = a->event_record;
}

static void make_event(struct ct_cupti_event *e, const struct ct_fake_activity *a)
{
	e->correlation = a->correlation;
	e->context = a->context;
	e->stream = a->stream;
	e->event = a->event;
	e->device = a->device;
	e->event_record = a->event_record;
}

static void make_call(struct ct_cupti_api *c, const struct ct_fake_item *item)
{
	c->call = item->call;
	c->start_ns = (uint64_t)ct_fake_clock_ns(item->activity.start_ns);
	c->end_ns = (uint64_t)ct_fake_clock_ns(item->activity.end_ns);
	c->thread = item->thread;
	c->correlation = item->activity.correlation;
	c->result = item->result;
}

static void make_overhead(struct ct_cupti_overhead *o, const struct ct_fake_activity *a,
			  uint32_t version)
{
	o->overhead = CT_CUPTI_OVERHEAD_FLUSH;
	o->start_ns = (uint64_t)ct_fake_clock_ns(a->start_ns);
	o->end_ns = (uint64_t)ct_fake_clock_ns(a->end_ns);
	if (version < CT_CUPTI_12_4)
		return;
	o->overhead = CT_CUPTI_OVERHEAD_BUFFER_FULL;
	o->data = calloc(1, 32); /* the client's to free */
}

void ct_fake_make_record(uint8_t *at, const struct ct_fake_item *item, uint32_t version)
{
	const struct ct_fake_activity *a = &item->activity;
	size_t bytes = ct_fake_record_bytes(item->kind, version), known = 0;
	union {
		uint8_t byte[MAX_RECORD];
		uint32_t kind;
		struct ct_cupti_kernel kernel;
		struct ct_cupti_memcpy copy;
		struct ct_cupti_memcpy2 peer_copy;
		struct ct_cupti_memset set;
		struct ct_cupti_memory memory;
		struct ct_cupti_device device;
		struct ct_cupti_context context;
		struct ct_cupti_stream stream;
		struct ct_cupti_sync sync;
		struct ct_cupti_event event;
		struct ct_cupti_api call;
		struct ct_cupti_overhead overhead;
	} record;

	memset(&record, 0, sizeof(record));
	record.kind = item->kind;
	switch (item->kind) {
	case CT_CUPTI_KIND_KERNEL:
		make_kernel(&record.kernel, a);
		known = sizeof(record.kernel);
		break;
	case CT_CUPTI_KIND_MEMCPY:
		make_copy(&record.copy, a);
		known = sizeof(record.copy);
		break;
	case CT_CUPTI_KIND_MEMCPY2:
		make_peer_copy(&record.peer_copy, a);
		known = sizeof(record.peer_copy);
		break;
	case CT_CUPTI_KIND_MEMSET:
		make_set(&record.set, a);
		known = sizeof(record.set);
		break;
	case CT_CUPTI_KIND_MEMORY2:
		make_memory(&record.memory, a);
		known = sizeof(record.memory);
		break;
	case CT_CUPTI_KIND_DEVICE:
		make_device(&record.device, a, version);
		known = sizeof(record.device);
		break;
	case CT_CUPTI_KIND_CONTEXT:
		make_context(&record.context, a);
		known = sizeof(record.context);
		break;
	case CT_CUPTI_KIND_STREAM:
		make_stream(&record.stream, a);
		known = sizeof(record.stream);
		break;
	case CT_CUPTI_KIND_SYNCHRONIZATION:
		make_sync(&record.sync, a);
		known = sizeof(record.sync);
		break;
	case CT_CUPTI_KIND_CUDA_EVENT:
		make_event(&record.event, a);
		known = sizeof(record.event);
		break;
	case CT_CUPTI_KIND_DRIVER:
		make_call(&record.call, item);
		known = sizeof(record.call);
		break;
	case CT_CUPTI_KIND_OVERHEAD:
		make_overhead(&record.overhead, a, version);
		known = sizeof(record.overhead);
		break;
	default: /* unheard of, or nothing we read */
		known = sizeof(record.kind);
	}
	if (bytes > known)
		memset(record.byte + known, RUBBISH, bytes - known);
	memcpy(at, &record, bytes);
}
