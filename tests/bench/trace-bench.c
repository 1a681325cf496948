/*
 * trace-bench - what assembling, opening and reading a trace costs.
 *
 *	trace-bench [KERNELS]
 *
 * Assembles that many launches (default 280000) with a call each, as an importer would
 * hand them over, then reads the lane several times: the first pass checks every chunk.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "traces/assemble.h"
#include "traces/reader.h"

#define PASSES 5

static double seconds(void)
{
	return (double)g_get_monotonic_time() / G_USEC_PER_SEC;
}

static void need(gboolean ok, const GError *error)
{
	if (ok)
		return;
	fprintf(stderr, "trace-bench: %s\n", error->message);
	exit(EXIT_FAILURE);
}

static void assemble(const char *path, int zstd_level, uint32_t n)
{
	g_autoptr(GError) error = NULL;
	struct ct_assembler *a = ct_assembler_new(path, zstd_level, &error);
	struct ct_import_summary summary;
	struct ct_call call = { .process = 1, .thread = 1, .kind = CT_OP_KERNEL };
	struct ct_work_item work = { .process = 1, .kind = CT_OP_KERNEL, .shape = CT_NONE };

	need(a != NULL, error);
	call.device = call.context = call.stream = CT_NONE;
	for (uint32_t i = 0; i < n; i++) {
		call.correlation = work.correlation = i + 1;
		call.start_ns = i * 5000ll;
		call.end_ns = call.start_ns + 4000;
		work.start_ns = call.start_ns + 6000 + i * 40503u % 512;
		work.end_ns = work.start_ns + 4300;
		work.stream = i % 3;
		need(ct_assembler_work(a, &work, &error), error);
		need(ct_assembler_call(a, &call, &error), error);
	}
	need(ct_assembler_finish(a, path, &summary, &error), error);
	ct_assembler_free(a);
}

static void read_passes(const char *path, uint32_t n)
{
	g_autoptr(GError) error = NULL;
	double started = seconds(), opened;
	struct ct_trace *trace = ct_trace_open(path, &error);
	const struct ct_op *op;
	int64_t sum = 0;

	need(trace != NULL, error);
	opened = seconds();
	printf("  open %.0f us, %.1f MiB; next", (opened - started) * 1e6,
	       (double)trace->file_bytes / (1 << 20));
	for (int pass = 0; pass < PASSES; pass++) {
		struct ct_cursor *cursor = ct_cursor_new(trace, 0);

		started = seconds();
		while ((op = ct_cursor_next(cursor, &error)))
			sum += op->kind;
		need(error == NULL, error);
		printf(" %.1f", (seconds() - started) * 1e9 / n);
		ct_cursor_free(cursor);
	}
	printf(" ns by pass (%s)\n",
	       sum == (int64_t)n * PASSES ? "all there" : "some lost");
	ct_trace_free(trace);
}

static void bench(int zstd_level, uint32_t n)
{
	g_autofree char *path = g_build_filename(g_get_tmp_dir(), "trace-bench.ctt", NULL);
	double started = seconds();
	struct rusage usage;

	assemble(path, zstd_level, n);
	getrusage(RUSAGE_SELF, &usage);
	printf("%s: %u kernels assembled in %.2f s, peak memory %.1f MiB\n",
	       zstd_level ? "zstd" : "raw", n, seconds() - started,
	       (double)usage.ru_maxrss / 1024);
	read_passes(path, n);
	unlink(path);
}

int main(int argc, char **argv)
{
	uint32_t n = argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 10) : 280000;

	/* In this order, as the pages of an uncompressed file count as memory once read. */
	bench(3, n);
	bench(0, n);
	return EXIT_SUCCESS;
}
