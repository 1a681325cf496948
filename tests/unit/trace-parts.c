/* trace-parts - cut, merge and check, against a trace worked out by hand. */
#include <check.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/unit/tiny-trace.h"
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
