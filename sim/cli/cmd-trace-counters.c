/*
 * cmd-trace-counters - `cotenant trace counters`: hardware counters put into a trace.
 */
#include <string.h>

#include "sim/cli/cli.h"
#include "sim/cli/cmd-trace.h"
#include "sim/cli/open-trace.h"
#include "traces/join-counters.h"

#define NAME              "trace counters"
#define COMPRESSION_LEVEL 6

static const char description[] =
	"FILEs come from 'cotenant record --counters' (PID.counters) or from Nsight "
	"Compute:\n"
	"  ncu --csv --page raw --clock-control none --cache-control none --metrics \\\n"
	"      dram__bytes_read.sum,dram__bytes_write.sum,lts__t_sectors_srcunit_tex.sum "
	"\\\n"
	"      PROGRAM >FILE\n"
	"Kernels meet by name (template arguments count, parameters do not), grid and "
	"block.";

static void say_rest(const struct ct_counter_table *table, const struct ct_join_summary *s,
		     const struct ct_cli_common *common)
{
	guint lost =
		s->n_rows - s->n_rows_used - s->n_rows_ambiguous - s->n_rows_incomplete;

	if (s->largest_without) {
		g_autofree char *kernel = ct_format_name(s->largest_without, 60);

		ct_cli_say(common, "without counters: most of the time %s, %.1f %%", kernel,
			   s->largest_without_ns / s->kernel_ns * 100);
	}
	if (lost)
		ct_cli_say(common, "%u of %u measured kernels are not in the trace", lost,
			   s->n_rows);
	if (s->n_rows_ambiguous)
		ct_cli_say(common,
			   "%u of %u measured kernels could be several of the trace: "
			   "left out",
			   s->n_rows_ambiguous, s->n_rows);
	if (s->n_rows_incomplete)
		ct_cli_say(common, "%u of %u measured kernels have no DRAM bytes: left out",
			   s->n_rows_incomplete, s->n_rows);
	if (table->n_passed_over)
		ct_cli_say(common,
			   "%" G_GUINT64_FORMAT " lines between the records passed "
			   "over",
			   table->n_passed_over);
	if (table->n_graph_launches)
		ct_cli_say(common,
			   "kernels of %" G_GUINT64_FORMAT " graph launches were not "
			   "measured",
			   table->n_graph_launches);
	if (table->trouble)
		ct_cli_say(common, "incomplete: %s", table->trouble);
}

static gboolean join(const char *path, char **files, int level, const char *out,
		     const struct ct_cli_common *common, GError **error)
{
	struct ct_counter_table *table = ct_counter_table_new();
	struct ct_join_summary summary = { 0 };
	struct ct_trace *trace = NULL;
	gboolean ok = TRUE;

	for (; ok && *files; files++)
		ok = ct_counter_table_read(table, *files, error);
	if (ok && !table->rows->len) {
		ct_input_error(error, "no kernel was measured%s%s",
			       table->trouble ? ": " : "",
			       table->trouble ? table->trouble : "");
		ok = FALSE;
	}
	trace = ok ? ct_cli_open_trace(path, common, error) : NULL;
	ok = trace && ct_join_counters(trace, table, level, out, &summary, error);
	if (ok) {
		ct_cli_say(
			common, "%s: counters for %u of %u shapes, %.1f %% of kernel time",
			out, summary.n_shapes_counted, summary.n_shapes,
			summary.kernel_ns > 0 ? summary.counted_ns / summary.kernel_ns * 100
					      : 0.0);
		say_rest(table, &summary, common);
	}
	ct_join_summary_clear(&summary);
	ct_counter_table_free(table);
	if (trace)
		ct_trace_free(trace);
	return ok;
}

int ct_trace_cmd_counters(int argc, char **argv)
{
	g_autofree char *out = NULL;
	struct ct_cli_common common;
	gboolean compress = FALSE;
	GError *error = NULL;
	int code;
	const GOptionEntry entries[] = {
		{ "output", 'o', 0, G_OPTION_ARG_FILENAME, &out, "The trace to write",
		  "FILE" },
		{ "compress", 'z', 0, G_OPTION_ARG_NONE, &compress,
		  "Compress (a plain trace is read in place)", NULL },
		{ 0 },
	};

	if (!ct_cli_parse(NAME, "TRACE FILE...", description, entries, &common, &argc,
			  &argv, &code))
		return code;
	if (argc < 3 || !out)
		return ct_cli_usage(NAME,
				    "a trace, a file of counters and --output are needed");
	if (!join(argv[1], argv + 2, compress ? COMPRESSION_LEVEL : 0, out, &common,
		  &error))
		return ct_cli_fail(NAME, error);
	return CT_EXIT_OK;
}
