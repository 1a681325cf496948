/*
 * collector.h - the collector of one process: its state, and what its parts offer it.
 *
 * The idea.  There is one per process, begun by whichever comes first: cuInit() through
 * InitializeInjection(), or NVTX through InitializeInjectionNvtx2().  Both call
 * ct_collector_open(), which finds the recording and prepares the spool; only the first
 * brings CUPTI up as well, and only it makes the spool a file.  From then on the program's
 * threads come in through CUPTI's callbacks and NVTX, and one thread of ours hands over
 * what is complete, again and again.
 *
 * Nothing here may make the program fail or wait for long.  Who writes to the spool asks
 * ct_collector_recording() first, takes the spool's lock for a few records, and calls
 * neither CUPTI nor CUDA while holding it.  What the program's threads enter leaves errno
 * as it was.
 */
#ifndef CT_CAPTURE_COLLECTOR_COLLECTOR_H
#define CT_CAPTURE_COLLECTOR_COLLECTOR_H

#include <stdatomic.h>
#include <stdbool.h>
#include <time.h>

#include "capture/collector/cupti.h"
#include "capture/collector/spooler.h"
#include "capture/collector/translate.h"
#include "capture/session.h"

/* What the library shows to the program. */
#define CT_COLLECTOR_EXPORT __attribute__((visibility("default")))

enum ct_collector_state {
	CT_COLLECTOR_OFF,  /* this process is not recorded, or not yet */
	CT_COLLECTOR_OPEN, /* spool and page are there, CUPTI is not (yet) */
	CT_COLLECTOR_ON,   /* CUPTI records */
	CT_COLLECTOR_ENDED,
	CT_COLLECTOR_FORKED /* the child of a fork: touch nothing */
};

struct ct_collector {
	_Atomic int state;            /* enum ct_collector_state */
	struct ct_session_page *page; /* there from OPEN on, for good */
	struct ct_spooler spool;
	struct ct_cupti cupti;
	struct ct_translator translator; /* guarded by the spool's lock */
	void *subscriber;                /* of CUPTI */
	int64_t begin_ns;
	pid_t pid;
	_Atomic uint32_t n_forks; /* after CUPTI came up */
};

extern struct ct_collector ct_collector;

/* Finds the recording and prepares the spool, once.  False: this process is not recorded. */
bool ct_collector_open(void);

/* Whether records may be written now.  They are from OPEN on, also while what was called
 * before a stop still comes in. */
static inline bool ct_collector_recording(void)
{
	int state = atomic_load_explicit(&ct_collector.state, memory_order_acquire);

	return state == CT_COLLECTOR_OPEN || state == CT_COLLECTOR_ON;
}

/* CLOCK_MONOTONIC, as all times in a spool. */
static inline int64_t ct_collector_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* Whether what was called at TIME_NS is wanted: not before the recording was started by
 * its marker, nor after it was stopped.  Only while recording. */
static inline bool ct_collector_wanted(int64_t time_ns)
{
	struct ct_session_page *page = ct_collector.page;
	int64_t start_ns = atomic_load_explicit(&page->start_ns, memory_order_relaxed);
	int64_t stop_ns = atomic_load_explicit(&page->stop_ns, memory_order_relaxed);

	if (start_ns == 0 && (page->flags & CT_SESSION_WAIT_MARKER))
		return false;
	return time_ns >= start_ns && (stop_ns == 0 || time_ns < stop_ns);
}

/*
 * A part of the collector that has its own file: a row in hooks.c.  Any function may be
 * NULL.  None is called with a lock held, and none in the child of a fork.
 */
struct ct_collector_hook {
	/* CUPTI is up, no kind of record is enabled yet; inside the program's cuInit(). */
	void (*start)(struct ct_collector *);
	/* A callback of the resource domain, on the program's thread; only those in
	 * RESOURCE_IDS (enum ct_cupti_resource_id, 0 ends). */
	void (*resource)(struct ct_collector *, uint32_t id,
			 const struct ct_cupti_resource *);
	const uint32_t *resource_ids;
	/* On our thread, before every flush, some five times a second. */
	void (*tick)(struct ct_collector *);
	/* The end of the recording or the program, once; the spool is still open. */
	void (*finish)(struct ct_collector *);
};

extern const struct ct_collector_hook *const ct_collector_hooks[]; /* NULL ends */

#endif
