/*
 * compute.h - the compute engines of a device, and which context has the SMs of each.
 *
 * A context is an address space: a process, or the one that the clients of an MPS server
 * share.  Its kernels go to a block scheduler of its own (gpu.h), because the blocks of
 * two contexts are never on the SMs at the same time.  A compute engine is a device, or
 * one MIG instance of it; it has a list of contexts, the runlist, and gives its SMs to
 * one of them at a time.
 *
 * Slices.  A context that others wait for has the SMs for its slice; then they go to
 * the next in the runlist that has a kernel.  A context without kernels gives up the rest
 * of its slice if the device says so (idle_yield), as soon as another waits.  Slices of a
 * context that nobody waits for follow each other without a switch: who comes later
 * waits for the end of the current one.
 *
 * Switch.  It takes switch_ns and the time to save the state of the one and restore that
 * of the other at the device's switch bandwidth: registers and shared memory of all SMs,
 * or of resident blocks only (switch_state).  Nothing runs meanwhile, and blocks that
 * were stopped go on with the work they had left.  Whoever comes first to an engine that
 * has run nothing yet pays nothing.
 *
 * Cold caches.  Kernels that were stopped find nothing in L2 when they go on, if another
 * context had the SMs: what they are known to come back to there, as far as L2 holds it,
 * is read from DRAM once more (ct_l2_refill_ns()) as the last part of the switch.  Where
 * that is not known nothing is charged, as of all demand; kernels that begin later bring
 * their data themselves, in the time that they took alone.
 *
 * Engines run side by side and share nothing here.  With one context, which is what
 * everything in this header costs nothing for, all of it is that context's gpu.
 *
 * DANGER: no importer knows what a kernel comes back to in L2, and no estimator guesses
 * it, so of recorded programs the refill is 0, and L2 warm where it is cold; all of L2 read
 * at DRAM bandwidth (some 17 us on an H100) would be the most.  Where it is charged it is
 * charged in full before anything runs, while hardware reads on demand, beside kernels that
 * go on; L1 is warm.
 * DANGER: creating a context disturbs the others for about 100 ms (Bakita and Anderson,
 * RTAS 2024), and is free here; whether an idle context that gives up its slice has its
 * state moved like a busy one is not known: it has.
 */
#ifndef CT_SIM_COMPUTE_H
#define CT_SIM_COMPUTE_H

#include "sim/gpu.h"

struct ct_compute_options {
	enum ct_gpu_engine_kind gpu_engine;
	int report_starts;                                           /* as for one gpu */
	void (*span)(void *data, const struct ct_gpu *, int64_t ns); /* likewise */
	/* a context got (TRUE) or lost the SMs of its engine at that instant; NULL: nobody
	 * wants to know */
	void (*switched)(void *data, uint32_t context, int on, int64_t at_ns);
	void *data;
};

struct ct_compute {
	struct ct_gpu *only; /* the gpu of the only context; NULL: there are more */
	/* the rest is for compute.c */
	struct ct_compute_options options;
	int64_t now_ns;
	struct engine *engine;
	struct context **context;
	uint32_t n_engines, n_contexts;
	struct ct_grid *ended, **ended_end, *started, **started_end;
};

struct ct_compute *ct_compute_new(const struct ct_compute_options *);
void ct_compute_free(struct ct_compute *);

/* Engines, then their contexts; all before the first instant.  DEVICE is borrowed: of an
 * instance, a description with what the instance has.  Both return numbers from 0 on. */
uint32_t ct_compute_engine(struct ct_compute *, const struct ct_device *device);
uint32_t ct_compute_context(struct ct_compute *, uint32_t engine, int64_t slice_ns);

/* The same with several contexts. */
void ct_contexts_announce(struct ct_compute *, uint32_t context);
void ct_contexts_withdraw(struct ct_compute *, uint32_t context);
bool ct_contexts_recall(struct ct_compute *, uint32_t context, struct ct_grid *,
			enum ct_recall how);
void ct_contexts_submit(struct ct_compute *, uint32_t context, struct ct_grid *);
void ct_contexts_settle(struct ct_compute *);
int64_t ct_contexts_run(struct ct_compute *, int64_t until_ns);
struct ct_grid *ct_contexts_take_ended(struct ct_compute *);
struct ct_grid *ct_contexts_take_started(struct ct_compute *);

/* A kernel of the context is next in its stream, or will be after the gap behind its
 * predecessor: from here until the grid has ended the context has work.  Once for each
 * grid, before it is submitted or with it. */
static inline void ct_compute_announce(struct ct_compute *c, uint32_t context)
{
	if (!c->only)
		ct_contexts_announce(c, context);
}

/* One that was announced will not be submitted now. */
static inline void ct_compute_withdraw(struct ct_compute *c, uint32_t context)
{
	if (!c->only)
		ct_contexts_withdraw(c, context);
}

/* Of several contexts, this one leaves the SMs and does not get them again before it is
 * let go.  They are free for others SAVE_NS later, whatever the device's switch costs. */
void ct_compute_hold(struct ct_compute *, uint32_t context, int64_t save_ns);
void ct_compute_let_go(struct ct_compute *, uint32_t context);

/* As of gpu.h; the context has work without it when it is out. */
static inline bool ct_compute_recall(struct ct_compute *c, uint32_t context,
				     struct ct_grid *grid, enum ct_recall how)
{
	return c->only ? ct_gpu_recall(c->only, grid, how)
		       : ct_contexts_recall(c, context, grid, how);
}

/* As of gpu.h, for all contexts together. */
static inline void ct_compute_submit(struct ct_compute *c, uint32_t context,
				     struct ct_grid *grid)
{
	if (c->only)
		ct_gpu_submit(c->only, grid);
	else
		ct_contexts_submit(c, context, grid);
}

static inline void ct_compute_settle(struct ct_compute *c)
{
	if (c->only)
		ct_gpu_settle(c->only);
	else
		ct_contexts_settle(c);
}

static inline int64_t ct_compute_run(struct ct_compute *c, int64_t until_ns)
{
	return c->only ? ct_gpu_run(c->only, until_ns) : ct_contexts_run(c, until_ns);
}

/* Of several contexts, those of the first come first. */
static inline struct ct_grid *ct_compute_take_ended(struct ct_compute *c)
{
	return c->only ? ct_gpu_take_ended(c->only) : ct_contexts_take_ended(c);
}

static inline struct ct_grid *ct_compute_take_started(struct ct_compute *c)
{
	return c->only ? ct_gpu_take_started(c->only) : ct_contexts_take_started(c);
}

void ct_compute_use(struct ct_compute *, struct ct_gpu_use *);
uint32_t ct_compute_active_sms(const struct ct_compute *);

/* Its block scheduler, to look at. */
const struct ct_gpu *ct_compute_gpu(const struct ct_compute *, uint32_t context);
/* The context's block scheduler, brought to the instant. */
struct ct_gpu *ct_compute_gpu_now(struct ct_compute *, uint32_t context);

/* Time that the context was not on the SMs, up to now. */
int64_t ct_compute_off_ns(const struct ct_compute *, uint32_t context);

/* How long a switch takes that moves so many bytes, both ways together. */
int64_t ct_switch_ns(const struct ct_device *, uint64_t moved_bytes);

#endif
