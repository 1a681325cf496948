/*
 * cmd-trace-dump - `cotenant trace dump`: one line per operation.
 *
 * Lines are written as operations are read: a dump of any length takes no memory.
 */
#include <inttypes.h>
#include <string.h>

#include "sim/cli/cli.h"
#include "sim/cli/cmd-trace.h"
#include "sim/cli/open-trace.h"

#define NAME "trace dump"

static const char *const kind_name[CT_OP_MAX] = {
	[CT_OP_KERNEL] = "kernel",
	[CT_OP_MEMCPY] = "copy",
	[CT_OP_MEMSET] = "memset",
	[CT_OP_GRAPH_LAUNCH] = "graph-launch",
	[CT_OP_EVENT_RECORD] = "record",
	[CT_OP_EVENT_WAIT] = "wait",
	[CT_OP_EVENT_SYNC] = "event-sync",
	[CT_OP_STREAM_SYNC] = "stream-sync",
	[CT_OP_DEVICE_SYNC] = "device-sync",
	[CT_OP_ALLOC] = "alloc",
	[CT_OP_FREE] = "free",
	[CT_OP_MARKER_BEGIN] = "begin",
	[CT_OP_MARKER_END] = "end",
};

static const char *const copy_name[] = {
	[CT_COPY_UNKNOWN] = "copy",
	[CT_COPY_HTOD] = "host to device",
	[CT_COPY_DTOH] = "device to host",
	[CT_COPY_DTOD] = "device to device",
	[CT_COPY_PTOP] = "device to neighbour",
	[CT_COPY_HTOH] = "host to host",
};

static const char *text_of(const struct ct_trace *trace, const struct ct_op *op)
{
	switch (op->kind) {
	case CT_OP_KERNEL:
		return op->shape == CT_NONE
			       ? ""
			       : ct_trace_string(trace, trace->shape[op->shape].name);
	case CT_OP_MEMCPY:
		return op->copy < G_N_ELEMENTS(copy_name) ? copy_name[op->copy] : "copy";
	case CT_OP_MARKER_BEGIN:
	case CT_OP_MARKER_END:
		return ct_trace_string(trace, op->name);
	default:
		return "";
	}
}

static uint64_t bytes_of(const struct ct_op *op)
{
	switch (op->kind) {
	case CT_OP_MEMCPY:
	case CT_OP_MEMSET:
	case CT_OP_ALLOC:
	case CT_OP_FREE:
		return op->bytes;
	default:
		return 0;
	}
}

static const struct ct_shape_record *grid_of(const struct ct_trace *trace,
					     const struct ct_op *op)
{
	const struct ct_shape_record *shape;

	if (op->kind != CT_OP_KERNEL)
		return NULL;
	shape = &trace->shape[op->shape];
	return shape->flags & CT_SHAPE_HAS_GRID ? shape : NULL;
}

/* Milliseconds with all their digits, or "-". */
static char *at(int64_t time_ns)
{
	if (time_ns == CT_TIME_NONE)
		return g_strdup("-");
	return g_strdup_printf("%" PRId64 ".%06" PRId64, time_ns / 1000000,
			       time_ns % 1000000);
}

static void text_line(const struct ct_trace *trace, uint32_t lane, const struct ct_op *op)
{
	const struct ct_shape_record *shape = grid_of(trace, op);
	g_autofree char *called = at(op->api_start_ns), *started = at(op->start_ns);
	g_autofree char *took = op->start_ns == CT_TIME_NONE
					? g_strdup("-")
					: ct_format_ns((double)(op->end_ns - op->start_ns));
	g_autofree char *size = NULL;

	if (shape)
		size = g_strdup_printf("%" PRIu64 "x%u",
				       (uint64_t)shape->grid[0] * shape->grid[1] *
					       shape->grid[2],
				       shape->block[0] * shape->block[1] * shape->block[2]);
	else if (bytes_of(op))
		size = ct_format_bytes((double)bytes_of(op));
	printf("%4u %14s %14s %9s ", lane, called, started, took);
	if (op->stream == CT_NONE)
		printf("%6s", "-");
	else
		printf("%6u", trace->stream[op->stream].id);
	printf(" %-12s %13s %s%s\n", kind_name[op->kind], size ? size : "-",
	       op->flags & CT_OP_CHILD ? "  " : "", text_of(trace, op));
}

static json_t *time_json(int64_t time_ns)
{
	return time_ns == CT_TIME_NONE ? json_null() : json_integer(time_ns);
}

static void json_line(const struct ct_trace *trace, uint32_t lane, const struct ct_op *op)
{
	const struct ct_shape_record *shape = grid_of(trace, op);
	g_autofree char *text = g_utf8_make_valid(text_of(trace, op), -1);
	json_t *object =
		json_pack("{s:i, s:s, s:o, s:o, s:o, s:o, s:i}", "lane", (int)lane, "kind",
			  kind_name[op->kind], "api_start_ns", time_json(op->api_start_ns),
			  "api_end_ns", time_json(op->api_end_ns), "start_ns",
			  time_json(op->start_ns), "end_ns", time_json(op->end_ns), "flags",
			  (int)op->flags);

	if (op->stream != CT_NONE)
		json_object_set_new(object, "stream",
				    json_integer(trace->stream[op->stream].id));
	if (*text)
		json_object_set_new(object, "name", json_string(text));
	if (shape)
		json_object_update_new(
			object,
			json_pack("{s:[I,I,I], s:[I,I,I], s:i}", "grid",
				  (json_int_t)shape->grid[0], (json_int_t)shape->grid[1],
				  (json_int_t)shape->grid[2], "block",
				  (json_int_t)shape->block[0], (json_int_t)shape->block[1],
				  (json_int_t)shape->block[2], "registers",
				  (int)shape->registers));
	if (op->kind == CT_OP_KERNEL)
		json_object_set_new(object, "overlap_ns", json_integer(op->overlap_ns));
	if (bytes_of(op))
		json_object_set_new(object, "bytes",
				    json_integer((json_int_t)bytes_of(op)));
	json_dumpf(object, stdout, JSON_COMPACT);
	putchar('\n');
	json_decref(object);
}

static void csv_time(int64_t time_ns)
{
	if (time_ns != CT_TIME_NONE)
		printf("%" PRId64, time_ns);
	putchar(',');
}

static void csv_line(const struct ct_trace *trace, uint32_t lane, const struct ct_op *op)
{
	const struct ct_shape_record *shape = grid_of(trace, op);

	printf("%u,%s,", lane, kind_name[op->kind]);
	csv_time(op->api_start_ns);
	csv_time(op->api_end_ns);
	csv_time(op->start_ns);
	csv_time(op->end_ns);
	if (op->stream != CT_NONE)
		printf("%u", trace->stream[op->stream].id);
	if (shape)
		printf(",%u,%u,%u,%u,%u,%u", shape->grid[0], shape->grid[1], shape->grid[2],
		       shape->block[0], shape->block[1], shape->block[2]);
	else
		fputs(",,,,,,", stdout);
	printf(",%" PRIu64 ",\"", bytes_of(op));
	for (const char *c = text_of(trace, op); *c; c++) {
		if (*c == '"')
			putchar('"');
		putchar(*c);
	}
	puts("\"");
}

static void head(enum ct_output_format format)
{
	if (format == CT_OUTPUT_TEXT)
		printf("%4s %14s %14s %9s %6s %-12s %13s %s\n", "lane", "called, ms",
		       "started, ms", "took", "stream", "kind", "size", "name");
	else if (format == CT_OUTPUT_CSV)
		puts("lane,kind,api_start_ns,api_end_ns,start_ns,end_ns,stream,grid_x,grid_"
		     "y,"
		     "grid_z,block_x,block_y,block_z,bytes,name");
}

/* Prints at most *LIMIT operations of LANE and takes them off. */
static gboolean dump_lane(const struct ct_trace *trace, uint32_t lane,
			  enum ct_output_format format, gint64 *limit, GError **error)
{
	struct ct_cursor *cursor = ct_cursor_new(trace, lane);
	g_autoptr(GError) failure = NULL;
	const struct ct_op *op;

	while (*limit > 0 && (op = ct_cursor_next(cursor, &failure))) {
		if (format == CT_OUTPUT_JSON)
			json_line(trace, lane, op);
		else if (format == CT_OUTPUT_CSV)
			csv_line(trace, lane, op);
		else
			text_line(trace, lane, op);
		--*limit;
	}
	ct_cursor_free(cursor);
	if (failure)
		g_propagate_error(error, g_steal_pointer(&failure));
	return !failure;
}

int ct_trace_cmd_dump(int argc, char **argv)
{
	struct ct_cli_common common;
	gint64 limit = G_MAXINT64;
	struct ct_trace *trace;
	GError *error = NULL;
	gboolean ok = TRUE;
	int lane = -1, code;
	const GOptionEntry entries[] = {
		{ "lane", 'l', 0, G_OPTION_ARG_INT, &lane, "Only this lane", "LANE" },
		{ "limit", 'n', 0, G_OPTION_ARG_INT64, &limit, "At most so many operations",
		  "N" },
		{ 0 },
	};

	if (!ct_cli_parse(
		    NAME, "TRACE",
		    "Prints operations lane by lane, each lane in order of issue.  With "
		    "json, one object a line.",
		    entries, &common, &argc, &argv, &code))
		return code;
	if (argc != 2)
		return ct_cli_usage(NAME, "one trace is needed");
	trace = ct_cli_open_trace(argv[1], &common, &error);
	if (!trace)
		return ct_cli_fail(NAME, error);
	if (lane < -1 || lane >= (int)trace->n_lanes) {
		code = ct_cli_usage(NAME, "--lane: %s has %u lanes, from 0; there is no %d",
				    argv[1], trace->n_lanes, lane);
		ct_trace_free(trace);
		return code;
	}
	head(common.format);
	for (uint32_t i = 0; ok && i < trace->n_lanes; i++)
		if (lane < 0 || (uint32_t)lane == i)
			ok = dump_lane(trace, i, common.format, &limit, &error);
	ct_trace_free(trace);
	return ct_cli_finish(NAME, ok ? CT_EXIT_OK : ct_cli_fail(NAME, error));
}
