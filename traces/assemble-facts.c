/*
 * assemble-facts - what is known beside calls and work.
 *
 * Some sources tell apart that a call was made and what it worked on: the stream of an
 * event, the event that is waited for, the address of an allocation.  Both carry the
 * correlation, so facts are sorted as calls are, and meet them one after the other when
 * calls are joined with work.
 *
 * Here as well is what holds for a process: when it was recorded, what of its launching
 * was no launching because a stream was being captured, and how its graphs hang together.
 */
#include <errno.h>
#include <string.h>

#include "traces/assemble-state.h"

int ct_compare_facts(const void *a, const void *b)
{
	const struct ct_fact *x = a, *y = b;

	if (x->correlation != y->correlation)
		return x->correlation < y->correlation ? -1 : 1;
	return (x->process > y->process) - (x->process < y->process);
}

gboolean ct_assembler_fact(struct ct_assembler *a, const struct ct_fact *fact,
			   GError **error)
{
	return ct_sorter_add(a->facts, fact, error);
}

void ct_facts_init(struct ct_assembler *a)
{
	a->processes.values = g_array_new(FALSE, TRUE, sizeof(struct ct_process_facts));
	a->graphs = g_array_new(FALSE, FALSE, sizeof(struct ct_graph_facts));
	a->edges = g_array_new(FALSE, FALSE, sizeof(struct ct_graph_edge_record));
}

void ct_facts_clear(struct ct_assembler *a)
{
	for (guint i = 0; i < a->processes.values->len; i++) {
		struct ct_process_facts *p =
			&g_array_index(a->processes.values, struct ct_process_facts, i);

		if (p->captures)
			g_array_unref(p->captures);
	}
	g_array_unref(a->processes.values);
	ct_intern_clear(&a->processes.keys);
	g_array_unref(a->graphs);
	g_array_unref(a->edges);
}

struct ct_process_facts *ct_facts_of_process(struct ct_assembler *a, uint64_t process)
{
	int64_t index = ct_intern_find(&a->processes.keys, &process, sizeof(process));

	return index < 0 ? NULL
			 : &g_array_index(a->processes.values, struct ct_process_facts,
					  index);
}

static struct ct_process_facts *describe(struct ct_assembler *a, uint64_t process)
{
	struct ct_process_facts facts = { .process = process,
					  .start_ns = INT64_MIN,
					  .stop_ns = INT64_MAX };
	struct ct_process_facts *known = ct_facts_of_process(a, process);
	int64_t index;

	if (known)
		return known;
	index = ct_intern_add(&a->processes.keys, &process, sizeof(process));
	g_assert(index == a->processes.values->len);
	g_array_append_val(a->processes.values, facts);
	return ct_facts_of_process(a, process);
}

void ct_assembler_recording(struct ct_assembler *a, uint64_t process,
			    const struct ct_recording_record *record)
{
	struct ct_process_facts *facts = describe(a, process);

	facts->recording = *record;
	facts->recorded = TRUE;
}

void ct_assembler_window(struct ct_assembler *a, uint64_t process, int64_t start_ns,
			 int64_t stop_ns)
{
	struct ct_process_facts *facts = describe(a, process);

	facts->start_ns = start_ns;
	facts->stop_ns = stop_ns;
}

void ct_assembler_capture(struct ct_assembler *a, uint64_t process, uint64_t thread,
			  int64_t start_ns, int64_t end_ns)
{
	struct ct_process_facts *facts = describe(a, process);
	struct ct_capture_span span = { thread, start_ns, end_ns };

	if (!facts->captures)
		facts->captures = g_array_new(FALSE, FALSE, sizeof(span));
	g_array_append_val(facts->captures, span);
}

void ct_assembler_graph(struct ct_assembler *a, uint64_t process, uint32_t graph,
			const struct ct_graph_edge_record *edge, uint32_t n)
{
	struct ct_graph_facts facts = { process, graph, n, a->edges->len };

	g_array_append_vals(a->edges, edge, n);
	g_array_append_val(a->graphs, facts);
}

static int compare_spans(gconstpointer a, gconstpointer b)
{
	const struct ct_capture_span *x = a, *y = b;

	if (x->thread != y->thread)
		return x->thread < y->thread ? -1 : 1;
	return (x->start_ns > y->start_ns) - (x->start_ns < y->start_ns);
}

/* Captures of one thread do not overlap, but for several streams captured side by side:
 * the spans of these become one. */
static void merge_spans(GArray *spans)
{
	guint n = 0;

	g_array_sort(spans, compare_spans);
	for (guint i = 0; i < spans->len; i++) {
		struct ct_capture_span *at =
			&g_array_index(spans, struct ct_capture_span, 0);

		if (n && at[n - 1].thread == at[i].thread &&
		    at[i].start_ns <= at[n - 1].end_ns)
			at[n - 1].end_ns = MAX(at[n - 1].end_ns, at[i].end_ns);
		else
			at[n++] = at[i];
	}
	g_array_set_size(spans, n);
}

gboolean ct_facts_captured(struct ct_assembler *a, const struct ct_call *call)
{
	const struct ct_process_facts *facts = ct_facts_of_process(a, call->process);
	const struct ct_capture_span *span;
	guint first = 0, end;

	if (!facts || !facts->captures)
		return FALSE;
	for (end = facts->captures->len; first < end;) {
		guint middle = first + (end - first) / 2;

		span = &g_array_index(facts->captures, struct ct_capture_span, middle);
		if (span->thread < call->thread ||
		    (span->thread == call->thread && span->start_ns <= call->start_ns))
			first = middle + 1;
		else
			end = middle;
	}
	if (first == 0)
		return FALSE;
	span = &g_array_index(facts->captures, struct ct_capture_span, first - 1);
	return span->thread == call->thread && call->start_ns <= span->end_ns;
}

static gboolean next_fact(struct ct_facts *f, struct ct_assembler *a, GError **error)
{
	g_autoptr(GError) failed = NULL;

	f->next = ct_sorter_next(a->facts, &failed);
	if (failed)
		g_propagate_error(error, g_steal_pointer(&failed));
	return !failed;
}

gboolean ct_facts_begin(struct ct_facts *f, struct ct_assembler *a, GError **error)
{
	*f = (struct ct_facts){ 0 };
	for (guint i = 0; i < a->processes.values->len; i++) {
		GArray *spans =
			g_array_index(a->processes.values, struct ct_process_facts, i)
				.captures;

		if (spans)
			merge_spans(spans);
	}
	return ct_sorter_sort(a->facts, error) && next_fact(f, a, error);
}

/* Of several facts of one kind about one call the last one counts, but that one of them says
 * that the call waits for nothing. */
static void keep(struct ct_facts *f, const struct ct_fact *fact)
{
	struct ct_fact *here;
	uint8_t nothing;

	if (fact->kind == 0 || fact->kind >= CT_OP_MAX)
		return;
	here = &f->here[fact->kind];
	nothing = here->nothing | fact->nothing;
	*here = *fact;
	here->nothing = nothing;
}

/* Gathers the facts with the correlation and process of CALL. */
static gboolean gather(struct ct_facts *f, struct ct_assembler *a,
		       const struct ct_call *call, GError **error)
{
	struct ct_fact key = { .correlation = call->correlation, .process = call->process };

	if (f->any && f->process == key.process && f->correlation == key.correlation)
		return TRUE;
	memset(f->here, 0, sizeof(f->here));
	f->any = TRUE;
	f->process = key.process;
	f->correlation = key.correlation;
	while (f->next && ct_compare_facts(f->next, &key) <= 0) {
		if (ct_compare_facts(f->next, &key) == 0)
			keep(f, f->next);
		if (!next_fact(f, a, error))
			return FALSE;
	}
	return TRUE;
}

static void complete(struct ct_assembler *a, struct ct_call *call,
		     const struct ct_fact *fact)
{
	call->context = fact->context;
	call->stream = fact->stream;
	call->device =
		ct_tables_device_of_context(&a->tables, call->process, fact->context);
	call->handle = fact->handle;
	call->bytes = fact->bytes;
	if (fact->nothing)
		call->keep = 0;
}

gboolean ct_facts_complete(struct ct_facts *f, struct ct_assembler *a,
			   struct ct_pending_call *pending, GError **error)
{
	struct ct_call *call = &pending->call;
	const struct ct_process_facts *process = ct_facts_of_process(a, call->process);

	if (process)
		pending->unwanted = call->start_ns < process->start_ns ||
				    call->start_ns >= process->stop_ns;
	if (call->correlation == 0)
		return TRUE;
	if (!gather(f, a, call, error))
		return FALSE;
	if (call->kind < CT_OP_MAX && f->here[call->kind].kind)
		complete(a, call, &f->here[call->kind]);
	return TRUE;
}

uint64_t ct_facts_dropped(const struct ct_assembler *a)
{
	uint64_t n = 0;

	for (guint i = 0; i < a->processes.values->len; i++)
		n += g_array_index(a->processes.values, struct ct_process_facts, i)
			     .recording.n_dropped;
	return n;
}

void ct_facts_name_processes(struct ct_assembler *a)
{
	for (guint i = 0; i < a->processes.values->len; i++) {
		struct ct_process_facts *p =
			&g_array_index(a->processes.values, struct ct_process_facts, i);

		if (p->recorded)
			p->recording.process = ct_tables_process(&a->tables, p->process);
	}
	for (guint i = 0; i < a->graphs->len; i++)
		ct_tables_process(
			&a->tables,
			g_array_index(a->graphs, struct ct_graph_facts, i).process);
}

/* In the order in which the recordings were told. */
int ct_facts_write_recordings(struct ct_assembler *a)
{
	for (guint i = 0; i < a->processes.values->len; i++) {
		struct ct_process_facts *p =
			&g_array_index(a->processes.values, struct ct_process_facts, i);
		int64_t result;

		if (!p->recorded)
			continue;
		result = ct_writer_recording(a->writer, &p->recording);
		if (result < 0)
			return (int)result;
	}
	return 0;
}

/* One of too many edges: there is a limit, CT_EDGE_BYTES. */
static void count_wrong_graph(struct ct_assembler *a, uint64_t process)
{
	struct ct_process_facts *facts = ct_facts_of_process(a, process);

	if (facts)
		facts->recording.n_wrong_graphs++;
}

int ct_facts_write_graphs(struct ct_assembler *a)
{
	int result = 0;

	for (guint i = 0; result == 0 && i < a->graphs->len; i++) {
		const struct ct_graph_facts *g =
			&g_array_index(a->graphs, struct ct_graph_facts, i);
		int64_t index = ct_writer_graph(
			a->writer, ct_tables_process(&a->tables, g->process), g->graph,
			(const void *)(a->edges->data +
				       g->first_edge * sizeof(struct ct_graph_edge_record)),
			g->n_edges);

		if (index == -E2BIG)
			count_wrong_graph(a, g->process);
		else if (index < 0)
			result = (int)index;
	}
	return result;
}
