/*
 * translate - makes records of a spool of CUPTI's activity records.
 */
#include "capture/collector/translate.h"

#include <stdlib.h>
#include <string.h>

#include "traces/driver-call.h"

enum { CALL_KNOWN = 1, CALL_LAUNCHES = 2 };

static void learn_calls(struct ct_translator *t, uint32_t domain)
{
	size_t n, i;
	const struct ct_driver_call *call = ct_driver_calls(domain, &n);

	for (i = 0; i < n; i++) {
		if (call[i].number >= CT_TRANSLATOR_CALLS)
			continue;
		t->call[domain - 1][call[i].number] = ct_driver_call_launches(&call[i])
							      ? CALL_KNOWN | CALL_LAUNCHES
							      : CALL_KNOWN;
	}
}

void ct_translator_init(struct ct_translator *t, struct ct_spooler *spool,
			struct ct_session_page *page, uint32_t version)
{
	memset(t, 0, sizeof(*t));
	t->spool = spool;
	t->page = page;
	t->version = version;
	t->until_ns = INT64_MAX;
	learn_calls(t, CT_DOMAIN_DRIVER);
	learn_calls(t, CT_DOMAIN_RUNTIME);
}

void ct_translator_follow(struct ct_translator *t)
{
	int64_t stop_ns;

	if (!t->page)
		return;
	t->from_ns = atomic_load_explicit(&t->page->start_ns, memory_order_relaxed);
	if (t->from_ns == 0 && (t->page->flags & CT_SESSION_WAIT_MARKER))
		t->from_ns = INT64_MAX;
	stop_ns = atomic_load_explicit(&t->page->stop_ns, memory_order_relaxed);
	t->until_ns = stop_ns ? stop_ns : INT64_MAX;
}

/* Whether CORRELATION is not among the last ones in SEEN; it is from now on. */
static bool is_new(uint32_t seen[CT_TRANSLATOR_SEEN], uint32_t correlation)
{
	uint32_t *at = &seen[correlation & (CT_TRANSLATOR_SEEN - 1)];

	if (*at == correlation)
		return false;
	*at = correlation;
	return true;
}

/* Device work: whether some of it is in the recording, as far as can be seen. */
static bool is_wanted(const struct ct_translator *t, uint32_t correlation, int64_t start_ns,
		      int64_t end_ns)
{
	if (t->from_ns == INT64_MAX || (end_ns != 0 && end_ns < t->from_ns))
		return false;
	return start_ns < t->until_ns || !t->late ||
	       (int32_t)(correlation - t->late_correlation) < 0;
}

/* Counts work and what is wrong with it. */
static bool take_work(struct ct_translator *t, uint32_t correlation, uint64_t start_ns,
		      uint64_t end_ns)
{
	if (!is_wanted(t, correlation, (int64_t)start_ns, (int64_t)end_ns))
		return false;
	t->n_zero_times += start_ns == 0 || end_ns == 0;
	return true;
}

static uint16_t short_of(uint32_t number)
{
	return number > UINT16_MAX ? UINT16_MAX : (uint16_t)number;
}

static uint32_t shape_of(struct ct_translator *t, const struct ct_cupti_kernel *kernel)
{
	struct ct_shape_record shape = {
		.name = ct_spooler_name(t->spool, kernel->name),
		.registers = kernel->registers,
		.smem_static_bytes = (uint32_t)kernel->smem_static_bytes,
		.smem_dynamic_bytes = (uint32_t)kernel->smem_dynamic_bytes,
		.smem_executed_bytes = kernel->smem_executed_bytes,
		.local_per_thread_bytes = kernel->local_per_thread_bytes,
		.flags = CT_SHAPE_HAS_GRID | CT_SHAPE_HAS_REGISTERS | CT_SHAPE_HAS_SMEM,
	};
	int i;

	for (i = 0; i < 3; i++) {
		shape.grid[i] = (uint32_t)kernel->grid[i];
		shape.block[i] = (uint32_t)kernel->block[i];
	}
	/* A cluster of one block is none. */
	if (kernel->cluster[0] > 1 || kernel->cluster[1] > 1 || kernel->cluster[2] > 1)
		for (i = 0; i < 3; i++)
			shape.cluster[i] = short_of(kernel->cluster[i]);
	if (kernel->launch_type == CT_CUPTI_LAUNCH_COOPERATIVE ||
	    kernel->launch_type == CT_CUPTI_LAUNCH_COOPERATIVE_MULTI)
		shape.flags |= CT_SHAPE_COOPERATIVE;
	return ct_spooler_shape(t->spool, &shape);
}

static void put_kernel(struct ct_translator *t, const struct ct_cupti_kernel *kernel)
{
	struct ct_spool_kernel *record;
	uint32_t shape;

	if (!take_work(t, kernel->correlation, kernel->start_ns, kernel->end_ns))
		return;
	t->n_launched += is_new(t->worked, kernel->correlation);
	shape = shape_of(t, kernel);
	record = ct_spooler_append(t->spool, CT_SPOOL_KERNEL, sizeof(*record));
	if (!record)
		return;
	record->correlation = kernel->correlation;
	record->start_ns = (int64_t)kernel->start_ns;
	record->end_ns = (int64_t)kernel->end_ns;
	record->device = kernel->device;
	record->context = kernel->context;
	record->stream = kernel->stream;
	record->shape = shape;
	record->graph = kernel->graph;
	record->graph_node = kernel->graph_node;
	record->channel = kernel->channel;
	if (t->version >= CT_CUPTI_13_0 && kernel->device_launched)
		record->flags = CT_SPOOL_FROM_DEVICE;
}

static void put_copy(struct ct_translator *t, const struct ct_cupti_memcpy *copy)
{
	struct ct_spool_copy *record;

	if (!take_work(t, copy->correlation, copy->start_ns, copy->end_ns))
		return;
	record = ct_spooler_append(t->spool, CT_SPOOL_COPY, sizeof(*record));
	if (!record)
		return;
	record->correlation = copy->correlation;
	record->start_ns = (int64_t)copy->start_ns;
	record->end_ns = (int64_t)copy->end_ns;
	record->bytes = copy->bytes;
	record->device = copy->device;
	record->context = copy->context;
	record->stream = copy->stream;
	record->copy_kind = copy->copy_kind;
	record->from_kind = copy->from_kind;
	record->to_kind = copy->to_kind;
	record->flags = copy->flags;
	record->from_device = record->to_device = CT_NONE;
	record->graph = copy->graph;
	record->graph_node = copy->graph_node;
	if (t->version >= CT_CUPTI_12_8)
		record->n_copies = copy->n_copies;
}

static void put_copy_between(struct ct_translator *t, const struct ct_cupti_memcpy2 *copy)
{
	struct ct_spool_copy *record;

	if (!take_work(t, copy->correlation, copy->start_ns, copy->end_ns))
		return;
	record = ct_spooler_append(t->spool, CT_SPOOL_COPY, sizeof(*record));
	if (!record)
		return;
	record->correlation = copy->correlation;
	record->start_ns = (int64_t)copy->start_ns;
	record->end_ns = (int64_t)copy->end_ns;
	record->bytes = copy->bytes;
	record->device = copy->device;
	record->context = copy->context;
	record->stream = copy->stream;
	record->copy_kind = copy->copy_kind;
	record->from_kind = copy->from_kind;
	record->to_kind = copy->to_kind;
	record->flags = copy->flags;
	record->from_device = copy->from_device;
	record->to_device = copy->to_device;
	record->graph = copy->graph;
	record->graph_node = copy->graph_node;
}

static void put_set(struct ct_translator *t, const struct ct_cupti_memset *set)
{
	struct ct_spool_set *record;

	if (!take_work(t, set->correlation, set->start_ns, set->end_ns))
		return;
	record = ct_spooler_append(t->spool, CT_SPOOL_SET, sizeof(*record));
	if (!record)
		return;
	record->correlation = set->correlation;
	record->start_ns = (int64_t)set->start_ns;
	record->end_ns = (int64_t)set->end_ns;
	record->bytes = set->bytes;
	record->device = set->device;
	record->context = set->context;
	record->stream = set->stream;
	record->graph = set->graph;
	record->graph_node = set->graph_node;
	record->memory_kind = set->memory_kind;
}

/* Whether a call of this time is in the recording; remembers the first late one. */
static bool take_call(struct ct_translator *t, uint32_t correlation, int64_t start_ns)
{
	if (start_ns >= t->from_ns && start_ns < t->until_ns)
		return true;
	if (start_ns >= t->until_ns &&
	    (!t->late || (int32_t)(correlation - t->late_correlation) < 0)) {
		t->late = true;
		t->late_correlation = correlation;
	}
	return false;
}

static void put_call(struct ct_translator *t, const struct ct_cupti_api *call)
{
	uint32_t domain =
		call->kind == CT_CUPTI_KIND_RUNTIME ? CT_DOMAIN_RUNTIME : CT_DOMAIN_DRIVER;
	struct ct_spool_call *record;
	uint8_t known = 0;

	if (call->call < CT_TRANSLATOR_CALLS)
		known = t->call[domain - 1][call->call];
	/* Libraries before 12.5 record all calls. */
	if (!known || !take_call(t, call->correlation, (int64_t)call->start_ns))
		return;
	if ((known & CALL_LAUNCHES) && call->result == 0)
		t->n_launches += is_new(t->called, call->correlation);
	record = ct_spooler_append(t->spool, CT_SPOOL_CALL, sizeof(*record));
	if (!record)
		return;
	record->correlation = call->correlation;
	record->start_ns = (int64_t)call->start_ns;
	record->end_ns = (int64_t)call->end_ns;
	record->thread = call->thread;
	record->call = call->call;
	record->result = (int32_t)call->result;
	record->domain = domain;
}

static void put_sync(struct ct_translator *t, const struct ct_cupti_sync *sync)
{
	struct ct_spool_sync *record;

	if (!take_call(t, sync->correlation, (int64_t)sync->start_ns))
		return;
	record = ct_spooler_append(t->spool, CT_SPOOL_SYNC, sizeof(*record));
	if (!record)
		return;
	record->correlation = sync->correlation;
	record->start_ns = (int64_t)sync->start_ns;
	record->end_ns = (int64_t)sync->end_ns;
	record->context = sync->context;
	record->stream = sync->stream; /* CUPTI's "does not apply" is CT_NONE as well */
	record->event = sync->event;
	record->type = sync->type;
	if (t->version >= CT_CUPTI_12_8) {
		record->event_record = sync->event_record;
		record->result = sync->result;
	}
}

/* It has no time of the host: which calls are late says which of these are. */
static void put_event(struct ct_translator *t, const struct ct_cupti_event *event)
{
	struct ct_spool_event *record;

	if (!is_wanted(t, event->correlation, INT64_MAX, 0))
		return;
	record = ct_spooler_append(t->spool, CT_SPOOL_EVENT, sizeof(*record));
	if (!record)
		return;
	record->correlation = event->correlation;
	record->context = event->context;
	record->stream = event->stream;
	record->event = event->event;
	if (t->version >= CT_CUPTI_12_8) {
		record->device = event->device;
		record->event_record = event->event_record;
		record->device_ns = (int64_t)event->device_ns;
	} else {
		record->device = CT_NONE;
	}
}

static void put_memory(struct ct_translator *t, const struct ct_cupti_memory *memory)
{
	struct ct_spool_memory *record;

	if (!take_call(t, memory->correlation, (int64_t)memory->time_ns))
		return;
	record = ct_spooler_append(t->spool, CT_SPOOL_MEMORY, sizeof(*record));
	if (!record)
		return;
	record->correlation = memory->correlation;
	record->time_ns = (int64_t)memory->time_ns;
	record->address = memory->address;
	record->bytes = memory->bytes;
	record->device = memory->device;
	record->context = memory->context;
	record->stream = memory->stream;
	record->operation = short_of(memory->operation);
	record->memory_kind = short_of(memory->memory_kind);
	record->pool = memory->pool_address;
	record->flags = memory->async ? CT_SPOOL_ASYNC : 0;
}

static void put_device(struct ct_translator *t, const struct ct_cupti_device *device)
{
	uint32_t name = ct_spooler_string(t->spool, device->name, CT_STRING_BYTES);
	struct ct_spool_device *record =
		ct_spooler_append(t->spool, CT_SPOOL_DEVICE, sizeof(*record));

	/* From 13.0 on the name is the client's (before, it is shared by the records). */
	if (t->version >= CT_CUPTI_13_0)
		free((void *)(uintptr_t)device->name);
	if (!record)
		return;
	record->copy_engines = device->copy_engines;
	record->device = (struct ct_device_record){
		.id = device->id,
		.name = name,
		.memory_bytes = device->memory_bytes,
		.cc_major = device->cc_major,
		.cc_minor = device->cc_minor,
		.sms = device->sms,
		.warp_size = device->warp_size,
		.threads_per_sm = device->warps_per_sm * device->warp_size,
		.regs_per_sm = device->regs_per_sm,
		.smem_per_sm_bytes = device->smem_per_sm_bytes,
		.l2_bytes = device->l2_bytes,
		.clock_khz = device->clock_khz,
		.vendor = CT_VENDOR_NVIDIA,
	};
	record->flags = device->mig ? CT_SPOOL_MIG : 0;
}

static void put_context(struct ct_translator *t, const struct ct_cupti_context *context)
{
	struct ct_spool_context *record =
		ct_spooler_append(t->spool, CT_SPOOL_CONTEXT, sizeof(*record));

	if (!record)
		return;
	record->context = context->context;
	record->device = context->device;
	record->null_stream = context->null_stream;
	record->parent = CT_NONE;
	if (t->version >= CT_CUPTI_12_4 && context->green) {
		record->parent = context->parent;
		if (t->version >= CT_CUPTI_12_5)
			record->sms = context->sms;
	}
}

static void put_stream(struct ct_translator *t, const struct ct_cupti_stream *stream)
{
	struct ct_spool_stream *record =
		ct_spooler_append(t->spool, CT_SPOOL_STREAM, sizeof(*record));
	uint32_t flag = stream->flag & CT_CUPTI_STREAM_MASK;

	if (!record)
		return;
	record->context = stream->context;
	record->stream = stream->stream;
	record->priority = (int32_t)stream->priority;
	record->flags = CT_STREAM_PRIORITY_KNOWN;
	if (flag == CT_CUPTI_STREAM_NULL)
		record->flags |= CT_STREAM_NULL;
	else if (flag == CT_CUPTI_STREAM_NONBLOCKING)
		record->flags |= CT_STREAM_NONBLOCKING;
}

void ct_translate(struct ct_translator *t, const struct ct_cupti_record *record)
{
	const void *any = record;

	t->n_records++;
	switch (record->kind) {
	case CT_CUPTI_KIND_KERNEL:
		put_kernel(t, any);
		break;
	case CT_CUPTI_KIND_DRIVER:
	case CT_CUPTI_KIND_RUNTIME:
		put_call(t, any);
		break;
	case CT_CUPTI_KIND_MEMCPY:
		put_copy(t, any);
		break;
	case CT_CUPTI_KIND_MEMCPY2:
		put_copy_between(t, any);
		break;
	case CT_CUPTI_KIND_MEMSET:
		put_set(t, any);
		break;
	case CT_CUPTI_KIND_SYNCHRONIZATION:
		put_sync(t, any);
		break;
	case CT_CUPTI_KIND_CUDA_EVENT:
		put_event(t, any);
		break;
	case CT_CUPTI_KIND_MEMORY2:
		put_memory(t, any);
		break;
	case CT_CUPTI_KIND_DEVICE:
		put_device(t, any);
		break;
	case CT_CUPTI_KIND_CONTEXT:
		put_context(t, any);
		break;
	case CT_CUPTI_KIND_STREAM:
		put_stream(t, any);
		break;
	default:
		t->n_unknown_kinds++;
	}
}
