/*
 * join-curves - medians of runs on fewer SMs, beside the shapes of a recording.
 *
 * Traces are made of a few kernels whose figures are worked out in the comments.
 */
#include <check.h>
#include <string.h>

#include "sim/base/error.h"
#include "tests/unit/tiny-trace.h"
#include "traces/join-curves.h"

#define DEVICE_SMS 132

struct made {
	struct ct_writer *writer;
	int64_t now_ns;
	uint64_t sequence;
};

static uint32_t need(int64_t result)
{
	ck_assert_int_ge(result, 0);
	return (uint32_t)result;
}

static void begin(struct made *made, const char *path, uint32_t sms)
{
	const struct ct_writer_options options = { .origin_ns = 1000,
						   .clock = CT_CLOCK_MONOTONIC };
	struct ct_device_record device = { .sms = sms, .name = CT_NONE };
	struct ct_process_record process = { .pid = 42, .name = CT_NONE };
	struct ct_context_record context = { .id = 1, .green_parent = CT_NONE };
	struct ct_stream_record stream = { .id = 7 };
	struct ct_lane_record lane = { .thread = 0, .device = CT_NONE };

	*made = (struct made){ 0 };
	need(ct_writer_open(path, &options, &made->writer));
	need(ct_writer_device(made->writer, &device));
	need(ct_writer_process(made->writer, &process));
	need(ct_writer_context(made->writer, &context));
	need(ct_writer_stream(made->writer, &stream));
	need(ct_writer_lane(made->writer, &lane));
}

static uint32_t shape(struct made *made, const char *name, uint32_t grid, uint32_t executed)
{
	struct ct_shape_record record = { .grid = { grid, 1, 1 },
					  .block = { 128, 1, 1 },
					  .registers = 32,
					  .smem_executed_bytes = executed,
					  .flags = CT_SHAPE_HAS_GRID |
						   CT_SHAPE_HAS_REGISTERS };

	record.name = need(ct_writer_string(made->writer, name, strlen(name)));
	return need(ct_writer_shape(made->writer, &record));
}

static void launch(struct made *made, uint32_t of, int64_t ns, int64_t overlap_ns)
{
	struct ct_op op = { .kind = CT_OP_KERNEL,
			    .api_start_ns = made->now_ns,
			    .api_end_ns = made->now_ns + 1,
			    .start_ns = made->now_ns + 2,
			    .end_ns = made->now_ns + 2 + ns,
			    .shape = of,
			    .counter = CT_NONE,
			    .overlap_ns = overlap_ns,
			    .sequence = made->sequence++ };

	made->now_ns += ns + 10;
	need(ct_writer_op(made->writer, 0, &op));
}

static struct ct_trace *end(struct made *made, const char *path)
{
	g_autoptr(GError) error = NULL;
	struct ct_trace *trace;

	ck_assert_int_eq(ct_writer_close(made->writer, 0), 0);
	trace = ct_trace_open(path, &error);
	ck_assert_msg(trace != NULL, "%s", error ? error->message : "");
	return trace;
}

/* The recording: gemm 10 x 100 (of two executed sizes, 5 each), norm 100, 101, ... 104
 * (one more, 9999, shared the device), small 3 x 1: 95 % is gemm and norm. */
static struct ct_trace *recording(const char *path, uint32_t sms)
{
	struct made made;
	uint32_t gemm, other, norm, small;

	begin(&made, path, sms);
	gemm = shape(&made, "gemm", 256, 0);
	other = shape(&made, "gemm", 256, 16384);
	norm = shape(&made, "norm", 64, 0);
	small = shape(&made, "small", 1, 0);
	for (int i = 0; i < 10; i++)
		launch(&made, i % 2 ? other : gemm, 100, 0);
	for (int i = 0; i < 5; i++)
		launch(&made, norm, 100 + i, 1);
	launch(&made, norm, 9999, 100);
	for (int i = 0; i < 3; i++)
		launch(&made, small, 1, 0);
	return end(&made, path);
}

/* Of each how many launches, and how long. */
struct part {
	const char *name;
	uint32_t grid;
	int n;
	int64_t ns, step_ns, overlap_ns;
};

static struct ct_trace *run_of(const char *path, const struct part *part)
{
	struct made made;

	begin(&made, path, DEVICE_SMS);
	for (; part->name; part++) {
		uint32_t of = shape(&made, part->name, part->grid, 0);

		for (int i = 0; i < part->n; i++)
			launch(&made, of, part->ns + i * part->step_ns, part->overlap_ns);
	}
	return end(&made, path);
}

static const struct ct_curve_record *point(const struct ct_trace *trace, const char *name,
					   uint32_t executed, uint32_t sms)
{
	for (uint32_t i = 0; i < trace->n_curves; i++) {
		const struct ct_curve_record *one = &trace->curve[i];
		const struct ct_shape_record *of = &trace->shape[one->shape];

		if (one->sms == sms && of->smem_executed_bytes == executed &&
		    !strcmp(ct_trace_string(trace, of->name), name))
			return one;
	}
	return NULL;
}

static void check_point(const struct ct_trace *trace, const char *name, uint32_t executed,
			uint32_t sms, int64_t ns, int64_t spread_ns, uint32_t samples)
{
	const struct ct_curve_record *one = point(trace, name, executed, sms);

	ck_assert_msg(one != NULL, "%s on %u SMs", name, sms);
	ck_assert_int_eq(one->ns, ns);
	ck_assert_int_eq(one->spread_ns, spread_ns);
	ck_assert_uint_eq(one->samples, samples);
}

static struct ct_trace *joined(const struct ct_trace *base, const struct ct_curve_run *runs,
			       guint n, double share, struct ct_curves_summary *summary)
{
	g_autofree char *path = tiny_path("joined.ctt");
	g_autoptr(GError) error = NULL;
	struct ct_trace *trace;

	ck_assert_msg(ct_join_curves(base, runs, n, share, 0, path, summary, &error), "%s",
		      error ? error->message : "");
	trace = ct_trace_open(path, &error);
	ck_assert_msg(trace != NULL, "%s", error ? error->message : "");
	return trace;
}

START_TEST(medians_become_points)
{
	/* On 64 SMs: gemm 200, 201, ... 209; norm 150 four times. */
	static const struct part on_64[] = { { "gemm", 256, 10, 200, 1, 0 },
					     { "norm", 64, 4, 150, 0, 0 },
					     { "small", 1, 3, 1, 0, 0 },
					     { NULL } };
	static const struct part on_32[] = { { "gemm", 256, 10, 400, 0, 0 },
					     { "norm", 64, 5, 160, 0, 0 },
					     { NULL } };
	g_autofree char *a = tiny_path("base.ctt"), *b = tiny_path("64.ctt");
	g_autofree char *c = tiny_path("32.ctt");
	struct ct_trace *base = recording(a, DEVICE_SMS), *trace;
	struct ct_curve_run runs[] = { { run_of(b, on_64), 64 }, { run_of(c, on_32), 32 } };
	struct ct_curves_summary summary;

	trace = joined(base, runs, 2, 0.95, &summary);
	ck_assert_uint_eq(summary.n_classes, 2);
	ck_assert_uint_eq(summary.n_curves, 2);
	ck_assert_uint_eq(summary.n_points, 9); /* gemm is two shapes */
	ck_assert_uint_eq(trace->n_curves, 9);
	ck_assert_uint_eq(summary.n_together + summary.n_other_count +
				  summary.n_other_grid + summary.n_missing,
			  0);
	/* gemm 1000 + norm 510 + 9999 of those and 3 */
	ck_assert_double_eq_tol(summary.share_pct, 100.0 * 11509 / 11512, 1e-9);
	for (uint32_t executed = 0; executed <= 16384; executed += 16384) {
		check_point(trace, "gemm", executed, 132, 100, 0, 10);
		/* 204.5; quarters at 202.25 and 206.75 */
		check_point(trace, "gemm", executed, 64, 204, 4, 10);
		check_point(trace, "gemm", executed, 32, 400, 0, 10);
	}
	check_point(trace, "norm", 0, 132, 102, 2, 5); /* without the one that shared */
	check_point(trace, "norm", 0, 64, 150, 0, 4);
	check_point(trace, "norm", 0, 32, 160, 0, 5);
	ck_assert_ptr_null(point(trace, "small", 0, 64));
	/* SMs rise within a shape. */
	for (uint32_t i = 1; i < trace->n_curves; i++)
		if (trace->curve[i].shape == trace->curve[i - 1].shape)
			ck_assert_uint_gt(trace->curve[i].sms, trace->curve[i - 1].sms);
	/* And the trace is what it was. */
	ck_assert_uint_eq(trace->n_ops, base->n_ops);
	ck_assert_uint_eq(trace->n_shapes, base->n_shapes);
	ck_assert_int_eq(trace->origin_ns, base->origin_ns);
	ck_assert_uint_eq(trace->clock, base->clock);
	for (int i = 0; i < 2; i++)
		ct_trace_free((struct ct_trace *)runs[i].trace);
	ct_trace_free(trace);
	ct_trace_free(base);
}
END_TEST

START_TEST(other_work_is_left_out)
{
	static const struct {
		struct part part[2];
		uint32_t together, count, grid, missing;
	} cases[] = {
		{ { { "gemm", 256, 4, 200, 0, 0 } }, 0, 1, 0, 0 },  /* too few */
		{ { { "gemm", 256, 21, 200, 0, 0 } }, 0, 1, 0, 0 }, /* too many */
		{ { { "gemm", 128, 10, 200, 0, 0 } }, 0, 0, 1, 0 },
		{ { { "axpy", 256, 10, 200, 0, 0 } }, 0, 0, 0, 1 },
		{ { { "gemm", 256, 10, 200, 0, 3 } }, 1, 0, 0, 0 },
		{ { { "gemm", 256, 20, 200, 0, 2 } }, 0, 0, 0, 0 }, /* just so */
		{ { { "gemm", 256, 5, 200, 0, 0 } }, 0, 0, 0, 0 },
	};
	g_autofree char *a = tiny_path("base.ctt"), *b = tiny_path("64.ctt");
	struct ct_curves_summary summary;
	struct ct_curve_run run = { .sms = 64 };
	struct ct_trace *base, *trace;
	struct made made;
	gboolean good = !(cases[_i].together + cases[_i].count + cases[_i].grid +
			  cases[_i].missing);

	begin(&made, a, DEVICE_SMS);
	for (int i = 0; i < 10; i++)
		launch(&made, shape(&made, "gemm", 256, 0), 100, 0);
	base = end(&made, a);
	run.trace = run_of(b, cases[_i].part);
	trace = joined(base, &run, 1, 0.95, &summary);
	ck_assert_uint_eq(summary.n_classes, 1);
	ck_assert_uint_eq(summary.n_curves, good);
	ck_assert_uint_eq(summary.n_together, cases[_i].together);
	ck_assert_uint_eq(summary.n_other_count, cases[_i].count);
	ck_assert_uint_eq(summary.n_other_grid, cases[_i].grid);
	ck_assert_uint_eq(summary.n_missing, cases[_i].missing);
	ck_assert_uint_eq(trace->n_curves, good ? 2 : 0);
	ct_trace_free((struct ct_trace *)run.trace);
	ct_trace_free(trace);
	ct_trace_free(base);
}
END_TEST

START_TEST(nothing_alone_in_the_recording)
{
	static const struct part part[] = { { "gemm", 256, 10, 200, 0, 0 }, { NULL } };
	g_autofree char *a = tiny_path("base.ctt"), *b = tiny_path("64.ctt");
	struct ct_curves_summary summary;
	struct ct_curve_run run = { .sms = 64 };
	struct ct_trace *base, *trace;
	struct made made;

	begin(&made, a, DEVICE_SMS);
	for (int i = 0; i < 10; i++)
		launch(&made, shape(&made, "gemm", 256, 0), 100, 50);
	base = end(&made, a);
	run.trace = run_of(b, part);
	trace = joined(base, &run, 1, 0.95, &summary);
	ck_assert_uint_eq(summary.n_together, 2);
	ck_assert_uint_eq(trace->n_curves, 0);
	ck_assert_double_eq(summary.share_pct, 0.0);
	ct_trace_free((struct ct_trace *)run.trace);
	ct_trace_free(trace);
	ct_trace_free(base);
}
END_TEST

START_TEST(what_makes_no_sense_is_refused)
{
	static const struct part part[] = { { "gemm", 256, 10, 200, 0, 0 }, { NULL } };
	static const struct {
		uint32_t device_sms, run_sms;
		const char *says;
	} cases[] = {
		{ 0, 64, "how many SMs" },
		{ 132, 132, "ran on 132 SMs" },
		{ 132, 140, "ran on 140 SMs" },
	};
	g_autofree char *a = tiny_path("base.ctt"), *b = tiny_path("64.ctt");
	g_autofree char *out = tiny_path("refused.ctt");
	g_autoptr(GError) error = NULL;
	struct ct_curves_summary summary;
	struct ct_curve_run run = { .sms = cases[_i].run_sms };
	struct ct_trace *base = recording(a, cases[_i].device_sms);

	run.trace = run_of(b, part);
	ck_assert(!ct_join_curves(base, &run, 1, 0.95, 0, out, &summary, &error));
	ck_assert(g_error_matches(error, CT_ERROR, CT_EXIT_INPUT));
	ck_assert_ptr_nonnull(strstr(error->message, cases[_i].says));
	ck_assert(!g_file_test(out, G_FILE_TEST_EXISTS));
	ct_trace_free((struct ct_trace *)run.trace);
	ct_trace_free(base);
}
END_TEST

/* Two threads, each with a device of its own. */
START_TEST(other_devices_are_refused)
{
	struct ct_device_record device = { .id = 1, .sms = 114, .name = CT_NONE };
	struct ct_stream_record stream = { .id = 9, .context = CT_NONE, .device = 1 };
	struct ct_lane_record lane = { .thread = 1, .device = CT_NONE };
	struct ct_op op = { .kind = CT_OP_KERNEL,
			    .api_start_ns = 1,
			    .api_end_ns = 2,
			    .start_ns = 3,
			    .end_ns = 4,
			    .stream = 1,
			    .counter = CT_NONE };
	g_autofree char *a = tiny_path("base.ctt"), *out = tiny_path("refused.ctt");
	g_autoptr(GError) error = NULL;
	struct ct_curves_summary summary;
	struct ct_trace *base;
	struct made made;

	begin(&made, a, DEVICE_SMS);
	need(ct_writer_device(made.writer, &device));
	need(ct_writer_stream(made.writer, &stream));
	need(ct_writer_lane(made.writer, &lane));
	op.shape = shape(&made, "gemm", 256, 0);
	launch(&made, op.shape, 100, 0);
	op.sequence = made.sequence;
	need(ct_writer_op(made.writer, 1, &op));
	base = end(&made, a);
	ck_assert(!ct_join_curves(base, NULL, 0, 0.95, 0, out, &summary, &error));
	ck_assert_ptr_nonnull(strstr(error->message, "devices of 132 and of 114 SMs"));
	ct_trace_free(base);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("join-curves");
	TCase *tcase = tcase_create("join-curves");
	SRunner *runner;
	int failed;

	tcase_add_test(tcase, medians_become_points);
	tcase_add_loop_test(tcase, other_work_is_left_out, 0, 7);
	tcase_add_test(tcase, nothing_alone_in_the_recording);
	tcase_add_loop_test(tcase, what_makes_no_sense_is_refused, 0, 3);
	tcase_add_test(tcase, other_devices_are_refused);
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? 1 : 0;
}
