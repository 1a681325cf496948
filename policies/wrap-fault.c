/*
 * wrap-fault - a device that now and then does not take a launch.
 *
 * Only launches fail, those of work taken back too: a carve, a recall or an alarm that
 * fails is an order refused, which policies are told about, while a failed launch is the
 * broker's to repeat.
 */
#include <errno.h>
#include <string.h>

#include "policies/wrap.h"

static struct ct_wrap_fault *fault_of(struct ct_actuator *a)
{
	return (struct ct_wrap_fault *)a;
}

static int launch(struct ct_actuator *a, struct ct_job *job, const struct ct_terms *terms)
{
	struct ct_wrap_fault *w = fault_of(a);

	if (++w->n % w->every == 0)
		return -EAGAIN;
	return w->below->ops->launch(w->below, job, terms);
}

static int recall(struct ct_actuator *a, uint32_t lane, enum ct_revoke how, uint32_t order)
{
	return fault_of(a)->below->ops->recall(fault_of(a)->below, lane, how, order);
}

static int confine(struct ct_actuator *a, uint32_t part, uint32_t sms)
{
	return fault_of(a)->below->ops->confine(fault_of(a)->below, part, sms);
}

static int arm(struct ct_actuator *a, int64_t at_ns)
{
	return fault_of(a)->below->ops->arm(fault_of(a)->below, at_ns);
}

static int estimate(struct ct_actuator *a, const struct ct_work *work, uint32_t sms,
		    struct ct_estimate *out)
{
	return fault_of(a)->below->ops->estimate(fault_of(a)->below, work, sms, out);
}

void ct_wrap_fault_init(struct ct_wrap_fault *w, struct ct_actuator *below, uint32_t every)
{
	static const struct ct_actuator_ops ops = {
		.size = sizeof(ops),
		.name = "fault",
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
	w->every = every;
}
