/*
 * writer - appends a trace file, chunk by chunk.
 *
 * A chunk leaves in one writev(), so a writer that dies leaves at most one partial
 * chunk, at the end.  Whenever anything is written, pending tables go first and in the
 * order of enum ct_chunk_type, which is the order in which they name each other.
 */
#include "config.h"
#include "traces/writer.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#include <xxhash.h>
#include <zstd.h>

#include "traces/record.h"
#include "traces/intern.h"
#include "traces/utf8.h"

#define PENDING_BYTES (8u << 20) /* of all lanes together, before they are flushed */

/* Records waiting to become a chunk. */
struct pending {
	char *data;
	size_t used, room;
	uint32_t n, n_kernels;
};

struct ct_writer {
	int fd, error;
	int64_t origin_ns;
	uint32_t clock;
	uint64_t n_chunks, n_ops, n_kernels;

	struct ct_table_counts counts;
	struct pending table[CT_N_TABLES];
	size_t table_bytes; /* ever appended */
	struct ct_intern strings, shapes, edges;
	uint16_t minor;             /* 1 as soon as a chunk needs it */
	char text[CT_STRING_BYTES]; /* a string being made clean */

	struct pending *lane;
	uint32_t room_lanes;
	size_t lane_bytes; /* held by the lanes' buffers */

	int zstd_level;
	ZSTD_CCtx *zstd;
	char *packed; /* where a chunk is compressed to */
};

static int fail(struct ct_writer *w, int error)
{
	if (!w->error)
		w->error = error;
	return w->error;
}

static int write_all(struct ct_writer *w, struct iovec *part, int n)
{
	ssize_t done;

	while (n > 0) {
		if (part->iov_len == 0) {
			part++, n--;
			continue;
		}
		done = writev(w->fd, part, n);
		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return fail(w, -errno);
		for (; n > 0 && (size_t)done >= part->iov_len; part++, n--)
			done -= (ssize_t)part->iov_len;
		if (n > 0) {
			part->iov_base = (char *)part->iov_base + done;
			part->iov_len -= (size_t)done;
		}
	}
	return 0;
}

/* Compresses DATA; its new size, or 0 if it is better stored as it is. */
static size_t pack(struct ct_writer *w, const void *data, size_t bytes)
{
	size_t packed;

	if (!w->packed)
		return 0;
	packed = ZSTD_compressCCtx(w->zstd, w->packed, CT_CHUNK_BYTES, data, bytes,
				   w->zstd_level);
	return ZSTD_isError(packed) || packed >= bytes ? 0 : packed;
}

static int write_chunk(struct ct_writer *w, uint16_t type, uint32_t lane, const char *data,
		       size_t bytes, uint32_t n, uint32_t n_kernels)
{
	static const char padding[8];
	size_t packed = pack(w, data, bytes);
	const char *stored = packed ? w->packed : data;
	struct ct_chunk_header header = {
		.magic = CT_CHUNK_MAGIC,
		.type = type,
		.codec = packed ? CT_CODEC_ZSTD : CT_CODEC_NONE,
		.lane = lane,
		.n_records = n,
		.raw_bytes = (uint32_t)bytes,
		.stored_bytes = (uint32_t)(packed ? packed : bytes),
		.n_kernels = n_kernels,
	};
	struct iovec part[] = {
		{ &header, sizeof(header) },
		{ (char *)stored, header.stored_bytes },
		{ (char *)padding, -(size_t)header.stored_bytes % 8 },
	};

	header.payload_checksum = XXH64(stored, header.stored_bytes, 0);
	header.checksum = XXH64(&header, offsetof(struct ct_chunk_header, checksum), 0);
	if (write_all(w, part, 3))
		return w->error;
	w->n_chunks++;
	return 0;
}

/* Makes room for MORE bytes, doubling up to a chunk. */
static int reserve(struct ct_writer *w, struct pending *p, size_t more)
{
	size_t room = p->room ? p->room : 1024;
	char *data;

	if (more <= p->room - p->used)
		return 0;
	while (room - p->used < more)
		room *= 2;
	data = realloc(p->data, room);
	if (!data)
		return fail(w, -ENOMEM);
	p->data = data;
	p->room = room;
	return 0;
}

static int write_header(struct ct_writer *w);

/* A file that holds nothing new is what it always was, down to its version. */
static int raise_version(struct ct_writer *w, uint16_t type)
{
	if (type < CT_CHUNK_RECORDINGS || w->minor == CT_TRACE_MINOR)
		return 0;
	w->minor = CT_TRACE_MINOR;
	return write_header(w);
}

static int flush_tables(struct ct_writer *w)
{
	struct pending *p;
	uint16_t type;

	for (type = CT_CHUNK_STRINGS; type < CT_N_TABLES; type++) {
		p = &w->table[type];
		if (p->n == 0)
			continue;
		while (p->used % 8)
			p->data[p->used++] = '\0';
		if (raise_version(w, type) ||
		    write_chunk(w, type, CT_NONE, p->data, p->used, p->n, 0))
			return w->error;
		p->used = p->n = 0;
	}
	return 0;
}

/* Writes the pending operations of LANE, and before them what they may name. */
static int flush_lane(struct ct_writer *w, uint32_t lane)
{
	struct pending *p = &w->lane[lane];

	if (p->n == 0)
		return 0;
	if (flush_tables(w) ||
	    write_chunk(w, CT_CHUNK_OPS, lane, p->data, p->used, p->n, p->n_kernels))
		return w->error;
	w->n_ops += p->n;
	w->n_kernels += p->n_kernels;
	p->used = p->n = p->n_kernels = 0;
	return 0;
}

/* Appends BYTES to table TYPE; the index of the new record. */
static int64_t append(struct ct_writer *w, uint32_t type, const void *record, size_t bytes)
{
	struct pending *p = &w->table[type];

	if (w->table_bytes + bytes > CT_TABLE_BYTES)
		return fail(w, -EFBIG);
	if (p->used + bytes > CT_CHUNK_BYTES && flush_tables(w))
		return w->error;
	/* Seven more for the padding of strings. */
	if (reserve(w, p, bytes + 7))
		return w->error;
	memcpy(p->data + p->used, record, bytes);
	p->used += bytes;
	p->n++;
	w->table_bytes += bytes;
	return w->counts.n[type]++;
}

static int64_t append_record(struct ct_writer *w, uint32_t type, const void *record)
{
	if (w->error)
		return w->error;
	if (ct_table_fault(type, record, &w->counts))
		return -EINVAL;
	return append(w, type, record, ct_record_bytes(type));
}

/* Appends a record that stands in its table only once. */
static int64_t append_interned(struct ct_writer *w, struct ct_intern *in, uint32_t type,
			       const void *record, size_t bytes)
{
	int64_t index = ct_intern_find(in, record, bytes);

	if (index >= 0)
		return index;
	if (ct_intern_add(in, record, bytes) < 0)
		return fail(w, -ENOMEM);
	return append(w, type, record, bytes);
}

int64_t ct_writer_string(struct ct_writer *w, const char *text, size_t length)
{
	size_t used;

	if (w->error)
		return w->error;
	used = ct_utf8_copy(w->text, sizeof(w->text) - 1, text, length);
	return append_interned(w, &w->strings, CT_CHUNK_STRINGS, w->text, used + 1);
}

int64_t ct_writer_shape(struct ct_writer *w, const struct ct_shape_record *shape)
{
	if (w->error)
		return w->error;
	if (ct_table_fault(CT_CHUNK_SHAPES, shape, &w->counts))
		return -EINVAL;
	return append_interned(w, &w->shapes, CT_CHUNK_SHAPES, shape, sizeof(*shape));
}

int64_t ct_writer_device(struct ct_writer *w, const struct ct_device_record *record)
{
	return append_record(w, CT_CHUNK_DEVICES, record);
}

int64_t ct_writer_process(struct ct_writer *w, const struct ct_process_record *record)
{
	return append_record(w, CT_CHUNK_PROCESSES, record);
}

int64_t ct_writer_context(struct ct_writer *w, const struct ct_context_record *record)
{
	return append_record(w, CT_CHUNK_CONTEXTS, record);
}

int64_t ct_writer_stream(struct ct_writer *w, const struct ct_stream_record *record)
{
	return append_record(w, CT_CHUNK_STREAMS, record);
}

int64_t ct_writer_counter(struct ct_writer *w, const struct ct_counter_record *record)
{
	return append_record(w, CT_CHUNK_COUNTERS, record);
}

int64_t ct_writer_recording(struct ct_writer *w, const struct ct_recording_record *record)
{
	return append_record(w, CT_CHUNK_RECORDINGS, record);
}

int64_t ct_writer_green(struct ct_writer *w, const struct ct_green_record *record)
{
	return append_record(w, CT_CHUNK_GREEN, record);
}

int64_t ct_writer_curve(struct ct_writer *w, const struct ct_curve_record *record)
{
	return append_record(w, CT_CHUNK_CURVES, record);
}

static int compare_edge(const void *a, const void *b)
{
	const struct ct_graph_edge_record *x = a, *y = b;

	if (x->to != y->to)
		return x->to < y->to ? -1 : 1;
	return (x->from > y->from) - (x->from < y->from);
}

/* Copies EDGES to OUT by the node that waits, each once, and less the least node number,
 * which is *FIRST; how many remain. */
static uint32_t order_edges(const struct ct_graph_edge_record *edges, uint32_t n,
			    struct ct_graph_edge_record *out, uint64_t *first)
{
	uint32_t i, kept = 0;

	*first = UINT64_MAX;
	for (i = 0; i < n; i++) {
		*first = edges[i].from < *first ? edges[i].from : *first;
		*first = edges[i].to < *first ? edges[i].to : *first;
	}
	for (i = 0; i < n; i++)
		out[i] = (struct ct_graph_edge_record){ edges[i].from - *first,
							edges[i].to - *first };
	qsort(out, n, sizeof(*out), compare_edge);
	for (i = 0; i < n; i++)
		if (kept == 0 || compare_edge(&out[kept - 1], &out[i]))
			out[kept++] = out[i];
	return kept;
}

/* The index of the first of EDGES, which stand in their table only once in this order. */
static int64_t append_edges(struct ct_writer *w, const struct ct_graph_edge_record *edges,
			    uint32_t n)
{
	size_t bytes = n * sizeof(*edges);
	int64_t number = ct_intern_find(&w->edges, edges, bytes), error;
	uint32_t i;

	if (number >= 0)
		return (int64_t)(ct_intern_offset(&w->edges, number) / sizeof(*edges));
	if (w->edges.used + bytes > CT_EDGE_BYTES)
		return -E2BIG;
	number = ct_intern_add(&w->edges, edges, bytes);
	if (number < 0)
		return fail(w, -ENOMEM);
	for (i = 0; i < n; i++) {
		error = append(w, CT_CHUNK_GRAPH_EDGES, &edges[i], sizeof(edges[i]));
		if (error < 0)
			return error;
	}
	return (int64_t)(ct_intern_offset(&w->edges, number) / sizeof(*edges));
}

int64_t ct_writer_graph(struct ct_writer *w, uint32_t process, uint32_t graph,
			const struct ct_graph_edge_record *edges, uint32_t n_edges)
{
	struct ct_graph_record record = { .process = process, .graph = graph };
	struct ct_graph_edge_record *ordered;
	int64_t first = 0;
	uint32_t i;

	if (w->error)
		return w->error;
	if (ct_table_fault(CT_CHUNK_GRAPHS, &record, &w->counts))
		return -EINVAL;
	for (i = 0; i < n_edges; i++)
		if (ct_table_fault(CT_CHUNK_GRAPH_EDGES, &edges[i], &w->counts))
			return -EINVAL;
	if (n_edges > CT_EDGE_BYTES / sizeof(*edges))
		return -E2BIG;
	if (n_edges > 0) {
		ordered = malloc(n_edges * sizeof(*ordered));
		if (!ordered)
			return fail(w, -ENOMEM);
		record.n_edges = order_edges(edges, n_edges, ordered, &record.first_node);
		first = append_edges(w, ordered, record.n_edges);
		free(ordered);
	}
	if (first < 0)
		return first;
	record.first_edge = (uint32_t)first;
	return append_record(w, CT_CHUNK_GRAPHS, &record);
}

int64_t ct_writer_lane(struct ct_writer *w, const struct ct_lane_record *record)
{
	uint32_t n = w->counts.n[CT_CHUNK_LANES],
		 room = w->room_lanes ? w->room_lanes * 2 : 16;
	struct pending *lane;

	if (n == w->room_lanes && !w->error) {
		lane = realloc(w->lane, room * sizeof(*lane));
		if (!lane)
			return fail(w, -ENOMEM);
		memset(lane + n, 0, (room - n) * sizeof(*lane));
		w->lane = lane;
		w->room_lanes = room;
	}
	return append_record(w, CT_CHUNK_LANES, record);
}

/* Writes every lane and gives their buffers back. */
static int release_lanes(struct ct_writer *w)
{
	uint32_t i;

	for (i = 0; i < w->counts.n[CT_CHUNK_LANES]; i++) {
		if (flush_lane(w, i))
			return w->error;
		free(w->lane[i].data);
		memset(&w->lane[i], 0, sizeof(w->lane[i]));
	}
	w->lane_bytes = 0;
	return 0;
}

int ct_writer_op(struct ct_writer *w, uint32_t lane, const struct ct_op *op)
{
	struct pending *p;
	size_t before;

	if (w->error)
		return w->error;
	if (lane >= w->counts.n[CT_CHUNK_LANES] || ct_op_fault(op, &w->counts))
		return -EINVAL;

	p = &w->lane[lane];
	if (p->used + sizeof(*op) > CT_CHUNK_BYTES && flush_lane(w, lane))
		return w->error;
	if (p->used + sizeof(*op) > p->room && w->lane_bytes >= PENDING_BYTES &&
	    release_lanes(w))
		return w->error;
	before = p->room;
	if (reserve(w, p, sizeof(*op)))
		return w->error;
	w->lane_bytes += p->room - before;
	memcpy(p->data + p->used, op, sizeof(*op));
	p->used += sizeof(*op);
	p->n++;
	p->n_kernels += op->kind == CT_OP_KERNEL;
	return 0;
}

int ct_writer_flush(struct ct_writer *w)
{
	uint32_t i;

	if (w->error)
		return w->error;
	for (i = 0; i < w->counts.n[CT_CHUNK_LANES]; i++) {
		if (flush_lane(w, i))
			return w->error;
	}
	return flush_tables(w);
}

/* The header lies at offset 0; writing it does not move the end of the file. */
static int write_header(struct ct_writer *w)
{
	struct ct_trace_header header = {
		.major = CT_TRACE_MAJOR,
		.minor = w->minor,
		.header_bytes = sizeof(header),
		.origin_ns = w->origin_ns,
		.clock = w->clock,
	};
	ssize_t done;

	memcpy(header.magic, CT_TRACE_MAGIC, sizeof(header.magic));
	header.checksum = XXH64(&header, offsetof(struct ct_trace_header, checksum), 0);
	do
		done = pwrite(w->fd, &header, sizeof(header), 0);
	while (done < 0 && errno == EINTR);
	if (done != (ssize_t)sizeof(header))
		return fail(w, done < 0 ? -errno : -EIO);
	return 0;
}

int ct_writer_clock(struct ct_writer *w, int64_t origin_ns, uint32_t clock)
{
	if (w->error)
		return w->error;
	w->origin_ns = origin_ns;
	w->clock = clock;
	return write_header(w);
}

static int open_file(struct ct_writer *w, const char *path)
{
	w->fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	if (w->fd < 0)
		return fail(w, -errno);
	if (w->zstd_level) {
		w->zstd = ZSTD_createCCtx();
		w->packed = malloc(CT_CHUNK_BYTES);
		if (!w->zstd || !w->packed)
			return fail(w, -ENOMEM);
	}
	if (write_header(w))
		return w->error;
	if (lseek(w->fd, sizeof(struct ct_trace_header), SEEK_SET) < 0)
		return fail(w, -errno);
	return 0;
}

int ct_writer_open(const char *path, const struct ct_writer_options *options,
		   struct ct_writer **out)
{
	struct ct_writer *w = calloc(1, sizeof(*w));
	int error;

	*out = NULL;
	if (!w)
		return -ENOMEM;
	w->origin_ns = options->origin_ns;
	w->clock = options->clock;
	w->zstd_level = options->zstd_level;
	error = open_file(w, path);
	if (error)
		ct_writer_abandon(w);
	else
		*out = w;
	return error;
}

int ct_writer_close(struct ct_writer *w, uint64_t n_dropped)
{
	struct ct_end_record end = { .n_dropped = n_dropped };
	int error = ct_writer_flush(w);

	end.n_chunks = w->n_chunks;
	end.n_ops = w->n_ops;
	end.n_kernels = w->n_kernels;
	if (!error)
		error = write_chunk(w, CT_CHUNK_END, CT_NONE, (char *)&end, sizeof(end), 1,
				    0);
	/* Some file systems report a full disk only here. */
	if (close(w->fd) && !error)
		error = -errno;
	w->fd = -1;
	ct_writer_abandon(w);
	return error;
}

void ct_writer_abandon(struct ct_writer *w)
{
	uint32_t i;

	if (w->fd >= 0)
		close(w->fd);
	for (i = 0; i < w->counts.n[CT_CHUNK_LANES]; i++)
		free(w->lane[i].data);
	for (i = 0; i < CT_N_TABLES; i++)
		free(w->table[i].data);
	free(w->lane);
	ct_intern_clear(&w->strings);
	ct_intern_clear(&w->shapes);
	ct_intern_clear(&w->edges);
	ZSTD_freeCCtx(w->zstd);
	free(w->packed);
	free(w);
}
