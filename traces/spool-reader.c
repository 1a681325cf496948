/*
 * spool-reader - one spool, record by record, with nothing in it believed
 *
 * Memory is one block, whatever the file says.  Blocks are read, not mapped: a program
 * that is still writing, or a disk that fails, gives a short read and no signal.
 */
#include "traces/spool-reader.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stddef.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define XXH_STATIC_LINKING_ONLY
#include <xxhash.h>

#include "sim/base/error.h"

struct ct_spool_reader {
	char *path;
	int fd;
	uint64_t size, offset; /* of the file; of the next block */
	struct ct_spool_header header;
	guint8 *block;
	uint32_t used, bytes;  /* of the block */
	uint64_t block_offset; /* of its payload */
	uint64_t n_blocks;
	uint32_t place; /* in the block, of the last record */
	uint32_t n_strings, n_shapes;
	gboolean ended; /* the last record so far is an end */
	const char *missing;
};

/* The shortest there can be: records only grow. */
static const uint16_t record_bytes[] = {
	[CT_SPOOL_STRING] = sizeof(struct ct_spool_string),
	[CT_SPOOL_SHAPE] = sizeof(struct ct_spool_shape),
	[CT_SPOOL_DEVICE] = sizeof(struct ct_spool_device),
	[CT_SPOOL_CONTEXT] = sizeof(struct ct_spool_context),
	[CT_SPOOL_STREAM] = sizeof(struct ct_spool_stream),
	[CT_SPOOL_KERNEL] = sizeof(struct ct_spool_kernel),
	[CT_SPOOL_COPY] = sizeof(struct ct_spool_copy),
	[CT_SPOOL_SET] = sizeof(struct ct_spool_set),
	[CT_SPOOL_CALL] = sizeof(struct ct_spool_call),
	[CT_SPOOL_SYNC] = sizeof(struct ct_spool_sync),
	[CT_SPOOL_EVENT] = sizeof(struct ct_spool_event),
	[CT_SPOOL_MEMORY] = sizeof(struct ct_spool_memory),
	[CT_SPOOL_MARKER] = sizeof(struct ct_spool_marker),
	[CT_SPOOL_NODE] = sizeof(struct ct_spool_node),
	[CT_SPOOL_EDGE] = sizeof(struct ct_spool_edge),
	[CT_SPOOL_ANCHOR] = sizeof(struct ct_spool_anchor),
	[CT_SPOOL_DROPPED] = sizeof(struct ct_spool_dropped),
	[CT_SPOOL_NOTE] = sizeof(struct ct_spool_note),
	[CT_SPOOL_END] = sizeof(struct ct_spool_end),
};

static void fault(const struct ct_spool_reader *r, uint64_t offset, const char *field,
		  const char *what, GError **error)
{
	ct_input_error(error, "%s: at byte %" PRIu64 ": %s: %s", r->path, offset, field,
		       what);
}

void ct_spool_reader_place(const struct ct_spool_reader *r, GError **error)
{
	g_prefix_error(error, "%s: at byte %" PRIu64 ": ", r->path,
		       r->block_offset + r->place);
}

gboolean ct_spool_probe(const guint8 *head, size_t length)
{
	return length >= 8 && memcmp(head, CT_SPOOL_MAGIC, 8) == 0;
}

/* As many of BYTES as there are; less only at the end of the file, or -1. */
static gssize read_at(const struct ct_spool_reader *r, void *to, size_t bytes,
		      uint64_t offset, GError **error)
{
	size_t got = 0;
	ssize_t n;

	while (got < bytes) {
		n = pread(r->fd, (char *)to + got, bytes - got, (off_t)(offset + got));
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			g_set_error(error, CT_ERROR, CT_EXIT_INPUT,
				    "%s: cannot be read: %s", r->path, g_strerror(errno));
			return -1;
		}
		if (n == 0)
			break;
		got += (size_t)n;
	}
	return (gssize)got;
}

static gboolean read_header(struct ct_spool_reader *r, GError **error)
{
	struct ct_spool_header *h = &r->header;
	gssize got = read_at(r, h, sizeof(*h), 0, error);

	if (got < 0)
		return FALSE;
	if (got >= 8 && memcmp(h->magic, CT_SPOOL_MAGIC, sizeof(h->magic)) != 0) {
		fault(r, 0, "magic", "this is no spool", error);
		return FALSE;
	}
	if (got < (gssize)sizeof(*h)) {
		fault(r, 0, "header", "the file ends inside it", error);
		return FALSE;
	}
	if (h->version == 0 || h->version > CT_SPOOL_VERSION) {
		ct_input_error(error,
			       "%s: at byte 8: version: is %u, this program reads %d",
			       r->path, h->version, CT_SPOOL_VERSION);
		return FALSE;
	}
	if (h->checksum != XXH64(h, offsetof(struct ct_spool_header, checksum), 0)) {
		fault(r, 0, "header", "its checksum is wrong", error);
		return FALSE;
	}
	if (h->header_bytes < sizeof(*h) || h->header_bytes % 8 ||
	    h->header_bytes > r->size) {
		fault(r, offsetof(struct ct_spool_header, header_bytes), "header_bytes",
		      "is out of bounds", error);
		return FALSE;
	}
	if (h->pid == 0) {
		fault(r, offsetof(struct ct_spool_header, pid), "pid", "is 0", error);
		return FALSE;
	}
	r->offset = h->header_bytes;
	return TRUE;
}

struct ct_spool_reader *ct_spool_reader_open(const char *path, GError **error)
{
	struct ct_spool_reader *r = g_new0(struct ct_spool_reader, 1);
	struct stat status;

	r->path = g_strdup(path);
	/* Not to wait for the writer of a FIFO. */
	r->fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (r->fd < 0 || fstat(r->fd, &status) != 0) {
		g_set_error(error, CT_ERROR, CT_EXIT_INPUT, "%s: cannot be opened: %s",
			    path, g_strerror(errno));
		ct_spool_reader_free(r);
		return NULL;
	}
	if (!S_ISREG(status.st_mode)) {
		ct_input_error(error, "%s: is not a regular file", path);
		ct_spool_reader_free(r);
		return NULL;
	}
	r->size = (uint64_t)MAX(status.st_size, 0);
	r->block = g_malloc(CT_SPOOL_BLOCK_BYTES);
	if (!read_header(r, error)) {
		ct_spool_reader_free(r);
		return NULL;
	}
	return r;
}

void ct_spool_reader_free(struct ct_spool_reader *r)
{
	if (!r)
		return;
	if (r->fd >= 0)
		close(r->fd);
	g_free(r->block);
	g_free(r->path);
	g_free(r);
}

const struct ct_spool_header *ct_spool_reader_header(const struct ct_spool_reader *r)
{
	return &r->header;
}

const char *ct_spool_reader_missing(const struct ct_spool_reader *r)
{
	return r->missing;
}

double ct_spool_reader_progress(const struct ct_spool_reader *r)
{
	return r->size ? MIN(1.0, (double)r->offset / (double)r->size) : 1.0;
}

static uint64_t block_checksum(const struct ct_spool_block *head, const void *payload)
{
	XXH64_state_t state;

	XXH64_reset(&state, 0);
	XXH64_update(&state, head, offsetof(struct ct_spool_block, checksum));
	XXH64_update(&state, payload, head->bytes);
	return XXH64_digest(&state);
}

/* FALSE: there is none, or *ERROR. */
static gboolean next_block(struct ct_spool_reader *r, GError **error)
{
	struct ct_spool_block head;
	gssize got = read_at(r, &head, sizeof(head), r->offset, error);

	if (got <= 0)
		return FALSE;
	if (got < (gssize)sizeof(head)) {
		r->missing = "it was cut off inside a block";
		return FALSE;
	}
	if (head.magic != CT_SPOOL_BLOCK_MAGIC) {
		fault(r, r->offset, "magic", "no block begins here", error);
		return FALSE;
	}
	if (head.bytes == 0 || head.bytes % 8 || head.bytes > CT_SPOOL_BLOCK_BYTES) {
		fault(r, r->offset + offsetof(struct ct_spool_block, bytes), "bytes",
		      "is out of bounds", error);
		return FALSE;
	}
	got = read_at(r, r->block, head.bytes, r->offset + sizeof(head), error);
	if (got < 0)
		return FALSE;
	if (got < (gssize)head.bytes) {
		r->missing = "it was cut off inside a block";
		return FALSE;
	}
	if (head.checksum != block_checksum(&head, r->block)) {
		fault(r, r->offset, "block", "its checksum is wrong", error);
		return FALSE;
	}
	if (head.number < r->n_blocks) {
		fault(r, r->offset + offsetof(struct ct_spool_block, number), "number",
		      "is that of an earlier block", error);
		return FALSE;
	}
	if (head.number > r->n_blocks) {
		/* With what stood in it the numbers of later strings and shapes are lost. */
		r->missing = "a block is missing in it";
		return FALSE;
	}
	r->n_blocks++;
	r->block_offset = r->offset + sizeof(head);
	r->offset = r->block_offset + head.bytes;
	r->bytes = head.bytes;
	r->used = 0;
	return TRUE;
}

static gboolean is_string(const struct ct_spool_reader *r, uint32_t index)
{
	return index == CT_NONE || index < r->n_strings;
}

static gboolean is_ended(const struct ct_spool_string *s)
{
	size_t room = s->record.words * 8u - sizeof(*s);

	return s->bytes < room && ((const char *)(s + 1))[s->bytes] == '\0';
}

/* The field of RECORD that is wrong, or NULL. */
static const char *record_fault(const struct ct_spool_reader *r,
				const struct ct_spool_record *record)
{
	const void *any = record;
	const struct ct_spool_string *string = any;
	const struct ct_spool_shape *shape = any;
	const struct ct_spool_device *device = any;
	const struct ct_spool_kernel *kernel = any;
	const struct ct_spool_marker *marker = any;
	const struct ct_spool_note *note = any;

	switch (record->type) {
	case CT_SPOOL_STRING:
		return is_ended(string) ? NULL : "string: bytes";
	case CT_SPOOL_SHAPE:
		return is_string(r, shape->shape.name) ? NULL : "shape: name";
	case CT_SPOOL_DEVICE:
		return is_string(r, device->device.name) ? NULL : "device: name";
	case CT_SPOOL_KERNEL:
		return kernel->shape < r->n_shapes ? NULL : "kernel: shape";
	case CT_SPOOL_MARKER:
		if (!is_string(r, marker->name))
			return "marker: name";
		return is_string(r, marker->domain) ? NULL : "marker: domain";
	case CT_SPOOL_NOTE:
		return is_string(r, note->text) ? NULL : "note: text";
	default:
		return NULL;
	}
}

/* Takes in the record at the place; FALSE on *ERROR. */
static gboolean check_record(struct ct_spool_reader *r,
			     const struct ct_spool_record *record, GError **error)
{
	uint64_t offset = r->block_offset + r->place;
	const char *field;

	if (record->words == 0 || record->words * 8u > r->bytes - r->place) {
		fault(r, offset, "words", "the record does not fit its block", error);
		return FALSE;
	}
	r->used += record->words * 8u;
	r->ended = record->type == CT_SPOOL_END;
	if (record->type == 0 || record->type >= G_N_ELEMENTS(record_bytes))
		return TRUE;
	if (record->words * 8u < record_bytes[record->type]) {
		fault(r, offset, "words", "the record is too short for its type", error);
		return FALSE;
	}
	field = record_fault(r, record);
	if (field) {
		fault(r, offset, field,
		      record->type == CT_SPOOL_STRING ? "the text has no end"
						      : "names none that stands before",
		      error);
		return FALSE;
	}
	r->n_strings += record->type == CT_SPOOL_STRING;
	r->n_shapes += record->type == CT_SPOOL_SHAPE;
	return TRUE;
}

const struct ct_spool_record *ct_spool_reader_next(struct ct_spool_reader *r,
						   GError **error)
{
	const struct ct_spool_record *record;
	GError *failed = NULL;

	for (;;) {
		while (r->used == r->bytes) {
			if (next_block(r, &failed))
				continue;
			if (failed)
				g_propagate_error(error, failed);
			else if (!r->missing && !r->ended)
				r->missing = "it has no end";
			return NULL;
		}
		r->place = r->used;
		record = (const void *)(r->block + r->place);
		if (!check_record(r, record, error))
			return NULL;
		if (record->type != 0 && record->type < G_N_ELEMENTS(record_bytes))
			return record;
	}
}
