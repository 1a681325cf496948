/*
 * spool-reader.h - one spool, record by record, with nothing in it believed.
 *
 * What is handed out is whole: as long as its type is today, its text ended, its strings
 * and shapes among those before it.  Records of types that are not known are passed over.
 * A spool that stops inside a block, lacks one, or has no end was cut off: that is said
 * when it has been read, and what stands before is good.  All else that is wrong is damage
 * and fails with one sentence that names file, place and field (CT_EXIT_INPUT).
 *
 * Records are given in place, in a buffer of one block, each valid until the next call.
 */
#ifndef CT_TRACES_SPOOL_READER_H
#define CT_TRACES_SPOOL_READER_H

#include <glib.h>

#include "traces/spool.h"

struct ct_spool_reader;

struct ct_spool_reader *ct_spool_reader_open(const char *path, GError **error);
void ct_spool_reader_free(struct ct_spool_reader *);
const struct ct_spool_header *ct_spool_reader_header(const struct ct_spool_reader *);

/* NULL at the end or on *ERROR, which must not be NULL then. */
const struct ct_spool_record *ct_spool_reader_next(struct ct_spool_reader *,
						   GError **error);

/* Valid at the end.  NULL: it has its end; else one clause on what is missing. */
const char *ct_spool_reader_missing(const struct ct_spool_reader *);
/* The share of the file that has been read, 0..1. */
double ct_spool_reader_progress(const struct ct_spool_reader *);
/* Puts "FILE: at byte N: " before *ERROR: for who finds more amiss in the last record. */
void ct_spool_reader_place(const struct ct_spool_reader *, GError **error);

/* TRUE if the HEAD of a file is that of a spool. */
gboolean ct_spool_probe(const guint8 *head, size_t length);

#endif
