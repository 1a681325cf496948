/*
 * tempfile.h - a file that appears under its name only when it is complete.
 *
 * It is written beside its target and renamed over it.  A program that wants nothing
 * left behind when it is interrupted calls ct_tempfile_catch_signals() once.
 */
#ifndef CT_TRACES_TEMPFILE_H
#define CT_TRACES_TEMPFILE_H

#include <glib.h>

struct ct_tempfile {
	char *path;   /* exists, and is empty at first */
	char *target; /* what it is to become */
};

/* TARGET must be a regular file or not exist: a rename would replace a device node. */
struct ct_tempfile *ct_tempfile_new(const char *target, GError **error);

/* Both free the tempfile; a failed commit discards it. */
gboolean ct_tempfile_commit(struct ct_tempfile *, GError **error);
void ct_tempfile_discard(struct ct_tempfile *);

/* SIGINT, SIGTERM and SIGHUP remove all temporary files, then do what they always did. */
void ct_tempfile_catch_signals(void);

#endif
