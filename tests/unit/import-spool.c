/*
 * import-spool - recordings, as spools made by hand, hazard by hazard.
 */
#include <check.h>
#include <glib/gstdio.h>
#include <string.h>

#include "sim/base/error.h"
#include "tests/unit/spool-case.h"

START_TEST(work_meets_its_call)
{
	struct import_case *c;
	const struct ct_op *op;

	spool_case_begin();
	SPOOL_ADD(&spool_case, STREAM,
		  &(struct ct_spool_stream){ .context = 1,
					     .stream = 13,
					     .priority = -5,
					     .flags = CT_STREAM_PRIORITY_KNOWN |
						      CT_STREAM_NONBLOCKING });
	/* as they come: work first, then its call, and other streams between */
	spool_kernel(&spool_case, 2, 13, 5000, 7000);
	spool_kernel(&spool_case, 3, 7, 8000, 9000);
	spool_call(&spool_case, LAUNCH, 101, 3, 4000, 4500);
	spool_call(&spool_case, LAUNCH, 101, 2, 3000, 3500);
	c = spool_case_imported();
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
	ck_assert_uint_eq(spool_case_recording(c)->cupti_version, 130001);
	ck_assert_uint_eq(spool_case_recording(c)->stop, CT_STOP_END);
	ck_assert_uint_eq(spool_case_recording(c)->n_lost_launches, 0);
	ck_assert_uint_eq(spool_case_failures(c, CT_RULE_LAUNCHES), 0);
	import_case_end(c);
}
END_TEST

/* Two processes with the same numbers for everything. */
START_TEST(processes_stay_apart)
{
	struct import_case c;
	g_autofree char *folder = NULL, *second = NULL, *first = NULL;

	spool_case_begin();
	spool_kernel(&spool_case, 2, 7, 5000, 7000);
	spool_call(&spool_case, LAUNCH, 101, 2, 3000, 3500);
	spool_end(&spool_case);
	import_case_begin(&c, "recording", "", 0);
	g_unlink(c.in);
	g_mkdir(c.in, 0700);
	first = g_build_filename(c.in, "100-1.spool", NULL);
	spool_write(&spool_case, first);
	spool_free(&spool_case);
	spool_begin(&spool_case, 200);
	spool_preamble(&spool_case);
	spool_kernel(&spool_case, 2, 7, 6000, 9000);
	spool_call(&spool_case, LAUNCH, 201, 2, 4000, 4500);
	spool_end(&spool_case);
	second = g_build_filename(c.in, "200-1.spool", NULL);
	spool_write(&spool_case, second);
	spool_free(&spool_case);
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

	spool_case_begin();
	spool_kernel(&spool_case, 2, 7, 5000, 7000);
	spool_call(&spool_case, LAUNCH, 101, 2, 3000, 3500);
	spool_kernel(&spool_case, 9, 13, early ? 6999 : 7000, 9000);
	spool_call(&spool_case, LAUNCH, 101, 9, 4800, 4900);
	spool_call(&spool_case, EVENT_RECORD, 101, 3, 3600, 3700);
	SPOOL_ADD(&spool_case, EVENT,
		  &(struct ct_spool_event){ .correlation = 3,
					    .context = 1,
					    .stream = 7,
					    .event = 55,
					    .event_record = 901 });
	spool_call(&spool_case, WAIT_EVENT, 101, 4, 3800, 3900);
	SPOOL_ADD(&spool_case, SYNC,
		  &(struct ct_spool_sync){ .correlation = 4,
					   .context = 1,
					   .stream = 13,
					   .event = 55,
					   .type = 2,
					   .event_record = 901 });
	spool_call(&spool_case, WAIT_EVENT, 101, 5, 4000, 4100); /* of one never recorded */
	SPOOL_ADD(&spool_case, SYNC,
		  &(struct ct_spool_sync){ .correlation = 5,
					   .context = 1,
					   .stream = 13,
					   .event = 56,
					   .type = 2 });
	spool_call(&spool_case, STREAM_SYNC, 101, 6, 4200, 4700);
	SPOOL_ADD(&spool_case, SYNC,
		  &(struct ct_spool_sync){ .correlation = 6,
					   .context = 1,
					   .stream = 13,
					   .event = CT_NONE,
					   .type = 3 });
	spool_call(&spool_case, MEM_ALLOC, 101, 7, 4720, 4740);
	SPOOL_ADD(&spool_case, MEMORY,
		  &(struct ct_spool_memory){ .correlation = 7,
					     .address = 0x7000,
					     .bytes = 4096,
					     .operation = 1 });
	c = spool_case_imported();
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
	ck_assert_uint_eq(spool_case_failures(c, CT_RULE_WAITS), early);
	import_case_end(c);
}
END_TEST

static void runtime_call(uint32_t number, uint32_t correlation, int64_t start_ns,
			 int64_t end_ns)
{
	SPOOL_ADD(&spool_case, CALL,
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

	spool_case_begin();
	spool_kernel(&spool_case, 10, 7, 5000, 6000);
	spool_kernel(&spool_case, 21, 7, 6000, 7000);
	spool_kernel(&spool_case, 30, 7, 7000, 8000);
	spool_call(&spool_case, LAUNCH, 101, 11, 1100, 1200);
	runtime_call(RUNTIME_LAUNCH, 10, 1000, 1300);
	spool_call(&spool_case, LAUNCH, 101, 21, 2100, 2200);
	runtime_call(RUNTIME_LAUNCH, 20, 2000, 2300);
	spool_call(&spool_case, LAUNCH, 101, 30, 3100, 3200);
	runtime_call(RUNTIME_LAUNCH, 30, 3000, 3300);
	spool_call(&spool_case, STREAM_SYNC, 101, 41, 4100, 8200);
	SPOOL_ADD(&spool_case, SYNC,
		  &(struct ct_spool_sync){ .correlation = 41,
					   .context = 1,
					   .stream = 7,
					   .event = CT_NONE,
					   .type = 3 });
	runtime_call(131, 40, 4000, 8300);
	c = spool_case_imported();
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

/* All nodes of a graph are of the outer call, and come between it and the inner one. */
START_TEST(nested_graph_launches_are_one)
{
	struct import_case *c;

	spool_case_begin();
	for (uint32_t i = 0; i < 2; i++)
		SPOOL_ADD(&spool_case, KERNEL,
			  &(struct ct_spool_kernel){ .correlation = 10,
						     .start_ns = 5000 + 100 * i,
						     .end_ns = 5050 + 100 * i,
						     .context = 1,
						     .stream = 7,
						     .graph = 6,
						     .graph_node = 61 + i });
	runtime_call(RUNTIME_GRAPH_LAUNCH, 10, 1000, 1300);
	spool_call(&spool_case, GRAPH_LAUNCH, 101, 11, 1100, 1200);
	c = spool_case_imported();
	ck_assert_uint_eq(c->ops->len, 3);
	ck_assert_uint_eq(import_case_count(c, CT_OP_GRAPH_LAUNCH), 1);
	ck_assert_int_eq(import_case_op(c, CT_OP_GRAPH_LAUNCH, 0)->api_end_ns, 300);
	ck_assert_uint_eq(c->summary.n_lost_launches, 0);
	import_case_end(c);
}
END_TEST

/* Of kernels that overlap the one before them in their stream, those launched with
 * attributes may; others fail the check. */
START_TEST(overlap_in_a_stream_needs_attributes)
{
	struct import_case *c;

	spool_case_begin();
	spool_kernel(&spool_case, 2, 7, 5000, 6000);
	spool_kernel(&spool_case, 3, 7, 5900, 7000);
	spool_kernel(&spool_case, 4, 7, 7000, 8000);
	spool_kernel(&spool_case, 5, 7, 7900, 9000);
	spool_call(&spool_case, LAUNCH_EX, 101, 2, 1000, 1100);
	spool_call(&spool_case, LAUNCH_EX, 101, 3, 1200, 1300);
	spool_call(&spool_case, LAUNCH_EX, 101, 4, 1400, 1500);
	spool_call(&spool_case, LAUNCH, 101, 5, 1600, 1700);
	c = spool_case_imported();
	for (guint i = 0; i < 4; i++)
		ck_assert_uint_eq(import_case_op(c, CT_OP_KERNEL, i)->flags,
				  i == 1 ? CT_OP_PROGRAMMATIC : 0);
	ck_assert_uint_eq(spool_case_failures(c, CT_RULE_STREAM_ORDER), 1);
	import_case_end(c);
}
END_TEST

START_TEST(launches_are_captured_or_lost)
{
	struct import_case *c;

	spool_case_begin();
	spool_kernel(&spool_case, 2, 7, 5000, 6000);
	spool_call(&spool_case, LAUNCH, 101, 2, 1000, 1100);
	spool_call(&spool_case, BEGIN_CAPTURE, 101, 3, 1200, 1210);
	spool_call(&spool_case, LAUNCH, 101, 4, 1300, 1310);
	spool_call(&spool_case, EVENT_RECORD, 101, 5, 1320, 1330);
	spool_call(&spool_case, LAUNCH, 102, 6, 1340, 1350); /* another thread's: lost */
	spool_call(&spool_case, END_CAPTURE, 101, 7, 1400, 1410);
	spool_call(&spool_case, LAUNCH, 101, 8, 1500, 1510); /* lost */
	c = spool_case_imported();
	ck_assert_uint_eq(c->summary.n_lost_launches, 2);
	ck_assert_uint_eq(spool_case_recording(c)->n_lost_launches, 2);
	ck_assert_uint_eq(spool_case_failures(c, CT_RULE_LAUNCHES), 2);
	ck_assert_uint_eq(import_case_count(c, CT_OP_EVENT_RECORD), 0);
	ck_assert_uint_eq(c->ops->len, 1);
	import_case_end(c);
}
END_TEST

static void note(enum ct_spool_note_code code, int64_t ns)
{
	SPOOL_ADD(&spool_case, NOTE,
		  &(struct ct_spool_note){ .code = code, .time_ns = ns, .text = CT_NONE });
}

START_TEST(only_what_was_called_between_counts)
{
	struct import_case *c;

	spool_case_begin();
	spool_kernel(&spool_case, 1, 7, 4000, 5000); /* called before, not even said so */
	spool_kernel(&spool_case, 2, 7, 5000, 6000);
	spool_call(&spool_case, LAUNCH, 101, 2, 1999, 2100); /* before */
	spool_kernel(&spool_case, 3, 7, 6000, 7000);
	spool_call(&spool_case, LAUNCH, 101, 3, 2000, 2100);
	spool_kernel(&spool_case, 4, 7, 7000, 8000);
	spool_call(&spool_case, LAUNCH, 101, 4, 3000, 3100); /* after */
	note(CT_SPOOL_STOPPED, 3000);
	note(CT_SPOOL_STARTED, 2000);
	c = spool_case_imported();
	ck_assert_uint_eq(import_case_count(c, CT_OP_KERNEL), 1);
	ck_assert_uint_eq(import_case_op(c, CT_OP_KERNEL, 0)->correlation, 3);
	ck_assert_uint_eq(spool_case_recording(c)->stop, CT_STOP_ASKED);
	ck_assert_uint_eq(c->summary.n_unlaunched, 0);
	import_case_end(c);
}
END_TEST

static void marker(enum ct_spool_marker_kind kind, uint32_t thread, int64_t ns,
		   uint32_t name, uint32_t domain, uint64_t range)
{
	SPOOL_ADD(&spool_case, MARKER,
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

	spool_case_begin();
	spool_kernel(&spool_case, 2, 7, 5000, 6000);
	spool_call(&spool_case, LAUNCH, 101, 2, 1000, 1100);
	outer = spool_string(&spool_case, "outer");
	lib = spool_string(&spool_case, "lib");
	inner = spool_string(&spool_case, "inner");
	job = spool_string(&spool_case, "job");
	dot = spool_string(&spool_case, "dot");
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
	c = spool_case_imported();
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

	spool_case_begin();
	spool_kernel(&spool_case, 2, 7, 5000, 6000);
	spool_call(&spool_case, LAUNCH, 101, 2, 1000, 1100);
	spool_kernel(&spool_case, 3, 7, 0, 6500);
	spool_kernel(&spool_case, 4, 7, 6600, 6500);
	spool_call(&spool_case, STREAM_SYNC, 101, 5, 1300, 1200);
	SPOOL_ADD(&spool_case, DROPPED, &(struct ct_spool_dropped){ .n = 7 });
	note(CT_SPOOL_STOLEN, 5);
	SPOOL_ADD(&spool_case, ANCHOR,
		  &(struct ct_spool_anchor){
			  .before_ns = 10, .after_ns = 20, .profiler_ns = 50 });
	spool_block(&spool_case);
	g_byte_array_append(spool_case.file, (const void *)"SBLK", 4); /* killed here */
	{
		static struct import_case cut;

		import_case_begin(&cut, "a.spool", (const char *)spool_case.file->data,
				  spool_case.file->len);
		spool_free(&spool_case);
		import_case_run(&cut);
		c = &cut;
	}
	ck_assert_uint_eq(spool_case_recording(c)->n_zero_times, 2);
	ck_assert_uint_eq(spool_case_recording(c)->n_dropped, 7);
	ck_assert_uint_eq(c->trace->n_dropped, 7);
	ck_assert_uint_eq(spool_case_recording(c)->flags,
			  CT_RECORDING_STOLEN | CT_RECORDING_CUT_OFF);
	ck_assert_uint_eq(spool_case_recording(c)->stop, CT_STOP_UNKNOWN);
	ck_assert_int_eq(spool_case_recording(c)->clock_error_ns, 30);
	ck_assert_uint_eq(spool_case_failures(c, CT_RULE_TIMES), 2);
	ck_assert_uint_eq(spool_case_failures(c, CT_RULE_DROPS), 7);
	ck_assert_uint_eq(spool_case_failures(c, CT_RULE_COMPLETE), 1);
	import_case_end(c);
}
END_TEST

/* The name of the second kernel stood in the block that is not there. */
START_TEST(nothing_is_misnamed_after_a_gap)
{
	struct import_case *c;
	uint32_t name;

	spool_case_begin();
	spool_kernel(&spool_case, 2, 7, 5000, 6000);
	spool_call(&spool_case, LAUNCH, 101, 2, 1000, 1100);
	spool_block(&spool_case);
	spool_case.n_blocks++;
	name = spool_string(&spool_case, "no longer at its number");
	SPOOL_ADD(&spool_case, SHAPE, &(struct ct_spool_shape){ .shape.name = name });
	spool_kernel(&spool_case, 3, 7, 7000, 8000);
	c = spool_case_imported();
	ck_assert_uint_eq(c->trace->n_kernels, 1);
	ck_assert_uint_eq(spool_case_recording(c)->flags, CT_RECORDING_CUT_OFF);
	ck_assert_uint_eq(spool_case_recording(c)->stop, CT_STOP_UNKNOWN);
	ck_assert_uint_eq(spool_case_failures(c, CT_RULE_COMPLETE), 1);
	import_case_end(c);
}
END_TEST

/* What a process leaves whose first write found a full disk. */
START_TEST(an_empty_spool_spoils_no_other)
{
	g_autofree char *stub = NULL, *whole = NULL;
	const struct ct_recording_record *recording;
	struct import_case c;

	import_case_begin(&c, "recording", "", 0);
	g_unlink(c.in);
	g_mkdir(c.in, 0700);
	stub = g_build_filename(c.in, "077-1.spool", NULL);
	ck_assert(g_file_set_contents(stub, "", 0, NULL));
	whole = g_build_filename(c.in, "100-1.spool", NULL);
	spool_case_begin();
	spool_kernel(&spool_case, 2, 7, 5000, 6000);
	spool_call(&spool_case, LAUNCH, 101, 2, 1000, 1100);
	spool_end(&spool_case);
	spool_write(&spool_case, whole);
	spool_free(&spool_case);
	import_case_run(&c);
	ck_assert_uint_eq(c.trace->n_kernels, 1);
	ck_assert_uint_eq(c.trace->n_recordings, 2);
	recording = c.trace->recording;
	ck_assert_uint_eq(c.trace->process[recording[0].process].pid, 77);
	ck_assert_uint_eq(recording[0].flags, CT_RECORDING_CUT_OFF);
	ck_assert_uint_eq(recording[1].flags, 0);
	ck_assert_uint_eq(spool_case_failures(&c, CT_RULE_COMPLETE), 1);
	g_unlink(stub);
	g_unlink(whole);
	g_rmdir(c.in);
	import_case_end(&c);
}
END_TEST

START_TEST(green_contexts_have_parents)
{
	struct import_case *c;

	spool_case_begin();
	SPOOL_ADD(&spool_case, CONTEXT,
		  &(struct ct_spool_context){
			  .context = 2, .parent = 1, .sms = 16, .null_stream = 17 });
	SPOOL_ADD(&spool_case, KERNEL,
		  &(struct ct_spool_kernel){ .correlation = 2,
					     .start_ns = 5000,
					     .end_ns = 6000,
					     .context = 2,
					     .stream = 21 });
	spool_call(&spool_case, LAUNCH, 101, 2, 1000, 1100);
	c = spool_case_imported();
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
	spool_case_begin();
	spool_kernel(&spool_case, 2, 7, 5000, 6000);
	spool_call(&spool_case, LAUNCH, 101, 2, 1000, 1100);
	note(CT_SPOOL_STARTED, 2000);
	spool_case_fails("none of its 1 kernels was launched while it was recorded");

	spool_case_begin();
	spool_kernel(&spool_case, 2, 7, 5000, 6000);
	spool_block(&spool_case);
	spool_case.file->data[spool_case.file->len - 1] ^= 1;
	spool_case_fails("block: its checksum is wrong");

	spool_case_begin();
	SPOOL_ADD(&spool_case, KERNEL, &(struct ct_spool_kernel){ .shape = 9 });
	spool_case_fails("kernel: shape: names none that stands before");

	spool_case_begin();
	spool_kernel(&spool_case, 2, 7, 6000, INT64_MAX);
	spool_case_fails("is out of range");

	spool_case_begin();
	spool_add(&spool_case, CT_SPOOL_KERNEL, &(struct ct_spool_kernel){ .shape = 0 },
		  16);
	spool_case_fails("the record is too short for its type");

	spool_case_begin();
	spool_call(&spool_case, LAUNCH, 101, 2, 1000, 1100);
	spool_case_fails("no kernel in it");
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
	tcase_add_test(tcase, nested_graph_launches_are_one);
	tcase_add_test(tcase, overlap_in_a_stream_needs_attributes);
	tcase_add_test(tcase, launches_are_captured_or_lost);
	tcase_add_test(tcase, only_what_was_called_between_counts);
	tcase_add_test(tcase, markers_become_ranges);
	tcase_add_test(tcase, what_is_missing_is_counted);
	tcase_add_test(tcase, nothing_is_misnamed_after_a_gap);
	tcase_add_test(tcase, an_empty_spool_spoils_no_other);
	tcase_add_test(tcase, green_contexts_have_parents);
	tcase_add_test(tcase, damage_is_named);
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
