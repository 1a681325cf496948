/*
 * broker-recall - orders that take work back, from the order to its outcome.
 *
 * Work comes back job by job, later, and in the meantime the device is between two
 * states: what is launched on the lane now would overtake what is on its way back.  So
 * from the order to its outcome nothing of the lane passes, whatever its credit.
 *
 * Each actuator settles every order it took.  One that never does stops the lane for
 * good; patience then ejects the policy, but not even that may break a lane's order.
 */
#include <errno.h>
#include <stdlib.h>

#include "policies/broker-inside.h"

int ct_recall_prepare(struct ct_broker *b)
{
	uint32_t max = b->max_recalls ? 2 * b->max_recalls : 8;
	struct recall *more;

	if (b->n_recalls < b->max_recalls)
		return 0;
	more = realloc(b->recall, max * sizeof(*more));
	if (!more)
		return -ENOMEM;
	b->recall = more;
	b->max_recalls = max;
	return 0;
}

void ct_recall_begin(struct ct_broker *b, struct lane *l, uint32_t how, uint32_t order)
{
	b->recall[b->n_recalls++] = (struct recall){ l, order, how };
	l->recalls++;
}

uint32_t ct_recall_under_way(const struct ct_broker *b, const struct lane *l, uint32_t how)
{
	if (!l->recalls)
		return 0;
	for (uint32_t i = 0; i < b->n_recalls; i++)
		if (b->recall[i].lane == l && b->recall[i].how >= how)
			return b->recall[i].order;
	return 0;
}

struct lane *ct_recall_end(struct ct_broker *b, uint32_t order)
{
	for (uint32_t i = 0; i < b->n_recalls; i++) {
		struct lane *l = b->recall[i].lane;

		if (b->recall[i].order != order)
			continue;
		b->recall[i] = b->recall[--b->n_recalls];
		l->recalls--;
		return l;
	}
	return NULL;
}
