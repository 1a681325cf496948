/*
 * pass.h - what is measured in further runs of the program.
 *
 * The idea.  A recording wants the program undisturbed, so what disturbs it (counters,
 * fewer SMs) is measured in runs of its own, after the trace has been assembled, and then
 * joined to it.  A pass is a file pass-NAME.c with one struct ct_pass, and a row in
 * pass.c.
 *
 * A pass finds the trace as `trace`, in the folder of the recording, and may replace it
 * there (write beside it, then rename), or write further files into the folder and have
 * them renamed to what stands beside the output (ct_pass_deliver()).  It runs the program
 * with ct_pass_run(), which starts it as the first run was started, but for its standard
 * streams: its input is empty, and its output goes to a file in the folder, for it has
 * been given once already.
 *
 * When a pass fails, the trace without it is still delivered, its error is said, and the
 * program's exit code remains that of the first run.
 */
#ifndef CT_CAPTURE_RECORD_PASS_H
#define CT_CAPTURE_RECORD_PASS_H

#include <glib.h>

#include "capture/record/launch.h"
#include "capture/record/options.h"
#include "capture/record/recording.h"

struct ct_pass_context {
	const struct ct_record_options *options;
	const char *collector; /* the library that recorded */
	const char *folder;    /* of the recording; files there are removed in the end */
	const char *trace;     /* FOLDER/trace.ctt: complete */
	const struct ct_ending *first; /* how the program ended when it was recorded */
};

/* How a run differs from the first one. */
struct ct_pass_run {
	const char *name;       /* of its folder in FOLDER: a word */
	const char *injection;  /* another library than the collector; NULL: that */
	const char *const *set; /* "NAME", "VALUE", ..., NULL; may be NULL */
	uint32_t confine_sms;   /* as in struct ct_session_page */
	gboolean whole;         /* no marker, duration or limit of bytes */
};

struct ct_pass {
	const char *name; /* as in messages */
	gboolean (*wanted)(const struct ct_record_options *);
	/* *SUMMARY, if set, is a line for the user, without a final newline; freed. */
	gboolean (*run)(const struct ct_pass_context *, char **summary, GError **);
};

extern const struct ct_pass ct_pass_curves;

/* Runs the program once more.  Returns its folder of spools and other files, for
 * ct_import(), which stays until the recording's is removed; NULL if it could not be run,
 * was interrupted, or ended otherwise than the first time. */
char *ct_pass_run(const struct ct_pass_context *, const struct ct_pass_run *, GError **);

/* Renames FILE (a path in the folder) to the output with SUFFIX instead of ".ctt". */
char *ct_pass_deliver(const struct ct_pass_context *, const char *file, const char *suffix,
		      GError **);

extern const struct ct_pass ct_pass_counters;

/* All passes that are wanted, in their order. */
void ct_passes_run(const struct ct_pass_context *);

/* Says on stderr "cotenant record: ...". */
void ct_record_say(const char *format, ...) G_GNUC_PRINTF(1, 2);

#endif
