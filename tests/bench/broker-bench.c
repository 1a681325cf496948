/*
 * broker-bench - what one launch costs in the broker and the policy together.
 *
 * Prints ns of processor time per submitted and finished pair, for each built-in policy,
 * at 3 and 32 lanes.
 * The device is one that finishes whatever it was given when it is asked to.
 */
#include <stdio.h>
#include <time.h>

#include "policies/broker.h"
#include "policies/registry.h"

#define PAIRS     2000000
#define LANES_MAX 32

struct sink {
	struct ct_actuator base; /* first */
	struct ct_job *first, **last;
};

static int launch(struct ct_actuator *a, struct ct_job *job, const struct ct_terms *terms)
{
	struct sink *s = (struct sink *)a;

	*s->last = job;
	s->last = &job->next;
	return 0;
}

static int confine(struct ct_actuator *a, uint32_t part, uint32_t sms)
{
	return 0;
}

static int arm(struct ct_actuator *a, int64_t at_ns)
{
	return 0;
}

static struct ct_job *take(struct sink *s)
{
	struct ct_job *job = s->first;

	if (job && !(s->first = job->next))
		s->last = &s->first;
	if (job)
		job->next = NULL;
	return job;
}

/* Each lane has one launch; when it ends the lane submits again. */
static double measure(const struct ct_policy *p, uint32_t lanes, int64_t patience_ns)
{
	static const struct ct_actuator_ops ops = {
		.size = sizeof(ops),
		.name = "sink",
		.launch = launch,
		.confine = confine,
		.arm = arm,
	};
	struct sink sink = { .base = { .ops = &ops, .sms = 132 * 8 }, .last = &sink.first };
	struct ct_broker_options o = { .patience_ns = patience_ns };
	const struct ct_done done = { .ran_ns = 1000 };
	struct ct_job job[LANES_MAX] = { 0 };
	struct ct_broker *b;
	int64_t now_ns = 0;
	clock_t begin;

	sink.base.caps = (struct ct_caps){
		.can = UINT32_MAX, .gate = CT_GATE_DEFERS, .sm_granule = 8, .sm_part_min = 8
	};
	if (ct_broker_new(p, &sink.base, &o, &b, NULL) < 0)
		return 0;
	for (uint32_t i = 0; i < lanes; i++)
		ct_broker_joined(b, 0, "t", (int32_t)(i % 2), 100, 0);
	for (uint32_t i = 0; i < lanes; i++)
		ct_broker_opened(b, 0, i);
	for (uint32_t i = 0; i < lanes; i++)
		ct_broker_submitted(b, 0, i, &job[i]);
	begin = clock();
	for (int i = 0; i < PAIRS; i++) {
		struct ct_job *over = take(&sink);

		if (!over) { /* a policy that waits for its alarm */
			ct_broker_alarm(b, now_ns += 1000000);
			continue;
		}
		ct_broker_finished(b, now_ns += 1000, over, &done);
		ct_broker_submitted(b, now_ns, over->lane, over);
	}
	begin = clock() - begin;
	ct_broker_free(b);
	return (double)begin / CLOCKS_PER_SEC * 1e9 / PAIRS;
}

int main(void)
{
	printf("%-16s %12s %12s %12s\n", "ns per pair", "3 lanes", "32 lanes",
	       "3, patient");
	for (const struct ct_policy *const *p = ct_registry_builtin(); *p; p++)
		printf("%-16s %12.1f %12.1f %12.1f\n", (*p)->name, measure(*p, 3, 0),
		       measure(*p, 32, 0), measure(*p, 3, 1000000000));
	return 0;
}
