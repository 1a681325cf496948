/*
 * world-device - the device of the small world: some servers, and queues before them.
 *
 * It takes launches of one lane in order, runs as many lanes at once as it has servers,
 * higher ranks first; each part made by carve() is one server of its own.  The blocks of
 * a launch run one after the other, which is all that slices and recalls need.
 *
 * A recall takes what has not begun at once, waits for what it stops, and then tells of
 * all of it, oldest first, before it settles.
 */
#include "policies/world-inside.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#define SWITCH_NS 5000

static int launch(struct ct_actuator *a, struct ct_job *job, const struct ct_terms *terms)
{
	struct world *w = (struct world *)a;
	struct launch *l = (struct launch *)job;
	struct wlane *lane = &w->lane[l->lane];

	l->part = terms->part;
	l->rank = terms->rank;
	l->launched_ns = w->now_ns;
	l->at_once = l->blocks;
	if (terms->max_blocks && l->at_once > terms->max_blocks &&
	    job->work.kind == CT_WORK_KERNEL)
		l->at_once = terms->max_blocks;
	if (job->work.kind != CT_WORK_MARKER) {
		w->n_held--;
		w->n_on_device++;
	}
	ct_world_post(w, w->o->gate_ns, ARRIVE, 0, l);
	if (lane->stuck) { /* its thread may go on */
		lane->stuck = false;
		ct_world_post(w, 0, SUBMIT, l->lane, NULL);
	}
	return 0;
}

static int recall(struct ct_actuator *a, uint32_t lane, enum ct_revoke how, uint32_t order)
{
	struct world *w = (struct world *)a;
	struct wrecall *r;
	uint32_t i = 0, owner = 0;

	while (i < w->n_recalls && w->recall[i].taken)
		i++;
	if (i == w->n_recalls) {
		w->recall = realloc(w->recall, ++w->n_recalls * sizeof(*w->recall));
		assert(w->recall);
	}
	while (!w->lane[owner].opened || w->lane[owner].id != lane)
		owner++;
	r = &w->recall[i];
	*r = (struct wrecall){ .taken = true, .lane = owner, .how = how };
	r->outcome.order = order;
	w->n_untold++;
	ct_world_post(w, w->o->gate_ns, RECALL, i, NULL);
	return 0;
}

static int confine(struct ct_actuator *a, uint32_t part, uint32_t sms)
{
	return part <= CT_WORLD_PARTS_MAX ? 0 : -ENOSPC;
}

static int arm(struct ct_actuator *a, int64_t at_ns)
{
	struct world *w = (struct world *)a;

	w->alarm_ns = at_ns;
	ct_world_post(w, at_ns > w->now_ns ? at_ns - w->now_ns : 0, ALARM, 0, NULL);
	return 0;
}

static int estimate(struct ct_actuator *a, const struct ct_work *work, uint32_t sms,
		    struct ct_estimate *out)
{
	uint32_t on = sms ? sms : CT_WORLD_SMS;

	out->ns = 20000 * (int64_t)(work->class_id + 1) * CT_WORLD_SMS / on;
	out->p90_ns = 2 * out->ns;
	out->n = 1;
	out->source = CT_SOURCE_PROFILED;
	return 0;
}

/* The first N blocks of what is left of a launch. */
static int64_t run_ns(const struct launch *l, uint64_t n)
{
	return l->takes_ns * (int64_t)n / (int64_t)l->total;
}

static void end_at(struct world *w, struct launch *l, int64_t at_ns)
{
	l->ends_ns = at_ns;
	ct_world_post(w, at_ns - w->now_ns, END, 0, l);
}

/* Starts whatever can: higher ranks first, then by arrival; lanes stay in order. */
void ct_world_serve(struct world *w)
{
	for (;;) {
		struct launch **best = NULL;

		for (struct launch **at = &w->first; *at; at = &(*at)->next) {
			const struct launch *l = *at;
			bool first_of_lane = true;

			for (const struct launch *p = w->first; p != l; p = p->next)
				first_of_lane &= p->lane != l->lane;
			if (!first_of_lane || w->lane[l->lane].running)
				continue;
			if (l->job.work.kind != CT_WORK_MARKER &&
			    w->busy[l->part] >= (l->part ? 1 : w->o->servers))
				continue;
			if (!best || l->rank > (*best)->rank)
				best = at;
		}
		if (!best)
			return;
		struct launch *l = *best;

		*best = l->next;
		if (!l->next)
			w->last = best;
		l->began_ns = w->now_ns;
		w->lane[l->lane].running = l;
		if (l->job.work.kind != CT_WORK_MARKER)
			w->busy[l->part]++;
		ct_world_post(w, w->o->sense_ns, TELL_START, 0, l);
		end_at(w, l, w->now_ns + run_ns(l, l->at_once));
	}
}

/* It is off the device, whatever of it is left. */
static void tell_later(struct world *w, struct launch *l)
{
	if (l->job.work.kind != CT_WORK_MARKER)
		w->n_on_device--;
	w->n_untold++;
	ct_world_post(w, w->o->sense_ns, TELL_END, 0, l);
}

static void finish_recall(struct world *w, struct wrecall *r)
{
	struct launch *next;

	r->waits = false;
	for (struct launch *l = r->back; l; l = next) {
		next = l->next;
		r->outcome.blocks_left += l->blocks;
		tell_later(w, l);
	}
	ct_world_post(w, w->o->sense_ns, SETTLE, (uint32_t)(r - w->recall), NULL);
}

void ct_world_end(struct world *w, struct launch *l)
{
	if (w->lane[l->lane].running != l || l->ends_ns != w->now_ns)
		return;
	w->lane[l->lane].running = NULL;
	if (l->job.work.kind != CT_WORK_MARKER)
		w->busy[l->part]--;
	tell_later(w, l);
	for (uint32_t i = 0; i < w->n_recalls; i++)
		if (w->recall[i].taken && w->recall[i].waits &&
		    w->recall[i].lane == l->lane)
			finish_recall(w, &w->recall[i]);
}

/* Stops what runs as HOW says, unless it is over before that. */
static void stop(struct world *w, struct wrecall *r, struct launch *l)
{
	uint64_t n = 0, lost = 0;
	int64_t at_ns = w->now_ns;

	while (n < l->at_once && l->began_ns + run_ns(l, n) < at_ns)
		n++;
	if (r->how == CT_BLOCK_END) {
		at_ns = l->began_ns + run_ns(l, n);
	} else if (r->how == CT_SWITCH) {
		at_ns += SWITCH_NS;
		n -= n == l->at_once;
	} else {
		lost = n;
		n = 0;
	}
	r->waits = true;
	if (at_ns >= l->ends_ns)
		return;
	r->outcome.blocks_left = l->blocks - n;
	r->outcome.blocks_lost = lost;
	l->at_once = n;
	end_at(w, l, at_ns);
}

/* All of the lane from its first launch that has not begun; markers before it may go. */
static void take_waiting(struct world *w, struct wrecall *r)
{
	struct launch **at = &w->first, *l;

	r->back_end = &r->back;
	while ((l = *at)) {
		if (l->lane != r->lane ||
		    (!r->back && l->job.work.kind == CT_WORK_MARKER)) {
			at = &l->next;
			continue;
		}
		*at = l->next;
		l->next = NULL;
		l->at_once = 0;
		l->began_ns = l->ends_ns = w->now_ns;
		*r->back_end = l;
		r->back_end = &l->next;
	}
	w->last = at;
}

void ct_world_recall(struct world *w, struct wrecall *r)
{
	struct launch *running = w->lane[r->lane].running;

	take_waiting(w, r);
	if (running && r->how != CT_QUEUED && running->job.work.kind != CT_WORK_MARKER)
		stop(w, r, running);
	if (!r->waits)
		finish_recall(w, r);
}

void ct_world_arrive(struct world *w, struct launch *l)
{
	l->next = NULL;
	*w->last = l;
	w->last = &l->next;
}

const struct ct_actuator_ops ct_world_ops = {
	.size = sizeof(ct_world_ops),
	.name = "small world",
	.launch = launch,
	.recall = recall,
	.confine = confine,
	.arm = arm,
	.estimate = estimate,
};
