/*
 * open-trace - a trace given on the command line, whatever its format.
 *
 * An open trace is mapped, so the temporary file of an import is unlinked as soon as it
 * is open: no exit and no signal leaves it behind.
 */
#include "sim/cli/open-trace.h"

#include <errno.h>
#include <unistd.h>

#include "traces/import.h"

static struct ct_trace *import_and_open(const char *path,
					const struct ct_cli_common *common, GError **error)
{
	g_autofree char *temporary =
		g_build_filename(g_get_tmp_dir(), "cotenant-XXXXXX.ctt", NULL);
	g_autofree char *label = g_path_get_basename(path);
	struct ct_cli_bar bar = { 0 };
	struct ct_import_options options = { .progress = ct_cli_bar_step, .data = &bar };
	struct ct_import_summary summary;
	struct ct_trace *trace = NULL;
	int fd = g_mkstemp(temporary);

	if (fd < 0) {
		ct_input_error(error, "%s: cannot create a temporary file: %s", temporary,
			       g_strerror(errno));
		return NULL;
	}
	close(fd);
	ct_cli_bar_start(&bar, common, label);
	if (ct_import(path, temporary, &options, &summary, error))
		trace = ct_trace_open(temporary, error);
	if (trace)
		trace->path = path; /* what the user calls it */
	ct_cli_bar_end(&bar);
	unlink(temporary);
	return trace;
}

struct ct_trace *ct_cli_open_trace(const char *path, const struct ct_cli_common *common,
				   GError **error)
{
	struct ct_trace *trace;

	if (!ct_trace_probe(path))
		return import_and_open(path, common, error);
	trace = ct_trace_open(path, error);
	if (trace && !trace->complete)
		ct_cli_say(common, "%s: %s; what survived is used", path, trace->missing);
	return trace;
}
