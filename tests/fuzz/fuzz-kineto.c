/*
 * fuzz-kineto - no JSON whatever crashes the importer, or makes it write a bad trace.
 */
#include <glib/gstdio.h>

#include "sim/base/error.h"
#include "tests/fuzz/fuzz.h"
#include "traces/import.h"
#include "traces/reader.h"

#define TEXT(name)                                                                         \
	{                                                                                  \
		name, sizeof(name) - 1                                                     \
	}

static const char nvidia[] =
	"{\"schemaVersion\": 1, \"deviceProperties\": [{\"id\": 0, \"name\": \"NVIDIA "
	"A100\","
	" \"totalGlobalMem\": 42297524224, \"computeMajor\": 8, \"numSms\": 108}],"
	" \"traceEvents\": [{\"ph\": \"X\", \"cat\": \"cuda_runtime\", \"name\":"
	" \"cudaLaunchKernel\", \"pid\": 100, \"tid\": 101, \"ts\": 1712867402348289, "
	"\"dur\": 3,"
	" \"args\": {\"cbid\": 211, \"correlation\": 15}}, {\"ph\": \"X\", \"cat\": "
	"\"kernel\","
	" \"name\": \"gemm\", \"pid\": 0, \"tid\": 20, \"ts\": 1712867402348300.125, "
	"\"dur\": 123,"
	" \"args\": {\"device\": 0, \"context\": 1, \"stream\": 20, \"correlation\": 15,"
	" \"registers per thread\": 122, \"shared memory\": 12544, \"grid\": [8, 16, 5],"
	" \"block\": [128, 1, 1]}}, {\"ph\": \"s\", \"id\": 15, \"cat\": \"ac2g\"},"
	" {\"ph\": \"X\", \"cat\": \"cuda_sync\", \"name\": \"Stream Sync\", \"ts\": 1, "
	"\"args\":"
	" {\"stream\": 20, \"correlation\": 17, \"device\": 0, \"context\": 1}}, {\"ph\": "
	"\"X\","
	" \"cat\": \"cuda_runtime\", \"name\": \"cudaStreamSynchronize\", \"pid\": 100,"
	" \"tid\": 101, \"ts\": 1712867402348310, \"dur\": 120, \"args\": "
	"{\"correlation\": 17}}],"
	" \"baseTimeNanoseconds\": 1751410836000000000}";

static const char amd[] =
	"[{\"ph\": \"X\", \"cat\": \"cuda_runtime\", \"name\": \"hipGraphLaunch\", "
	"\"pid\": 251,"
	" \"tid\": 251, \"ts\": 4909914680019.238, \"dur\": 1572.609, \"args\": {\"cid\": "
	"215,"
	" \"correlation\": 92178}}, {\"ph\": \"X\", \"cat\": \"kernel\", \"name\": \"a\", "
	"\"pid\":"
	" 9, \"tid\": 3, \"ts\": 4909914680033.304, \"dur\": 13.499, \"args\": "
	"{\"device\": 9,"
	" \"stream\": 3, \"correlation\": 92178}}, {\"ph\": \"X\", \"cat\": \"kernel\", "
	"\"name\":"
	" \"b\", \"pid\": 9, \"tid\": 3, \"ts\": 4909914680050.5, \"dur\": 2, \"args\":"
	" {\"device\": 9, \"stream\": 3, \"correlation\": 92178}}, {\"ph\": \"X\", \"cat\":"
	" \"gpu_memcpy\", \"name\": \"Memcpy DtoH (Device -> Host)\", \"pid\": 9, \"tid\": "
	"3,"
	" \"ts\": 4909914680060.5, \"dur\": 2, \"args\": {\"bytes\": 256}}, {\"ph\": \"X\","
	" \"cat\": \"user_annotation\", \"name\": \"step\", \"pid\": 251, \"tid\": "
	"\"main\","
	" \"ts\": 4909914680010, \"dur\": 100}]";

static const struct fuzz_seed seeds[] = { TEXT(nvidia), TEXT(amd) };

static const char *const words[] = {
	"-1",
	"1e308",
	"9223372036854775807",
	"99999999999999999999",
	"0.0005",
	"4294967296",
	"[",
	"]",
	"{",
	"}",
	"\"",
	",",
	":",
	"null",
	"\\u0000",
	"\\ud800",
	"\xff",
	"\"ts\": 9223372036854775.807,",
	"\"dur\": -1,",
	"\"ph\": \"X\", \"cat\": \"kernel\",",
	"\"args\": {\"grid\": [0]},",
	"\"pid\": \"x\",",
	"\"traceEvents\": [{}],",
	NULL,
};

static char *directory, *in, *out;

static void read_back(void)
{
	g_autoptr(GError) error = NULL;
	struct ct_trace *trace = ct_trace_open(out, &error);

	g_assert_no_error(error);
	g_assert_true(trace->complete);
	g_assert_cmpuint(trace->n_kernels, >, 0);
	for (uint32_t lane = 0; lane < trace->n_lanes; lane++) {
		struct ct_cursor *cursor = ct_cursor_new(trace, lane);
		const struct ct_op *op;

		while ((op = ct_cursor_next(cursor, &error)) != NULL)
			g_assert_true(op->start_ns == CT_TIME_NONE ||
				      op->start_ns <= op->end_ns);
		g_assert_no_error(error);
		ct_cursor_free(cursor);
	}
	ct_trace_free(trace);
}

static void check(const guint8 *bytes, size_t length)
{
	struct ct_import_options options = { .format = "kineto" };
	struct ct_import_summary summary;
	g_autoptr(GError) error = NULL;

	FILE *file = fopen(in, "w");

	g_assert_cmpuint(fwrite(bytes, 1, length, file), ==, length);
	g_assert_cmpint(fclose(file), ==, 0);
	g_unlink(out);
	if (ct_import(in, out, &options, &summary, &error)) {
		read_back();
	} else {
		g_assert_error(error, CT_ERROR, CT_EXIT_INPUT);
		g_assert_nonnull(strstr(error->message, in));
		g_assert_false(g_file_test(out, G_FILE_TEST_EXISTS));
	}
}

int main(void)
{
	const struct fuzz_target target = {
		.seeds = seeds,
		.n_seeds = G_N_ELEMENTS(seeds),
		.words = words,
		.runs = 1000,
		.check = check,
	};
	int code;

	directory = g_dir_make_tmp("cotenant-fuzz-XXXXXX", NULL);
	in = g_build_filename(directory, "trace.json", NULL);
	out = g_build_filename(directory, "trace.ctt", NULL);
	code = fuzz_main(&target);
	g_unlink(in);
	g_unlink(out);
	g_rmdir(directory);
	g_free(directory);
	g_free(in);
	g_free(out);
	return code;
}
