/*
 * reader-chunks - walks the chunks of a trace file and loads its tables.
 *
 * Nothing in the file is believed before it is checked, and nothing is allocated on its
 * word alone: a chunk is at most CT_CHUNK_BYTES, all tables together at most
 * CT_TABLE_BYTES, and the chunk index is bounded by the size of the file.
 */
#include <string.h>

#include <xxhash.h>
#include <zstd.h>

#include "sim/base/error.h"
#include "traces/reader-index.h"

const void *ct_chunk_payload(const struct ct_trace_index *t, const struct ct_chunk *c,
			     void *buffer, GError **error)
{
	const guint8 *stored = t->data + c->offset + sizeof(struct ct_chunk_header);
	size_t n = c->stored_bytes, raw;

	if (!ct_trace_holds(t, c->offset, sizeof(struct ct_chunk_header) + n)) {
		ct_trace_fault(t, c->offset, error, "the file was cut short while in use");
		return NULL;
	}
	if (!g_atomic_int_get(&c->verified)) {
		if (XXH64(stored, n, 0) != c->payload_checksum) {
			ct_trace_fault(t, c->offset, error, "payload_checksum: is wrong");
			return NULL;
		}
		for (; n % 8; n++) {
			if (stored[n]) {
				ct_trace_fault(t, c->offset, error, "padding: is not zero");
				return NULL;
			}
		}
	}
	if (c->codec == CT_CODEC_NONE)
		return stored;

	raw = ZSTD_decompress(buffer, c->raw_bytes, stored, c->stored_bytes);
	if (ZSTD_isError(raw) || raw != c->raw_bytes) {
		ct_trace_fault(t, c->offset, error,
			       "payload: does not decompress to %u bytes", c->raw_bytes);
		return NULL;
	}
	return buffer;
}

/* The field at fault in the header of a chunk whose type is known, or NULL. */
static const char *header_fault(const struct ct_chunk_header *h)
{
	size_t record = ct_record_bytes(h->type);

	if (h->codec > CT_CODEC_ZSTD)
		return "codec";
	if (h->raw_bytes == 0 || h->raw_bytes > CT_CHUNK_BYTES || h->raw_bytes % 8)
		return "raw_bytes";
	if (h->stored_bytes > h->raw_bytes)
		return "stored_bytes";
	if (h->codec == CT_CODEC_NONE && h->stored_bytes != h->raw_bytes)
		return "stored_bytes";
	if (h->n_records == 0 || h->n_records > h->raw_bytes)
		return "n_records";
	if (record && (uint64_t)h->n_records * record != h->raw_bytes)
		return "n_records";
	if (h->type == CT_CHUNK_END && h->n_records != 1)
		return "n_records";
	if ((h->type == CT_CHUNK_OPS) != (h->lane != CT_NONE))
		return "lane";
	if (h->n_kernels > (h->type == CT_CHUNK_OPS ? h->n_records : 0))
		return "n_kernels";
	return NULL;
}

static gboolean add_strings(struct ct_trace_index *t, const struct ct_chunk *c,
			    const char *text, GError **error)
{
	const char *end = text + c->raw_bytes, *nul;
	uint32_t i;

	for (i = 0; i < c->n_records; i++, text = nul + 1) {
		nul = text < end ? memchr(text, '\0', (size_t)(end - text)) : NULL;
		if (!nul || nul - text >= (ptrdiff_t)CT_STRING_BYTES) {
			ct_trace_fault(t, c->offset, error, "string %u: has no end", i);
			return FALSE;
		}
		if (!g_utf8_validate_len(text, (gsize)(nul - text), NULL)) {
			ct_trace_fault(t, c->offset, error, "string %u: is not UTF-8", i);
			return FALSE;
		}
		g_ptr_array_add(t->string,
				g_string_chunk_insert_len(t->text, text, nul - text));
	}
	for (; text < end; text++) {
		if (*text) {
			ct_trace_fault(t, c->offset, error,
				       "n_records: text follows the last");
			return FALSE;
		}
	}
	t->counts.n[CT_CHUNK_STRINGS] += c->n_records;
	return TRUE;
}

static gboolean add_records(struct ct_trace_index *t, const struct ct_chunk *c,
			    uint32_t type, const guint8 *payload, GError **error)
{
	size_t bytes = ct_record_bytes(type);
	const char *field;
	uint32_t i;

	for (i = 0; i < c->n_records; i++) {
		field = ct_table_fault(type, payload + i * bytes, &t->counts);
		if (field) {
			ct_trace_fault(t, c->offset, error, "%s %u: %s: %s",
				       ct_chunk_name(type), t->counts.n[type], field,
				       type < CT_CHUNK_OPS ? "names none that is there"
							   : "is out of bounds");
			return FALSE;
		}
		t->counts.n[type]++;
	}
	g_byte_array_append(t->table[type], payload, c->raw_bytes);
	return TRUE;
}

static gboolean add_end(struct ct_trace_index *t, const struct ct_chunk *c,
			const struct ct_end_record *end, uint64_t n_chunks, GError **error)
{
	const char *field = end->n_chunks != n_chunks              ? "n_chunks"
			    : end->n_ops != t->trace.n_ops         ? "n_ops"
			    : end->n_kernels != t->trace.n_kernels ? "n_kernels"
								   : NULL;

	if (field) {
		ct_trace_fault(t, c->offset, error, "end: %s: is not what the file holds",
			       field);
		return FALSE;
	}
	t->trace.n_dropped = end->n_dropped;
	t->trace.complete = TRUE;
	return TRUE;
}

static gboolean add_ops(struct ct_trace_index *t, const struct ct_chunk *c, GError **error)
{
	if (c->lane >= t->counts.n[CT_CHUNK_LANES]) {
		ct_trace_fault(t, c->offset, error, "lane: is %u, of %u", c->lane,
			       t->counts.n[CT_CHUNK_LANES]);
		return FALSE;
	}
	g_array_append_val(t->chunks, *c);
	t->trace.n_ops += c->n_records;
	t->trace.n_kernels += c->n_kernels;
	return TRUE;
}

static gboolean add_chunk(struct ct_trace_index *t, uint64_t offset,
			  const struct ct_chunk_header *h, uint64_t n_chunks, void *buffer,
			  GError **error)
{
	struct ct_chunk c = {
		.offset = offset,
		.payload_checksum = h->payload_checksum,
		.lane = h->lane,
		.n_records = h->n_records,
		.n_kernels = h->n_kernels,
		.raw_bytes = h->raw_bytes,
		.stored_bytes = h->stored_bytes,
		.codec = h->codec,
	};
	const char *field = header_fault(h);
	const void *payload;

	if (field) {
		ct_trace_fault(t, offset, error, "%s chunk: %s: is out of bounds",
			       ct_chunk_name(h->type), field);
		return FALSE;
	}
	if (h->type == CT_CHUNK_OPS)
		return add_ops(t, &c, error);

	t->table_bytes += h->raw_bytes;
	if (t->table_bytes > CT_TABLE_BYTES) {
		ct_trace_fault(t, offset, error, "the tables are larger than %u MiB",
			       CT_TABLE_BYTES >> 20);
		return FALSE;
	}
	payload = ct_chunk_payload(t, &c, buffer, error);
	if (!payload)
		return FALSE;
	if (h->type == CT_CHUNK_STRINGS)
		return add_strings(t, &c, payload, error);
	if (h->type == CT_CHUNK_END)
		return add_end(t, &c, payload, n_chunks, error);
	return add_records(t, &c, h->type, payload, error);
}

static gboolean is_known(uint32_t type)
{
	return type == CT_CHUNK_STRINGS || ct_record_bytes(type) != 0;
}

gboolean ct_chunks_load(struct ct_trace_index *t, uint64_t *end, GError **error)
{
	uint64_t offset = sizeof(struct ct_trace_header), size = t->trace.file_bytes, bytes;
	g_autofree void *buffer = g_malloc(CT_CHUNK_BYTES);
	struct ct_chunk_header h;
	uint64_t n_chunks;

	for (n_chunks = 0; size - offset >= sizeof(h) && !t->trace.complete; n_chunks++) {
		if (!ct_trace_holds(t, offset, sizeof(h))) {
			ct_trace_fault(t, offset, error,
				       "the file was cut short while in use");
			return FALSE;
		}
		memcpy(&h, t->data + offset, sizeof(h));
		if (h.magic != CT_CHUNK_MAGIC) {
			ct_trace_fault(t, offset, error, "magic: no chunk begins here");
			return FALSE;
		}
		if (h.checksum !=
		    XXH64(&h, offsetof(struct ct_chunk_header, checksum), 0)) {
			ct_trace_fault(t, offset, error, "chunk header: checksum is wrong");
			return FALSE;
		}
		bytes = sizeof(h) + ((uint64_t)h.stored_bytes + 7) / 8 * 8;
		if (bytes > size - offset)
			break;
		if (is_known(h.type) && !add_chunk(t, offset, &h, n_chunks, buffer, error))
			return FALSE;
		offset += bytes;
	}
	*end = offset;
	return TRUE;
}
