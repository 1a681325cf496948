/*
 * broker-alarms - the policy's alarms, on the actuator's single one.
 *
 * A heap by (time, order of arming).  A cookie has one alarm, and arming it again moves
 * it; finding it is a walk, because policies use a handful of cookies.
 *
 * The actuator's alarm is armed only to come earlier, never later: one that comes for
 * nothing costs less than moving it with every change of mind.
 */
#include <errno.h>
#include <stdlib.h>

#include "policies/broker-inside.h"

#define ALARMS_MAX 4096

static bool before(const struct alarm *a, const struct alarm *b)
{
	return a->at_ns != b->at_ns ? a->at_ns < b->at_ns : a->seq < b->seq;
}

static void sift_up(struct alarm *heap, uint32_t i)
{
	struct alarm moved = heap[i];

	for (; i && before(&moved, &heap[(i - 1) / 2]); i = (i - 1) / 2)
		heap[i] = heap[(i - 1) / 2];
	heap[i] = moved;
}

static void sift_down(struct alarm *heap, uint32_t n, uint32_t i)
{
	struct alarm moved = heap[i];

	for (uint32_t child; (child = 2 * i + 1) < n; i = child) {
		if (child + 1 < n && before(&heap[child + 1], &heap[child]))
			child++;
		if (!before(&heap[child], &moved))
			break;
		heap[i] = heap[child];
	}
	heap[i] = moved;
}

static int find_or_add(struct ct_broker *b, uint64_t cookie)
{
	uint32_t i = 0;

	while (i < b->n_alarms && b->alarm[i].cookie != cookie)
		i++;
	if (i < b->n_alarms)
		return (int)i;
	if (i == ALARMS_MAX)
		return -ENOSPC;
	if (i == b->max_alarms) {
		uint32_t max = b->max_alarms ? 2 * b->max_alarms : 8;
		struct alarm *more = realloc(b->alarm, max * sizeof(*more));

		if (!more)
			return -ENOMEM;
		b->alarm = more;
		b->max_alarms = max;
	}
	b->n_alarms++;
	return (int)i;
}

int ct_alarm_set(struct ct_broker *b, int64_t at_ns, uint64_t cookie)
{
	int i = find_or_add(b, cookie);

	if (i < 0)
		return i;
	if (at_ns < b->host.now_ns)
		at_ns = b->host.now_ns;
	b->alarm[i] = (struct alarm){ at_ns, ++b->last_alarm, cookie };
	sift_up(b->alarm, (uint32_t)i);
	sift_down(b->alarm, b->n_alarms, (uint32_t)i);
	return 0;
}

bool ct_alarm_take(struct ct_broker *b, int64_t now_ns, uint64_t *cookie)
{
	if (!b->n_alarms || b->alarm[0].at_ns > now_ns)
		return false;
	*cookie = b->alarm[0].cookie;
	b->alarm[0] = b->alarm[--b->n_alarms];
	if (b->n_alarms)
		sift_down(b->alarm, b->n_alarms, 0);
	return true;
}

void ct_alarm_arm(struct ct_broker *b)
{
	int64_t at_ns = b->n_alarms ? b->alarm[0].at_ns : INT64_MAX;

	if (at_ns > b->starved_ns)
		at_ns = b->starved_ns;
	if (at_ns > b->retry_ns)
		at_ns = b->retry_ns;
	if (at_ns < b->armed_ns && b->act->ops->arm(b->act, at_ns) >= 0)
		b->armed_ns = at_ns;
}
