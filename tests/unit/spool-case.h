/*
 * spool-case.h - a spool made by hand, imported.
 */
#ifndef CT_TESTS_SPOOL_CASE_H
#define CT_TESTS_SPOOL_CASE_H

#include "tests/unit/import-case.h"
#include "tests/unit/spool-builder.h"
#include "traces/check.h"

/* The driver's numbers of calls (traces/driver-call.c). */
enum {
	EVENT_RECORD = 119,
	STREAM_SYNC = 126,
	MEM_ALLOC = 243,
	WAIT_EVENT = 295,
	LAUNCH = 307,
	LAUNCH_EX = 652,
	END_CAPTURE = 497,
	GRAPH_LAUNCH = 514,
	BEGIN_CAPTURE = 539
};
enum { RUNTIME_GRAPH_LAUNCH = 311, RUNTIME_LAUNCH = 505 };

extern struct spool_builder spool_case;

/* The spool of process 100, with what most tests need (spool_preamble()). */
void spool_case_begin(void);

/* What was built, imported; valid until the next one is. */
struct import_case *spool_case_imported(void);
/* What was built is refused, and the sentence says WHY. */
void spool_case_fails(const char *why);

const struct ct_recording_record *spool_case_recording(const struct import_case *);
/* How often RULE fails of the trace, and no other does. */
uint64_t spool_case_failures(const struct import_case *, enum ct_rule rule);

#endif
