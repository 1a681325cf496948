/*
 * import-bench - how fast a trace of the PyTorch profiler is imported.
 *
 *	import-bench [MEGABYTES]
 *
 * Writes a trace of that size (default 300) into a temporary directory, in the mix of
 * events of real ones: 25 events to a kernel, most of them Python frames and CPU
 * operators.  Then, in one run so that the figures compare: reads the file, parses it
 * with yajl and empty callbacks, and imports it.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>
#include <yajl/yajl_parse.h>

#include "traces/import.h"

#define PIECE_BYTES (256u << 10)
#define REPEATS     3

static void write_frame(FILE *file, double ts, guint id)
{
	fprintf(file,
		"{\"ph\": \"X\", \"cat\": \"python_function\", \"name\": "
		"\"torch/nn/modules/"
		"module.py(1750): _call_impl\", \"pid\": 21587, \"tid\": 21587, \"ts\": "
		"%.3f, "
		"\"dur\": 411.254, \"args\": {\"Python parent id\": %u, \"Python id\": %u, "
		"\"Ev Idx\": %u}},\n",
		ts, id, id + 1, id + 2);
}

static void write_operator(FILE *file, double ts, guint id)
{
	fprintf(file,
		"{\"ph\": \"X\", \"cat\": \"cpu_op\", \"name\": \"aten::addmm\", \"pid\": "
		"21587, "
		"\"tid\": 21587, \"ts\": %.3f, \"dur\": 25.740, \"args\": {\"External "
		"id\": %u, "
		"\"Concrete Inputs\": [\"\", \"\", \"\", \"1\", \"1\"], \"Input type\": "
		"[\"c10::BFloat16\", \"c10::BFloat16\", \"c10::BFloat16\", \"Scalar\", "
		"\"Scalar\"], \"Input Strides\": [[1], [1024, 1], [1, 1024], [], []], "
		"\"Input Dims\": [[1024], [577, 1024], [1024, 1024], [], []], \"Ev Idx\": "
		"%u}},\n",
		ts, id, id);
}

static void write_kernel(FILE *file, double ts, guint id)
{
	fprintf(file,
		"{\"ph\": \"X\", \"cat\": \"cuda_runtime\", \"name\": "
		"\"cudaLaunchKernel\", "
		"\"pid\": 21587, \"tid\": 21587, \"ts\": %.3f, \"dur\": 6.250, \"args\": "
		"{\"External id\": %u, \"cbid\": 211, \"correlation\": %u}},\n"
		"{\"ph\": \"s\", \"id\": %u, \"pid\": 21587, \"tid\": 21587, \"ts\": %.3f, "
		"\"cat\": \"ac2g\", \"name\": \"ac2g\"},\n"
		"{\"ph\": \"X\", \"cat\": \"kernel\", \"name\": \"void at::native::"
		"vectorized_elementwise_kernel<%u, "
		"at::native::CUDAFunctor_add<c10::BFloat16>, "
		"std::array<char*, 3ul> >(int, at::native::CUDAFunctor_add<c10::BFloat16>, "
		"std::array<char*, 3ul>)\", \"pid\": 0, \"tid\": 7, \"ts\": %.3f, \"dur\": "
		"12.896, "
		"\"args\": {\"External id\": %u, \"queued\": 0, \"device\": 0, "
		"\"context\": 1, "
		"\"stream\": 7, \"correlation\": %u, \"registers per thread\": 32, "
		"\"shared memory\": 0, \"blocks per SM\": 4.272727, \"warps per SM\": "
		"17.090910, "
		"\"grid\": [564, 1, %u], \"block\": [128, 1, 1], "
		"\"est. achieved occupancy %%\": 27}},\n"
		"{\"ph\": \"f\", \"id\": %u, \"pid\": 0, \"tid\": 7, \"ts\": %.3f, "
		"\"cat\": "
		"\"ac2g\", \"name\": \"ac2g\", \"bp\": \"e\"},\n",
		ts, id, id, id, ts, id % 50, ts + 20.5, id, id, 1 + id % 16, id, ts + 20.5);
}

static gboolean write_trace(const char *path, guint64 bytes)
{
	FILE *file = fopen(path, "w");
	double ts = 1419247332972.0;

	if (file == NULL)
		return FALSE;
	fputs("{\"schemaVersion\": 1, \"deviceProperties\": [{\"id\": 0, \"name\": "
	      "\"NVIDIA H100 80GB HBM3\", \"numSms\": 132}], \"traceEvents\": [\n",
	      file);
	for (guint id = 1; (guint64)ftello(file) < bytes; id++) {
		for (guint i = 0; i < 13; i++)
			write_frame(file, ts += 1.5, id * 32 + i);
		for (guint i = 0; i < 8; i++)
			write_operator(file, ts += 1.5, id * 32 + i);
		write_kernel(file, ts += 1.5, id);
	}
	fputs("{\"ph\": \"i\"}], \"baseTimeNanoseconds\": 1751410836000000000}\n", file);
	return fclose(file) == 0;
}

static int ignore(void *data)
{
	return 1;
}

static int ignore_boolean(void *data, int value)
{
	return 1;
}

static int ignore_text(void *data, const unsigned char *text, size_t length)
{
	return 1;
}

static int ignore_number(void *data, const char *text, size_t length)
{
	return 1;
}

/* Seconds to read PATH, through PARSER unless that is NULL. */
static double time_read(const char *path, yajl_handle parser)
{
	g_autofree unsigned char *piece = g_malloc(PIECE_BYTES);
	gint64 start_us = g_get_monotonic_time();
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t length;

	while ((length = read(fd, piece, PIECE_BYTES)) > 0) {
		if (parser != NULL &&
		    yajl_parse(parser, piece, (size_t)length) != yajl_status_ok)
			g_error("the trace is no JSON");
	}
	close(fd);
	return (double)(g_get_monotonic_time() - start_us) / 1e6;
}

static double time_yajl(const char *path)
{
	static const yajl_callbacks callbacks = {
		ignore, ignore_boolean, NULL,   NULL,   ignore_number, ignore_text,
		ignore, ignore_text,    ignore, ignore, ignore,
	};
	yajl_handle parser = yajl_alloc(&callbacks, NULL, NULL);
	double seconds = time_read(path, parser);

	yajl_free(parser);
	return seconds;
}

static double time_import(const char *path, const char *out)
{
	struct ct_import_options options = { 0 };
	struct ct_import_summary summary;
	g_autoptr(GError) error = NULL;
	gint64 start_us = g_get_monotonic_time();

	if (!ct_import(path, out, &options, &summary, &error))
		g_error("%s", error->message);
	return (double)(g_get_monotonic_time() - start_us) / 1e6;
}

/* The best of REPEATS: other work on the machine only ever adds time. */
static void measure(const char *path, const char *out, double megabytes)
{
	double best_read = G_MAXDOUBLE, best_yajl = G_MAXDOUBLE, best_import = G_MAXDOUBLE;
	struct rusage usage;

	for (guint i = 0; i < REPEATS; i++) {
		best_read = MIN(best_read, time_read(path, NULL));
		best_yajl = MIN(best_yajl, time_yajl(path));
		best_import = MIN(best_import, time_import(path, out));
	}
	getrusage(RUSAGE_SELF, &usage);
	printf("read    %7.0f MB/s\n", megabytes / best_read);
	printf("yajl    %7.0f MB/s\n", megabytes / best_yajl);
	printf("import  %7.0f MB/s, %.2f of yajl, %ld MiB of memory at most\n",
	       megabytes / best_import, best_yajl / best_import, usage.ru_maxrss >> 10);
}

int main(int argc, char **argv)
{
	guint64 megabytes = argc > 1 ? g_ascii_strtoull(argv[1], NULL, 10) : 300;
	g_autofree char *directory = g_dir_make_tmp("cotenant-bench-XXXXXX", NULL);
	g_autofree char *path = NULL, *out = NULL;
	int code = EXIT_FAILURE;

	if (directory == NULL)
		return EXIT_FAILURE;
	path = g_build_filename(directory, "trace.json", NULL);
	out = g_build_filename(directory, "trace.ctt", NULL);
	if (write_trace(path, megabytes * 1000000)) {
		measure(path, out, (double)megabytes);
		code = EXIT_SUCCESS;
	} else {
		fprintf(stderr, "import-bench: %s: %s\n", path, g_strerror(errno));
	}
	g_unlink(path);
	g_unlink(out);
	g_rmdir(directory);
	return code;
}
