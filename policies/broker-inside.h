/*
 * broker-inside.h - what the files of the broker share with each other.
 *
 * broker.c takes facts in and tells the policy; broker-orders.c is the policy's table of
 * verbs; broker-lane.c keeps custody; broker-recall.c, broker-alarms.c, broker-patience.c
 * and broker-ledger.c do what their names say.
 */
#ifndef CT_BROKER_INSIDE_H
#define CT_BROKER_INSIDE_H

#include <stdbool.h>

#include "policies/broker.h"

#define CT_PARTS_MAX 64

/* Patience runs on one clock per rank (or a single one): see broker-patience.c. */
struct rank_clock {
	int32_t rank;
	uint32_t busy;    /* tenants of this rank that have work */
	uint32_t above;   /* tenants of higher ranks that have work: the clock stands */
	int64_t ran_ns;   /* up to SINCE_NS */
	int64_t since_ns; /* running since */
	struct lane *oldest, *newest;
};

struct tenant {
	struct ct_tenant pub; /* first: the policy's pointer is ours */
	struct rank_clock *clock;
	uint32_t launches; /* held or on the device, of all lanes */
	uint32_t lanes;
	bool gone;
	char *name;
};

struct lane {
	struct ct_lane pub; /* first: the policy's pointer is ours */
	struct tenant *tenant;
	struct ct_job *first, **tail; /* custody: launches and the markers behind them */
	uint32_t held;                /* launches among them */
	int64_t balance;              /* credit in terms.unit; below 0: a debt */
	struct ct_terms terms;
	uint32_t recalls;           /* orders under way that take work of it back */
	const struct ct_job *alone; /* on the device under max_blocks: may come back */
	bool gone;
	bool told;            /* waiting() was said of the work now held */
	bool to_tell;         /* is in broker->to_tell */
	struct lane *next;    /* in broker->to_tell */
	bool impatient;       /* is in its clock's list */
	int64_t impatient_ns; /* what the clock showed then */
	struct lane *older, *newer;
};

struct alarm {
	int64_t at_ns;
	uint64_t seq, cookie;
};

/* An order that takes work back, until it has settled. */
struct recall {
	struct lane *lane;
	uint32_t order, how;
};

struct ct_broker {
	struct ct_host host; /* first: the policy's pointer is ours */
	const struct ct_policy *policy;
	struct ct_policy facts; /* its table, as far as it reaches; the rest NULL */
	struct ct_actuator *act;
	struct ct_caps caps;
	void *self;
	struct lane **lane; /* by id, closed ones too */
	struct tenant **tenant;
	const struct ct_lane **open;      /* host.lane */
	const struct ct_tenant **present; /* host.tenant */
	uint32_t n_lanes, n_tenants;
	uint32_t part_sms[CT_PARTS_MAX + 1], n_parts, carved_sms;
	uint64_t last_work;
	uint32_t last_order;
	uint64_t random;

	uint32_t depth; /* facts being told: orders are allowed */
	bool cold;      /* carve() is allowed */
	struct lane *to_tell, **to_tell_end;

	struct recall *recall;
	uint32_t n_recalls, max_recalls;

	struct alarm *alarm; /* heap */
	uint32_t n_alarms, max_alarms;
	uint64_t last_alarm;
	int64_t armed_ns; /* of the actuator's one alarm; INT64_MAX: none */
	int64_t retry_ns; /* a launch failed: push all lanes again then */

	int64_t patience_ns;
	struct rank_clock **clock; /* by falling rank */
	uint32_t n_clocks;
	int64_t starved_ns; /* no lane runs out of patience before this */

	FILE *ledger;
	struct ct_broker_counts counts;
	bool ejected;
	int64_t ejected_ns;
	char sentence[256];
};

static inline bool sees(const struct ct_broker *b, uint32_t caps)
{
	return (b->caps.can & caps) == caps;
}

/* broker.c */
void ct_broker_eject(struct ct_broker *, const char *why);

/* broker-orders.c */
extern const struct ct_verbs ct_broker_verbs;

/* broker-lane.c */
void ct_lane_add_credit(struct lane *, uint32_t n, uint32_t unit);
void ct_lane_close_gate(struct lane *);
void ct_lane_append(struct lane *, struct ct_job *);
void ct_lane_return(struct ct_broker *, struct lane *, struct ct_job *,
		    uint64_t blocks_left);
void ct_lane_spend_time(struct lane *, int64_t ran_ns);
void ct_lane_push(struct ct_broker *, struct lane *);

/* broker-recall.c */
int ct_recall_prepare(struct ct_broker *); /* room for one more: 0 or -ENOMEM */
void ct_recall_begin(struct ct_broker *, struct lane *, uint32_t how, uint32_t order);
/* The order under way that takes back at least as much; 0: none. */
uint32_t ct_recall_under_way(const struct ct_broker *, const struct lane *, uint32_t how);
struct lane *ct_recall_end(struct ct_broker *, uint32_t order); /* NULL: no such order */

/* broker-alarms.c */
int ct_alarm_set(struct ct_broker *, int64_t at_ns, uint64_t cookie);
bool ct_alarm_take(struct ct_broker *, int64_t now_ns, uint64_t *cookie);
void ct_alarm_arm(struct ct_broker *);

/* broker-patience.c */
int ct_patience_join(struct ct_broker *, struct tenant *);
void ct_patience_busy(struct ct_broker *, struct tenant *);
void ct_patience_rest(struct ct_broker *, struct tenant *);
void ct_patience_follow(struct ct_broker *, struct lane *);
void ct_patience_check(struct ct_broker *);

/* broker-ledger.c: each line starts with the time; nothing is written without a ledger. */
void ct_ledger_head(struct ct_broker *, uint64_t seed);
void ct_ledger_work(struct ct_broker *, const struct lane *, const struct ct_work *);
void ct_ledger_grant(struct ct_broker *, const struct ct_lane *, uint32_t n,
		     const struct ct_terms *, int result);
void ct_ledger_line(struct ct_broker *, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
#define LEDGER(b, ...)                                                                     \
	do {                                                                               \
		if ((b)->ledger)                                                           \
			ct_ledger_line(b, __VA_ARGS__);                                    \
	} while (0)

#endif
