/*
 * cmd-trace-dump - `cotenant trace dump`: one line per operation, or per record of a table.
 *
 * Lines are written as operations are read: a dump of any length takes no memory.
 */
#include <inttypes.h>

#include "sim/cli/cli.h"
#include "sim/cli/cmd-trace.h"
#include "sim/cli/open-trace.h"
#include "sim/cli/trace-tables.h"
#include "traces/export.h"

#define NAME "trace dump"

static const char *text_of(const struct ct_trace *trace, const struct ct_op *op)
{
	switch (op->kind) {
	case CT_OP_KERNEL:
		return op->shape == CT_NONE
			       ? ""
			       : ct_trace_string(trace, trace->shape[op->shape].name);
	case CT_OP_MEMCPY:
		return ct_copy_name(op->copy);
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
	g_autofree char *name = ct_format_name(text_of(trace, op), 64);
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
	printf(" %-12s %13s %s%s\n", ct_op_kind_name(op->kind), size ? size : "-",
	       op->flags & CT_OP_CHILD ? "  " : "", name);
}

/* Prints at most *LIMIT operations of LANE and takes them off. */
static gboolean text_lane(const struct ct_trace *trace, uint32_t lane, uint64_t *limit,
			  GError **error)
{
	struct ct_cursor *cursor = ct_cursor_new(trace, lane);
	g_autoptr(GError) failure = NULL;
	const struct ct_op *op;

	while (*limit && (op = ct_cursor_next(cursor, &failure))) {
		text_line(trace, lane, op);
		--*limit;
	}
	ct_cursor_free(cursor);
	if (failure)
		g_propagate_error(error, g_steal_pointer(&failure));
	return !failure;
}

static gboolean dump(const struct ct_trace *trace, const struct ct_export_part *part,
		     enum ct_output_format format, GError **error)
{
	uint64_t limit = part->limit;

	if (format == CT_OUTPUT_JSON)
		return ct_export_jsonl_part(trace, part, stdout, error);
	if (format == CT_OUTPUT_CSV)
		return ct_export_csv_part(trace, part, stdout, error);
	printf("%4s %14s %14s %9s %6s %-12s %13s %s\n", "lane", "called, ms", "started, ms",
	       "took", "stream", "kind", "size", "name");
	for (uint32_t i = 0; i < trace->n_lanes; i++)
		if ((part->lane == CT_NONE || part->lane == i) &&
		    !text_lane(trace, i, &limit, error))
			return FALSE;
	return TRUE;
}

int ct_trace_cmd_dump(int argc, char **argv)
{
	struct ct_cli_common common;
	struct ct_export_part part = { .lane = CT_NONE };
	gint64 limit = G_MAXINT64;
	struct ct_trace *trace;
	GError *error = NULL;
	gboolean ok;
	int lane = -1, code;
	g_autofree char *table = NULL;
	const GOptionEntry entries[] = {
		{ "lane", 'l', 0, G_OPTION_ARG_INT, &lane, "Only this lane", "LANE" },
		{ "limit", 'n', 0, G_OPTION_ARG_INT64, &limit, "At most so many lines",
		  "N" },
		{ "table", 't', 0, G_OPTION_ARG_STRING, &table,
		  "Not operations, but recordings, green, graphs, edges or curves",
		  "NAME" },
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
	if (lane >= 0)
		part.lane = (uint32_t)lane;
	part.limit = (uint64_t)MAX(limit, 0);
	if (table && !ct_tables_dump(trace, table, part.limit, common.format)) {
		ct_trace_free(trace);
		return ct_cli_usage(NAME, "--table: '%s' is none of %s", table,
				    ct_tables_names);
	}
	ok = table || dump(trace, &part, common.format, &error);
	ct_trace_free(trace);
	return ct_cli_finish(NAME, ok ? CT_EXIT_OK : ct_cli_fail(NAME, error));
}
