/*
 * writer.h - appends a trace file, chunk by chunk.
 *
 * Loaded into other people's programs by the recorder: no GLib, no abort, no output;
 * every function returns 0 or -errno.  A record that breaks the rules of record.h is
 * refused with -EINVAL and nothing else happens; after any other failure all later
 * calls return that same error and write nothing.
 *
 * Table records are interned or appended first and named by the index they got.  A
 * chunk of operations is written when it is full or its lane ends; all pending table
 * records are written before it.  The file is complete after ct_writer_close();
 * killed before, it holds every chunk written so far.  Memory held for unwritten
 * operations is bounded, whatever the number of lanes.  Not thread-safe.
 */
#ifndef CT_TRACES_WRITER_H
#define CT_TRACES_WRITER_H

#include <stddef.h>

#include "traces/format.h"

struct ct_writer;

struct ct_writer_options {
	int64_t origin_ns;
	uint32_t clock; /* enum ct_clock */
	int zstd_level; /* 0: store uncompressed, so that readers map it in place */
};

/* Creates PATH (truncating it).  *OUT is NULL on failure. */
int ct_writer_open(const char *path, const struct ct_writer_options *options,
		   struct ct_writer **out);

/* Sets what the header says of the clock once that is known. */
int ct_writer_clock(struct ct_writer *, int64_t origin_ns, uint32_t clock);

/* Interned: equal input gives the same index.  Index or -errno.  Text ends at its first
 * NUL, is cut at CT_STRING_BYTES, and what is not UTF-8 in it becomes '?'. */
int64_t ct_writer_string(struct ct_writer *, const char *text, size_t length);
int64_t ct_writer_shape(struct ct_writer *, const struct ct_shape_record *);

/* Appended: the next index of that table, or -errno. */
int64_t ct_writer_device(struct ct_writer *, const struct ct_device_record *);
int64_t ct_writer_process(struct ct_writer *, const struct ct_process_record *);
int64_t ct_writer_context(struct ct_writer *, const struct ct_context_record *);
int64_t ct_writer_stream(struct ct_writer *, const struct ct_stream_record *);
int64_t ct_writer_lane(struct ct_writer *, const struct ct_lane_record *);
int64_t ct_writer_counter(struct ct_writer *, const struct ct_counter_record *);
int64_t ct_writer_recording(struct ct_writer *, const struct ct_recording_record *);
int64_t ct_writer_green(struct ct_writer *, const struct ct_green_record *);
int64_t ct_writer_curve(struct ct_writer *, const struct ct_curve_record *);

/* Appends a graph with its edges, whose nodes are numbered as in struct ct_op, in any
 * order; an edge given twice counts once, and graphs of one form share their edges.  Its
 * index or -errno: -EINVAL on an edge from a node to itself, and -E2BIG, which writes
 * nothing and leaves the writer as it is, where all edges would exceed CT_EDGE_BYTES. */
int64_t ct_writer_graph(struct ct_writer *, uint32_t process, uint32_t graph,
			const struct ct_graph_edge_record *edges, uint32_t n_edges);

/* Appends OP to LANE.  Lanes may be interleaved; each keeps one open chunk. */
int ct_writer_op(struct ct_writer *, uint32_t lane, const struct ct_op *op);

/* Writes what is pending as whole chunks, and hands it to the kernel. */
int ct_writer_flush(struct ct_writer *);

/* Flushes, writes the end record and closes; frees the writer whatever happens. */
int ct_writer_close(struct ct_writer *, uint64_t n_dropped);

/* Frees the writer without an end record: the file reads as cut off. */
void ct_writer_abandon(struct ct_writer *);

#endif
