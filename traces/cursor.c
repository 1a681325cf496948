/*
 * cursor - reads the operations of one lane, chunk after chunk.
 *
 * A chunk is checked once per open trace, by whichever cursor enters it first; what was
 * found good is not checked again.
 */
#include "traces/reader.h"

#include <sys/mman.h>
#include <unistd.h>

#include "sim/base/error.h"
#include "traces/reader-index.h"

/* Of a file up to this size all that was read may stay in memory; of a larger one, what a
 * cursor has left behind is let go, so that memory does not grow with the trace. */
#define KEEP_BYTES (64 << 20)

struct ct_cursor {
	const struct ct_op *next, *end; /* in the chunk entered last */
	uint64_t end_position;          /* of END, in the lane */
	struct ct_trace_index *trace;
	uint32_t lane;
	uint32_t entered; /* the chunk of END */
	uint32_t chunk;   /* to be entered next */
	void *buffer;     /* a decompressed chunk; made when first needed */
};

struct ct_cursor *ct_cursor_new(const struct ct_trace *trace, uint32_t lane)
{
	struct ct_cursor *c = g_new0(struct ct_cursor, 1);

	g_assert(lane < trace->n_lanes);
	c->trace = trace->index;
	c->lane = lane;
	c->chunk = c->trace->lane_chunk[lane];
	return c;
}

void ct_cursor_free(struct ct_cursor *c)
{
	if (!c)
		return;
	g_free(c->buffer);
	g_free(c);
}

static struct ct_chunk *chunk_at(const struct ct_cursor *c, uint32_t index)
{
	return &g_array_index(c->trace->chunks, struct ct_chunk, index);
}

static gboolean check_ops(const struct ct_cursor *c, const struct ct_chunk *chunk,
			  const struct ct_op *op, GError **error)
{
	uint32_t i, n_kernels = 0;
	const char *field;

	for (i = 0; i < chunk->n_records; i++) {
		field = ct_op_fault(&op[i], &c->trace->counts);
		if (field) {
			ct_trace_fault(c->trace, chunk->offset, error,
				       "operation %u of the chunk: %s: is out of bounds", i,
				       field);
			return FALSE;
		}
		n_kernels += op[i].kind == CT_OP_KERNEL;
	}
	if (n_kernels != chunk->n_kernels) {
		ct_trace_fault(c->trace, chunk->offset, error, "n_kernels: is %u, not %u",
			       chunk->n_kernels, n_kernels);
		return FALSE;
	}
	return TRUE;
}

/* The pages of a chunk in place; whoever needs them again reads them again. */
static void let_go(const struct ct_cursor *c, const struct ct_chunk *chunk)
{
	uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
	uintptr_t from = (uintptr_t)c->trace->data + chunk->offset;
	uintptr_t to = (from + chunk->stored_bytes) & ~(page - 1);

	from = (from + page - 1) & ~(page - 1);
	if (c->trace->mapped && c->trace->trace.file_bytes > KEEP_BYTES && from < to)
		madvise((void *)from, to - from, MADV_DONTNEED);
}

static gboolean enter(struct ct_cursor *c, GError **error)
{
	struct ct_chunk *chunk = chunk_at(c, c->chunk);
	const struct ct_op *ops;

	if (c->end)
		let_go(c, chunk_at(c, c->entered));
	c->entered = c->chunk;
	c->next = c->end = NULL;
	c->end_position = chunk->first_position;
	if (chunk->codec != CT_CODEC_NONE && !c->buffer)
		c->buffer = g_malloc(CT_CHUNK_BYTES);
	ops = ct_chunk_payload(c->trace, chunk, c->buffer, error);
	if (!ops)
		return FALSE;
	if (!g_atomic_int_get(&chunk->verified)) {
		if (!check_ops(c, chunk, ops, error))
			return FALSE;
		g_atomic_int_set(&chunk->verified, 1);
	}
	c->next = ops;
	c->end = ops + chunk->n_records;
	c->end_position += chunk->n_records;
	c->chunk++;
	return TRUE;
}

const struct ct_op *ct_cursor_next(struct ct_cursor *c, GError **error)
{
	if (G_LIKELY(c->next < c->end))
		return c->next++;
	if (c->chunk == c->trace->lane_chunk[c->lane + 1] || !enter(c, error))
		return NULL;
	return c->next++;
}

/* The last chunk of the lane that begins at or before POSITION. */
static uint32_t find_chunk(const struct ct_cursor *c, uint64_t position)
{
	uint32_t low = c->trace->lane_chunk[c->lane],
		 high = c->trace->lane_chunk[c->lane + 1];
	uint32_t middle;

	while (high - low > 1) {
		middle = low + (high - low) / 2;
		if (chunk_at(c, middle)->first_position <= position)
			low = middle;
		else
			high = middle;
	}
	return low;
}

gboolean ct_cursor_seek(struct ct_cursor *c, uint64_t position, GError **error)
{
	uint64_t n_ops = c->trace->lane_ops[c->lane];

	if (position > n_ops) {
		ct_input_error(error,
			       "%s: lane %u: position %" G_GUINT64_FORMAT
			       " is behind its %" G_GUINT64_FORMAT " operations",
			       c->trace->path, c->lane, position, n_ops);
		return FALSE;
	}
	if (position == n_ops) {
		c->next = c->end = NULL;
		c->end_position = n_ops;
		c->chunk = c->trace->lane_chunk[c->lane + 1];
		return TRUE;
	}
	c->chunk = find_chunk(c, position);
	if (!enter(c, error))
		return FALSE;
	c->next = c->end - (c->end_position - position);
	return TRUE;
}

uint64_t ct_cursor_position(const struct ct_cursor *c)
{
	return c->end_position - (uint64_t)(c->end - c->next);
}
