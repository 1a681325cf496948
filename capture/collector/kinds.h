/*
 * kinds.h - which records CUPTI shall write.
 */
#ifndef CT_CAPTURE_COLLECTOR_KINDS_H
#define CT_CAPTURE_COLLECTOR_KINDS_H

#include "capture/collector/collector.h"

/* "driver" or "runtime": calls of that domain only; else of both (README.md says why). */
#define CT_KINDS_CALLS_ENV "COTENANT_CALLS"

/* What must come before the first kind is enabled. */
void ct_kinds_prepare(struct ct_collector *);

/* Enables all kinds that a recording needs.  What cannot be is noted; false: that is the
 * kernels, without which there is nothing to record. */
bool ct_kinds_enable(struct ct_collector *);

/* Disables them, while the program goes on. */
void ct_kinds_disable(struct ct_collector *);

/* A note of a call of CUPTI that failed. */
void ct_kinds_note(struct ct_collector *, enum ct_spool_note_code code, int result,
		   const char *what);

#endif
