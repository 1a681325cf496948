/*
 * control.h - when a recording begins and ends, as all its processes see it.
 *
 * Both may come from anywhere: a marker, a limit, the recorder.  Whoever comes first sets
 * the moment in the page of session.h, once and for all processes.
 */
#ifndef CT_CAPTURE_COLLECTOR_CONTROL_H
#define CT_CAPTURE_COLLECTOR_CONTROL_H

#include "capture/collector/collector.h"

/* What is called from TIME_NS on is wanted.  Later calls change nothing. */
void ct_control_start(struct ct_session_page *, int64_t time_ns);

/* What is called from now on is not.  Callable anywhere, with the spool's lock as well;
 * wakes every collector of the recording. */
void ct_control_stop(struct ct_session_page *, enum ct_spool_note_code reason);

#endif
