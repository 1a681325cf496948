/*
 * check-waits.h - whether work began after the events that its stream waits for.
 *
 * The idea.  Host threads record events and let streams wait for them; which thread did
 * what first is said by ct_op.sequence.  So operations are gathered from all lanes, sorted
 * by it, and gone through once: an event is over when all work is that was in its stream
 * when it was recorded, and what comes to a stream behind a wait may not begin before.
 */
#ifndef CT_TRACES_CHECK_WAITS_H
#define CT_TRACES_CHECK_WAITS_H

#include "traces/reader.h"

struct ct_check_waits;

struct ct_check_waits *ct_check_waits_new(void);
void ct_check_waits_free(struct ct_check_waits *);

/* OP at POSITION of LANE, which is PROCESS's; in the order of the lane. */
gboolean ct_check_waits_op(struct ct_check_waits *, uint32_t lane, uint32_t process,
			   uint64_t position, const struct ct_op *op, GError **);

/* When all are there: the next one that began too early, or FALSE at the end or on
 * *ERROR. */
gboolean ct_check_waits_next(struct ct_check_waits *, uint32_t *lane, uint64_t *position,
			     GError **error);

#endif
