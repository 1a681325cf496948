/*
 * summary.h - what a recording brought, in a few lines.
 */
#ifndef CT_CAPTURE_RECORD_SUMMARY_H
#define CT_CAPTURE_RECORD_SUMMARY_H

#include <glib.h>

#include "capture/record/notes.h"
#include "capture/record/options.h"
#include "traces/import.h"

struct ct_summary {
	const struct ct_record_options *options;
	const struct ct_import_summary *import;
	const struct ct_notes *notes;
};

/* Says on stderr what is in TRACE, which is to be called options->output: how much, how
 * many requests and how to replay them, whether it may stand for isolated work, and what
 * the collectors had to tell. */
gboolean ct_summary_say(const struct ct_summary *, const char *trace, GError **error);

#endif
