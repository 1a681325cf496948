/*
 * wrap-check - what every order to an actuator must keep to.
 *
 * Launches of a lane come in the order of submission, within the depth of their terms and
 * in a part that exists; what was taken back comes before what is younger, and nothing
 * comes while an order still takes back or a slice may leave a rest.  Parts together are
 * no larger than the device.  The broker promises this, and both the simulator and a
 * live device rely on it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policies/wrap.h"

static struct ct_wrap_check *check_of(struct ct_actuator *a)
{
	return (struct ct_wrap_check *)a;
}

static void breach(struct ct_wrap_check *w, const char *what, uint64_t who)
{
	if (!w->broken[0])
		snprintf(w->broken, sizeof(w->broken), "%s (%llu)", what,
			 (unsigned long long)who);
}

static struct ct_check_lane *lane_of(struct ct_wrap_check *w, uint32_t id)
{
	if (id >= w->n_lanes) {
		struct ct_check_lane *more = realloc(w->lane, (id + 1) * sizeof(*more));

		if (!more)
			abort();
		memset(more + w->n_lanes, 0, (id + 1 - w->n_lanes) * sizeof(*more));
		w->lane = more;
		w->n_lanes = id + 1;
	}
	return &w->lane[id];
}

static bool is_sliced(const struct ct_job *job, const struct ct_terms *terms)
{
	return terms->max_blocks && job->work.kind == CT_WORK_KERNEL &&
	       (!job->work.blocks || job->work.blocks > terms->max_blocks);
}

static int launch(struct ct_actuator *a, struct ct_job *job, const struct ct_terms *terms)
{
	struct ct_wrap_check *w = check_of(a);
	struct ct_check_lane *l = lane_of(w, job->lane);
	int err = w->below->ops->launch(w->below, job, terms);

	if (err < 0)
		return err;
	if (job->work.id <= l->last_work)
		breach(w, "a launch came out of its lane's order", job->work.id);
	if (l->recalls)
		breach(w, "a launch came while its lane was taken back", job->work.id);
	if (l->alone)
		breach(w, "a launch came behind a slice", job->work.id);
	if (terms->part > w->n_parts)
		breach(w, "a launch names a part that was not made", terms->part);
	l->last_work = job->work.id;
	if (job->work.kind == CT_WORK_MARKER)
		return err;
	l->running++;
	if (is_sliced(job, terms))
		l->alone = job->work.id;
	if (terms->depth && l->running > terms->depth)
		breach(w, "a lane has more on the device than its depth", job->lane);
	return err;
}

/* Called before the broker hears of it. */
void ct_wrap_check_finished(struct ct_wrap_check *w, const struct ct_job *job,
			    const struct ct_done *done)
{
	struct ct_check_lane *l = lane_of(w, job->lane);

	if (done->blocks_left && l->last_work >= job->work.id)
		l->last_work = job->work.id - 1;
	if (l->alone == job->work.id)
		l->alone = 0;
	if (job->work.kind == CT_WORK_MARKER)
		return;
	if (!l->running)
		breach(w, "a launch finished that was not on the device", job->work.id);
	else
		l->running--;
}

static int recall(struct ct_actuator *a, uint32_t lane, enum ct_revoke how, uint32_t order)
{
	struct ct_wrap_check *w = check_of(a);
	int err = w->below->ops->recall(w->below, lane, how, order);

	if (how == CT_CREDIT)
		breach(w, "credit is not the actuator's to take back", lane);
	if (err < 0)
		return err;
	if (w->n_recalls == w->max_recalls) {
		w->max_recalls = w->max_recalls ? 2 * w->max_recalls : 8;
		w->recall = realloc(w->recall, w->max_recalls * sizeof(*w->recall));
		if (!w->recall)
			abort();
	}
	w->recall[w->n_recalls++] = (struct ct_check_recall){ order, lane };
	lane_of(w, lane)->recalls++;
	return err;
}

/* Called before the broker hears of it. */
void ct_wrap_check_settled(struct ct_wrap_check *w, const struct ct_outcome *outcome)
{
	uint32_t i = 0;

	while (i < w->n_recalls && w->recall[i].order != outcome->order)
		i++;
	if (i == w->n_recalls) {
		breach(w, "an order settled that was not given", outcome->order);
		return;
	}
	w->lane[w->recall[i].lane].recalls--;
	w->recall[i] = w->recall[--w->n_recalls];
}

static int confine(struct ct_actuator *a, uint32_t part, uint32_t sms)
{
	struct ct_wrap_check *w = check_of(a);
	int err = w->below->ops->confine(w->below, part, sms);

	if (part != w->n_parts + 1)
		breach(w, "parts are not numbered in order", part);
	if (err < 0)
		return err;
	w->n_parts++;
	w->sms += sms;
	if (w->sms > a->sms)
		breach(w, "parts are larger than the device", w->sms);
	return err;
}

static int arm(struct ct_actuator *a, int64_t at_ns)
{
	struct ct_wrap_check *w = check_of(a);

	if (at_ns == INT64_MAX)
		breach(w, "an alarm was armed for never", 0);
	return w->below->ops->arm(w->below, at_ns);
}

static int estimate(struct ct_actuator *a, const struct ct_work *work, uint32_t sms,
		    struct ct_estimate *out)
{
	struct ct_wrap_check *w = check_of(a);

	return w->below->ops->estimate(w->below, work, sms, out);
}

void ct_wrap_check_init(struct ct_wrap_check *w, struct ct_actuator *below)
{
	static const struct ct_actuator_ops ops = {
		.size = sizeof(ops),
		.name = "check",
		.launch = launch,
		.recall = recall,
		.confine = confine,
		.arm = arm,
		.estimate = estimate,
	};

	memset(w, 0, sizeof(*w));
	w->base = *below;
	w->base.ops = &ops;
	w->below = below;
}

void ct_wrap_check_clear(struct ct_wrap_check *w)
{
	free(w->lane);
	free(w->recall);
}
