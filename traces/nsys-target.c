/*
 * nsys-target - devices, streams, processes and clock of an Nsight Systems database
 *
 * Only what did work in the report is described: a machine has more devices and
 * streams than a program uses.  Device properties stand in TARGET_INFO_GPU since 2021,
 * and before in TARGET_INFO_CUDA_GPU, under other names and in other units.
 *
 * DANGER: neither table has the memory clock and the bus width, only the bandwidth, for
 * which the trace has no field; a device file has to say it.
 */
#include <string.h>

#include "traces/nsys.h"

enum {
	ID,
	NAME,
	MEMORY,
	L2,
	CLOCK,
	SMS,
	CC_MAJOR,
	CC_MINOR,
	WARP_SIZE,
	WARPS_PER_SM,
	REGS_PER_SM,
	SMEM_PER_SM,
	SMEM_OPTIN,
	N_DEVICE
};

static const struct ct_sqlite_column device_column[N_DEVICE] = {
	[ID] = { "cuDevice", FALSE },
	[NAME] = { "name", FALSE },
	[MEMORY] = { "totalMemory", FALSE },
	[L2] = { "l2CacheSize", FALSE },
	[CLOCK] = { "clockRate", FALSE },
	[SMS] = { "smCount", FALSE },
	[CC_MAJOR] = { "computeMajor", FALSE },
	[CC_MINOR] = { "computeMinor", FALSE },
	[WARP_SIZE] = { "threadsPerWarp", FALSE },
	[WARPS_PER_SM] = { "maxWarpsPerSm", FALSE },
	[REGS_PER_SM] = { "maxRegistersPerSm", FALSE },
	[SMEM_PER_SM] = { "maxShmemPerSm", FALSE },
	[SMEM_OPTIN] = { "maxShmemPerBlockOptin", FALSE },
};

static const struct ct_sqlite_column old_device_column[N_DEVICE] = {
	[ID] = { "deviceId", FALSE },
	[NAME] = { "name", FALSE },
	[MEMORY] = { "globalMemorySize", FALSE },
	[L2] = { "l2CacheSize", FALSE },
	[CLOCK] = { "coreClockRate", FALSE },
	[SMS] = { "numMultiprocessors", FALSE },
	[CC_MAJOR] = { "computeCapabilityMajor", FALSE },
	[CC_MINOR] = { "computeCapabilityMinor", FALSE },
	[WARP_SIZE] = { "numThreadsPerWarp", FALSE },
	[WARPS_PER_SM] = { "maxWarpsPerMultiprocessor", FALSE },
	[REGS_PER_SM] = { "maxRegistersPerMultiprocessor", FALSE },
	[SMEM_PER_SM] = { "maxSharedMemoryPerMultiprocessor", FALSE },
	[SMEM_OPTIN] = { "maxSharedMemoryPerBlockOptin", FALSE },
};

/* Where devices are described, the fullest first; the last has no more than names. */
static const struct device_table {
	const char *name, *marked_by; /* taken if it has this column */
	const struct ct_sqlite_column *column;
	gint64 clock_per_khz;
} device_tables[] = {
	{ "TARGET_INFO_GPU", "smCount", device_column, 1000 },
	{ "TARGET_INFO_CUDA_GPU", "numMultiprocessors", old_device_column, 1 },
	{ "TARGET_INFO_GPU", "deviceId", old_device_column, 1 },
};

/* Calls ROW for every row of a table; a table that is not there has none. */
static gboolean each(struct ct_nsys *nsys, const char *name,
		     const struct ct_sqlite_column *column, unsigned n,
		     gboolean (*row)(struct ct_nsys *, const struct ct_sqlite_table *,
				     void *, GError **),
		     void *data, GError **error)
{
	struct ct_sqlite_table table;
	GError *local = NULL;

	if (!ct_sqlite_has(nsys->in, name, NULL))
		return TRUE;
	if (!ct_sqlite_table_open(&table, nsys->in, name, column, n, error))
		return FALSE;
	while (ct_sqlite_next(&table, &local) && row(nsys, &table, data, &local))
		;
	ct_sqlite_table_close(&table);
	if (local)
		g_propagate_error(error, local);
	return local == NULL;
}

struct devices {
	const struct device_table *from;
	GHashTable *seen; /* ids of devices that had work and are not described yet */
};

static gboolean device(struct ct_nsys *nsys, const struct ct_sqlite_table *table,
		       void *data, GError **error)
{
	struct devices *devices = data;
	struct ct_device_record record = { .id = CT_NONE,
					   .name = CT_NONE,
					   .vendor = CT_VENDOR_NVIDIA };
	gint64 memory = 0, clock = 0;
	guint32 warps = 0;
	const char *name;
	size_t length;

	if (!ct_sqlite_u32(table, ID, &record.id, error) ||
	    !ct_sqlite_integer(table, MEMORY, 0, G_MAXINT64, &memory, error) ||
	    !ct_sqlite_u32(table, L2, &record.l2_bytes, error) ||
	    !ct_sqlite_integer(table, CLOCK, 0, G_MAXUINT32, &clock, error) ||
	    !ct_sqlite_u32(table, SMS, &record.sms, error) ||
	    !ct_sqlite_u32(table, CC_MAJOR, &record.cc_major, error) ||
	    !ct_sqlite_u32(table, CC_MINOR, &record.cc_minor, error) ||
	    !ct_sqlite_u32(table, WARP_SIZE, &record.warp_size, error) ||
	    !ct_sqlite_u32(table, WARPS_PER_SM, &warps, error) ||
	    !ct_sqlite_u32(table, REGS_PER_SM, &record.regs_per_sm, error) ||
	    !ct_sqlite_u32(table, SMEM_PER_SM, &record.smem_per_sm_bytes, error) ||
	    !ct_sqlite_u32(table, SMEM_OPTIN, &record.smem_per_block_optin_bytes, error))
		return FALSE;
	if (!g_hash_table_remove(devices->seen, GUINT_TO_POINTER(record.id)))
		return TRUE;
	record.memory_bytes = (guint64)memory;
	record.clock_khz = (guint32)(clock / devices->from->clock_per_khz);
	record.threads_per_sm = warps * record.warp_size;
	name = ct_sqlite_text(table, NAME, &length);
	if (name)
		record.name = ct_assembler_string(nsys->out, name, length);
	ct_assembler_device(nsys->out, &record);
	return TRUE;
}

static gboolean describe_devices(struct ct_nsys *nsys, GError **error)
{
	struct devices devices = { .seen = g_hash_table_new(NULL, NULL) };
	const struct ct_nsys_stream *stream;
	gboolean ok = TRUE;
	GHashTableIter i;
	gpointer key;
	size_t k;

	g_hash_table_iter_init(&i, nsys->streams);
	while (g_hash_table_iter_next(&i, &key, NULL)) {
		stream = key;
		g_hash_table_add(devices.seen, GUINT_TO_POINTER(stream->device));
	}
	for (k = 0; ok && k < G_N_ELEMENTS(device_tables); k++) {
		devices.from = &device_tables[k];
		if (ct_sqlite_has(nsys->in, devices.from->name, devices.from->marked_by))
			ok = each(nsys, devices.from->name, devices.from->column, N_DEVICE,
				  device, &devices, error);
	}
	g_hash_table_iter_init(&i, devices.seen);
	while (ok && g_hash_table_iter_next(&i, &key, NULL)) {
		struct ct_device_record record = { .id = GPOINTER_TO_UINT(key),
						   .name = CT_NONE,
						   .vendor = CT_VENDOR_NVIDIA };

		ct_assembler_device(nsys->out, &record);
	}
	g_hash_table_destroy(devices.seen);
	return ok;
}

enum { STREAM, CONTEXT, PROCESS, MACHINE, PRIORITY, FLAG, N_STREAM };

static const struct ct_sqlite_column stream_column[N_STREAM] = {
	[STREAM] = { "streamId", FALSE },   [CONTEXT] = { "contextId", FALSE },
	[PROCESS] = { "processId", FALSE }, [MACHINE] = { "vmId", FALSE },
	[PRIORITY] = { "priority", FALSE }, [FLAG] = { "flag", FALSE },
};

static gboolean stream(struct ct_nsys *nsys, const struct ct_sqlite_table *table,
		       void *data, GError **error)
{
	enum { NON_BLOCKING = 2, NULL_STREAM = 3 }; /* of ENUM_CUPTI_STREAM_TYPE */
	struct ct_nsys_stream key = { 0 };
	const struct ct_nsys_stream *found;
	gint64 process = 0, machine = 0, priority = 0, flag = 0;
	guint32 flags = 0;

	if (!ct_sqlite_u32(table, STREAM, &key.stream, error) ||
	    !ct_sqlite_u32(table, CONTEXT, &key.context, error) ||
	    !ct_sqlite_integer(table, PROCESS, 0, 0xffffff, &process, error) ||
	    !ct_sqlite_integer(table, MACHINE, G_MININT64, G_MAXINT64, &machine, error) ||
	    !ct_sqlite_integer(table, PRIORITY, G_MININT32, G_MAXUINT32, &priority,
			       error) ||
	    !ct_sqlite_integer(table, FLAG, 0, G_MAXINT32, &flag, error))
		return FALSE;
	key.process = (guint64)process | (guint64)machine >> 48 << 32;
	found = g_hash_table_lookup(nsys->streams, &key);
	if (!found)
		return TRUE;
	if (ct_sqlite_given(table, PRIORITY))
		flags |= CT_STREAM_PRIORITY_KNOWN;
	if (flag == NON_BLOCKING)
		flags |= CT_STREAM_NONBLOCKING;
	else if (flag == NULL_STREAM)
		flags |= CT_STREAM_NULL;
	/* Priorities are negative, and stand in the table without their sign. */
	ct_assembler_stream(nsys->out, UINT64_MAX, found->device, found->context,
			    found->stream, (gint32)(guint32)priority, flags);
	return TRUE;
}

enum { PID, PROCESS_NAME, N_PROCESS };

static const struct ct_sqlite_column process_column[N_PROCESS] = {
	[PID] = { "globalPid", FALSE },
	[PROCESS_NAME] = { "name", FALSE },
};

static gboolean process(struct ct_nsys *nsys, const struct ct_sqlite_table *table,
			void *data, GError **error)
{
	GHashTable *seen = data;
	guint64 id;
	gint64 pid = 0;
	const char *name, *slash;
	size_t length;

	if (!ct_sqlite_integer(table, PID, G_MININT64, G_MAXINT64, &pid, error))
		return FALSE;
	id = ct_nsys_process(pid);
	name = ct_sqlite_text(table, PROCESS_NAME, &length);
	if (!name || !*name || !g_hash_table_remove(seen, &id))
		return TRUE;
	/* Of a path, the folders are nobody's business. */
	slash = strrchr(name, '/');
	ct_assembler_process(nsys->out, id, slash ? slash + 1 : name);
	return TRUE;
}

static gboolean describe_processes(struct ct_nsys *nsys, GError **error)
{
	GHashTable *seen = g_hash_table_new(g_int64_hash, g_int64_equal);
	GHashTableIter i;
	gpointer key;
	gboolean ok;

	g_hash_table_iter_init(&i, nsys->streams);
	while (g_hash_table_iter_next(&i, &key, NULL))
		g_hash_table_add(seen, &((struct ct_nsys_stream *)key)->process);
	ok = each(nsys, "PROCESSES", process_column, N_PROCESS, process, seen, error);
	g_hash_table_destroy(seen);
	return ok;
}

enum { EPOCH, N_START };

static const struct ct_sqlite_column start_column[N_START] = {
	[EPOCH] = { "utcEpochNs", FALSE },
};

/* Times of the report count from the start of its session. */
static gboolean session_start(struct ct_nsys *nsys, const struct ct_sqlite_table *table,
			      void *data, GError **error)
{
	gint64 epoch_ns = 0;

	if (!ct_sqlite_integer(table, EPOCH, 0, CT_TIME_MAX, &epoch_ns, error))
		return FALSE;
	if (epoch_ns)
		ct_assembler_clock(nsys->out, epoch_ns, CT_CLOCK_UNIX);
	return TRUE;
}

gboolean ct_nsys_target(struct ct_nsys *nsys, GError **error)
{
	return describe_devices(nsys, error) &&
	       each(nsys, "TARGET_INFO_CUDA_STREAM", stream_column, N_STREAM, stream, NULL,
		    error) &&
	       each(nsys, "TARGET_INFO_SESSION_START_TIME", start_column, N_START,
		    session_start, NULL, error) &&
	       describe_processes(nsys, error);
}
