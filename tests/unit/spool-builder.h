/*
 * spool-builder.h - a spool, record by record, as a test wants it, damage included.
 */
#ifndef CT_TESTS_SPOOL_BUILDER_H
#define CT_TESTS_SPOOL_BUILDER_H

#include <glib.h>

#include "traces/spool.h"

struct spool_builder {
	GByteArray *file, *block;
	uint64_t n_blocks;
	uint32_t n_strings, n_shapes;
};

void spool_begin(struct spool_builder *, uint32_t pid);
/* RECORD of BYTES as TYPE; its head is filled in. */
void spool_add(struct spool_builder *, enum ct_spool_type type, const void *record,
	       size_t bytes);
uint32_t spool_string(struct spool_builder *, const char *text);
void spool_block(struct spool_builder *); /* ends one */
void spool_end(struct spool_builder *);   /* with its end record, empty */
void spool_write(struct spool_builder *, const char *path);
void spool_free(struct spool_builder *);

#define SPOOL_ADD(builder, type, ...)                                                      \
	spool_add(builder, CT_SPOOL_##type, __VA_ARGS__, sizeof(*(__VA_ARGS__)))

/* What most tests need: device 0 with 132 SMs, context 1 with NULL stream 7, a shape. */
void spool_preamble(struct spool_builder *);
/* A kernel of that shape in CONTEXT 1. */
void spool_kernel(struct spool_builder *, uint32_t correlation, uint32_t stream,
		  int64_t start_ns, int64_t end_ns);
/* A call of the driver by number (driver-call.c) that worked. */
void spool_call(struct spool_builder *, uint32_t number, uint32_t thread,
		uint32_t correlation, int64_t start_ns, int64_t end_ns);

#endif
