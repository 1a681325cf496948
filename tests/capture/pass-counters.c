/*
 * pass-counters - what `cotenant record --counters` does after the trace is there: runs the
 * program again under the library of counters, and joins; or says why not, and leaves the
 * trace as it was.
 */
#include "capture/record/pass.h"

#include <check.h>
#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "capture/session.h"
#include "tests/unit/tiny-trace.h"
#include "traces/reader.h"

#define FAKE "/tests/fakes/.libs/fake-range-profiler.so"

static char *folder, *trace, *collector, *fake;
static char *program[4];
static struct ct_record_options options;
static struct ct_ending first;
static GString *said;

void ct_record_say(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	g_string_append_vprintf(said, format, args);
	va_end(args);
}

static uint32_t add_shape(struct ct_writer *writer, const char *name, uint32_t grid,
			  uint32_t grid_y, uint32_t block, uint32_t smem)
{
	struct ct_shape_record shape = {
		.name = (uint32_t)ct_writer_string(writer, name, strlen(name)),
		.grid = { grid, grid_y, 1 },
		.block = { block, 1, 1 },
		.smem_dynamic_bytes = smem,
		.flags = CT_SHAPE_HAS_GRID | CT_SHAPE_HAS_SMEM,
	};

	return (uint32_t)ct_writer_shape(writer, &shape);
}

/* As the program would have been recorded; 30 of 40 ns are of kernels that it launches. */
static void write_trace(void)
{
	struct ct_writer *writer = tiny_begin(trace);

	tiny_kernel(writer, 0, add_shape(writer, "_Z4gemmILi4EEvPf", 4, 1, 128, 64), 0, 10,
		    30, 1);
	tiny_kernel(writer, 0, add_shape(writer, "copy(float const*, float*)", 9, 2, 64, 0),
		    40, 50, 60, 2);
	tiny_kernel(writer, 0, add_shape(writer, "other", 9, 2, 64, 0), 60, 70, 80, 3);
	ck_assert_int_eq(ct_writer_close(writer, 0), 0);
}

/* Runs all passes; what was said is in SAID. */
static void run(const char *fault, const char *code)
{
	struct ct_pass_context context = { .options = &options,
					   .collector = collector,
					   .folder = folder,
					   .trace = trace,
					   .first = &first };

	program[2] = (char *)code;
	g_setenv("FAKE_RANGES", fault, TRUE);
	ct_passes_run(&context);
}

static const struct ct_counter_record *counter(const struct ct_trace *t, uint32_t grid)
{
	for (uint32_t i = 0; i < t->n_counters; i++)
		if (t->shape[t->counter[i].shape].grid[0] == grid)
			return &t->counter[i];
	ck_abort_msg("no counters of a grid of %u", grid);
}

START_TEST(test_joined)
{
	struct ct_trace *joined;

	run("", NULL);
	ck_assert_str_eq(said->str,
			 "counters for 2 of 3 launch shapes, 75.0 % of kernel time");
	joined = tiny_open(trace);
	ck_assert_uint_eq(joined->n_counters, 2);
	ck_assert_uint_eq(joined->n_kernels, 3);
	ck_assert_uint_eq(counter(joined, 4)->dram_read_bytes, 1000);
	ck_assert_uint_eq(counter(joined, 4)->dram_write_bytes, 500);
	ck_assert_uint_eq(counter(joined, 4)->l2_bytes, 320);
	ck_assert_uint_eq(counter(joined, 4)->samples, 6);
	ck_assert_float_eq(counter(joined, 4)->tensor_active, 0.5f);
	ck_assert_uint_eq(counter(joined, 9)->dram_read_bytes, 4000);
	ck_assert_uint_eq(counter(joined, 9)->samples, 2);
	ct_trace_free(joined);
}
END_TEST

static const struct {
	const char *fault, *code, *says;
} refusals[] = {
	{ "denied", NULL,
	  "counters: none in the trace: the driver keeps hardware counters" },
	{ "busy", NULL, "counters: none in the trace: another profiler is at work" },
	{ "unknown", NULL, "counters: none in the trace: GH100 has no counter of DRAM" },
	{ "", "7", "counters: counters: the program ended with code 7" },
};

START_TEST(test_refused)
{
	struct ct_trace *kept;

	run(refusals[_i].fault, refusals[_i].code);
	ck_assert_msg(g_str_has_prefix(said->str, refusals[_i].says), "%s", said->str);
	kept = tiny_open(trace);
	ck_assert_uint_eq(kept->n_counters, 0);
	ck_assert_uint_eq(kept->n_kernels, 3);
	ct_trace_free(kept);
}
END_TEST

START_TEST(test_no_library)
{
	g_free(collector);
	collector = g_strdup("/nowhere/libcotenant-collector.so");
	run("", NULL);
	ck_assert_msg(strstr(said->str, "the library libcotenant-counters.so is missing") !=
			      NULL,
		      "%s", said->str);
}
END_TEST

START_TEST(test_unwanted)
{
	options.want_counters = FALSE;
	run("", NULL);
	ck_assert_str_eq(said->str, "");
}
END_TEST

static void setup(void)
{
	const char *build = g_getenv("CT_BUILDDIR");

	folder = g_dir_make_tmp("cotenant-pass-XXXXXX", NULL);
	trace = g_build_filename(folder, "trace.ctt", NULL);
	collector = g_strconcat(build, "/capture/collector/.libs/libcotenant-collector.so",
				NULL);
	fake = g_strconcat(build, FAKE, NULL);
	g_setenv(CT_SESSION_CUPTI_ENV, fake, TRUE);
	program[0] = g_strconcat(build, "/tests/capture/counters-program", NULL);
	program[1] = fake;
	options = (struct ct_record_options){
		.output = "out.ctt",
		.target = trace,
		.program = program,
		.want_counters = TRUE,
		.children = TRUE,
	};
	said = g_string_new(NULL);
	write_trace();
}

static void teardown(void)
{
	g_autofree char *command = g_strdup_printf("rm -rf '%s'", folder);

	ck_assert_int_eq(system(command), 0);
	g_string_free(said, TRUE);
	g_free(folder);
	g_free(trace);
	g_free(collector);
	g_free(fake);
	g_free(program[0]);
}

int main(void)
{
	Suite *suite = suite_create("pass-counters");
	TCase *tcase = tcase_create("pass-counters");
	SRunner *runner;
	int failed;

	ct_launch_prepare();
	tcase_set_timeout(tcase, 60);
	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, test_joined);
	tcase_add_loop_test(tcase, test_refused, 0, G_N_ELEMENTS(refusals));
	tcase_add_test(tcase, test_no_library);
	tcase_add_test(tcase, test_unwanted);
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
