/*
 * recording - imports a trace into a temporary file, and forgets it
 */
#include "experiments/ground-truth/recording.h"

#include <glib/gstdio.h>
#include <unistd.h>

#include "sim/base/error.h"
#include "traces/import.h"

static char *temporary(GError **error)
{
	char *path;
	int fd = g_file_open_tmp("cotenant-truth-XXXXXX.ctt", &path, error);

	if (fd < 0)
		return NULL;
	close(fd);
	return path;
}

gboolean recording_open(struct recording *r, const char *path,
			const struct ct_device *device, GError **error)
{
	const struct ct_import_options options = { 0 };
	struct ct_import_summary summary;

	*r = (struct recording){ .path = temporary(error) };
	if (r->path && ct_import(path, r->path, &options, &summary, error) &&
	    (r->trace = ct_trace_open(r->path, error)) &&
	    (r->program = ct_program_new(r->trace, device, NULL, error))) {
		ct_program_estimate(r->program, ct_estimators()[0]); /* as runs do */
		return TRUE;
	}
	recording_close(r);
	return FALSE;
}

void recording_close(struct recording *r)
{
	ct_program_free(r->program);
	ct_trace_free(r->trace);
	if (r->path)
		g_remove(r->path);
	g_free(r->path);
	*r = (struct recording){ 0 };
}
