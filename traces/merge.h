/*
 * merge.h - several traces become one.
 *
 * Their processes, contexts, streams and lanes stay distinct; names, launch shapes and
 * equal devices are shared.  Operations keep their order within a trace; the issue
 * numbers of a later trace follow those of an earlier one.
 */
#ifndef CT_TRACES_MERGE_H
#define CT_TRACES_MERGE_H

#include "traces/reader.h"

enum ct_merge_align {
	CT_MERGE_AUTO, /* by clock if all traces have the same known one, else by start */
	CT_MERGE_CLOCK,
	CT_MERGE_START, /* every trace's time 0 is the merged trace's time 0 */
};

/* NAMES, one per trace, name processes for work that has none. */
gboolean ct_trace_merge(const struct ct_trace *const *traces, const char *const *names,
			guint n, enum ct_merge_align align, int zstd_level, const char *out,
			GError **error);

#endif
