/*
 * broker-lane - custody of one lane: what waits, what it may spend, what goes.
 *
 * A lane is a queue of jobs linked through themselves.  It moves when it has credit and
 * room on the device (terms.depth), and a marker moves whenever it is at the front.
 * Nothing moves while something older may still come back: during a recall, and behind
 * a launch of which only a slice was let go (terms.max_blocks).
 *
 * Credit is kept as a signed balance, because blocks and device time can only be
 * counted after the launch they paid for has been let through: the next grant pays the
 * debt first.  Policies see what is left, never less than 0.
 */
#include <errno.h>

#include "policies/broker-inside.h"

#define RETRY_NS 100000 /* after the actuator failed to launch */

static void show_credit(struct lane *l)
{
	l->pub.credit = l->balance > 0 ? (uint32_t)l->balance : 0;
}

void ct_lane_add_credit(struct lane *l, uint32_t n, uint32_t unit)
{
	if (n == CT_OPEN || l->pub.credit == CT_OPEN) {
		l->balance = 0;
		l->pub.credit = CT_OPEN;
		return;
	}
	if (unit != l->terms.unit)
		l->balance = 0;
	l->balance += n;
	if (l->balance > CT_OPEN - 1)
		l->balance = CT_OPEN - 1;
	show_credit(l);
}

void ct_lane_close_gate(struct lane *l)
{
	if (l->balance > 0)
		l->balance = 0;
	l->pub.credit = 0;
	l->told = l->pub.head != NULL; /* who closes a gate knows what waits there */
}

static void spend(struct lane *l, int64_t amount)
{
	if (l->pub.credit == CT_OPEN)
		return;
	l->balance -= amount;
	show_credit(l);
}

/* Device time is paid when it is known. */
void ct_lane_spend_time(struct lane *l, int64_t ran_ns)
{
	if (l->terms.unit == CT_DEVICE_NS)
		spend(l, ran_ns);
}

/* Blocks that were paid for and did not run pay off what the lane owes. */
static void refund(struct lane *l, const struct ct_job *job, uint64_t blocks_left)
{
	uint64_t blocks = job->work.blocks;
	uint64_t ran = blocks > blocks_left ? blocks - blocks_left : 0;

	if (l->terms.unit != CT_BLOCKS || l->balance >= 0 || job->paid <= ran)
		return;
	l->balance += (int64_t)(job->paid - ran);
	if (l->balance > 0)
		l->balance = 0;
}

/* Brings the view up to date after the queue has changed. */
static void show(struct ct_broker *b, struct lane *l)
{
	const struct ct_job *first = l->first;
	uint32_t waiting = l->held;

	if (waiting > 1 && !sees(b, CT_SEES_QUEUE))
		waiting = 1;
	l->tenant->pub.waiting += waiting - l->pub.waiting;
	l->pub.waiting = waiting;
	l->pub.head = first && first->work.kind != CT_WORK_MARKER ? &first->work : NULL;
	if (!l->pub.head)
		l->told = false;
}

static void queue(struct lane *l, struct ct_job *job, struct ct_job **at)
{
	job->next = *at;
	*at = job;
	if (!job->next)
		l->tail = &job->next;
	job->released_ns = INT64_MIN;
	if (job->work.kind != CT_WORK_MARKER)
		l->held++;
}

/* Both are followed by ct_lane_push(), which also brings the view up to date. */
void ct_lane_append(struct lane *l, struct ct_job *job)
{
	queue(l, job, l->tail);
}

/* Work taken back goes before everything younger. */
void ct_lane_return(struct ct_broker *b, struct lane *l, struct ct_job *job,
		    uint64_t blocks_left)
{
	struct ct_job **at = &l->first;

	if (job->work.kind == CT_WORK_KERNEL && sees(b, CT_SEES_SHAPE)) {
		refund(l, job, blocks_left);
		job->work.blocks = blocks_left;
	}
	while (*at && (*at)->work.id < job->work.id)
		at = &(*at)->next;
	queue(l, job, at);
	l->told = false;
}

/* Only a slice of it goes, as far as we can see, and the rest comes back. */
static bool is_sliced(const struct lane *l, const struct ct_job *job)
{
	uint64_t max = l->terms.max_blocks;

	return max && job->work.kind == CT_WORK_KERNEL &&
	       (!job->work.blocks || job->work.blocks > max);
}

static bool may_pass(const struct lane *l, const struct ct_job *job)
{
	if (l->recalls || l->alone)
		return false;
	if (job->work.kind == CT_WORK_MARKER)
		return true;
	return l->pub.credit && (!l->terms.depth || l->pub.running < l->terms.depth);
}

static void unqueue(struct ct_broker *b, struct lane *l)
{
	struct ct_job *job = l->first;

	l->first = job->next;
	if (!l->first)
		l->tail = &l->first;
	job->next = NULL;
	job->released_ns = b->host.now_ns;
	job->why = l->terms.why;
	if (job->work.kind == CT_WORK_MARKER)
		return;
	l->held--;
	l->pub.running++;
	l->tenant->pub.running++;
}

static int launch(struct ct_broker *b, struct lane *l, struct ct_job *job)
{
	int err = b->act->ops->launch(b->act, job, &l->terms);

	if (b->ledger)
		ct_ledger_line(b, "~ launched %u work %llu = %d", l->pub.id,
			       (unsigned long long)job->work.id, err);
	return err;
}

/* The device did not take it: nothing has happened, and we ask again in a while. */
static void put_back(struct ct_broker *b, struct lane *l, struct ct_job *job)
{
	if (job->work.kind != CT_WORK_MARKER) {
		l->pub.running--;
		l->tenant->pub.running--;
	}
	queue(l, job, &l->first);
	if (b->retry_ns == INT64_MAX)
		b->retry_ns = b->host.now_ns + RETRY_NS;
}

static void tell_later(struct ct_broker *b, struct lane *l)
{
	if (l->to_tell || b->ejected)
		return;
	l->to_tell = true;
	l->next = NULL;
	*b->to_tell_end = l;
	b->to_tell_end = &l->next;
}

static void pay(struct lane *l, struct ct_job *job)
{
	bool sliced = is_sliced(l, job);

	job->paid = job->work.blocks ? job->work.blocks : 1;
	if (sliced) {
		l->alone = job;
		if (job->paid > l->terms.max_blocks)
			job->paid = l->terms.max_blocks;
	}
	if (l->terms.unit == CT_LAUNCHES)
		spend(l, 1);
	else if (l->terms.unit == CT_BLOCKS)
		spend(l, (int64_t)job->paid);
}

static void pass(struct ct_broker *b, struct lane *l)
{
	struct ct_job *job;

	while ((job = l->first) && may_pass(l, job)) {
		unqueue(b, l);
		if (launch(b, l, job) < 0) {
			put_back(b, l, job);
			break;
		}
		l->told = false;
		if (job->work.kind == CT_WORK_MARKER)
			continue;
		pay(l, job);
	}
	show(b, l);
	if (l->pub.head && !l->pub.credit && !l->told)
		tell_later(b, l);
}

/* Lets through whatever may pass; called whenever that may have become more. */
void ct_lane_push(struct ct_broker *b, struct lane *l)
{
	if (l->first)
		pass(b, l);
	if (b->patience_ns)
		ct_patience_follow(b, l);
}
