/*
 * spool-bench - what a recording weighs, and how fast it becomes a trace.
 *
 *	spool-bench [KERNELS]
 *	spool-bench --rows
 *
 * One thread launches (1,000,000) kernels into one stream, 60 names and as many shapes in
 * turn, every 5 us; calls, kernels and think times of equal lengths, so that compression
 * has it easy.  The spool is on /dev/shm, and so is the trace.  Beside the import stands
 * the floor: reading the one and writing the other.
 */
#include <glib/gstdio.h>
#include <stdlib.h>
#include <time.h>

#include "tests/bench/measure.h"
#include "tests/bench/rows.h"
#include "tests/unit/spool-builder.h"
#include "traces/import.h"

enum { N_SHAPES = 60, LAUNCH_CALL = 307, TURNS = 3, ROW_KERNELS = 200000 };

static uint64_t write_spool(const char *path, uint32_t n)
{
	struct spool_builder b;
	uint64_t bytes;

	spool_begin(&b, 4711);
	spool_preamble(&b);
	for (uint32_t i = 0; i < N_SHAPES; i++) {
		struct ct_spool_shape shape = { .shape = { .block = { 256, 1, 1 },
							   .registers = 32,
							   .flags = CT_SHAPE_HAS_GRID } };
		char name[32];

		g_snprintf(name, sizeof(name), "layer_%u_gemm", i);
		shape.shape.name = spool_string(&b, name);
		shape.shape.grid[0] = 100 + i;
		shape.shape.grid[1] = shape.shape.grid[2] = 1;
		SPOOL_ADD(&b, SHAPE, &shape);
	}
	spool_block(&b);
	bytes = b.file->len;
	for (uint32_t i = 0; i < n; i++) {
		int64_t at = 1000 + (int64_t)i * 5000;
		struct ct_spool_kernel kernel = { .correlation = i + 1,
						  .start_ns = at + 4000,
						  .end_ns = at + 7000,
						  .context = 1,
						  .stream = 7,
						  .shape = 1 + i % N_SHAPES };

		spool_call(&b, LAUNCH_CALL, 4711, i + 1, at, at + 2500);
		SPOOL_ADD(&b, KERNEL, &kernel);
		if (b.block->len > 250000)
			spool_block(&b);
	}
	spool_block(&b);
	bytes = b.file->len - bytes;
	spool_end(&b);
	spool_write(&b, path);
	spool_free(&b);
	return bytes;
}

static double cpu_s(void)
{
	return (double)clock() / CLOCKS_PER_SEC;
}

static uint64_t size_of(const char *path)
{
	GStatBuf info;

	return g_stat(path, &info) ? 0 : (uint64_t)info.st_size;
}

/* Seconds of processor. */
static double import_s(const char *in, const char *out, int level)
{
	struct ct_import_options options = { .format = "spool", .zstd_level = level };
	struct ct_import_summary summary = { 0 };
	g_autoptr(GError) error = NULL;
	double start = cpu_s();

	if (!ct_import(in, out, &options, &summary, &error)) {
		fprintf(stderr, "spool-bench: %s\n", error->message);
		exit(EXIT_FAILURE);
	}
	return cpu_s() - start;
}

static double floor_s(const char *in, const char *trace, const char *out)
{
	g_autofree char *read = NULL, *written = NULL;
	gsize n_read, n_written;
	double start;

	if (!g_file_get_contents(trace, &written, &n_written, NULL))
		exit(EXIT_FAILURE);
	start = cpu_s();
	if (!g_file_get_contents(in, &read, &n_read, NULL) ||
	    !g_file_set_contents(out, written, (gssize)n_written, NULL))
		exit(EXIT_FAILURE);
	return cpu_s() - start;
}

int main(int argc, char **argv)
{
	int rows = rows_wanted(argc, argv);
	uint32_t n = rows       ? ROW_KERNELS
		     : argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 10)
				: 1000000;
	g_autofree char *folder = g_strdup("/dev/shm/ct-spool-bench-XXXXXX");
	g_autofree char *spool = NULL, *trace = NULL, *small = NULL, *copy = NULL;
	double import[TURNS], compress[TURNS], least[TURNS], spool_bytes;

	if (n == 0 || !g_mkdtemp(folder))
		return EXIT_FAILURE;
	spool = g_build_filename(folder, "4711-1.spool", NULL);
	trace = g_build_filename(folder, "x.ctt", NULL);
	small = g_build_filename(folder, "z.ctt", NULL);
	copy = g_build_filename(folder, "copy", NULL);
	spool_bytes = (double)write_spool(spool, n) / n;
	for (int i = 0; i < TURNS; i++) {
		import[i] = import_s(spool, trace, 0) * 1e9 / n;
		compress[i] = import_s(spool, small, 6) * 1e9 / n;
		least[i] = floor_s(spool, trace, copy) * 1e9 / n;
	}
	if (rows) {
		double plain = measure_median(import, TURNS);

		rows_print("import.spool", plain, "ns/kernel", measure_median(least, TURNS),
			   0, "floor, reading and writing");
		rows_print("import.spool.compressed", measure_median(compress, TURNS),
			   "ns/kernel", plain, 0, "without compression");
		rows_print("record.spool_bytes", spool_bytes, "bytes/launch", 0, 0, "-");
		rows_print("record.trace_bytes", (double)size_of(trace) / n, "bytes/kernel",
			   0, 0, "-");
		rows_print("record.trace_bytes.compressed", (double)size_of(small) / n,
			   "bytes/kernel", (double)size_of(trace) / n, 0,
			   "without compression");
	} else {
		printf("%u kernels: %.1f bytes a launch in the spool, %.1f in the trace, "
		       "%.1f "
		       "compressed\n",
		       n, spool_bytes, (double)size_of(trace) / n,
		       (double)size_of(small) / n);
		printf("import %.0f ns a kernel, %.0f with compression, floor %.0f\n",
		       measure_median(import, TURNS), measure_median(compress, TURNS),
		       measure_median(least, TURNS));
	}
	g_unlink(spool);
	g_unlink(trace);
	g_unlink(small);
	g_unlink(copy);
	g_rmdir(folder);
	return EXIT_SUCCESS;
}
