/*
 * sqlite-table.h - reads the tables of a database whose schema is known in part only.
 *
 * A reader names the columns it can use; those a table lacks read as NULL.  The
 * database is opened as immutable, so nothing beside it is created or changed, and
 * it is not trusted: views, triggers and virtual tables are not followed, rows are
 * counted against the size of the file, and every value is checked for type and range.
 */
#ifndef CT_TRACES_SQLITE_TABLE_H
#define CT_TRACES_SQLITE_TABLE_H

#include <glib.h>
#include <sqlite3.h>

struct ct_sqlite {
	sqlite3 *db;
	char *path;
	guint64 file_bytes;
};

struct ct_sqlite_column {
	const char *name;
	gboolean required; /* missing column or NULL in a row: an error */
};

/* A table being read, or a query that was written out. */
struct ct_sqlite_table {
	struct ct_sqlite *in;
	const char *name;
	const struct ct_sqlite_column *column;
	unsigned n_columns;
	sqlite3_stmt *statement;
	guint64 row; /* from 1 */
};

struct ct_sqlite *ct_sqlite_open(const char *path, GError **error);
void ct_sqlite_close(struct ct_sqlite *);

/* Fails a step of SQLite itself, in its words. */
gboolean ct_sqlite_fail(const struct ct_sqlite *, const char *place, GError **error);

/* TRUE if there is an ordinary table of that name (and, if COLUMN, such a column). */
gboolean ct_sqlite_has(const struct ct_sqlite *, const char *table, const char *column);

/* Starts reading TABLE; the row's columns are COLUMN[0..N-1]. */
gboolean ct_sqlite_table_open(struct ct_sqlite_table *, struct ct_sqlite *,
			      const char *table, const struct ct_sqlite_column *column,
			      unsigned n, GError **);

/* The same over a query of ours that selects COLUMN[0..N-1] in that order. */
gboolean ct_sqlite_query_open(struct ct_sqlite_table *, struct ct_sqlite *,
			      const char *table, const char *query,
			      const struct ct_sqlite_column *column, unsigned n, GError **);
void ct_sqlite_table_close(struct ct_sqlite_table *);

/* The next row.  FALSE at the end, or on *ERROR (which must not be NULL). */
gboolean ct_sqlite_next(struct ct_sqlite_table *, GError **error);

/* Puts the file, the table and this row before a message from elsewhere; FALSE. */
gboolean ct_sqlite_place(const struct ct_sqlite_table *, GError **error);

/* TRUE if column I of this row is there and not NULL. */
gboolean ct_sqlite_given(const struct ct_sqlite_table *, unsigned i);

/* Column I as an integer from MIN to MAX; *VALUE stays as it is where it is NULL and
 * not required. */
gboolean ct_sqlite_integer(const struct ct_sqlite_table *, unsigned i, gint64 min,
			   gint64 max, gint64 *value, GError **error);

/* The same for fields of 32 bits. */
gboolean ct_sqlite_u32(const struct ct_sqlite_table *, unsigned i, guint32 *value,
		       GError **error);

/* Column I as text, valid until the next row; NULL if it is NULL. */
const char *ct_sqlite_text(const struct ct_sqlite_table *, unsigned i, size_t *length);

#endif
