/*
 * nsys-calls - the API calls of an Nsight Systems database
 *
 * A row of CUPTI_ACTIVITY_KIND_RUNTIME says who called what and when, but not on what:
 * the stream or event of a synchronisation, and the address of an allocation, are in
 * tables of their own under the same correlation.  SQLite joins them, through
 * transient indexes that it may spill to a temporary file, so nothing is held here.
 *
 * Some reports hold a call twice: once more with its call stack, which is taken a
 * little outside the call and has an event class of its own, or as runtime and as
 * driver call under one correlation.  The former are passed over; of the latter, which
 * meet because rows come sorted, only the outermost is taken.
 *
 * DANGER: cudaEventRecord has its event only in reports taken with --cuda-event-trace;
 * in all others a wait names an event that nobody recorded.
 */
#include <string.h>

#include "sim/base/error.h"
#include "traces/api-call.h"
#include "traces/nsys.h"

enum {
	START,
	END,
	TID,
	CORRELATION,
	NAME,
	RESULT,
	CLASS,
	SYNC_DEVICE,
	SYNC_CONTEXT,
	SYNC_STREAM,
	SYNC_EVENT,
	RECORD_DEVICE,
	RECORD_CONTEXT,
	RECORD_STREAM,
	RECORD_EVENT,
	ADDRESS,
	BYTES,
	N_COLUMNS,
};

static const struct ct_sqlite_column call_column[N_COLUMNS] = {
	[START] = { "start", TRUE },
	[END] = { "end", TRUE },
	[TID] = { "globalTid", FALSE },
	[CORRELATION] = { "correlationId", FALSE },
	[NAME] = { "nameId", TRUE },
	[RESULT] = { "returnValue", FALSE },
	[CLASS] = { "eventClass", FALSE },
	[SYNC_DEVICE] = { "deviceId", FALSE },
	[SYNC_CONTEXT] = { "contextId", FALSE },
	[SYNC_STREAM] = { "streamId", FALSE },
	[SYNC_EVENT] = { "eventId", FALSE },
	[RECORD_DEVICE] = { "deviceId", FALSE },
	[RECORD_CONTEXT] = { "contextId", FALSE },
	[RECORD_STREAM] = { "streamId", FALSE },
	[RECORD_EVENT] = { "eventId", FALSE },
	[ADDRESS] = { "address", FALSE },
	[BYTES] = { "bytes", FALSE },
};

/* Of ENUM_NSYS_EVENT_CLASS: a call stack, not a call. */
#define CUDA_BACKTRACE 67

/* Where the columns of the joined row come from. */
static const struct source {
	const char *table, *alias;
	unsigned first, n;
} sources[] = {
	{ "CUPTI_ACTIVITY_KIND_RUNTIME", "r", START, 7 },
	{ "CUPTI_ACTIVITY_KIND_SYNCHRONIZATION", "s", SYNC_DEVICE, 4 },
	{ "CUPTI_ACTIVITY_KIND_CUDA_EVENT", "e", RECORD_DEVICE, 4 },
	{ "CUDA_GPU_MEMORY_USAGE_EVENTS", "m", ADDRESS, 2 },
};

static gboolean can_join(const struct ct_nsys *nsys, const struct source *source)
{
	return source == sources ||
	       (ct_sqlite_has(nsys->in, source->table, "correlationId") &&
		ct_sqlite_has(nsys->in, source->table, "globalPid") &&
		ct_sqlite_has(nsys->in, sources->table, "correlationId") &&
		ct_sqlite_has(nsys->in, sources->table, "globalTid"));
}

static char *call_query(const struct ct_nsys *nsys)
{
	g_autoptr(GString) columns = g_string_new("SELECT ");
	g_autoptr(GString) from = g_string_new(" FROM ");
	const char *calls = sources[0].alias;
	size_t i;
	unsigned k;

	for (i = 0; i < G_N_ELEMENTS(sources); i++) {
		const struct source *source = &sources[i];
		gboolean joined = can_join(nsys, source);

		for (k = source->first; k < source->first + source->n; k++) {
			const char *name = call_column[k].name;

			if (joined && ct_sqlite_has(nsys->in, source->table, name))
				g_string_append_printf(columns, "%s%s.\"%s\" AS c%u",
						       k ? ", " : "", source->alias, name,
						       k);
			else
				g_string_append_printf(columns, "%sNULL AS c%u",
						       k ? ", " : "", k);
		}
		if (i == 0)
			g_string_append_printf(from, "%s %s", source->table, source->alias);
		else if (joined)
			g_string_append_printf(
				from,
				" LEFT JOIN %s %s ON %s.correlationId = %s.correlationId"
				" AND %s.globalPid >> 24 = %s.globalTid >> 24",
				source->table, source->alias, source->alias, calls,
				source->alias, calls);
	}
	g_string_append_printf(from, " ORDER BY c%u >> 24, c%u, c%u, c%u DESC", TID,
			       CORRELATION, START, END);
	return g_strconcat(columns->str, from->str, NULL);
}

/* What string NAME of the database is as a call; NULL: nothing a trace keeps, or
 * *ERROR.  Remembered, as few names stand for many rows. */
static const struct ct_api_call *call_kind(struct ct_nsys *nsys, GHashTable *known,
					   gint64 name, GError **error)
{
	struct ct_api_call *kind;
	const char *text;
	gpointer found;
	size_t length;

	if (g_hash_table_lookup_extended(known, &name, NULL, &found))
		return found;
	kind = g_new0(struct ct_api_call, 1);
	text = ct_nsys_string(nsys, name, &length, error);
	if (!text || !ct_api_call(text, length, kind))
		g_clear_pointer(&kind, g_free);
	g_hash_table_insert(known, g_memdup2(&name, sizeof(name)), kind);
	return kind;
}

/* Where a call acts, from FIRST: device, context, stream and event. */
static gboolean target(const struct ct_sqlite_table *table, unsigned first,
		       struct ct_call *call, GError **error)
{
	gint64 event = 0;

	if (!ct_sqlite_given(table, first))
		return TRUE;
	if (!ct_sqlite_u32(table, first, &call->device, error) ||
	    !ct_sqlite_u32(table, first + 1, &call->context, error) ||
	    !ct_sqlite_u32(table, first + 2, &call->stream, error) ||
	    !ct_sqlite_integer(table, first + 3, G_MININT64, G_MAXINT64, &event, error))
		return FALSE;
	call->handle = (guint64)event;
	return TRUE;
}

static gboolean call_row(const struct ct_sqlite_table *table,
			 const struct ct_api_call *kind, struct ct_call *call,
			 GError **error)
{
	gint64 tid = 0, address = 0, bytes = 0;

	*call = (struct ct_call){
		.kind = kind->kind,
		.flags = kind->flags,
		.keep = kind->keep,
		.device = CT_NONE,
		.context = CT_NONE,
		.stream = CT_NONE,
	};
	if (!ct_sqlite_integer(table, START, G_MININT64, G_MAXINT64, &call->start_ns,
			       error) ||
	    !ct_sqlite_integer(table, END, G_MININT64, G_MAXINT64, &call->end_ns, error) ||
	    !ct_sqlite_integer(table, TID, G_MININT64, G_MAXINT64, &tid, error) ||
	    !ct_sqlite_u32(table, CORRELATION, &call->correlation, error))
		return FALSE;
	call->process = ct_nsys_process(tid);
	call->thread = ct_nsys_thread(tid);
	switch (kind->kind) {
	case CT_OP_EVENT_RECORD:
		return target(table, RECORD_DEVICE, call, error);
	case CT_OP_EVENT_WAIT:
	case CT_OP_EVENT_SYNC:
	case CT_OP_STREAM_SYNC:
	case CT_OP_DEVICE_SYNC:
		if (!target(table, SYNC_DEVICE, call, error))
			return FALSE;
		if (kind->kind == CT_OP_STREAM_SYNC || kind->kind == CT_OP_DEVICE_SYNC)
			call->handle = 0;
		return TRUE;
	case CT_OP_ALLOC:
	case CT_OP_FREE:
		if (!ct_sqlite_integer(table, ADDRESS, G_MININT64, G_MAXINT64, &address,
				       error) ||
		    !ct_sqlite_integer(table, BYTES, 0, G_MAXINT64, &bytes, error))
			return FALSE;
		call->handle = (guint64)address;
		call->bytes = (guint64)bytes;
		return TRUE;
	default:
		return TRUE;
	}
}

/* TRUE if the row is the same call as the one before it. */
static gboolean repeats(const struct ct_call *call, const struct ct_call *last)
{
	return call->correlation && call->correlation == last->correlation &&
	       call->process == last->process;
}

static gboolean read_calls(struct ct_nsys *nsys, struct ct_sqlite_table *table,
			   GHashTable *known, GError **error)
{
	struct ct_call call, last = { 0 };
	GError *local = NULL;

	while (ct_sqlite_next(table, &local)) {
		const struct ct_api_call *kind;
		gint64 name = 0, result = 0, class = 0;

		if (!ct_sqlite_integer(table, NAME, G_MININT64, G_MAXINT64, &name,
				       &local) ||
		    !ct_sqlite_integer(table, RESULT, G_MININT64, G_MAXINT64, &result,
				       &local) ||
		    !ct_sqlite_integer(table, CLASS, G_MININT64, G_MAXINT64, &class,
				       &local))
			break;
		if (class == CUDA_BACKTRACE)
			continue;
		kind = call_kind(nsys, known, name, &local);
		if (local)
			break;
		if (!kind || result != 0) /* a call that failed ordered nothing */
			continue;
		if (!call_row(table, kind, &call, &local))
			break;
		if (repeats(&call, &last))
			continue;
		if (!ct_assembler_call(nsys->out, &call, &local)) {
			ct_sqlite_place(table, &local);
			break;
		}
		last = call;
	}
	if (local)
		g_propagate_error(error, local);
	return local == NULL;
}

gboolean ct_nsys_calls(struct ct_nsys *nsys, GError **error)
{
	const char *name = sources[0].table;
	g_autofree char *query = NULL;
	struct ct_sqlite_table table;
	GHashTable *known;
	unsigned i;
	gboolean ok;

	if (!ct_sqlite_has(nsys->in, name, NULL))
		return TRUE;
	for (i = 0; i <= CLASS; i++) {
		if (call_column[i].required &&
		    !ct_sqlite_has(nsys->in, name, call_column[i].name)) {
			ct_input_error(error, "%s: table %s has no column %s",
				       nsys->in->path, name, call_column[i].name);
			return FALSE;
		}
	}
	query = call_query(nsys);
	if (!ct_sqlite_query_open(&table, nsys->in, name, query, call_column, N_COLUMNS,
				  error))
		return FALSE;
	known = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, g_free);
	ok = read_calls(nsys, &table, known, error);
	g_hash_table_destroy(known);
	ct_sqlite_table_close(&table);
	return ok;
}
