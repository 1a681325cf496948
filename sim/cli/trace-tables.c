/*
 * trace-tables - what a trace says beside its operations, for `trace info` and `trace dump`
 *
 * Each table is a row of columns with a way to read them, printed the same way for all.
 */
#include "sim/cli/trace-tables.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { MAX_COLUMNS = 14 };

const char ct_tables_names[] = "recordings, green, graphs, edges, curves";

static const char *const stop_text[] = {
	[CT_STOP_END] = "it ended",
	[CT_STOP_ASKED] = "stopped on request",
	[CT_STOP_FULL] = "stopped at the limit of bytes",
	[CT_STOP_WRITE] = "stopped because the disk took no more",
	[CT_STOP_PROFILER] = "stopped because the profiler gave up",
	[CT_STOP_NEVER_BEGAN] = "never began",
	[CT_STOP_UNKNOWN] = "why it ends is not known",
};

static const struct {
	uint32_t flag;
	const char *key, *text;
} flags[] = {
	{ CT_RECORDING_CUT_OFF, "cut_off", "cut off" },
	{ CT_RECORDING_STOLEN, "stolen", "taken over by another profiler" },
	{ CT_RECORDING_FORKED, "forked", "forked after it used CUDA" },
	{ CT_RECORDING_KIND_MISSING, "kind_missing", "some kind of record missing" },
	{ CT_RECORDING_CONFINED, "confined", "put on fewer SMs" },
	{ CT_RECORDING_NOT_CONFINED, "not_confined", "could not be put on fewer SMs" },
};

static const char *stop_of(const struct ct_recording_record *r)
{
	return stop_text[r->stop < G_N_ELEMENTS(stop_text) ? r->stop : CT_STOP_UNKNOWN];
}

/* ---- tables, record by record -------------------------------------------------- */

struct table {
	const char *name;
	const char *column[MAX_COLUMNS + 1];
	/* Fills the values of row I, of which there are N(trace). */
	uint64_t (*n)(const struct ct_trace *);
	void (*row)(const struct ct_trace *, uint64_t i, gint64 *value);
};

static uint64_t n_recordings(const struct ct_trace *trace)
{
	return trace->n_recordings;
}

static void recording_row(const struct ct_trace *trace, uint64_t i, gint64 *value)
{
	const struct ct_recording_record *r = &trace->recording[i];
	const gint64 all[] = { r->process,
			       trace->process[r->process].pid,
			       r->cupti_version,
			       r->driver_version,
			       r->stop,
			       r->flags,
			       r->n_wrong_graphs,
			       (gint64)r->n_records,
			       (gint64)r->n_dropped,
			       (gint64)r->n_zero_times,
			       (gint64)r->n_unknown_kinds,
			       (gint64)r->n_lost_launches,
			       (gint64)r->n_unlaunched,
			       r->clock_error_ns };

	memcpy(value, all, sizeof(all));
}

static uint64_t n_green(const struct ct_trace *trace)
{
	return trace->n_green;
}

static void green_row(const struct ct_trace *trace, uint64_t i, gint64 *value)
{
	const struct ct_green_record *r = &trace->green[i];
	const gint64 all[] = { r->context, r->sms, r->device_sms };

	memcpy(value, all, sizeof(all));
}

static uint64_t n_graphs(const struct ct_trace *trace)
{
	return trace->n_graphs;
}

static void graph_row(const struct ct_trace *trace, uint64_t i, gint64 *value)
{
	const struct ct_graph_record *r = &trace->graph[i];
	const gint64 all[] = { r->process == CT_NONE ? -1 : (gint64)r->process, r->graph,
			       r->first_edge, r->n_edges, (gint64)r->first_node };

	memcpy(value, all, sizeof(all));
}

static uint64_t n_edges(const struct ct_trace *trace)
{
	return trace->n_edges;
}

static void edge_row(const struct ct_trace *trace, uint64_t i, gint64 *value)
{
	const struct ct_graph_edge_record *r = &trace->edge[i];
	const gint64 all[] = { (gint64)i, (gint64)r->from, (gint64)r->to };

	memcpy(value, all, sizeof(all));
}

static uint64_t n_curves(const struct ct_trace *trace)
{
	return trace->n_curves;
}

static void curve_row(const struct ct_trace *trace, uint64_t i, gint64 *value)
{
	const struct ct_curve_record *r = &trace->curve[i];
	const gint64 all[] = { r->shape, r->sms, r->ns, r->spread_ns, r->samples };

	memcpy(value, all, sizeof(all));
}

static const struct table tables[] = {
	{ "recordings",
	  { "process", "pid", "cupti_version", "driver_version", "stop", "flags",
	    "wrong_graphs", "records", "dropped", "zero_times", "unknown_kinds",
	    "lost_launches", "unlaunched", "clock_error_ns" },
	  n_recordings,
	  recording_row },
	{ "green", { "context", "sms", "device_sms" }, n_green, green_row },
	{ "graphs",
	  { "process", "graph", "first_edge", "edges", "first_node" },
	  n_graphs,
	  graph_row },
	{ "edges", { "edge", "from", "to" }, n_edges, edge_row },
	{ "curves", { "shape", "sms", "ns", "spread_ns", "samples" }, n_curves, curve_row },
};

static void print_row(const struct table *table, const gint64 *value,
		      enum ct_output_format format)
{
	for (int c = 0; table->column[c]; c++) {
		if (format == CT_OUTPUT_JSON)
			printf("%s\"%s\":%" PRId64, c ? "," : "{", table->column[c],
			       value[c]);
		else if (format == CT_OUTPUT_CSV)
			printf("%s%" PRId64, c ? "," : "", value[c]);
		else
			printf("%s%*" PRId64, c ? "  " : "",
			       (int)MAX(strlen(table->column[c]), 10), value[c]);
	}
	puts(format == CT_OUTPUT_JSON ? "}" : "");
}

static void print_head(const struct table *table, enum ct_output_format format)
{
	for (int c = 0; format != CT_OUTPUT_JSON && table->column[c]; c++)
		if (format == CT_OUTPUT_CSV)
			printf("%s%s", c ? "," : "", table->column[c]);
		else
			printf("%s%10s", c ? "  " : "", table->column[c]);
	if (format != CT_OUTPUT_JSON)
		putchar('\n');
}

gboolean ct_tables_dump(const struct ct_trace *trace, const char *name, uint64_t limit,
			enum ct_output_format format)
{
	gint64 value[MAX_COLUMNS];

	for (gsize t = 0; t < G_N_ELEMENTS(tables); t++) {
		if (strcmp(tables[t].name, name))
			continue;
		print_head(&tables[t], format);
		for (uint64_t i = 0; i < MIN(tables[t].n(trace), limit); i++) {
			tables[t].row(trace, i, value);
			print_row(&tables[t], value, format);
		}
		return TRUE;
	}
	return FALSE;
}

/* ---- summaries ----------------------------------------------------------------- */

static json_t *recording_json(const struct ct_trace *trace,
			      const struct ct_recording_record *r)
{
	json_t *object = json_object(), *array = json_array();
	gint64 value[MAX_COLUMNS];

	recording_row(trace, (uint64_t)(r - trace->recording), value);
	for (int c = 0; tables[0].column[c]; c++)
		if (strcmp(tables[0].column[c], "flags") &&
		    strcmp(tables[0].column[c], "stop"))
			json_object_set_new(object, tables[0].column[c],
					    json_integer(value[c]));
	if (r->clock_error_ns < 0)
		json_object_set_new(object, "clock_error_ns", json_null());
	json_object_set_new(object, "stop", json_string(stop_of(r)));
	for (gsize i = 0; i < G_N_ELEMENTS(flags); i++)
		if (r->flags & flags[i].flag)
			json_array_append_new(array, json_string(flags[i].key));
	json_object_set_new(object, "flags", array);
	return object;
}

void ct_tables_json(const struct ct_trace *trace, json_t *object)
{
	json_t *recordings = json_array(), *green = json_array();

	for (uint32_t i = 0; i < trace->n_recordings; i++)
		json_array_append_new(recordings,
				      recording_json(trace, &trace->recording[i]));
	for (uint32_t i = 0; i < trace->n_green; i++)
		json_array_append_new(
			green, json_pack("{s:I, s:I, s:I}", "context",
					 (json_int_t)trace->green[i].context, "sms",
					 (json_int_t)trace->green[i].sms, "device_sms",
					 (json_int_t)trace->green[i].device_sms));
	json_object_set_new(object, "recordings", recordings);
	json_object_set_new(object, "green_contexts", green);
	json_object_set_new(object, "graphs_with_edges", json_integer(trace->n_graphs));
	json_object_set_new(object, "graph_edges", json_integer(trace->n_edges));
	json_object_set_new(object, "curve_points", json_integer(trace->n_curves));
}

static char *version(uint32_t number, const char *absent)
{
	return number ? g_strdup_printf("%u", number) : g_strdup(absent);
}

/* What a recorder should never have to say, "; 3 dropped" and so on. */
static void add_faults(GString *text, const struct ct_recording_record *r)
{
	const struct {
		uint64_t n;
		const char *what;
	} counts[] = { { r->n_dropped, "dropped" },
		       { r->n_zero_times, "without times" },
		       { r->n_unknown_kinds, "of unknown kinds" },
		       { r->n_lost_launches, "launches without work" },
		       { r->n_unlaunched, "works without a launch" },
		       { r->n_wrong_graphs, "graphs without their edges" } };

	for (gsize i = 0; i < G_N_ELEMENTS(counts); i++)
		if (counts[i].n)
			g_string_append_printf(text, ", %" PRIu64 " %s", counts[i].n,
					       counts[i].what);
	for (gsize i = 0; i < G_N_ELEMENTS(flags); i++)
		if (r->flags & flags[i].flag)
			g_string_append_printf(text, "; %s", flags[i].text);
}

static void recording_text(const struct ct_trace *trace,
			   const struct ct_recording_record *r,
			   void (*line)(const char *label, const char *format, ...))
{
	const struct ct_process_record *process = &trace->process[r->process];
	g_autofree char *cupti = version(r->cupti_version, "none");
	g_autofree char *driver = version(r->driver_version, "unknown");
	GString *text = g_string_new(NULL);

	g_string_append_printf(text, "process %u", process->pid);
	if (process->name != CT_NONE)
		g_string_append_printf(text, " (%s)",
				       ct_trace_string(trace, process->name));
	g_string_append_printf(text, ", CUPTI %s, driver %s: %" PRIu64 " records", cupti,
			       driver, r->n_records);
	add_faults(text, r);
	if (r->clock_error_ns >= 0)
		g_string_append_printf(text, "; clocks within %" PRId64 " ns",
				       r->clock_error_ns);
	if (r->stop != CT_STOP_END)
		g_string_append_printf(text, "; %s", stop_of(r));
	line("recorded", "%s", text->str);
	g_string_free(text, TRUE);
}

void ct_tables_text(const struct ct_trace *trace,
		    void (*line)(const char *label, const char *format, ...))
{
	for (uint32_t i = 0; i < trace->n_recordings; i++)
		recording_text(trace, &trace->recording[i], line);
	for (uint32_t i = 0; i < trace->n_green; i++)
		line("green", "context %u has %u of %u SMs",
		     trace->context[trace->green[i].context].id, trace->green[i].sms,
		     trace->green[i].device_sms);
	if (trace->n_graphs)
		line("graphs", "%u with their edges, %u stored", trace->n_graphs,
		     trace->n_edges);
	if (trace->n_curves)
		line("curves", "%u measured points on some of the SMs", trace->n_curves);
}
