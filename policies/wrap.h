/*
 * wrap.h - actuators around an actuator.
 *
 * Each stands between the broker and a real actuator and is one itself, so they stack:
 * broker -> check -> fault -> device.  Facts do not pass through them; what a wrapper
 * must know of one, it is told by a function of its own.
 */
#ifndef CT_WRAP_H
#define CT_WRAP_H

#include <stdbool.h>

#include "policies/actuator.h"
#include "policies/broker.h"

/* Checks what every order to an actuator must keep to; remembers the first breach. */
struct ct_wrap_check {
	struct ct_actuator base;
	struct ct_actuator *below;
	struct ct_check_lane {
		uint64_t last_work, alone;
		uint32_t running, recalls;
	} * lane;
	struct ct_check_recall {
		uint32_t order, lane;
	} * recall;
	uint32_t n_recalls, max_recalls;
	uint32_t n_lanes, n_parts, sms;
	char broken[160]; /* "": nothing */
};
void ct_wrap_check_init(struct ct_wrap_check *, struct ct_actuator *below);
void ct_wrap_check_finished(struct ct_wrap_check *, const struct ct_job *,
			    const struct ct_done *);
void ct_wrap_check_settled(struct ct_wrap_check *, const struct ct_outcome *);
void ct_wrap_check_clear(struct ct_wrap_check *);

/* Every EVERY-th launch fails with -EAGAIN. */
struct ct_wrap_fault {
	struct ct_actuator base;
	struct ct_actuator *below;
	uint32_t every, n;
};
void ct_wrap_fault_init(struct ct_wrap_fault *, struct ct_actuator *below, uint32_t every);

#endif
