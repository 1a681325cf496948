/*
 * counter-table.h - hardware counters of kernels, wherever they were measured.
 *
 * A table has a row per kernel and launch shape: the mean over the launches that were
 * measured.  It comes from a pass of our own (counter-file.h) or from Nsight Compute
 * (`ncu --csv`), and join-counters.h puts it into a trace.
 */
#ifndef CT_TRACES_COUNTER_TABLE_H
#define CT_TRACES_COUNTER_TABLE_H

#include <glib.h>

#include "traces/counter-file.h"

struct ct_counter_row {
	const char *name; /* as the source writes it */
	uint32_t grid[3], block[3];
	uint16_t cluster[3];
	gboolean has_launch; /* cluster and smem_dynamic_bytes are known */
	uint32_t smem_dynamic_bytes;
	uint64_t samples;
	double mean[CT_COUNTERS]; /* by enum ct_counter; NaN: not measured */
};

struct ct_counter_table {
	GArray *rows; /* struct ct_counter_row */
	GStringChunk *text;
	uint64_t n_launches, n_measured; /* of kernels, in all files */
	uint64_t n_graph_launches;       /* whose kernels were not measured */
	uint64_t n_passed_over;          /* lines that are not the profiler's */
	char *trouble; /* why something is missing, one sentence; or NULL */
};

struct ct_counter_table *ct_counter_table_new(void);
void ct_counter_table_free(struct ct_counter_table *);

/* Adds what is in the file at PATH, whichever kind it is. */
gboolean ct_counter_table_read(struct ct_counter_table *, const char *path, GError **error);

/* The two kinds; `ct_counter_table_read` tells them apart. */
gboolean ct_counter_file_read(struct ct_counter_table *, const char *path, GError **error);
gboolean ct_ncu_csv_read(struct ct_counter_table *, const char *path, GError **error);

/* TRUE if the file at PATH starts like one of our own. */
gboolean ct_counter_file_probe(const char *path);

#endif
