/*
 * laws.h - what every policy must keep to, tried out in a small world.
 *
 * A policy is told the same facts on many devices: one server and several, blocking and
 * deferring gates, only the capabilities it needs and all there are, launches that fail,
 * orders and facts that come late.  `make check` and `cotenant policy check` both run
 * this, so a new policy is tested without anybody writing a test.
 */
#ifndef CT_LAWS_H
#define CT_LAWS_H

#include "policies/policy.h"

/* What the devices of the laws have at most. */
#define CT_LAWS_CAPS                                                                       \
	(CT_CAN_GATE | CT_CAN_RANK | CT_CAN_CONFINE | CT_CAN_SLICE | CT_CAN_FLUSH |        \
	 CT_CAN_SWITCH | CT_CAN_RESET | CT_CAN_RETREAT | CT_SEES_QUEUE | CT_SEES_START |   \
	 CT_SEES_SHAPE | CT_SEES_REQUEST | CT_SEES_LENGTH | CT_SEES_CURVE)

struct ct_laws_said {
	const char *law;   /* "no lane starves" */
	const char *where; /* "three tenants, one server, seed 2" */
	const char *why;   /* NULL: kept */
};

/*
 * Tells of every law that is broken, and at the end of each one that was kept
 * everywhere.  STATE: the policy's options, or NULL.  Returns the number of laws broken,
 * or -ENOTSUP if the policy needs more than the small world has (nothing was tried).
 */
int ct_laws_check(const struct ct_policy *, void *state,
		  void (*say)(void *data, const struct ct_laws_said *), void *data);

#endif
