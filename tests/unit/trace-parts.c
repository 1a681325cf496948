/* trace-parts - cut, merge and check, against a trace worked out by hand. */
#include <check.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/unit/tiny-trace.h"
#include "tests/unit/trace-sample.h"
#include "traces/check.h"
#include "traces/cut.h"
#include "traces/merge.h"

static const struct ct_cut everything = {
	.from_ns = INT64_MIN, .to_ns = INT64_MAX, .lane = CT_NONE, .device = CT_NONE
};

/* Cuts the tiny trace; the result is checked to be valid by itself. */
static struct ct_trace *cut_tiny(const struct ct_cut *cut, uint64_t *n_ops)
{
	g_autofree char *in = tiny_path("in.ctt"), *out = tiny_path("out.ctt");
	GError *error = NULL;
	struct ct_trace *trace;
	struct ct_check check;

	tiny_write(in);
	trace = tiny_open(in);
	ck_assert(ct_trace_cut(trace, cut, out, n_ops, &error));
	ct_trace_free(trace);
	trace = tiny_open(out);
	ck_assert_uint_eq(trace->n_ops, *n_ops);
	ck_assert(ct_trace_check(trace, 100, &check, &error));
	ck_assert(ct_check_passed(&check));
	ct_check_clear(&check);
	return trace;
}

START_TEST(cut_nothing_away)
{
	uint64_t n_ops;
	struct ct_trace *trace = cut_tiny(&everything, &n_ops);

	ck_assert_uint_eq(n_ops, 13);
	ck_assert_int_eq(trace->origin_ns, 1000);
	ct_trace_free(trace);
}
END_TEST

/* Lane 1 waits for an event recorded before 22: the wait goes, as does an end whose
 * begin is cut away. */
START_TEST(cut_what_was_satisfied)
{
	struct ct_cut cut = everything;
	struct ct_trace *trace;
	uint64_t n_ops;

	cut.from_ns = 22;
	cut.to_ns = 100;
	trace = cut_tiny(&cut, &n_ops);
	ck_assert_uint_eq(n_ops, 3);
	ck_assert_uint_eq(trace->n_kernels, 2);
	ck_assert_int_eq(trace->origin_ns, 1022);
	ck_assert_uint_eq(trace->n_shapes, 1);
	ct_trace_free(trace);
}
END_TEST

START_TEST(cut_closes_markers)
{
	struct ct_cut cut = everything;
	struct ct_trace *trace;
	uint64_t n_ops;

	cut.to_ns = 75;
	trace = cut_tiny(&cut, &n_ops);
	ck_assert_uint_eq(n_ops, 4 + 1 + 3);
	ck_assert_uint_eq(trace->lane_ops[0], 5);
	ct_trace_free(trace);
}
END_TEST

START_TEST(cut_by_marker)
{
	g_autofree char *in = tiny_path("in.ctt");
	struct ct_cut cut = everything;
	GError *error = NULL;
	struct ct_trace *trace;
	uint64_t n_ops;

	tiny_write(in);
	trace = tiny_open(in);
	ck_assert(ct_cut_to_marker(trace, "request", 2, &cut, &error));
	ck_assert_int_eq(cut.from_ns, 100);
	ck_assert_int_eq(cut.to_ns, 161);
	ck_assert(!ct_cut_to_marker(trace, "request", 3, &cut, NULL));
	ck_assert(!ct_cut_to_marker(trace, "reqest", 1, &cut, NULL));
	ct_trace_free(trace);

	trace = cut_tiny(&cut, &n_ops);
	ck_assert_uint_eq(n_ops, 5);
	ck_assert_uint_eq(trace->n_kernels, 2);
	ck_assert_uint_eq(trace->n_lanes, 1);
	ct_trace_free(trace);
}
END_TEST

START_TEST(cut_without_kernels)
{
	g_autofree char *in = tiny_path("in.ctt"), *out = tiny_path("none.ctt");
	struct ct_cut cut = everything;
	struct ct_trace *trace;
	uint64_t n_ops;

	tiny_write(in);
	trace = tiny_open(in);
	cut.from_ns = 1000;
	ck_assert(!ct_trace_cut(trace, &cut, out, &n_ops, NULL));
	ck_assert_int_ne(access(out, F_OK), 0);
	cut = everything;
	cut.device = 5;
	ck_assert(!ct_trace_cut(trace, &cut, out, &n_ops, NULL));
	ct_trace_free(trace);
}
END_TEST

START_TEST(merge_keeps_apart)
{
	g_autofree char *in = tiny_path("in.ctt"), *out = tiny_path("merged.ctt");
	const char *const names[] = { "one", "two" };
	const struct ct_trace *both[2];
	GError *error = NULL;
	struct ct_trace *trace, *merged;
	struct ct_check check;

	tiny_write(in);
	trace = tiny_open(in);
	both[0] = both[1] = trace;
	ck_assert(ct_trace_merge(both, names, 2, CT_MERGE_AUTO, 0, out, &error));
	merged = tiny_open(out);
	ck_assert_uint_eq(merged->n_kernels, 10);
	ck_assert_uint_eq(merged->n_devices, 1);
	ck_assert_uint_eq(merged->n_processes, 2);
	ck_assert_uint_eq(merged->n_streams, 4);
	ck_assert_uint_eq(merged->n_lanes, 4);
	ck_assert_uint_eq(merged->n_shapes, 2);
	ck_assert(ct_trace_check(merged, 100, &check, &error));
	ck_assert(ct_check_passed(&check));
	ct_check_clear(&check);
	ct_trace_free(merged);
	ct_trace_free(trace);
}
END_TEST

/* A trace with all tables, and nodes of graph GRAPH in its lane. */
static void write_extended(const char *path, uint32_t graph)
{
	struct ct_writer *w = sample_begin(path, 0);
	struct ct_op op = sample_op(0, 0);

	sample_extend(w);
	op.kind = CT_OP_GRAPH_LAUNCH;
	op.start_ns = op.end_ns = CT_TIME_NONE;
	op.overlap_ns = 0;
	op.graph = graph;
	ck_assert_int_eq(ct_writer_op(w, 0, &op), 0);
	for (uint64_t i = 0; i < 2; i++) {
		op = sample_op(0, i);
		op.api_start_ns = op.api_end_ns = CT_TIME_NONE;
		op.flags = CT_OP_CHILD;
		op.graph = graph;
		op.graph_node = 72 + i;
		ck_assert_int_eq(ct_writer_op(w, 0, &op), 0);
	}
	ck_assert_int_eq(ct_writer_close(w, 0), 0);
}

/* What says more of a record travels with it, and only with it. */
START_TEST(cut_takes_tables_along)
{
	g_autofree char *in = tiny_path("in.ctt"), *out = tiny_path("out.ctt");
	struct ct_trace *trace;
	uint64_t n_ops;

	write_extended(in, 6);
	trace = tiny_open(in);
	ck_assert(ct_trace_cut(trace, &everything, out, &n_ops, NULL));
	ct_trace_free(trace);
	trace = tiny_open(out);
	ck_assert_uint_eq(trace->minor, 1);
	ck_assert_uint_eq(trace->n_recordings, 1);
	ck_assert_uint_eq(trace->recording[0].n_records, 4000);
	ck_assert_uint_eq(trace->n_green, 1);
	ck_assert_uint_eq(trace->green[0].sms, 16);
	ck_assert_uint_eq(trace->n_graphs, 1);
	ck_assert_uint_eq(trace->graph[0].graph, 6);
	ck_assert_uint_eq(trace->graph[0].process, 0);
	ck_assert_uint_eq(trace->graph[0].first_node, 72);
	ck_assert_uint_eq(trace->graph[0].n_edges, 3);
	ck_assert_uint_eq(trace->edge[2].to, 3);
	ck_assert_uint_eq(trace->n_curves, 2);
	ck_assert_int_eq(trace->curve[1].ns, 1100);
	ck_assert_uint_eq(trace->shape[trace->curve[1].shape].registers, 33);
	ct_trace_free(trace);
}
END_TEST

START_TEST(merge_takes_tables_along)
{
	g_autofree char *in = tiny_path("in.ctt"), *other = tiny_path("other.ctt");
	g_autofree char *tiny = tiny_path("tiny.ctt"), *out = tiny_path("merged.ctt");
	const char *const names[] = { "one", "two", "three" };
	struct ct_trace *traces[3], *merged;

	tiny_write(tiny);
	write_extended(in, 6);
	write_extended(other, 5);
	traces[0] = tiny_open(tiny);
	traces[1] = tiny_open(in);
	traces[2] = tiny_open(other);
	ck_assert(ct_trace_merge((const struct ct_trace *const *)traces, names, 3,
				 CT_MERGE_START, 0, out, NULL));
	merged = tiny_open(out);
	ck_assert_uint_eq(merged->n_recordings, 2);
	ck_assert_uint_eq(merged->recording[0].process, 1);
	ck_assert_uint_eq(merged->recording[1].process, 2);
	ck_assert_uint_eq(merged->n_green, 2);
	ck_assert_uint_eq(merged->green[1].context, 2);
	ck_assert_uint_eq(merged->n_graphs, 2);
	ck_assert_uint_eq(merged->graph[0].process, 1);
	ck_assert_uint_eq(merged->graph[0].graph, 6);
	ck_assert_uint_eq(merged->graph[1].process, 2);
	ck_assert_uint_eq(merged->graph[1].graph, 5);
	ck_assert_uint_eq(merged->graph[1].first_edge, merged->graph[0].first_edge);
	ck_assert_uint_eq(merged->graph[1].first_node, 9);
	ck_assert_uint_eq(merged->n_edges, 3);
	ct_trace_free(merged);
	for (int i = 0; i < 3; i++)
		ct_trace_free(traces[i]);
}
END_TEST

/* Both traces have a device 0, but not the same board. */
START_TEST(merge_renumbers_devices)
{
	g_autofree char *in = tiny_path("in.ctt"), *other = tiny_path("other.ctt");
	g_autofree char *out = tiny_path("merged.ctt");
	const struct ct_writer_options options = { 0 };
	struct ct_device_record device = { .sms = 8, .name = CT_NONE };
	const char *const names[] = { "one", "two" };
	struct ct_trace *traces[2], *merged;
	struct ct_stream_record stream = { .context = CT_NONE };
	struct ct_lane_record lane = { .process = CT_NONE, .device = CT_NONE };
	struct ct_shape_record shape = { .name = CT_NONE };
	struct ct_writer *writer;

	ck_assert_int_eq(ct_writer_open(other, &options, &writer), 0);
	ck_assert_int_eq(ct_writer_device(writer, &device), 0);
	ck_assert_int_eq(ct_writer_stream(writer, &stream), 0);
	ck_assert_int_eq(ct_writer_lane(writer, &lane), 0);
	ck_assert_int_eq(ct_writer_shape(writer, &shape), 0);
	tiny_kernel(writer, 0, 0, 0, 10, 20, 0);
	ck_assert_int_eq(ct_writer_close(writer, 0), 0);
	tiny_write(in);
	traces[0] = tiny_open(in);
	traces[1] = tiny_open(other);
	ck_assert(ct_trace_merge((const struct ct_trace *const *)traces, names, 2,
				 CT_MERGE_AUTO, 0, out, NULL));
	merged = tiny_open(out);
	ck_assert_uint_eq(merged->n_devices, 2);
	ck_assert_uint_eq(merged->device[0].id, 0);
	ck_assert_uint_eq(merged->device[1].id, 1);
	ck_assert_uint_eq(merged->device[1].sms, 8);
	/* work that named no process got one of its own */
	ck_assert_uint_eq(merged->n_processes, 2);
	ck_assert_str_eq(ct_trace_string(merged, merged->process[1].name), "two");
	ct_trace_free(merged);
	ct_trace_free(traces[0]);
	ct_trace_free(traces[1]);
}
END_TEST

START_TEST(check_isolation)
{
	g_autofree char *in = tiny_path("in.ctt");
	GError *error = NULL;
	struct ct_trace *trace;
	struct ct_check check;

	tiny_write(in);
	trace = tiny_open(in);
	ck_assert(ct_trace_check(trace, 0, &check, &error));
	ck_assert(!ct_check_passed(&check));
	ck_assert_uint_eq(check.rule[CT_RULE_ALONE].failures, 2);
	ck_assert_double_eq_tol(check.overlapped_pct, 25, 1e-9);
	ck_assert_str_eq(check.rule[CT_RULE_ALONE].first, "lane 0, operation 3: b");
	ct_check_clear(&check);
	ct_trace_free(trace);
}
END_TEST

START_TEST(check_every_rule)
{
	g_autofree char *path = tiny_path("bad.ctt");
	struct ct_writer *writer = tiny_begin(path);
	GError *error = NULL;
	struct ct_trace *trace;
	struct ct_check check;

	tiny_kernel(writer, 0, 0, 100, 110, 150, 1);
	tiny_kernel(writer, 0, 0, 120, 140, 160, 2); /* overlaps its predecessor */
	tiny_kernel(writer, 0, 0, 170, 165, 180, 3); /* before its launch */
	tiny_kernel(writer, 0, 0, 160, 190, 190, 4); /* out of order, takes no time */
	tiny_event(writer, 1, CT_OP_EVENT_WAIT, 10, 77, 0);
	tiny_event(writer, 1, CT_OP_EVENT_RECORD, 20, 77, 5); /* too late */
	ck_assert_int_eq(ct_writer_close(writer, 3), 0);
	trace = tiny_open(path);
	ck_assert(ct_trace_check(trace, 0, &check, &error));
	ck_assert_uint_eq(check.rule[CT_RULE_COMPLETE].failures, 0);
	ck_assert_uint_eq(check.rule[CT_RULE_DROPS].failures, 3);
	ck_assert_uint_eq(check.rule[CT_RULE_STREAM_ORDER].failures, 1);
	ck_assert_uint_eq(check.rule[CT_RULE_LAUNCH_ORDER].failures, 1);
	ck_assert_uint_eq(check.rule[CT_RULE_DURATION].failures, 1);
	ck_assert_uint_eq(check.rule[CT_RULE_LANE_ORDER].failures, 1);
	ck_assert_uint_eq(check.rule[CT_RULE_EVENTS].failures, 1);
	ck_assert_str_eq(check.rule[CT_RULE_LANE_ORDER].first, "lane 0, operation 3: a");
	ct_check_clear(&check);
	ct_trace_free(trace);
}
END_TEST

START_TEST(check_missing_end)
{
	g_autofree char *path = tiny_path("cut-off.ctt");
	struct ct_writer *writer = tiny_begin(path);
	GError *error = NULL;
	struct ct_trace *trace;
	struct ct_check check;

	tiny_kernel(writer, 0, 0, 100, 110, 150, 1);
	ck_assert_int_eq(ct_writer_flush(writer), 0);
	ct_writer_abandon(writer);
	trace = tiny_open(path);
	ck_assert(ct_trace_check(trace, 0, &check, &error));
	ck_assert_uint_eq(check.rule[CT_RULE_COMPLETE].failures, 1);
	ck_assert_str_eq(check.rule[CT_RULE_COMPLETE].first, trace->missing);
	ct_check_clear(&check);
	ct_trace_free(trace);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("trace-parts");
	TCase *tests = tcase_create("trace-parts");
	SRunner *runner;
	int failed;

	tcase_add_test(tests, cut_nothing_away);
	tcase_add_test(tests, cut_what_was_satisfied);
	tcase_add_test(tests, cut_closes_markers);
	tcase_add_test(tests, cut_by_marker);
	tcase_add_test(tests, cut_without_kernels);
	tcase_add_test(tests, merge_keeps_apart);
	tcase_add_test(tests, cut_takes_tables_along);
	tcase_add_test(tests, merge_takes_tables_along);
	tcase_add_test(tests, merge_renumbers_devices);
	tcase_add_test(tests, check_isolation);
	tcase_add_test(tests, check_every_rule);
	tcase_add_test(tests, check_missing_end);
	suite_add_tcase(suite, tests);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? 1 : 0;
}
