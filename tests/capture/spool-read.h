/*
 * spool-read.h - all records of a spool, for tests.
 *
 * Without the importer's reader, so that both are not wrong together: whatever is not as
 * spool.h has it ends the test.
 */
#ifndef CT_TESTS_CAPTURE_SPOOL_READ_H
#define CT_TESTS_CAPTURE_SPOOL_READ_H

#include <stddef.h>

#include "traces/spool.h"

struct ct_spool_file {
	char *bytes;
	size_t length;
	const struct ct_spool_header *header;
	const struct ct_spool_record **record;
	size_t n_records, n_blocks;
};

void ct_spool_file_read(struct ct_spool_file *, const char *path);
void ct_spool_file_free(struct ct_spool_file *);

size_t ct_spool_file_count(const struct ct_spool_file *, enum ct_spool_type);
/* The INDEX-th of TYPE, which must be there. */
const void *ct_spool_file_get(const struct ct_spool_file *, enum ct_spool_type,
			      size_t index);
/* Of a string's number; "" for CT_NONE. */
const char *ct_spool_file_text(const struct ct_spool_file *, uint32_t number);

#endif
