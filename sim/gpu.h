/*
 * gpu.h - the block scheduler and the SMs of one GPU, in virtual time.
 *
 * The idea.  Most SMs look alike most of the time, and the blocks of one launch are
 * alike by assumption.  So SMs in the same state are one *class*, blocks of one grid
 * placed together are one *batch*, and the engine works on those: exact to the
 * nanosecond against a block-by-block simulation (tests/unit/gpu-exact.c), at a cost
 * that does not depend on the grid size.
 *
 * Semantics.  An instant t is atomic, in this order:
 *   1. every block whose work is done ends and its resources return;
 *   2. grids with nothing left to place and nothing resident end;
 *   3. the caller's part: what happens outside at t, and new submissions, in the order
 *      in which ct_gpu_submit() is called; grids beyond the limit of resident grids
 *      wait, first come first served;
 *   4. block scheduler, by falling priority: blocks of the queue's head are placed
 *      until it is fully placed (then the next) or nothing fits; then nothing of lower
 *      priority is placed either (a blocked head blocks its queue and all below it);
 *   5. if residency changed, rates change from t on, by the rules of models/contention.h:
 *      L2 and DRAM are shared among the grids whose demand is known, and so is each SM.
 * Partitions (green contexts) have queues of their own: what is blocked in one does not
 * block another.  Their heads are served by priority and then in the order in which they
 * were submitted, which matters only where partitions share SMs.  DANGER: that disjoint
 * partitions do not wait for each other is what experiments with SM masks suggest (Bakita
 * and Anderson, RTAS 2023), and has not been measured for green contexts; so the device
 * file decides (partition.blocked_head).
 * With "all", the grids of all partitions stand in one set of queues, by priority and
 * then in the order in which they entered, and its blocked head stops them all.
 * Placement: the next block goes to the SM with room for the most further blocks of
 * the grid, ties to the lowest-numbered SM.  Registers are four counters per SM, and a
 * warp goes to the fullest-free one.
 * Clusters: the blocks of a cluster are placed at once and in one GPC.  The next cluster
 * goes to the GPC with room for the most further clusters (the sum of its SMs' rooms,
 * divided, rounded down), ties to the lowest-numbered GPC; in it its blocks go one after
 * the other where the rule above sends them, so several may share an SM.  A head whose
 * cluster fits nowhere is blocked, however many blocks would fit.  The SMs of a GPC are
 * numbered in a row.  DANGER: which GPC hardware prefers, whether it spreads a cluster
 * over SMs first (there is an attribute for it), and how SMs are numbered over GPCs is not
 * documented.
 *
 * Recall.  A grid can be taken back before it has ended.  It leaves its queue at once, so
 * it no longer blocks what is behind or below it, and comes back as an ended grid does,
 * with blocks_left > 0: submitted again with that many blocks it runs exactly those.  For
 * every grid and all its submissions, blocks placed = blocks of the launch + blocks_lost.
 * Of a grid of clusters, blocks_left are whole clusters.
 *
 * Standing still.  ct_gpu_pause() takes the whole gpu off the hardware, as the end of a
 * context's time slice does, and ct_gpu_resume() puts it back: blocks go on with exactly
 * the work they had left, and what was done before and after adds up as if the time
 * between had not been (no account runs in it, nor does behind_priority_ns).  Submitting
 * is allowed meanwhile.  What the switch itself costs is the caller's.
 *
 * Spread.  Blocks of a grid have the same work, or different work by portions
 * (models/spread.h): of the blocks placed in one instant, in the order of their placement,
 * each ct_portion_blocks() are a portion, and what remains of them is the last.
 *
 * Speed.  Where blocks of different grids meet on an SM and their use of its L1 and pipes
 * is known, they lose time there as well: so blocks of one grid may run at different
 * speeds.  A block that is placed where blocks of its grid ended in the same instant begins
 * with the least of the work that those did beyond their end.
 *
 * Known limits: clocks are fixed (DANGER: power and heat slow nothing down).
 */
#ifndef CT_SIM_GPU_H
#define CT_SIM_GPU_H

#include <stdbool.h>
#include <stdint.h>

#include "models/device.h"
#include "models/work.h"

#define CT_GPU_PRIORITIES 8
#define CT_GPU_PARTITIONS 128
#define CT_GPU_MAX_SMS    1024

struct ct_gpu;

/* What kernels contend for. */
enum ct_contention {
	CT_CONTENTION_DRAM,
	CT_CONTENTION_L2,
	CT_CONTENTION_SM,
	CT_CONTENTIONS
};

/* A set of SMs. */
struct ct_sm_set {
	uint64_t word[CT_GPU_MAX_SMS / 64];
};

/* One launched kernel.  The caller owns it and keeps it until it has ended. */
struct ct_grid {
	/* set by the caller before submitting */
	struct ct_block_need need;
	struct ct_kernel_work work;
	uint32_t partition;          /* whose queues it stands in, < CT_GPU_PARTITIONS */
	uint32_t priority;           /* 0 runs first, < CT_GPU_PRIORITIES */
	const struct ct_sm_set *sms; /* NULL: all; borrowed until the grid ends */
	uint32_t sm_cap; /* SMs that grids of its partition may be on at a time, the same
			  * for all of them; 0: any number.  Not for clusters */
	void *owner;
	bool tell_dispatched; /* list it again, as started, when it is dispatched; may be
			       * set at any time before that */
	/* set by the gpu */
	int64_t submitted_ns, start_ns, end_ns; /* start: first block placed */
	int64_t dispatched_ns;                  /* its last block was placed; -1: not yet */
	int64_t behind_priority_ns; /* of start (or end, without one) - submitted: its
				     * partition had a queue of higher priority */
	uint64_t blocks_left;       /* not run because it was recalled; 0: it ended */
	uint32_t blocks_lost;       /* of these, on the device when it was reset, or ended
				     * in a cluster that has to be run again */
	int64_t lost_ns;            /* work they had done, in ns of an unhindered block */
	int64_t contention_ns[CT_CONTENTIONS]; /* of end - start: what others added to it,
						* beside what it takes alone */
	struct ct_grid *next;                  /* in the lists below, and the gpu's own */
	uint64_t serial;                       /* the gpu's own: order of submission */
	void *resident;                        /* the gpu's own */
};

/* How the sharing of SMs is worked out (gpu-engine.h). */
enum ct_gpu_engine_kind { CT_ENGINE_BLOCK, CT_ENGINE_FLUID, CT_ENGINE_KINDS };

struct ct_gpu_options {
	enum ct_gpu_engine_kind engine;
	uint32_t sms;      /* 0: the device's; fewer: a smaller twin */
	int report_starts; /* ct_gpu_run() also stops where grids start */
	/* NULL, or told of each span of NS in which nothing changed: gpu-look.h */
	void (*span)(void *span_data, const struct ct_gpu *, int64_t ns);
	void *span_data;
};

const char *ct_gpu_engine_name(enum ct_gpu_engine_kind); /* "block", "fluid" */

struct ct_gpu *ct_gpu_new(const struct ct_device *, const struct ct_gpu_options *);
void ct_gpu_free(struct ct_gpu *);

/* Whether such a grid can ever run on these SMs (NULL: all): there are some and, of
 * clusters, one fits in what they have of a GPC, empty. */
bool ct_gpu_can_hold(const struct ct_gpu *, const struct ct_block_need *,
		     const struct ct_sm_set *sms);

/* Part 3 of the instant the gpu stands at.  A grid that it cannot hold never starts, and
 * blocks its queue. */
void ct_gpu_submit(struct ct_gpu *, struct ct_grid *);

/* Parts 4 and 5; ct_gpu_run() would do them too, but starts are known from here on. */
void ct_gpu_settle(struct ct_gpu *);

/*
 * Advances to the earlier of UNTIL_NS and the first instant in which a grid ends, does
 * parts 1 and 2 there and returns its time; the caller then owes its part 3 and
 * ct_gpu_settle().  Instants before that are done whole, inside.  Returns INT64_MAX if
 * UNTIL_NS is INT64_MAX and nothing will ever end.  What ended and started must have
 * been taken before.  UNTIL_NS may be anything: stopping more often changes nothing.
 */
int64_t ct_gpu_run(struct ct_gpu *, int64_t until_ns);

/*
 * When something next happens inside, if nothing does outside; INT64_MAX: never, or it
 * stands still.  Of a settled gpu.  Several gpus (MIG instances) are run together by
 * running each no further than the earliest of these.
 */
int64_t ct_gpu_next_ns(const struct ct_gpu *);

/*
 * In part 3 or between instants.  From here on nothing is placed, nothing runs and
 * ct_gpu_run() only moves the time, never beyond UNTIL_NS; places that were freed at this
 * instant and not settled stay free.  ct_gpu_resume() is in part 3 of NOW_NS, which is not
 * before the instant the gpu stands at.  Both may be at the same instant.
 */
void ct_gpu_pause(struct ct_gpu *);
void ct_gpu_resume(struct ct_gpu *, int64_t now_ns);

/* Registers and shared memory that resident blocks hold now: what there is to save if
 * only used state is moved. */
uint64_t ct_gpu_used_state_bytes(const struct ct_gpu *);

/* What grids with a block on the SMs come back to in L2, as far as that is known; the sum
 * may be more than L2 holds. */
uint64_t ct_gpu_used_l2_bytes(const struct ct_gpu *);

enum ct_recall {
	CT_RECALL_QUEUED,    /* only if it has never had a block on the device */
	CT_RECALL_BLOCK_END, /* places nothing more; leaves when its last block ends */
	CT_RECALL_RESET,     /* its blocks are killed, and have to be run again */
};

/*
 * In part 3, of a grid that was submitted; also of one recalled before, if this is a
 * reset.  False, and nothing happened, if it has started and is not to be stopped
 * (QUEUED), has no blocks left to place (BLOCK_END) or has ended.  True: blocks_left is
 * known, and the grid comes out of ct_gpu_take_ended(): now if it has no block on the
 * device any more, and then must be taken before ct_gpu_run(), otherwise when they end.
 */
bool ct_gpu_recall(struct ct_gpu *, struct ct_grid *, enum ct_recall how);

/* Grids that ended at (and, with report_starts, started up to) the instant the gpu
 * stands at, in submission order, linked by `next`; each call empties its list.  Among
 * the started are those that were dispatched now and are to be told. */
struct ct_grid *ct_gpu_take_ended(struct ct_gpu *);
struct ct_grid *ct_gpu_take_started(struct ct_gpu *);

/* What the SMs did since the beginning, up to the instant the gpu stands at. */
struct ct_gpu_use {
	double sm_active_ns; /* sum over SMs of the time with a resident block */
	double warp_ns;      /* sum over SMs of resident warps x time */
	double dram_byte;    /* demand x work done, of kernels whose demand is known */
	uint64_t instants, batches, blocks, classes_max; /* of the engine itself */
};
void ct_gpu_use(struct ct_gpu *, struct ct_gpu_use *);
uint32_t ct_gpu_active_sms(const struct ct_gpu *); /* now */
uint32_t ct_gpu_resident_grids(const struct ct_gpu *);

#endif
