/*
 * import-nsys-sqlite - the SQLite export of an Nsight Systems report
 *
 * Reads CUPTI_ACTIVITY_KIND_KERNEL, _MEMCPY and _MEMSET row by row; memory does not
 * grow with the tables.  Which columns there are depends on the version of nsys, so a
 * missing one means "unknown"; only times, device, stream and the kernel's name cannot
 * be missing.
 *
 * Kernels carry their shortName, without template arguments: it is what the summaries
 * of nsys count by.  Two instances of one template therefore share a name, but not a
 * shape.  Work of a green context is filed under the green context.
 */
#include <string.h>

#include "sim/base/error.h"
#include "traces/import.h"
#include "traces/nsys.h"

/* The columns that all device work has, and then those of each table. */
enum {
	START,
	END,
	DEVICE,
	CONTEXT,
	GREEN,
	STREAM,
	CORRELATION,
	PID,
	GRAPH_NODE,
	N_COMMON,
};

/* clang-format off */
#define COMMON                                                                              \
	[START] = { "start", TRUE }, [END] = { "end", TRUE },                               \
	[DEVICE] = { "deviceId", TRUE }, [CONTEXT] = { "contextId", FALSE },                \
	[GREEN] = { "greenContextId", FALSE }, [STREAM] = { "streamId", TRUE },             \
	[CORRELATION] = { "correlationId", FALSE }, [PID] = { "globalPid", FALSE },         \
	[GRAPH_NODE] = { "graphNodeId", FALSE }
/* clang-format on */

enum {
	SHORT_NAME = N_COMMON,
	LONG_NAME,
	GRID_X,
	GRID_Y,
	GRID_Z,
	BLOCK_X,
	BLOCK_Y,
	BLOCK_Z,
	CLUSTER_X,
	CLUSTER_Y,
	CLUSTER_Z,
	REGISTERS,
	SMEM_STATIC,
	SMEM_DYNAMIC,
	SMEM_EXECUTED,
	LOCAL_PER_THREAD,
	LAUNCH_TYPE,
	GRAPH,
	N_KERNEL,
};

static const struct ct_sqlite_column kernel_column[N_KERNEL] = {
	COMMON,
	[SHORT_NAME] = { "shortName", FALSE },
	[LONG_NAME] = { "demangledName", FALSE },
	[GRID_X] = { "gridX", FALSE },
	[GRID_Y] = { "gridY", FALSE },
	[GRID_Z] = { "gridZ", FALSE },
	[BLOCK_X] = { "blockX", FALSE },
	[BLOCK_Y] = { "blockY", FALSE },
	[BLOCK_Z] = { "blockZ", FALSE },
	[CLUSTER_X] = { "clusterX", FALSE },
	[CLUSTER_Y] = { "clusterY", FALSE },
	[CLUSTER_Z] = { "clusterZ", FALSE },
	[REGISTERS] = { "registersPerThread", FALSE },
	[SMEM_STATIC] = { "staticSharedMemory", FALSE },
	[SMEM_DYNAMIC] = { "dynamicSharedMemory", FALSE },
	[SMEM_EXECUTED] = { "sharedMemoryExecuted", FALSE },
	[LOCAL_PER_THREAD] = { "localMemoryPerThread", FALSE },
	[LAUNCH_TYPE] = { "launchType", FALSE },
	[GRAPH] = { "graphId", FALSE },
};

enum {
	BYTES = N_COMMON,
	COPY_KIND,
	SOURCE_KIND,
	TARGET_KIND,
	SOURCE_DEVICE,
	TARGET_DEVICE,
	N_COPY
};

static const struct ct_sqlite_column copy_column[N_COPY] = {
	COMMON,
	[BYTES] = { "bytes", FALSE },
	[COPY_KIND] = { "copyKind", FALSE },
	[SOURCE_KIND] = { "srcKind", FALSE },
	[TARGET_KIND] = { "dstKind", FALSE },
	[SOURCE_DEVICE] = { "srcDeviceId", FALSE },
	[TARGET_DEVICE] = { "dstDeviceId", FALSE },
};

static const struct ct_sqlite_column set_column[BYTES + 1] = {
	COMMON,
	[BYTES] = { "bytes", FALSE },
};

/* A table of device work, and what is in its rows beyond the common columns. */
struct work_table {
	const char *name;
	const struct ct_sqlite_column *column;
	unsigned n_columns;
	gboolean (*row)(struct ct_nsys *, struct ct_sqlite_table *, struct ct_work_item *,
			GError **);
};

const char *ct_nsys_string(struct ct_nsys *nsys, gint64 id, size_t *length, GError **error)
{
	sqlite3_stmt *lookup = nsys->string_by_id;
	const char *text;

	if (!lookup)
		return NULL;
	sqlite3_reset(lookup);
	sqlite3_bind_int64(lookup, 1, id);
	switch (sqlite3_step(lookup)) {
	case SQLITE_ROW:
		text = (const char *)sqlite3_column_text(lookup, 0);
		*length = text ? (size_t)sqlite3_column_bytes(lookup, 0) : 0;
		return text;
	case SQLITE_DONE:
		return NULL;
	default:
		ct_sqlite_fail(nsys->in, "table StringIds", error);
		return NULL;
	}
}

guint32 ct_nsys_intern(struct ct_nsys *nsys, gint64 id, GError **error)
{
	size_t length;
	const char *text;
	gpointer known;
	guint32 index;

	if (g_hash_table_lookup_extended(nsys->interned, &id, NULL, &known))
		return GPOINTER_TO_UINT(known);
	text = ct_nsys_string(nsys, id, &length, error);
	if (!text)
		return CT_NONE;
	index = ct_assembler_string(nsys->out, text, length);
	g_hash_table_insert(nsys->interned, g_memdup2(&id, sizeof(id)),
			    GUINT_TO_POINTER(index));
	return index;
}

static guint stream_hash(gconstpointer p)
{
	const struct ct_nsys_stream *s = p;

	return (guint)s->process * 0x9e3779b1u ^ s->context * 0x85ebca6bu ^ s->stream;
}

static gboolean stream_equal(gconstpointer a, gconstpointer b)
{
	const struct ct_nsys_stream *x = a, *y = b;

	return x->process == y->process && x->context == y->context &&
	       x->stream == y->stream;
}

static void note_stream(struct ct_nsys *nsys, const struct ct_work_item *work)
{
	struct ct_nsys_stream key = { work->process, work->context, work->stream,
				      work->device };

	if (!g_hash_table_contains(nsys->streams, &key))
		g_hash_table_add(nsys->streams, g_memdup2(&key, sizeof(key)));
}

static gboolean common(struct ct_sqlite_table *table, struct ct_work_item *work,
		       GError **error)
{
	gint64 pid, node = 0;
	guint32 green = 0;

	*work = (struct ct_work_item){ .process = UINT64_MAX, .context = CT_NONE };
	if (!ct_sqlite_integer(table, START, G_MININT64, G_MAXINT64, &work->start_ns,
			       error) ||
	    !ct_sqlite_integer(table, END, G_MININT64, G_MAXINT64, &work->end_ns, error) ||
	    !ct_sqlite_u32(table, DEVICE, &work->device, error) ||
	    !ct_sqlite_u32(table, CONTEXT, &work->context, error) ||
	    !ct_sqlite_u32(table, GREEN, &green, error) ||
	    !ct_sqlite_u32(table, STREAM, &work->stream, error) ||
	    !ct_sqlite_u32(table, CORRELATION, &work->correlation, error) ||
	    !ct_sqlite_integer(table, GRAPH_NODE, G_MININT64, G_MAXINT64, &node, error) ||
	    !ct_sqlite_integer(table, PID, G_MININT64, G_MAXINT64, &pid, error))
		return FALSE;
	if (ct_sqlite_given(table, PID))
		work->process = ct_nsys_process(pid);
	if (green)
		work->context = green;
	work->graph_node = (guint64)node;
	return TRUE;
}

/* N columns from FIRST, of at most MAX each; *GIVEN becomes FALSE if one is not there. */
static gboolean triple(struct ct_sqlite_table *table, unsigned first, gint64 max,
		       guint32 value[3], gboolean *given, GError **error)
{
	unsigned i;

	for (i = 0; i < 3; i++) {
		gint64 v = 0;

		if (!ct_sqlite_integer(table, first + i, 0, max, &v, error))
			return FALSE;
		value[i] = (guint32)v;
		*given = *given && ct_sqlite_given(table, first + i);
	}
	return TRUE;
}

static gboolean kernel_name(struct ct_nsys *nsys, struct ct_sqlite_table *table,
			    guint32 *name, GError **error)
{
	static const unsigned columns[] = { SHORT_NAME, LONG_NAME };
	g_autoptr(GError) local = NULL;
	gint64 id;
	unsigned i;

	*name = CT_NONE;
	for (i = 0; i < G_N_ELEMENTS(columns) && *name == CT_NONE; i++) {
		if (!ct_sqlite_given(table, columns[i]))
			continue;
		if (!ct_sqlite_integer(table, columns[i], 0, G_MAXINT64, &id, error))
			return FALSE;
		*name = ct_nsys_intern(nsys, id, &local);
		if (local) {
			g_propagate_error(error, g_steal_pointer(&local));
			return FALSE;
		}
	}
	if (*name != CT_NONE)
		return TRUE;
	ct_input_error(error,
		       "%s: table %s, row %" G_GUINT64_FORMAT
		       ": shortName names no string in StringIds",
		       nsys->in->path, table->name, table->row);
	return FALSE;
}

static gboolean kernel(struct ct_nsys *nsys, struct ct_sqlite_table *table,
		       struct ct_work_item *work, GError **error)
{
	struct ct_shape_record shape = { 0 };
	gboolean has_grid = TRUE, has_cluster = TRUE;
	gint64 registers = 0, launch_type = 0;
	guint32 cluster[3];
	unsigned i;

	if (!kernel_name(nsys, table, &shape.name, error) ||
	    !triple(table, GRID_X, G_MAXINT32, shape.grid, &has_grid, error) ||
	    !triple(table, BLOCK_X, G_MAXINT32, shape.block, &has_grid, error) ||
	    !triple(table, CLUSTER_X, G_MAXUINT16, cluster, &has_cluster, error) ||
	    !ct_sqlite_integer(table, REGISTERS, 0, G_MAXUINT16, &registers, error) ||
	    !ct_sqlite_u32(table, SMEM_STATIC, &shape.smem_static_bytes, error) ||
	    !ct_sqlite_u32(table, SMEM_DYNAMIC, &shape.smem_dynamic_bytes, error) ||
	    !ct_sqlite_u32(table, SMEM_EXECUTED, &shape.smem_executed_bytes, error) ||
	    !ct_sqlite_u32(table, LOCAL_PER_THREAD, &shape.local_per_thread_bytes, error) ||
	    !ct_sqlite_integer(table, LAUNCH_TYPE, 0, G_MAXINT32, &launch_type, error) ||
	    !ct_sqlite_u32(table, GRAPH, &work->graph, error))
		return FALSE;
	for (i = 0; i < 3; i++)
		shape.cluster[i] = (guint16)cluster[i];
	shape.registers = (guint16)registers;
	if (has_grid)
		shape.flags |= CT_SHAPE_HAS_GRID;
	if (ct_sqlite_given(table, REGISTERS))
		shape.flags |= CT_SHAPE_HAS_REGISTERS;
	if (ct_sqlite_given(table, SMEM_STATIC) && ct_sqlite_given(table, SMEM_DYNAMIC))
		shape.flags |= CT_SHAPE_HAS_SMEM;
	if (launch_type >= 2) /* cooperative, on one device or on several */
		shape.flags |= CT_SHAPE_COOPERATIVE;
	work->kind = CT_OP_KERNEL;
	work->shape = ct_assembler_shape(nsys->out, &shape);
	return TRUE;
}

/* CUPTI's copy kinds: arrays count as device memory, migrations as copies. */
static enum ct_copy direction(gint64 kind)
{
	static const guint8 by_kind[] = {
		[1] = CT_COPY_HTOD,  [2] = CT_COPY_DTOH,  [3] = CT_COPY_HTOD,
		[4] = CT_COPY_DTOH,  [5] = CT_COPY_DTOD,  [6] = CT_COPY_DTOD,
		[7] = CT_COPY_DTOD,  [8] = CT_COPY_DTOD,  [9] = CT_COPY_HTOH,
		[10] = CT_COPY_PTOP, [11] = CT_COPY_HTOD, [12] = CT_COPY_DTOH,
		[13] = CT_COPY_DTOD,
	};

	return kind < (gint64)G_N_ELEMENTS(by_kind) ? by_kind[kind] : CT_COPY_UNKNOWN;
}

static gboolean copy(struct ct_nsys *nsys, struct ct_sqlite_table *table,
		     struct ct_work_item *work, GError **error)
{
	enum { PAGEABLE = 0, UNKNOWN = 7 };
	gint64 bytes = 0, kind = 0, source = UNKNOWN, target = UNKNOWN;
	guint32 from = CT_NONE, to = CT_NONE;

	if (!ct_sqlite_integer(table, BYTES, 0, G_MAXINT64, &bytes, error) ||
	    !ct_sqlite_integer(table, COPY_KIND, 0, G_MAXINT32, &kind, error) ||
	    !ct_sqlite_integer(table, SOURCE_KIND, 0, G_MAXINT32, &source, error) ||
	    !ct_sqlite_integer(table, TARGET_KIND, 0, G_MAXINT32, &target, error) ||
	    !ct_sqlite_u32(table, SOURCE_DEVICE, &from, error) ||
	    !ct_sqlite_u32(table, TARGET_DEVICE, &to, error))
		return FALSE;
	work->kind = CT_OP_MEMCPY;
	work->copy = (guint8)direction(kind);
	work->bytes = (guint64)bytes;
	if (work->copy == CT_COPY_DTOD && from != CT_NONE && to != CT_NONE && from != to)
		work->copy = CT_COPY_PTOP;
	if (source == PAGEABLE || target == PAGEABLE)
		work->flags |= CT_OP_PAGEABLE;
	return TRUE;
}

static gboolean set(struct ct_nsys *nsys, struct ct_sqlite_table *table,
		    struct ct_work_item *work, GError **error)
{
	gint64 bytes = 0;

	work->kind = CT_OP_MEMSET;
	if (!ct_sqlite_integer(table, BYTES, 0, G_MAXINT64, &bytes, error))
		return FALSE;
	work->bytes = (guint64)bytes;
	return TRUE;
}

static const struct work_table work_tables[] = {
	{ "CUPTI_ACTIVITY_KIND_KERNEL", kernel_column, N_KERNEL, kernel },
	{ "CUPTI_ACTIVITY_KIND_MEMCPY", copy_column, N_COPY, copy },
	{ "CUPTI_ACTIVITY_KIND_MEMSET", set_column, BYTES + 1, set },
};

static gboolean device_work(struct ct_nsys *nsys, const struct work_table *kind,
			    GError **error)
{
	struct ct_sqlite_table table;
	struct ct_work_item work;
	GError *local = NULL;

	if (!ct_sqlite_has(nsys->in, kind->name, NULL))
		return TRUE;
	if (!ct_sqlite_table_open(&table, nsys->in, kind->name, kind->column,
				  kind->n_columns, error))
		return FALSE;
	while (ct_sqlite_next(&table, &local)) {
		if (!common(&table, &work, &local) ||
		    !kind->row(nsys, &table, &work, &local))
			break;
		if (!ct_assembler_work(nsys->out, &work, &local)) {
			ct_sqlite_place(&table, &local);
			break;
		}
		note_stream(nsys, &work);
	}
	ct_sqlite_table_close(&table);
	if (local)
		g_propagate_error(error, local);
	return local == NULL;
}

static gboolean all_tables(struct ct_nsys *nsys, void (*progress)(double done, void *data),
			   void *data, GError **error)
{
	size_t i;

	if (!ct_sqlite_has(nsys->in, "CUPTI_ACTIVITY_KIND_KERNEL", NULL)) {
		ct_input_error(
			error,
			"%s: has no table CUPTI_ACTIVITY_KIND_KERNEL: the report holds "
			"no GPU kernels",
			nsys->in->path);
		return FALSE;
	}
	if (ct_sqlite_has(nsys->in, "StringIds", "value") &&
	    sqlite3_prepare_v2(nsys->in->db, "SELECT value FROM StringIds WHERE id = ?1",
			       -1, &nsys->string_by_id, NULL) != SQLITE_OK)
		return ct_sqlite_fail(nsys->in, "table StringIds", error);
	for (i = 0; i < G_N_ELEMENTS(work_tables); i++) {
		if (!device_work(nsys, &work_tables[i], error))
			return FALSE;
		if (progress)
			progress(0.2 * (double)(i + 1), data);
	}
	if (!ct_nsys_calls(nsys, error))
		return FALSE;
	if (progress)
		progress(0.8, data);
	return ct_nsys_ranges(nsys, error) && ct_nsys_target(nsys, error);
}

static gboolean run(const char *path, struct ct_assembler *out,
		    void (*progress)(double done, void *data), void *data, GError **error)
{
	struct ct_nsys nsys = { .out = out };
	gboolean ok;

	nsys.in = ct_sqlite_open(path, error);
	if (!nsys.in)
		return FALSE;
	nsys.interned = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
	nsys.streams = g_hash_table_new_full(stream_hash, stream_equal, g_free, NULL);
	ok = all_tables(&nsys, progress, data, error);
	g_hash_table_destroy(nsys.streams);
	g_hash_table_destroy(nsys.interned);
	sqlite3_finalize(nsys.string_by_id);
	ct_sqlite_close(nsys.in);
	return ok;
}

static gboolean probe(const char *path, const guint8 *head, size_t length)
{
	static const char magic[] = "SQLite format 3"; /* and its NUL */

	return length >= sizeof(magic) && !memcmp(head, magic, sizeof(magic));
}

const struct ct_importer ct_import_nsys_sqlite = {
	.name = "nsys-sqlite",
	.summary = "an Nsight Systems report, exported to SQLite",
	.probe = probe,
	.run = run,
};
