/*
 * cmd-trace-merge - `cotenant trace merge` and `cotenant trace import`: traces, of any
 * known format, become one .ctt file.
 */
#include <string.h>

#include "sim/cli/cli.h"
#include "sim/cli/cmd-trace.h"
#include "sim/cli/open-trace.h"
#include "traces/import.h"
#include "traces/merge.h"

#define COMPRESSION_LEVEL 6

/* Merges the N files at PATHS, each opened or imported, into OUT. */
static gboolean merge_files(char **paths, guint n, enum ct_merge_align align, int level,
			    const char *out, const struct ct_cli_common *common,
			    uint64_t *n_kernels, GError **error)
{
	g_autofree struct ct_trace **traces = g_new0(struct ct_trace *, n);
	g_autofree char **names = g_new0(char *, (gsize)n + 1);
	gboolean ok = TRUE;

	for (guint i = 0; ok && i < n; i++) {
		traces[i] = ct_cli_open_trace(paths[i], common, error);
		names[i] = g_path_get_basename(paths[i]);
		ok = traces[i] != NULL;
		*n_kernels += ok ? traces[i]->n_kernels : 0;
	}
	ok = ok && ct_trace_merge((const struct ct_trace *const *)traces,
				  (const char *const *)names, n, align, level, out, error);
	for (guint i = 0; i < n; i++) {
		if (traces[i])
			ct_trace_free(traces[i]);
		g_free(names[i]);
	}
	return ok;
}

int ct_trace_cmd_merge(int argc, char **argv)
{
	const char *const name = "trace merge";
	g_autofree char *out = NULL, *by = NULL;
	enum ct_merge_align align = CT_MERGE_AUTO;
	struct ct_cli_common common;
	gboolean compress = FALSE;
	uint64_t n_kernels = 0;
	GError *error = NULL;
	int code;
	const GOptionEntry entries[] = {
		{ "output", 'o', 0, G_OPTION_ARG_FILENAME, &out, "The trace to write",
		  "FILE" },
		{ "align", 'a', 0, G_OPTION_ARG_STRING, &by,
		  "By clock, by start, or auto (default): by clock if they share one",
		  "HOW" },
		{ "compress", 'z', 0, G_OPTION_ARG_NONE, &compress,
		  "Compress (a plain trace is read in place)", NULL },
		{ 0 },
	};

	if (!ct_cli_parse(
		    name, "TRACE TRACE...",
		    "Puts several traces into one; their processes, contexts, streams and "
		    "lanes stay apart.",
		    entries, &common, &argc, &argv, &code))
		return code;
	if (argc < 3 || !out)
		return ct_cli_usage(name, "two traces or more and --output are needed");
	if (by && !strcmp(by, "clock"))
		align = CT_MERGE_CLOCK;
	else if (by && !strcmp(by, "start"))
		align = CT_MERGE_START;
	else if (by && strcmp(by, "auto"))
		return ct_cli_usage(
			name, "--align: no way '%s'; there are clock, start, auto", by);
	if (!merge_files(argv + 1, (guint)argc - 1, align, compress ? COMPRESSION_LEVEL : 0,
			 out, &common, &n_kernels, &error))
		return ct_cli_fail(name, error);
	ct_cli_say(&common, "%s: %" G_GUINT64_FORMAT " kernels of %d traces", out,
		   n_kernels, argc - 1);
	return CT_EXIT_OK;
}

static void say_summary(const char *out, const struct ct_import_summary *summary,
			const struct ct_cli_common *common)
{
	g_autoptr(GString) rest = g_string_new(NULL);

	if (summary->n_unlaunched)
		g_string_append_printf(rest, ", %" G_GUINT64_FORMAT " without a launch",
				       summary->n_unlaunched);
	if (summary->n_lost_launches)
		g_string_append_printf(rest,
				       ", %" G_GUINT64_FORMAT " launches without work",
				       summary->n_lost_launches);
	if (summary->n_without_shape)
		g_string_append_printf(rest, ", %" G_GUINT64_FORMAT " without a shape",
				       summary->n_without_shape);
	if (summary->n_overlapping_in_stream)
		g_string_append_printf(rest,
				       ", %" G_GUINT64_FORMAT " overlapping in a stream",
				       summary->n_overlapping_in_stream);
	if (summary->n_skipped)
		g_string_append_printf(rest, ", %" G_GUINT64_FORMAT " records skipped",
				       summary->n_skipped);
	ct_cli_say(common,
		   "%s: %" G_GUINT64_FORMAT " kernels, %" G_GUINT64_FORMAT
		   " copies, %" G_GUINT64_FORMAT " calls, %" G_GUINT64_FORMAT " markers%s",
		   out, summary->n_kernels, summary->n_copies, summary->n_calls,
		   summary->n_markers, rest->str);
}

static gboolean import_one(const char *in, const char *out, const char *format, int level,
			   const struct ct_cli_common *common, GError **error)
{
	struct ct_import_summary summary = { 0 };
	g_autofree char *label = g_path_get_basename(in);
	struct ct_cli_bar bar = { 0 };
	struct ct_import_options options = { .format = format,
					     .zstd_level = level,
					     .progress = ct_cli_bar_step,
					     .data = &bar };
	gboolean ok;

	ct_cli_bar_start(&bar, common, label);
	ok = ct_import(in, out, &options, &summary, error);
	ct_cli_bar_end(&bar);
	if (ok)
		say_summary(out, &summary, common);
	return ok;
}

static char *list_formats(void)
{
	GString *text = g_string_new("Formats, recognised by content:\n");

	for (const struct ct_importer *const *one = ct_importers; *one; one++)
		g_string_append_printf(text, "  %-12s %s\n", (*one)->name, (*one)->summary);
	return g_string_free(text, FALSE);
}

int ct_trace_cmd_import(int argc, char **argv)
{
	const char *const name = "trace import";
	g_autofree char *out = NULL, *format = NULL, *formats = list_formats();
	struct ct_cli_common common;
	gboolean compress = FALSE, ok;
	uint64_t n_kernels = 0;
	GError *error = NULL;
	int code;
	const GOptionEntry entries[] = {
		{ "output", 'o', 0, G_OPTION_ARG_FILENAME, &out, "The trace to write",
		  "FILE" },
		{ "format", 'f', 0, G_OPTION_ARG_STRING, &format,
		  "What the input is, if its content does not tell", "NAME" },
		{ "compress", 'z', 0, G_OPTION_ARG_NONE, &compress,
		  "Compress (a plain trace is read in place)", NULL },
		{ 0 },
	};

	if (!ct_cli_parse(name, "FILE...", formats, entries, &common, &argc, &argv, &code))
		return code;
	if (argc < 2 || !out)
		return ct_cli_usage(name, "an input and --output are needed");
	if (argc > 2 && format)
		return ct_cli_usage(name, "--format goes with one input");
	if (argc == 2)
		ok = import_one(argv[1], out, format, compress ? COMPRESSION_LEVEL : 0,
				&common, &error);
	else
		ok = merge_files(argv + 1, (guint)argc - 1, CT_MERGE_AUTO,
				 compress ? COMPRESSION_LEVEL : 0, out, &common, &n_kernels,
				 &error);
	if (!ok)
		return ct_cli_fail(name, error);
	if (argc > 2)
		ct_cli_say(&common, "%s: %" G_GUINT64_FORMAT " kernels of %d files", out,
			   n_kernels, argc - 1);
	return CT_EXIT_OK;
}
