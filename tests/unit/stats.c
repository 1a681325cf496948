/* stats - the numbers of `trace info`, against a trace worked out by hand. */
#include <check.h>
#include <stdlib.h>

#include "tests/unit/tiny-trace.h"
#include "traces/stats.h"

static void compute(struct ct_trace **trace, struct ct_stats *stats)
{
	g_autofree char *path = tiny_path("stats.ctt");
	GError *error = NULL;

	tiny_write(path);
	*trace = tiny_open(path);
	ck_assert(ct_stats_compute(*trace, stats, &error));
}

START_TEST(counts)
{
	struct ct_trace *trace;
	struct ct_stats stats;

	compute(&trace, &stats);
	ck_assert_uint_eq(stats.kernels, 5);
	ck_assert_uint_eq(stats.names, 2);
	ck_assert_uint_eq(stats.streams, 2);
	ck_assert_uint_eq(stats.contexts, 1);
	ck_assert_uint_eq(stats.devices, 1);
	ck_assert_uint_eq(stats.memops, 1);
	ck_assert_uint_eq(stats.markers, 2);
	ck_assert_uint_eq(stats.graph_launches, 1);
	ct_stats_clear(&stats);
	ct_trace_free(trace);
}
END_TEST

/* Of 80 ns, b ran 40 ns with counters of its shape, and a 10 ns with its own. */
START_TEST(share_with_counters)
{
	g_autofree char *path = tiny_path("counted.ctt");
	struct ct_writer *writer = tiny_begin(path);
	struct ct_counter_record counter = { .shape = 1, .samples = 1 };
	struct ct_op op = { .kind = CT_OP_KERNEL, .end_ns = 10, .shape = 0, .counter = 1 };
	GError *error = NULL;
	struct ct_trace *trace;
	struct ct_stats stats;

	ck_assert_int_eq(ct_writer_counter(writer, &counter), 0);
	counter.shape = CT_NONE;
	ck_assert_int_eq(ct_writer_counter(writer, &counter), 1);
	tiny_kernel(writer, 0, 1, 0, 0, 40, 0);
	tiny_kernel(writer, 0, 0, 0, 40, 70, 1);
	ck_assert_int_eq(ct_writer_op(writer, 0, &op), 0);
	ck_assert_int_eq(ct_writer_close(writer, 0), 0);
	trace = tiny_open(path);
	ck_assert(ct_stats_compute(trace, &stats, &error));
	ck_assert_int_eq(stats.kernel_ns, 80);
	ck_assert_int_eq(stats.counted_ns, 50);
	ck_assert_uint_eq(stats.with_counters, 1);
	ct_stats_clear(&stats);
	ct_trace_free(trace);
}
END_TEST

/* Busy are 10-20, 40-90 and 120-150; two kernels run from 50 to 60. */
START_TEST(use_of_device)
{
	struct ct_trace *trace;
	struct ct_stats stats;

	compute(&trace, &stats);
	ck_assert_int_eq(stats.span_ns, 140);
	ck_assert_double_eq_tol(stats.use[0].busy_pct, 100.0 * 90 / 140, 1e-9);
	ck_assert_double_eq_tol(stats.use[0].overlap_pct, 100.0 * 10 / 140, 1e-9);
	ck_assert_int_eq(stats.kernel_ns, 80);
	ck_assert_int_eq(stats.overlapped_ns, 20);
	ct_stats_clear(&stats);
	ct_trace_free(trace);
}
END_TEST

/* Durations 10 10 10 20 30; delays 10 10 20 26 30, those of nodes from their launch. */
START_TEST(quantiles_of_times)
{
	struct ct_trace *trace;
	struct ct_stats stats;

	compute(&trace, &stats);
	ck_assert_double_eq_tol(stats.dur_ns.min, 10, 1e-9);
	ck_assert_double_eq_tol(stats.dur_ns.p50, 10, 1e-9);
	ck_assert_double_eq_tol(stats.dur_ns.p90, 26, 1e-9);
	ck_assert_double_eq_tol(stats.dur_ns.p99, 29.6, 1e-9);
	ck_assert_double_eq_tol(stats.dur_ns.max, 30, 1e-9);
	ck_assert_uint_eq(stats.launch_delay_ns.n, 5);
	ck_assert_double_eq_tol(stats.launch_delay_ns.p50, 20, 1e-9);
	ck_assert_double_eq_tol(stats.launch_delay_ns.max, 30, 1e-9);
	ck_assert_uint_eq(stats.launch_delay_negative, 0);
	ct_stats_clear(&stats);
	ct_trace_free(trace);
}
END_TEST

/* What a shape does not say is not counted as 0: registers are known of a only. */
START_TEST(quantiles_of_shapes)
{
	struct ct_trace *trace;
	struct ct_stats stats;

	compute(&trace, &stats);
	ck_assert_uint_eq(stats.grid_blocks.n, 5);
	ck_assert_double_eq_tol(stats.grid_blocks.p50, 4, 1e-9);
	ck_assert_double_eq_tol(stats.grid_blocks.max, 20, 1e-9);
	ck_assert_uint_eq(stats.regs.n, 3);
	ck_assert_double_eq_tol(stats.regs.max, 32, 1e-9);
	ck_assert_uint_eq(stats.smem_bytes.n, 2);
	ck_assert_double_eq_tol(stats.smem_bytes.p50, 128, 1e-9);
	ct_stats_clear(&stats);
	ct_trace_free(trace);
}
END_TEST

START_TEST(top_kernels)
{
	struct ct_trace *trace;
	struct ct_stats stats;

	compute(&trace, &stats);
	ck_assert_uint_eq(stats.n_top, 2);
	ck_assert_str_eq(stats.top[0].name, "a");
	ck_assert_uint_eq(stats.top[0].count, 3);
	ck_assert_int_eq(stats.top[0].total_ns, 40);
	ck_assert_double_eq_tol(stats.top[1].share_pct, 50, 1e-9);
	ct_stats_clear(&stats);
	ct_trace_free(trace);
}
END_TEST

static void allocate(struct ct_writer *writer, enum ct_op_kind kind, uint64_t address,
		     uint64_t bytes, uint64_t sequence)
{
	struct ct_op op = { .kind = (uint8_t)kind,
			    .start_ns = CT_TIME_NONE,
			    .end_ns = CT_TIME_NONE,
			    .stream = CT_NONE,
			    .counter = CT_NONE,
			    .handle = address,
			    .bytes = bytes,
			    .sequence = sequence };

	ck_assert_int_eq(ct_writer_op(writer, sequence % 2, &op), 0);
}

/* In order of issue, which is not that of the lanes; a free of nothing frees nothing. */
START_TEST(memory_peak)
{
	g_autofree char *path = tiny_path("memory.ctt");
	struct ct_writer *writer = tiny_begin(path);
	struct ct_trace *trace;
	struct ct_stats stats;

	allocate(writer, CT_OP_ALLOC, 0x1000, 100, 0);
	allocate(writer, CT_OP_ALLOC, 0x2000, 50, 1);
	allocate(writer, CT_OP_FREE, 0x1000, 0, 2);
	allocate(writer, CT_OP_FREE, 0x3000, 0, 3);
	allocate(writer, CT_OP_ALLOC, 0x1000, 90, 4);
	ck_assert_int_eq(ct_writer_close(writer, 0), 0);
	trace = tiny_open(path);
	ck_assert(ct_stats_compute(trace, &stats, NULL));
	ck_assert_uint_eq(stats.memory_peak_bytes, 150);
	ct_stats_clear(&stats);
	ct_trace_free(trace);
}
END_TEST

START_TEST(nothing_to_count)
{
	g_autofree char *path = tiny_path("empty.ctt");
	struct ct_trace *trace;
	struct ct_stats stats;

	ck_assert_int_eq(ct_writer_close(tiny_begin(path), 0), 0);
	trace = tiny_open(path);
	ck_assert(ct_stats_compute(trace, &stats, NULL));
	ck_assert_uint_eq(stats.kernels, 0);
	ck_assert_uint_eq(stats.dur_ns.n, 0);
	ck_assert_uint_eq(stats.devices, 0);
	ct_stats_clear(&stats);
	ct_trace_free(trace);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("stats");
	TCase *tests = tcase_create("stats");
	SRunner *runner;
	int failed;

	tcase_add_test(tests, counts);
	tcase_add_test(tests, share_with_counters);
	tcase_add_test(tests, use_of_device);
	tcase_add_test(tests, quantiles_of_times);
	tcase_add_test(tests, quantiles_of_shapes);
	tcase_add_test(tests, top_kernels);
	tcase_add_test(tests, memory_peak);
	tcase_add_test(tests, nothing_to_count);
	suite_add_tcase(suite, tests);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? 1 : 0;
}
