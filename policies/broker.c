/*
 * broker - takes facts in, tells the policy, and sees that the rules are kept.
 *
 * Every entry point has the same shape: enter (time moves), change what is true, tell
 * the policy, leave.  Leaving tells of the gates that work now waits at, checks
 * patience and arms the alarm.  A policy is told one fact at a time: what an order
 * brings about is told after the fact that caused it.
 *
 * An ejected policy hears nothing more and every gate stands open.
 */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "policies/broker-inside.h"
#include "policies/caps.h"

#define WEIGHT_MAX 10000

#define TELL(b, fact, ...)                                                                 \
	do {                                                                               \
		if (!(b)->ejected && (b)->facts.fact) {                                    \
			(b)->depth++;                                                      \
			(b)->facts.fact(&(b)->host, (b)->self, __VA_ARGS__);               \
			(b)->depth--;                                                      \
		}                                                                          \
	} while (0)

static void enter(struct ct_broker *b, int64_t now_ns)
{
	assert(!b->depth && "an actuator told a fact from inside an order");
	if (now_ns > b->host.now_ns)
		b->host.now_ns = now_ns;
	b->counts.facts++;
}

static void tell_of_closed_gates(struct ct_broker *b)
{
	struct lane *l;

	while ((l = b->to_tell)) {
		b->to_tell = l->next;
		if (!b->to_tell)
			b->to_tell_end = &b->to_tell;
		l->to_tell = false;
		if (l->gone || !l->pub.head || l->pub.credit || l->told)
			continue;
		l->told = true;
		LEDGER(b, "~ waiting %u", l->pub.id);
		TELL(b, waiting, &l->pub);
	}
}

static void leave(struct ct_broker *b)
{
	if (b->to_tell)
		tell_of_closed_gates(b);
	if (b->host.now_ns >= b->starved_ns)
		ct_patience_check(b);
	ct_alarm_arm(b);
}

void ct_broker_eject(struct ct_broker *b, const char *why)
{
	static const struct ct_terms ejected = { .why = "policy ejected" };

	if (b->ejected)
		return;
	b->ejected = true;
	b->ejected_ns = b->host.now_ns;
	snprintf(b->sentence, sizeof(b->sentence), "%s", why);
	LEDGER(b, "! %s", b->sentence);
	b->n_alarms = 0;
	b->starved_ns = INT64_MAX;
	b->patience_ns = 0;
	for (uint32_t i = 0; i < b->n_lanes; i++) {
		struct lane *l = b->lane[i];

		l->terms = ejected;
		ct_lane_add_credit(l, CT_OPEN, CT_LAUNCHES);
		ct_lane_push(b, l);
	}
}

static void fill_defaults(const struct ct_policy *p, char *state)
{
	for (const struct ct_option *o = p->options; o && o->name; o++) {
		void *at = state + o->offset;

		if (o->type == CT_OPTION_NS)
			*(int64_t *)at = o->def;
		else
			*(uint32_t *)at = (uint32_t)o->def;
	}
}

/* The policy's table may be shorter than ours: facts it does not know it is not told. */
static int read_table(struct ct_policy *to, const struct ct_policy *p, const char **why)
{
	static _Thread_local char text[160];
	uint32_t extent = p->abi & 0xffff;

	if (p->abi >> 16 != CT_POLICY_VERSION ||
	    extent < offsetof(struct ct_policy, init)) {
		snprintf(text, sizeof(text),
			 "the policy was built for version %u of the policy ABI, this host "
			 "speaks version %u",
			 p->abi >> 16, CT_POLICY_VERSION);
		*why = text;
		return -EPROTO;
	}
	memset(to, 0, sizeof(*to));
	memcpy(to, p, extent < sizeof(*to) ? extent : sizeof(*to));
	return 0;
}

static int check_needs(const struct ct_policy *p, const struct ct_actuator *act,
		       const char **why)
{
	static _Thread_local char text[256];
	uint32_t lacks = p->needs & ~act->caps.can;
	char list[160];

	if (!lacks)
		return 0;
	ct_caps_list(lacks, list, sizeof(list));
	snprintf(text, sizeof(text), "policy '%s' needs what actuator '%s' lacks: %s",
		 p->name, act->ops->name, list);
	*why = text;
	return -ENOTSUP;
}

static int start(struct ct_broker *b, uint64_t seed, const char **why)
{
	static _Thread_local char text[160];
	int err = 0;

	ct_ledger_head(b, seed);
	b->depth = 1;
	b->cold = true;
	if (b->facts.init)
		err = b->facts.init(&b->host, b->self);
	b->depth = 0;
	b->cold = false;
	if (!err && b->ejected) {
		err = -EINVAL;
		snprintf(text, sizeof(text), "%.150s", b->sentence);
		*why = text;
	} else if (err) {
		snprintf(text, sizeof(text), "policy '%s' refused to start: %s",
			 b->policy->name, strerror(-err));
		*why = text;
	} else {
		ct_alarm_arm(b);
	}
	return err;
}

int ct_broker_new(const struct ct_policy *p, struct ct_actuator *act,
		  const struct ct_broker_options *o, struct ct_broker **out,
		  const char **why)
{
	const char *ignored;
	struct ct_broker *b = calloc(1, sizeof(*b));
	int err;

	*out = NULL;
	why = why ? why : &ignored;
	*why = "out of memory";
	if (!b)
		return -ENOMEM;
	b->policy = p;
	b->act = act;
	b->caps = act->caps;
	b->host = (struct ct_host){ .verbs = &ct_broker_verbs,
				    .caps = &b->caps,
				    .sms = act->sms };
	b->to_tell_end = &b->to_tell;
	b->armed_ns = b->retry_ns = b->starved_ns = INT64_MAX;
	b->patience_ns = o->patience_ns;
	b->ledger = o->ledger;
	b->random = o->seed;
	err = read_table(&b->facts, p, why);
	if (!err)
		err = check_needs(p, act, why);
	if (!err && !(b->self = calloc(1, (size_t)p->state_size + 1)))
		err = -ENOMEM;
	if (!err && o->state_defaults)
		memcpy(b->self, o->state_defaults, p->state_size);
	else if (!err)
		fill_defaults(p, b->self);
	if (!err)
		err = start(b, o->seed, why);
	if (err) {
		b->ejected = true; /* no fini() for what did not start */
		ct_broker_free(b);
		return err;
	}
	*out = b;
	return 0;
}

void ct_broker_free(struct ct_broker *b)
{
	if (!b)
		return;
	if (!b->ejected && b->facts.fini)
		b->facts.fini(&b->host, b->self);
	for (uint32_t i = 0; i < b->n_lanes; i++) {
		free(b->lane[i]->pub.data);
		free(b->lane[i]);
	}
	for (uint32_t i = 0; i < b->n_tenants; i++) {
		free(b->tenant[i]->pub.data);
		free(b->tenant[i]->name);
		free(b->tenant[i]);
	}
	for (uint32_t i = 0; i < b->n_clocks; i++)
		free(b->clock[i]);
	free(b->clock);
	free(b->lane);
	free(b->tenant);
	free(b->open);
	free(b->present);
	free(b->alarm);
	free(b->recall);
	free(b->self);
	free(b);
}

/* Room for one more pointer; doubling at powers of two. */
static bool grow(void *array, uint32_t n)
{
	void **old = *(void ***)array, **more;

	if (n & (n - 1))
		return true;
	more = realloc(old, (n ? 2 * (size_t)n : 1) * sizeof(void *));
	if (!more)
		return false;
	*(void ***)array = more;
	return true;
}

static struct tenant *new_tenant(struct ct_broker *b, const char *name)
{
	struct tenant *t = calloc(1, sizeof(*t));

	if (!t)
		return NULL;
	t->name = malloc(strlen(name) + 1);
	t->pub.data = calloc(1, (size_t)b->policy->tenant_size + 1);
	if (t->name && t->pub.data && grow(&b->tenant, b->n_tenants) &&
	    grow(&b->present, b->n_tenants))
		return t;
	free(t->name);
	free(t->pub.data);
	free(t);
	return NULL;
}

int ct_broker_joined(struct ct_broker *b, int64_t now_ns, const char *name, int32_t rank,
		     uint32_t weight, int64_t slo_ns)
{
	struct tenant *t = new_tenant(b, name);
	int err = t ? 0 : -ENOMEM;

	enter(b, now_ns);
	if (err)
		return err;
	strcpy(t->name, name);
	t->pub.id = b->n_tenants;
	t->pub.weight = !weight ? 100 : weight < WEIGHT_MAX ? weight : WEIGHT_MAX;
	t->pub.rank = rank;
	t->pub.slo_ns = slo_ns;
	t->pub.name = t->name;
	b->tenant[b->n_tenants++] = t;
	b->present[b->host.n_tenants++] = &t->pub;
	b->host.tenant = b->present;
	err = ct_patience_join(b, t);
	LEDGER(b, "< joined %u rank %d weight %u slo_ns %lld name %s", t->pub.id, rank,
	       t->pub.weight, (long long)slo_ns, name);
	if (!err && !b->ejected && b->facts.joined) {
		b->depth = 1;
		b->cold = true;
		err = b->facts.joined(&b->host, b->self, &t->pub);
		b->depth = 0;
		b->cold = false;
		LEDGER(b, "~ joined %u = %d", t->pub.id, err);
	}
	if (err) {
		t->gone = true;
		b->host.n_tenants--;
	}
	leave(b);
	return err ? err : (int)t->pub.id;
}

int ct_broker_opened(struct ct_broker *b, int64_t now_ns, uint32_t tenant)
{
	struct lane *l = calloc(1, sizeof(*l));

	enter(b, now_ns);
	if (tenant >= b->n_tenants || b->tenant[tenant]->gone) {
		free(l);
		return -EINVAL;
	}
	if (!l || !(l->pub.data = calloc(1, (size_t)b->policy->lane_size + 1)) ||
	    !grow(&b->lane, b->n_lanes) || !grow(&b->open, b->n_lanes)) {
		free(l ? l->pub.data : NULL);
		free(l);
		return -ENOMEM;
	}
	l->tail = &l->first;
	l->tenant = b->tenant[tenant];
	l->tenant->lanes++;
	l->pub.id = b->n_lanes;
	l->pub.tenant = &l->tenant->pub;
	b->lane[b->n_lanes++] = l;
	b->open[b->host.n_lanes++] = &l->pub;
	b->host.lane = b->open;
	LEDGER(b, "< opened %u tenant %u", l->pub.id, tenant);
	if (b->ejected)
		ct_lane_add_credit(l, CT_OPEN, CT_LAUNCHES);
	b->cold = true;
	TELL(b, opened, &l->pub);
	b->cold = false;
	leave(b);
	return (int)l->pub.id;
}

static void forget(const void *list, uint32_t *n, const void *gone)
{
	const void **at = *(const void ***)list;
	uint32_t i = 0;

	while (at[i] != gone)
		i++;
	--*n;
	memmove(at + i, at + i + 1, (*n - i) * sizeof(*at));
}

int ct_broker_closed(struct ct_broker *b, int64_t now_ns, uint32_t lane)
{
	struct lane *l = lane < b->n_lanes ? b->lane[lane] : NULL;

	if (!l || l->gone)
		return -EINVAL;
	if (l->first || l->pub.running)
		return -EBUSY;
	enter(b, now_ns);
	LEDGER(b, "< closed %u", lane);
	b->cold = true;
	TELL(b, closed, &l->pub);
	b->cold = false;
	l->gone = true;
	l->tenant->lanes--;
	forget(&b->open, &b->host.n_lanes, &l->pub);
	leave(b);
	return 0;
}

int ct_broker_left(struct ct_broker *b, int64_t now_ns, uint32_t tenant)
{
	struct tenant *t = tenant < b->n_tenants ? b->tenant[tenant] : NULL;

	if (!t || t->gone)
		return -EINVAL;
	if (t->lanes)
		return -EBUSY;
	enter(b, now_ns);
	LEDGER(b, "< left %u", tenant);
	b->cold = true;
	TELL(b, left, &t->pub);
	b->cold = false;
	t->gone = true;
	forget(&b->present, &b->host.n_tenants, &t->pub);
	leave(b);
	return 0;
}

static void blank_unseen(const struct ct_broker *b, struct ct_work *w)
{
	if (!sees(b, CT_SEES_SHAPE)) {
		w->class_id = w->threads = 0;
		w->blocks = 0;
	}
	if (!sees(b, CT_SEES_REQUEST))
		w->request = 0;
}

void ct_broker_submitted(struct ct_broker *b, int64_t now_ns, uint32_t lane,
			 struct ct_job *job)
{
	struct lane *l = b->lane[lane];

	enter(b, now_ns);
	assert(lane < b->n_lanes && !l->gone);
	job->lane = lane;
	job->why = NULL;
	job->work.id = ++b->last_work;
	job->work.arrived_ns = b->host.now_ns;
	blank_unseen(b, &job->work);
	if (b->ledger)
		ct_ledger_work(b, l, &job->work);
	if (job->work.kind != CT_WORK_MARKER && !l->tenant->launches++ && b->patience_ns)
		ct_patience_busy(b, l->tenant);
	ct_lane_append(l, job);
	ct_lane_push(b, l);
	b->counts.held += l->first != NULL;
	leave(b);
}

void ct_broker_started(struct ct_broker *b, int64_t now_ns, struct ct_job *job)
{
	struct lane *l = b->lane[job->lane];

	if (!sees(b, CT_SEES_START) || job->work.kind == CT_WORK_MARKER)
		return;
	enter(b, now_ns);
	LEDGER(b, "< started %u work %llu", job->lane, (unsigned long long)job->work.id);
	TELL(b, started, &l->pub, &job->work);
	leave(b);
}

void ct_broker_finished(struct ct_broker *b, int64_t now_ns, struct ct_job *job,
			const struct ct_done *done)
{
	struct lane *l = b->lane[job->lane];
	struct tenant *t = l->tenant;

	enter(b, now_ns);
	LEDGER(b, "< finished %u work %llu waited_ns %lld ran_ns %lld blocks_left %llu",
	       job->lane, (unsigned long long)job->work.id, (long long)done->waited_ns,
	       (long long)done->ran_ns, (unsigned long long)done->blocks_left);
	if (l->alone == job)
		l->alone = NULL;
	if (job->work.kind == CT_WORK_MARKER && done->blocks_left) {
		ct_lane_return(b, l, job, done->blocks_left);
		ct_lane_push(b, l);
	} else if (job->work.kind != CT_WORK_MARKER) {
		assert(l->pub.running && "a job finished that was not on the device");
		l->pub.running--;
		t->pub.running--;
		ct_lane_spend_time(l, done->ran_ns);
		if (done->blocks_left) {
			ct_lane_return(b, l, job, done->blocks_left);
		} else if (!--t->launches && b->patience_ns) {
			ct_patience_rest(b, t);
		}
		ct_lane_push(b, l);
		TELL(b, finished, &l->pub, &job->work, done);
		if (!t->launches) {
			LEDGER(b, "~ idled %u", t->pub.id);
			TELL(b, idled, &t->pub);
		}
	}
	leave(b);
}

static bool sees_request(struct ct_broker *b, int64_t now_ns, const struct ct_request *r,
			 uint32_t tenant, const char *word, struct ct_request *view)
{
	if (!sees(b, CT_SEES_REQUEST) || tenant >= b->n_tenants)
		return false;
	enter(b, now_ns);
	*view = *r;
	view->tenant = &b->tenant[tenant]->pub;
	LEDGER(b, "< %s %u tenant %u arrived_ns %lld deadline_ns %lld", word, r->id, tenant,
	       (long long)r->arrived_ns, (long long)r->deadline_ns);
	return true;
}

void ct_broker_asked(struct ct_broker *b, int64_t now_ns, const struct ct_request *r,
		     uint32_t tenant)
{
	struct ct_request view;

	if (!sees_request(b, now_ns, r, tenant, "asked", &view))
		return;
	TELL(b, asked, &view);
	leave(b);
}

void ct_broker_answered(struct ct_broker *b, int64_t now_ns, const struct ct_request *r,
			uint32_t tenant)
{
	struct ct_request view;

	if (!sees_request(b, now_ns, r, tenant, "answered", &view))
		return;
	TELL(b, answered, &view);
	leave(b);
}

void ct_broker_settled(struct ct_broker *b, int64_t now_ns,
		       const struct ct_outcome *outcome)
{
	struct lane *l;

	enter(b, now_ns);
	LEDGER(b, "< settled %u status %d blocks_left %llu blocks_lost %llu",
	       outcome->order, outcome->status, (unsigned long long)outcome->blocks_left,
	       (unsigned long long)outcome->blocks_lost);
	l = ct_recall_end(b, outcome->order);
	if (l) {
		ct_lane_push(b, l);
		TELL(b, settled, outcome);
	}
	leave(b);
}

void ct_broker_alarm(struct ct_broker *b, int64_t now_ns)
{
	uint64_t cookie;

	enter(b, now_ns);
	LEDGER(b, "< alarm");
	b->armed_ns = INT64_MAX;
	if (b->host.now_ns >= b->retry_ns) {
		b->retry_ns = INT64_MAX;
		for (uint32_t i = 0; i < b->n_lanes; i++)
			ct_lane_push(b, b->lane[i]);
	}
	while (ct_alarm_take(b, b->host.now_ns, &cookie)) {
		LEDGER(b, "~ woken cookie %llu", (unsigned long long)cookie);
		TELL(b, woken, cookie);
		tell_of_closed_gates(b);
	}
	leave(b);
}

const char *ct_broker_ejected(const struct ct_broker *b, int64_t *at_ns)
{
	if (b->ejected && at_ns)
		*at_ns = b->ejected_ns;
	return b->ejected ? b->sentence : NULL;
}

void ct_broker_counts(const struct ct_broker *b, struct ct_broker_counts *out)
{
	*out = b->counts;
}

const struct ct_lane *ct_broker_lane(const struct ct_broker *b, uint32_t lane)
{
	return &b->lane[lane]->pub;
}
