/*
 * world-inside.h - what the tenants (world.c) and the device (world-device.c) of the small
 * world share: its state, and its events.
 */
#ifndef CT_WORLD_INSIDE_H
#define CT_WORLD_INSIDE_H

#include <stdbool.h>

#include "policies/world.h"
#include "policies/wrap.h"

#define CT_WORLD_SMS       132
#define CT_WORLD_PARTS_MAX 64

enum kind { ASK, SUBMIT, ARRIVE, END, TELL_START, TELL_END, RECALL, SETTLE, ALARM };

struct event {
	int64_t at_ns;
	uint64_t seq;
	enum kind kind;
	uint32_t index;
	struct launch *launch;
};

struct launch {
	struct ct_job job; /* first */
	int64_t takes_ns, launched_ns, began_ns, ends_ns;
	uint64_t total, blocks, at_once; /* all; not run yet; of those, in this go */
	uint32_t part, lane;
	int32_t rank;
	struct launch *next; /* on the device, by arrival */
};

struct wlane {
	uint32_t tenant, id; /* id: the broker's */
	bool opened, stuck;
	struct launch *running;
	uint32_t left, made;
	struct launch *launch;
};

struct wrecall {
	bool taken, waits; /* in use; for what runs on its lane */
	uint32_t lane;
	enum ct_revoke how;
	struct ct_outcome outcome;
	struct launch *back, **back_end;
};

struct wtenant {
	uint32_t left, unfinished;
	struct ct_request request;
	bool has_work;
};

struct world {
	struct ct_actuator base; /* first */
	const struct ct_world_options *o;
	struct ct_world_result *r;
	struct ct_broker *broker;
	struct ct_wrap_check check;
	struct ct_wrap_fault fault;
	struct event *event;
	uint32_t n_events, max_events;
	uint64_t seq, dice;
	int64_t now_ns, alarm_ns;
	struct wtenant tenant[CT_WORLD_TENANTS_MAX];
	struct wlane *lane;
	struct wrecall *recall;
	uint32_t n_recalls;
	struct launch *first, **last; /* on the device, not yet running */
	uint32_t busy[CT_WORLD_PARTS_MAX + 1], n_on_device, n_held, n_untold, last_request;
};

/* world.c */
void ct_world_post(struct world *, int64_t in_ns, enum kind, uint32_t index,
		   struct launch *);

/* world-device.c */
extern const struct ct_actuator_ops ct_world_ops;
void ct_world_arrive(struct world *, struct launch *);
void ct_world_end(struct world *, struct launch *); /* unless the event is out of date */
void ct_world_recall(struct world *, struct wrecall *);
void ct_world_serve(struct world *);

#endif
