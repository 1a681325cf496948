/*
 * engine-table.h - how far the fluid engine is from the block engine, pair by pair.
 *
 * Every two loads run beside each other in closed loops, by both engines, at equal
 * priority and with the first one above.  The distance is that of the mean time that a
 * tenant takes for its load once.
 */
#ifndef CT_TESTS_ENGINE_TABLE_H
#define CT_TESTS_ENGINE_TABLE_H

#include <glib.h>

/* What the design promises at equal priority, in percent, over all tenants of all pairs. */
struct engine_bounds {
	double p50_pct, p90_pct;
};

/* Prints a row for each pair, in Markdown, and what they come to.  NAMES of gpu-load.h.
 * Returns 0, 1 if a bound does not hold, 77 if a load is not there. */
int engine_table(const char *const *names, const struct engine_bounds *);

#endif
