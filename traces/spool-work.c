/*
 * spool-work - calls, work and what they are about, from a spool to the assembler.
 *
 * Numbers in these records are CUPTI's: kinds of copies, of memory and of waiting.  What
 * CUPTI gave without a time is counted and left out, as nobody can say when it was.
 */
#include <string.h>

#include "sim/base/error.h"
#include "traces/driver-call.h"
#include "traces/kernel-name.h"
#include "traces/spool-import.h"

/* CUpti_ActivityMemoryKind, CUpti_ActivityMemoryOperationType,
 * CUpti_ActivitySynchronizationType */
enum { MEMORY_PAGEABLE = 1 };
enum { ALLOCATED = 1, RELEASED = 2 };
enum { EVENT_SYNC = 1, STREAM_WAITS = 2, STREAM_SYNC = 3, CONTEXT_SYNC = 4 };

const char *ct_spool_string(const struct ct_spool_import *in, uint32_t index)
{
	return index < in->strings->len ? g_ptr_array_index(in->strings, index) : NULL;
}

static void take_string(struct ct_spool_import *in, const struct ct_spool_string *string)
{
	g_ptr_array_add(in->strings, g_strndup((const char *)(string + 1), string->bytes));
}

static void take_shape(struct ct_spool_import *in, const struct ct_spool_shape *record)
{
	struct ct_shape_record shape = record->shape;
	const char *name = ct_spool_string(in, shape.name);
	g_autofree char *plain = name ? ct_kernel_demangle(name) : NULL;
	uint32_t index;

	if (plain)
		name = plain;
	memset(shape.reserved, 0, sizeof(shape.reserved));
	shape.name = name ? ct_assembler_string(in->out, name, strlen(name)) : CT_NONE;
	index = ct_assembler_shape(in->out, &shape);
	g_array_append_val(in->shapes, index);
}

static void take_device(struct ct_spool_import *in, const struct ct_spool_device *record)
{
	struct ct_device_record device = record->device;
	const char *name = ct_spool_string(in, device.name);

	memset(device.reserved, 0, sizeof(device.reserved));
	device.name = name ? ct_assembler_string(in->out, name, strlen(name)) : CT_NONE;
	ct_assembler_device(in->out, &device);
}

/* FALSE: it has no times, or some that cannot be, and was counted: one piece of work that the
 * profiler made a mess of is not worth the recording. */
static gboolean has_times(struct ct_spool_import *in, int64_t start_ns, int64_t end_ns)
{
	if (start_ns > 0 && end_ns >= start_ns)
		return TRUE;
	in->recording.n_zero_times++;
	return FALSE;
}

static gboolean take_kernel(struct ct_spool_import *in,
			    const struct ct_spool_kernel *kernel, GError **error)
{
	struct ct_work_item work = {
		.process = in->process,
		.correlation = kernel->correlation,
		.kind = CT_OP_KERNEL,
		.start_ns = kernel->start_ns,
		.end_ns = kernel->end_ns,
		.device = kernel->device,
		.context = kernel->context,
		.stream = kernel->stream,
		.shape = g_array_index(in->shapes, uint32_t, kernel->shape),
		.graph = kernel->graph,
		.graph_node = kernel->graph_node,
	};

	if (!has_times(in, kernel->start_ns, kernel->end_ns))
		return TRUE;
	if (kernel->flags & CT_SPOOL_FROM_DEVICE)
		work.flags |= CT_OP_UNLAUNCHED;
	if (kernel->graph)
		ct_spool_graphs_ran(in->graphs, kernel->graph);
	return ct_assembler_work(in->out, &work, error);
}

/* CUpti_ActivityMemcpyKind: arrays count as device memory. */
static enum ct_copy direction(uint8_t kind)
{
	static const uint8_t by_kind[] = {
		[1] = CT_COPY_HTOD,  [2] = CT_COPY_DTOH, [3] = CT_COPY_HTOD,
		[4] = CT_COPY_DTOH,  [5] = CT_COPY_DTOD, [6] = CT_COPY_DTOD,
		[7] = CT_COPY_DTOD,  [8] = CT_COPY_DTOD, [9] = CT_COPY_HTOH,
		[10] = CT_COPY_PTOP,
	};

	return kind < G_N_ELEMENTS(by_kind) ? by_kind[kind] : CT_COPY_UNKNOWN;
}

static gboolean take_copy(struct ct_spool_import *in, const struct ct_spool_copy *copy,
			  GError **error)
{
	struct ct_work_item work = {
		.process = in->process,
		.correlation = copy->correlation,
		.kind = CT_OP_MEMCPY,
		.copy = (uint8_t)direction(copy->copy_kind),
		.start_ns = copy->start_ns,
		.end_ns = copy->end_ns,
		.device = copy->device,
		.context = copy->context,
		.stream = copy->stream,
		.graph = copy->graph,
		.graph_node = copy->graph_node,
		.bytes = copy->bytes,
	};

	if (!has_times(in, copy->start_ns, copy->end_ns))
		return TRUE;
	if (copy->from_kind == MEMORY_PAGEABLE || copy->to_kind == MEMORY_PAGEABLE)
		work.flags |= CT_OP_PAGEABLE;
	if (copy->from_device != copy->to_device && work.copy == CT_COPY_DTOD)
		work.copy = CT_COPY_PTOP;
	if (copy->graph)
		ct_spool_graphs_ran(in->graphs, copy->graph);
	return ct_assembler_work(in->out, &work, error);
}

static gboolean take_set(struct ct_spool_import *in, const struct ct_spool_set *set,
			 GError **error)
{
	struct ct_work_item work = {
		.process = in->process,
		.correlation = set->correlation,
		.kind = CT_OP_MEMSET,
		.start_ns = set->start_ns,
		.end_ns = set->end_ns,
		.device = set->device,
		.context = set->context,
		.stream = set->stream,
		.graph = set->graph,
		.graph_node = set->graph_node,
		.bytes = set->bytes,
	};

	if (!has_times(in, set->start_ns, set->end_ns))
		return TRUE;
	if (set->graph)
		ct_spool_graphs_ran(in->graphs, set->graph);
	return ct_assembler_work(in->out, &work, error);
}

/* What a thread launches until its capture ends goes into a graph. */
static void take_capture(struct ct_spool_import *in, const struct ct_spool_call *call,
			 enum ct_capture how)
{
	gpointer thread = GUINT_TO_POINTER(call->thread), began;

	if (how == CT_CAPTURE_BEGINS) {
		if (!g_hash_table_contains(in->capturing, thread))
			g_hash_table_insert(
				in->capturing, thread,
				g_memdup2(&call->start_ns, sizeof(call->start_ns)));
		return;
	}
	began = g_hash_table_lookup(in->capturing, thread);
	if (!began)
		return;
	ct_assembler_capture(in->out, in->process, call->thread, *(int64_t *)began,
			     call->end_ns);
	g_hash_table_remove(in->capturing, thread);
}

static gboolean take_call(struct ct_spool_import *in, const struct ct_spool_call *record,
			  GError **error)
{
	const struct ct_driver_call *known = ct_driver_call(record->domain, record->call);
	struct ct_api_call meaning = { 0 };
	struct ct_call call = {
		.process = in->process,
		.thread = record->thread,
		.correlation = record->correlation,
		.start_ns = record->start_ns,
		.end_ns = record->end_ns,
		.device = CT_NONE,
		.context = CT_NONE,
		.stream = CT_NONE,
	};

	if (record->end_ns < record->start_ns) {
		ct_assembler_skip(in->out);
		return TRUE;
	}
	if (record->result != 0 || !known) /* a call that failed ordered nothing */
		return TRUE;
	if (ct_driver_call_captures(known)) {
		take_capture(in, record, ct_driver_call_captures(known));
		return TRUE;
	}
	if (!ct_driver_call_meaning(known, &meaning))
		return TRUE;
	call.kind = meaning.kind;
	call.keep = meaning.keep;
	call.flags = meaning.flags;
	/* Only a launch with attributes can be a programmatic dependent one.  DANGER: which
	 * attributes it had is not recorded. */
	if (strstr(known->name, "LaunchKernelEx"))
		call.flags |= CT_OP_PROGRAMMATIC;
	return ct_assembler_call(in->out, &call, error);
}

static gboolean take_sync(struct ct_spool_import *in, const struct ct_spool_sync *sync,
			  GError **error)
{
	static const uint8_t kind[] = {
		[EVENT_SYNC] = CT_OP_EVENT_SYNC,
		[STREAM_WAITS] = CT_OP_EVENT_WAIT,
		[STREAM_SYNC] = CT_OP_STREAM_SYNC,
		[CONTEXT_SYNC] = CT_OP_DEVICE_SYNC,
	};
	struct ct_fact fact = {
		.process = in->process,
		.correlation = sync->correlation,
		.context = sync->context,
		.stream = sync->stream,
	};

	if (sync->type == 0 || sync->type >= G_N_ELEMENTS(kind) || sync->correlation == 0)
		return TRUE;
	fact.kind = kind[sync->type];
	if (sync->type == EVENT_SYNC || sync->type == STREAM_WAITS) {
		fact.handle = sync->event_record ? sync->event_record : sync->event;
		/* Waiting for an event that was never recorded is waiting for nothing. */
		fact.nothing = in->names_records && sync->event_record == 0;
	}
	return ct_assembler_fact(in->out, &fact, error);
}

static gboolean take_event(struct ct_spool_import *in, const struct ct_spool_event *event,
			   GError **error)
{
	struct ct_fact fact = {
		.process = in->process,
		.correlation = event->correlation,
		.kind = CT_OP_EVENT_RECORD,
		.context = event->context,
		.stream = event->stream,
		.handle = event->event_record ? event->event_record : event->event,
	};

	in->names_records |= event->event_record != 0;
	return event->correlation == 0 || ct_assembler_fact(in->out, &fact, error);
}

static gboolean take_memory(struct ct_spool_import *in,
			    const struct ct_spool_memory *memory, GError **error)
{
	struct ct_fact fact = {
		.process = in->process,
		.correlation = memory->correlation,
		.kind = memory->operation == ALLOCATED ? CT_OP_ALLOC : CT_OP_FREE,
		.context = memory->context,
		.stream = memory->stream,
		.handle = memory->address,
		.bytes = memory->bytes,
	};

	if (memory->correlation == 0 ||
	    (memory->operation != ALLOCATED && memory->operation != RELEASED))
		return TRUE;
	return ct_assembler_fact(in->out, &fact, error);
}

static void take_context(struct ct_spool_import *in, const struct ct_spool_context *context)
{
	g_hash_table_replace(in->contexts, GUINT_TO_POINTER(context->context),
			     g_memdup2(context, sizeof(*context)));
}

gboolean ct_spool_work(struct ct_spool_import *in, const struct ct_spool_record *record,
		       GError **error)
{
	const void *any = record;

	switch (record->type) {
	case CT_SPOOL_STRING:
		take_string(in, any);
		return TRUE;
	case CT_SPOOL_SHAPE:
		take_shape(in, any);
		return TRUE;
	case CT_SPOOL_DEVICE:
		take_device(in, any);
		return TRUE;
	case CT_SPOOL_CONTEXT:
		take_context(in, any);
		return TRUE;
	case CT_SPOOL_STREAM:
		g_array_append_vals(in->streams, any, 1);
		return TRUE;
	case CT_SPOOL_KERNEL:
		return take_kernel(in, any, error);
	case CT_SPOOL_COPY:
		return take_copy(in, any, error);
	case CT_SPOOL_SET:
		return take_set(in, any, error);
	case CT_SPOOL_CALL:
		return take_call(in, any, error);
	case CT_SPOOL_SYNC:
		return take_sync(in, any, error);
	case CT_SPOOL_EVENT:
		return take_event(in, any, error);
	case CT_SPOOL_MEMORY:
		return take_memory(in, any, error);
	default:
		return TRUE;
	}
}

static void tell_contexts(struct ct_spool_import *in)
{
	const struct ct_spool_context *context;
	GHashTableIter iter;
	gpointer value;

	g_hash_table_iter_init(&iter, in->contexts);
	while (g_hash_table_iter_next(&iter, NULL, &value)) {
		context = value;
		ct_assembler_context(in->out, &(struct ct_context_facts){
						      .process = in->process,
						      .context = context->context,
						      .device = context->device,
						      .parent = context->parent,
						      .sms = context->sms,
					      });
	}
}

static uint32_t device_of(const struct ct_spool_import *in, uint32_t context)
{
	const struct ct_spool_context *known =
		g_hash_table_lookup(in->contexts, GUINT_TO_POINTER(context));

	return known ? known->device : CT_NONE;
}

void ct_spool_work_end(struct ct_spool_import *in)
{
	GHashTableIter iter;
	gpointer thread, began, value;

	tell_contexts(in);
	for (guint i = 0; i < in->streams->len; i++) {
		const struct ct_spool_stream *s =
			&g_array_index(in->streams, struct ct_spool_stream, i);

		ct_assembler_stream(in->out, in->process, device_of(in, s->context),
				    s->context, s->stream, s->priority, s->flags);
	}
	/* Those that no stream was said of: the NULL stream is known by its context. */
	g_hash_table_iter_init(&iter, in->contexts);
	while (g_hash_table_iter_next(&iter, NULL, &value)) {
		const struct ct_spool_context *c = value;

		ct_assembler_stream(in->out, in->process, c->device, c->context,
				    c->null_stream, 0, CT_STREAM_NULL);
	}
	g_hash_table_iter_init(&iter, in->capturing);
	while (g_hash_table_iter_next(&iter, &thread, &began))
		ct_assembler_capture(in->out, in->process, GPOINTER_TO_UINT(thread),
				     *(int64_t *)began, INT64_MAX);
}
