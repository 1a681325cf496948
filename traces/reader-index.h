/*
 * reader-index.h - what the reader knows about an open file; private to reader*.c and
 * cursor.c.
 */
#ifndef CT_TRACES_READER_INDEX_H
#define CT_TRACES_READER_INDEX_H

#include "traces/record.h"
#include "traces/reader.h"

/* A chunk of operations, copied from its header when the file was opened. */
struct ct_chunk {
	uint64_t offset;         /* of its header in the file */
	uint64_t first_position; /* of its first operation in the lane */
	uint64_t payload_checksum;
	uint32_t lane, n_records, n_kernels;
	uint32_t raw_bytes, stored_bytes;
	guint16 codec;
	gint verified; /* atomic: checksum and records were found good */
};

struct ct_trace_index {
	struct ct_trace trace; /* the public face */
	int fd;
	const guint8 *data; /* the whole file */
	gboolean mapped;    /* else in memory of our own */
	char *path, *missing;

	struct ct_table_counts counts;
	size_t table_bytes;
	GByteArray *table[CT_N_TABLES];
	GPtrArray *string; /* each a copy */
	GStringChunk *text;
	uint64_t *lane_ops;

	GArray *chunks;       /* struct ct_chunk, by lane, then by place in the file */
	uint32_t *lane_chunk; /* n_lanes + 1: where each lane's chunks begin */
};

/* FALSE if the file has lost what was there of it when it was opened. */
gboolean ct_trace_holds(const struct ct_trace_index *, uint64_t offset, uint64_t bytes);

/* Fails with "PATH: offset N: ...". */
void ct_trace_fault(const struct ct_trace_index *, uint64_t offset, GError **error,
		    const char *format, ...) G_GNUC_PRINTF(4, 5);

/* Walks the chunks, loads the tables and lists the chunks of operations in the order of
 * the file; *END is where the last whole chunk ends. */
gboolean ct_chunks_load(struct ct_trace_index *, uint64_t *end, GError **error);

/* The payload of a chunk, checked: in place, or decompressed into BUFFER which has room
 * for CT_CHUNK_BYTES. NULL on failure. */
const void *ct_chunk_payload(const struct ct_trace_index *, const struct ct_chunk *,
			     void *buffer, GError **error);

#endif
