/*
 * csv.h - reads comma-separated records as RFC 4180 has them, one at a time.
 *
 * Quoted fields may hold commas, quotes and line ends; lines end in LF or CRLF; the
 * file may be gzipped.  Memory is bounded by one record, and a record by
 * CT_CSV_RECORD_BYTES.
 */
#ifndef CT_TRACES_CSV_H
#define CT_TRACES_CSV_H

#include <glib.h>

#define CT_CSV_RECORD_BYTES (1u << 20)
#define CT_CSV_FIELDS       256u

struct ct_csv;
struct ct_csv *ct_csv_open(const char *path, GError **error);
void ct_csv_free(struct ct_csv *);

/* The next record's fields, NUL-terminated and valid until the next call; their number
 * in *N.  NULL at the end of the file, or on *ERROR (which must not be NULL).  Empty
 * lines are skipped. */
char *const *ct_csv_next(struct ct_csv *, unsigned *n, GError **error);

/* The line on which the last record began, from 1. */
guint64 ct_csv_line(const struct ct_csv *);

/* How much of the file was read, 0..1. */
double ct_csv_done(const struct ct_csv *);

#endif
