/*
 * run-internal.h - the state of one run, shared by the files run*.c and by nobody else.
 *
 * tenant -> copies of its program -> host threads and streams -> operations in flight.
 * A thread issues operations in recorded order; an operation is in custody of the broker
 * until it is released, then in its stream, then (a kernel) on the gpu.  Only operations
 * in flight exist; they come from a pool, and a full stream blocks the thread that would
 * add one more, as a full launch queue does, so a run's memory does not grow with its
 * trace.
 */
#ifndef CT_SIM_RUN_INTERNAL_H
#define CT_SIM_RUN_INTERNAL_H

#include <xxhash.h>

#include "models/actuator.h"
#include "policies/broker.h"
#include "sim/copy-engine.h"
#include "sim/event.h"
#include "sim/compute.h"
#include "sim/gpu.h"
#include "sim/run.h"

#define MAX_PARTS (CT_GPU_PARTITIONS - 1) /* beside the whole device */
#define SEEN_OPS  64
#define MAX_GREEN (MAX_PARTS / 2) /* that have a part of their own */

struct run;
struct copy;
struct explainer;
struct watch;
struct thread;
struct stream;
struct channel;
struct channel_set;
struct phases;
struct follow;

struct event_slot { /* a CUDA event of one copy */
	uint64_t n_issued, n_recorded;
	int64_t recorded_end_ns; /* as in struct stream */
};

struct op_past { /* of an operation that was taken back: what its earlier runs were */
	int64_t back_ns; /* it is off the device since */
	int64_t time_ns[CT_CAUSE_MAX];
	struct op_past *next; /* in the pool */
};

struct op {
	struct ct_job job; /* first: the broker gives it back to us */
	struct stream *stream;
	struct op *next;  /* in the stream, or in the pool */
	struct op *graph; /* the launch this is a node of */
	struct op *nodes; /* of a graph launch, in issue order, until it is released */
	uint32_t n_nodes; /* not ended yet */
	union {
		uint32_t graph_id; /* of a graph launch, as recorded; 0: not known */
		uint32_t node;     /* of a graph that is followed: which it is */
	};
	uint32_t part;
	uint8_t kind;
	uint8_t started;      /* and that has been noted */
	uint8_t announced;    /* its context knows that it comes */
	uint8_t copy;         /* enum ct_copy */
	uint8_t programmatic; /* may begin beside its predecessor: run-overlap.c */
	uint8_t over;         /* it has ended there, and its predecessor not */
	uint8_t sliced;       /* some of its blocks were not let go with the others */
	uint8_t frozen;       /* in custody, and on the SMs of a context that is held */
	uint32_t curve_sms;   /* its work is that measured on so many; 0: on all */
	uint64_t blocks;      /* of the kernel */
	uint64_t left, rest;  /* still to run; of these, not let go this time */
	struct op_past *past; /* NULL: it was never taken back */
	int64_t frozen_since_ns, frozen_ns; /* the last time; before that */
	union {
		struct event_slot *event; /* it records or waits for */
		struct follow *follow;    /* a graph launch's edges; NULL: as recorded */
	};
	uint64_t event_count;
	uint64_t number;     /* issue order within the copy */
	uint64_t serial;     /* and within the run */
	uint64_t phase;      /* of legacy stream order; 0: none */
	int64_t issued_ns;   /* its call began */
	int64_t doorbell_ns; /* the call has handed it over, as far as the host goes */
	int64_t released_ns, arrival_ns, ready_ns, predecessor_ns, duration_ns;
	int64_t start_ns, end_ns; /* when the broker is told late, and of graphs */
	int64_t submitted_ns;     /* a kernel: to the gpu, past its channel */
	int64_t off_waiting_ns, off_running_ns; /* its context was not on the SMs */
	int64_t recorded_start_ns; /* since the start of its request, as recorded */
	uint32_t name;             /* string index, for the timeline */
	struct watch *watch;       /* it is to be explained */
	struct ct_grid grid;       /* last: most of it is set only where it is needed */
};

enum work_size { WORK_OTHER, WORK_FULL, WORK_MEMSET }; /* of a kernel: fills the SMs */

struct stream {
	struct copy *copy;
	uint32_t index; /* in the run: the tie-break */
	uint32_t context;
	uint32_t lane;   /* the broker's */
	uint32_t level;  /* priority on the device when the policy has no wish */
	uint32_t source; /* index in the trace */
	struct op *head, **tail;
	int64_t gap_ns;          /* between its work, unless the device tells cases apart */
	gboolean is_branch;      /* of graphs: run-graph.c */
	uint64_t last_graph;     /* a branch: 1 + the serial of the last with a node here */
	struct channel *channel; /* NULL: not used yet, or of graphs */
	struct stream *next_in_channel;
	gboolean wants_channel; /* its head is parked for that */
	uint64_t n_issued, n_ended;
	int64_t free_ns;          /* its last operation of any kind ended */
	int64_t work_end_ns;      /* its last kernel or copy ended */
	enum work_size last_work; /* and was that */
	int64_t recorded_end_ns;  /* trace time at which what was issued so far had ended */
	gboolean scheduled;       /* its head has an event, or is on the device, or: */
	gboolean parked;          /* its head waits for another stream */
	struct ct_transfer transfer; /* of its head, if that is a copy */
	uint32_t n_late;             /* operations let go that have not reached it yet, */
	int64_t late_ns;             /* of which the last does then */
	int64_t due_ns;        /* of that event; others are out of date.  -1: no event */
	gboolean after_kernel; /* what left it last was one */
	struct op *beside; /* it runs, or ran, beside the head, behind which it stands */
	int64_t beside_ns; /* the event of what would; -1: no event */
	struct recall *recall; /* orders that wait for its head to stop, oldest first */
};

enum wait {
	WAIT_NOT,
	WAIT_STREAM, /* until stream->n_ended reaches count */
	WAIT_ALL,    /* until count operations issued before `number` have ended */
	WAIT_EVENT,  /* until the event was recorded count times */
	WAIT_ROOM,   /* until the channel has room; then the call is made */
	WAIT_GATE,   /* until its own launch is released */
	WAIT_FIRST,  /* until the work without a recorded launch is queued */
};

struct thread {
	struct copy *copy;
	uint32_t index;       /* in the run: the tie-break */
	uint32_t lane;        /* in the trace */
	gboolean device_lane; /* work whose launch was not recorded */
	struct ct_cursor *cursor;
	uint64_t left; /* operations of this request not read yet */
	const struct ct_op
		*op;       /* the next call; NULL: done, or to be read when it returns */
	uint64_t n_made;   /* operations, ever */
	struct ct_op next; /* read ahead, behind a graph launch */
	gboolean has_next;
	int64_t recorded_ns; /* end of the previous call, as recorded */
	enum wait wait;
	struct stream *wait_stream;
	struct event_slot *wait_event;
	uint64_t wait_count, wait_number;
	int64_t resume_after_ns; /* from the end of the wait to the call's return */
	int64_t resume_floor_ns; /* the call does not return earlier */
	const struct op *wait_op;
	struct thread *next_blocked; /* waits for the same channel's room */
	struct stream *last_stream;  /* that it launched on */
	uint32_t unknown_waits;      /* of streams, for events; since its last launch */
};

struct copy {
	struct tenant *tenant;
	uint32_t number;
	struct thread *thread;
	uint32_t n_threads, n_busy; /* threads not done with the request */
	uint32_t n_blocked;
	uint32_t n_queueing; /* device lanes that have not queued all yet */
	struct stream *stream;
	struct stream *branch;  /* as many; NULL: the program launches no graphs */
	struct phases *phases;  /* NULL: no legacy stream to wait for */
	GHashTable *graph_part; /* graph id -> part it was first launched in */
	struct event_slot *slot;
	uint64_t n_issued, n_in_flight;
	gboolean running;
	uint32_t request;         /* of the program */
	int64_t request_ns;       /* it started */
	int64_t request_start_ns; /* recorded time at its start */
	struct ct_request asked;
	int64_t idle_ns, idle_since_ns; /* of the request, if it is to be explained */
};

struct green {              /* a context of a program that has some of the SMs */
	uint32_t partition; /* 0: it is not confined */
	struct ct_sm_set sms;
};

struct tenant {
	struct run *run;
	uint32_t index; /* in the scenario */
	uint32_t broker_id;
	uint32_t context, channel_set;
	uint32_t n_frozen; /* operations; while there are, its context is held */
	const struct ct_device *device; /* the board, or the tenant's instance of it */
	uint32_t instance;              /* its number; 0: the board */
	uint32_t sm_cap;                /* of its kernels; 0: none */
	uint32_t partition;             /* of its kernels, if the policy has no wish */
	const struct ct_sm_set *sms;    /* likewise; NULL: all */
	struct green *green;            /* as the program's; NULL: none is confined */
	const struct ct_tenant_spec *spec;
	uint32_t tax_permille; /* its kernels run so much longer for the actuator */
	const struct ct_program *program;
	struct ct_arrival arrive; /* what holds in this run */
	struct copy *copy;
	uint32_t n_copies;
	struct ct_tenant_result *result;
	/* requests */
	uint64_t n_asked, n_finished, n_in_time;
	uint32_t next_request; /* of the program, to start */
	GQueue *pending;       /* struct ct_request *: asked, not started; open loop only */
	GArray *latency_ns;    /* int64_t, every finished request in order */
	int64_t first_end_ns, last_end_ns;
	uint64_t rng;
	/* replay_once */
	GArray *start_error_ns;
	uint64_t error_stride, error_count;
	int64_t first_start_ns, last_work_ns, recorded_first_ns, recorded_last_ns;
};

/* An order that takes work back, from then until it has settled. */
struct recall {
	struct stream *stream;
	enum ct_revoke how;
	gboolean in_effect;
	struct ct_job *back, **back_end; /* what has come back, oldest first */
	struct ct_outcome outcome;
	struct recall *next; /* at the stream, or in the pool */
};

struct run {
	const struct ct_run_input *in;
	struct ct_run_result *result;
	struct ct_actuator actuator; /* what the broker sees */
	struct ct_broker *broker;
	struct ct_compute *compute;
	gboolean sliced;               /* contexts take turns */
	struct ct_device **instance;   /* MIG; NULL: none */
	struct ct_sm_set *static_part; /* of each tenant, MPS; NULL: none */
	gboolean below_normal;         /* some tenant is, as an MPS client */
	struct ct_copies *copies;
	uint32_t n_copy_events;
	struct ct_events events;
	int64_t now_ns, end_ns;
	gboolean stop;
	gboolean ranked;   /* the policy orders lanes on the device */
	gboolean recalls;  /* work can be taken back from the device */
	gboolean jittered; /* kernels vary in length */
	gboolean deciding; /* the broker is being told something */
	struct tenant *tenant;
	uint32_t n_tenants;
	struct thread *thread;
	struct stream *stream, *branch;
	uint32_t n_threads, n_streams, n_all_streams, n_branches;
	struct channel_set *channels;
	uint32_t n_channel_sets;
	uint64_t n_serials;
	gboolean tells_starts; /* the policy wants to know */
	struct op *pool;
	struct recall *recall_pool;
	struct op_past *past_pool;
	struct follow *follow_pool;
	GPtrArray *slabs;
	struct ct_sm_set part[MAX_PARTS]; /* [number - 1] */
	uint32_t n_parts, part_first_sm;
	uint32_t n_green; /* their partitions come before those of the policy's parts */
	int64_t alarm_ns;
	uint64_t alarm_order, n_late;
	int64_t broker_free_ns, broker_busy_ns; /* the broker as a server */
	uint32_t next_request_id;
	uint32_t sms_shown;
	struct explainer *explainer; /* NULL: nothing is to be explained */
	XXH3_state_t *digest;
	uint64_t seen[SEEN_OPS][4]; /* for the digest, which likes more at once */
	uint32_t n_seen;
};

/* run-host.c: threads and their calls */
void ct_run_start_threads(struct copy *);
void ct_run_call(struct thread *);
void ct_run_fail(struct run *, GError *); /* takes the error; the run ends */
void ct_run_wake(struct copy *); /* something ended: threads that waited for it go on */
void ct_run_gate_opened(struct op *);
void ct_run_has_room(struct thread *); /* the channel that it waited for */

/* run-issue.c: records become operations in flight */
struct op *ct_run_issue(struct thread *, const struct ct_op *record, struct stream *);
void ct_run_recorded_until(struct stream *, int64_t end_ns);

/* run-infer.c: what the source does not say */
void ct_run_infer_waits(struct thread *, const struct ct_op *launch, struct stream *);
void ct_run_hold_recorded_streams(struct thread *, struct stream *launched,
				  uint64_t serial);
struct stream *ct_run_likely_synced(struct thread *);

/* run-stream.c: operations on the device */
struct op *ct_run_op_new(struct run *);
void ct_run_op_free(struct run *, struct op *);
void ct_run_release(struct run *, struct op *, int64_t released_ns);
void ct_run_ready(struct stream *);
void ct_run_op_ended(struct run *, struct op *, int64_t start_ns);
void ct_run_grids_ended(struct run *, struct ct_grid *);
void ct_run_grids_started(struct run *, struct ct_grid *);

void ct_run_leave_stream(struct run *, struct op *);
void ct_run_enqueue(struct run *, struct op *);
void ct_run_watch_dispatch(struct op *);
/* The head of a parked stream is looked at again; it has been ready since then. */
void ct_run_unpark_from(struct run *, struct stream *, int64_t ready_ns);
void ct_run_unpark(struct run *, struct stream *); /* since now */

void ct_run_submit_kernel(struct run *, struct op *);

/* run-overlap.c: kernels that begin beside their predecessor */
gboolean ct_run_may_overlap(const struct run *, const struct stream *,
			    const struct ct_op *record);
void ct_run_overlap_queued(struct stream *); /* such a kernel will be its last */
void ct_run_overlap_look(struct run *, struct stream *);
gboolean ct_run_overlap_due(struct run *, struct stream *);
gboolean ct_run_overlap_ended(struct op *); /* TRUE: its predecessor has not */

/* run-graph.c: graph launches */
void ct_run_graph_follow(struct thread *, struct op *graph, const struct ct_op *first);
void ct_run_graph_node(struct run *, struct op *graph, struct op *node,
		       const struct ct_op *record);
void ct_run_graph_read(struct run *, struct op *graph); /* all its nodes */
void ct_run_graph_begin(struct run *, struct op *graph);
gboolean ct_run_node_waits(const struct op *);
void ct_run_node_ended(struct run *, struct op *node, int64_t start_ns);
void ct_run_graph_freeze(struct op *graph);

/* run-curve.c: measured times on some of the SMs; where program->curve is not NULL */
void ct_run_curve_confine(struct op *launch);
void ct_run_curve_on_sms(const struct op *, uint32_t sms, struct ct_kernel_work *out);

/* run-green.c: contexts with some of the SMs; confine only where tenant->green is */
void ct_run_green_init(struct run *);
void ct_run_green_confine(struct op *launch);

/* run-legacy.c: the legacy default stream; all but init only where copy->phases is */
void ct_run_legacy_init(struct copy *);
void ct_run_legacy_clear(struct copy *);
void ct_run_legacy_issued(struct op *);
gboolean ct_run_legacy_waits(const struct op *);
void ct_run_legacy_ended(struct run *, struct copy *, uint64_t phase);

/* run-channel.c: hardware queues */
void ct_run_channels_init(struct run *, uint32_t n_sets, uint32_t n_channels);
void ct_run_channels_clear(struct run *);
gboolean ct_run_channel_has_room(struct thread *, struct stream *);
void ct_run_channel_issued(struct stream *);
void ct_run_channel_ended(struct stream *);
gboolean ct_run_channel_shared(const struct stream *);
gboolean ct_run_channel_take(struct op *); /* for that; it never waits */
gboolean ct_run_channel_enter(struct op *);
void ct_run_channel_forget(struct stream *);
void ct_run_channel_passed(struct run *, struct stream *);

/* run-sharing.c: contexts */
gboolean ct_run_contexts_init(struct run *, GError **error);
void ct_run_contexts_clear(struct run *);
gboolean ct_run_divided(const struct run *); /* SMs are the tenants', not the policy's */
uint32_t ct_run_level(const struct run *, const struct tenant *, uint32_t level);

/* run-copy.c: copies and memsets on the device */
int64_t ct_run_copy_alone_ns(const struct ct_device *, const struct ct_op *);
void ct_run_copy_start(struct run *, struct op *);
void ct_run_copy_moved(struct ct_transfer *, void *run);
void ct_run_copy_ended(struct stream *);

/* run-recall.c: work taken back */
int ct_run_recall(struct run *, uint32_t lane, enum ct_revoke, uint32_t order);
void ct_run_recall_due(struct run *, struct recall *);
void ct_run_came_back(struct run *, struct op *);   /* its grid did; it heads its stream */
void ct_run_stopped(struct run *, struct stream *); /* a head that was waited for did */
void ct_run_thaw(struct run *, struct op *);        /* it was frozen, and is granted */
void ct_run_op_forget(struct run *, struct op *);   /* its past, at its end */

/* run-gap.c: the time between the work of a stream */
void ct_run_work_ended(struct op *, int64_t now_ns);
int64_t ct_run_gap_ns(const struct op *); /* from the stream's last work to this */

/* run-actuator.c: what the broker orders, and what it is told */
gboolean ct_run_actuator_init(struct run *run, GError **error);
void ct_run_submit(struct run *, struct op *);
void ct_run_effect(struct run *, struct op *); /* an order has reached the device */
void ct_run_tell_started(struct run *, struct op *);
void ct_run_tell_finished(struct run *, struct op *, int64_t start_ns, int64_t end_ns);
void ct_run_late_fact(struct run *, struct op *);
void ct_run_tell_back(struct run *, struct op *);
void ct_run_tell_settled(struct run *, const struct ct_outcome *);
void ct_run_tell_asked(struct run *, const struct tenant *, const struct ct_request *,
		       gboolean answered);
void ct_run_alarm(struct run *);

/* run-load.c: requests */
void ct_run_load_init(struct run *);
void ct_run_arrival(struct tenant *);
void ct_run_request_maybe_done(struct copy *);

/* run-engine.c: whether the engine can host the run (before contexts; after streams), and
 * the length of a launch, drawn by what it is */
gboolean ct_run_engine_init(struct run *, GError **);
gboolean ct_run_engine_check_levels(const struct run *, GError **);
void ct_run_jitter(const struct thread *, struct ct_kernel_work *);

/* run-result.c */
/* The causes of an operation that is taken back now, since it was held last. */
void ct_run_count_back(struct run *, const struct op *, int64_t behind_priority_ns,
		       int64_t *time_ns);
void ct_run_count_op(struct run *, struct op *, int64_t start_ns, int64_t end_ns,
		     int64_t behind_priority_ns);
void ct_run_finish_result(struct run *);

/* run-explain.c: only called if there is an explainer, but for the first and the last */
void ct_run_explain_init(struct run *);
void ct_run_explain_span(void *run, const struct ct_gpu *, int64_t ns);
void ct_run_explain_switched(struct run *, uint32_t context, int on, int64_t at_ns);
void ct_run_explain_begins(struct copy *);             /* a request */
void ct_run_explain_issued(struct run *, struct op *); /* in flight from now on */
void ct_run_explain_released(struct run *, struct op *);
void ct_run_explain_ready(struct run *, struct op *); /* and on the gpu, if a kernel */
/* OP waited behind the copy BY for NS, or was as much slower beside it. */
void ct_run_explain_copy(struct run *, struct op *, const struct op *by, int64_t ns);
void ct_run_explain_back(struct run *, struct op *); /* off the device, to custody */
void ct_run_explain_ended(struct run *, struct op *, int64_t start_ns, int64_t end_ns,
			  const int64_t *time_ns);
void ct_run_explain_left(struct run *, const struct op *); /* its stream */
void ct_run_explain_answered(struct copy *);
void ct_run_explain_end(struct run *);

#endif
