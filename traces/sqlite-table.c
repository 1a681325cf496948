/*
 * sqlite-table - tables of a foreign database, column by column, row by row
 *
 * The columns of an exporter's tables come and go with its versions.  Every SELECT is
 * therefore built from what PRAGMA table_info says is there, with NULL in the place of
 * what is not; the readers see one fixed row.
 *
 * A crafted file can make SQLite run for ever (a view that recurses, pages that point
 * at each other).  Views and the like are switched off, and no table has more rows than
 * its file has bytes: whoever counts further is in a loop.
 */
#include "traces/sqlite-table.h"

#include <string.h>
#include <sys/stat.h>

#include "sim/base/error.h"

#define LONGEST_TEXT_BYTES (16 << 20)

static void distrust(sqlite3 *db)
{
	sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_VIEW, 0, NULL);
	sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
	sqlite3_limit(db, SQLITE_LIMIT_LENGTH, LONGEST_TEXT_BYTES);
}

gboolean ct_sqlite_fail(const struct ct_sqlite *in, const char *place, GError **error)
{
	ct_input_error(error, "%s: %s: %s", in->path, place, sqlite3_errmsg(in->db));
	return FALSE;
}

/* With immutable=1 SQLite does not look at a journal, and would miss what is in it. */
static gboolean refuse_journal(const char *path, GError **error)
{
	static const char *const suffixes[] = { "-wal", "-journal" };
	struct stat st;
	size_t i;

	for (i = 0; i < G_N_ELEMENTS(suffixes); i++) {
		g_autofree char *journal = g_strconcat(path, suffixes[i], NULL);

		if (stat(journal, &st) == 0 && st.st_size > 0) {
			ct_input_error(error, "%s: is still being written: %s is not empty",
				       path, journal);
			return FALSE;
		}
	}
	return TRUE;
}

struct ct_sqlite *ct_sqlite_open(const char *path, GError **error)
{
	g_autofree char *absolute = g_canonicalize_filename(path, NULL);
	g_autofree char *uri = g_filename_to_uri(absolute, NULL, error);
	g_autofree char *immutable = NULL;
	struct ct_sqlite *in;
	struct stat st;
	int code;

	if (!uri || !refuse_journal(path, error))
		return NULL;
	immutable = g_strconcat(uri, "?immutable=1", NULL);
	in = g_new0(struct ct_sqlite, 1);
	in->path = g_strdup(path);
	in->file_bytes = stat(path, &st) == 0 ? (guint64)st.st_size : 0;
	code = sqlite3_open_v2(immutable, &in->db, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI,
			       NULL);
	if (code == SQLITE_OK) {
		distrust(in->db);
		/* The first look at the file; an encrypted one fails here. */
		code = sqlite3_exec(in->db, "PRAGMA schema_version", NULL, NULL, NULL);
	}
	if (code == SQLITE_OK)
		return in;
	ct_sqlite_fail(in, "cannot open as a database", error);
	ct_sqlite_close(in);
	return NULL;
}

void ct_sqlite_close(struct ct_sqlite *in)
{
	if (!in)
		return;
	sqlite3_close(in->db);
	g_free(in->path);
	g_free(in);
}

gboolean ct_sqlite_has(const struct ct_sqlite *in, const char *table, const char *column)
{
	static const char query[] =
		"SELECT 1 FROM sqlite_master m, pragma_table_info(m.name) c "
		"WHERE m.type = 'table' AND m.sql NOT LIKE 'CREATE VIRTUAL%' "
		"AND m.name = ?1 AND (?2 IS NULL OR c.name = ?2)";
	sqlite3_stmt *statement = NULL;
	gboolean found = FALSE;

	if (sqlite3_prepare_v2(in->db, query, -1, &statement, NULL) == SQLITE_OK) {
		sqlite3_bind_text(statement, 1, table, -1, SQLITE_STATIC);
		sqlite3_bind_text(statement, 2, column, -1, SQLITE_STATIC);
		found = sqlite3_step(statement) == SQLITE_ROW;
	}
	sqlite3_finalize(statement);
	return found;
}

gboolean ct_sqlite_query_open(struct ct_sqlite_table *table, struct ct_sqlite *in,
			      const char *name, const char *query,
			      const struct ct_sqlite_column *column, unsigned n,
			      GError **error)
{
	*table = (struct ct_sqlite_table){
		.in = in, .name = name, .column = column, .n_columns = n
	};
	if (sqlite3_prepare_v2(in->db, query, -1, &table->statement, NULL) == SQLITE_OK)
		return TRUE;
	return ct_sqlite_fail(in, name, error);
}

gboolean ct_sqlite_table_open(struct ct_sqlite_table *table, struct ct_sqlite *in,
			      const char *name, const struct ct_sqlite_column *column,
			      unsigned n, GError **error)
{
	g_autoptr(GString) query = g_string_new("SELECT ");
	unsigned i;

	table->statement = NULL;
	for (i = 0; i < n; i++) {
		gboolean has = ct_sqlite_has(in, name, column[i].name);

		if (!has && column[i].required) {
			ct_input_error(error, "%s: table %s has no column %s", in->path,
				       name, column[i].name);
			return FALSE;
		}
		if (has)
			g_string_append_printf(query, "%s\"%s\"", i ? ", " : "",
					       column[i].name);
		else
			g_string_append_printf(query, "%sNULL", i ? ", " : "");
	}
	g_string_append_printf(query, " FROM \"%s\"", name);
	return ct_sqlite_query_open(table, in, name, query->str, column, n, error);
}

void ct_sqlite_table_close(struct ct_sqlite_table *table)
{
	sqlite3_finalize(table->statement);
	table->statement = NULL;
}

gboolean ct_sqlite_next(struct ct_sqlite_table *table, GError **error)
{
	int code = sqlite3_step(table->statement);

	if (code == SQLITE_ROW && table->row++ < table->in->file_bytes)
		return TRUE;
	if (code == SQLITE_ROW)
		ct_input_error(error, "%s: table %s: more rows than the file can hold",
			       table->in->path, table->name);
	else if (code != SQLITE_DONE)
		ct_input_error(error, "%s: table %s, after row %" G_GUINT64_FORMAT ": %s",
			       table->in->path, table->name, table->row,
			       sqlite3_errmsg(table->in->db));
	return FALSE;
}

gboolean ct_sqlite_place(const struct ct_sqlite_table *table, GError **error)
{
	g_prefix_error(error, "%s: table %s, row %" G_GUINT64_FORMAT ": ", table->in->path,
		       table->name, table->row);
	return FALSE;
}

gboolean ct_sqlite_given(const struct ct_sqlite_table *table, unsigned i)
{
	return sqlite3_column_type(table->statement, (int)i) != SQLITE_NULL;
}

static gboolean fail(const struct ct_sqlite_table *table, unsigned i, const char *why,
		     GError **error)
{
	ct_input_error(error, "%s: table %s, row %" G_GUINT64_FORMAT ": %s %s",
		       table->in->path, table->name, table->row, table->column[i].name,
		       why);
	return FALSE;
}

gboolean ct_sqlite_integer(const struct ct_sqlite_table *table, unsigned i, gint64 min,
			   gint64 max, gint64 *value, GError **error)
{
	gint64 v;

	switch (sqlite3_column_type(table->statement, (int)i)) {
	case SQLITE_NULL:
		return !table->column[i].required || fail(table, i, "is missing", error);
	case SQLITE_INTEGER:
		break;
	default:
		return fail(table, i, "is not an integer", error);
	}
	v = sqlite3_column_int64(table->statement, (int)i);
	if (v < min || v > max)
		return fail(table, i, "is out of range", error);
	*value = v;
	return TRUE;
}

gboolean ct_sqlite_u32(const struct ct_sqlite_table *table, unsigned i, guint32 *value,
		       GError **error)
{
	gint64 v = *value;

	if (!ct_sqlite_integer(table, i, 0, G_MAXUINT32, &v, error))
		return FALSE;
	*value = (guint32)v;
	return TRUE;
}

const char *ct_sqlite_text(const struct ct_sqlite_table *table, unsigned i, size_t *length)
{
	const char *s = (const char *)sqlite3_column_text(table->statement, (int)i);

	*length = s ? (size_t)sqlite3_column_bytes(table->statement, (int)i) : 0;
	return s;
}
