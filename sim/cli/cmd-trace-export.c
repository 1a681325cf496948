/* cmd-trace-export - `cotenant trace export`: a trace written for other tools. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "sim/cli/cli.h"
#include "sim/cli/cmd-trace.h"
#include "sim/cli/open-trace.h"
#include "traces/export.h"

#define NAME "trace export"

static const struct ct_exporter *find_exporter(const char *name)
{
	g_autoptr(GPtrArray) names = g_ptr_array_new();
	const char *near;

	for (const struct ct_exporter *const *one = ct_exporters; *one; one++) {
		if (!strcmp((*one)->name, name))
			return *one;
		g_ptr_array_add(names, (char *)(*one)->name);
	}
	g_ptr_array_add(names, NULL);
	near = ct_nearest(name, (const char *const *)names->pdata);
	ct_cli_usage(
		NAME, "--format: no format '%s'%s%s%s; see 'cotenant trace export --help'",
		name, near ? "; did you mean '" : "", near ? near : "", near ? "'" : "");
	return NULL;
}

/* A file that could not be written whole is removed. */
static gboolean export_to(const struct ct_exporter *exporter, const struct ct_trace *trace,
			  const char *out, GError **error)
{
	FILE *file = fopen(out, "w");
	gboolean ok;

	if (!file) {
		ct_input_error(error, "%s: cannot create: %s", out, g_strerror(errno));
		return FALSE;
	}
	ok = exporter->run(trace, file, error);
	if (fclose(file) && ok) {
		ct_input_error(error, "%s: cannot write: %s", out, g_strerror(errno));
		ok = FALSE;
	}
	if (!ok)
		unlink(out);
	return ok;
}

static char *list_formats(void)
{
	GString *text = g_string_new("Formats:\n");

	for (const struct ct_exporter *const *one = ct_exporters; *one; one++)
		g_string_append_printf(text, "  %-8s %s\n", (*one)->name, (*one)->summary);
	return g_string_free(text, FALSE);
}

int ct_trace_cmd_export(int argc, char **argv)
{
	g_autofree char *out = NULL, *format = NULL, *formats = list_formats();
	const struct ct_exporter *exporter;
	struct ct_cli_common common;
	struct ct_trace *trace;
	GError *error = NULL;
	gboolean ok;
	int code;
	const GOptionEntry entries[] = {
		{ "format", 'f', 0, G_OPTION_ARG_STRING, &format, "What to write", "NAME" },
		{ "output", 'o', 0, G_OPTION_ARG_FILENAME, &out,
		  "Where to write it (standard output)", "FILE" },
		{ 0 },
	};

	if (!ct_cli_parse(NAME, "TRACE", formats, entries, &common, &argc, &argv, &code))
		return code;
	if (argc != 2 || !format)
		return ct_cli_usage(NAME, "one trace and --format are needed");
	exporter = find_exporter(format);
	if (!exporter)
		return CT_EXIT_USAGE;
	trace = ct_cli_open_trace(argv[1], &common, &error);
	if (!trace)
		return ct_cli_fail(NAME, error);
	ok = out ? export_to(exporter, trace, out, &error)
		 : exporter->run(trace, stdout, &error);
	ct_trace_free(trace);
	if (!ok)
		return ct_cli_fail(NAME, error);
	return ct_cli_finish(NAME, CT_EXIT_OK);
}
