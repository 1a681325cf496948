/*
 * options.h - what `cotenant record` was asked for.
 *
 * Parsed once, then only read.  Options end at the first word that is none, so that the
 * program's own options are never taken for ours, with or without a "--" before it.
 */
#ifndef CT_CAPTURE_RECORD_OPTIONS_H
#define CT_CAPTURE_RECORD_OPTIONS_H

#include <glib.h>
#include <stdint.h>

struct ct_record_options {
	char *output;   /* as it was typed, or PROGRAM.ctt: for talk */
	char *target;   /* the same as an absolute path with links followed */
	char **program; /* with its arguments, as argv has them */

	int64_t duration_ns;      /* 0: to the end */
	const char *start_marker; /* NULL: from the beginning */
	const char *requests;     /* NULL: not said */
	uint64_t max_bytes;       /* 0: no limit */
	uint32_t flush_ms;        /* 0: as the collector likes */
	int zstd_level;           /* 0: not compressed */
	uint32_t confine_sms;     /* 0: the whole device */
	const char *curves;       /* SMs, comma-separated; "": as the pass likes */
	gboolean want_curves, want_counters;
	gboolean children, keep_spools, check, quiet, help;
};

/* FALSE with an error of CT_EXIT_USAGE, which also says what is wrong with the place that
 * the trace is to be written to. */
gboolean ct_record_options_parse(struct ct_record_options *, int argc, char **argv,
				 GError **error);
void ct_record_options_clear(struct ct_record_options *);

extern const char ct_record_help[];

#endif
