/*
 * tiny-trace.h - a trace small enough that every number about it can be worked out by
 * hand: see the table in tiny-trace.c.
 */
#ifndef CT_TESTS_TINY_TRACE_H
#define CT_TESTS_TINY_TRACE_H

#include "traces/reader.h"
#include "traces/writer.h"

/* A directory for files of the test, removed with them when the program ends. */
char *tiny_path(const char *name);

/* A writer whose tables hold device 0 with streams 7 and 13, lanes 0 and 1, and the
 * shapes 0 ("a", 4 blocks of 128) and 1 ("b", 10 x 2 blocks of 256). */
struct ct_writer *tiny_begin(const char *path);
void tiny_kernel(struct ct_writer *, uint32_t lane, uint32_t shape, int64_t api_ns,
		 int64_t start_ns, int64_t end_ns, uint64_t sequence);
void tiny_event(struct ct_writer *, uint32_t lane, enum ct_op_kind kind, int64_t api_ns,
		uint64_t handle, uint64_t sequence);

void tiny_write(const char *path);
struct ct_trace *tiny_open(const char *path);

#endif
