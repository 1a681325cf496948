/*
 * table.h - a CSV file of measurements, whole, by the names of its columns.
 *
 * Strict: the first record names the columns; a record with another number of fields, a
 * column that is asked for and not there, and a field that is no number where one is
 * needed are errors that name file, line and column.  Columns may have the same name;
 * the N-th is "NAME.N" (from 2).
 */
#ifndef CT_GROUND_TRUTH_TABLE_H
#define CT_GROUND_TRUTH_TABLE_H

#include <glib.h>

struct table;

struct table *table_read(const char *path, GError **error);
void table_free(struct table *);

guint table_rows(const struct table *);

/* -1 and *ERROR if there is none. */
int table_column(const struct table *, const char *name, GError **error);
gboolean table_columns(const struct table *, const char *const *name, size_t n, int *column,
		       GError **error);
const char *table_text(const struct table *, guint row, int column);

/* NaN and *ERROR (if it is not set yet) unless the field is a finite number. */
double table_number(const struct table *, guint row, int column, GError **error);

/* The same, of a field that must be above 0: a duration, a rate. */
double table_positive(const struct table *, guint row, int column, GError **error);

#endif
