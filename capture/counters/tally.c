/*
 * tally - what was counted, per kernel and launch shape.
 */
#define _GNU_SOURCE
#include "capture/counters/tally.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <xxhash.h>

#include "traces/utf8.h"

#define NAME_BYTES (CT_STRING_BYTES - 1)

/* A key is these bytes of the launch and then the kernel's name. */
#define SHAPE_BYTES offsetof(struct ct_launch, symbol)

int64_t ct_tally_row(struct ct_tally *tally, const struct ct_launch *launch)
{
	const char *symbol = launch->symbol && *launch->symbol ? launch->symbol : "unknown";
	size_t length = strnlen(symbol, NAME_BYTES);
	char *key = malloc(SHAPE_BYTES + length + 1);
	int64_t row;

	if (!key)
		return -ENOMEM;
	memcpy(key, launch, SHAPE_BYTES);
	length = ct_utf8_copy(key + SHAPE_BYTES, length, symbol, length);
	row = ct_intern_find(&tally->key, key, SHAPE_BYTES + length);
	if (row < 0 && tally->key.n_items < CT_COUNTER_FILE_ROWS) {
		if (tally->key.n_items == tally->room) {
			uint32_t room = tally->room ? 2 * tally->room : 64;
			void *rows = realloc(tally->row, room * sizeof(*tally->row));

			if (rows) {
				tally->row = rows;
				tally->room = room;
			}
		}
		if (tally->key.n_items < tally->room)
			row = ct_intern_add(&tally->key, key, SHAPE_BYTES + length);
		if (row >= 0)
			memset(&tally->row[row], 0, sizeof(*tally->row));
	}
	free(key);
	return row < 0 ? -ENOMEM : row;
}

void ct_tally_add(struct ct_tally *tally, uint32_t number, const double value[CT_COUNTERS])
{
	struct ct_tally_row *row = &tally->row[number];

	row->samples++;
	for (int c = 0; c < CT_COUNTERS; c++)
		if (!isnan(value[c])) {
			row->sum[c] += value[c];
			row->n[c]++;
		}
}

/* Where things go in the file as it is put together. */
struct content {
	char *bytes;
	struct ct_counter_file_row *rows; /* in bytes */
	char *text;
	uint32_t n_rows, text_bytes;
};

static uint32_t put_text(struct content *c, const char *text, size_t length)
{
	uint32_t at = c->text_bytes;

	memcpy(c->text + at, text, length);
	c->text[at + length] = '\0';
	c->text_bytes += (uint32_t)length + 1;
	return at;
}

static void put_row(struct content *c, const struct ct_tally *tally, uint32_t number)
{
	const struct ct_tally_row *from = &tally->row[number];
	struct ct_counter_file_row *row = &c->rows[c->n_rows++];
	struct ct_launch launch = { 0 };
	size_t length;
	const char *key = ct_intern_bytes(&tally->key, number, &length);

	memcpy(&launch, key, SHAPE_BYTES);
	memcpy(row->grid, launch.grid, sizeof(row->grid));
	memcpy(row->block, launch.block, sizeof(row->block));
	memcpy(row->cluster, launch.cluster, sizeof(row->cluster));
	row->smem_dynamic_bytes = launch.smem_dynamic_bytes;
	row->name = put_text(c, key + SHAPE_BYTES, length - SHAPE_BYTES);
	row->samples = from->samples;
	for (int i = 0; i < CT_COUNTERS; i++)
		row->mean[i] = from->n[i] ? from->sum[i] / (double)from->n[i] : (double)NAN;
}

/* An upper bound, for one allocation: a key is longer than its name and its NUL. */
static int make_room(struct content *c, const struct ct_tally *tally, size_t *rows_bytes,
		     size_t text_bytes)
{
	*rows_bytes = tally->key.n_items * sizeof(struct ct_counter_file_row);
	if (tally->key.used + text_bytes > CT_COUNTER_FILE_STRING_BYTES)
		return -EFBIG;
	c->bytes = calloc(1, sizeof(struct ct_counter_file_header) + *rows_bytes +
				     tally->key.used + text_bytes);
	if (!c->bytes)
		return -ENOMEM;
	c->rows = (void *)(c->bytes + sizeof(struct ct_counter_file_header));
	return 0;
}

static int write_all(int fd, const char *bytes, size_t length)
{
	while (length) {
		ssize_t n = write(fd, bytes, length);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		bytes += n;
		length -= (size_t)n;
	}
	return 0;
}

static int replace(const char *path, const char *bytes, size_t length)
{
	char beside[4096 + 8];
	int fd, code;

	if (snprintf(beside, sizeof(beside), "%s.part", path) >= (int)sizeof(beside))
		return -ENAMETOOLONG;
	fd = open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	code = write_all(fd, bytes, length);
	if (close(fd) && !code)
		code = -errno;
	if (!code && rename(beside, path))
		code = -errno;
	if (code)
		unlink(beside);
	return code;
}

static void seal(struct ct_counter_file_header *header, const char *payload, size_t bytes)
{
	memcpy(header->magic, CT_COUNTER_FILE_MAGIC, sizeof(header->magic));
	header->version = CT_COUNTER_FILE_VERSION;
	header->header_bytes = sizeof(*header);
	header->payload_checksum = XXH64(payload, bytes, 0);
	header->checksum =
		XXH64(header, offsetof(struct ct_counter_file_header, checksum), 0);
}

int ct_tally_write(const struct ct_tally *tally, struct ct_counter_file_header *header,
		   const char *chip, const char *call, const char *path)
{
	struct content c = { 0 };
	size_t rows_bytes, measured_bytes, payload;
	int code = make_room(&c, tally, &rows_bytes, strlen(chip) + strlen(call) + 2);

	if (code)
		return code;
	c.text = (char *)c.rows + rows_bytes;
	for (uint32_t i = 0; i < tally->key.n_items; i++)
		if (tally->row[i].samples)
			put_row(&c, tally, i);
	header->chip = put_text(&c, chip, strlen(chip));
	header->call = put_text(&c, call, strlen(call));
	header->n_rows = c.n_rows;
	header->string_bytes = c.text_bytes;
	/* Rows that were never measured leave a gap before the text. */
	measured_bytes = c.n_rows * sizeof(struct ct_counter_file_row);
	memmove((char *)c.rows + measured_bytes, c.text, c.text_bytes);
	payload = measured_bytes + c.text_bytes;
	seal(header, (const char *)c.rows, payload);
	memcpy(c.bytes, header, sizeof(*header));
	code = replace(path, c.bytes, sizeof(*header) + payload);
	free(c.bytes);
	return code;
}
