/*
 * notes.h - what collectors wrote into their spools about themselves.
 *
 * The trace is made by ct_import(); this reads the same spools for the recorder's own
 * talk: whether there was anything to record, and what a collector says went wrong.
 * Spools are written by programs that may have been killed, so they are read as far as
 * they make sense and no further.
 */
#ifndef CT_CAPTURE_RECORD_NOTES_H
#define CT_CAPTURE_RECORD_NOTES_H

#include <glib.h>
#include <stdint.h>

struct ct_note {
	uint32_t pid;
	uint32_t code; /* enum ct_spool_note_code */
	int32_t result;
	int64_t time_ns;
	char *text; /* valid UTF-8; NULL: none */
};

struct ct_notes {
	GArray *note;              /* struct ct_note, spool by spool */
	uint32_t n_spools, n_open; /* open: without their end */
	uint32_t n_damaged;        /* not to be read, or not to their end */
	uint64_t n_kernels, n_launches, n_dropped, bytes;
};

/* Never fails: what cannot be read is counted as damaged. */
void ct_notes_read(struct ct_notes *, const char *folder);
void ct_notes_clear(struct ct_notes *);

/* The first note with CODE, or NULL. */
const struct ct_note *ct_notes_find(const struct ct_notes *, uint32_t code);

#endif
