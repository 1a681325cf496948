/*
 * why.h - one sentence on why nothing was recorded.
 *
 * A recorder that came back with nothing owes its user the reason and the way out.  The
 * collectors' own notes come first; where no collector came up at all, it is looked for
 * in what is here: the driver, the program, the options.
 */
#ifndef CT_CAPTURE_RECORD_WHY_H
#define CT_CAPTURE_RECORD_WHY_H

#include <glib.h>

#include "capture/record/notes.h"
#include "capture/record/options.h"

struct ct_why {
	const struct ct_record_options *options;
	const struct ct_notes *notes;
	const char *folder; /* of the spools */
	guint n_collectors; /* that came up */
	gboolean began;     /* the marker that was waited for came, or none was */
};

/* Whether there is nothing that a trace could be made of. */
gboolean ct_why_is_empty(const struct ct_notes *);

/* Whether that may be because what was written cannot be read: then it is to be kept. */
gboolean ct_why_is_damaged(const struct ct_notes *);

/* In lower case, without a final stop; freed by the caller. */
char *ct_why_nothing(const struct ct_why *);

/* What a collector's note means, with what to do; NULL: it needs no words. */
char *ct_why_note(const struct ct_note *);

#endif
