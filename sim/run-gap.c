/*
 * run-gap - how long a stream rests between the end of work and the begin of the next.
 *
 * Hardware does not say what happens in that time; boards on which it was measured tell
 * apart what stands on either side (cotenant-device(5)): after a kernel that had a block
 * or more for every SM, before another such, it is longer, and longer still around
 * memsets.  Nodes of a graph have one gap of their own.
 */
#include "sim/run-internal.h"

static enum work_size size_of(const struct op *op, const struct ct_device *device)
{
	if (op->kind == CT_OP_MEMSET)
		return WORK_MEMSET;
	if (op->kind == CT_OP_KERNEL && op->blocks >= device->sms)
		return WORK_FULL;
	return WORK_OTHER;
}

void ct_run_work_ended(struct op *op, int64_t now_ns)
{
	struct stream *s = op->stream;

	s->work_end_ns = now_ns;
	s->last_work = size_of(op, s->copy->tenant->device);
}

int64_t ct_run_gap_ns(const struct op *op)
{
	const struct stream *s = op->stream;
	const struct ct_device *d = s->copy->tenant->device;
	enum work_size next = size_of(op, d);
	int64_t ns = 0;

	if (s->is_branch)
		return s->gap_ns;
	if (s->last_work == WORK_MEMSET)
		ns = d->after_memset_gap_ns;
	else if (next == WORK_MEMSET)
		ns = d->before_memset_gap_ns;
	else if (next == WORK_FULL && s->last_work == WORK_FULL)
		ns = d->full_gap_ns;
	return ns ? ns : s->gap_ns;
}
