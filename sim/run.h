/*
 * run.h - one run: some tenants, one device, one policy, one seed, in virtual time.
 *
 * A run is a pure function of its input: it shares nothing, so any number of them may
 * run in parallel threads, and the same input gives the same result, digest included.
 */
#ifndef CT_SIM_RUN_H
#define CT_SIM_RUN_H

#include <stdio.h>

#include "policies/registry.h"
#include "sim/program.h"
#include "sim/scenario.h"

/* Where the time of an operation went, from the start of its call to its end on the
 * device; the causes of one operation sum exactly to that. */
enum ct_cause {
	CT_CAUSE_LAUNCH,         /* on its way to the device */
	CT_CAUSE_STREAM_ORDER,   /* behind its predecessor in the stream, or an event */
	CT_CAUSE_GATE,           /* held by the policy */
	CT_CAUSE_CHANNEL,        /* behind another stream in the same hardware queue */
	CT_CAUSE_CONTEXT_SWITCH, /* another context had the SMs, or the switch went on */
	CT_CAUSE_PREEMPTION,     /* taken back, and waiting to go on */
	CT_CAUSE_COPY_ENGINE,    /* behind other copies, and slower beside them */
	CT_CAUSE_PRIORITY,       /* ready, behind a grid of higher priority */
	CT_CAUSE_SM_ROOM, /* ready, no SM had room, or the head of its queue had none */
	CT_CAUSE_GAP,     /* between two kernels of a stream */
	CT_CAUSE_RUNNING, /* as long as it would alone on its SMs */
	CT_CAUSE_DRAM,    /* running longer than that, because of others: for DRAM, */
	CT_CAUSE_L2,      /* for L2, */
	CT_CAUSE_SM,      /* and for what is inside an SM */
	CT_CAUSE_MAX
};
extern const char *const ct_cause_name[CT_CAUSE_MAX]; /* "launch", "stream_order", ... */

struct ct_explain;        /* explain.h */
struct ct_timeline;       /* timeline.h */
struct ct_actuator_model; /* models/actuator.h */

struct ct_run_input {
	const struct ct_scenario *scenario;
	const struct ct_device *device;
	const struct ct_actuator_model *actuator;
	const struct ct_program *const *program; /* per tenant of the scenario */
	const struct ct_policy_choice *policy;
	uint64_t seed;
	int only_tenant;      /* this tenant alone; -1: all */
	gboolean replay_once; /* one request of each, closed:1, compared with the record */
	gboolean one_ns_kernels;      /* control: every kernel takes 1 ns */
	FILE *ledger;                 /* NULL: none */
	struct ct_timeline *timeline; /* NULL: none */
	struct ct_explain *explain;   /* NULL: nothing is to be explained */
	const gboolean *cancel;       /* stops early when it becomes TRUE; NULL: never */
};

struct ct_latency {
	uint64_t count; /* of the finished requests that count (warm-up excluded) */
	double mean_ns;
	int64_t p50_ns, p90_ns, p99_ns, max_ns; /* nearest rank */
};

struct ct_replay_error {
	gboolean known;
	int64_t start_p50_ns, start_p90_ns, start_max_ns; /* |simulated - recorded| */
	double makespan_pct;
};

struct ct_tenant_result {
	struct ct_latency latency;
	uint64_t asked, finished, kernels;
	uint64_t taken_back;     /* operations that came back, each time */
	uint64_t blocks_lost;    /* what they had done, to be done again */
	double throughput_per_s; /* requests */
	double slo_attainment;   /* of all that were asked and are due; NaN: no SLO */
	int64_t time_ns[CT_CAUSE_MAX];
	int64_t turnaround_ns;         /* their sum, measured independently */
	gboolean unstable;             /* open loop: the queue grew without bound */
	uint64_t backlog;              /* requests waiting at the end */
	struct ct_replay_error replay; /* with replay_once */
};

struct ct_run_result {
	GError *error;   /* the run could not be done: CT_EXIT_UNSUPPORTED, ... */
	char *ejected;   /* one sentence, with the time; NULL: not ejected */
	uint64_t digest; /* of all device work in the order of its end */
	uint64_t kernels, events;
	uint64_t blocks; /* placed on the device */
	double wall_s;
	int64_t makespan_ns;                     /* simulated time at the end */
	double sm_active, occupancy, dram_share; /* 0..1; dram_share NaN: no demand known */
	double broker_load; /* share of the time the broker was busy deciding */
	gboolean timed_out; /* gave up: some tenant made no progress */
	size_t n_tenants;
	struct ct_tenant_result *tenant; /* in scenario order (only_tenant: one) */
};

struct ct_run_result *ct_run(const struct ct_run_input *);
void ct_run_result_free(struct ct_run_result *);

#endif
