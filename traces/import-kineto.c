/*
 * import-kineto - traces of the PyTorch profiler (Kineto), as Chrome JSON.
 *
 * What becomes of the events:
 *
 *  - kernel, gpu_memcpy, gpu_memset: device work.  Old or synthetic files leave out the
 *    arguments; then pid and tid are the device and the stream, as Kineto writes them.
 *  - cuda_runtime, cuda_driver (HIP too): calls, if the function is an operation of the
 *    format (api-call.h); all others are only time of the host.
 *  - cuda_sync: completes the calls that wait (kineto-sync.h).  Without it - it is off by
 *    default - a cudaStreamSynchronize has no stream, and event calls have neither
 *    stream nor event: they are kept, with CT_NONE and 0, because the thread did spend
 *    the time, and it is for the reader to treat them as waiting for the device or for
 *    nothing.  The same holds for an event record that no recorded wait names.
 *  - user_annotation: markers.
 *
 * DANGER: AMD's profiler gives the grid of hipExtModuleLaunchKernel in threads, not in
 * blocks, and says nowhere which; shapes are kept as they stand in the file.
 * DANGER: device work names no process, so in a file merged from several processes it
 * is joined to a call on the correlation alone.
 */
#include "traces/import.h"

#include <string.h>

#include "sim/base/error.h"
#include "traces/api-call.h"
#include "traces/kineto-sync.h"
#include "traces/kineto.h"

#define HAS(event, field) (((event)->has >> CT_KINETO_##field) & 1)

struct importer {
	struct ct_assembler *assembler;
	struct ct_kineto_sync *sync;
};

static gboolean refuse(const struct ct_kineto_event *event, enum ct_kineto_field field,
		       const char *why, GError **error)
{
	ct_input_error(error, "event %" G_GUINT64_FORMAT ": %s %s", event->number,
		       ct_kineto_field_name(field), why);
	return FALSE;
}

/* The field as an index or a count; OTHERWISE if it is not there. */
static gboolean get_u32(const struct ct_kineto_event *event, enum ct_kineto_field field,
			uint32_t otherwise, uint32_t *value, GError **error)
{
	*value = otherwise;
	if (!((event->has >> field) & 1))
		return TRUE;
	if (event->value[field] < 0 || event->value[field] > G_MAXUINT32)
		return refuse(event, field, "is out of range", error);
	*value = (uint32_t)event->value[field];
	return TRUE;
}

/* Kineto writes "no stream" as -1 or as 4294967295. */
static uint32_t optional_id(const struct ct_kineto_event *event, enum ct_kineto_field field)
{
	gint64 value = event->value[field];

	if (!((event->has >> field) & 1) || value < 0 || value >= CT_NONE)
		return CT_NONE;
	return (uint32_t)value;
}

static gboolean get_times(const struct ct_kineto_event *event, int64_t *start, int64_t *end,
			  GError **error)
{
	if (!HAS(event, TS))
		return refuse(event, CT_KINETO_TS, "is missing", error);
	if (!HAS(event, DUR))
		return refuse(event, CT_KINETO_DUR, "is missing", error);
	if (event->value[CT_KINETO_DUR] < 0)
		return refuse(event, CT_KINETO_DUR, "is negative", error);
	*start = event->value[CT_KINETO_TS];
	if (__builtin_add_overflow(*start, event->value[CT_KINETO_DUR], end))
		return refuse(event, CT_KINETO_DUR, "ends beyond 64 bits", error);
	return TRUE;
}

static gboolean get_shape(struct importer *importer, const struct ct_kineto_event *event,
			  uint32_t *index, GError **error)
{
	struct ct_shape_record shape = { 0 };
	uint32_t registers;

	for (guint i = 0; i < 3; i++) {
		if (!get_u32(event, CT_KINETO_GRID_X + i, 0, &shape.grid[i], error) ||
		    !get_u32(event, CT_KINETO_BLOCK_X + i, 0, &shape.block[i], error))
			return FALSE;
	}
	/* static and dynamic memory, summed by the source */
	if (!get_u32(event, CT_KINETO_SMEM, 0, &shape.smem_dynamic_bytes, error) ||
	    !get_u32(event, CT_KINETO_REGISTERS, 0, &registers, error))
		return FALSE;
	if (registers > G_MAXUINT16)
		return refuse(event, CT_KINETO_REGISTERS, "is out of range", error);
	shape.registers = (uint16_t)registers;
	if (shape.grid[0] && shape.grid[1] && shape.grid[2] && shape.block[0] &&
	    shape.block[1] && shape.block[2])
		shape.flags |= CT_SHAPE_HAS_GRID;
	if (HAS(event, REGISTERS))
		shape.flags |= CT_SHAPE_HAS_REGISTERS;
	if (HAS(event, SMEM))
		shape.flags |= CT_SHAPE_HAS_SMEM;
	shape.name =
		ct_assembler_string(importer->assembler, event->name, event->name_length);
	*index = ct_assembler_shape(importer->assembler, &shape);
	return TRUE;
}

/* "Memcpy HtoD (Pageable -> Device)"; arrays (A) are device memory. */
static void read_copy_name(const struct ct_kineto_event *event, struct ct_work_item *work)
{
	static const struct {
		const char *text;
		uint8_t copy;
	} directions[] = {
		{ " HtoD", CT_COPY_HTOD }, { " HtoA", CT_COPY_HTOD },
		{ " DtoH", CT_COPY_DTOH }, { " AtoH", CT_COPY_DTOH },
		{ " DtoD", CT_COPY_DTOD }, { " AtoA", CT_COPY_DTOD },
		{ " AtoD", CT_COPY_DTOD }, { " DtoA", CT_COPY_DTOD },
		{ " PtoP", CT_COPY_PTOP }, { " HtoH", CT_COPY_HTOH },
	};

	for (guint i = 0; i < G_N_ELEMENTS(directions); i++) {
		if (strstr(event->name, directions[i].text) != NULL)
			work->copy = directions[i].copy;
	}
	if (strstr(event->name, "Pageable") != NULL)
		work->flags |= CT_OP_PAGEABLE;
}

static gboolean add_work(struct importer *importer, const struct ct_kineto_event *event,
			 uint8_t kind, GError **error)
{
	struct ct_work_item work = { .process = UINT64_MAX,
				     .kind = kind,
				     .shape = CT_NONE };
	enum ct_kineto_field device = HAS(event, DEVICE) ? CT_KINETO_DEVICE : CT_KINETO_PID;
	enum ct_kineto_field stream = HAS(event, STREAM) ? CT_KINETO_STREAM : CT_KINETO_TID;

	if (!get_times(event, &work.start_ns, &work.end_ns, error) ||
	    !get_u32(event, device, 0, &work.device, error) ||
	    !get_u32(event, CT_KINETO_CONTEXT, 0, &work.context, error) ||
	    !get_u32(event, stream, 0, &work.stream, error) ||
	    !get_u32(event, CT_KINETO_CORRELATION, 0, &work.correlation, error) ||
	    !get_u32(event, CT_KINETO_GRAPH, 0, &work.graph, error))
		return FALSE;
	if (HAS(event, GRAPH_NODE))
		work.graph_node = (uint64_t)event->value[CT_KINETO_GRAPH_NODE];
	if (kind == CT_OP_KERNEL) {
		if (!get_shape(importer, event, &work.shape, error))
			return FALSE;
	} else if (HAS(event, BYTES)) {
		if (event->value[CT_KINETO_BYTES] < 0)
			return refuse(event, CT_KINETO_BYTES, "is negative", error);
		work.bytes = (uint64_t)event->value[CT_KINETO_BYTES];
	}
	if (kind == CT_OP_MEMCPY)
		read_copy_name(event, &work);
	return ct_assembler_work(importer->assembler, &work, error);
}

static gboolean waits(uint8_t kind)
{
	return kind >= CT_OP_EVENT_RECORD && kind <= CT_OP_DEVICE_SYNC;
}

static gboolean add_call(struct importer *importer, const struct ct_kineto_event *event,
			 GError **error)
{
	struct ct_api_call api;
	struct ct_call call = {
		.process = (uint64_t)event->value[CT_KINETO_PID],
		.thread = (uint64_t)event->value[CT_KINETO_TID],
		.device = CT_NONE,
		.context = CT_NONE,
		.stream = CT_NONE,
	};

	if (!ct_api_call(event->name, event->name_length, &api))
		return TRUE;
	if (!HAS(event, PID))
		return refuse(event, CT_KINETO_PID, "is missing", error);
	if (!HAS(event, TID))
		return refuse(event, CT_KINETO_TID, "is missing", error);
	if (!get_times(event, &call.start_ns, &call.end_ns, error) ||
	    !get_u32(event, CT_KINETO_CORRELATION, 0, &call.correlation, error))
		return FALSE;
	call.kind = api.kind;
	call.flags = api.flags;
	call.keep = api.keep;
	if (waits(call.kind))
		return ct_kineto_sync_call(importer->sync, &call, error);
	return ct_assembler_call(importer->assembler, &call, error);
}

static gboolean add_sync(struct importer *importer, const struct ct_kineto_event *event,
			 GError **error)
{
	struct ct_kineto_note note = {
		.device = optional_id(event, CT_KINETO_DEVICE),
		.context = optional_id(event, CT_KINETO_CONTEXT),
		.stream = optional_id(event, CT_KINETO_STREAM),
	};
	uint32_t record = optional_id(event, CT_KINETO_WAIT_RECORD);
	uint32_t correlation;

	if (!get_u32(event, CT_KINETO_CORRELATION, 0, &correlation, error))
		return FALSE;
	if (HAS(event, WAIT_EVENT) && event->value[CT_KINETO_WAIT_EVENT] > 0)
		note.handle = (uint64_t)event->value[CT_KINETO_WAIT_EVENT];
	if (correlation != 0 &&
	    !ct_kineto_sync_note(importer->sync, correlation, &note, error))
		return FALSE;
	if (record == CT_NONE || record == 0)
		return TRUE;
	note.stream = optional_id(event, CT_KINETO_WAIT_STREAM);
	return ct_kineto_sync_note(importer->sync, record, &note, error);
}

static gboolean add_marker(struct importer *importer, const struct ct_kineto_event *event,
			   GError **error)
{
	int64_t start_ns, end_ns;
	uint32_t name;

	if (!HAS(event, PID) || !HAS(event, TID)) {
		ct_assembler_skip(importer->assembler);
		return TRUE;
	}
	if (!get_times(event, &start_ns, &end_ns, error))
		return FALSE;
	name = ct_assembler_string(importer->assembler, event->name, event->name_length);
	return ct_assembler_marker(
		importer->assembler, (uint64_t)event->value[CT_KINETO_PID],
		(uint64_t)event->value[CT_KINETO_TID], name, start_ns, end_ns, error);
}

static gboolean on_event(void *data, const struct ct_kineto_event *event, GError **error)
{
	struct importer *importer = data;

	if (event->bad)
		return refuse(event, (enum ct_kineto_field)g_bit_nth_lsf(event->bad, -1),
			      "is no number of 64 bits", error);
	switch (event->category) {
	case CT_KINETO_KERNEL:
		return add_work(importer, event, CT_OP_KERNEL, error);
	case CT_KINETO_MEMCPY:
		return add_work(importer, event, CT_OP_MEMCPY, error);
	case CT_KINETO_MEMSET:
		return add_work(importer, event, CT_OP_MEMSET, error);
	case CT_KINETO_CALL:
		return add_call(importer, event, error);
	case CT_KINETO_SYNC:
		return add_sync(importer, event, error);
	case CT_KINETO_ANNOTATION:
		return add_marker(importer, event, error);
	default:
		return TRUE;
	}
}

/* Only the name tells, and on early AMD systems it is empty; but only their warps, as a
 * rule, are 64 wide. */
static uint32_t guess_vendor(const struct ct_device_record *device, const char *name)
{
	static const char *const nvidia[] = { "NVIDIA", "Tesla", "GeForce", "Quadro" };

	for (guint i = 0; i < G_N_ELEMENTS(nvidia); i++) {
		if (strstr(name, nvidia[i]) != NULL)
			return CT_VENDOR_NVIDIA;
	}
	if (device->warp_size == 64 || strstr(name, "AMD") != NULL)
		return CT_VENDOR_AMD;
	return CT_VENDOR_UNKNOWN;
}

static void on_device(void *data, struct ct_device_record *device, const char *name)
{
	struct importer *importer = data;

	device->vendor = guess_vendor(device, name);
	device->name = CT_NONE;
	if (*name != '\0')
		device->name = ct_assembler_string(importer->assembler, name, strlen(name));
	ct_assembler_device(importer->assembler, device);
}

static void on_base(void *data, gint64 base_ns)
{
	struct importer *importer = data;

	ct_assembler_clock(importer->assembler, base_ns, CT_CLOCK_UNIX);
}

/* Any JSON is taken: a trace may begin with much else, and the reader can say better
 * what is missing. */
static gboolean probe(const char *path, const guint8 *head, size_t length)
{
	size_t i = 0;

	while (i < length && g_ascii_isspace(head[i]))
		i++;
	return i < length && (head[i] == '{' || head[i] == '[');
}

static gboolean run(const char *path, struct ct_assembler *assembler,
		    void (*progress)(double done, void *data), void *data, GError **error)
{
	struct importer importer = { assembler, ct_kineto_sync_new() };
	const struct ct_kineto_handler handler = { &importer, on_event, on_device,
						   on_base };
	gboolean ok = ct_kineto_read(path, &handler, progress, data, error);

	if (ok && !ct_kineto_sync_finish(importer.sync, assembler, error)) {
		g_prefix_error(error, "%s: ", path);
		ok = FALSE;
	}
	ct_kineto_sync_free(importer.sync);
	return ok;
}

const struct ct_importer ct_import_kineto = {
	.name = "kineto",
	.summary = "PyTorch profiler (Chrome trace JSON, also gzip)",
	.probe = probe,
	.run = run,
};
