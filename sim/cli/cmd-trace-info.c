/*
 * cmd-trace-info - `cotenant trace info`: what is in a trace.
 *
 * What a source did not record is shown as absent ("-", null), never as 0.
 */
#include <string.h>

#include "sim/cli/cli.h"
#include "sim/cli/cmd-trace.h"
#include "sim/cli/open-trace.h"
#include "sim/cli/trace-tables.h"
#include "traces/stats.h"

#define NAME "trace info"

static json_t *named_quantiles(const struct ct_quantiles *q, const char *const *keys)
{
	const struct {
		const char *key;
		double value;
	} all[] = { { "min", q->min }, { "p10", q->p10 }, { "p50", q->p50 },
		    { "p90", q->p90 }, { "p99", q->p99 }, { "max", q->max } };
	json_t *object;

	if (!q->n)
		return json_null();
	object = json_object();
	for (; *keys; keys++)
		for (gsize i = 0; i < G_N_ELEMENTS(all); i++)
			if (!strcmp(*keys, all[i].key))
				json_object_set_new(object, *keys, json_real(all[i].value));
	return object;
}

static json_t *delays(const struct ct_stats *stats)
{
	static const char *const keys[] = { "p10", "p50", "p90", "max", NULL };
	json_t *object, *quantiles;

	if (!stats->launch_delay_ns.n)
		return json_null();
	object = json_pack("{s:I, s:I}", "n", (json_int_t)stats->launch_delay_ns.n, "neg",
			   (json_int_t)stats->launch_delay_negative);
	quantiles = named_quantiles(&stats->launch_delay_ns, keys);
	json_object_update(object, quantiles);
	json_decref(quantiles);
	return object;
}

static void set_use(json_t *object, const struct ct_stats *stats)
{
	json_t *busy = json_object(), *overlap = json_object();

	for (uint64_t i = 0; i < stats->devices; i++) {
		g_autofree char *key = g_strdup_printf("%u", stats->use[i].device);

		json_object_set_new(busy, key, json_real(stats->use[i].busy_pct));
		json_object_set_new(overlap, key, json_real(stats->use[i].overlap_pct));
	}
	json_object_set_new(object, "busy_pct", busy);
	json_object_set_new(object, "overlap_pct", overlap);
}

static json_t *top_array(const struct ct_stats *stats, guint n)
{
	json_t *array = json_array();

	for (guint i = 0; i < MIN(n, stats->n_top); i++) {
		const struct ct_top_kernel *top = &stats->top[i];
		json_t *name = json_string(top->name);

		if (!name)
			name = json_string("(not UTF-8)");
		json_array_append_new(array,
				      json_pack("{s:o, s:I, s:I, s:f}", "name", name,
						"count", (json_int_t)top->count, "total_ns",
						(json_int_t)top->total_ns, "share_pct",
						top->share_pct));
	}
	return array;
}

static double overlapped_pct(const struct ct_stats *stats)
{
	return stats->kernel_ns > 0
		       ? 100.0 * (double)stats->overlapped_ns / (double)stats->kernel_ns
		       : 0;
}

static double counted_pct(const struct ct_stats *stats)
{
	return stats->kernel_ns > 0
		       ? 100.0 * (double)stats->counted_ns / (double)stats->kernel_ns
		       : 0;
}

static json_t *document(const struct ct_trace *trace, const struct ct_stats *stats,
			guint top)
{
	static const char *const dur[] = { "min", "p10", "p50", "p90", "p99", "max", NULL };
	static const char *const grid[] = { "min", "p10", "p50", "p90", "max", NULL };
	static const char *const block[] = { "min", "p50", "max", NULL };
	static const char *const upper[] = { "p50", "max", NULL };
	json_t *object = json_pack(
		"{s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "kernels",
		(json_int_t)stats->kernels, "names", (json_int_t)stats->names, "devices",
		(json_int_t)stats->devices, "contexts", (json_int_t)stats->contexts,
		"streams", (json_int_t)stats->streams, "memops", (json_int_t)stats->memops,
		"span_ns", (json_int_t)stats->span_ns);

	set_use(object, stats);
	json_object_set_new(object, "dur_ns", named_quantiles(&stats->dur_ns, dur));
	json_object_set_new(object, "grid_blocks",
			    named_quantiles(&stats->grid_blocks, grid));
	json_object_set_new(object, "block_threads",
			    named_quantiles(&stats->block_threads, block));
	json_object_set_new(object, "regs", named_quantiles(&stats->regs, upper));
	json_object_set_new(object, "smem_bytes",
			    named_quantiles(&stats->smem_bytes, upper));
	json_object_set_new(object, "launch_delay_ns", delays(stats));
	json_object_set_new(object, "top", top_array(stats, top));
	json_object_update_new(
		object,
		json_pack("{s:s, s:b, s:s?, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, "
			  "s:f}",
			  "cotenant", "trace-info/1", "complete", (int)trace->complete,
			  "missing", trace->missing, "dropped",
			  (json_int_t)trace->n_dropped, "operations",
			  (json_int_t)trace->n_ops, "lanes", (json_int_t)trace->n_lanes,
			  "processes", (json_int_t)trace->n_processes, "markers",
			  (json_int_t)stats->markers, "graph_launches",
			  (json_int_t)stats->graph_launches, "unlaunched",
			  (json_int_t)stats->unlaunched, "with_counters",
			  (json_int_t)stats->with_counters, "memory_peak_bytes",
			  (json_int_t)stats->memory_peak_bytes, "overlapped_kernel_pct",
			  overlapped_pct(stats)));
	json_object_set_new(object, "counted_kernel_pct", json_real(counted_pct(stats)));
	ct_tables_json(trace, object);
	return object;
}

static void text_line(const char *label, const char *format, ...) G_GNUC_PRINTF(2, 3);

static void text_line(const char *label, const char *format, ...)
{
	va_list args;

	printf("%-12s  ", label);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
}

static void text_devices(const struct ct_trace *trace, const struct ct_stats *stats)
{
	for (uint32_t i = 0; i < trace->n_devices; i++) {
		const struct ct_device_record *device = &trace->device[i];
		const char *name = ct_trace_string(trace, device->name);
		g_autofree char *memory = ct_format_bytes((double)device->memory_bytes);

		if (device->sms)
			text_line("device", "%u: %s, %u SMs, %s", device->id,
				  *name ? name : "unnamed", device->sms,
				  device->memory_bytes ? memory : "memory not recorded");
		else
			text_line("device", "%u: %s", device->id,
				  *name ? name : "not recorded");
	}
	for (uint64_t i = 0; i < stats->devices; i++) {
		g_autofree char *label = g_strdup_printf("use of %u", stats->use[i].device);

		text_line(label, "%.1f %% busy, %.2f %% with two or more kernels",
			  stats->use[i].busy_pct, stats->use[i].overlap_pct);
	}
}

static void text_summary(const char *path, const struct ct_trace *trace,
			 const struct ct_stats *stats)
{
	g_autofree char *span = ct_format_ns((double)stats->span_ns);
	g_autofree char *busy = ct_format_ns((double)stats->kernel_ns);
	g_autofree char *size = ct_format_bytes((double)trace->file_bytes);
	g_autofree char *peak = ct_format_bytes((double)stats->memory_peak_bytes);

	text_line("trace", "%s (%s%s)", path, size, trace->complete ? "" : ", cut off");
	text_devices(trace, stats);
	text_line("span", "%s, kernels sum to %s", span, busy);
	text_line("kernels",
		  "%" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT " names, %" G_GUINT64_FORMAT
		  " without a recorded launch",
		  stats->kernels, stats->names, stats->unlaunched);
	text_line("other",
		  "%" G_GUINT64_FORMAT " copies and memsets, %" G_GUINT64_FORMAT
		  " graph launches, %" G_GUINT64_FORMAT
		  " synchronisations, %" G_GUINT64_FORMAT " marked ranges",
		  stats->memops, stats->graph_launches, stats->syncs, stats->markers);
	text_line("order",
		  "%" G_GUINT64_FORMAT " streams, %" G_GUINT64_FORMAT
		  " contexts, %u lanes, %u processes",
		  stats->streams, stats->contexts, trace->n_lanes, trace->n_processes);
	if (stats->memory_peak_bytes)
		text_line("memory", "at most %s allocated", peak);
	if (trace->n_dropped)
		text_line("dropped", "%" G_GUINT64_FORMAT " records", trace->n_dropped);
	text_line("isolation", "%.2f %% of kernel time shared with other kernels",
		  overlapped_pct(stats));
	text_line("counters", "%.1f %% of kernel time with measured counters",
		  counted_pct(stats));
	ct_tables_text(trace, text_line);
}

static void quantile_row(struct ct_table *table, const char *label,
			 const struct ct_quantiles *q, char *(*format)(double))
{
	const double values[] = { q->min, q->p10, q->p50, q->p90, q->p99, q->max };

	ct_table_cell(table, label, FALSE);
	for (gsize i = 0; i < G_N_ELEMENTS(values); i++) {
		g_autofree char *text = q->n ? format(values[i]) : g_strdup("-");

		ct_table_cell(table, text, FALSE);
	}
}

static char *plain(double value)
{
	return g_strdup_printf("%.10g", value);
}

static char *precise(double value)
{
	return g_strdup_printf("%.1f", value);
}

static void print_quantiles(const struct ct_stats *stats, enum ct_output_format format)
{
	static const char *const columns[] = { "quantity", "min", "p10", "p50",
					       "p90",      "p99", "max", NULL };
	gboolean text = format == CT_OUTPUT_TEXT;
	struct ct_table *table = ct_table_new(columns, "lrrrrrr");

	quantile_row(table, text ? "kernel time" : "dur_ns", &stats->dur_ns,
		     text ? ct_format_ns : precise);
	quantile_row(table, text ? "launch to start" : "launch_delay_ns",
		     &stats->launch_delay_ns, text ? ct_format_ns : precise);
	quantile_row(table, text ? "blocks" : "grid_blocks", &stats->grid_blocks,
		     text ? ct_format_count : plain);
	quantile_row(table, text ? "threads/block" : "block_threads", &stats->block_threads,
		     plain);
	quantile_row(table, text ? "registers/thread" : "regs", &stats->regs, plain);
	quantile_row(table, text ? "shared/block" : "smem_bytes", &stats->smem_bytes,
		     text ? ct_format_bytes : plain);
	ct_table_print(table, format, stdout);
	ct_table_free(table);
}

static void print_top(const struct ct_stats *stats, guint n, enum ct_output_format format)
{
	static const char *const columns[] = { "share_pct", "total_ns", "count", "name",
					       NULL };
	static const char *const titles[] = { "share", "time", "count", "kernel", NULL };
	gboolean text = format == CT_OUTPUT_TEXT;
	struct ct_table *table = ct_table_new(text ? titles : columns, "rrrl");

	for (guint i = 0; i < MIN(n, stats->n_top); i++) {
		const struct ct_top_kernel *top = &stats->top[i];
		g_autofree char *name = ct_format_name(top->name, text ? 64 : G_MAXLONG);
		g_autofree char *total = ct_format_ns((double)top->total_ns);

		ct_table_cellf(table, text ? "%.1f %%" : "%.4f", top->share_pct);
		if (text)
			ct_table_cell(table, total, FALSE);
		else
			ct_table_cellf(table, "%" G_GINT64_FORMAT, top->total_ns);
		ct_table_cellf(table, "%" G_GUINT64_FORMAT, top->count);
		ct_table_cell(table, name, FALSE);
	}
	ct_table_print(table, format, stdout);
	ct_table_free(table);
}

static void print(const char *path, const struct ct_trace *trace,
		  const struct ct_stats *stats, guint top, enum ct_output_format format)
{
	if (format == CT_OUTPUT_JSON) {
		json_t *object = document(trace, stats, top);

		ct_cli_json(object);
		json_decref(object);
		return;
	}
	if (format == CT_OUTPUT_TEXT) {
		text_summary(path, trace, stats);
		putchar('\n');
	}
	print_quantiles(stats, format);
	putchar('\n');
	print_top(stats, top, format);
}

int ct_trace_cmd_info(int argc, char **argv)
{
	struct ct_cli_common common;
	struct ct_trace *trace;
	struct ct_stats stats;
	GError *error = NULL;
	int top = 10, code;
	const GOptionEntry entries[] = {
		{ "top", 'n', 0, G_OPTION_ARG_INT, &top, "How many kernels to list (10)",
		  "N" },
		{ 0 },
	};

	if (!ct_cli_parse(NAME, "TRACE", "Shows what is in a trace of any known format.",
			  entries, &common, &argc, &argv, &code))
		return code;
	if (argc != 2)
		return ct_cli_usage(NAME, "one trace is needed");
	if (top < 0)
		return ct_cli_usage(NAME, "--top: %d is less than 0", top);
	trace = ct_cli_open_trace(argv[1], &common, &error);
	if (!trace)
		return ct_cli_fail(NAME, error);
	if (!ct_stats_compute(trace, &stats, &error)) {
		ct_trace_free(trace);
		return ct_cli_fail(NAME, error);
	}
	print(argv[1], trace, &stats, (guint)top, common.format);
	ct_stats_clear(&stats);
	ct_trace_free(trace);
	return ct_cli_finish(NAME, CT_EXIT_OK);
}
