/*
 * import-rate - how fast a trace of the PyTorch profiler is imported.
 */
#include "tests/bench/import-rate.h"

#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>
#include <yajl/yajl_parse.h>

#include "traces/import.h"

#define PIECE_BYTES (256u << 10)
#define REPEATS     3

/* Writes JSON in which ' stands for ". */
static void G_GNUC_PRINTF(2, 3) put(FILE *file, const char *format, ...)
{
	g_autofree char *text = NULL;
	va_list args;

	va_start(args, format);
	text = g_strdup_vprintf(format, args);
	va_end(args);
	fputs(g_strdelimit(text, "'", '"'), file);
}

static void put_frame(FILE *file, double ts, guint id)
{
	put(file,
	    "{'ph': 'X', 'cat': 'python_function', 'name': "
	    "'torch/nn/modules/module.py(1750):"
	    " _call_impl', 'pid': 21587, 'tid': 21587, 'ts': %.3f, 'dur': 411.254, 'args':"
	    " {'Python parent id': %u, 'Python id': %u, 'Ev Idx': %u}},\n",
	    ts, id, id + 1, id + 2);
}

static void put_operator(FILE *file, double ts, guint id)
{
	put(file,
	    "{'ph': 'X', 'cat': 'cpu_op', 'name': 'aten::addmm', 'pid': 21587, 'tid': "
	    "21587,"
	    " 'ts': %.3f, 'dur': 25.740, 'args': {'External id': %u, 'Concrete Inputs':"
	    " ['', '', '', '1', '1'], 'Input type': ['c10::BFloat16', 'c10::BFloat16',"
	    " 'c10::BFloat16', 'Scalar', 'Scalar'], 'Input Strides': [[1], [1024, 1],"
	    " [1, 1024], [], []], 'Input Dims': [[1024], [577, 1024], [1024, 1024], [], "
	    "[]],"
	    " 'Ev Idx': %u}},\n",
	    ts, id, id);
}

static void put_kernel(FILE *file, double ts, guint id)
{
	put(file,
	    "{'ph': 'X', 'cat': 'cuda_runtime', 'name': 'cudaLaunchKernel', 'pid': 21587,"
	    " 'tid': 21587, 'ts': %.3f, 'dur': 6.250, 'args': {'External id': %u,"
	    " 'cbid': 211, 'correlation': %u}},\n"
	    "{'ph': 's', 'id': %u, 'pid': 21587, 'tid': 21587, 'ts': %.3f, 'cat': 'ac2g',"
	    " 'name': 'ac2g'},\n",
	    ts, id, id, id, ts);
	put(file,
	    "{'ph': 'X', 'cat': 'kernel', 'name': 'void at::native::"
	    "vectorized_elementwise_kernel<%u, at::native::CUDAFunctor_add<c10::BFloat16>,"
	    " std::array<char*, 3ul> >(int, at::native::CUDAFunctor_add<c10::BFloat16>,"
	    " std::array<char*, 3ul>)', 'pid': 0, 'tid': 7, 'ts': %.3f, 'dur': 12.896,"
	    " 'args': {'External id': %u, 'queued': 0, 'device': 0, 'context': 1,"
	    " 'stream': 7, 'correlation': %u, 'registers per thread': 32, 'shared memory': "
	    "0,"
	    " 'blocks per SM': 4.272727, 'warps per SM': 17.090910, 'grid': [564, 1, %u],"
	    " 'block': [128, 1, 1], 'est. achieved occupancy %%': 27}},\n"
	    "{'ph': 'f', 'id': %u, 'pid': 0, 'tid': 7, 'ts': %.3f, 'cat': 'ac2g',"
	    " 'name': 'ac2g', 'bp': 'e'},\n",
	    id % 50, ts + 20.5, id, id, 1 + id % 16, id, ts + 20.5);
}

static gboolean write_trace(const char *path, guint64 bytes)
{
	FILE *file = fopen(path, "w");
	double ts = 1419247332972.0;

	if (file == NULL)
		return FALSE;
	put(file,
	    "{'schemaVersion': 1, 'deviceProperties': [{'id': 0, 'name': 'NVIDIA H100',"
	    " 'numSms': 132}], 'traceEvents': [\n");
	for (guint id = 1; (guint64)ftello(file) < bytes; id++) {
		for (guint i = 0; i < 13; i++)
			put_frame(file, ts += 1.5, id * 32 + i);
		for (guint i = 0; i < 8; i++)
			put_operator(file, ts += 1.5, id * 32 + i);
		put_kernel(file, ts += 1.5, id);
	}
	put(file, "{'ph': 'i'}], 'baseTimeNanoseconds': 1751410836000000000}\n");
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

static struct import_cost now(void)
{
	return (struct import_cost){ (double)g_get_monotonic_time() / 1e6,
				     (double)clock() / CLOCKS_PER_SEC };
}

/* The least so far: other work on the machine only ever adds. */
static void account(struct import_cost *best, struct import_cost start)
{
	struct import_cost end = now();

	best->wall_s = MIN(best->wall_s, end.wall_s - start.wall_s);
	best->cpu_s = MIN(best->cpu_s, end.cpu_s - start.cpu_s);
}

/* Reads PATH, through PARSER unless that is NULL. */
static void read_all(const char *path, yajl_handle parser)
{
	g_autofree unsigned char *piece = g_malloc(PIECE_BYTES);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t length;

	while ((length = read(fd, piece, PIECE_BYTES)) > 0) {
		if (parser != NULL &&
		    yajl_parse(parser, piece, (size_t)length) != yajl_status_ok)
			g_error("the trace is no JSON");
	}
	close(fd);
}

static void parse_all(const char *path)
{
	static const yajl_callbacks callbacks = {
		ignore, ignore_boolean, NULL,   NULL,   ignore_number, ignore_text,
		ignore, ignore_text,    ignore, ignore, ignore,
	};
	yajl_handle parser = yajl_alloc(&callbacks, NULL, NULL);

	read_all(path, parser);
	yajl_free(parser);
}

static void import_all(const char *path, const char *out)
{
	struct ct_import_options options = { 0 };
	struct ct_import_summary summary;
	g_autoptr(GError) error = NULL;

	if (!ct_import(path, out, &options, &summary, &error))
		g_error("%s", error->message);
}

static void measure(const char *path, const char *out, struct import_rate *rate)
{
	struct rusage usage;

	for (guint i = 0; i < REPEATS; i++) {
		struct import_cost start = now();

		read_all(path, NULL);
		account(&rate->read, start);
		start = now();
		parse_all(path);
		account(&rate->parse, start);
		start = now();
		import_all(path, out);
		account(&rate->import, start);
	}
	getrusage(RUSAGE_SELF, &usage);
	rate->peak_mib = usage.ru_maxrss >> 10;
}

gboolean import_rate(guint64 megabytes, struct import_rate *rate, GError **error)
{
	const struct import_cost never = { G_MAXDOUBLE, G_MAXDOUBLE };
	g_autofree char *directory = g_dir_make_tmp("cotenant-bench-XXXXXX", error);
	g_autofree char *path = NULL, *out = NULL;
	gboolean written;

	if (!directory)
		return FALSE;
	*rate = (struct import_rate){ (double)megabytes, never, never, never, 0 };
	path = g_build_filename(directory, "trace.json", NULL);
	out = g_build_filename(directory, "trace.ctt", NULL);
	written = write_trace(path, megabytes * 1000000);
	if (written)
		measure(path, out, rate);
	else
		g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_FAILED, "%s: %s", path,
			    g_strerror(errno));
	g_unlink(path);
	g_unlink(out);
	g_rmdir(directory);
	return written;
}
