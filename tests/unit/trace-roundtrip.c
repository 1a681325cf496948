/*
 * trace-roundtrip - what the writer is given, the reader gives back.
 */
#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "sim/base/error.h"
#include "tests/unit/trace-sample.h"
#include "traces/reader.h"

/* Enough for three chunks of a lane and part of a fourth. */
#define N_OPS 45000

static void check_lane(const struct ct_trace *trace, uint32_t lane, uint64_t n_ops)
{
	g_autoptr(GError) error = NULL;
	struct ct_cursor *cursor = ct_cursor_new(trace, lane);
	const struct ct_op *op;
	uint64_t i;

	for (i = 0; i < n_ops; i++) {
		struct ct_op want = sample_op(lane, i);

		ck_assert_uint_eq(ct_cursor_position(cursor), i);
		op = ct_cursor_next(cursor, &error);
		ck_assert_ptr_nonnull(op);
		ck_assert_mem_eq(op, &want, sizeof(want));
	}
	ck_assert_ptr_null(ct_cursor_next(cursor, &error));
	ck_assert_ptr_null(error);
	ck_assert_uint_eq(ct_cursor_position(cursor), n_ops);
	ct_cursor_free(cursor);
}

static void check_round_trip(int zstd_level, uint64_t n_ops)
{
	g_autoptr(GError) error = NULL;
	struct ct_trace *trace;
	uint32_t lane;

	sample_write(sample_path(), zstd_level, n_ops);
	ck_assert(ct_trace_probe(sample_path()));
	trace = ct_trace_open(sample_path(), &error);
	ck_assert_msg(trace, "%s", error ? error->message : "");
	ck_assert(trace->complete);
	ck_assert_ptr_null(trace->missing);
	ck_assert_int_eq(trace->origin_ns, 1400000000000000000);
	ck_assert_uint_eq(trace->clock, CT_CLOCK_UNIX);
	ck_assert_uint_eq(trace->n_ops, n_ops * SAMPLE_LANES);
	ck_assert_uint_eq(trace->n_kernels, (n_ops + 4) / 5 * 2 * SAMPLE_LANES);
	ck_assert_uint_eq(trace->n_strings, 3);
	ck_assert_str_eq(ct_trace_string(trace, trace->shape[1].name),
			 "void kernel<int>(float*)");
	ck_assert_str_eq(ct_trace_string(trace, CT_NONE), "");
	ck_assert_uint_eq(trace->n_shapes, 2);
	ck_assert_uint_eq(trace->shape[1].registers, 33);
	ck_assert_uint_eq(trace->n_streams, 2);
	ck_assert_int_eq(trace->stream[1].priority, -1);
	ck_assert_uint_eq(trace->counter[0].l2_bytes, 99);
	ck_assert_uint_eq(trace->device[0].sms, 132);
	ck_assert_uint_eq(trace->process[0].pid, 4711);
	for (lane = 0; lane < SAMPLE_LANES; lane++) {
		ck_assert_uint_eq(trace->lane_ops[lane], n_ops);
		check_lane(trace, lane, n_ops);
		check_lane(trace, lane, n_ops); /* now from chunks known to be good */
	}
	ct_trace_free(trace);
}

START_TEST(raw)
{
	check_round_trip(0, N_OPS);
	check_round_trip(0, 10); /* not mapped */
}
END_TEST

START_TEST(compressed)
{
	check_round_trip(3, N_OPS);
}
END_TEST

START_TEST(seek)
{
	static const uint64_t places[] = { 44999, 0, 13106, 13107, 30000, 30001, 1, 45000 };
	g_autoptr(GError) error = NULL;
	struct ct_trace *trace;
	struct ct_cursor *cursor;
	const struct ct_op *op;
	size_t i;

	sample_write(sample_path(), 3, N_OPS);
	trace = ct_trace_open(sample_path(), &error);
	ck_assert_ptr_nonnull(trace);
	cursor = ct_cursor_new(trace, 1);
	for (i = 0; i < G_N_ELEMENTS(places); i++) {
		ck_assert(ct_cursor_seek(cursor, places[i], &error));
		ck_assert_uint_eq(ct_cursor_position(cursor), places[i]);
		op = ct_cursor_next(cursor, &error);
		if (places[i] == N_OPS)
			ck_assert_ptr_null(op);
		else
			ck_assert_uint_eq(op->correlation, places[i] + 1);
	}
	ck_assert(!ct_cursor_seek(cursor, N_OPS + 1, &error));
	ck_assert(g_error_matches(error, CT_ERROR, CT_EXIT_INPUT));
	ct_cursor_free(cursor);
	ct_trace_free(trace);
}
END_TEST

START_TEST(interning)
{
	struct ct_writer *w = sample_begin(sample_path(), 0);
	struct ct_shape_record shape = { .name = 1 };
	g_autoptr(GError) error = NULL;
	g_autofree char *long_text = g_strnfill(3 * CT_STRING_BYTES, 'x');
	struct ct_trace *trace;
	char name[32];
	int i;

	ck_assert_int_eq(ct_writer_string(w, "a range", 7), 2);
	ck_assert_int_eq(ct_writer_string(w, "a range\0 and no more", 20), 2);
	for (i = 0; i < 5000; i++) {
		snprintf(name, sizeof(name), "name %d", i % 2500);
		shape.registers = (uint16_t)(i % 2500);
		ck_assert_int_eq(ct_writer_string(w, name, strlen(name)), 3 + i % 2500);
		ck_assert_int_eq(ct_writer_shape(w, &shape), 2 + i % 2500);
	}
	ck_assert_int_eq(ct_writer_string(w, "\xff\xc3\xa9\xe2\x82", 5), 2503);
	ck_assert_int_eq(ct_writer_string(w, long_text, 3 * CT_STRING_BYTES), 2504);
	ck_assert_int_eq(ct_writer_close(w, 12), 0);

	trace = ct_trace_open(sample_path(), &error);
	ck_assert_msg(trace, "%s", error ? error->message : "");
	ck_assert_str_eq(ct_trace_string(trace, 2502), "name 2499");
	ck_assert_str_eq(ct_trace_string(trace, 2503), "?\xc3\xa9??");
	ck_assert_uint_eq(strlen(ct_trace_string(trace, 2504)), CT_STRING_BYTES - 1);
	ck_assert_uint_eq(trace->n_dropped, 12);
	ct_trace_free(trace);
}
END_TEST

START_TEST(writer_refuses)
{
	struct ct_writer *w = sample_begin(sample_path(), 0), *none;
	struct ct_writer_options options = { 0 };
	struct ct_shape_record shape = { .name = 77 };
	struct ct_lane_record lane = { .process = 9, .thread = 1 };
	struct ct_op op = sample_op(0, 0);

	ck_assert_int_eq(ct_writer_op(w, SAMPLE_LANES, &op), -EINVAL);
	op.stream = SAMPLE_STREAMS;
	ck_assert_int_eq(ct_writer_op(w, 0, &op), -EINVAL);
	op = sample_op(0, 0);
	op.end_ns = op.start_ns - 1;
	ck_assert_int_eq(ct_writer_op(w, 0, &op), -EINVAL);
	op = sample_op(0, 0);
	op.kind = 0;
	ck_assert_int_eq(ct_writer_op(w, 0, &op), -EINVAL);
	ck_assert_int_eq(ct_writer_shape(w, &shape), -EINVAL);
	ck_assert_int_eq(ct_writer_lane(w, &lane), -EINVAL);
	op = sample_op(0, 0);
	ck_assert_int_eq(ct_writer_op(w, 0, &op), 0);
	ck_assert_int_eq(ct_writer_close(w, 0), 0);
	ck_assert_int_eq(ct_writer_open("/nonexistent/x", &options, &none), -ENOENT);
	ck_assert_ptr_null(none);
}
END_TEST

START_TEST(full_disk_stays_an_error)
{
	struct ct_writer_options options = { 0 };
	struct ct_writer *w;

	if (access("/dev/full", W_OK))
		return;
	ck_assert_int_eq(ct_writer_open("/dev/full", &options, &w), -ENOSPC);
}
END_TEST

/* Thousands of threads must not hold a chunk's worth of memory each. */
START_TEST(many_lanes)
{
	struct ct_writer *w = sample_begin(sample_path(), 0);
	struct ct_lane_record lane = { .thread = 1, .device = CT_NONE };
	g_autoptr(GError) error = NULL;
	struct ct_trace *trace;
	struct ct_op op;
	uint64_t i;

	for (i = SAMPLE_LANES; i < 500; i++)
		ck_assert_int_eq(ct_writer_lane(w, &lane), (int64_t)i);
	for (i = 0; i < 500 * 1000; i++) {
		op = sample_op(0, i);
		ck_assert_int_eq(ct_writer_op(w, i % 500, &op), 0);
	}
	ck_assert_int_eq(ct_writer_close(w, 0), 0);
	trace = ct_trace_open(sample_path(), &error);
	ck_assert_ptr_nonnull(trace);
	for (i = 0; i < 500; i++) {
		struct ct_cursor *cursor = ct_cursor_new(trace, i);
		uint64_t n = 0;

		while (ct_cursor_next(cursor, &error))
			n++;
		ck_assert_ptr_null(error);
		ck_assert_uint_eq(n, 1000);
		ct_cursor_free(cursor);
	}
	ct_trace_free(trace);
}
END_TEST

START_TEST(not_a_trace)
{
	static const char *const paths[] = { "/", "/dev/null", "/nonexistent",
					     "/proc/self/exe" };
	struct ct_trace *trace;
	size_t i;

	for (i = 0; i < G_N_ELEMENTS(paths); i++) {
		g_autoptr(GError) error = NULL;

		ck_assert(!ct_trace_probe(paths[i]));
		trace = ct_trace_open(paths[i], &error);
		ck_assert_ptr_null(trace);
		ck_assert(g_error_matches(error, CT_ERROR, CT_EXIT_INPUT));
		ck_assert_ptr_nonnull(strstr(error->message, paths[i]));
	}
}
END_TEST

static uint16_t minor_of(const char *path)
{
	struct ct_trace_header header = { 0 };
	FILE *file = fopen(path, "r");

	ck_assert_ptr_nonnull(file);
	ck_assert_uint_eq(fread(&header, sizeof(header), 1, file), 1);
	fclose(file);
	return header.minor;
}

/* What an older reader of this very trace would be given: nothing new. */
START_TEST(old_stays_old)
{
	g_autoptr(GError) error = NULL;
	struct ct_trace *trace;

	sample_write(sample_path(), 0, 10);
	ck_assert_uint_eq(minor_of(sample_path()), 0);
	trace = ct_trace_open(sample_path(), &error);
	ck_assert_ptr_nonnull(trace);
	ck_assert_uint_eq(trace->minor, 0);
	ck_assert_uint_eq(trace->n_recordings, 0);
	ck_assert_uint_eq(trace->n_green, 0);
	ck_assert_uint_eq(trace->n_edges, 0);
	ck_assert_uint_eq(trace->n_graphs, 0);
	ck_assert_uint_eq(trace->n_curves, 0);
	ck_assert_ptr_null(ct_trace_green(trace, 0));
	ct_trace_free(trace);
}
END_TEST

static void check_extended(const struct ct_trace *trace)
{
	const struct ct_graph_record *graph = trace->graph;

	ck_assert_uint_eq(trace->minor, 1);
	ck_assert_uint_eq(trace->n_recordings, 1);
	ck_assert_uint_eq(trace->recording[0].cupti_version, 130001);
	ck_assert_uint_eq(trace->recording[0].driver_version, 13000);
	ck_assert_uint_eq(trace->recording[0].stop, CT_STOP_FULL);
	ck_assert_uint_eq(trace->recording[0].flags, CT_RECORDING_CUT_OFF);
	ck_assert_uint_eq(trace->recording[0].n_records, 4000);
	ck_assert_uint_eq(trace->recording[0].n_unlaunched, 5);
	ck_assert_uint_eq(trace->recording[0].n_wrong_graphs, 6);
	ck_assert_int_eq(trace->recording[0].clock_error_ns, 900);
	ck_assert_uint_eq(trace->n_green, 1);
	ck_assert_uint_eq(ct_trace_green(trace, 0)->sms, 16);
	ck_assert_uint_eq(ct_trace_green(trace, 0)->device_sms, 132);
	/* Ordered by the node that waits, and shared by the two of one form. */
	ck_assert_uint_eq(trace->n_graphs, 3);
	ck_assert_uint_eq(trace->n_edges, 3);
	ck_assert_uint_eq(graph[0].graph, 5);
	ck_assert_uint_eq(graph[0].first_edge, 0);
	ck_assert_uint_eq(graph[0].n_edges, 3);
	ck_assert_uint_eq(graph[0].first_node, 9);
	ck_assert_uint_eq(trace->edge[0].from, 0);
	ck_assert_uint_eq(trace->edge[0].to, 1);
	ck_assert_uint_eq(trace->edge[2].from, 1);
	ck_assert_uint_eq(trace->edge[2].to, 3);
	ck_assert_uint_eq(graph[1].first_edge, 0);
	ck_assert_uint_eq(graph[1].n_edges, 3);
	ck_assert_uint_eq(graph[1].first_node, 72);
	ck_assert_uint_eq(graph[2].process, CT_NONE);
	ck_assert_uint_eq(graph[2].n_edges, 0);
	ck_assert_uint_eq(trace->n_curves, 2);
	ck_assert_uint_eq(trace->curve[0].sms, 66);
	ck_assert_int_eq(trace->curve[1].ns, 1100);
	ck_assert_int_eq(trace->curve[1].spread_ns, 60);
	ck_assert_uint_eq(trace->curve[1].samples, 3);
}

START_TEST(extended)
{
	g_autoptr(GError) error = NULL;
	struct ct_trace *trace;
	struct ct_writer *w;
	struct ct_op op;

	for (int level = 0; level <= 3; level += 3) {
		w = sample_begin(sample_path(), level);
		sample_extend(w);
		for (uint64_t i = 0; i < 100; i++) {
			op = sample_op(0, i);
			ck_assert_int_eq(ct_writer_op(w, 0, &op), 0);
		}
		ck_assert_int_eq(ct_writer_clock(w, 1400000000000000000, CT_CLOCK_UNIX), 0);
		ck_assert_int_eq(ct_writer_close(w, 0), 0);
		trace = ct_trace_open(sample_path(), &error);
		ck_assert_msg(trace, "%s", error ? error->message : "");
		ck_assert_int_eq(trace->origin_ns, 1400000000000000000);
		check_extended(trace);
		check_lane(trace, 0, 100);
		ct_trace_free(trace);
	}
}
END_TEST

/* Thousands of graphs of one form cost what their own records do; edges beyond the limit
 * are refused, and the file is whole all the same. */
START_TEST(many_graphs)
{
	enum { GRAPHS = 3000, NODES = 500, MOST = CT_EDGE_BYTES / 16 };
	g_autofree struct ct_graph_edge_record *edge =
		g_new(struct ct_graph_edge_record, MOST + 1);
	struct ct_writer *w = sample_begin(sample_path(), 0);
	g_autoptr(GError) error = NULL;
	struct ct_trace *trace;
	const struct ct_graph_record *last;

	for (uint32_t g = 0; g < GRAPHS; g++) {
		/* Backwards, and the first of them twice. */
		for (uint32_t i = 0; i <= NODES; i++) {
			uint64_t at = MIN(NODES - i, NODES - 1);

			edge[i].from = ((uint64_t)g << 32) + at;
			edge[i].to = edge[i].from + 1;
		}
		ck_assert_int_eq(ct_writer_graph(w, 0, g, edge, NODES + 1), g);
	}
	for (uint32_t i = 0; i <= MOST; i++)
		edge[i] = (struct ct_graph_edge_record){ i, i + 1u };
	ck_assert_int_eq(ct_writer_graph(w, 0, 1, edge, MOST + 1), -E2BIG);
	ck_assert_int_eq(ct_writer_graph(w, 0, 1, edge, MOST), -E2BIG);
	ck_assert_int_eq(ct_writer_graph(w, 0, 1, edge, MOST - NODES), GRAPHS);
	ck_assert_int_eq(ct_writer_close(w, 0), 0);
	trace = ct_trace_open(sample_path(), &error);
	ck_assert_msg(trace, "%s", error ? error->message : "");
	ck_assert(trace->complete);
	ck_assert_uint_eq(trace->n_graphs, GRAPHS + 1);
	ck_assert_uint_eq(trace->n_edges, MOST);
	last = &trace->graph[GRAPHS - 1];
	ck_assert_uint_eq(last->first_edge, 0);
	ck_assert_uint_eq(last->n_edges, NODES);
	ck_assert_uint_eq(last->first_node, (uint64_t)(GRAPHS - 1) << 32);
	ck_assert_uint_eq(trace->edge[NODES - 1].to, NODES);
	ck_assert_uint_eq(trace->graph[GRAPHS].first_edge, NODES);
	ct_trace_free(trace);
}
END_TEST

START_TEST(writer_refuses_extended)
{
	struct ct_writer *w = sample_begin(sample_path(), 0);
	const struct ct_graph_edge_record loop = { 4, 4 };
	struct ct_recording_record recording = { .process = 1 };
	struct ct_green_record green = { .context = 1, .sms = 8, .device_sms = 132 };
	struct ct_curve_record good = { .shape = 1, .sms = 8, .ns = 5, .samples = 1 }, bad;

	ck_assert_int_eq(ct_writer_recording(w, &recording), -EINVAL);
	recording.process = CT_NONE;
	ck_assert_int_eq(ct_writer_recording(w, &recording), -EINVAL);
	recording.process = 0;
	recording.clock_error_ns = -2;
	ck_assert_int_eq(ct_writer_recording(w, &recording), -EINVAL);
	ck_assert_int_eq(ct_writer_green(w, &green), -EINVAL);
	green.context = 0;
	green.sms = 0;
	ck_assert_int_eq(ct_writer_green(w, &green), -EINVAL);
	green.sms = 133;
	ck_assert_int_eq(ct_writer_green(w, &green), -EINVAL);
	ck_assert_int_eq(ct_writer_graph(w, 1, 1, NULL, 0), -EINVAL);
	ck_assert_int_eq(ct_writer_graph(w, 0, 1, &loop, 1), -EINVAL);
	for (int i = 0; i < 6; i++) {
		bad = good;
		bad.shape = i == 0 ? 2 : bad.shape;
		bad.sms = i == 1 ? 0 : bad.sms;
		bad.ns = i == 2 ? 0 : i == 3 ? INT64_MAX : bad.ns;
		bad.spread_ns = i == 4 ? -1 : 0;
		bad.samples = i == 5 ? 0 : 1;
		ck_assert_int_eq(ct_writer_curve(w, &bad), -EINVAL);
	}
	ck_assert_int_eq(ct_writer_curve(w, &good), 0);
	ck_assert_int_eq(ct_writer_close(w, 0), 0);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("trace-roundtrip");
	TCase *tests = tcase_create("all");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_set_timeout(tests, 60);
	tcase_add_test(tests, raw);
	tcase_add_test(tests, compressed);
	tcase_add_test(tests, seek);
	tcase_add_test(tests, interning);
	tcase_add_test(tests, writer_refuses);
	tcase_add_test(tests, old_stays_old);
	tcase_add_test(tests, extended);
	tcase_add_test(tests, many_graphs);
	tcase_add_test(tests, writer_refuses_extended);
	tcase_add_test(tests, full_disk_stays_an_error);
	tcase_add_test(tests, many_lanes);
	tcase_add_test(tests, not_a_trace);
	suite_add_tcase(suite, tests);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
