/*
 * import-spool - the spools of a recording become one trace.
 *
 * A recording is a folder of spools, one a process; a single spool will do as well.  Each
 * is read twice: first for its notes, which say between which moments it counts and why
 * something may be missing, then for all else.  Processes are told apart by their place in
 * the folder, in the order of names, and by their number, as a number may come back.
 *
 * DANGER: device numbers are each process's own.  Two processes that were shown different
 * devices by CUDA_VISIBLE_DEVICES are taken to use the same one.
 */
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>

#include <glib/gstdio.h>

#include "sim/base/error.h"
#include "traces/import.h"
#include "traces/spool-import.h"

static void init(struct ct_spool_import *in, struct ct_assembler *out)
{
	*in = (struct ct_spool_import){
		.out = out,
		.strings = g_ptr_array_new_with_free_func(g_free),
		.shapes = g_array_new(FALSE, FALSE, sizeof(uint32_t)),
		.contexts = g_hash_table_new_full(NULL, NULL, NULL, g_free),
		.streams = g_array_new(FALSE, FALSE, sizeof(struct ct_spool_stream)),
		.capturing = g_hash_table_new_full(NULL, NULL, NULL, g_free),
		.start_ns = INT64_MIN,
		.stop_ns = INT64_MAX,
		.recording = { .process = CT_NONE, .stop = CT_STOP_UNKNOWN },
		.ranges = ct_spool_ranges_new(),
		.graphs = ct_spool_graphs_new(),
	};
}

static void clear(struct ct_spool_import *in)
{
	ct_spool_reader_free(in->reader);
	g_ptr_array_unref(in->strings);
	g_array_unref(in->shapes);
	g_hash_table_destroy(in->contexts);
	g_array_unref(in->streams);
	g_hash_table_destroy(in->capturing);
	ct_spool_ranges_free(in->ranges, in->out);
	ct_spool_graphs_free(in->graphs);
}

static void stop(struct ct_spool_import *in, enum ct_recording_stop why)
{
	if (in->recording.stop == CT_STOP_UNKNOWN)
		in->recording.stop = why;
}

static void take_note(struct ct_spool_import *in, const struct ct_spool_note *note)
{
	struct ct_recording_record *recording = &in->recording;

	switch (note->code) {
	case CT_SPOOL_STARTED:
		in->start_ns = MAX(in->start_ns, note->time_ns);
		break;
	case CT_SPOOL_STOPPED:
	case CT_SPOOL_FULL:
		in->stop_ns = MIN(in->stop_ns, note->time_ns);
		stop(in, note->code == CT_SPOOL_FULL ? CT_STOP_FULL : CT_STOP_ASKED);
		break;
	case CT_SPOOL_NO_CUPTI:
	case CT_SPOOL_OLD_CUPTI:
	case CT_SPOOL_BUSY:
		stop(in, CT_STOP_NEVER_BEGAN);
		break;
	case CT_SPOOL_FATAL:
		stop(in, CT_STOP_PROFILER);
		break;
	case CT_SPOOL_WRITE_FAILED:
		stop(in, CT_STOP_WRITE);
		break;
	case CT_SPOOL_STOLEN:
		recording->flags |= CT_RECORDING_STOLEN;
		break;
	case CT_SPOOL_FORKED:
		recording->flags |= CT_RECORDING_FORKED;
		break;
	case CT_SPOOL_KIND_MISSING:
		recording->flags |= CT_RECORDING_KIND_MISSING;
		break;
	case CT_SPOOL_CONFINED:
		recording->flags |= CT_RECORDING_CONFINED;
		break;
	case CT_SPOOL_NOT_CONFINED:
		recording->flags |= CT_RECORDING_NOT_CONFINED;
		break;
	default:
		break;
	}
}

/* How far the profiler's clock was from CLOCK_MONOTONIC, at most. */
static void take_anchor(struct ct_spool_import *in, const struct ct_spool_anchor *anchor)
{
	int64_t error_ns = MAX(anchor->profiler_ns - anchor->after_ns,
			       anchor->before_ns - anchor->profiler_ns);

	if (anchor->profiler_ns <= 0)
		return;
	in->recording.clock_error_ns = MAX(in->recording.clock_error_ns, MAX(error_ns, 0));
}

static void take_end(struct ct_spool_import *in, const struct ct_spool_end *end)
{
	stop(in, CT_STOP_END);
	in->recording.n_records = end->n_records;
	in->recording.n_unknown_kinds = end->n_unknown_kinds;
	in->recording.n_dropped = MAX(in->recording.n_dropped, end->n_dropped);
}

static void foretell(struct ct_spool_import *in, const struct ct_spool_record *record)
{
	const void *any = record;
	const struct ct_spool_dropped *dropped = any;

	switch (record->type) {
	case CT_SPOOL_NOTE:
		take_note(in, any);
		break;
	case CT_SPOOL_ANCHOR:
		take_anchor(in, any);
		break;
	case CT_SPOOL_DROPPED:
		in->recording.n_dropped += dropped->n;
		break;
	case CT_SPOOL_END:
		take_end(in, any);
		break;
	default:
		break;
	}
}

/* The first reading. */
static gboolean read_notes(struct ct_spool_import *in, const char *path, GError **error)
{
	const struct ct_spool_header *header;
	const struct ct_spool_record *record;
	g_autoptr(GError) failed = NULL;

	in->reader = ct_spool_reader_open(path, error);
	if (!in->reader)
		return FALSE;
	header = ct_spool_reader_header(in->reader);
	in->recording.cupti_version = header->cupti_version;
	in->recording.driver_version = header->driver_version;
	in->recording.clock_error_ns = -1;
	while ((record = ct_spool_reader_next(in->reader, &failed)))
		foretell(in, record);
	if (failed) {
		g_propagate_error(error, g_steal_pointer(&failed));
		return FALSE;
	}
	if (ct_spool_reader_missing(in->reader))
		in->recording.flags |= CT_RECORDING_CUT_OFF;
	return TRUE;
}

static gboolean take(struct ct_spool_import *in, const struct ct_spool_record *record,
		     GError **error)
{
	const void *any = record;

	switch (record->type) {
	case CT_SPOOL_MARKER:
		return ct_spool_ranges_take(in, any, error);
	case CT_SPOOL_NODE:
		ct_spool_graphs_node(in->graphs, any);
		return TRUE;
	case CT_SPOOL_EDGE:
		ct_spool_graphs_edge(in->graphs, any);
		return TRUE;
	default:
		return ct_spool_work(in, record, error);
	}
}

/* Progress of one spool among several, as the importer's caller is told. */
struct progress {
	void (*tell)(double done, void *data);
	void *data;
	guint spool, n_spools;
};

static void tell(const struct progress *progress, const struct ct_spool_reader *reader)
{
	if (progress->tell)
		progress->tell((progress->spool + ct_spool_reader_progress(reader)) /
				       progress->n_spools,
			       progress->data);
}

/* The second reading. */
static gboolean read_all(struct ct_spool_import *in, const char *path,
			 const struct progress *progress, GError **error)
{
	const struct ct_spool_record *record;
	g_autoptr(GError) failed = NULL;
	unsigned n = 0;

	ct_spool_reader_free(in->reader);
	in->reader = ct_spool_reader_open(path, error);
	if (!in->reader)
		return FALSE;
	while ((record = ct_spool_reader_next(in->reader, &failed))) {
		if (!take(in, record, &failed)) {
			ct_spool_reader_place(in->reader, &failed);
			break;
		}
		if ((++n & 0xffff) == 0)
			tell(progress, in->reader);
	}
	if (failed)
		g_propagate_error(error, g_steal_pointer(&failed));
	return !*error;
}

static gboolean import_one(const char *path, struct ct_assembler *out,
			   const struct progress *progress, GError **error)
{
	const struct ct_spool_header *header;
	struct ct_spool_import in;
	g_autoptr(GError) failed = NULL;
	gboolean ok;

	init(&in, out);
	ok = read_notes(&in, path, &failed);
	if (ok) {
		header = ct_spool_reader_header(in.reader);
		in.process = (uint64_t)progress->spool << 32 | header->pid;
		if (progress->spool == 0)
			ct_assembler_clock(out, header->unix_offset_ns, CT_CLOCK_UNIX);
		ok = read_all(&in, path, progress, &failed);
	}
	if (ok) {
		ct_spool_work_end(&in);
		if (in.start_ns != INT64_MIN || in.stop_ns != INT64_MAX)
			ct_assembler_window(out, in.process, in.start_ns, in.stop_ns);
		ct_spool_graphs_end(&in);
		ct_assembler_recording(out, in.process, &in.recording);
	}
	clear(&in);
	if (failed)
		g_propagate_error(error, g_steal_pointer(&failed));
	return ok;
}

/* TRUE if a collector got no further than to make the file at PATH: it was killed just
 * then, or the disk was full. */
static gboolean is_stub(const char *path)
{
	GStatBuf status;

	return g_stat(path, &status) == 0 && S_ISREG(status.st_mode) &&
	       status.st_size < (goffset)sizeof(struct ct_spool_header);
}

/* Of such a process only the name of its spool speaks, PID-START.spool. */
static void import_stub(const char *path, struct ct_assembler *out, guint spool)
{
	const struct ct_recording_record nothing = { .process = CT_NONE,
						     .stop = CT_STOP_UNKNOWN,
						     .flags = CT_RECORDING_CUT_OFF,
						     .clock_error_ns = -1 };
	g_autofree char *name = g_path_get_basename(path);
	uint32_t pid = (uint32_t)g_ascii_strtoull(name, NULL, 10);

	ct_assembler_recording(out, (uint64_t)spool << 32 | pid, &nothing);
}

static int compare_paths(gconstpointer a, gconstpointer b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The spools in FOLDER, in the order of their names. */
static GPtrArray *spools_in(const char *folder, GError **error)
{
	g_autoptr(GPtrArray) paths = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GError) failed = NULL;
	GDir *dir = g_dir_open(folder, 0, &failed);
	const char *name;

	if (!dir) {
		g_set_error(error, CT_ERROR, CT_EXIT_INPUT, "%s: cannot be read: %s",
			    folder, failed->message);
		return NULL;
	}
	while ((name = g_dir_read_name(dir)))
		if (g_str_has_suffix(name, CT_SPOOL_SUFFIX))
			g_ptr_array_add(paths, g_build_filename(folder, name, NULL));
	g_dir_close(dir);
	g_ptr_array_sort(paths, compare_paths);
	if (paths->len == 0) {
		ct_input_error(error, "%s: no spool (*%s) in this folder", folder,
			       CT_SPOOL_SUFFIX);
		return NULL;
	}
	return g_steal_pointer(&paths);
}

static gboolean run(const char *path, struct ct_assembler *out,
		    void (*report)(double done, void *data), void *data, GError **error)
{
	struct progress progress = { report, data, 0, 1 };
	g_autoptr(GPtrArray) paths = NULL;

	if (!g_file_test(path, G_FILE_TEST_IS_DIR))
		return import_one(path, out, &progress, error);
	paths = spools_in(path, error);
	if (!paths)
		return FALSE;
	progress.n_spools = paths->len;
	for (; progress.spool < paths->len; progress.spool++) {
		const char *one = g_ptr_array_index(paths, progress.spool);

		if (is_stub(one))
			import_stub(one, out, progress.spool);
		else if (!import_one(one, out, &progress, error))
			return FALSE;
	}
	return TRUE;
}

static gboolean probe(const char *path, const guint8 *head, size_t length)
{
	return ct_spool_probe(head, length) || g_file_test(path, G_FILE_TEST_IS_DIR);
}

const struct ct_importer ct_import_spool = {
	.name = "spool",
	.summary = "what cotenant record leaves when it is killed: a folder, or one file "
		   "of it",
	.probe = probe,
	.run = run,
};
