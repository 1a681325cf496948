/*
 * profiler.h - what the parts of the fake CUPTI share.
 *
 * The idea.  The fake CUPTI does to a collector what the real one does: it calls it back on
 * the program's threads, asks for buffers there, fills them later with records of the
 * layout of its own generation, and hands them over on a thread of its own.  What it has
 * to say it hears from the fake driver (tap.h).  What goes wrong with real ones, in their
 * issue trackers, can be ordered here one by one through the environment.
 *
 * Structures and numbers are those of capture/collector/cupti.h, which is compared with the
 * toolkit's headers; the length of a record in each generation stands in cupti-records.c.
 */
#ifndef CT_TESTS_FAKES_PROFILER_H
#define CT_TESTS_FAKES_PROFILER_H

#include <stdatomic.h>
#include <stdbool.h>

#include "capture/collector/cupti.h"
#include "tests/fakes/tap.h"

#define CT_FAKE_EXPORT  __attribute__((visibility("default")))
#define CT_FAKE_KINDS   64
#define CT_FAKE_CALLS   1024
#define CT_FAKE_UNHEARD 9999 /* a kind of record that no reader knows */

/* From the environment, read once; "every n": 0 is never. */
struct ct_fake_faults {
	uint32_t version;      /* FAKE_CUPTI_VERSION */
	const char *busy;      /* FAKE_CUPTI_BUSY=NAME: NAME is subscribed already */
	bool denied_subscribe; /* FAKE_CUPTI_DENIED=subscribe: no permission */
	bool denied_enable;    /* FAKE_CUPTI_DENIED=enable: none to record kernels */
	int no_kind;           /* FAKE_CUPTI_NO_KIND=K: kind K cannot be enabled */
	int drop;              /* FAKE_CUPTI_DROP=N: every Nth record is lost */
	int zero;              /* FAKE_CUPTI_ZERO=N: every Nth kernel has no times */
	int unknown;           /* FAKE_CUPTI_UNKNOWN=N: a strange record before every Nth */
	bool tail;             /* FAKE_CUPTI_TAIL=1: buffers end in something unfinished */
	int late_ms;           /* FAKE_CUPTI_LATE_MS=N: records come so much later */
	bool shuffle;          /* FAKE_CUPTI_SHUFFLE=1: and the last first */
	int steal_after;       /* FAKE_CUPTI_STEAL_AFTER=N: after N launches another tool
				* registers its buffers */
	int fatal_after;  /* FAKE_CUPTI_FATAL_AFTER=N: after N launches CUPTI gives up */
	bool reuse_names; /* FAKE_CUPTI_REUSE_NAMES=1: a name's place is used again */
};

/* What waits to become a record. */
struct ct_fake_item {
	uint32_t kind; /* enum ct_cupti_kind */
	int64_t ready_ns;
	struct ct_fake_activity activity;
	uint32_t call, thread, result; /* of calls */
	struct ct_fake_item *next;
};

/* cupti-faults.c */
const struct ct_fake_faults *ct_fake_faults(void);

/* cupti-records.c: 0: no such kind.  MAKE writes the record, in the layout of VERSION. */
size_t ct_fake_record_bytes(uint32_t kind, uint32_t version);
void ct_fake_make_record(uint8_t *at, const struct ct_fake_item *item, uint32_t version);
void ct_fake_names_may_change(void);

/* cupti-queue.c */
void ct_fake_post(const struct ct_fake_item *item);
int ct_fake_flush(uint32_t flags);
void ct_fake_register(ct_cupti_request request, ct_cupti_complete complete);
size_t ct_fake_take_dropped(void);
void ct_fake_queue_stops(void);

/* cupti-callbacks.c */
bool ct_fake_is_enabled(uint32_t kind);
void ct_fake_set_enabled(uint32_t kind, bool enabled);
void ct_fake_enable_call(uint32_t call, bool enabled);
bool ct_fake_has_failed(void);
const struct ct_fake_tap *ct_fake_profiler_tap(void);

/* cupti-ranges.c: KERNEL happens, in whatever range is open. */
void ct_fake_ranges_kernel(const struct ct_fake_activity *kernel);

/* cupti-api.c */
const struct ct_fake_driver *ct_fake_the_driver(void);
int64_t ct_fake_clock_ns(int64_t monotonic_ns); /* in the time that the client reads */

#endif
