/*
 * recording.h - the folder of a recording, as `cotenant-record` makes it, and what is in
 * its spools afterwards, as lines that a test can compare.
 */
#ifndef CT_TESTS_CAPTURE_RECORDING_H
#define CT_TESTS_CAPTURE_RECORDING_H

#include <glib.h>

#include "capture/session.h"

struct ct_recording {
	char *folder;
	struct ct_session_page *page; /* shared, as everybody sees it */
};

/* A new folder, named in the environment of this process and its children. */
void ct_recording_init(struct ct_recording *);
void ct_recording_clear(struct ct_recording *);

/* The spools in it, by name; to be freed with g_strfreev(). */
char **ct_recording_spools(const struct ct_recording *);

/*
 * What this process has written, handed over to its file: lines of markers, notes, nodes
 * and edges in the order they stand in, "KIND DOMAIN: NAME #RANGE" and so on.  THREAD, if
 * not 0: only the markers of this one.
 */
GPtrArray *ct_recording_lines(const char *spool, uint32_t thread);

/* Hands over what this process has kept in memory, and the path of its spool. */
char *ct_recording_flush(const struct ct_recording *);

#endif
