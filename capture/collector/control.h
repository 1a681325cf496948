/*
 * control.h - when a recording begins and ends, as all its processes see it.
 *
 * The idea.  Both moments stand in the page of session.h and are set once, by whoever
 * comes first: a marker, a limit, the recorder.  Each collector also puts them in its
 * spool, as notes (CT_SPOOL_STARTED, and the reason of the stop), for the importer leaves
 * out exactly what was called before and after, and a spool may be read without its page.
 *
 * Any program may have written into the page, so the text in it is copied before it is
 * used, and of what changes later only numbers are read, none of which can do more than
 * start or stop.
 *
 * DANGER: a page that somebody cuts short while it is mapped ends the program that reads
 * it (SIGBUS).  The folder is the recorder's own.
 */
#ifndef CT_CAPTURE_COLLECTOR_CONTROL_H
#define CT_CAPTURE_COLLECTOR_CONTROL_H

#include "capture/collector/collector.h"

/* Copies what is asked for, before the first of the calls below. */
void ct_control_open(const struct ct_session_page *);

/* What is called from TIME_NS on is wanted.  Later calls change nothing. */
void ct_control_start(struct ct_session_page *, int64_t time_ns);

/* What is called from now on is not.  Callable anywhere, with the spool's lock as well;
 * wakes every collector of the recording. */
void ct_control_stop(struct ct_session_page *, enum ct_spool_note_code reason);

/* A push, start or mark with the name TEXT at TIME_NS: starts the recording if it waits
 * for that. */
void ct_control_marker(struct ct_session_page *, const char *text, size_t length,
		       int64_t time_ns);

/* Whether what happens at TIME_NS comes after the stop. */
static inline bool ct_control_stopped(struct ct_session_page *page, int64_t time_ns)
{
	int64_t stop_ns = atomic_load_explicit(&page->stop_ns, memory_order_relaxed);

	return stop_ns != 0 && time_ns >= stop_ns;
}

extern const struct ct_collector_hook ct_control_hook;

#endif
