/*
 * nsys.h - what the parts of the Nsight Systems SQLite importer share.
 *
 * import-nsys-sqlite.c drives and reads device work, nsys-calls.c API calls,
 * nsys-ranges.c NVTX ranges, and nsys-target.c what is known about devices, streams,
 * processes and the clock.
 */
#ifndef CT_TRACES_NSYS_H
#define CT_TRACES_NSYS_H

#include "traces/assemble.h"
#include "traces/sqlite-table.h"

struct ct_nsys {
	struct ct_sqlite *in;
	struct ct_assembler *out;
	sqlite3_stmt *string_by_id; /* of StringIds; NULL: no such table */
	GHashTable *interned;       /* id in StringIds -> index in the trace */
	GHashTable *streams;        /* set of struct ct_nsys_stream that had work */
};

/* A stream as the database names it; equal without regard to the device. */
struct ct_nsys_stream {
	guint64 process;
	guint32 context, stream, device;
};

/* A globalPid or globalTid holds, from the top, hardware, virtual machine, process (24
 * bits) and thread (24 bits).  The process comes out with its pid in the low half. */
static inline guint64 ct_nsys_process(gint64 global)
{
	return ((guint64)global >> 24 & 0xffffff) | (guint64)global >> 48 << 32;
}

static inline guint64 ct_nsys_thread(gint64 global)
{
	return (guint64)global & 0xffffff;
}

/* String ID of the database, valid until the next call; NULL without *ERROR: none such. */
const char *ct_nsys_string(struct ct_nsys *, gint64 id, size_t *length, GError **error);

/* The same, interned: CT_NONE if there is none such, or on *ERROR. */
guint32 ct_nsys_intern(struct ct_nsys *, gint64 id, GError **error);

gboolean ct_nsys_calls(struct ct_nsys *, GError **error);
gboolean ct_nsys_ranges(struct ct_nsys *, GError **error);
gboolean ct_nsys_target(struct ct_nsys *, GError **error);

#endif
