/*
 * import-spool - recordings, as spools made by hand, hazard by hazard.
 */
#include <check.h>
#include <glib/gstdio.h>
#include <string.h>

#include "sim/base/error.h"
#include "tests/unit/import-case.h"
#include "tests/unit/spool-builder.h"
#include "traces/check.h"

/* The driver's numbers of calls (traces/driver-call.c). */
enum {
	EVENT_RECORD = 119,
	STREAM_SYNC = 126,
	MEM_ALLOC = 243,
	WAIT_EVENT = 295,
	LAUNCH = 307,
	LAUNCH_EX = 652,
	END_CAPTURE = 497,
	GRAPH_LAUNCH = 514,
	BEGIN_CAPTURE = 539
};
enum { RUNTIME_LAUNCH = 505 };

static struct spool_builder spool;

static void begin(void)
{
	spool_begin(&spool, 100);
	spool_preamble(&spool);
}

/* What was built, imported. */
static struct import_case *imported(void)
{
	static struct import_case c;

	spool_end(&spool);
	import_case_begin(&c, "100-1.spool", (const char *)spool.file->data,
			  spool.file->len);
	spool_free(&spool);
	import_case_run(&c);
	return &c;
}

static void fails(const char *why)
{
	struct import_case c;

	spool_block(&spool);
	import_case_begin(&c, "100-1.spool", (const char *)spool.file->data,
			  spool.file->len);
	spool_free(&spool);
	import_case_fails(&c, CT_EXIT_INPUT, why);
	import_case_end(&c);
}

static const struct ct_recording_record *recording(const struct import_case *c)
{
	ck_assert_uint_eq(c->trace->n_recordings, 1);
	return &c->trace->recording[0];
}

/* How often RULE fails of the trace. */
static uint64_t failures(const struct import_case *c, enum ct_rule rule)
{
	struct ct_check check;
	uint64_t n;

	ck_assert(ct_trace_check(c->trace, 100, &check, NULL));
	n = check.rule[rule].failures;
	ck_assert_int_eq(ct_check_passed(&check), n == 0);
	ct_check_clear(&check);
	return n;
}

START_TEST(work_meets_its_call)
{
	struct import_case *c;
	const struct ct_op *op;

	begin();
	SPOOL_ADD(&spool, STREAM,
		  &(struct ct_spool_stream){ .context = 1,
					     .stream = 13,
					     .priority = -5,
					     .flags = CT_STREAM_PRIORITY_KNOWN |
						      CT_STREAM_NONBLOCKING });
	/* as they come: work first, then its call, and other streams between */
	spool_kernel(&spool, 2, 13, 5000, 7000);
	spool_kernel(&spool, 3, 7, 8000, 9000);
	spool_call(&spool, LAUNCH, 101, 3, 4000, 4500);
	spool_call(&spool, LAUNCH, 101, 2, 3000, 3500);
	c = imported();
	ck_assert_uint_eq(c->summary.n_kernels, 2);
	ck_assert_uint_eq(c->summary.n_unlaunched, 0);
	op = import_case_op(c, CT_OP_KERNEL, 0);
	ck_assert_int_eq(op->api_start_ns, 0);
	ck_assert_int_eq(op->start_ns, 2000);
	ck_assert_int_eq(op->end_ns, 4000);
	ck_assert_int_eq(c->trace->origin_ns, 1003000);
	ck_assert_uint_eq(c->trace->clock, CT_CLOCK_UNIX);
	ck_assert_int_eq(c->trace->stream[op->stream].priority, -5);
	ck_assert_uint_eq(c->trace->stream[op->stream].flags & CT_STREAM_NONBLOCKING,
			  CT_STREAM_NONBLOCKING);
	ck_assert_str_eq(ct_trace_string(c->trace, c->trace->shape[op->shape].name),
			 "void gemm<float>(float*)");
	op = import_case_op(c, CT_OP_KERNEL, 1);
	ck_assert_uint_eq(c->trace->stream[op->stream].flags, CT_STREAM_NULL);
	ck_assert_uint_eq(c->trace->device[0].sms, 132);
	ck_assert_uint_eq(recording(c)->cupti_version, 130001);
	ck_assert_uint_eq(recording(c)->stop, CT_STOP_END);
	ck_assert_uint_eq(recording(c)->n_lost_launches, 0);
	ck_assert_uint_eq(failures(c, CT_RULE_LAUNCHES), 0);
	import_case_end(c);
}
END_TEST

/* Two processes with the same numbers for everything. */
START_TEST(processes_stay_apart)
{
	struct import_case c;
	g_autofree char *folder = NULL, *second = NULL, *first = NULL;

	begin();
	spool_kernel(&spool, 2, 7, 5000, 7000);
	spool_call(&spool, LAUNCH, 101, 2, 3000, 3500);
	spool_end(&spool);
	import_case_begin(&c, "recording", "", 0);
	g_unlink(c.in);
	g_mkdir(c.in, 0700);
	first = g_build_filename(c.in, "100-1.spool", NULL);
	spool_write(&spool, first);
	spool_free(&spool);
	spool_begin(&spool, 200);
	spool_preamble(&spool);
	spool_kernel(&spool, 2, 7, 6000, 9000);
	spool_call(&spool, LAUNCH, 201, 2, 4000, 4500);
	spool_end(&spool);
	second = g_build_filename(c.in, "200-1.spool", NULL);
	spool_write(&spool, second);
	spool_free(&spool);
	import_case_run(&c);
	ck_assert_uint_eq(c.trace->n_processes, 2);
	ck_assert_uint_eq(c.trace->n_contexts, 2);
	ck_assert_uint_eq(c.trace->n_streams, 2);
	ck_assert_uint_eq(c.trace->n_devices, 1);
	ck_assert_uint_eq(c.trace->n_lanes, 2);
	ck_assert_uint_eq(c.trace->n_recordings, 2);
	ck_assert_uint_eq(c.trace->process[0].pid + c.trace->process[1].pid, 300);
	ck_assert_int_eq(import_case_op(&c, CT_OP_KERNEL, 0)->overlap_ns, 1000);
	g_unlink(first);
	g_unlink(second);
	g_rmdir(c.in);
	import_case_end(&c);
}
END_TEST

/* Each wait means the record of its event that it names. */
START_TEST(events_pair_by_record)
{
	uint64_t early = (uint64_t)_i; /* whether the kernel that waits starts too early */
	struct import_case *c;
	const struct ct_op *record, *wait;

	begin();
	spool_kernel(&spool, 2, 7, 5000, 7000);
	spool_call(&spool, LAUNCH, 101, 2, 3000, 3500);
	spool_kernel(&spool, 9, 13, early ? 6999 : 7000, 9000);
	spool_call(&spool, LAUNCH, 101, 9, 4800, 4900);
	spool_call(&spool, EVENT_RECORD, 101, 3, 3600, 3700);
	SPOOL_ADD(&spool, EVENT,
		  &(struct ct_spool_event){ .correlation = 3,
					    .context = 1,
					    .stream = 7,
					    .event = 55,
					    .event_record = 901 });
	spool_call(&spool, WAIT_EVENT, 101, 4, 3800, 3900);
	SPOOL_ADD(&spool, SYNC,
		  &(struct ct_spool_sync){ .correlation = 4,
					   .context = 1,
					   .stream = 13,
					   .event = 55,
					   .type = 2,
					   .event_record = 901 });
	spool_call(&spool, WAIT_EVENT, 101, 5, 4000, 4100); /* of one never recorded */
	SPOOL_ADD(&spool, SYNC,
		  &(struct ct_spool_sync){ .correlation = 5,
					   .context = 1,
					   .stream = 13,
					   .event = 56,
					   .type = 2 });
	spool_call(&spool, STREAM_SYNC, 101, 6, 4200, 4700);
	SPOOL_ADD(&spool, SYNC,
		  &(struct ct_spool_sync){ .correlation = 6,
					   .context = 1,
					   .stream = 13,
					   .event = CT_NONE,
					   .type = 3 });
	spool_call(&spool, MEM_ALLOC, 101, 7, 4720, 4740);
	SPOOL_ADD(&spool, MEMORY,
		  &(struct ct_spool_memory){ .correlation = 7,
					     .address = 0x7000,
					     .bytes = 4096,
					     .operation = 1 });
	c = imported();
	record = import_case_op(c, CT_OP_EVENT_RECORD, 0);
	wait = import_case_op(c, CT_OP_EVENT_WAIT, 0);
	ck_assert_uint_eq(record->handle, 901);
	ck_assert_uint_eq(wait->handle, 901);
	ck_assert_uint_eq(import_case_stream(c, record), 7);
	ck_assert_uint_eq(import_case_stream(c, wait), 13);
	ck_assert_uint_eq(import_case_count(c, CT_OP_EVENT_WAIT), 1);
	ck_assert_uint_eq(import_case_stream(c, import_case_op(c, CT_OP_STREAM_SYNC, 0)),
			  13);
	ck_assert_uint_eq(import_case_op(c, CT_OP_ALLOC, 0)->handle, 0x7000);
	ck_assert_uint_eq(import_case_op(c, CT_OP_ALLOC, 0)->bytes, 4096);
	ck_assert_uint_eq(failures(c, CT_RULE_WAITS), early);
	import_case_end(c);
}
END_TEST

static void runtime_call(uint32_t number, uint32_t correlation, int64_t start_ns,
			 int64_t end_ns)
{
	SPOOL_ADD(&spool, CALL,
		  &(struct ct_spool_call){ .correlation = correlation,
					   .start_ns = start_ns,
					   .end_ns = end_ns,
					   .thread = 101,
					   .call = number,
					   .domain = 2 });
}

/* The kernel is that of the outer call, of the inner one, or both have one number. */
START_TEST(nested_calls_are_one)
{
	struct import_case *c;

	begin();
	spool_kernel(&spool, 10, 7, 5000, 6000);
	spool_kernel(&spool, 21, 7, 6000, 7000);
	spool_kernel(&spool, 30, 7, 7000, 8000);
	spool_call(&spool, LAUNCH, 101, 11, 1100, 1200);
	runtime_call(RUNTIME_LAUNCH, 10, 1000, 1300);
	spool_call(&spool, LAUNCH, 101, 21, 2100, 2200);
	runtime_call(RUNTIME_LAUNCH, 20, 2000, 2300);
	spool_call(&spool, LAUNCH, 101, 30, 3100, 3200);
	runtime_call(RUNTIME_LAUNCH, 30, 3000, 3300);
	spool_call(&spool, STREAM_SYNC, 101, 41, 4100, 8200);
	SPOOL_ADD(&spool, SYNC,
		  &(struct ct_spool_sync){ .correlation = 41,
					   .context = 1,
					   .stream = 7,
					   .event = CT_NONE,
					   .type = 3 });
	runtime_call(131, 40, 4000, 8300);
	c = imported();
	ck_assert_uint_eq(c->ops->len, 4);
	for (guint i = 0; i < 3; i++) {
		const struct ct_op *op = import_case_op(c, CT_OP_KERNEL, i);

		ck_assert_int_eq(op->api_start_ns, 1000 * i);
		ck_assert_int_eq(op->api_end_ns, 1000 * i + 300);
		ck_assert_int_eq(op->start_ns, 4000 + 1000 * i);
	}
	ck_assert_int_eq(import_case_op(c, CT_OP_STREAM_SYNC, 0)->api_start_ns, 3000);
	ck_assert_uint_eq(import_case_stream(c, import_case_op(c, CT_OP_STREAM_SYNC, 0)),
			  7);
	ck_assert_uint_eq(c->summary.n_lost_launches, 0);
	ck_assert_uint_eq(c->summary.n_unlaunched, 0);
	import_case_end(c);
}
END_TEST

/* Of kernels that overlap the one before them in their stream, those launched with
 * attributes may; others fail the check. */
START_TEST(overlap_in_a_stream_needs_attributes)
{
	struct import_case *c;

	begin();
	spool_kernel(&spool, 2, 7, 5000, 6000);
	spool_kernel(&spool, 3, 7, 5900, 7000);
	spool_kernel(&spool, 4, 7, 7000, 8000);
	spool_kernel(&spool, 5, 7, 7900, 9000);
	spool_call(&spool, LAUNCH_EX, 101, 2, 1000, 1100);
	spool_call(&spool, LAUNCH_EX, 101, 3, 1200, 1300);
	spool_call(&spool, LAUNCH_EX, 101, 4, 1400, 1500);
	spool_call(&spool, LAUNCH, 101, 5, 1600, 1700);
	c = imported();
	for (guint i = 0; i < 4; i++)
		ck_assert_uint_eq(import_case_op(c, CT_OP_KERNEL, i)->flags,
				  i == 1 ? CT_OP_PROGRAMMATIC : 0);
	ck_assert_uint_eq(failures(c, CT_RULE_STREAM_ORDER), 1);
	import_case_end(c);
}
END_TEST

START_TEST(launches_are_captured_or_lost)
{
	struct import_case *c;

	begin();
	spool_kernel(&spool, 2, 7, 5000, 6000);
	spool_call(&spool, LAUNCH, 101, 2, 1000, 1100);
	spool_call(&spool, BEGIN_CAPTURE, 101, 3, 1200, 1210);
	spool_call(&spool, LAUNCH, 101, 4, 1300, 1310);
	spool_call(&spool, EVENT_RECORD, 101, 5, 1320, 1330);
	spool_call(&spool, LAUNCH, 102, 6, 1340, 1350); /* another thread's: lost */
	spool_call(&spool, END_CAPTURE, 101, 7, 1400, 1410);
	spool_call(&spool, LAUNCH, 101, 8, 1500, 1510); /* lost */
	c = imported();
	ck_assert_uint_eq(c->summary.n_lost_launches, 2);
	ck_assert_uint_eq(recording(c)->n_lost_launches, 2);
	ck_assert_uint_eq(failures(c, CT_RULE_LAUNCHES), 2);
	ck_assert_uint_eq(import_case_count(c, CT_OP_EVENT_RECORD), 0);
	ck_assert_uint_eq(c->ops->len, 1);
	import_case_end(c);
}
END_TEST

static void clone(uint64_t node, uint64_t original)
{
	SPOOL_ADD(&spool, NODE,
		  &(struct ct_spool_node){ .graph = 6,
					   .node = node,
					   .original = original,
					   .original_graph = 5 });
}

static void edge(uint64_t from, uint64_t to)
{
	SPOOL_ADD(&spool, EDGE,
		  &(struct ct_spool_edge){ .graph = 5, .from = from, .to = to });
}

static void node_ran(uint64_t node, int64_t start_ns)
{
	SPOOL_ADD(&spool, KERNEL,
		  &(struct ct_spool_kernel){ .correlation = 2,
					     .start_ns = start_ns,
					     .end_ns = start_ns + 10,
					     .context = 1,
					     .stream = 7,
					     .graph = 6,
					     .graph_node = node });
}

START_TEST(edges_go_to_clones)
{
	struct import_case *c;
	const struct ct_graph_record *graph;
	const struct ct_graph_edge_record *e;
	uint64_t sum = 0;

	begin();
	edge(51, 52);
	edge(51, 53);
	edge(52, 54);
	edge(53, 54);
	edge(53, 54); /* once more */
	for (uint64_t i = 1; i <= 4; i++)
		clone(60 + i, 50 + i);
	for (uint64_t i = 1; i <= 4; i++)
		node_ran(60 + i, 5000 + 10 * (int64_t)i);
	spool_call(&spool, GRAPH_LAUNCH, 101, 2, 3000, 3500);
	c = imported();
	ck_assert_uint_eq(import_case_count(c, CT_OP_GRAPH_LAUNCH), 1);
	ck_assert_uint_eq(import_case_op(c, CT_OP_KERNEL, 3)->graph_node, 64);
	ck_assert_uint_eq(c->trace->n_graphs, 1);
	graph = &c->trace->graph[0];
	ck_assert_uint_eq(graph->graph, 6);
	ck_assert_uint_eq(graph->n_edges, 4);
	e = c->trace->edge + graph->first_edge;
	for (guint i = 0; i < 4; i++)
		sum += 100 * (e[i].from + graph->first_node) + e[i].to + graph->first_node;
	ck_assert_uint_eq(sum, 100 * (61 + 61 + 62 + 63) + 62 + 63 + 64 + 64);
	ck_assert_uint_eq(failures(c, CT_RULE_GRAPHS), 0);
	import_case_end(c);
}
END_TEST

START_TEST(edges_back_in_time_fail)
{
	struct import_case *c;

	begin();
	edge(51, 52);
	clone(61, 51);
	clone(62, 52);
	node_ran(62, 5000);
	node_ran(61, 5010);
	spool_call(&spool, GRAPH_LAUNCH, 101, 2, 3000, 3500);
	c = imported();
	ck_assert_uint_eq(failures(c, CT_RULE_GRAPHS), 1);
	import_case_end(c);
}
END_TEST

START_TEST(circles_are_refused)
{
	begin();
	edge(51, 52);
	edge(52, 53);
	edge(53, 52);
	for (uint64_t i = 1; i <= 3; i++)
		clone(60 + i, 50 + i);
	node_ran(61, 5000);
	spool_call(&spool, GRAPH_LAUNCH, 101, 2, 3000, 3500);
	fails("graph 6 of process 100: its edges go in a circle");
}
END_TEST

static void note(enum ct_spool_note_code code, int64_t ns)
{
	SPOOL_ADD(&spool, NOTE,
		  &(struct ct_spool_note){ .code = code, .time_ns = ns, .text = CT_NONE });
}

START_TEST(only_what_was_called_between_counts)
{
	struct import_case *c;

	begin();
	spool_kernel(&spool, 1, 7, 4000, 5000); /* called before, not even said so */
	spool_kernel(&spool, 2, 7, 5000, 6000);
	spool_call(&spool, LAUNCH, 101, 2, 1999, 2100); /* before */
	spool_kernel(&spool, 3, 7, 6000, 7000);
	spool_call(&spool, LAUNCH, 101, 3, 2000, 2100);
	spool_kernel(&spool, 4, 7, 7000, 8000);
	spool_call(&spool, LAUNCH, 101, 4, 3000, 3100); /* after */
	note(CT_SPOOL_STOPPED, 3000);
	note(CT_SPOOL_STARTED, 2000);
	c = imported();
	ck_assert_uint_eq(import_case_count(c, CT_OP_KERNEL), 1);
	ck_assert_uint_eq(import_case_op(c, CT_OP_KERNEL, 0)->correlation, 3);
	ck_assert_uint_eq(recording(c)->stop, CT_STOP_ASKED);
	ck_assert_uint_eq(c->summary.n_unlaunched, 0);
	import_case_end(c);
}
END_TEST

static void marker(enum ct_spool_marker_kind kind, uint32_t thread, int64_t ns,
		   uint32_t name, uint32_t domain, uint64_t range)
{
	SPOOL_ADD(&spool, MARKER,
		  &(struct ct_spool_marker){ .kind = kind,
					     .time_ns = ns,
					     .thread = thread,
					     .name = name,
					     .domain = domain,
					     .range = range });
}

START_TEST(markers_become_ranges)
{
	struct import_case *c;
	const char *const names[] = { "outer", "lib:inner", "job", "dot" };
	uint32_t outer, lib, inner, job, dot;

	begin();
	spool_kernel(&spool, 2, 7, 5000, 6000);
	spool_call(&spool, LAUNCH, 101, 2, 1000, 1100);
	outer = spool_string(&spool, "outer");
	lib = spool_string(&spool, "lib");
	inner = spool_string(&spool, "inner");
	job = spool_string(&spool, "job");
	dot = spool_string(&spool, "dot");
	marker(CT_SPOOL_PUSH, 101, 900, outer, CT_NONE, 0);
	marker(CT_SPOOL_PUSH, 101, 950, inner, lib, 0);
	marker(CT_SPOOL_START, 101, 960, job, CT_NONE, 77);
	marker(CT_SPOOL_POP, 101, 1200, CT_NONE, CT_NONE,
	       0); /* outer: domains nest apart */
	marker(CT_SPOOL_STOP, 102, 1300, CT_NONE, CT_NONE, 77);
	marker(CT_SPOOL_POP, 101, 1400, CT_NONE, lib, 0);
	marker(CT_SPOOL_MARK, 101, 1500, dot, CT_NONE, 0);
	marker(CT_SPOOL_POP, 101, 1600, CT_NONE, CT_NONE, 0); /* nothing is open */
	marker(CT_SPOOL_PUSH, 101, 1700, outer, CT_NONE, 0);  /* never popped */
	c = imported();
	ck_assert_uint_eq(import_case_count(c, CT_OP_MARKER_BEGIN), 4);
	for (guint i = 0; i < 4; i++)
		ck_assert_str_eq(
			ct_trace_string(c->trace,
					import_case_op(c, CT_OP_MARKER_BEGIN, i)->name),
			names[i]);
	ck_assert_uint_eq(c->summary.n_skipped, 2);
	import_case_end(c);
}
END_TEST

START_TEST(what_is_missing_is_counted)
{
	struct import_case *c;

	begin();
	spool_kernel(&spool, 2, 7, 5000, 6000);
	spool_call(&spool, LAUNCH, 101, 2, 1000, 1100);
	spool_kernel(&spool, 3, 7, 0, 6500);
	SPOOL_ADD(&spool, DROPPED, &(struct ct_spool_dropped){ .n = 7 });
	note(CT_SPOOL_STOLEN, 5);
	SPOOL_ADD(&spool, ANCHOR,
		  &(struct ct_spool_anchor){
			  .before_ns = 10, .after_ns = 20, .profiler_ns = 50 });
	spool_block(&spool);
	g_byte_array_append(spool.file, (const void *)"SBLK", 4); /* killed here */
	{
		static struct import_case cut;

		import_case_begin(&cut, "a.spool", (const char *)spool.file->data,
				  spool.file->len);
		spool_free(&spool);
		import_case_run(&cut);
		c = &cut;
	}
	ck_assert_uint_eq(recording(c)->n_zero_times, 1);
	ck_assert_uint_eq(recording(c)->n_dropped, 7);
	ck_assert_uint_eq(c->trace->n_dropped, 7);
	ck_assert_uint_eq(recording(c)->flags, CT_RECORDING_STOLEN | CT_RECORDING_CUT_OFF);
	ck_assert_uint_eq(recording(c)->stop, CT_STOP_UNKNOWN);
	ck_assert_int_eq(recording(c)->clock_error_ns, 30);
	ck_assert_uint_eq(failures(c, CT_RULE_TIMES), 1);
	ck_assert_uint_eq(failures(c, CT_RULE_DROPS), 7);
	ck_assert_uint_eq(failures(c, CT_RULE_COMPLETE), 1);
	import_case_end(c);
}
END_TEST

START_TEST(green_contexts_have_parents)
{
	struct import_case *c;

	begin();
	SPOOL_ADD(&spool, CONTEXT,
		  &(struct ct_spool_context){
			  .context = 2, .parent = 1, .sms = 16, .null_stream = 17 });
	SPOOL_ADD(&spool, KERNEL,
		  &(struct ct_spool_kernel){ .correlation = 2,
					     .start_ns = 5000,
					     .end_ns = 6000,
					     .context = 2,
					     .stream = 21 });
	spool_call(&spool, LAUNCH, 101, 2, 1000, 1100);
	c = imported();
	ck_assert_uint_eq(c->trace->n_contexts, 2);
	ck_assert_uint_eq(c->trace->n_green, 1);
	ck_assert_uint_eq(c->trace->green[0].sms, 16);
	ck_assert_uint_eq(c->trace->green[0].device_sms, 132);
	ck_assert_uint_eq(c->trace->context[c->trace->green[0].context].green_parent, 0);
	import_case_end(c);
}
END_TEST

START_TEST(damage_is_named)
{
	begin();
	spool_kernel(&spool, 2, 7, 5000, 6000);
	spool_call(&spool, LAUNCH, 101, 2, 1000, 1100);
	note(CT_SPOOL_STARTED, 2000);
	fails("none of its 1 kernels was launched while it was recorded");

	begin();
	spool_kernel(&spool, 2, 7, 5000, 6000);
	spool_block(&spool);
	spool.file->data[spool.file->len - 1] ^= 1;
	fails("block: its checksum is wrong");

	begin();
	SPOOL_ADD(&spool, KERNEL, &(struct ct_spool_kernel){ .shape = 9 });
	fails("kernel: shape: names none that stands before");

	begin();
	spool_kernel(&spool, 2, 7, 6000, 5000);
	fails("duration is negative");

	begin();
	spool_add(&spool, CT_SPOOL_KERNEL, &(struct ct_spool_kernel){ .shape = 0 }, 16);
	fails("the record is too short for its type");

	begin();
	spool_call(&spool, LAUNCH, 101, 2, 1000, 1100);
	fails("no kernel in it");
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("import-spool");
	TCase *tcase = tcase_create("all");
	SRunner *runner;
	int failed;

	tcase_add_test(tcase, work_meets_its_call);
	tcase_add_test(tcase, processes_stay_apart);
	tcase_add_loop_test(tcase, events_pair_by_record, 0, 2);
	tcase_add_test(tcase, nested_calls_are_one);
	tcase_add_test(tcase, overlap_in_a_stream_needs_attributes);
	tcase_add_test(tcase, launches_are_captured_or_lost);
	tcase_add_test(tcase, edges_go_to_clones);
	tcase_add_test(tcase, edges_back_in_time_fail);
	tcase_add_test(tcase, circles_are_refused);
	tcase_add_test(tcase, only_what_was_called_between_counts);
	tcase_add_test(tcase, markers_become_ranges);
	tcase_add_test(tcase, what_is_missing_is_counted);
	tcase_add_test(tcase, green_contexts_have_parents);
	tcase_add_test(tcase, damage_is_named);
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
