/*
 * record - `cotenant record`: runs a program and makes a trace of its work on the GPU.
 *
 * The order of things is what a user relies on: what is wrong with the command is said
 * before the program starts; from then on it runs to its end whatever happens to the
 * recording; and the trace appears under its name complete or not at all.
 */
#include "config.h"

#include <errno.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "capture/record/confined.h"
#include "capture/record/find.h"
#include "capture/record/launch.h"
#include "capture/record/notes.h"
#include "capture/record/options.h"
#include "capture/record/pass.h"
#include "capture/record/recording.h"
#include "capture/record/run.h"
#include "capture/record/summary.h"
#include "capture/record/why.h"
#include "sim/base/error.h"
#include "traces/import.h"

#define TRACE_NAME "trace.ctt"

void ct_record_say(const char *format, ...)
{
	g_autofree char *message = NULL;
	va_list args;

	va_start(args, format);
	message = g_strdup_vprintf(format, args);
	va_end(args);
	fprintf(stderr, "cotenant record: %s\n", message);
}

static int fail(GError *error)
{
	int code = error->domain == CT_ERROR ? error->code : CT_EXIT_FAILED;

	ct_record_say("%s", error->message);
	g_error_free(error);
	return code;
}

static int not_run(const struct ct_record_options *options, int failure)
{
	ct_record_say("%s: %s", options->program[0], g_strerror(failure));
	return ct_launch_failure_code(failure);
}

/* Nothing will come of recording: the program takes our place. */
static int run_unrecorded(const struct ct_record_options *options, const char *why)
{
	ct_record_say("not recorded: %s", why);
	return not_run(options, ct_launch_become(options->program));
}

static char *rescue(const struct ct_record_options *options, const char *folder)
{
	g_autofree char *from = g_shell_quote(folder);
	g_autofree char *to = g_shell_quote(options->output);

	return g_strdup_printf("cotenant trace import -o %s %s", to, from);
}

/* On a terminal, so that nobody takes the time that a long recording needs for a hang. */
static void show_progress(double done, void *data)
{
	int *shown = data, percent = (int)(CLAMP(done, 0, 1) * 100);

	if (percent == *shown)
		return;
	*shown = percent;
	fprintf(stderr, "\rcotenant record: making the trace, %d %%", percent);
}

static gboolean import(const struct ct_record_options *options, const char *folder,
		       const char *trace, struct ct_import_summary *summary, GError **error)
{
	gboolean show = !options->quiet && isatty(STDERR_FILENO);
	int shown = 0;
	const struct ct_import_options how = { .zstd_level = options->zstd_level,
					       .progress = show ? show_progress : NULL,
					       .data = &shown };
	gboolean ok = ct_import(folder, trace, &how, summary, error);

	if (shown)
		fputs("\r\033[K", stderr);
	return ok;
}

/* Assembles, adds what passes measure, tells, and gives the trace its name. */
static gboolean deliver(struct ct_pass_context *context, const struct ct_notes *notes,
			GError **error)
{
	const struct ct_record_options *options = context->options;
	struct ct_import_summary import_summary = { 0 };
	const struct ct_summary summary = { .options = options,
					    .import = &import_summary,
					    .notes = notes };

	if (!import(options, context->folder, context->trace, &import_summary, error))
		return FALSE;
	ct_passes_run(context);
	if (!options->quiet && !ct_summary_say(&summary, context->trace, error))
		return FALSE;
	if (rename(context->trace, options->target) == 0)
		return TRUE;
	g_set_error(error, CT_ERROR, CT_EXIT_FAILED, "%s: cannot be written: %s",
		    options->output, g_strerror(errno));
	return FALSE;
}

/* What was asked of the driver is not what one gets: only the records say. */
static void say_confined(const struct ct_record_options *options, const char *folder)
{
	g_autoptr(GError) error = NULL;

	if (options->confine_sms == 0)
		return;
	if (!ct_confined_check(folder, options->confine_sms, &error))
		ct_record_say("not confined as it was asked for: %s", error->message);
	else if (!options->quiet)
		ct_record_say("all of it was on %u SMs", options->confine_sms);
}

/* What became of the recording; returns whether its folder is still needed. */
static gboolean finish(struct ct_recording *recording, const struct ct_ending *ending,
		       const struct ct_record_options *options, const char *collector)
{
	g_autofree char *trace = g_build_filename(recording->folder, TRACE_NAME, NULL);
	g_autofree char *how = rescue(options, recording->folder);
	g_autofree char *words = NULL, *reason = NULL;
	g_autoptr(GError) error = NULL;
	struct ct_pass_context context = { .options = options,
					   .collector = collector,
					   .folder = recording->folder,
					   .trace = trace,
					   .first = ending };
	struct ct_notes notes;
	gboolean keep = options->keep_spools;

	/* From here on it is ours, reading a long recording as well. */
	words = g_strdup_printf("\ncotenant record: interrupted; what was recorded "
				"is kept, and becomes a trace by: %s\n",
				how);
	ct_launch_allow_signals(words);
	ct_notes_read(&notes, recording->folder);
	if (ct_why_is_empty(&notes)) {
		const struct ct_why why = {
			.options = options,
			.notes = &notes,
			.folder = recording->folder,
			.n_collectors = recording->page->n_collectors,
			.began = !options->start_marker || recording->page->start_ns != 0,
		};

		reason = ct_why_nothing(&why);
		ct_record_say("nothing was recorded: %s", reason);
		keep |= ct_why_is_damaged(&notes);
	} else {
		say_confined(options, recording->folder);
		if (!deliver(&context, &notes, &error)) {
			keep = TRUE;
			ct_record_say("no trace could be made: %s; what was recorded is "
				      "kept, to try again: %s",
				      error->message, how);
		}
	}
	if (keep && !error && g_file_test(recording->folder, G_FILE_TEST_IS_DIR))
		ct_record_say("the raw records are kept in %s", recording->folder);
	ct_notes_clear(&notes);
	return keep;
}

static int record(const struct ct_record_options *options, const char *collector)
{
	GError *error = NULL;
	struct ct_recording *recording = ct_recording_new(options->target, options, &error);
	struct ct_run run = { .options = options,
			      .recording = recording,
			      .injection = collector };
	struct ct_ending ending;
	gboolean keep;

	if (!recording)
		return fail(error);
	if (!ct_run_program(&run, &ending, &error)) {
		ct_recording_free(recording, TRUE);
		return fail(error);
	}
	if (ending.error) {
		ct_recording_free(recording, TRUE);
		return not_run(options, ending.error);
	}
	keep = finish(recording, &ending, options, collector);
	ct_recording_free(recording, !keep);
	ct_launch_end_alike(&ending);
}

int main(int argc, char **argv)
{
	struct ct_record_options options;
	g_autofree char *collector = NULL, *why = NULL;
	GError *error = NULL;
	int code;

	ct_launch_prepare();
	setlocale(LC_CTYPE, "");
	if (!ct_record_options_parse(&options, argc, argv, &error)) {
		code = fail(error);
	} else if (options.help) {
		fputs(ct_record_help, stdout);
		code = fflush(stdout) == 0 ? CT_EXIT_OK : CT_EXIT_FAILED;
	} else {
		why = ct_find_obstacle();
		if (!why)
			collector = ct_find_collector(&why);
		code = why ? run_unrecorded(&options, why) : record(&options, collector);
	}
	ct_record_options_clear(&options);
	return code;
}
