/*
 * reader.h - a trace file, open for reading.
 *
 * The file is mapped; opening it walks the chunk headers (48 bytes per MiB), checks
 * and loads the tables, and checks every index in them.  Operations are read lane by
 * lane through cursors: in place where a chunk is stored uncompressed, else through
 * one chunk-sized buffer per cursor, so memory does not grow with the trace.  A
 * chunk's checksum and the bounds of its records are verified when a cursor first
 * enters it.
 *
 * A trace is immutable and may be shared by threads; a cursor belongs to one.
 *
 * Files of up to a MiB are read instead of mapped.  A larger one that another program
 * cuts short while it is open is refused at the next chunk, but a cut inside the very
 * chunk being read ends the program with SIGBUS.
 */
#ifndef CT_TRACES_READER_H
#define CT_TRACES_READER_H

#include <glib.h>

#include "traces/format.h"

struct ct_trace { /* read-only view; opened by ct_trace_open() */
	const char *path;
	int64_t origin_ns;
	uint32_t clock;
	uint16_t minor;            /* version of the format, of its major one */
	gboolean complete;         /* the end record is there */
	const char *missing;       /* one sentence on what is missing; NULL if complete */
	uint64_t n_ops, n_kernels; /* in all readable chunks */
	uint64_t n_dropped;
	uint64_t file_bytes;

	uint32_t n_strings, n_devices, n_processes, n_contexts, n_streams, n_lanes;
	uint32_t n_shapes, n_counters;
	uint32_t n_recordings, n_green, n_edges, n_graphs, n_curves; /* minor version 1 */
	const char *const *string;
	const struct ct_device_record *device;
	const struct ct_process_record *process;
	const struct ct_context_record *context;
	const struct ct_stream_record *stream;
	const struct ct_lane_record *lane;
	const struct ct_shape_record *shape;
	const struct ct_counter_record *counter;
	const struct ct_recording_record *recording;
	const struct ct_green_record *green;
	const struct ct_graph_edge_record *edge; /* add the graph's first_node */
	const struct ct_graph_record *graph;
	const struct ct_curve_record *curve;
	const uint64_t *lane_ops;     /* operations per lane */
	struct ct_trace_index *index; /* the reader's own */
};

/* TRUE if the file at PATH starts like a .ctt trace (reads 8 bytes). */
gboolean ct_trace_probe(const char *path);

/* A cut-off file opens (see `missing`); a corrupt one fails naming the offset. */
struct ct_trace *ct_trace_open(const char *path, GError **error);
void ct_trace_free(struct ct_trace *);

/* String INDEX, or "" for CT_NONE. */
const char *ct_trace_string(const struct ct_trace *, uint32_t index);

/* The record of a context that has only some of the SMs, or NULL. */
const struct ct_green_record *ct_trace_green(const struct ct_trace *, uint32_t context);

struct ct_cursor;
struct ct_cursor *ct_cursor_new(const struct ct_trace *, uint32_t lane);
void ct_cursor_free(struct ct_cursor *);

/* The next operation, valid until the next call on this cursor; NULL at the end of
 * the lane or on corrupt data, when *ERROR is set (ERROR must not be NULL). */
const struct ct_op *ct_cursor_next(struct ct_cursor *, GError **error);

/* Continues with operation POSITION (0-based within the lane). */
gboolean ct_cursor_seek(struct ct_cursor *, uint64_t position, GError **error);
uint64_t ct_cursor_position(const struct ct_cursor *);

#endif
