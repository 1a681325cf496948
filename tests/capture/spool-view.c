/*
 * spool-view - a spool as its description says it is; see spool-view.h.
 */
#include "tests/capture/spool-view.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

static const size_t least[] = {
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

static int refuse(char *text, size_t text_bytes, const char *what, size_t at)
{
	snprintf(text, text_bytes, "byte %zu: %s", at, what);
	return -1;
}

static int read_file(struct ct_spool_view *view, const char *path)
{
	FILE *file = fopen(path, "rb");
	long n;

	if (!file)
		return -1;
	fseek(file, 0, SEEK_END);
	n = ftell(file);
	rewind(file);
	view->n_bytes = n > 0 ? (size_t)n : 0;
	view->bytes = malloc(view->n_bytes + 1);
	if (fread(view->bytes, 1, view->n_bytes, file) != view->n_bytes) {
		fclose(file);
		return -1;
	}
	fclose(file);
	return 0;
}

/* NULL, or what is wrong with a reference of RECORD. */
static const char *check_record(const struct ct_spool_view *view,
				const struct ct_spool_record *record)
{
	const void *at = record;
	size_t bytes = (size_t)record->words * 8, n;
	uint32_t string = CT_NONE;

	if (record->type < sizeof(least) / sizeof(least[0]) && bytes < least[record->type])
		return "a record shorter than its type";
	switch (record->type) {
	case CT_SPOOL_STRING:
		n = ((const struct ct_spool_string *)at)->bytes;
		if (n + 1 > bytes - sizeof(struct ct_spool_string))
			return "a string that does not fit its record";
		if (((const char *)at)[sizeof(struct ct_spool_string) + n])
			return "a string without its end";
		return NULL;
	case CT_SPOOL_SHAPE:
		string = ((const struct ct_spool_shape *)at)->shape.name;
		break;
	case CT_SPOOL_DEVICE:
		string = ((const struct ct_spool_device *)at)->device.name;
		break;
	case CT_SPOOL_KERNEL:
		if (((const struct ct_spool_kernel *)at)->shape >= view->n_shapes)
			return "a kernel of a shape that was not there before";
		break;
	case CT_SPOOL_MARKER:
		string = ((const struct ct_spool_marker *)at)->name;
		if (string == CT_NONE)
			string = ((const struct ct_spool_marker *)at)->domain;
		break;
	case CT_SPOOL_NOTE:
		string = ((const struct ct_spool_note *)at)->text;
		break;
	default:
		break;
	}
	if (string != CT_NONE && string >= view->n_strings)
		return "a string that was not there before";
	return NULL;
}

#define GROW(array, n)                                                                     \
	do {                                                                               \
		if (((n) & ((n)-1)) == 0)                                                  \
			(array) =                                                          \
				realloc((array), ((n) ? 2 * (n) : 1) * sizeof(*(array)));  \
	} while (0)

static const char *add_records(struct ct_spool_view *view, size_t at, size_t bytes)
{
	const struct ct_spool_record *record;
	const char *wrong;

	while (bytes) {
		record = (const void *)(view->bytes + at);
		if (!record->words || (size_t)record->words * 8 > bytes)
			return "a record that does not fit its block";
		if (!view->is_cut)
			return "a record after the end";
		wrong = check_record(view, record);
		if (wrong)
			return wrong;
		GROW(view->records, view->n_records);
		view->records[view->n_records++] = record;
		if (record->type == CT_SPOOL_STRING) {
			GROW(view->strings, view->n_strings);
			view->strings[view->n_strings++] =
				(const char *)record + sizeof(struct ct_spool_string);
		} else if (record->type == CT_SPOOL_SHAPE) {
			GROW(view->shapes, view->n_shapes);
			view->shapes[view->n_shapes++] = (const void *)record;
		} else if (record->type == CT_SPOOL_END) {
			view->is_cut = false;
		}
		at += (size_t)record->words * 8;
		bytes -= (size_t)record->words * 8;
	}
	return NULL;
}

static uint64_t block_checksum(const struct ct_spool_block *block)
{
	XXH64_state_t *state = XXH64_createState();
	uint64_t sum;

	XXH64_reset(state, 0);
	XXH64_update(state, block, 16);
	XXH64_update(state, block + 1, block->bytes);
	sum = XXH64_digest(state);
	XXH64_freeState(state);
	return sum;
}

int ct_spool_view_read(struct ct_spool_view *view, const char *path, char *text,
		       size_t text_bytes)
{
	const struct ct_spool_block *block;
	size_t at = sizeof(struct ct_spool_header);
	const char *wrong;

	memset(view, 0, sizeof(*view));
	view->is_cut = true;
	if (read_file(view, path)) {
		snprintf(text, text_bytes, "%s", strerror(errno));
		return -1;
	}
	view->header = (const void *)view->bytes;
	if (view->n_bytes < at || memcmp(view->header->magic, CT_SPOOL_MAGIC, 8))
		return refuse(text, text_bytes, "no header of a spool", 0);
	if (view->header->version != CT_SPOOL_VERSION || view->header->header_bytes != at)
		return refuse(text, text_bytes, "another version", 8);
	if (view->header->checksum != XXH64(view->header, 56, 0))
		return refuse(text, text_bytes, "the header's checksum", 56);
	while (at < view->n_bytes) {
		view->n_tail = view->n_bytes - at;
		block = (const void *)(view->bytes + at);
		if (view->n_tail < sizeof(*block) ||
		    (block->magic == CT_SPOOL_BLOCK_MAGIC &&
		     block->bytes <= CT_SPOOL_BLOCK_BYTES &&
		     view->n_tail < sizeof(*block) + block->bytes))
			break; /* cut off within a block */
		if (block->magic != CT_SPOOL_BLOCK_MAGIC)
			return refuse(text, text_bytes, "no block", at);
		if (block->bytes > CT_SPOOL_BLOCK_BYTES || block->bytes % 8)
			return refuse(text, text_bytes, "a block's length", at);
		if (block->number != view->n_blocks++)
			return refuse(text, text_bytes, "a block's number", at);
		if (block->checksum != block_checksum(block))
			return refuse(text, text_bytes, "a block's checksum", at);
		wrong = add_records(view, at + sizeof(*block), block->bytes);
		if (wrong)
			return refuse(text, text_bytes, wrong, at);
		at += sizeof(*block) + block->bytes;
		view->n_tail = 0;
	}
	return 0;
}

void ct_spool_view_clear(struct ct_spool_view *view)
{
	free(view->bytes);
	free(view->records);
	free(view->strings);
	free(view->shapes);
}

const char *ct_spool_view_string(const struct ct_spool_view *view, uint32_t i)
{
	return i < view->n_strings ? view->strings[i] : "-";
}
