/*
 * crew.h - independent jobs, done by several threads.
 *
 * Jobs are numbered; whoever is free takes the next number.  What a job writes must be
 * its own; everything written is seen by the caller when ct_crew() returns.  Built on
 * POSIX threads alone, so that a race detector sees all of it.
 */
#ifndef CT_SIM_CREW_H
#define CT_SIM_CREW_H

#include <glib.h>

struct ct_crew_work {
	guint n_jobs;
	guint n_threads; /* 0: one per processor */
	void (*job)(guint number, void *data);
	void (*done)(guint n_done, void *data); /* may be NULL; from the calling thread */
	void *data;
};

/* Returns when every job was done, as far as threads could be made: with none at all
 * the caller does the work. */
void ct_crew(const struct ct_crew_work *);

#endif
