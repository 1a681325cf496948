/*
 * copy-engine.h - the engines that copy, and the links they copy over.
 *
 * The idea.  A copy has an engine to itself from its start to its end; copies of one kind
 * use one engine, first come first served, whoever asks and whatever the SMs do.  Nothing
 * is preempted.  How long a copy takes alone is the caller's to say; while it runs it is
 * slower by what shares its link: the host link while the other direction is busy too
 * (the device's h2d_both and d2h_both), and one direction of it when several MIG
 * instances, which have engines of their own, have copies in that direction.
 *
 * Numbers.  A copy has its time alone times CT_COPY_FULL as work, and a whole rate per
 * ns, so however often rates change, the end is the first ns in which the exact work is
 * done, and advancing in pieces changes nothing.
 *
 * Which engine: with three or more, one for each direction, and the third for copies
 * within the device and to other devices, which have one each if there are four; with
 * two, those share the engines of the directions; with one, all share it.
 *
 * Source: Bakita and Anderson, RTAS 2024 (copy engines are FIFO, non-preemptive, beside
 * the compute runlist); NVIDIA nvbandwidth issues 11 and 53 (both directions at once).
 * No two copies of a kind overlap in any of the public traces this was checked with.
 *
 * DANGER: memsets and copies within the host use no engine here.  Memsets overlap copies
 * to the device in recordings, so they do not use that one; which they use is not known.
 * DANGER: copies within the device, and memsets, move their bytes over DRAM; neither they
 * nor the kernels beside them are slower for it here.
 * DANGER: to another device without NVLink a copy takes the host link and counts on none.
 * DANGER: a recorded time counts as the time alone, though the other direction may have
 * been busy in the recording too.
 */
#ifndef CT_SIM_COPY_ENGINE_H
#define CT_SIM_COPY_ENGINE_H

#include "models/copy.h"

/* Rates: permille, divided by up to 16 instances, stay whole. */
#define CT_COPY_FULL (1000u * 720720u)

struct ct_copies;

/* One copy.  The caller owns it and keeps it until it has ended. */
struct ct_transfer {
	/* set by the caller */
	enum ct_copy_way way;
	uint32_t instance;
	int64_t alone_ns;
	/* set by the engines */
	gboolean running;
	int64_t start_ns; /* it was given its engine */
	int64_t end_ns;   /* as things stand */
	struct ct_transfer *next;
	unsigned __int128 left; /* as of: */
	int64_t as_of_ns;
	uint32_t rate;
};

/* Something now ends at other times than it was thought to: called for each transfer
 * whose end_ns has become known or has changed, starts included. */
typedef void (*ct_copy_moved_fn)(struct ct_transfer *, void *data);

/* INSTANCE: the device, or each of its MIG instances, for their number of engines; rates
 * are those of the first. */
struct ct_copies *ct_copies_new(const struct ct_device *const *instance, uint32_t n,
				ct_copy_moved_fn moved, void *data);
void ct_copies_free(struct ct_copies *);

/* A copy may start; it does so at once, or when its engine comes to it. */
void ct_copies_submit(struct ct_copies *, struct ct_transfer *, int64_t now_ns);

/* NOW_NS is its end_ns: the engine goes on to the next. */
void ct_copies_end(struct ct_copies *, struct ct_transfer *, int64_t now_ns);

/* T is about to end: VISIT is called for every copy that it has held up, and for every one
 * that has held it up, since SINCE_NS or since the held one could start, and by so many
 * permille of that time: all of it in a queue, less beside each other on a link. */
typedef void (*ct_copy_held_fn)(struct ct_transfer *held, struct ct_transfer *by,
				int64_t since_ns, uint32_t permille, void *data);
void ct_copies_explain(struct ct_copies *, struct ct_transfer *t, ct_copy_held_fn visit,
		       void *data);

#endif
