/*
 * tally.h - what was counted, per kernel and launch shape.
 *
 * Nothing is kept per launch: a row per shape has the sums, so memory follows the program
 * and not how long it runs.  Not thread-safe.
 */
#ifndef CT_CAPTURE_COUNTERS_TALLY_H
#define CT_CAPTURE_COUNTERS_TALLY_H

#include "traces/counter-file.h"
#include "traces/intern.h"

struct ct_launch { /* as a call asked for it */
	uint32_t grid[3], block[3];
	uint16_t cluster[3];
	uint16_t reserved;
	uint32_t smem_dynamic_bytes;
	const char *symbol; /* the kernel; may be NULL */
	void *stream;
};

struct ct_tally_row {
	uint64_t samples, n[CT_COUNTERS];
	double sum[CT_COUNTERS];
};

struct ct_tally {             /* zero-initialised is empty */
	struct ct_intern key; /* launch shape and name, by number of row */
	struct ct_tally_row *row;
	uint32_t room;
};

/* The number of the launch's row, or -ENOMEM. */
int64_t ct_tally_row(struct ct_tally *, const struct ct_launch *);

/* Adds one launch's values; NaN where one is not known. */
void ct_tally_add(struct ct_tally *, uint32_t row, const double value[CT_COUNTERS]);

/* Writes the rows that have samples, and the two texts that HEADER names, to a file that
 * then takes the place of PATH.  Fills sizes, texts and checksums of HEADER.  0 or -errno. */
int ct_tally_write(const struct ct_tally *, struct ct_counter_file_header *header,
		   const char *chip, const char *call, const char *path);

#endif
