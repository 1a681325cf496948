/*
 * actuator.h - what stands below the broker: a device, real or simulated.
 *
 * Orders go down and return at once; what became of them comes back up through
 * broker.h, on the broker's thread, in time order.  The two sides never call each
 * other re-entrantly: an actuator does not call the broker from inside an operation.
 */
#ifndef CT_ACTUATOR_H
#define CT_ACTUATOR_H

#include "policies/policy.h"

struct ct_actuator;
struct ct_job;

struct ct_actuator_ops {
	uint32_t size;
	const char *name;
	/* The job goes to the device now, under TERMS (valid during the call). */
	int (*launch)(struct ct_actuator *, struct ct_job *, const struct ct_terms *);
	/* Takes back work of a lane as deep as HOW (beyond CT_CREDIT) says: 0, or -errno.
	 * Whoever takes an ORDER settles it, once all that comes back has come. */
	int (*recall)(struct ct_actuator *, uint32_t lane, enum ct_revoke how,
		      uint32_t order);
	/* Part PART (from 1) shall be SMS SMs, disjoint from the earlier parts. */
	int (*confine)(struct ct_actuator *, uint32_t part, uint32_t sms);
	/* One alarm: ct_broker_alarm() at AT_NS; arming again moves it. */
	int (*arm)(struct ct_actuator *, int64_t at_ns);
	/* CT_SEES_LENGTH; NULL: the actuator knows nothing beforehand. */
	int (*estimate)(struct ct_actuator *, const struct ct_work *, uint32_t sms,
			struct ct_estimate *);
};

struct ct_actuator {
	const struct ct_actuator_ops *ops;
	struct ct_caps caps;
	uint32_t sms;
};

#endif
