/*
 * policy.h - the whole contract between a policy and whatever runs it.
 *
 * A policy is a state machine: facts come in (past tense), orders go out (imperative).
 * It never learns whether the device below is simulated or real; it sees only what the
 * host can sense and may use only what the host can do.  It has no clock, no
 * randomness, no threads, no allocator and no I/O of its own, so the same facts always
 * give the same orders, and a compiled policy imports no symbol from anywhere.
 *
 * Custody.  Work waiting at a closed gate belongs to the policy.  Work it has granted
 * belongs to the device until finished().  A policy that sits on waiting work for
 * longer than the host's patience is ejected: every gate is opened and the program
 * goes on.
 *
 * Credit is the only gate: grant() lets launches through, CT_OPEN lets all, revoke()
 * takes credit back.  Orders return at once; what became of them arrives later as a
 * fact.  No order ever calls back into the policy, and none may be given outside one.
 *
 * Growth.  Tables and views grow only at their end.  What the policy makes and the host
 * reads (policy, terms, estimates) carries its extent; what the host makes, the policy
 * reads as far as it knows.  policies/CHANGES lists what was added when, and
 * policies/COVERAGE.md which published policy needs what.
 *
 * This header includes nothing but <stddef.h> and <stdint.h>.
 */
#ifndef CT_POLICY_H
#define CT_POLICY_H

#include <stddef.h>
#include <stdint.h>

/* Version above, extent of the policy's own table below: a newer host, whose table has
 * grown at its end, reads no further than the policy was written. */
#define CT_POLICY_VERSION 1
#define CT_POLICY_ABI     (CT_POLICY_VERSION << 16 | (uint32_t)sizeof(struct ct_policy))

#define CT_OPEN UINT32_MAX /* a credit that never runs out */
#define CT_REST 0          /* carve(): whatever is left */

/* What a host can do, and what it can see.  `needs` is checked when a policy loads. */
enum ct_cap {
	CT_CAN_GATE = 1 << 0,      /* hold work back: every host can */
	CT_CAN_RANK = 1 << 1,      /* order lanes already on the device (priority) */
	CT_CAN_CONFINE = 1 << 2,   /* restrict launches to a part made by carve() */
	CT_CAN_SLICE = 1 << 3,     /* run a grid in pieces: terms.max_blocks */
	CT_CAN_FLUSH = 1 << 4,     /* take back launches that have not started */
	CT_CAN_SWITCH = 1 << 5,    /* stop running work, keeping its progress */
	CT_CAN_RESET = 1 << 6,     /* stop running work, losing its progress */
	CT_CAN_MASK = 1 << 7,      /* restrict one launch to chosen SMs: terms.mask */
	CT_CAN_TIMESLICE = 1 << 8, /* set a context's hardware time slice */
	CT_CAN_THROTTLE = 1 << 9,  /* limit DRAM or link bandwidth */
	CT_CAN_MEMORY = 1 << 10,   /* limit, evict and prefetch memory */
	CT_CAN_LAYOUT = 1 << 11,   /* change the MIG layout, draining first */
	CT_CAN_TOGETHER = 1 << 12, /* start two launches as one */
	CT_CAN_RETREAT = 1 << 13,  /* stop running grids where their blocks end */
	CT_SEES_QUEUE = 1 << 16,   /* more than the head of a lane: waiting, peek() */
	CT_SEES_START = 1 << 17,   /* started() is delivered */
	CT_SEES_SHAPE = 1 << 18,   /* blocks, threads, class of work */
	CT_SEES_REQUEST = 1 << 19, /* asked() and answered() are delivered */
	CT_SEES_LENGTH = 1 << 20,  /* estimate() answers */
	CT_SEES_DEMAND = 1 << 21,  /* DRAM demand and roofline class */
	CT_SEES_CURVE = 1 << 22,   /* estimate() answers for fewer SMs */
	CT_SEES_BLOCKS = 1 << 23,  /* blocks() is delivered */
	CT_SEES_MEMORY = 1 << 24,  /* pressed() is delivered */
};

/* What a policy does on purpose; laws and patience respect it. */
enum ct_trait {
	CT_MAY_STARVE = 1 << 0, /* lower ranks may wait as long as a higher one has work */
	CT_MAY_IDLE = 1 << 1,   /* the device may rest while work waits */
};

/* Where held work waits. */
enum ct_gate {
	CT_GATE_BLOCKS, /* the launching thread stands still: a lane never shows more than one */
	CT_GATE_DEFERS, /* launches queue, and events and synchronisations are virtualised */
};

struct ct_caps {
	uint32_t can;         /* enum ct_cap bits */
	uint32_t gate;        /* enum ct_gate */
	uint32_t sm_granule;  /* carve() rounds up to a multiple of this */
	uint32_t sm_part_min; /* and to at least this */
	uint32_t ranks;       /* distinct priorities the device tells apart */
	int64_t gate_ns;      /* an order to its effect */
	int64_t sense_ns;     /* an effect to its fact */
	int64_t decide_ns;    /* the policy's own thinking, per fact */
	int64_t confine_ns;   /* making a part */
};

struct ct_tenant {
	uint32_t id;
	uint32_t weight; /* 1..10000, 100 is ordinary */
	int32_t rank;    /* larger is more important */
	int64_t slo_ns;  /* 0: none */
	const char *name;
	uint32_t running, waiting; /* launches of all its lanes: on the device, held */
	void *data;                /* the policy's own, tenant_size bytes */
};

enum ct_work_kind { CT_WORK_KERNEL, CT_WORK_COPY, CT_WORK_MARKER, CT_WORK_GRAPH };

struct ct_work {
	uint64_t id;
	uint32_t kind;     /* enum ct_work_kind */
	uint32_t class_id; /* equal for launches of one kernel and shape; CT_SEES_SHAPE */
	uint64_t blocks;   /* CT_SEES_SHAPE, else 0 */
	uint32_t threads;
	uint32_t request; /* id of the request it belongs to; 0: not known */
	int64_t arrived_ns;
};

struct ct_lane { /* one in-order stream of work; read-only to policies */
	uint32_t id;
	const struct ct_tenant *tenant;
	const struct ct_work *head; /* NULL: nothing waits */
	uint32_t waiting, running, credit;
	void *data; /* the policy's own, lane_size bytes */
};

struct ct_request {
	uint32_t id; /* from 1, per run */
	const struct ct_tenant *tenant;
	int64_t arrived_ns, deadline_ns; /* deadline: 0 if the tenant has no SLO */
};

enum ct_unit { CT_LAUNCHES, CT_BLOCKS, CT_DEVICE_NS };

struct ct_terms {            /* how granted launches shall run; zeroed means no wish */
	uint32_t size;       /* sizeof(struct ct_terms); 0: up to `why` */
	uint32_t part;       /* from carve(); 0: the whole device */
	uint32_t depth;      /* at most this many of the lane on the device; 0: any */
	uint32_t unit;       /* enum ct_unit of the credit */
	uint64_t max_blocks; /* CT_CAN_SLICE: the rest returns to custody, and meanwhile
				nothing of the lane passes; 0: whole grids */
	int32_t rank;        /* CT_CAN_RANK: larger runs first */
	uint32_t blocks_per_sm;
	const uint64_t *mask; /* CT_CAN_MASK */
	const char *why;      /* static text, kept in ledger and timeline */
};

struct ct_done {              /* what became of one launch */
	int64_t waited_ns;    /* arrival to start */
	int64_t ran_ns;       /* start to end */
	uint64_t blocks_left; /* not 0: taken back or stopped midway */
};

enum ct_revoke {
	CT_CREDIT,    /* take credit back; what is on the device finishes */
	CT_QUEUED,    /* CT_CAN_FLUSH: also launches that have not started */
	CT_BLOCK_END, /* CT_CAN_RETREAT: running grids stop where their blocks end */
	CT_SWITCH,    /* CT_CAN_SWITCH */
	CT_RESET,     /* CT_CAN_RESET */
};

struct ct_outcome { /* what became of an order that takes time */
	uint32_t order;
	int32_t status;
	uint64_t blocks_left, blocks_lost;
};

struct ct_estimate {
	uint32_t size; /* set by the policy; 0: up to `source` */
	int64_t ns, p90_ns;
	uint32_t n;      /* observations behind it; 0: nothing known */
	uint32_t source; /* enum ct_source */
};
enum ct_source { CT_SOURCE_NONE, CT_SOURCE_ONLINE, CT_SOURCE_PROFILED, CT_SOURCE_EXACT };

struct ct_host;

/* The orders.  Grows only at its end; `size` says how far this host goes.  An order the
 * host does not have, or whose capability it lacks, gives -ENOTSUP (-95). */
struct ct_verbs {
	uint32_t size;
	/* Adds N credits (CT_OPEN: opens) and sets the lane's terms. */
	int (*grant)(struct ct_host *, const struct ct_lane *, uint32_t n,
		     const struct ct_terms *);
	/* Closes the lane's gate: 0, or -errno.  Deeper levels settle later: order id, which
	 * is an earlier one's if that takes back as much already.  Until then nothing of
	 * the lane passes; what comes back is told by finished(), with blocks_left. */
	int (*revoke)(struct ct_host *, const struct ct_lane *, enum ct_revoke);
	/* A new part of SMS SMs, disjoint from the others (cold facts only); CT_REST: all
	 * that are left.  Part number (from 1) or -errno.  part_sms() tells its true size. */
	int (*carve)(struct ct_host *, uint32_t sms);
	int (*part_sms)(struct ct_host *, uint32_t part);
	/* woken(COOKIE) at AT_NS.  A cookie has one alarm: arming again moves it. */
	int (*wake)(struct ct_host *, int64_t at_ns, uint64_t cookie);
	uint64_t (*random)(struct ct_host *);
	/* The policy gives up: it is ejected. */
	void (*fail)(struct ct_host *, int err, const char *why);
	/* CT_SEES_QUEUE: the I-th waiting launch of a lane (0: the head); NULL: none. */
	const struct ct_work *(*peek)(struct ct_host *, const struct ct_lane *, uint32_t i);
	/* CT_SEES_LENGTH: how long WORK would run alone on SMS SMs (0: all). */
	int (*estimate)(struct ct_host *, const struct ct_work *, uint32_t sms,
			struct ct_estimate *);
};

struct ct_host {
	const struct ct_verbs *verbs;
	const struct ct_caps *caps;
	int64_t now_ns; /* stands still inside a fact */
	uint32_t sms;
	uint32_t n_lanes, n_tenants;
	const struct ct_lane *const *lane;     /* open lanes, by id */
	const struct ct_tenant *const *tenant; /* by id */
};

/* A tunable.  The host fills it into the policy's state before init(). */
enum ct_option_type {
	CT_OPTION_NS, /* int64_t, the others uint32_t */
	CT_OPTION_U32,
	CT_OPTION_PERCENT,
	CT_OPTION_BOOL,
	CT_OPTION_CHOICE, /* an index into `choices` */
};
struct ct_option {
	const char *name, *help;
	enum ct_option_type type;
	uint32_t offset; /* into the policy's state */
	int64_t def, min, max;
	const char *const *choices; /* NULL-terminated; CT_OPTION_CHOICE only */
};

struct ct_policy {
	uint32_t abi;
	const char *name, *summary;
	uint32_t needs, wants;                       /* enum ct_cap bits */
	uint32_t traits;                             /* enum ct_trait bits */
	uint32_t state_size, tenant_size, lane_size; /* given zeroed, freed by the host */
	const struct ct_option *options;             /* ends with name == NULL */

	/*
	 * Facts.  All are optional; an absent one means "no opinion".  The cold ones come
	 * first: they may carve(), and those returning int may refuse with -errno.  The
	 * hot ones can do neither, and must return quickly.
	 */
	int (*init)(struct ct_host *, void *self);
	void (*fini)(struct ct_host *, void *self);
	int (*joined)(struct ct_host *, void *self, const struct ct_tenant *);
	void (*left)(struct ct_host *, void *self, const struct ct_tenant *);
	void (*opened)(struct ct_host *, void *self, const struct ct_lane *);
	void (*closed)(struct ct_host *, void *self, const struct ct_lane *);
	/* Work waits at the lane's closed gate: its head changed from nothing to something,
	 * or its credit ran out.  Told once; while it lasts, look at lane->head. */
	void (*waiting)(struct ct_host *, void *self, const struct ct_lane *);
	void (*started)(struct ct_host *, void *self, const struct ct_lane *,
			const struct ct_work *);
	void (*finished)(struct ct_host *, void *self, const struct ct_lane *,
			 const struct ct_work *, const struct ct_done *);
	void (*asked)(struct ct_host *, void *self, const struct ct_request *);
	void (*answered)(struct ct_host *, void *self, const struct ct_request *);
	void (*idled)(struct ct_host *, void *self, const struct ct_tenant *);
	void (*settled)(struct ct_host *, void *self, const struct ct_outcome *);
	void (*woken)(struct ct_host *, void *self, uint64_t cookie);
};

/* One line per policy, one symbol per module.  IDENT is the file's name with '_'. */
#ifdef CT_POLICY_BUILTIN
#define CT_POLICY(ident)                                                                   \
	extern const struct ct_policy ct_policy_##ident;                                   \
	const struct ct_policy ct_policy_##ident
#else
#define CT_POLICY(ident)                                                                   \
	extern __attribute__((visibility("default"))) const struct ct_policy ct_policy;    \
	const struct ct_policy ct_policy
#endif

static inline int ct_can(const struct ct_host *h, uint32_t caps)
{
	return (h->caps->can & caps) == caps;
}

static inline int ct_grant(struct ct_host *h, const struct ct_lane *lane, uint32_t n,
			   const struct ct_terms *terms)
{
	return h->verbs->grant(h, lane, n, terms);
}

static inline int ct_revoke(struct ct_host *h, const struct ct_lane *lane,
			    enum ct_revoke how)
{
	return h->verbs->revoke(h, lane, how);
}

static inline int ct_carve(struct ct_host *h, uint32_t sms)
{
	return h->verbs->carve(h, sms);
}

static inline int ct_part_sms(struct ct_host *h, uint32_t part)
{
	return h->verbs->part_sms(h, part);
}

static inline int ct_wake_at(struct ct_host *h, int64_t at_ns, uint64_t cookie)
{
	return h->verbs->wake(h, at_ns, cookie);
}

static inline int ct_wake_in(struct ct_host *h, int64_t in_ns, uint64_t cookie)
{
	return h->verbs->wake(h, h->now_ns + in_ns, cookie);
}

#endif
