/*
 * confined.h - whether a run was on so many SMs, by its own records.
 *
 * The collector asks the driver for green contexts, and no answer to that says where a
 * kernel will run.  But every kernel is recorded with its context, and every green context
 * with its number of SMs: a run counts if all of its kernels, in all of its processes,
 * were of contexts with that number, and there was one at all.
 */
#ifndef CT_CAPTURE_RECORD_CONFINED_H
#define CT_CAPTURE_RECORD_CONFINED_H

#include <glib.h>
#include <stdint.h>

/* Reads the spools in FOLDER.  FALSE with a sentence on what ran elsewhere, and what a
 * collector noted about it, if any kernel did or none was. */
gboolean ct_confined_check(const char *folder, uint32_t sms, GError **error);

#endif
