/*
 * recording.h - the folder that collectors write into, and its page of shared memory.
 *
 * What capture/session.h agrees on, from the recorder's side.  The folder is made beside
 * the trace to be, on the same file system, so that what was assembled in it only needs a
 * new name.  The page is written by other programs: what is read from it is taken for a
 * hint, and nothing waits for it without a limit.
 */
#ifndef CT_CAPTURE_RECORD_RECORDING_H
#define CT_CAPTURE_RECORD_RECORDING_H

#include <glib.h>

#include "capture/record/options.h"
#include "capture/session.h"

struct ct_recording {
	char *folder; /* absolute */
	struct ct_session_page *page;
	int64_t first_ns; /* CLOCK_MONOTONIC, when a collector was first seen; 0: not yet */
};

/* A folder TARGET.NUMBER.spools.  Fails with CT_EXIT_USAGE where none can be made. */
struct ct_recording *ct_recording_new(const char *target, const struct ct_record_options *,
				      GError **error);

/* Nothing called from now on is wanted; REASON is an enum ct_spool_note_code.  Only the
 * first to say so is heard.  Collectors are woken and have to write what they have. */
void ct_recording_stop(struct ct_recording *, uint32_t reason);

/* How long it has been going on: since the first collector came up, or since the marker
 * that it waits for; -1: not yet. */
int64_t ct_recording_elapsed_ns(struct ct_recording *);

/* Waits until all collectors in living processes have finished, LIMIT_MS at most. */
void ct_recording_drain(struct ct_recording *, int limit_ms);

/* Frees it; REMOVE: the folder goes with it. */
void ct_recording_free(struct ct_recording *, gboolean remove);

/* CLOCK_MONOTONIC. */
int64_t ct_recording_now_ns(void);

#endif
