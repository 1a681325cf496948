/*
 * trace-cut - a damaged trace is refused or says what is missing; it never passes for
 * whole and never crashes the reader.
 */
#include <check.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sim/base/error.h"
#include "tests/unit/trace-sample.h"
#include "traces/reader.h"

#define N_OPS 12

/* Reads all lanes; the number of operations, or -1 with ERROR set. */
static gint64 read_all(const struct ct_trace *trace, GError **error)
{
	gint64 n = 0;

	for (uint32_t lane = 0; lane < trace->n_lanes; lane++) {
		struct ct_cursor *cursor = ct_cursor_new(trace, lane);
		g_autoptr(GError) failed = NULL;
		const struct ct_op *op;

		while ((op = ct_cursor_next(cursor, &failed))) {
			ck_assert(op->kind != CT_OP_KERNEL || op->shape < trace->n_shapes);
			n++;
		}
		ct_cursor_free(cursor);
		if (failed) {
			g_propagate_error(error, g_steal_pointer(&failed));
			return -1;
		}
	}
	return n;
}

static void store(const char *bytes, size_t length)
{
	/* Not g_file_set_contents(), which waits for the disk each time. */
	FILE *file = fopen(sample_path(), "w");

	ck_assert_ptr_nonnull(file);
	ck_assert_uint_eq(fwrite(bytes, 1, length, file), length);
	ck_assert_int_eq(fclose(file), 0);
}

static void check_refused(const GError *error)
{
	ck_assert_ptr_nonnull(error);
	ck_assert(g_error_matches(error, CT_ERROR, CT_EXIT_INPUT));
	ck_assert_ptr_nonnull(strstr(error->message, sample_path()));
}

/* A sample whose operations are in several chunks of both lanes. */
static void load_sample(int zstd_level, char **bytes, size_t *length)
{
	struct ct_writer *w = sample_begin(sample_path(), zstd_level);
	struct ct_op op;

	for (uint64_t i = 0; i < N_OPS; i++) {
		op = sample_op(i % 2, i / 2);
		ck_assert_int_eq(ct_writer_op(w, i % 2, &op), 0);
		if (i % 4 == 3)
			ck_assert_int_eq(ct_writer_flush(w), 0);
	}
	ck_assert_int_eq(ct_writer_close(w, 0), 0);
	ck_assert(g_file_get_contents(sample_path(), bytes, length, NULL));
}

static void check_cuts(int zstd_level)
{
	g_autofree char *bytes = NULL;
	gint64 n, last = 0;
	size_t length, cut;

	load_sample(zstd_level, &bytes, &length);
	for (cut = 0; cut < length; cut++) {
		g_autoptr(GError) error = NULL;
		struct ct_trace *trace;

		store(bytes, cut);
		trace = ct_trace_open(sample_path(), &error);
		if (cut < sizeof(struct ct_trace_header)) {
			ck_assert_ptr_null(trace);
			check_refused(error);
			continue;
		}
		ck_assert_msg(trace, "cut at %zu: %s", cut, error ? error->message : "");
		ck_assert(!trace->complete);
		ck_assert_ptr_nonnull(strstr(trace->missing, "end record is missing"));
		n = read_all(trace, &error);
		ck_assert_int_eq(n, trace->n_ops);
		ck_assert_int_ge(n, last); /* never less for a longer piece */
		last = n;
		ct_trace_free(trace);
	}
	ck_assert_int_eq(last, N_OPS); /* only the end record was cut */
}

START_TEST(cut_everywhere)
{
	check_cuts(0);
	check_cuts(3);
}
END_TEST

static void check_flips(int zstd_level)
{
	g_autofree char *bytes = NULL;
	size_t length, at;

	load_sample(zstd_level, &bytes, &length);
	for (at = 0; at < length; at++) {
		g_autoptr(GError) error = NULL;
		struct ct_trace *trace;

		bytes[at] ^= (char)(1u << at % 8);
		store(bytes, length);
		trace = ct_trace_open(sample_path(), &error);
		if (trace)
			ck_assert_msg(read_all(trace, &error) < 0, "flip at %zu passed",
				      at);
		check_refused(error);
		ct_trace_free(trace);
		bytes[at] ^= (char)(1u << at % 8);
	}
}

START_TEST(flip_everywhere)
{
	check_flips(0);
	check_flips(3);
}
END_TEST

START_TEST(killed_writer)
{
	g_autoptr(GError) error = NULL;
	struct ct_trace *trace;
	int ready[2], status;
	char byte;
	pid_t child;

	sample_path(); /* the same for parent and child */
	ck_assert_int_eq(pipe(ready), 0);
	child = fork();
	if (child == 0) {
		struct ct_writer *w = sample_begin(sample_path(), 0);

		for (uint64_t i = 0;; i++) {
			struct ct_op op = sample_op(0, i);

			if (ct_writer_op(w, 0, &op))
				_exit(1);
			if (i == 100000 && write(ready[1], "", 1) != 1)
				_exit(1);
			/* Not to fill the disk if the parent dies. */
			if (i == 20000000)
				_exit(1);
		}
	}
	ck_assert_int_eq(read(ready[0], &byte, 1), 1);
	kill(child, SIGKILL);
	waitpid(child, &status, 0);
	ck_assert(WIFSIGNALED(status));

	trace = ct_trace_open(sample_path(), &error);
	ck_assert_msg(trace, "%s", error ? error->message : "");
	ck_assert_ptr_nonnull(trace->missing);
	/* All but the chunk that was being filled. */
	ck_assert_uint_ge(trace->n_ops, 100000 - CT_CHUNK_BYTES / sizeof(struct ct_op));
	ck_assert_int_eq(read_all(trace, &error), trace->n_ops);
	ct_trace_free(trace);
}
END_TEST

START_TEST(shrunk_while_open)
{
	g_autoptr(GError) error = NULL;
	struct ct_trace *trace;

	sample_write(sample_path(), 0, 40000); /* mapped, in several chunks */
	trace = ct_trace_open(sample_path(), &error);
	ck_assert_ptr_nonnull(trace);
	ck_assert_int_eq(truncate(sample_path(), 4096), 0);
	ck_assert_int_eq(read_all(trace, &error), -1);
	check_refused(error);
	ct_trace_free(trace);
}
END_TEST

START_TEST(trailing_data)
{
	g_autoptr(GError) error = NULL;
	FILE *file;

	sample_write(sample_path(), 0, 3);
	file = fopen(sample_path(), "a");
	ck_assert_ptr_nonnull(file);
	fputs("more", file);
	fclose(file);
	ck_assert_ptr_null(ct_trace_open(sample_path(), &error));
	check_refused(error);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("trace-cut");
	TCase *tests = tcase_create("all");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_set_timeout(tests, 60);
	tcase_add_test(tests, cut_everywhere);
	tcase_add_test(tests, flip_everywhere);
	tcase_add_test(tests, killed_writer);
	tcase_add_test(tests, shrunk_while_open);
	tcase_add_test(tests, trailing_data);
	suite_add_tcase(suite, tests);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
