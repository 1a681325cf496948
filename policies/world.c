/*
 * world - a small world to try policies in: a device of a few servers, some tenants.
 *
 * A tenant works through requests.  For each, every lane submits some launches, and a
 * marker after every third; the request is answered when all are finished, then the
 * tenant thinks.  The last tenant's work belongs to no request, and lanes other than a
 * tenant's first open with its second request.
 *
 * Everything random comes from one seed, drawn when a launch is submitted, so what a
 * policy orders does not change what the tenants ask for.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "policies/world-inside.h"

#define END_OF_TIME 1000000000000 /* a policy that loses work must not hang us */

static uint64_t dice(struct world *w, uint64_t sides)
{
	w->dice ^= w->dice << 13;
	w->dice ^= w->dice >> 7;
	w->dice ^= w->dice << 17;
	return w->dice % sides;
}

static bool earlier(const struct event *a, const struct event *b)
{
	return a->at_ns != b->at_ns ? a->at_ns < b->at_ns : a->seq < b->seq;
}

void ct_world_post(struct world *w, int64_t in_ns, enum kind kind, uint32_t index,
		   struct launch *launch)
{
	struct event e = { w->now_ns + in_ns, w->seq++, kind, index, launch };
	uint32_t i = w->n_events++;

	if (i == w->max_events) {
		w->max_events = w->max_events ? 2 * w->max_events : 64;
		w->event = realloc(w->event, w->max_events * sizeof(e));
		assert(w->event);
	}
	for (; i && earlier(&e, &w->event[(i - 1) / 2]); i = (i - 1) / 2)
		w->event[i] = w->event[(i - 1) / 2];
	w->event[i] = e;
}

static struct event next_event(struct world *w)
{
	struct event top = w->event[0], moved = w->event[--w->n_events];
	uint32_t i = 0;

	for (uint32_t child; (child = 2 * i + 1) < w->n_events; i = child) {
		if (child + 1 < w->n_events &&
		    earlier(&w->event[child + 1], &w->event[child]))
			child++;
		if (!earlier(&w->event[child], &moved))
			break;
		w->event[i] = w->event[child];
	}
	w->event[i] = moved;
	return top;
}

static void open_lanes(struct world *w, uint32_t tenant, uint32_t from, uint32_t to)
{
	for (uint32_t i = from; i < to; i++) {
		struct wlane *lane = &w->lane[tenant * w->o->lanes + i];

		if (lane->opened)
			continue;
		lane->opened = true;
		lane->id = (uint32_t)ct_broker_opened(w->broker, w->now_ns, tenant);
	}
}

static void ask(struct world *w, uint32_t tenant)
{
	struct wtenant *t = &w->tenant[tenant];
	bool requests = tenant + 1 < w->o->tenants || w->o->tenants == 1;

	if (t->left < w->o->requests)
		open_lanes(w, tenant, 1, w->o->lanes);
	t->left--;
	t->request.id = requests ? ++w->last_request : 0;
	t->request.arrived_ns = w->now_ns;
	if (requests)
		ct_broker_asked(w->broker, w->now_ns, &t->request, tenant);
	for (uint32_t i = 0; i < w->o->lanes; i++) {
		uint32_t lane = tenant * w->o->lanes + i;

		if (!w->lane[lane].opened)
			continue;
		w->lane[lane].left = 1 + (uint32_t)dice(w, w->o->launches);
		w->lane[lane].made = 0;
		t->unfinished += w->lane[lane].left;
		ct_world_post(w, (int64_t)dice(w, 20000), SUBMIT, lane, NULL);
	}
}

static void submit_one(struct world *w, uint32_t index, uint32_t kind)
{
	struct wlane *lane = &w->lane[index];
	struct launch *l = &lane->launch[lane->made++];

	memset(l, 0, sizeof(*l));
	l->lane = index;
	l->job.work.kind = kind;
	l->job.work.class_id = (uint32_t)dice(w, 4);
	l->job.work.blocks = 1 + dice(w, 1000);
	l->total = l->blocks = kind == CT_WORK_MARKER ? 1 : l->job.work.blocks;
	l->job.work.threads = 128;
	l->job.work.request = w->tenant[lane->tenant].request.id;
	l->takes_ns = 2000 + (int64_t)dice(w, 40000) * (l->job.work.class_id + 1);
	if (kind == CT_WORK_MARKER)
		l->takes_ns = 0;
	if (kind != CT_WORK_MARKER) {
		w->n_held++;
		w->r->submitted++;
	}
	ct_broker_submitted(w->broker, w->now_ns, lane->id, &l->job);
}

static void submit(struct world *w, uint32_t index)
{
	struct wlane *lane = &w->lane[index];
	const struct launch *l;

	if (!lane->left)
		return;
	lane->left--;
	submit_one(w, index, CT_WORK_KERNEL);
	l = &lane->launch[lane->made - 1];
	if (lane->left % 3 == 2)
		submit_one(w, index, CT_WORK_MARKER);
	if (w->o->gate == CT_GATE_BLOCKS && l->job.released_ns == INT64_MIN)
		lane->stuck = true;
	else
		ct_world_post(w, (int64_t)dice(w, 8000), SUBMIT, index, NULL);
}

static void tell_end(struct world *w, struct launch *l)
{
	struct wtenant *t = &w->tenant[w->lane[l->lane].tenant];
	uint32_t tenant = w->lane[l->lane].tenant;
	struct ct_done done = {
		.waited_ns = l->began_ns - l->job.work.arrived_ns,
		.ran_ns = l->ends_ns - l->began_ns,
		.blocks_left = l->blocks -= l->at_once,
	};

	w->n_untold--;
	w->r->used_ns[tenant] += done.ran_ns;
	if (done.blocks_left && l->job.work.kind != CT_WORK_MARKER)
		w->n_held++;
	ct_wrap_check_finished(&w->check, &l->job, &done);
	ct_broker_finished(w->broker, w->now_ns, &l->job, &done);
	if (done.blocks_left || l->job.work.kind == CT_WORK_MARKER)
		return;
	w->r->finished++;
	if (--t->unfinished)
		return;
	if (t->request.id)
		ct_broker_answered(w->broker, w->now_ns, &t->request, tenant);
	if (t->left)
		ct_world_post(
			w, w->o->think_ns ? (int64_t)dice(w, (uint64_t)w->o->think_ns) : 0,
			ASK, tenant, NULL);
}

static void settle(struct world *w, struct wrecall *r)
{
	struct ct_outcome outcome = r->outcome;

	r->taken = false;
	w->n_untold--;
	ct_wrap_check_settled(&w->check, &outcome);
	ct_broker_settled(w->broker, w->now_ns, &outcome);
}

static void happen(struct world *w, const struct event *e)
{
	struct launch *l = e->launch;

	switch (e->kind) {
	case ASK:
		ask(w, e->index);
		break;
	case SUBMIT:
		submit(w, e->index);
		break;
	case ARRIVE:
		ct_world_arrive(w, l);
		break;
	case END:
		ct_world_end(w, l);
		break;
	case RECALL:
		ct_world_recall(w, &w->recall[e->index]);
		break;
	case SETTLE:
		settle(w, &w->recall[e->index]);
		break;
	case TELL_START:
		ct_broker_started(w->broker, w->now_ns, &l->job);
		break;
	case TELL_END:
		tell_end(w, l);
		break;
	case ALARM:
		if (w->alarm_ns <= w->now_ns) {
			w->alarm_ns = INT64_MAX;
			ct_broker_alarm(w->broker, w->now_ns);
		}
		break;
	}
	ct_world_serve(w);
}

static void account(struct world *w, int64_t until_ns)
{
	bool all = true;

	if (w->n_held && !w->n_on_device && !w->n_untold)
		w->r->idle_ns += until_ns - w->now_ns;
	for (uint32_t i = 0; i < w->o->tenants; i++)
		all &= w->tenant[i].left > 0;
	for (uint32_t i = 0; all && i < w->o->tenants; i++)
		w->r->contended_ns[i] = w->r->used_ns[i];
}

static int join(struct world *w)
{
	for (uint32_t i = 0; i < w->o->tenants; i++) {
		char name[16];
		int id;

		snprintf(name, sizeof(name), "t%u", i);
		id = ct_broker_joined(w->broker, 0, name,
				      w->o->equal_ranks ? 0 : (int)(i % 3),
				      100 * (1 + i % 3), i % 2 ? 1000000 : 0);
		if (id < 0)
			return id;
	}
	for (uint32_t i = 0; i < w->o->tenants; i++) {
		w->tenant[i].left = w->o->requests;
		open_lanes(w, i, 0, 1);
		ct_world_post(w, (int64_t)dice(w, 50000), ASK, i, NULL);
	}
	return 0;
}

static struct world *new_world(const struct ct_world_options *o, struct ct_world_result *r)
{
	struct world *w = calloc(1, sizeof(*w));
	uint32_t n = o->tenants * o->lanes;

	assert(w && o->tenants <= CT_WORLD_TENANTS_MAX);
	w->o = o;
	w->r = r;
	w->dice = o->seed * 2654435761u + 88172645463325252u;
	w->last = &w->first;
	w->alarm_ns = INT64_MAX;
	w->base.ops = &ct_world_ops;
	w->base.sms = o->sms ? o->sms : CT_WORLD_SMS;
	w->base.caps = (struct ct_caps){ .can = o->can,
					 .gate = o->gate,
					 .sm_granule = 8,
					 .sm_part_min = 8,
					 .ranks = 3 };
	w->lane = calloc(n, sizeof(*w->lane));
	assert(w->lane);
	for (uint32_t i = 0; i < n; i++) {
		w->lane[i].tenant = i / o->lanes;
		w->lane[i].launch =
			calloc(2 * (size_t)o->launches + 2, sizeof(struct launch));
		assert(w->lane[i].launch);
	}
	return w;
}

static void free_world(struct world *w)
{
	ct_broker_free(w->broker);
	ct_wrap_check_clear(&w->check);
	for (uint32_t i = 0; i < w->o->tenants * w->o->lanes; i++)
		free(w->lane[i].launch);
	free(w->lane);
	free(w->event);
	free(w->recall);
	free(w);
}

int ct_world_run(const struct ct_policy *policy, void *state,
		 const struct ct_world_options *o, struct ct_world_result *r,
		 const char **why)
{
	struct ct_broker_options bo = { .patience_ns = o->patience_ns,
					.seed = o->seed,
					.ledger = o->ledger,
					.state_defaults = state };
	struct world *w;
	const char *ejected;
	int err;

	memset(r, 0, sizeof(*r));
	w = new_world(o, r);
	ct_wrap_fault_init(&w->fault, &w->base,
			   o->fault_every ? o->fault_every : UINT32_MAX);
	ct_wrap_check_init(&w->check, &w->fault.base);
	err = ct_broker_new(policy, &w->check.base, &bo, &w->broker, why);
	if (!err) {
		*why = "a tenant was refused";
		err = join(w);
	}
	while (!err && w->n_events && w->now_ns < END_OF_TIME) {
		struct event e = next_event(w);

		if (e.at_ns > w->now_ns)
			account(w, e.at_ns);
		w->now_ns = e.at_ns;
		happen(w, &e);
	}
	if (!err) {
		ejected = ct_broker_ejected(w->broker, NULL);
		snprintf(r->ejected, sizeof(r->ejected), "%s", ejected ? ejected : "");
		snprintf(r->broken, sizeof(r->broken), "%s", w->check.broken);
		ct_broker_counts(w->broker, &r->counts);
		r->end_ns = w->now_ns;
	}
	free_world(w);
	return err;
}
