/*
 * flusher.h - our thread in the program: hands over what is complete, and ends it.
 *
 * The idea.  The program may leave by _exit() or be killed, so what is complete goes to
 * the disk several times a second; whatever ends the process loses no more than that.
 * The end comes once, from whoever is first: a stop of the recording, after what was
 * called before it has come in, or the end of the program.
 */
#ifndef CT_CAPTURE_COLLECTOR_FLUSHER_H
#define CT_CAPTURE_COLLECTOR_FLUSHER_H

#include "capture/collector/collector.h"

/* Three clocks at one moment, into the spool. */
void ct_flusher_anchor(struct ct_collector *);

/* Starts the thread; 0 or -errno.  It has no signals, a name, and nobody joins it. */
int ct_flusher_start(struct ct_collector *);

/* CUPTI gave up, with RESULT: it is not called any more. */
void ct_flusher_give_up(struct ct_collector *, int result);

/* The end: of the process, or where nothing could be recorded at all.  Waits for the
 * thread some seconds at most. */
void ct_flusher_finish(struct ct_collector *);

#endif
