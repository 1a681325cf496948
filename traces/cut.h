/*
 * cut.h - a part of a trace as a trace of its own.
 *
 * An operation belongs to the part if its host call began in the window (device work
 * without a call: if it started there); the nodes of a graph follow their launch.  The
 * result is valid by itself: markers are closed, waits for events that were recorded
 * before the window are gone because they had been satisfied, and times count from the
 * part's own beginning.
 */
#ifndef CT_TRACES_CUT_H
#define CT_TRACES_CUT_H

#include "traces/reader.h"

struct ct_cut {
	int64_t from_ns, to_ns; /* [from, to); INT64_MIN, INT64_MAX: open */
	uint32_t lane;          /* index; CT_NONE: all */
	uint32_t device;        /* source id; CT_NONE: all */
	int zstd_level;
};

/* Writes the part of the trace to OUT; *N_OPS gets how many operations it has.  A part
 * without a kernel is refused. */
gboolean ct_trace_cut(const struct ct_trace *, const struct ct_cut *, const char *out,
		      uint64_t *n_ops, GError **error);

/* Narrows CUT to range NUMBER (1 is the first to begin) of the markers named NAME. */
gboolean ct_cut_to_marker(const struct ct_trace *, const char *name, uint64_t number,
			  struct ct_cut *cut, GError **error);

#endif
