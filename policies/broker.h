/*
 * broker.h - the desk between a policy and an actuator.
 *
 * Everything that must be true of both the simulator and a live GPU is in the broker
 * and nowhere else: lane order, credit, custody, parts, alarms, patience, ejection, and
 * the ledger of facts and orders from which a run can be replayed.
 *
 * The caller reports what happened, in time order; the broker tells the policy and
 * passes its orders to the actuator.  No allocation happens per job.  Plain C11: this
 * is also loaded into other people's processes.
 *
 * Markers (CT_WORK_MARKER) need no credit and no policy hears of them, but one never
 * overtakes held work of its lane.  Everything else needs credit.
 *
 * The alarm also watches patience and may come for nothing; a pending alarm is no reason
 * to keep a run going.
 */
#ifndef CT_BROKER_H
#define CT_BROKER_H

#include <stdio.h>

#include "policies/actuator.h"

struct ct_broker;

/* One launch.  The caller embeds it and keeps it until it finished.  `work` is what the
 * policy sees: the broker gives the id and arrival, and blanks what the actuator's
 * capabilities do not let a policy see (CT_SEES_SHAPE, CT_SEES_REQUEST). */
struct ct_job {
	struct ct_work work;
	uint32_t lane;
	const char *why;     /* of the terms it was released under */
	int64_t released_ns; /* left custody; INT64_MIN: still held */
	struct ct_job *next; /* the broker's own while the job is held */
	uint64_t paid;       /* the broker's own: blocks let go */
};

struct ct_broker_options {
	int64_t patience_ns;  /* 0: none */
	uint64_t seed;        /* of the policy's random() */
	FILE *ledger;         /* NULL: none; borrowed */
	void *state_defaults; /* the policy's state, options filled in; NULL: defaults.
				 Copied (policy->state_size bytes) */
};

/* -EPROTO: other ABI; -ENOTSUP: needs what the actuator lacks; else what init() said.
 * WHY (may be NULL) gets a sentence, valid until the next call on this thread. */
int ct_broker_new(const struct ct_policy *, struct ct_actuator *,
		  const struct ct_broker_options *, struct ct_broker **out,
		  const char **why);
void ct_broker_free(struct ct_broker *);

/* Facts.  NOW_NS never goes back.  Ids count from 0.  Tenants known at the beginning join
 * before the first lane opens, so that a policy can divide the device among them. */
int ct_broker_joined(struct ct_broker *, int64_t now_ns, const char *name, int32_t rank,
		     uint32_t weight, int64_t slo_ns); /* tenant id, or -errno: refused */
int ct_broker_opened(struct ct_broker *, int64_t now_ns, uint32_t tenant); /* lane id */
/* Both fail with -EBUSY while there is work of theirs. */
int ct_broker_closed(struct ct_broker *, int64_t now_ns, uint32_t lane);
int ct_broker_left(struct ct_broker *, int64_t now_ns, uint32_t tenant);
void ct_broker_submitted(struct ct_broker *, int64_t now_ns, uint32_t lane,
			 struct ct_job *);
void ct_broker_started(struct ct_broker *, int64_t now_ns, struct ct_job *);
/* With done->blocks_left the job is not over: it is back in custody, ahead of whatever of
 * its lane is younger.  What a recall takes back comes so, markers and launches without
 * blocks too (any number but 0 will do), oldest first and before the order settles. */
void ct_broker_finished(struct ct_broker *, int64_t now_ns, struct ct_job *,
			const struct ct_done *);
void ct_broker_asked(struct ct_broker *, int64_t now_ns, const struct ct_request *,
		     uint32_t tenant);
void ct_broker_answered(struct ct_broker *, int64_t now_ns, const struct ct_request *,
			uint32_t tenant);
/* Every order that ops.recall took, once; outcomes of other orders are ignored. */
void ct_broker_settled(struct ct_broker *, int64_t now_ns, const struct ct_outcome *);
void ct_broker_alarm(struct ct_broker *, int64_t now_ns);

/* NULL, or one sentence on why the policy was ejected, and when. */
const char *ct_broker_ejected(const struct ct_broker *, int64_t *at_ns);

/* What the policy sees of a lane. */
const struct ct_lane *ct_broker_lane(const struct ct_broker *, uint32_t lane);

struct ct_broker_counts {
	uint64_t facts, orders, refused, held; /* held: jobs that had to wait */
};
void ct_broker_counts(const struct ct_broker *, struct ct_broker_counts *);

#endif
