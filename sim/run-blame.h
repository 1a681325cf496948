/*
 * run-blame.h - whom a watched operation waits for, seen while it waits.
 *
 * On a gpu nothing changes within a span (gpu-look.h), so each watched kernel there looks
 * round once a span and gives its length, in 2^-20 ns, to those in its way; what copies do
 * to each other is told by their engines.  At the gate there may be thousands of operations
 * at once: there one sum per tenant runs on whenever the work on the device changes, and an
 * operation keeps the difference between its release and its call.  The same is done for
 * contexts that have the SMs.
 *
 * Weights are per tenant and exact to rounding; of single operations in the way only the
 * few with the largest weight are kept (one that comes when all slots are taken replaces
 * the least).
 */
#ifndef CT_SIM_RUN_BLAME_H
#define CT_SIM_RUN_BLAME_H

#include "models/mig.h"
#include "sim/explain.h"
#include "sim/run-internal.h"

enum { BLAME_SLOTS = 8, BLAME_BITS = 20 };

struct blame_slot { /* an operation in the way */
	struct ct_explain_culprit is;
	uint64_t weight;
};

struct watch {
	struct op *op;
	const struct ct_gpu *gpu; /* of its context */
	gboolean on_gpu;
	uint32_t at; /* in explainer->on_gpu */
	/* [row], by tenant: while held, while taken back, while its context was off */
	uint64_t *gate, *back, *off;
	uint64_t *who; /* [cause][row]; NULL until it is ready */
	struct ct_explain_id predecessor;
	const char *predecessor_name;
	uint32_t n_slots;
	struct blame_slot slot[BLAME_SLOTS];
};

struct last { /* operation that left a stream */
	struct ct_explain_id id;
	const char *name;
};

/* Which tenant's context has the SMs of an engine, or nobody's. */
struct sms_holder {
	uint32_t tenant;
	int64_t since_ns;
	uint64_t *had_ns; /* [row], until then */
};

struct explainer {
	struct ct_explain *explain;
	uint32_t n_tenants, row; /* row: tenants and nobody */
	gboolean *is_victim;     /* per tenant: something of it is explained */
	uint64_t *held;          /* [victim][row] */
	uint32_t *n_working;     /* per tenant: operations released and not ended */
	int64_t held_until_ns;
	struct sms_holder holder[CT_MIG_MAX_SLICES];
	struct last *last;           /* per stream */
	GPtrArray *on_gpu;           /* struct watch *, submitted and not ended */
	GPtrArray *all;              /* struct watch *, every one there is */
	GPtrArray *watches, *tables; /* to be used again */
	struct ct_explain_story story;
};

const char *ct_blame_kind(const struct op *);
const char *ct_blame_name(const struct op *);
struct ct_explain_id ct_blame_id(const struct op *);

/* The sums at the gate, brought up to now; the work on the device changes after that.
 * ADD or take the sums of the operation's tenant to or from TO. */
void ct_blame_held(struct run *);
void ct_blame_add_held(struct run *, const struct op *, int add, uint64_t *to);

/* The same for the context that has the SMs; nothing if contexts do not take turns. */
void ct_blame_add_sms(struct run *, const struct op *, int add, uint64_t *to);

#endif
