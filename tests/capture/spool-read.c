/* spool-read - all records of a spool, for tests. */
#include "tests/capture/spool-read.h"

#include <glib.h>
#include <string.h>
#include <xxhash.h>

/* The reader of one block; what follows it. */
static const char *take_block(struct ct_spool_file *file, GPtrArray *records,
			      const char *at)
{
	const struct ct_spool_block *block = (const void *)at;
	const char *end = at + sizeof(*block) + block->bytes;
	XXH64_state_t *sum = XXH64_createState();

	g_assert_true(end <= file->bytes + file->length);
	g_assert_cmpuint(block->magic, ==, CT_SPOOL_BLOCK_MAGIC);
	g_assert_cmpuint(block->number, ==, file->n_blocks);
	g_assert_cmpuint(block->bytes, <=, CT_SPOOL_BLOCK_BYTES);
	XXH64_reset(sum, 0);
	XXH64_update(sum, block, offsetof(struct ct_spool_block, checksum));
	XXH64_update(sum, block + 1, block->bytes);
	g_assert_cmpuint(XXH64_digest(sum), ==, block->checksum);
	XXH64_freeState(sum);
	file->n_blocks++;
	for (at += sizeof(*block); at < end;) {
		const struct ct_spool_record *record = (const void *)at;

		g_assert_cmpuint(record->words, >, 0);
		g_ptr_array_add(records, (gpointer)record);
		at += record->words * 8;
	}
	g_assert_true(at == end);
	return end;
}

void ct_spool_file_read(struct ct_spool_file *file, const char *path)
{
	GPtrArray *records = g_ptr_array_new();
	GError *error = NULL;
	const char *at;
	gsize length;

	memset(file, 0, sizeof(*file));
	g_file_get_contents(path, &file->bytes, &length, &error);
	g_assert_no_error(error);
	file->length = length;
	file->header = (const void *)file->bytes;
	g_assert_cmpuint(length, >=, sizeof(*file->header));
	g_assert_true(!memcmp(file->header->magic, CT_SPOOL_MAGIC, 8));
	g_assert_cmpuint(XXH64(file->header, sizeof(*file->header) - 8, 0), ==,
			 file->header->checksum);
	for (at = file->bytes + sizeof(*file->header); at < file->bytes + length;)
		at = take_block(file, records, at);
	file->n_records = records->len;
	file->record = (const struct ct_spool_record **)g_ptr_array_free(records, FALSE);
}

void ct_spool_file_free(struct ct_spool_file *file)
{
	g_free(file->bytes);
	g_free(file->record);
}

size_t ct_spool_file_count(const struct ct_spool_file *file, enum ct_spool_type type)
{
	size_t n = 0, i;

	for (i = 0; i < file->n_records; i++)
		n += file->record[i]->type == type;
	return n;
}

const void *ct_spool_file_get(const struct ct_spool_file *file, enum ct_spool_type type,
			      size_t index)
{
	size_t i;

	for (i = 0; i < file->n_records; i++)
		if (file->record[i]->type == type && index-- == 0)
			return file->record[i];
	g_error("no record %zu of type %d", index, type);
}

const char *ct_spool_file_text(const struct ct_spool_file *file, uint32_t number)
{
	const struct ct_spool_string *string;

	if (number == CT_NONE)
		return "";
	string = ct_spool_file_get(file, CT_SPOOL_STRING, number);
	g_assert_cmpuint(strlen((const char *)(string + 1)), ==, string->bytes);
	return (const char *)(string + 1);
}
