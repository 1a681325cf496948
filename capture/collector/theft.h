/*
 * theft.h - finds out that another tool has taken CUPTI's records over.
 *
 * The idea.  A process has one pair of buffer callbacks; who registers last gets all
 * records, and whoever was there before is not told (PyTorch's profiler does so, without
 * subscribing).  Then nothing comes any more, as when the program does nothing.  So after
 * a while in which nothing came we listen for a launch.  If there is one, and still nothing
 * comes, not even when the end is forced, somebody else has it.  While records come, which
 * is always in a program that does something, nothing is listened to and nothing costs.
 */
#ifndef CT_CAPTURE_COLLECTOR_THEFT_H
#define CT_CAPTURE_COLLECTOR_THEFT_H

#include "capture/collector/collector.h"

/* Listens until the first records come. */
void ct_theft_start(struct ct_collector *);

/* After every flush, on our thread. */
void ct_theft_tick(struct ct_collector *);

/* After the last flush: notes what was found. */
void ct_theft_finish(struct ct_collector *);

/* A call that launches has begun, on the program's thread. */
void ct_theft_launch(void);

#endif
