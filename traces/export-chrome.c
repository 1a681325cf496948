/*
 * export-chrome - a trace as Chrome JSON, for Perfetto, chrome://tracing and HTA
 *
 * Categories, names and arguments are those of Kineto, so what reads PyTorch profiles
 * reads this too, our own importer included.  Devices appear as processes with a row
 * per stream, host processes with a row per thread, and an arrow leads from each call
 * to the work it launched.
 *
 * Times are microseconds with three decimals, written digit by digit from nanoseconds:
 * no double ever holds one.  They count from the trace's origin, which stands in
 * baseTimeNanoseconds.
 *
 * Correlation ids are unique per process only, and an event of a device names no
 * process; so a trace of several processes gets new ones, counted through.
 *
 * DANGER: Kineto has no field for cluster shapes and local memory, and one for the sum
 * of static and dynamic shared memory: a trace that went through JSON lost them.
 */
#include <inttypes.h>

#include "sim/base/error.h"
#include "traces/export-row.h"
#include "traces/export.h"

struct open_range {
	uint32_t name;
	int64_t start_ns;
};

struct chrome {
	const struct ct_trace *trace;
	FILE *out;
	const char *separator; /* before the next event */
	gboolean renumber;
	uint32_t correlation; /* of the operation at hand; children keep their parent's */
	uint32_t last_number;
	uint32_t process, thread; /* source ids of the lane at hand */
	GArray *ranges;           /* struct open_range: of the lane */
};

static void print_us(FILE *out, const char *key, int64_t ns)
{
	uint64_t size = ns < 0 ? -(uint64_t)ns : (uint64_t)ns;

	fprintf(out, ",\"%s\":%s%" PRIu64 ".%03u", key, ns < 0 ? "-" : "", size / 1000,
		(unsigned)(size % 1000));
}

/* Begins a complete event and leaves its "args" open. */
static void begin(struct chrome *to, const char *category, const char *name, uint32_t pid,
		  uint32_t tid, int64_t start_ns, int64_t end_ns)
{
	fprintf(to->out, "%s{\"ph\":\"X\",\"cat\":\"%s\",\"name\":", to->separator,
		category);
	ct_print_json(to->out, name);
	fprintf(to->out, ",\"pid\":%" PRIu32 ",\"tid\":%" PRIu32, pid, tid);
	print_us(to->out, "ts", start_ns);
	print_us(to->out, "dur", end_ns - start_ns);
	fprintf(to->out, ",\"args\":{\"correlation\":%" PRIu32, to->correlation);
	to->separator = ",\n";
}

static void end(struct chrome *to)
{
	fputs("}}", to->out);
}

/* One end of the arrow from a call to its work. */
static void arrow(struct chrome *to, const char *phase, uint32_t pid, uint32_t tid,
		  int64_t ns)
{
	fprintf(to->out,
		"%s{\"ph\":\"%s\",\"cat\":\"ac2g\",\"name\":\"ac2g\",\"id\":%" PRIu32
		",\"pid\":%" PRIu32 ",\"tid\":%" PRIu32,
		to->separator, phase, to->correlation, pid, tid);
	print_us(to->out, "ts", ns);
	fputs(*phase == 'f' ? ",\"bp\":\"e\"}" : "}", to->out);
}

static void label(struct chrome *to, const char *what, uint32_t pid, uint32_t tid,
		  const char *text)
{
	fprintf(to->out,
		"%s{\"ph\":\"M\",\"name\":\"%s\",\"pid\":%" PRIu32 ",\"tid\":%" PRIu32
		",\"args\":{\"name\":",
		to->separator, what, pid, tid);
	ct_print_json(to->out, text);
	end(to);
	to->separator = ",\n";
}

static void print_devices(struct chrome *to)
{
	uint32_t i;

	fputs("\"deviceProperties\":[", to->out);
	for (i = 0; i < to->trace->n_devices; i++) {
		const struct ct_device_record *d = &to->trace->device[i];

		fprintf(to->out, "%s\n{\"id\":%" PRIu32 ",\"name\":", i ? "," : "", d->id);
		ct_print_json(to->out, ct_trace_string(to->trace, d->name));
		fprintf(to->out,
			",\"totalGlobalMem\":%" PRIu64 ",\"computeMajor\":%" PRIu32
			",\"computeMinor\":%" PRIu32
			",\"maxThreadsPerMultiprocessor\":%" PRIu32
			",\"regsPerMultiprocessor\":%" PRIu32 ",\"warpSize\":%" PRIu32
			",\"sharedMemPerMultiprocessor\":%" PRIu32
			",\"sharedMemPerBlockOptin\":%" PRIu32 ",\"numSms\":%" PRIu32 "}",
			d->memory_bytes, d->cc_major, d->cc_minor, d->threads_per_sm,
			d->regs_per_sm, d->warp_size, d->smem_per_sm_bytes,
			d->smem_per_block_optin_bytes, d->sms);
	}
	fputs("],\n", to->out);
}

static void print_labels(struct chrome *to)
{
	const struct ct_trace *trace = to->trace;
	uint32_t i;

	for (i = 0; i < trace->n_devices; i++) {
		g_autofree char *text =
			g_strdup_printf("GPU %u %s", trace->device[i].id,
					ct_trace_string(trace, trace->device[i].name));

		label(to, "process_name", trace->device[i].id, 0, g_strchomp(text));
	}
	for (i = 0; i < trace->n_streams; i++) {
		const struct ct_stream_record *s = &trace->stream[i];
		g_autofree char *text = NULL;

		if (s->context == CT_NONE)
			text = g_strdup_printf("stream %u", s->id);
		else
			text = g_strdup_printf("stream %u of context %u", s->id,
					       trace->context[s->context].id);
		label(to, "thread_name", trace->device[s->device].id, i, text);
	}
	for (i = 0; i < trace->n_processes; i++) {
		const struct ct_process_record *p = &trace->process[i];
		g_autofree char *text = g_strdup_printf("process %u %s", p->pid,
							ct_trace_string(trace, p->name));

		label(to, "process_name", p->pid, 0, g_strchomp(text));
	}
}

static void print_place(struct chrome *to, uint32_t stream)
{
	const struct ct_stream_record *s;

	if (stream == CT_NONE)
		return;
	s = &to->trace->stream[stream];
	fprintf(to->out, ",\"device\":%" PRIu32 ",\"stream\":%" PRIu32,
		to->trace->device[s->device].id, s->id);
	if (s->context != CT_NONE)
		fprintf(to->out, ",\"context\":%" PRIu32,
			to->trace->context[s->context].id);
}

static void print_shape(struct chrome *to, const struct ct_shape_record *shape)
{
	if (shape->flags & CT_SHAPE_HAS_GRID)
		fprintf(to->out,
			",\"grid\":[%" PRIu32 ",%" PRIu32 ",%" PRIu32
			"],\"block\":[%" PRIu32 ",%" PRIu32 ",%" PRIu32 "]",
			shape->grid[0], shape->grid[1], shape->grid[2], shape->block[0],
			shape->block[1], shape->block[2]);
	if (shape->flags & CT_SHAPE_HAS_REGISTERS)
		fprintf(to->out, ",\"registers per thread\":%u", shape->registers);
	if (shape->flags & CT_SHAPE_HAS_SMEM)
		fprintf(to->out, ",\"shared memory\":%" PRIu64,
			(uint64_t)shape->smem_static_bytes + shape->smem_dynamic_bytes);
}

static const char *copy_name(const struct ct_op *op)
{
	gboolean pageable = op->flags & CT_OP_PAGEABLE;

	switch (op->copy) {
	case CT_COPY_HTOD:
		return pageable ? "Memcpy HtoD (Pageable -> Device)"
				: "Memcpy HtoD (Pinned -> Device)";
	case CT_COPY_DTOH:
		return pageable ? "Memcpy DtoH (Device -> Pageable)"
				: "Memcpy DtoH (Device -> Pinned)";
	case CT_COPY_DTOD:
		return "Memcpy DtoD (Device -> Device)";
	case CT_COPY_PTOP:
		return "Memcpy PtoP (Device -> Device)";
	case CT_COPY_HTOH:
		return pageable ? "Memcpy HtoH (Pageable -> Pageable)"
				: "Memcpy HtoH (Pinned -> Pinned)";
	default:
		return "Memcpy";
	}
}

static void print_work(struct chrome *to, const struct ct_op *op)
{
	const struct ct_trace *trace = to->trace;
	uint32_t pid = trace->device[trace->stream[op->stream].device].id;
	const struct ct_shape_record *shape = NULL;

	if (op->kind == CT_OP_KERNEL) {
		shape = &trace->shape[op->shape];
		begin(to, "kernel", ct_trace_string(trace, shape->name), pid, op->stream,
		      op->start_ns, op->end_ns);
		print_shape(to, shape);
	} else if (op->kind == CT_OP_MEMCPY) {
		begin(to, "gpu_memcpy", copy_name(op), pid, op->stream, op->start_ns,
		      op->end_ns);
	} else {
		begin(to, "gpu_memset", "Memset (Device)", pid, op->stream, op->start_ns,
		      op->end_ns);
	}
	if (op->kind != CT_OP_KERNEL)
		fprintf(to->out, ",\"bytes\":%" PRIu64, op->bytes);
	print_place(to, op->stream);
	if (op->graph)
		fprintf(to->out, ",\"graph id\":%" PRIu32, op->graph);
	if (op->graph_node)
		fprintf(to->out, ",\"graph node id\":%" PRIu64, op->graph_node);
	end(to);
	if (to->correlation && !(op->flags & CT_OP_UNLAUNCHED))
		arrow(to, "f", pid, op->stream, op->start_ns);
}

static const char *call_name(const struct ct_op *op)
{
	static const char *const names[CT_OP_MAX] = {
		[CT_OP_KERNEL] = "cudaLaunchKernel",
		[CT_OP_MEMCPY] = "cudaMemcpyAsync",
		[CT_OP_MEMSET] = "cudaMemsetAsync",
		[CT_OP_GRAPH_LAUNCH] = "cudaGraphLaunch",
		[CT_OP_EVENT_RECORD] = "cudaEventRecord",
		[CT_OP_EVENT_WAIT] = "cudaStreamWaitEvent",
		[CT_OP_EVENT_SYNC] = "cudaEventSynchronize",
		[CT_OP_STREAM_SYNC] = "cudaStreamSynchronize",
		[CT_OP_DEVICE_SYNC] = "cudaDeviceSynchronize",
		[CT_OP_ALLOC] = "cudaMalloc",
		[CT_OP_FREE] = "cudaFree",
	};

	if (op->kind == CT_OP_MEMCPY && op->flags & CT_OP_BLOCKING)
		return "cudaMemcpy";
	return names[op->kind];
}

/* What a synchronising call was about; Kineto keeps it apart from the call. */
static void print_sync(struct chrome *to, const struct ct_op *op)
{
	if (op->stream == CT_NONE && !op->handle)
		return;
	begin(to, "cuda_sync", call_name(op), to->process, to->thread, op->api_start_ns,
	      op->api_end_ns);
	print_place(to, op->stream);
	if (op->handle)
		fprintf(to->out, ",\"wait_on_cuda_event_id\":%" PRIu64, op->handle);
	end(to);
}

static void print_call(struct chrome *to, const struct ct_op *op)
{
	begin(to, "cuda_runtime", call_name(op), to->process, to->thread, op->api_start_ns,
	      op->api_end_ns);
	if (op->kind == CT_OP_ALLOC)
		fprintf(to->out, ",\"bytes\":%" PRIu64, op->bytes);
	end(to);
	if (op->start_ns != CT_TIME_NONE || op->kind == CT_OP_GRAPH_LAUNCH)
		arrow(to, "s", to->process, to->thread, op->api_start_ns);
	if (op->kind >= CT_OP_EVENT_RECORD && op->kind <= CT_OP_STREAM_SYNC)
		print_sync(to, op);
}

/* A range is written when it ends; one that never does is left out. */
static void print_range(struct chrome *to, const struct ct_op *op)
{
	struct open_range range = { op->name, op->api_start_ns };
	guint i;

	if (op->kind == CT_OP_MARKER_BEGIN) {
		g_array_append_val(to->ranges, range);
		return;
	}
	for (i = to->ranges->len; i > 0; i--) {
		range = g_array_index(to->ranges, struct open_range, i - 1);
		if (range.name == op->name)
			break;
	}
	if (i == 0)
		return;
	g_array_remove_index(to->ranges, i - 1);
	to->correlation = 0;
	begin(to, "user_annotation", ct_trace_string(to->trace, op->name), to->process,
	      to->thread, range.start_ns, op->api_start_ns);
	end(to);
}

static void print_op(struct chrome *to, const struct ct_op *op)
{
	if (op->kind == CT_OP_MARKER_BEGIN || op->kind == CT_OP_MARKER_END) {
		if (op->api_start_ns != CT_TIME_NONE)
			print_range(to, op);
		return;
	}
	if (!(op->flags & CT_OP_CHILD))
		to->correlation = to->renumber ? ++to->last_number : op->correlation;
	if (op->api_start_ns != CT_TIME_NONE)
		print_call(to, op);
	if (op->start_ns != CT_TIME_NONE)
		print_work(to, op);
}

static gboolean print_lane(struct chrome *to, uint32_t lane, GError **error)
{
	const struct ct_lane_record *record = &to->trace->lane[lane];
	struct ct_cursor *cursor = ct_cursor_new(to->trace, lane);
	const struct ct_op *op;
	GError *local = NULL;

	to->process =
		record->process == CT_NONE ? 0 : to->trace->process[record->process].pid;
	to->thread = record->thread;
	g_array_set_size(to->ranges, 0);
	while ((op = ct_cursor_next(cursor, &local)))
		print_op(to, op);
	ct_cursor_free(cursor);
	if (local)
		g_propagate_error(error, local);
	return local == NULL;
}

static gboolean run(const struct ct_trace *trace, FILE *out, GError **error)
{
	struct chrome to = {
		.trace = trace,
		.out = out,
		.separator = "\n",
		.renumber = trace->n_processes > 1,
	};
	gboolean ok = TRUE;
	uint32_t lane;

	to.ranges = g_array_new(FALSE, FALSE, sizeof(struct open_range));
	fprintf(out,
		"{\"schemaVersion\":1,\"displayTimeUnit\":\"ns\","
		"\"baseTimeNanoseconds\":%" PRId64 ",\n",
		trace->origin_ns);
	print_devices(&to);
	fputs("\"traceEvents\":[", out);
	print_labels(&to);
	for (lane = 0; ok && lane < trace->n_lanes; lane++)
		ok = print_lane(&to, lane, error);
	fputs("\n]}\n", out);
	g_array_free(to.ranges, TRUE);
	return ok && ct_export_flush(out, error);
}

const struct ct_exporter ct_export_chrome = {
	.name = "chrome",
	.summary = "Chrome JSON with Kineto's field names, for Perfetto and HTA",
	.run = run,
};
