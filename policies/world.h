/*
 * world.h - a small world to try policies in: a device of a few servers, some tenants.
 *
 * Not the simulator: launches take random times on servers, SMs do not exist.  It is
 * here to exercise every fact and order quickly and reproducibly, for the laws of
 * laws.h.
 */
#ifndef CT_WORLD_H
#define CT_WORLD_H

#include <stdio.h>

#include "policies/broker.h"

#define CT_WORLD_TENANTS_MAX 16

struct ct_world_options {
	uint64_t seed;
	uint32_t sms;     /* 0: 132 */
	uint32_t servers; /* launches that run at once, outside of parts */
	uint32_t tenants, lanes, requests, launches; /* lanes per tenant, ... */
	uint32_t can, gate;                          /* capabilities of the device */
	uint32_t fault_every;                        /* that launch fails; 0: none */
	int64_t gate_ns, sense_ns; /* orders take effect late, facts come late */
	int64_t think_ns;          /* at most, between two requests */
	int64_t patience_ns;
	FILE *ledger;
	int equal_ranks;
};

struct ct_world_result {
	uint64_t submitted, finished;
	int64_t end_ns;
	int64_t idle_ns; /* nothing on the device although work was held */
	int64_t used_ns[CT_WORLD_TENANTS_MAX];      /* device time per tenant */
	int64_t contended_ns[CT_WORLD_TENANTS_MAX]; /* of it, while all had work */
	struct ct_broker_counts counts;
	char ejected[256]; /* "": it was not */
	char broken[160];  /* protocol of the actuator; "": kept */
};

/* 0; or what ct_broker_new() or a tenant's joining returned, with a sentence in WHY. */
int ct_world_run(const struct ct_policy *, void *state, const struct ct_world_options *,
		 struct ct_world_result *, const char **why);

#endif
