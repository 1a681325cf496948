/*
 * export-row - operations as rows of fields
 *
 * CSV and JSON lines say the same thing in two notations; what they say is decided
 * here once.  A field the trace does not know is absent: an empty cell, a missing key,
 * never a zero.  Streams, contexts and devices appear under the numbers their source
 * gave them.
 */
#include "traces/export-row.h"

#include <errno.h>
#include <string.h>

#include "sim/base/error.h"

enum {
	LANE,
	PROCESS,
	THREAD,
	SEQUENCE,
	KIND,
	NAME,
	DEVICE,
	CONTEXT,
	STREAM,
	CORRELATION,
	API_START,
	API_END,
	START,
	END,
	COPY,
	BYTES,
	GRID_X,
	GRID_Y,
	GRID_Z,
	BLOCK_X,
	BLOCK_Y,
	BLOCK_Z,
	CLUSTER_X,
	CLUSTER_Y,
	CLUSTER_Z,
	REGISTERS,
	SMEM_STATIC,
	SMEM_DYNAMIC,
	SMEM_EXECUTED,
	LOCAL,
	SMS,
	OVERLAP,
	GRAPH,
	GRAPH_NODE,
	HANDLE,
	FLAGS,
	N_FIELDS
};

const char *const ct_field_name[] = {
	[LANE] = "lane",
	[PROCESS] = "process",
	[THREAD] = "thread",
	[SEQUENCE] = "sequence",
	[KIND] = "kind",
	[NAME] = "name",
	[DEVICE] = "device",
	[CONTEXT] = "context",
	[STREAM] = "stream",
	[CORRELATION] = "correlation",
	[API_START] = "api_start_ns",
	[API_END] = "api_end_ns",
	[START] = "start_ns",
	[END] = "end_ns",
	[COPY] = "copy",
	[BYTES] = "bytes",
	[GRID_X] = "grid_x",
	[GRID_Y] = "grid_y",
	[GRID_Z] = "grid_z",
	[BLOCK_X] = "block_x",
	[BLOCK_Y] = "block_y",
	[BLOCK_Z] = "block_z",
	[CLUSTER_X] = "cluster_x",
	[CLUSTER_Y] = "cluster_y",
	[CLUSTER_Z] = "cluster_z",
	[REGISTERS] = "registers_per_thread",
	[SMEM_STATIC] = "smem_static_bytes",
	[SMEM_DYNAMIC] = "smem_dynamic_bytes",
	[SMEM_EXECUTED] = "smem_executed_bytes",
	[LOCAL] = "local_per_thread_bytes",
	[SMS] = "sms",
	[OVERLAP] = "overlap_ns",
	[GRAPH] = "graph",
	[GRAPH_NODE] = "graph_node",
	[HANDLE] = "handle",
	[FLAGS] = "flags",
};

const unsigned ct_n_fields = N_FIELDS;

const struct ct_export_part ct_export_all = { .lane = CT_NONE, .limit = UINT64_MAX };

static const char *const kind_name[CT_OP_MAX] = {
	[CT_OP_KERNEL] = "kernel",
	[CT_OP_MEMCPY] = "memcpy",
	[CT_OP_MEMSET] = "memset",
	[CT_OP_GRAPH_LAUNCH] = "graph-launch",
	[CT_OP_EVENT_RECORD] = "event-record",
	[CT_OP_EVENT_WAIT] = "event-wait",
	[CT_OP_EVENT_SYNC] = "event-sync",
	[CT_OP_STREAM_SYNC] = "stream-sync",
	[CT_OP_DEVICE_SYNC] = "device-sync",
	[CT_OP_ALLOC] = "alloc",
	[CT_OP_FREE] = "free",
	[CT_OP_MARKER_BEGIN] = "marker-begin",
	[CT_OP_MARKER_END] = "marker-end",
};

static const char *const copy_name[] = {
	[CT_COPY_UNKNOWN] = "unknown", [CT_COPY_HTOD] = "htod", [CT_COPY_DTOH] = "dtoh",
	[CT_COPY_DTOD] = "dtod",       [CT_COPY_PTOP] = "ptop", [CT_COPY_HTOH] = "htoh",
};

const char *ct_op_kind_name(uint8_t kind)
{
	return kind_name[kind];
}

const char *ct_copy_name(uint8_t copy)
{
	return copy_name[copy];
}

static const char *const flag_name[] = {
	"child", "pageable", "blocking", "programmatic", "unlaunched",
};

static void put(struct ct_field *row, unsigned i, uint64_t count)
{
	row[i] = (struct ct_field){ .type = CT_FIELD_UNSIGNED, .count = count };
}

static void put_time(struct ct_field *row, unsigned i, int64_t ns)
{
	if (ns != CT_TIME_NONE)
		row[i] = (struct ct_field){ .type = CT_FIELD_SIGNED, .number = ns };
}

static void put_text(struct ct_field *row, unsigned i, const char *text)
{
	row[i] = (struct ct_field){ .type = CT_FIELD_TEXT, .text = text };
}

static void put_shape(struct ct_field *row, const struct ct_trace *trace,
		      const struct ct_shape_record *shape)
{
	unsigned i;

	put_text(row, NAME, ct_trace_string(trace, shape->name));
	for (i = 0; i < 3 && shape->flags & CT_SHAPE_HAS_GRID; i++) {
		put(row, GRID_X + i, shape->grid[i]);
		put(row, BLOCK_X + i, shape->block[i]);
		if (shape->cluster[0])
			put(row, CLUSTER_X + i, shape->cluster[i]);
	}
	if (shape->flags & CT_SHAPE_HAS_REGISTERS)
		put(row, REGISTERS, shape->registers);
	if (shape->flags & CT_SHAPE_HAS_SMEM) {
		put(row, SMEM_STATIC, shape->smem_static_bytes);
		put(row, SMEM_DYNAMIC, shape->smem_dynamic_bytes);
	}
	if (shape->smem_executed_bytes)
		put(row, SMEM_EXECUTED, shape->smem_executed_bytes);
	if (shape->local_per_thread_bytes)
		put(row, LOCAL, shape->local_per_thread_bytes);
	if (shape->flags & CT_SHAPE_HAS_SMS)
		put(row, SMS, shape->grid[0]);
}

static void put_place(struct ct_field *row, const struct ct_trace *trace,
		      const struct ct_op *op)
{
	uint32_t context = CT_NONE, device = CT_NONE;

	if (op->stream != CT_NONE) {
		context = trace->stream[op->stream].context;
		device = trace->stream[op->stream].device;
		put(row, STREAM, trace->stream[op->stream].id);
	} else if (op->kind == CT_OP_DEVICE_SYNC) {
		context = op->context;
	}
	if (context != CT_NONE) {
		put(row, CONTEXT, trace->context[context].id);
		if (device == CT_NONE)
			device = trace->context[context].device;
	}
	if (device != CT_NONE)
		put(row, DEVICE, trace->device[device].id);
}

static void put_kind(struct ct_field *row, const struct ct_trace *trace,
		     const struct ct_op *op)
{
	switch (op->kind) {
	case CT_OP_KERNEL:
		if (op->shape != CT_NONE)
			put_shape(row, trace, &trace->shape[op->shape]);
		put_time(row, OVERLAP, op->overlap_ns);
		break;
	case CT_OP_MEMCPY:
		put_text(row, COPY, copy_name[op->copy]);
		put(row, BYTES, op->bytes);
		break;
	case CT_OP_MEMSET:
		put(row, BYTES, op->bytes);
		break;
	case CT_OP_ALLOC:
		put(row, BYTES, op->bytes);
		put(row, HANDLE, op->handle);
		return;
	case CT_OP_MARKER_BEGIN:
	case CT_OP_MARKER_END:
		put_text(row, NAME, ct_trace_string(trace, op->name));
		return;
	default:
		if (op->handle)
			put(row, HANDLE, op->handle);
		return;
	}
	if (op->graph)
		put(row, GRAPH, op->graph);
	if (op->graph_node)
		put(row, GRAPH_NODE, op->graph_node);
}

/* FLAGS as words with spaces between. */
static const char *flag_words(uint16_t flags, char *words, size_t size)
{
	unsigned i;

	*words = '\0';
	for (i = 0; i < G_N_ELEMENTS(flag_name); i++) {
		if (!(flags >> i & 1))
			continue;
		if (*words)
			g_strlcat(words, " ", size);
		g_strlcat(words, flag_name[i], size);
	}
	return words;
}

/* At most *LIMIT rows, which are taken off it. */
static gboolean lane_rows(const struct ct_trace *trace, uint32_t lane, uint64_t *limit,
			  FILE *out, void (*each)(FILE *, const struct ct_field *),
			  GError **error)
{
	const struct ct_lane_record *record = &trace->lane[lane];
	struct ct_cursor *cursor = ct_cursor_new(trace, lane);
	const struct ct_op *op;
	GError *local = NULL;
	char words[64];

	while (*limit && (op = ct_cursor_next(cursor, &local))) {
		struct ct_field row[N_FIELDS] = { 0 };

		put(row, LANE, lane);
		if (record->process != CT_NONE)
			put(row, PROCESS, trace->process[record->process].pid);
		if (record->thread != CT_NONE)
			put(row, THREAD, record->thread);
		put(row, SEQUENCE, op->sequence);
		put_text(row, KIND, kind_name[op->kind]);
		put_place(row, trace, op);
		if (op->correlation)
			put(row, CORRELATION, op->correlation);
		put_time(row, API_START, op->api_start_ns);
		put_time(row, API_END, op->api_end_ns);
		put_time(row, START, op->start_ns);
		put_time(row, END, op->end_ns);
		put_kind(row, trace, op);
		if (op->flags)
			put_text(row, FLAGS, flag_words(op->flags, words, sizeof(words)));
		each(out, row);
		--*limit;
	}
	ct_cursor_free(cursor);
	if (local)
		g_propagate_error(error, local);
	return local == NULL;
}

gboolean ct_export_rows(const struct ct_trace *trace, const struct ct_export_part *part,
			FILE *out, void (*each)(FILE *, const struct ct_field *),
			GError **error)
{
	uint64_t limit = part->limit;
	uint32_t lane;

	for (lane = 0; lane < trace->n_lanes; lane++) {
		if (part->lane != CT_NONE && part->lane != lane)
			continue;
		if (!lane_rows(trace, lane, &limit, out, each, error))
			return FALSE;
	}
	return ct_export_flush(out, error);
}

gboolean ct_export_flush(FILE *out, GError **error)
{
	if (fflush(out) == 0 && !ferror(out))
		return TRUE;
	g_set_error(error, CT_ERROR, CT_EXIT_FAILED, "cannot write the export: %s",
		    g_strerror(errno));
	return FALSE;
}

/* How many bytes at the start of S may stand in a JSON string as they are. */
static size_t span(const char *s)
{
	size_t n = 0;

	while ((unsigned char)s[n] >= 0x20 && s[n] != '"' && s[n] != '\\' && s[n] != 0x7f)
		n++;
	return n;
}

void ct_print_json(FILE *out, const char *text)
{
	g_autofree char *valid = NULL;
	const char *s;
	size_t plain;

	if (!g_utf8_validate(text, -1, NULL))
		text = valid = g_utf8_make_valid(text, -1);
	putc('"', out);
	for (s = text; *s; s += plain) {
		plain = span(s);
		fwrite(s, 1, plain, out);
		if (plain)
			continue;
		if (*s == '"' || *s == '\\')
			fprintf(out, "\\%c", *s);
		else
			fprintf(out, "\\u%04x", (unsigned)*s);
		plain = 1;
	}
	putc('"', out);
}
