/*
 * pass - what is measured in further runs of the program.
 */
#include "config.h"

#include "capture/record/pass.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "capture/record/run.h"
#include "sim/base/error.h"

static const struct ct_pass *const passes[] = {
	&ct_pass_counters,
	&ct_pass_curves,
	NULL,
};

static char *describe(int status)
{
	return WIFSIGNALED(status)
		       ? g_strdup_printf("was killed by signal %d", WTERMSIG(status))
		       : g_strdup_printf("ended with code %d", WEXITSTATUS(status));
}

/* A run that went otherwise is not the same work. */
static gboolean judge(const struct ct_pass_context *context, const char *name,
		      const struct ct_ending *ending, GError **error)
{
	g_autofree char *then = describe(context->first->status);
	g_autofree char *now = describe(ending->status);

	if (ending->error != 0)
		g_set_error(error, CT_ERROR, CT_EXIT_FAILED, "%s: %s", name,
			    g_strerror(ending->error));
	else if (ending->received != 0)
		g_set_error(error, CT_ERROR, CT_EXIT_FAILED, "%s: interrupted", name);
	else if (ending->status != context->first->status)
		g_set_error(error, CT_ERROR, CT_EXIT_FAILED,
			    "%s: the program %s, and %s when it was recorded", name, now,
			    then);
	else
		return TRUE;
	return FALSE;
}

static gboolean make_output(const char *path, GError **error)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	if (fd < 0) {
		g_set_error(error, CT_ERROR, CT_EXIT_FAILED, "%s: cannot be made: %s", path,
			    g_strerror(errno));
		return FALSE;
	}
	close(fd);
	return TRUE;
}

char *ct_pass_run(const struct ct_pass_context *context, const struct ct_pass_run *pass,
		  GError **error)
{
	struct ct_record_options options = *context->options;
	g_autofree char *target = g_build_filename(context->folder, pass->name, NULL);
	g_autofree char *output = g_strconcat(target, ".output", NULL);
	struct ct_run run = {
		.options = &options,
		.injection = pass->injection ? pass->injection : context->collector,
		.set = pass->set,
		.output = output,
	};
	struct ct_ending ending;
	char *folder = NULL;

	options.confine_sms = pass->confine_sms;
	if (pass->whole) {
		options.duration_ns = 0;
		options.max_bytes = 0;
		options.start_marker = NULL;
	}
	if (!make_output(output, error))
		return NULL;
	run.recording = ct_recording_new(target, &options, error);
	if (!run.recording)
		return NULL;
	if (ct_run_program(&run, &ending, error) &&
	    judge(context, pass->name, &ending, error))
		folder = g_strdup(run.recording->folder);
	ct_recording_free(run.recording, FALSE);
	return folder;
}

char *ct_pass_deliver(const struct ct_pass_context *context, const char *file,
		      const char *suffix, GError **error)
{
	const char *target = context->options->target;
	g_autofree char *stem =
		g_str_has_suffix(target, ".ctt") && strlen(target) > strlen(".ctt")
			? g_strndup(target, strlen(target) - strlen(".ctt"))
			: g_strdup(target);
	g_autofree char *to = g_strconcat(stem, suffix, NULL);

	if (rename(file, to) == 0)
		return g_steal_pointer(&to);
	g_set_error(error, CT_ERROR, CT_EXIT_FAILED, "%s: cannot be written: %s", to,
		    g_strerror(errno));
	return NULL;
}

void ct_passes_run(const struct ct_pass_context *context)
{
	for (const struct ct_pass *const *pass = passes; *pass; pass++) {
		g_autoptr(GError) error = NULL;
		g_autofree char *summary = NULL;

		if (!(*pass)->wanted(context->options))
			continue;
		if (!(*pass)->run(context, &summary, &error))
			ct_record_say("%s: %s", (*pass)->name, error->message);
		else if (summary && !context->options->quiet)
			ct_record_say("%s", summary);
	}
}
