/*
 * reader - opens a trace file and shows what is in it.
 *
 * Known to be wrong: a mapped file that is cut short by another program between
 * ct_trace_holds() and the use of its bytes ends this one with SIGBUS.
 */
#include "traces/reader.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <xxhash.h>

#include "sim/base/error.h"
#include "traces/reader-index.h"

#define PRIVATE_BYTES (1u << 20) /* a file up to this size is read, not mapped */

void ct_trace_fault(const struct ct_trace_index *t, uint64_t offset, GError **error,
		    const char *format, ...)
{
	g_autofree char *text = NULL;
	va_list args;

	va_start(args, format);
	text = g_strdup_vprintf(format, args);
	va_end(args);
	ct_input_error(error, "%s: offset %" G_GUINT64_FORMAT ": %s", t->path, offset,
		       text);
}

gboolean ct_trace_holds(const struct ct_trace_index *t, uint64_t offset, uint64_t bytes)
{
	struct stat st;

	return !t->mapped || (!fstat(t->fd, &st) && (uint64_t)st.st_size >= offset + bytes);
}

gboolean ct_trace_probe(const char *path)
{
	char magic[8];
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	gboolean is_trace;

	if (fd < 0)
		return FALSE;
	is_trace = read(fd, magic, sizeof(magic)) == (ssize_t)sizeof(magic) &&
		   !memcmp(magic, CT_TRACE_MAGIC, sizeof(magic));
	close(fd);
	return is_trace;
}

static gboolean read_whole(struct ct_trace_index *t, GError **error)
{
	size_t size = t->trace.file_bytes, done = 0;
	guint8 *data = g_malloc(size);
	ssize_t n;

	t->data = data;
	while (done < size) {
		n = pread(t->fd, data + done, size - done, (off_t)done);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			ct_input_error(error, "%s: cannot be read: %s", t->path,
				       n < 0 ? g_strerror(errno) : "it became shorter");
			return FALSE;
		}
		done += (size_t)n;
	}
	return TRUE;
}

static gboolean load_file(struct ct_trace_index *t, GError **error)
{
	struct stat st;
	void *data;

	t->fd = open(t->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (t->fd < 0 || fstat(t->fd, &st)) {
		ct_input_error(error, "%s: cannot be opened: %s", t->path,
			       g_strerror(errno));
		return FALSE;
	}
	if (!S_ISREG(st.st_mode)) {
		ct_input_error(error, "%s: is not a regular file", t->path);
		return FALSE;
	}
	if (st.st_size == 0) {
		ct_input_error(error, "%s: is empty", t->path);
		return FALSE;
	}
	t->trace.file_bytes = (uint64_t)st.st_size;
	if (t->trace.file_bytes <= PRIVATE_BYTES)
		return read_whole(t, error);

	data = mmap(NULL, t->trace.file_bytes, PROT_READ, MAP_PRIVATE, t->fd, 0);
	if (data == MAP_FAILED) {
		ct_input_error(error, "%s: cannot be mapped: %s", t->path,
			       g_strerror(errno));
		return FALSE;
	}
	t->data = data;
	t->mapped = TRUE;
	return TRUE;
}

static gboolean load_header(struct ct_trace_index *t, GError **error)
{
	struct ct_trace_header h;

	memcpy(&h, t->data, MIN(sizeof(h), t->trace.file_bytes));
	if (t->trace.file_bytes < sizeof(h.magic) ||
	    memcmp(h.magic, CT_TRACE_MAGIC, sizeof(h.magic))) {
		ct_input_error(error, "%s: is not a cotenant trace (offset 0: magic)",
			       t->path);
		return FALSE;
	}
	if (t->trace.file_bytes < sizeof(h)) {
		ct_trace_fault(t, t->trace.file_bytes, error, "cut off inside the header");
		return FALSE;
	}
	if (h.checksum != XXH64(&h, offsetof(struct ct_trace_header, checksum), 0)) {
		ct_trace_fault(t, 0, error, "header: checksum is wrong");
		return FALSE;
	}
	if (h.major != CT_TRACE_MAJOR) {
		ct_trace_fault(t, 0, error, "major: format version %u.%u, this reads %u",
			       h.major, h.minor, CT_TRACE_MAJOR);
		return FALSE;
	}
	if (h.header_bytes != sizeof(h)) {
		ct_trace_fault(t, 0, error, "header_bytes: is %u, not 64", h.header_bytes);
		return FALSE;
	}
	t->trace.origin_ns = h.origin_ns;
	t->trace.clock = h.clock;
	t->trace.minor = h.minor;
	return TRUE;
}

/* Orders the chunks by lane, keeping their order within each, and counts positions. */
static void index_lanes(struct ct_trace_index *t)
{
	uint32_t n_lanes = t->counts.n[CT_CHUNK_LANES], i;
	GArray *sorted =
		g_array_sized_new(FALSE, FALSE, sizeof(struct ct_chunk), t->chunks->len);
	uint32_t *place = g_new0(uint32_t, n_lanes + 2);
	struct ct_chunk *c, *to;

	/* One further than asked for, so that placing shifts it into place. */
	for (i = 0; i < t->chunks->len; i++)
		place[g_array_index(t->chunks, struct ct_chunk, i).lane + 2]++;
	for (i = 2; i < n_lanes + 2; i++)
		place[i] += place[i - 1];

	g_array_set_size(sorted, t->chunks->len);
	t->lane_ops = g_new0(uint64_t, n_lanes + 1);
	for (i = 0; i < t->chunks->len; i++) {
		c = &g_array_index(t->chunks, struct ct_chunk, i);
		to = &g_array_index(sorted, struct ct_chunk, place[c->lane + 1]++);
		*to = *c;
		to->first_position = t->lane_ops[c->lane];
		t->lane_ops[c->lane] += c->n_records;
	}
	g_array_unref(t->chunks);
	t->chunks = sorted;
	t->lane_chunk = place;
}

static void publish(struct ct_trace_index *t, uint64_t end)
{
	struct ct_trace *trace = &t->trace;
	uint64_t lost = trace->file_bytes - end;

	if (!trace->complete && lost)
		t->missing = g_strdup_printf(
			"the last %" G_GUINT64_FORMAT
			" bytes, from offset %" G_GUINT64_FORMAT
			", are not a whole chunk, and the end record is missing",
			lost, end);
	else if (!trace->complete)
		t->missing = g_strdup_printf("the end record is missing after offset "
					     "%" G_GUINT64_FORMAT,
					     end);
	trace->path = t->path;
	trace->missing = t->missing;
	trace->n_strings = t->counts.n[CT_CHUNK_STRINGS];
	trace->n_devices = t->counts.n[CT_CHUNK_DEVICES];
	trace->n_processes = t->counts.n[CT_CHUNK_PROCESSES];
	trace->n_contexts = t->counts.n[CT_CHUNK_CONTEXTS];
	trace->n_streams = t->counts.n[CT_CHUNK_STREAMS];
	trace->n_lanes = t->counts.n[CT_CHUNK_LANES];
	trace->n_shapes = t->counts.n[CT_CHUNK_SHAPES];
	trace->n_counters = t->counts.n[CT_CHUNK_COUNTERS];
	trace->n_recordings = t->counts.n[CT_CHUNK_RECORDINGS];
	trace->n_green = t->counts.n[CT_CHUNK_GREEN];
	trace->n_edges = t->counts.n[CT_CHUNK_GRAPH_EDGES];
	trace->n_graphs = t->counts.n[CT_CHUNK_GRAPHS];
	trace->n_curves = t->counts.n[CT_CHUNK_CURVES];
	trace->string = (const char *const *)t->string->pdata;
	trace->device = (const void *)t->table[CT_CHUNK_DEVICES]->data;
	trace->process = (const void *)t->table[CT_CHUNK_PROCESSES]->data;
	trace->context = (const void *)t->table[CT_CHUNK_CONTEXTS]->data;
	trace->stream = (const void *)t->table[CT_CHUNK_STREAMS]->data;
	trace->lane = (const void *)t->table[CT_CHUNK_LANES]->data;
	trace->shape = (const void *)t->table[CT_CHUNK_SHAPES]->data;
	trace->counter = (const void *)t->table[CT_CHUNK_COUNTERS]->data;
	trace->recording = (const void *)t->table[CT_CHUNK_RECORDINGS]->data;
	trace->green = (const void *)t->table[CT_CHUNK_GREEN]->data;
	trace->edge = (const void *)t->table[CT_CHUNK_GRAPH_EDGES]->data;
	trace->graph = (const void *)t->table[CT_CHUNK_GRAPHS]->data;
	trace->curve = (const void *)t->table[CT_CHUNK_CURVES]->data;
	trace->lane_ops = t->lane_ops;
	trace->index = t;
}

struct ct_trace *ct_trace_open(const char *path, GError **error)
{
	struct ct_trace_index *t = g_new0(struct ct_trace_index, 1);
	uint64_t end;
	uint32_t i;

	t->path = g_strdup(path);
	t->string = g_ptr_array_new();
	t->text = g_string_chunk_new(4096);
	t->chunks = g_array_new(FALSE, FALSE, sizeof(struct ct_chunk));
	for (i = 0; i < CT_N_TABLES; i++)
		t->table[i] = g_byte_array_new();
	t->trace.index = t;

	if (!load_file(t, error) || !load_header(t, error) ||
	    !ct_chunks_load(t, &end, error))
		goto failed;
	if (t->trace.complete && end != t->trace.file_bytes) {
		ct_trace_fault(t, end, error, "data follows the end record");
		goto failed;
	}
	index_lanes(t);
	publish(t, end);
	return &t->trace;

failed:
	ct_trace_free(&t->trace);
	return NULL;
}

void ct_trace_free(struct ct_trace *trace)
{
	struct ct_trace_index *t;
	uint32_t i;

	if (!trace)
		return;
	t = trace->index;
	if (t->mapped)
		munmap((void *)t->data, t->trace.file_bytes);
	else
		g_free((void *)t->data);
	if (t->fd >= 0)
		close(t->fd);
	for (i = 0; i < CT_N_TABLES; i++)
		g_byte_array_unref(t->table[i]);
	g_ptr_array_unref(t->string);
	g_string_chunk_free(t->text);
	g_array_unref(t->chunks);
	g_free(t->lane_chunk);
	g_free(t->lane_ops);
	g_free(t->missing);
	g_free(t->path);
	g_free(t);
}

const char *ct_trace_string(const struct ct_trace *trace, uint32_t index)
{
	return index < trace->n_strings ? trace->string[index] : "";
}

const struct ct_green_record *ct_trace_green(const struct ct_trace *trace, uint32_t context)
{
	for (uint32_t i = 0; i < trace->n_green; i++)
		if (trace->green[i].context == context)
			return &trace->green[i];
	return NULL;
}
