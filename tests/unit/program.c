/* program - what one pass over a trace finds, and what it refuses. */
#include "sim/program.h"

#include <check.h>
#include <string.h>

#include "sim/base/error.h"
#include "tests/unit/run-case.h"
#include "tests/unit/tiny-trace.h"

struct prepared {
	struct lab lab; /* for its device */
	struct ct_trace *trace;
	struct ct_program *program;
	GError *error;
};

static void prepare(struct prepared *p, struct tape *tape, const char *marker)
{
	g_autofree char *path = tape_end(tape);

	memset(p, 0, sizeof(*p));
	lab_begin(&p->lab);
	p->trace = tiny_open(path);
	p->program = ct_program_new(p->trace, &p->lab.device, marker, &p->error);
	ck_assert(!p->program == !!p->error);
}

static void forget(struct prepared *p)
{
	ct_program_free(p->program);
	ct_trace_free(p->trace);
	lab_end(&p->lab);
	g_clear_error(&p->error);
}

static void assert_refused(const struct prepared *p, const char *part)
{
	ck_assert(g_error_matches(p->error, CT_ERROR, CT_EXIT_INPUT));
	ck_assert_msg(strstr(p->error->message, part) != NULL, "%s", p->error->message);
}

static void overlapped(struct tape *tape, uint32_t blocks, int64_t ns, int64_t overlap_ns)
{
	struct ct_op op = { .stream = 0, .shape = tape_shape(tape, blocks, 1024) };

	op.start_ns = tape_now_ns(tape, 0) + 1000;
	op.end_ns = op.start_ns + ns;
	op.overlap_ns = overlap_ns;
	tape_call(tape, 0, CT_OP_KERNEL, TAPE_CALL_NS, op);
}

/* The first shape ran alone twice and overlapped once, the second only overlapped. */
START_TEST(isolated_durations)
{
	struct tape *tape = tape_new(1, 1);
	struct prepared p;

	overlapped(tape, 4, 1000, 0);
	overlapped(tape, 4, 3000, 0);
	overlapped(tape, 4, 9000, 50);
	overlapped(tape, 2, 7000, 7000);
	prepare(&p, tape, NULL);
	ck_assert_int_eq(p.program->isolated_ns[0], 2000);
	ck_assert_int_eq(p.program->isolated_ns[1], 0);
	ck_assert_uint_eq(p.program->n_kernels, 4);
	ck_assert_double_eq_tol(p.program->overlapped_pct, 100 * 16.0 / 20, 1e-9);
	ck_assert_double_eq_tol(p.program->estimated_pct, 100 * 7.0 / 20, 1e-9);
	ck_assert_double_eq(p.program->guessed_pct, 0);
	forget(&p);
}
END_TEST

START_TEST(calls_and_requests)
{
	struct tape *tape = tape_new(1, 1);
	struct prepared p;

	for (int i = 0; i < 2; i++) {
		tape_marker(tape, 0, CT_OP_MARKER_BEGIN, "step 1");
		tape_marker(tape, 0, CT_OP_MARKER_BEGIN, "step 1.1"); /* is part of it */
		tape_kernel(tape, 0, 0, 4, 10000 * (i + 1));
		tape_marker(tape, 0, CT_OP_MARKER_END, "step 1.1");
		tape_marker(tape, 0, CT_OP_MARKER_END, "step 1");
		tape_think(tape, 0, 50000);
	}
	prepare(&p, tape, "step*");
	ck_assert_uint_eq(p.program->n_requests, 2);
	ck_assert_uint_eq(p.program->request[1].kernels, 1);
	ck_assert_int_eq(p.program->request[1].start_ns, 50064);
	ck_assert_int_eq(p.program->request[1].end_ns, 50064 + 1000 + 20000);
	ck_assert_int_eq(p.program->recorded_ns, (11000 + 21000) / 2);
	ck_assert_uint_eq(p.program->segment[0].begin, 0);
	ck_assert_uint_eq(p.program->segment[1].begin, 5);
	ck_assert_int_eq(p.program->typical_call_ns[CT_OP_KERNEL], 64);
	forget(&p);
}
END_TEST

START_TEST(missing_marker)
{
	struct tape *tape = tape_new(1, 1);
	struct prepared p;

	tape_kernel(tape, 0, 0, 1, 10);
	prepare(&p, tape, "step");
	assert_refused(&p, "marker 'step'");
	forget(&p);
}
END_TEST

START_TEST(request_without_kernels)
{
	struct tape *tape = tape_new(1, 1);
	struct prepared p;

	tape_kernel(tape, 0, 0, 1, 10);
	tape_marker(tape, 0, CT_OP_MARKER_BEGIN, "step");
	tape_marker(tape, 0, CT_OP_MARKER_END, "step");
	prepare(&p, tape, "step");
	assert_refused(&p, "no kernel");
	forget(&p);
}
END_TEST

START_TEST(kernel_that_does_not_fit)
{
	struct tape *tape = tape_new(1, 1);
	struct ct_op op = { .stream = 0, .shape = tape_shape(tape, 1, 2048), .end_ns = 10 };
	struct prepared p;

	tape_call(tape, 0, CT_OP_KERNEL, TAPE_CALL_NS, op);
	prepare(&p, tape, NULL);
	assert_refused(&p, "does not fit on small");
	forget(&p);
}
END_TEST

START_TEST(other_vendor)
{
	g_autofree char *path = tiny_path("amd.ctt");
	const struct ct_writer_options options = { .clock = CT_CLOCK_UNIX };
	struct ct_device_record device = { .name = CT_NONE, .vendor = CT_VENDOR_AMD };
	struct ct_writer *writer;
	struct prepared p = { 0 };

	ck_assert_int_eq(ct_writer_open(path, &options, &writer), 0);
	ck_assert_int_ge(ct_writer_device(writer, &device), 0);
	ck_assert_int_eq(ct_writer_close(writer, 0), 0);
	lab_begin(&p.lab);
	p.trace = tiny_open(path);
	p.program = ct_program_new(p.trace, &p.lab.device, NULL, &p.error);
	ck_assert_ptr_null(p.program);
	assert_refused(&p, "AMD");
	forget(&p);
}
END_TEST

static void memory(struct tape *tape, enum ct_op_kind kind, uint64_t address,
		   uint64_t bytes)
{
	struct ct_op op = { .stream = CT_NONE, .handle = address, .bytes = bytes };

	tape_call(tape, 0, kind, TAPE_CALL_NS, op);
}

START_TEST(peak_memory)
{
	struct tape *tape = tape_new(1, 1);
	struct prepared p;

	memory(tape, CT_OP_ALLOC, 16, 1000);
	memory(tape, CT_OP_ALLOC, 32, 500);
	memory(tape, CT_OP_FREE, 16, 0);
	memory(tape, CT_OP_FREE, 99, 0); /* never seen: no matter */
	memory(tape, CT_OP_ALLOC, 16, 800);
	memory(tape, CT_OP_ALLOC, 16, 800); /* seen already: not another */
	tape_kernel(tape, 0, 0, 1, 10);
	prepare(&p, tape, NULL);
	ck_assert_int_eq(p.program->peak_memory_bytes, 1500);
	forget(&p);
}
END_TEST

/* One bit of the operations flipped: their checksum tells when they are read. */
START_TEST(corrupt_file)
{
	struct tape *tape = tape_new(1, 1);
	g_autofree char *path = NULL, *bytes = NULL;
	struct prepared p = { 0 };
	gsize length;

	for (int i = 0; i < 100; i++)
		tape_kernel(tape, 0, 0, 1, 10);
	path = tape_end(tape);
	ck_assert(g_file_get_contents(path, &bytes, &length, NULL));
	bytes[length - 50 * sizeof(struct ct_op)] ^= 1;
	ck_assert(g_file_set_contents(path, bytes, (gssize)length, NULL));
	lab_begin(&p.lab);
	p.trace = tiny_open(path);
	p.program = ct_program_new(p.trace, &p.lab.device, NULL, &p.error);
	ck_assert_ptr_null(p.program);
	assert_refused(&p, path);
	forget(&p);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("program");
	TCase *program = tcase_create("program");
	SRunner *runner;
	int failed;

	tcase_add_test(program, isolated_durations);
	tcase_add_test(program, calls_and_requests);
	tcase_add_test(program, missing_marker);
	tcase_add_test(program, request_without_kernels);
	tcase_add_test(program, kernel_that_does_not_fit);
	tcase_add_test(program, other_vendor);
	tcase_add_test(program, peak_memory);
	tcase_add_test(program, corrupt_file);
	suite_add_tcase(suite, program);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? 1 : 0;
}
