/*
 * trace-sample.h - a small trace that has everything in it, for tests that need a file.
 */
#ifndef CT_TESTS_TRACE_SAMPLE_H
#define CT_TESTS_TRACE_SAMPLE_H

#include <stdint.h>

#include "traces/writer.h"

enum { SAMPLE_STREAMS = 2, SAMPLE_LANES = 2 };

/* Operation NUMBER of LANE, whatever the file holds of it. */
struct ct_op sample_op(uint32_t lane, uint64_t number);

/* Opens PATH and fills the tables: 2 lanes, 2 streams, 2 shapes, 1 counter. */
struct ct_writer *sample_begin(const char *path, int zstd_level);

/* Adds a record of every kind that came with minor version 1; needs a fresh sample. */
void sample_extend(struct ct_writer *);

/* A whole file of N_OPS operations per lane.  Exits the program on failure. */
void sample_write(const char *path, int zstd_level, uint64_t n_ops);

/* A path for a scratch file, removed when the program ends. */
const char *sample_path(void);

#endif
