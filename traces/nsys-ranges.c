/*
 * nsys-ranges - the NVTX ranges of an Nsight Systems database
 *
 * Push/pop and start/end ranges become markers of the thread that began them, and
 * marks become ranges of no length.  Other rows of NVTX_EVENTS name domains,
 * categories and payloads, which a trace has no place for.  A range that was open when
 * the report ended has no end; it is counted as skipped.
 */
#include "traces/nsys.h"

enum { START, END, TYPE, TEXT, TEXT_ID, TID, N_COLUMNS };

static const struct ct_sqlite_column range_column[N_COLUMNS] = {
	[START] = { "start", TRUE },     [END] = { "end", FALSE },
	[TYPE] = { "eventType", TRUE },  [TEXT] = { "text", FALSE },
	[TEXT_ID] = { "textId", FALSE }, [TID] = { "globalTid", FALSE },
};

/* Of ENUM_NSYS_EVENT_TYPE. */
enum { NVTX_MARK = 34, NVTX_PUSH_POP = 59, NVTX_START_END = 60 };

static gboolean range(struct ct_nsys *nsys, struct ct_sqlite_table *table, GError **error)
{
	GError *local = NULL;
	gint64 start, end, type, text_id, tid = 0;
	guint32 name = CT_NONE;
	const char *text;
	size_t length;

	if (!ct_sqlite_integer(table, START, G_MININT64, G_MAXINT64, &start, error) ||
	    !ct_sqlite_integer(table, END, G_MININT64, G_MAXINT64, &end, error) ||
	    !ct_sqlite_integer(table, TYPE, G_MININT64, G_MAXINT64, &type, error) ||
	    !ct_sqlite_integer(table, TEXT_ID, G_MININT64, G_MAXINT64, &text_id, error) ||
	    !ct_sqlite_integer(table, TID, G_MININT64, G_MAXINT64, &tid, error))
		return FALSE;
	if (type != NVTX_MARK && type != NVTX_PUSH_POP && type != NVTX_START_END)
		return TRUE;
	text = ct_sqlite_text(table, TEXT, &length);
	if (text)
		name = ct_assembler_string(nsys->out, text, length);
	else if (ct_sqlite_given(table, TEXT_ID))
		name = ct_nsys_intern(nsys, text_id, &local);
	if (local) {
		g_propagate_error(error, local);
		return FALSE;
	}
	if (type == NVTX_MARK)
		end = start;
	else if (!ct_sqlite_given(table, END))
		name = CT_NONE;
	if (name == CT_NONE) {
		ct_assembler_skip(nsys->out);
		return TRUE;
	}
	if (ct_assembler_marker(nsys->out, ct_nsys_process(tid), ct_nsys_thread(tid), name,
				start, end, error))
		return TRUE;
	return ct_sqlite_place(table, error);
}

gboolean ct_nsys_ranges(struct ct_nsys *nsys, GError **error)
{
	struct ct_sqlite_table table;
	GError *local = NULL;

	if (!ct_sqlite_has(nsys->in, "NVTX_EVENTS", NULL))
		return TRUE;
	if (!ct_sqlite_table_open(&table, nsys->in, "NVTX_EVENTS", range_column, N_COLUMNS,
				  error))
		return FALSE;
	while (ct_sqlite_next(&table, &local) && range(nsys, &table, &local))
		;
	ct_sqlite_table_close(&table);
	if (local)
		g_propagate_error(error, local);
	return local == NULL;
}
