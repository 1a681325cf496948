/*
 * assemble - the hazards of foreign traces, one by one.
 */
#include <check.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sim/base/error.h"
#include "tests/unit/trace-sample.h"
#include "traces/assemble.h"
#include "traces/reader.h"
#include "traces/tempfile.h"

/* As clocks of the day have it, so that sums of two times would overflow. */
#define T0 INT64_C(1400000000000000000)

static struct ct_assembler *begin(void)
{
	g_autoptr(GError) error = NULL;
	struct ct_assembler *a = ct_assembler_new(sample_path(), 0, &error);

	ck_assert_msg(a, "%s", error ? error->message : "");
	return a;
}

static void call_of(struct ct_assembler *a, uint64_t process, uint32_t correlation,
		    uint8_t kind, int64_t start_ns, int64_t end_ns)
{
	struct ct_call call = {
		.process = process,
		.thread = process + 1,
		.correlation = correlation,
		.kind = kind,
		.keep = kind > CT_OP_GRAPH_LAUNCH,
		.start_ns = T0 + start_ns,
		.end_ns = T0 + end_ns,
		.device = CT_NONE,
		.context = CT_NONE,
		.stream = kind == CT_OP_STREAM_SYNC ? 7 : CT_NONE,
	};
	g_autoptr(GError) error = NULL;

	ck_assert(ct_assembler_call(a, &call, &error));
}

static struct ct_work_item kernel(uint64_t process, uint32_t correlation, int64_t start_ns,
				  int64_t end_ns)
{
	struct ct_work_item work = {
		.process = process,
		.correlation = correlation,
		.kind = CT_OP_KERNEL,
		.start_ns = T0 + start_ns,
		.end_ns = T0 + end_ns,
		.context = 1,
		.stream = 7,
		.shape = CT_NONE,
	};

	return work;
}

static void add(struct ct_assembler *a, struct ct_work_item work)
{
	g_autoptr(GError) error = NULL;

	ck_assert(ct_assembler_work(a, &work, &error));
}

static struct ct_import_summary summary;

static struct ct_trace *finish(struct ct_assembler *a)
{
	g_autoptr(GError) error = NULL;
	struct ct_trace *trace;

	ck_assert_msg(ct_assembler_finish(a, "source", &summary, &error), "%s",
		      error ? error->message : "");
	ct_assembler_free(a);
	trace = ct_trace_open(sample_path(), &error);
	ck_assert_msg(trace, "%s", error ? error->message : "");
	ck_assert(trace->complete);
	return trace;
}

/* The operations of LANE, copied. */
static GArray *lane(const struct ct_trace *trace, uint32_t index)
{
	GArray *ops = g_array_new(FALSE, FALSE, sizeof(struct ct_op));
	struct ct_cursor *cursor = ct_cursor_new(trace, index);
	g_autoptr(GError) error = NULL;
	const struct ct_op *op;

	while ((op = ct_cursor_next(cursor, &error)))
		g_array_append_vals(ops, op, 1);
	ck_assert_ptr_null(error);
	ct_cursor_free(cursor);
	return ops;
}

/* "KMG..": one letter per operation of LANE. */
static char *kinds(const struct ct_trace *trace, uint32_t index)
{
	static const char letters[] = "?KMSGrweydaf<>";
	g_autoptr(GArray) ops = lane(trace, index);
	GString *text = g_string_new("");
	guint i;

	for (i = 0; i < ops->len; i++)
		g_string_append_c(text, letters[g_array_index(ops, struct ct_op, i).kind]);
	return g_string_free(text, FALSE);
}

static void check_kinds(const struct ct_trace *trace, uint32_t index, const char *want)
{
	g_autofree char *text = kinds(trace, index);

	ck_assert_str_eq(text, want);
}

static struct ct_op op_at(const struct ct_trace *trace, uint32_t lane_index, guint index)
{
	g_autoptr(GArray) ops = lane(trace, lane_index);

	ck_assert_uint_lt(index, ops->len);
	return g_array_index(ops, struct ct_op, index);
}

START_TEST(correlation_is_per_process)
{
	struct ct_assembler *a = begin();
	struct ct_trace *trace;

	add(a, kernel(20, 5, 1000, 2000));
	call_of(a, 10, 5, CT_OP_KERNEL, 100, 110);
	call_of(a, 20, 5, CT_OP_KERNEL, 200, 220);
	add(a, kernel(10, 5, 3000, 3500));
	trace = finish(a);
	ck_assert_uint_eq(trace->n_lanes, 2);
	ck_assert_int_eq(trace->origin_ns, T0 + 100);
	ck_assert_uint_eq(trace->n_streams,
			  2); /* stream 7 of context 1 of either process */
	for (uint32_t i = 0; i < 2; i++) {
		struct ct_op op = op_at(trace, i, 0);
		gboolean first = trace->process[trace->lane[i].process].pid == 10;

		ck_assert_uint_eq(trace->lane[i].thread, first ? 11 : 21);
		ck_assert_int_eq(op.api_start_ns, first ? 0 : 100);
		ck_assert_int_eq(op.api_end_ns, first ? 10 : 120);
		ck_assert_int_eq(op.start_ns, first ? 2900 : 900);
		ck_assert_uint_eq(op.sequence, first ? 0 : 1);
		ck_assert_uint_eq(trace->context[trace->stream[op.stream].context].process,
				  trace->lane[i].process);
	}
	ck_assert_uint_eq(summary.n_unlaunched, 0);
	ct_trace_free(trace);
}
END_TEST

START_TEST(unknown_process_joins_when_unambiguous)
{
	struct ct_assembler *a = begin();
	struct ct_trace *trace;

	call_of(a, 10, 5, CT_OP_KERNEL, 100, 110);
	call_of(a, 10, 6, CT_OP_KERNEL, 120, 130);
	call_of(a, 20, 6, CT_OP_KERNEL, 140, 150);
	add(a, kernel(UINT64_MAX, 5, 1000, 1100));
	add(a, kernel(UINT64_MAX, 6, 1200, 1300));
	add(a, kernel(UINT64_MAX, 0, 1400, 1500));
	trace = finish(a);
	ck_assert_uint_eq(summary.n_unlaunched, 2);
	ck_assert_uint_eq(summary.n_calls, 1);
	ck_assert_uint_eq(trace->n_lanes, 2);
	for (uint32_t i = 0; i < 2; i++) {
		if (trace->lane[i].thread == CT_NONE) {
			check_kinds(trace, i, "KK");
			ck_assert_uint_eq(op_at(trace, i, 0).flags, CT_OP_UNLAUNCHED);
			ck_assert_int_eq(op_at(trace, i, 0).api_start_ns, CT_TIME_NONE);
			ck_assert_int_lt(op_at(trace, i, 0).start_ns,
					 op_at(trace, i, 1).start_ns);
			ck_assert_uint_eq(trace->lane[i].device, 0);
		} else {
			check_kinds(trace, i, "K");
		}
	}
	ct_trace_free(trace);
}
END_TEST

START_TEST(graph_launch)
{
	struct ct_assembler *a = begin();
	struct ct_work_item node;
	struct ct_trace *trace;
	struct ct_op op;

	call_of(a, 1, 9, CT_OP_KERNEL, 100, 500);
	call_of(a, 1, 10, CT_OP_GRAPH_LAUNCH, 600, 700); /* of one node */
	call_of(a, 1, 11, CT_OP_KERNEL, 100, 110);       /* starts with the first */
	for (int i = 3; i >= 0; i--) {
		node = kernel(1, 9, 1000 + i * 100, 1050 + i * 100);
		node.graph = 4;
		node.graph_node = 40 + i;
		add(a, node);
	}
	add(a, kernel(1, 10, 2000, 2100));
	add(a, kernel(1, 11, 3000, 3100));
	trace = finish(a);
	check_kinds(trace, 0, "GKKKKKGK");
	op = op_at(trace, 0, 0);
	ck_assert_uint_eq(op.graph, 4);
	ck_assert_int_eq(op.start_ns, CT_TIME_NONE);
	ck_assert_int_eq(op.api_end_ns, 400);
	for (guint i = 1; i < 5; i++) {
		op = op_at(trace, 0, i);
		ck_assert_uint_eq(op.flags, CT_OP_CHILD);
		ck_assert_uint_eq(op.graph_node, 39 + i);
		ck_assert_int_eq(op.api_start_ns, CT_TIME_NONE);
		ck_assert_uint_eq(op.sequence, i);
	}
	ck_assert_uint_eq(op_at(trace, 0, 5).flags, 0);
	ck_assert_uint_eq(op_at(trace, 0, 7).flags, CT_OP_CHILD);
	ct_trace_free(trace);
}
END_TEST

START_TEST(calls_without_work)
{
	struct ct_assembler *a = begin();
	struct ct_trace *trace;

	add(a, kernel(1, 1, 500, 600));
	call_of(a, 1, 4, CT_OP_DEVICE_SYNC, 400, 450);
	call_of(a, 1, 3, CT_OP_STREAM_SYNC, 300, 350);
	call_of(a, 1, 2, CT_OP_KERNEL, 200, 250); /* nothing came of it */
	call_of(a, 1, 1, CT_OP_KERNEL, 100, 150);
	call_of(a, 2, 3, CT_OP_STREAM_SYNC, 700, 750); /* not that process's stream 7 */
	trace = finish(a);
	check_kinds(trace, 0, "Kyd");
	ck_assert_uint_eq(op_at(trace, 0, 1).stream, op_at(trace, 0, 0).stream);
	check_kinds(trace, 1, "y");
	ck_assert_uint_eq(op_at(trace, 1, 0).stream, CT_NONE);
	ck_assert_uint_eq(summary.n_calls, 4);
	ct_trace_free(trace);
}
END_TEST

START_TEST(overlap)
{
	struct ct_assembler *a = begin();
	struct ct_work_item work;
	struct ct_trace *trace;
	static const int64_t want[] = { 60, 40, 50, 20, 0 };

	call_of(a, 1, 1, CT_OP_KERNEL, 0, 1);
	add(a, kernel(1, 1, 0, 100)); /* shared from 40 on */
	call_of(a, 1, 2, CT_OP_KERNEL, 1, 2);
	add(a, kernel(1, 2, 40, 80)); /* all of it, in the same stream */
	call_of(a, 1, 3, CT_OP_KERNEL, 2, 3);
	work = kernel(1, 3, 70, 140); /* 70..100 and 120..140 */
	work.stream = 8;
	add(a, work);
	call_of(a, 1, 4, CT_OP_KERNEL, 3, 4);
	work = kernel(1, 4, 120, 200);
	work.stream = 9;
	add(a, work);
	call_of(a, 1, 5, CT_OP_KERNEL, 4, 5);
	work = kernel(1, 5, 0, 1000); /* on another device */
	work.device = 3;
	add(a, work);
	call_of(a, 1, 6, CT_OP_KERNEL, 6, 7);
	work = kernel(1, 6, 0, 1000); /* not a kernel */
	work.kind = CT_OP_MEMCPY;
	work.bytes = 4096;
	add(a, work);
	trace = finish(a);
	check_kinds(trace, 0, "KKKKKM");
	for (guint i = 0; i < G_N_ELEMENTS(want); i++)
		ck_assert_int_eq(op_at(trace, 0, i).overlap_ns, want[i]);
	ck_assert_uint_eq(op_at(trace, 0, 5).bytes, 4096);
	ck_assert_uint_eq(summary.n_overlapping_in_stream, 1);
	ck_assert_uint_eq(summary.n_copies, 1);
	ck_assert_uint_eq(trace->n_devices, 2);
	ct_trace_free(trace);
}
END_TEST

static void range(struct ct_assembler *a, const char *name, int64_t start_ns,
		  int64_t end_ns)
{
	g_autoptr(GError) error = NULL;
	uint32_t index = ct_assembler_string(a, name, strlen(name));

	ck_assert(ct_assembler_marker(a, 1, 2, index, T0 + start_ns, T0 + end_ns, &error));
}

START_TEST(ranges_nest)
{
	static const char *const want[] = {
		"a", "b", "c", "c", "b", "d", "e", "e", "d", "a"
	};
	struct ct_assembler *a = begin();
	g_autoptr(GArray) ops = NULL;
	struct ct_trace *trace;
	guint i, n = 0;

	range(a, "b", 20, 40);
	range(a, "c", 20, 40); /* as long: the one given later lies inside */
	range(a, "d", 40, 100);
	range(a, "a", 10, 100);
	range(a, "e", 60, 60);
	call_of(a, 1, 1, CT_OP_KERNEL, 20, 30);
	add(a, kernel(1, 1, 500, 600));
	call_of(a, 1, 2, CT_OP_KERNEL, 60, 70);
	add(a, kernel(1, 2, 600, 700));
	trace = finish(a);
	check_kinds(trace, 0, "<<<K>><<K>>>");
	ops = lane(trace, 0);
	for (i = 0; i < ops->len; i++) {
		const struct ct_op *op = &g_array_index(ops, struct ct_op, i);

		if (op->kind != CT_OP_KERNEL)
			ck_assert_str_eq(ct_trace_string(trace, op->name), want[n++]);
	}
	ck_assert_uint_eq(n, G_N_ELEMENTS(want));
	ck_assert_uint_eq(summary.n_markers, 5);
	ck_assert_int_eq(trace->origin_ns, T0 + 10);
	ct_trace_free(trace);
}
END_TEST

START_TEST(descriptions)
{
	struct ct_assembler *a = begin();
	struct ct_device_record device = { .name = CT_NONE, .sms = 108 };
	struct ct_trace *trace;

	ct_assembler_clock(a, 1000, CT_CLOCK_UNIX);
	ct_assembler_stream(a, UINT64_MAX, 0, 1, 7, -5, CT_STREAM_PRIORITY_KNOWN);
	ct_assembler_process(a, 1, "program");
	ct_assembler_device(a, &device);
	device.id = 1; /* idle: not part of the trace */
	ct_assembler_device(a, &device);
	ct_assembler_skip(a);
	add(a, kernel(1, 1, 500, 600));
	trace = finish(a);
	ck_assert_uint_eq(trace->n_devices, 1);
	ck_assert_uint_eq(trace->device[0].sms, 108);
	ck_assert_int_eq(trace->stream[0].priority, -5);
	ck_assert_str_eq(ct_trace_string(trace, trace->process[0].name), "program");
	ck_assert_int_eq(trace->origin_ns, T0 + 1500);
	ck_assert_uint_eq(trace->clock, CT_CLOCK_UNIX);
	ck_assert_uint_eq(summary.n_skipped, 1);
	ct_trace_free(trace);
}
END_TEST

/* A failed import leaves what was there, and nothing beside it. */
START_TEST(refusals)
{
	struct ct_assembler *a = begin();
	struct ct_work_item work = kernel(1, 77, 500, 400);
	g_autoptr(GError) error = NULL;
	struct stat before, after;

	ck_assert_int_eq(stat(sample_path(), &before), 0);
	ck_assert(!ct_assembler_work(a, &work, &error));
	ck_assert(g_error_matches(error, CT_ERROR, CT_EXIT_INPUT));
	ck_assert_ptr_nonnull(strstr(error->message, "correlation 77"));
	g_clear_error(&error);
	work.start_ns = INT64_MIN;
	ck_assert(!ct_assembler_work(a, &work, &error));
	g_clear_error(&error);
	work.start_ns = INT64_MAX - 1;
	work.end_ns = INT64_MAX;
	ck_assert(!ct_assembler_work(a, &work, &error));
	g_clear_error(&error);
	ck_assert(!ct_assembler_finish(a, "some.json", &summary, &error));
	ck_assert(g_error_matches(error, CT_ERROR, CT_EXIT_INPUT));
	ck_assert_ptr_nonnull(strstr(error->message, "some.json: no kernel in it"));
	ct_assembler_free(a);
	ck_assert_int_eq(stat(sample_path(), &after), 0);
	ck_assert_uint_eq(before.st_ino, after.st_ino);
	g_clear_error(&error);
	ck_assert_ptr_null(ct_assembler_new("/nonexistent/x.ctt", 0, &error));
	g_clear_error(&error);
	ck_assert_ptr_null(ct_assembler_new("/dev/null", 0, &error)); /* never replaced */
}
END_TEST

/* An importer that is interrupted leaves nothing beside its target either. */
START_TEST(interrupted)
{
	char directory[] = "/tmp/cotenant-assemble-XXXXXX";
	g_autofree char *output = NULL;
	int status;
	pid_t child;

	ck_assert_ptr_nonnull(mkdtemp(directory));
	output = g_build_filename(directory, "out.ctt", NULL);
	child = fork();
	if (child == 0) {
		signal(SIGTERM, SIG_DFL); /* libcheck has its own */
		ct_tempfile_catch_signals();
		if (ct_assembler_new(output, 0, NULL))
			raise(SIGTERM);
		_exit(0);
	}
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM);
	ck_assert_int_eq(rmdir(directory), 0);
}
END_TEST

/* Everything far apart, everything at once: no time arithmetic overflows. */
START_TEST(extreme_times)
{
	struct ct_assembler *a = begin();
	struct ct_work_item work = kernel(1, 0, 0, 0);
	g_autoptr(GError) error = NULL;

	work.start_ns = -CT_TIME_MAX;
	work.end_ns = CT_TIME_MAX;
	add(a, work);
	ck_assert(!ct_assembler_finish(a, "source", &summary, &error));
	ck_assert_ptr_nonnull(strstr(error->message, "146 years"));
	ct_assembler_free(a);
}
END_TEST

/* More than fits the sorters' buffers, in a hostile order. */
START_TEST(large)
{
	enum { N = 280000 };
	struct ct_assembler *a = begin();
	struct ct_trace *trace;
	g_autoptr(GArray) ops = NULL;

	for (uint32_t i = 0; i < N; i++) {
		uint32_t number = (uint32_t)((uint64_t)i * 7919 % N);

		call_of(a, 1, 1 + number, CT_OP_KERNEL, number * 1000ll,
			number * 1000ll + 300);
		number = N - 1 - number;
		add(a, kernel(UINT64_MAX, 1 + number, number * 1000ll + 500,
			      number * 1000ll + 1600));
	}
	trace = finish(a);
	ck_assert_uint_eq(trace->n_kernels, N);
	ck_assert_uint_eq(trace->n_lanes, 1);
	ck_assert_uint_eq(summary.n_overlapping_in_stream, N - 1);
	ops = lane(trace, 0);
	for (guint i = 0; i < N; i++) {
		const struct ct_op *op = &g_array_index(ops, struct ct_op, i);

		ck_assert(op->api_start_ns == i * 1000ll);
		ck_assert(op->start_ns == i * 1000ll + 500);
		ck_assert(op->overlap_ns == (i == 0 || i == N - 1 ? 100 : 200));
	}
	ct_trace_free(trace);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("assemble");
	TCase *tests = tcase_create("all");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_set_timeout(tests, 60);
	tcase_add_test(tests, correlation_is_per_process);
	tcase_add_test(tests, unknown_process_joins_when_unambiguous);
	tcase_add_test(tests, graph_launch);
	tcase_add_test(tests, calls_without_work);
	tcase_add_test(tests, overlap);
	tcase_add_test(tests, ranges_nest);
	tcase_add_test(tests, descriptions);
	tcase_add_test(tests, refusals);
	tcase_add_test(tests, interrupted);
	tcase_add_test(tests, extreme_times);
	tcase_add_test(tests, large);
	suite_add_tcase(suite, tests);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
