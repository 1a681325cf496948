/*
 * events.h - which events were recorded, and when first.
 *
 * Event handles are addresses in a process, so an event is a pair of process and
 * handle.  "When" is the issue order, ct_op.sequence.
 */
#ifndef CT_TRACES_EVENTS_H
#define CT_TRACES_EVENTS_H

#include "traces/reader.h"

struct ct_events;

struct ct_events *ct_events_new(void);
void ct_events_free(struct ct_events *);

/* OP, an event record issued by PROCESS (an index). */
void ct_events_record(struct ct_events *, uint32_t process, const struct ct_op *op);

/* Whether OP, a wait or a synchronisation, follows a record of its event. */
gboolean ct_events_recorded(const struct ct_events *, uint32_t process,
			    const struct ct_op *op);

#endif
