/*
 * broker-orders - the verbs: what a policy may order, and when it may not.
 *
 * An order is checked, written down, and passed on; it never tells the policy anything
 * before the fact that caused it has been dealt with.  Outside a fact every order is
 * -EPERM.  After an ejection nobody is left to give one.
 */
#include <errno.h>
#include <string.h>

#include "policies/broker-inside.h"

static struct ct_broker *broker_of(struct ct_host *h)
{
	return (struct ct_broker *)h;
}

static bool is_open(const struct ct_broker *b, const struct ct_lane *lane)
{
	return lane && lane->id < b->n_lanes && &b->lane[lane->id]->pub == lane &&
	       !b->lane[lane->id]->gone;
}

static int refuse(struct ct_broker *b, int err)
{
	if (err < 0)
		b->counts.refused++;
	else
		b->counts.orders++;
	return err;
}

static int check_order(const struct ct_broker *b, const struct ct_lane *lane)
{
	if (!b->depth || b->ejected)
		return -EPERM;
	return is_open(b, lane) ? 0 : -EINVAL;
}

static int check_terms(const struct ct_broker *b, const struct ct_terms *t)
{
	uint32_t needs = 0;

	if (t->part > b->n_parts || t->unit > CT_DEVICE_NS)
		return -EINVAL;
	if (t->blocks_per_sm) /* no host can yet */
		return -ENOTSUP;
	if (t->max_blocks)
		needs |= CT_CAN_SLICE;
	if (t->rank)
		needs |= CT_CAN_RANK;
	if (t->mask)
		needs |= CT_CAN_MASK;
	if (t->unit == CT_BLOCKS)
		needs |= CT_SEES_SHAPE;
	return sees(b, needs) ? 0 : -ENOTSUP;
}

/* A policy's terms may be of an older, shorter kind than ours, or of a longer one. */
static void copy_terms(struct ct_terms *to, const struct ct_terms *from)
{
	size_t size = offsetof(struct ct_terms, why) + sizeof(from->why);

	if (from && from->size)
		size = from->size < sizeof(*to) ? from->size : sizeof(*to);
	memset(to, 0, sizeof(*to));
	if (from)
		memcpy(to, from, size);
	to->size = sizeof(*to);
}

static int grant(struct ct_host *h, const struct ct_lane *lane, uint32_t n,
		 const struct ct_terms *wish)
{
	struct ct_broker *b = broker_of(h);
	struct ct_terms terms;
	int err = check_order(b, lane);

	copy_terms(&terms, wish);
	if (!err)
		err = check_terms(b, &terms);
	if (b->ledger)
		ct_ledger_grant(b, lane, n, &terms, err);
	if (!err) {
		struct lane *l = b->lane[lane->id];

		ct_lane_add_credit(l, n, terms.unit);
		l->terms = terms;
		ct_lane_push(b, l);
	}
	return refuse(b, err);
}

/* What as deep an order is taking back already needs no second one. */
static int take_back(struct ct_broker *b, struct lane *l, enum ct_revoke how)
{
	uint32_t order = ct_recall_under_way(b, l, (uint32_t)how);
	int err;

	if (order)
		return (int)order;
	if (!b->act->ops->recall)
		return -ENOTSUP;
	err = ct_recall_prepare(b);
	if (!err)
		err = b->act->ops->recall(b->act, l->pub.id, how, b->last_order + 1);
	if (err < 0)
		return err;
	ct_recall_begin(b, l, (uint32_t)how, ++b->last_order);
	return (int)b->last_order;
}

static int revoke(struct ct_host *h, const struct ct_lane *lane, enum ct_revoke how)
{
	static const uint32_t needs[] = {
		[CT_CREDIT] = CT_CAN_GATE,       [CT_QUEUED] = CT_CAN_FLUSH,
		[CT_BLOCK_END] = CT_CAN_RETREAT, [CT_SWITCH] = CT_CAN_SWITCH,
		[CT_RESET] = CT_CAN_RESET,
	};
	struct ct_broker *b = broker_of(h);
	int result = check_order(b, lane);

	if (!result && (uint32_t)how > CT_RESET)
		result = -EINVAL;
	else if (!result && !sees(b, needs[how]))
		result = -ENOTSUP;
	if (!result)
		ct_lane_close_gate(b->lane[lane->id]);
	if (!result && how != CT_CREDIT)
		result = take_back(b, b->lane[lane->id], how);
	LEDGER(b, "> revoke %u how %d = %d", lane ? lane->id : 0, (int)how, result);
	return refuse(b, result);
}

static int carve(struct ct_host *h, uint32_t sms)
{
	struct ct_broker *b = broker_of(h);
	uint32_t granule = b->caps.sm_granule ? b->caps.sm_granule : 1;
	uint32_t left = h->sms - b->carved_sms, got = left;
	int result = 0;

	if (sms != CT_REST) {
		got = sms > b->caps.sm_part_min ? sms : b->caps.sm_part_min;
		got = got > left ? UINT32_MAX : (got + granule - 1) / granule * granule;
	}
	if (!b->cold || b->ejected)
		result = -EPERM;
	else if (!sees(b, CT_CAN_CONFINE))
		result = -ENOTSUP;
	else if (!got || got > left || got < b->caps.sm_part_min ||
		 b->n_parts == CT_PARTS_MAX)
		result = -ENOSPC;
	else if (b->act->ops->confine)
		result = b->act->ops->confine(b->act, b->n_parts + 1, got);
	if (result >= 0) {
		result = (int)++b->n_parts;
		b->part_sms[result] = got;
		b->carved_sms += got;
	}
	LEDGER(b, "> carve %u got %u = %d", sms, result < 0 ? 0 : got, result);
	return refuse(b, result);
}

static int part_sms(struct ct_host *h, uint32_t part)
{
	const struct ct_broker *b = broker_of(h);

	if (!part)
		return (int)h->sms;
	return part <= b->n_parts ? (int)b->part_sms[part] : -EINVAL;
}

static int wake(struct ct_host *h, int64_t at_ns, uint64_t cookie)
{
	struct ct_broker *b = broker_of(h);
	int err = b->depth && !b->ejected ? ct_alarm_set(b, at_ns, cookie) : -EPERM;

	LEDGER(b, "> wake %lld cookie %llu = %d", (long long)at_ns,
	       (unsigned long long)cookie, err);
	return refuse(b, err);
}

/* splitmix64: the run's own dice, the same in every replay. */
static uint64_t random_bits(struct ct_host *h)
{
	struct ct_broker *b = broker_of(h);
	uint64_t z = b->random += 0x9e3779b97f4a7c15u;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

static void fail(struct ct_host *h, int err, const char *why)
{
	struct ct_broker *b = broker_of(h);
	char text[200];

	LEDGER(b, "> fail %d why %s", err, why ? why : "");
	snprintf(text, sizeof(text), "policy '%s' gave up: %s", b->policy->name,
		 why ? why : "it did not say why");
	ct_broker_eject(b, text);
}

static const struct ct_work *peek(struct ct_host *h, const struct ct_lane *lane, uint32_t i)
{
	const struct ct_broker *b = broker_of(h);
	const struct ct_job *job;

	if (!is_open(b, lane) || (i && !sees(b, CT_SEES_QUEUE)))
		return NULL;
	for (job = b->lane[lane->id]->first; job; job = job->next)
		if (job->work.kind != CT_WORK_MARKER && !i--)
			return &job->work;
	return NULL;
}

/* The answer comes from outside, so it is written down for the replay. */
static int estimate(struct ct_host *h, const struct ct_work *work, uint32_t sms,
		    struct ct_estimate *out)
{
	struct ct_broker *b = broker_of(h);
	size_t size = offsetof(struct ct_estimate, source) + sizeof(out->source);
	struct ct_estimate e = { 0 };
	int err;

	if (out->size)
		size = out->size < sizeof(e) ? out->size : sizeof(e);
	if (!b->depth)
		err = -EPERM;
	else if (!sees(b, CT_SEES_LENGTH) || !b->act->ops->estimate ||
		 (sms && sms != h->sms && !sees(b, CT_SEES_CURVE)))
		err = -ENOTSUP;
	else
		err = b->act->ops->estimate(b->act, work, sms, &e);
	LEDGER(b, "> estimate %llu sms %u = %d ns %lld p90_ns %lld n %u source %u",
	       (unsigned long long)work->id, sms, err, (long long)e.ns, (long long)e.p90_ns,
	       e.n, e.source);
	e.size = out->size;
	memcpy(out, &e, size);
	return err;
}

const struct ct_verbs ct_broker_verbs = {
	.size = sizeof(struct ct_verbs),
	.grant = grant,
	.revoke = revoke,
	.carve = carve,
	.part_sms = part_sms,
	.wake = wake,
	.random = random_bits,
	.fail = fail,
	.peek = peek,
	.estimate = estimate,
};
