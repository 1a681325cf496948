/*
 * spool-builder - a spool, record by record, as a test wants it, damage included.
 */
#include "tests/unit/spool-builder.h"

#include <stddef.h>
#include <string.h>

#define XXH_STATIC_LINKING_ONLY
#include <xxhash.h>

void spool_begin(struct spool_builder *b, uint32_t pid)
{
	struct ct_spool_header header = {
		.version = CT_SPOOL_VERSION,
		.header_bytes = sizeof(header),
		.pid = pid,
		.begin_ns = 1,
		.unix_offset_ns = 1000000,
		.cupti_version = 130001,
		.driver_version = 13000,
	};

	memset(b, 0, sizeof(*b));
	memcpy(header.magic, CT_SPOOL_MAGIC, sizeof(header.magic));
	header.checksum = XXH64(&header, offsetof(struct ct_spool_header, checksum), 0);
	b->file = g_byte_array_new();
	b->block = g_byte_array_new();
	g_byte_array_append(b->file, (const void *)&header, sizeof(header));
}

void spool_add(struct spool_builder *b, enum ct_spool_type type, const void *record,
	       size_t bytes)
{
	struct ct_spool_record head = { (uint16_t)type, (uint16_t)(bytes / 8) };
	guint at = b->block->len;

	g_byte_array_append(b->block, record, (guint)bytes);
	memcpy(b->block->data + at, &head, sizeof(head));
}

uint32_t spool_string(struct spool_builder *b, const char *text)
{
	size_t bytes = strlen(text),
	       whole = (sizeof(struct ct_spool_string) + bytes + 8) & ~(size_t)7;
	g_autofree char *record = g_malloc0(whole);

	((struct ct_spool_string *)(void *)record)->bytes = (uint32_t)bytes;
	memcpy(record + sizeof(struct ct_spool_string), text, bytes);
	spool_add(b, CT_SPOOL_STRING, record, whole);
	return b->n_strings++;
}

void spool_block(struct spool_builder *b)
{
	struct ct_spool_block head = { .magic = CT_SPOOL_BLOCK_MAGIC,
				       .bytes = b->block->len,
				       .number = b->n_blocks++ };
	XXH64_state_t state;

	if (b->block->len == 0)
		return;
	XXH64_reset(&state, 0);
	XXH64_update(&state, &head, offsetof(struct ct_spool_block, checksum));
	XXH64_update(&state, b->block->data, b->block->len);
	head.checksum = XXH64_digest(&state);
	g_byte_array_append(b->file, (const void *)&head, sizeof(head));
	g_byte_array_append(b->file, b->block->data, b->block->len);
	g_byte_array_set_size(b->block, 0);
}

void spool_end(struct spool_builder *b)
{
	SPOOL_ADD(b, END, &(struct ct_spool_end){ .n_records = 5 });
	spool_block(b);
}

void spool_write(struct spool_builder *b, const char *path)
{
	spool_block(b);
	g_file_set_contents(path, (const char *)b->file->data, b->file->len, NULL);
}

void spool_free(struct spool_builder *b)
{
	g_byte_array_unref(b->file);
	g_byte_array_unref(b->block);
}

void spool_preamble(struct spool_builder *b)
{
	uint32_t board = spool_string(b, "Test Board");
	uint32_t kernel = spool_string(b, "_Z4gemmIfEvPT_"); /* void gemm<float>(float*) */

	SPOOL_ADD(b, DEVICE,
		  &(struct ct_spool_device){
			  .device = { .id = 0, .name = board, .sms = 132 } });
	SPOOL_ADD(b, CONTEXT,
		  &(struct ct_spool_context){
			  .context = 1, .parent = CT_NONE, .null_stream = 7 });
	SPOOL_ADD(b, SHAPE,
		  &(struct ct_spool_shape){ .shape = { .name = kernel,
						       .grid = { 4, 5, 6 },
						       .block = { 128, 1, 1 },
						       .registers = 32,
						       .flags = CT_SHAPE_HAS_GRID |
								CT_SHAPE_HAS_REGISTERS } });
	b->n_shapes++;
}

void spool_kernel(struct spool_builder *b, uint32_t correlation, uint32_t stream,
		  int64_t start_ns, int64_t end_ns)
{
	SPOOL_ADD(b, KERNEL,
		  &(struct ct_spool_kernel){ .correlation = correlation,
					     .start_ns = start_ns,
					     .end_ns = end_ns,
					     .context = 1,
					     .stream = stream });
}

void spool_call(struct spool_builder *b, uint32_t number, uint32_t thread,
		uint32_t correlation, int64_t start_ns, int64_t end_ns)
{
	SPOOL_ADD(b, CALL,
		  &(struct ct_spool_call){ .correlation = correlation,
					   .start_ns = start_ns,
					   .end_ns = end_ns,
					   .thread = thread,
					   .call = number,
					   .domain = 1 });
}
