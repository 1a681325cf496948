/*
 * spool-dump - prints a spool as lines of text.  spool-dump [--mask] FILE
 *
 * With --mask all that differs from run to run is left out or replaced: times, processes,
 * threads (numbered as they appear), addresses, channels; a kernel's correlation becomes
 * the call that it belongs to, "by=cuLaunchKernel".  Sorted, such lines can be compared
 * with a file.  What cannot be is said in lines of their own that begin with "wrong:", and
 * the exit code is 1: a spool that is not as described, work before its call or without
 * one, an end before its start, clocks that disagree.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/capture/spool-view.h"

#define MAX_THREADS 64

static struct ct_spool_view view;
static bool mask;
static int n_wrong;
static const struct ct_spool_call **calls; /* by correlation */
static uint32_t n_calls;
static uint32_t threads[MAX_THREADS];
static int n_threads;

static const char *const notes[] = {
	[CT_SPOOL_NO_CUPTI] = "no-cupti", [CT_SPOOL_OLD_CUPTI] = "old-cupti",
	[CT_SPOOL_BUSY] = "busy",         [CT_SPOOL_DENIED] = "denied",
	[CT_SPOOL_FAILED] = "failed",     [CT_SPOOL_FATAL] = "fatal",
	[CT_SPOOL_STOLEN] = "stolen",     [CT_SPOOL_STOPPED] = "stopped",
	[CT_SPOOL_FULL] = "full",         [CT_SPOOL_WRITE_FAILED] = "write-failed",
	[CT_SPOOL_FORKED] = "forked",     [CT_SPOOL_KIND_MISSING] = "kind-missing",
	[CT_SPOOL_CONFINED] = "confined", [CT_SPOOL_NOT_CONFINED] = "not-confined",
	[CT_SPOOL_STARTED] = "started",
};

static void wrong(const char *what, uint32_t correlation)
{
	printf("wrong: %s, correlation %" PRIu32 "\n", what, correlation);
	n_wrong++;
}

static const char *call_name(uint32_t number)
{
	switch (number) {
#define CT_FAKE_CALL(name, number)                                                         \
	case number:                                                                       \
		return #name;
#include "tests/fakes/cuda-calls.h"
#undef CT_FAKE_CALL
	}
	return "?";
}

/* "-" for what does not apply. */
static const char *id(uint32_t number, char text[16])
{
	if (number == CT_NONE)
		return "-";
	snprintf(text, 16, "%" PRIu32, number);
	return text;
}

static const char *thread_name(uint32_t thread, char text[16])
{
	int i = 0;

	if (!mask)
		return id(thread, text);
	while (i < n_threads && threads[i] != thread)
		i++;
	if (i == n_threads && n_threads < MAX_THREADS)
		threads[n_threads++] = thread;
	snprintf(text, 16, "t%d", i);
	return text;
}

static void print_times(int64_t start_ns, int64_t end_ns, uint32_t correlation)
{
	if (mask) {
		printf("%s%s", start_ns ? "" : " no-start", end_ns ? "" : " no-end");
		return;
	}
	printf(" start=%" PRId64 " end=%" PRId64 " correlation=%" PRIu32, start_ns, end_ns,
	       correlation);
}

/* What device work has in common: its length, and the call it came of. */
static void print_work(int64_t start_ns, int64_t end_ns, uint32_t correlation)
{
	const struct ct_spool_call *call =
		correlation < n_calls ? calls[correlation] : NULL;

	if (start_ns && end_ns)
		printf(" ns=%" PRId64, end_ns - start_ns);
	printf(" by=%s", call ? call_name(call->call) : "nothing");
	print_times(start_ns, end_ns, correlation);
	printf("\n");
	if (start_ns && call && start_ns < call->start_ns)
		wrong("work before its call", correlation);
	if (start_ns && end_ns && end_ns < start_ns)
		wrong("an end before its start", correlation);
}

static void print_place(uint32_t device, uint32_t context, uint32_t stream)
{
	char a[16], b[16], c[16];

	printf(" device=%s context=%s stream=%s", id(device, a), id(context, b),
	       id(stream, c));
}

static void print_kernel(const struct ct_spool_kernel *k)
{
	const struct ct_shape_record *s = &view.shapes[k->shape]->shape;

	printf("kernel \"%s\" grid=%u,%u,%u block=%u,%u,%u cluster=%u,%u,%u registers=%u "
	       "smem=%u+%u",
	       ct_spool_view_string(&view, s->name), s->grid[0], s->grid[1], s->grid[2],
	       s->block[0], s->block[1], s->block[2], s->cluster[0], s->cluster[1],
	       s->cluster[2], s->registers, s->smem_static_bytes, s->smem_dynamic_bytes);
	print_place(k->device, k->context, k->stream);
	if (k->graph || k->graph_node)
		printf(" graph=%u node=%u.%u", k->graph, (unsigned)(k->graph_node >> 32),
		       (unsigned)k->graph_node);
	if (k->flags)
		printf(" flags=%u", k->flags);
	if (!mask)
		printf(" channel=%u", k->channel);
	print_work(k->start_ns, k->end_ns, k->correlation);
}

static void print_copy(const struct ct_spool_copy *c)
{
	char a[16], b[16];

	printf("copy kind=%u from=%u to=%u bytes=%" PRIu64 " flags=%u", c->copy_kind,
	       c->from_kind, c->to_kind, c->bytes, c->flags);
	print_place(c->device, c->context, c->stream);
	if (c->from_device != CT_NONE || c->to_device != CT_NONE)
		printf(" devices=%s-%s", id(c->from_device, a), id(c->to_device, b));
	if (c->graph || c->graph_node)
		printf(" graph=%u node=%u.%u", c->graph, (unsigned)(c->graph_node >> 32),
		       (unsigned)c->graph_node);
	print_work(c->start_ns, c->end_ns, c->correlation);
}

static void print_set(const struct ct_spool_set *s)
{
	printf("set bytes=%" PRIu64 " memory=%u", s->bytes, s->memory_kind);
	print_place(s->device, s->context, s->stream);
	if (s->graph || s->graph_node)
		printf(" graph=%u node=%u.%u", s->graph, (unsigned)(s->graph_node >> 32),
		       (unsigned)s->graph_node);
	print_work(s->start_ns, s->end_ns, s->correlation);
}

static void print_call(const struct ct_spool_call *c)
{
	char text[16];

	printf("call %s domain=%u thread=%s result=%d", call_name(c->call), c->domain,
	       thread_name(c->thread, text), c->result);
	print_times(c->start_ns, c->end_ns, c->correlation);
	printf("\n");
	if (c->end_ns < c->start_ns || !c->start_ns)
		wrong("a call without its times", c->correlation);
}

static void print_sync(const struct ct_spool_sync *s)
{
	char a[16];

	printf("sync type=%u event=%s record=%" PRIu64, s->type, id(s->event, a),
	       s->event_record);
	print_place(CT_NONE, s->context, s->stream);
	print_times(s->start_ns, s->end_ns, s->correlation);
	printf("\n");
}

static void print_event(const struct ct_spool_event *e)
{
	printf("event %u record=%" PRIu64, e->event, e->event_record);
	print_place(e->device, e->context, e->stream);
	if (!mask)
		printf(" time=%" PRId64 " correlation=%u", e->device_ns, e->correlation);
	printf("\n");
}

static void print_memory(const struct ct_spool_memory *m)
{
	printf("memory operation=%u kind=%u bytes=%" PRIu64 " flags=%u pool=%s",
	       m->operation, m->memory_kind, m->bytes, m->flags, m->pool ? "yes" : "no");
	print_place(m->device, m->context, m->stream);
	if (!mask)
		printf(" address=%" PRIx64 " time=%" PRId64, m->address, m->time_ns);
	printf("\n");
}

static void print_marker(const struct ct_spool_marker *m)
{
	static const char *const kinds[] = { "?", "push", "pop", "start", "stop", "mark" };
	char text[16];

	printf("marker %s domain=\"%s\" name=\"%s\" range=%" PRIu64 " thread=%s",
	       kinds[m->kind < 6 ? m->kind : 0], ct_spool_view_string(&view, m->domain),
	       ct_spool_view_string(&view, m->name), m->range,
	       thread_name(m->thread, text));
	if (!mask)
		printf(" time=%" PRId64, m->time_ns);
	printf("\n");
}

static void print_anchor(const struct ct_spool_anchor *a)
{
	if (!mask)
		printf("anchor before=%" PRId64 " after=%" PRId64 " unix=%" PRId64
		       " profiler=%" PRId64 "\n",
		       a->before_ns, a->after_ns, a->unix_ns, a->profiler_ns);
	if (a->after_ns < a->before_ns)
		wrong("an anchor backwards", 0);
	if (a->profiler_ns &&
	    (a->profiler_ns < a->before_ns || a->profiler_ns > a->after_ns))
		wrong("the profiler's clock is another", 0);
}

static void print_note(const struct ct_spool_note *n)
{
	printf("note %s result=%d \"%s\"",
	       n->code < sizeof(notes) / sizeof(notes[0]) && notes[n->code] ? notes[n->code]
									    : "?",
	       n->result, ct_spool_view_string(&view, n->text));
	if (!mask)
		printf(" time=%" PRId64, n->time_ns);
	printf("\n");
}

static void print_end(const struct ct_spool_end *e)
{
	printf("end records=%" PRIu64 " dropped=%" PRIu64 " zero=%" PRIu64
	       " unknown=%" PRIu64 " launches=%" PRIu64 " unreturned=%" PRId64 "\n",
	       e->n_records, e->n_dropped, e->n_zero_times, e->n_unknown_kinds,
	       e->n_launches, (int64_t)(e->n_buffers_lent - e->n_buffers_back));
}

static void print_record(const struct ct_spool_record *record)
{
	const void *at = record;
	const struct ct_spool_device *d = at;
	const struct ct_spool_context *c = at;
	const struct ct_spool_stream *s = at;
	const struct ct_spool_node *n = at;
	const struct ct_spool_edge *e = at;
	char text[16];

	switch (record->type) {
	case CT_SPOOL_STRING:
	case CT_SPOOL_SHAPE:
		break;
	case CT_SPOOL_DEVICE:
		printf("device %u \"%s\" sms=%u cc=%u.%u memory=%" PRIu64
		       " l2=%u engines=%u flags=%u\n",
		       d->device.id, ct_spool_view_string(&view, d->device.name),
		       d->device.sms, d->device.cc_major, d->device.cc_minor,
		       d->device.memory_bytes, d->device.l2_bytes, d->copy_engines,
		       d->flags);
		break;
	case CT_SPOOL_CONTEXT:
		printf("context %u device=%u parent=%s sms=%u null=%u\n", c->context,
		       c->device, id(c->parent, text), c->sms, c->null_stream);
		break;
	case CT_SPOOL_STREAM:
		printf("stream %u context=%u priority=%d flags=%u\n", s->stream, s->context,
		       s->priority, s->flags);
		break;
	case CT_SPOOL_KERNEL:
		print_kernel(at);
		break;
	case CT_SPOOL_COPY:
		print_copy(at);
		break;
	case CT_SPOOL_SET:
		print_set(at);
		break;
	case CT_SPOOL_CALL:
		print_call(at);
		break;
	case CT_SPOOL_SYNC:
		print_sync(at);
		break;
	case CT_SPOOL_EVENT:
		print_event(at);
		break;
	case CT_SPOOL_MEMORY:
		print_memory(at);
		break;
	case CT_SPOOL_MARKER:
		print_marker(at);
		break;
	case CT_SPOOL_NODE:
		printf("node graph=%u %u.%u original=%u %u.%u type=%u\n", n->graph,
		       (unsigned)(n->node >> 32), (unsigned)n->node, n->original_graph,
		       (unsigned)(n->original >> 32), (unsigned)n->original, n->type);
		break;
	case CT_SPOOL_EDGE:
		printf("edge graph=%u %u.%u to %u.%u\n", e->graph,
		       (unsigned)(e->from >> 32), (unsigned)e->from,
		       (unsigned)(e->to >> 32), (unsigned)e->to);
		break;
	case CT_SPOOL_ANCHOR:
		print_anchor(at);
		break;
	case CT_SPOOL_DROPPED:
		printf("dropped %" PRIu64 "\n", ((const struct ct_spool_dropped *)at)->n);
		break;
	case CT_SPOOL_NOTE:
		print_note(at);
		break;
	case CT_SPOOL_END:
		print_end(at);
		break;
	default:
		printf("unknown type=%u words=%u\n", record->type, record->words);
	}
}

static void index_calls(void)
{
	for (size_t i = 0; i < view.n_records; i++) {
		const struct ct_spool_call *call = (const void *)view.records[i];

		if (view.records[i]->type != CT_SPOOL_CALL)
			continue;
		if (call->correlation >= n_calls) {
			uint32_t n = 2 * call->correlation + 1;

			calls = realloc(calls, n * sizeof(*calls));
			memset(calls + n_calls, 0, (n - n_calls) * sizeof(*calls));
			n_calls = n;
		}
		calls[call->correlation] = call;
	}
}

int main(int argc, char **argv)
{
	const char *path = argv[argc - 1];
	char text[256];

	mask = argc > 2 && !strcmp(argv[1], "--mask");
	if (argc < 2 || argc > 3 || (argc == 3 && !mask)) {
		fprintf(stderr, "spool-dump [--mask] FILE\n");
		return 2;
	}
	if (ct_spool_view_read(&view, path, text, sizeof(text))) {
		printf("wrong: %s\n", text);
		return 1;
	}
	printf("spool version=%u cupti=%u driver=%u", view.header->version,
	       view.header->cupti_version, view.header->driver_version);
	if (!mask)
		printf(" pid=%u parent=%u begin=%" PRId64, view.header->pid,
		       view.header->parent_pid, view.header->begin_ns);
	printf("\n");
	index_calls();
	for (size_t i = 0; i < view.n_records; i++)
		print_record(view.records[i]);
	if (view.is_cut)
		printf("cut\n");
	ct_spool_view_clear(&view);
	free(calls);
	return n_wrong ? 1 : 0;
}
