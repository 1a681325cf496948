/*
 * assemble-overlap - how long each kernel shared its device with other kernels.
 *
 * One sweep over the work of a device in order of start.  `shared` is the time up to now
 * in which two or more kernels were running; a kernel's overlap is what `shared` grew by
 * while it ran.  Only the kernels running now are in memory, in a heap by their end.
 */
#include <inttypes.h>

#include "sim/base/error.h"
#include "traces/assemble-state.h"

/* A GPU runs some hundred kernels at once; a damaged source can claim any number. */
#define RUNNING_LIMIT 65536

struct sweep {
	struct ct_assembler *assembler;
	uint32_t device;
	int64_t now_ns, shared_ns;
	GArray *running; /* struct ct_pending_work, a heap; overlap_ns: `shared` at start */
};

int ct_compare_works_by_start(const void *a, const void *b)
{
	const struct ct_pending_work *x = a, *y = b;

	if (x->item.device != y->item.device)
		return x->item.device < y->item.device ? -1 : 1;
	if (x->item.start_ns != y->item.start_ns)
		return x->item.start_ns < y->item.start_ns ? -1 : 1;
	return (x->order > y->order) - (x->order < y->order);
}

static struct ct_pending_work *running(const struct sweep *s, guint index)
{
	return &g_array_index(s->running, struct ct_pending_work, index);
}

static void swap(struct sweep *s, guint a, guint b)
{
	struct ct_pending_work saved = *running(s, a);

	*running(s, a) = *running(s, b);
	*running(s, b) = saved;
}

static gboolean ends_before(const struct sweep *s, guint a, guint b)
{
	return running(s, a)->item.end_ns < running(s, b)->item.end_ns;
}

static void push(struct sweep *s, const struct ct_pending_work *work)
{
	guint at = s->running->len;

	g_array_append_vals(s->running, work, 1);
	for (; at > 0 && ends_before(s, at, (at - 1) / 2); at = (at - 1) / 2)
		swap(s, at, (at - 1) / 2);
}

static void pop(struct sweep *s)
{
	guint at = 0, child, n = s->running->len - 1;

	*running(s, 0) = *running(s, n);
	g_array_set_size(s->running, n);
	for (; (child = 2 * at + 1) < n; at = child) {
		if (child + 1 < n && ends_before(s, child + 1, child))
			child++;
		if (!ends_before(s, child, at))
			break;
		swap(s, child, at);
	}
}

static void advance(struct sweep *s, int64_t to_ns)
{
	if (s->running->len >= 2)
		s->shared_ns += to_ns - s->now_ns;
	s->now_ns = to_ns;
}

/* Hands on the kernels that end by UNTIL. */
static gboolean finish_until(struct sweep *s, int64_t until_ns, GError **error)
{
	struct ct_pending_work done;

	while (s->running->len > 0 && running(s, 0)->item.end_ns <= until_ns) {
		done = *running(s, 0);
		advance(s, done.item.end_ns);
		pop(s);
		done.overlap_ns = s->shared_ns - done.overlap_ns;
		if (!ct_sorter_add(s->assembler->joining, &done, error))
			return FALSE;
	}
	return TRUE;
}

static gboolean start(struct sweep *s, struct ct_pending_work *work, GError **error)
{
	struct ct_import_summary *summary = &s->assembler->summary;

	if (work->item.kind != CT_OP_KERNEL)
		return ct_sorter_add(s->assembler->joining, work, error);
	if (s->running->len == RUNNING_LIMIT) {
		ct_input_error(error,
			       "device %u: more than %d kernels run at once, at %" PRId64
			       " ns",
			       work->item.device, RUNNING_LIMIT, work->item.start_ns);
		return FALSE;
	}
	work->overlaps_stream =
		ct_tables_stream_overlaps(&s->assembler->tables, work->stream,
					  work->item.start_ns, work->item.end_ns);
	summary->n_overlapping_in_stream += work->overlaps_stream;
	advance(s, work->item.start_ns);
	work->overlap_ns = s->shared_ns;
	push(s, work);
	return TRUE;
}

gboolean ct_assembler_overlap(struct ct_assembler *a, GError **error)
{
	struct sweep s = {
		.assembler = a,
		.running = g_array_new(FALSE, FALSE, sizeof(struct ct_pending_work)),
	};
	const struct ct_pending_work *next;
	struct ct_pending_work work;
	gboolean ok = ct_sorter_sort(a->works, error);
	g_autoptr(GError) failed = NULL;

	while (ok && (next = ct_sorter_next(a->works, &failed))) {
		work = *next;
		if (work.item.device != s.device) {
			ok = finish_until(&s, INT64_MAX, error);
			s.device = work.item.device;
		}
		work.stream = ct_tables_stream(&a->tables, &work.item, error);
		ok = ok && work.stream != CT_NONE &&
		     finish_until(&s, work.item.start_ns, error) && start(&s, &work, error);
	}
	ok = ok && !failed && finish_until(&s, INT64_MAX, error);
	if (failed)
		g_propagate_error(error, g_steal_pointer(&failed));
	g_array_unref(s.running);
	return ok;
}
