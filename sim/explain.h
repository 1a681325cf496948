/*
 * explain.h - why something ran when it ran: the life of one operation, or where the
 * time of a tenant went, because of whom, and in which of its requests most.
 *
 * A run that is asked to explain itself tells the life of each operation that was asked
 * for when it has ended.  What is kept does not grow with the run: sums, and the worst
 * few.  What was asked for is a word:
 *
 *	TENANT          all operations of a tenant, by request
 *	TENANT:NUMBER   one operation: issue order within the tenant's (first) copy,
 *	                event records and waits and graph launches included, from 0; the
 *	                timeline has it as `number`
 *	TENANT#COPY:NUMBER   of another copy of a closed loop (from 0)
 *	TENANT:NAME     kernels of a tenant whose name, or a word in it, begins with NAME
 *	NAME            those of all tenants
 *
 * Two measures.  `time_ns` is the whole wait of an operation from its call to its end,
 * as reports have it; a thousand launches queued behind each other all wait at once.
 * `once_ns` counts each moment of a stream once: of an operation only the time after its
 * predecessor in the stream has ended.  Both sum exactly over causes, and what is blamed
 * on tenants sums exactly to the cause.
 *
 * Who is to blame.  gate: the other tenants with work on the device meanwhile, in equal
 * parts; the tenant itself if only it had any; else nobody, the device stood idle.
 * priority: who heads the highest queue.  sm_room: who stands at the head of its queue;
 * for the head itself, whoever has blocks on SMs that it may use, by the SMs they fill.
 * dram: who else demands bandwidth, by demand.  Own waits (launch, stream_order, gap,
 * running) are blamed on the tenant itself.
 */
#ifndef CT_SIM_EXPLAIN_H
#define CT_SIM_EXPLAIN_H

#include "sim/run.h"

enum { CT_EXPLAIN_WORST = 3, CT_EXPLAIN_CULPRITS = 4 };

struct ct_explain;

struct ct_explain_id { /* of an operation in a run */
	uint32_t tenant, copy;
	uint64_t number;
};

struct ct_explain_culprit { /* an operation that another one waited for */
	struct ct_explain_id id;
	const char *name;
	enum ct_cause cause;
	gboolean ahead; /* as the head of its queue; else by holding SMs or bandwidth */
	uint32_t sms;   /* it filled so many at most */
	int64_t ns;     /* its part of the cause */
};

struct ct_explain_story { /* one operation, ended */
	struct ct_explain_id id, predecessor;
	const char *name, *kind, *predecessor_name; /* NULL: it has none in its stream */
	const char *why; /* the policy's reason to let it go; NULL: none given */
	uint32_t stream; /* as the trace calls it */
	int64_t issued_ns, released_ns, arrival_ns, predecessor_ns, ready_ns, start_ns,
		end_ns;
	int64_t time_ns[CT_CAUSE_MAX];
	int64_t *blamed_ns; /* [cause * (tenants + 1) + tenant]; the last is nobody */
	uint32_t n_culprits;
	struct ct_explain_culprit culprit[CT_EXPLAIN_CULPRITS]; /* worst first */
	/* of a kernel */
	uint64_t blocks, waves; /* waves: alone, on the SMs it may use */
	uint32_t blocks_per_sm, sms, priority, part;
	gboolean guessed; /* its shape was not recorded */
};

struct ct_explain_request {
	uint64_t number; /* of the tenant's, in order of their ends, from 1 */
	uint32_t copy;
	int64_t arrived_ns, start_ns, end_ns;
	int64_t idle_ns; /* of end - start: nothing of it was issued and not ended */
	uint64_t n_ops;
	int64_t once_ns[CT_CAUSE_MAX];
	int64_t *blamed_ns;                              /* of once_ns */
	struct ct_explain_story worst[CT_EXPLAIN_WORST]; /* lost most, worst first */
	uint32_t n_worst;
};

enum ct_explain_kind { CT_EXPLAIN_TENANT, CT_EXPLAIN_OP, CT_EXPLAIN_NAME };

struct ct_explain_view { /* one thing asked for, and the answer */
	char *what;      /* as it was asked for */
	enum ct_explain_kind kind;
	int tenant; /* -1: any */
	uint32_t copy;
	uint64_t number;
	char *name;
	uint64_t n_ops;
	int64_t turnaround_ns, time_ns[CT_CAUSE_MAX], once_ns[CT_CAUSE_MAX];
	int64_t *blamed_ns;                                  /* of once_ns */
	struct ct_explain_request request[CT_EXPLAIN_WORST]; /* slowest first */
	uint32_t n_requests;
	uint64_t n_finished;
	struct ct_explain_story worst[CT_EXPLAIN_WORST]; /* but for tenants */
	uint32_t n_worst;
};

/* WHAT: NULL-terminated words, as above.  Fails (CT_EXIT_USAGE) on a word that cannot
 * name anything. */
struct ct_explain *ct_explain_new(const struct ct_scenario *, const char *const *what,
				  GError **error);
void ct_explain_free(struct ct_explain *);

const struct ct_explain_view *ct_explain_view(const struct ct_explain *, size_t i);
uint32_t ct_explain_tenants(const struct ct_explain *);

/* What a run tells. */
gboolean ct_explain_wants(const struct ct_explain *, const struct ct_explain_id *,
			  const char *name);
gboolean ct_explain_wants_tenant(const struct ct_explain *, uint32_t tenant);
void ct_explain_op(struct ct_explain *, const struct ct_explain_story *);
void ct_explain_request(struct ct_explain *, uint32_t tenant, uint32_t copy,
			int64_t arrived_ns, int64_t start_ns, int64_t end_ns,
			int64_t idle_ns);

/* The causes of the story, each moment of its stream once: CT_CAUSE_MAX of them. */
void ct_explain_once(const struct ct_explain_story *, int64_t *once_ns);

/* What an operation would not have lost alone and ungated: all but launch,
 * stream_order, gap and running. */
gboolean ct_explain_is_loss(enum ct_cause);

/* TOTAL in proportion to N weights, exactly: what rounding leaves goes to the first of
 * the largest.  Without any weight all of it goes to the last. */
void ct_explain_split(int64_t total, const uint64_t *weight, size_t n, int64_t *part);

#endif
