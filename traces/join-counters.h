/*
 * join-counters.h - puts hardware counters into a trace.
 *
 * The idea.  Counters and times cannot be measured in one run, so they meet afterwards: a
 * row of the table belongs to a shape of the trace if it is the same kernel
 * (kernel-name.h) launched with the same grid and block, and, as far as both sides say,
 * cluster and dynamic shared memory.  What is measured per launch in one run then stands
 * for the launches of that shape in the other; DANGER: that is only as true as the kernel
 * does the same work whenever it has that shape.
 *
 * A table whose source shortened its names ("gemm") matches by the last part of the name,
 * but only where all kernels of the trace with that part, grid and block are one; a row
 * that could be several kernels' is left out and counted.
 */
#ifndef CT_TRACES_JOIN_COUNTERS_H
#define CT_TRACES_JOIN_COUNTERS_H

#include "traces/counter-table.h"
#include "traces/reader.h"

struct ct_join_summary {
	guint n_rows, n_rows_used;
	guint n_rows_ambiguous;           /* could be several kernels */
	guint n_rows_incomplete;          /* without DRAM bytes */
	guint n_shapes, n_shapes_counted; /* that were launched */
	double kernel_ns, counted_ns;     /* of all kernels; of those with new counters */
	char *largest_without; /* the kernel with most time and no counters; or NULL */
	double largest_without_ns;
};

/* Writes the trace with the counters of TABLE to OUT.  Counters that a shape already had
 * are replaced where the table has new ones; those of single launches stay.  A table that
 * matches nothing is refused. */
gboolean ct_join_counters(const struct ct_trace *, const struct ct_counter_table *table,
			  int zstd_level, const char *out, struct ct_join_summary *,
			  GError **error);
void ct_join_summary_clear(struct ct_join_summary *);

#endif
