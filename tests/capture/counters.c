/*
 * counters - the pass for counters against a driver and a CUPTI whose kernels move known
 * numbers of bytes: what arrives in a trace is exactly those.
 *
 * Each case is a child process that loads the real library through the fake driver's
 * cuInit() and launches; then its file is read, and joined to a trace of the same kernels.
 */
#include <check.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "capture/session.h"
#include "tests/fakes/fake-range-profiler.h"
#include "tests/unit/tiny-trace.h"
#include "traces/join-counters.h"

#define FAKE    "/tests/fakes/.libs/fake-range-profiler.so"
#define LIBRARY "/capture/counters/.libs/libcotenant-counters.so"

static char *folder;
static struct ct_session_page *page;
static struct ct_counter_table *table;

/* Reads, writes, sectors, percents. */
static struct fake_kernel gemm = { "_Z4gemmILi4EEvPf", 1000, 500, 10, 75, 50, 25 };
static struct fake_kernel copy = { "_Z4copyPKfPf", 4000, 4000, 250, 100, 0, 25 };
static struct fake_kernel nccl = { "ncclDevKernel_AllReduce", 7e6, 7e6, 1, 1, 1, 1 };

static struct {
	fake_init *init;
	fake_launch *launch, *launch_ptsz;
	fake_launch_cluster *cluster;
	fake_launch_graph *graph;
	fake_copy *copy;
	fake_capture *capture;
	fake_refuse *refuse;
	fake_set_context *context;
	fake_destroy_context *destroy;
	int (*synchronize)(void *stream);
} cuda;

static void *find(void *library, const char *name)
{
	void *address = dlsym(library, name);

	if (!address)
		_exit(90);
	return address;
}

static void load_driver(void)
{
	g_autofree char *path = g_strconcat(g_getenv("CT_BUILDDIR"), FAKE, NULL);
	void *library = dlopen(path, RTLD_NOW | RTLD_GLOBAL);

	if (!library)
		_exit(91);
	*(void **)&cuda.init = find(library, "cuInit");
	*(void **)&cuda.launch = find(library, "cuLaunchKernel");
	*(void **)&cuda.launch_ptsz = find(library, "cuLaunchKernel_ptsz");
	*(void **)&cuda.cluster = find(library, "fake_launch_ex");
	*(void **)&cuda.graph = find(library, "cuGraphLaunch");
	*(void **)&cuda.copy = find(library, "fake_copy_async");
	*(void **)&cuda.capture = find(library, "fake_set_capture");
	*(void **)&cuda.refuse = find(library, "fake_set_refuse");
	*(void **)&cuda.context = find(library, "fake_make_current");
	*(void **)&cuda.destroy = find(library, "fake_destroy");
	*(void **)&cuda.synchronize = find(library, "cuStreamSynchronize");
}

static void run_gemm(unsigned grid, size_t stream)
{
	if (cuda.launch(&gemm, grid, 1, 1, 128, 1, 1, 64, (void *)stream, NULL, NULL))
		_exit(92);
}

static char *file_of(pid_t pid)
{
	return g_strdup_printf("%s/%ld%s", folder, (long)pid, CT_COUNTER_FILE_SUFFIX);
}

static pid_t last_pid;

/* Runs PROGRAM under the library with FAULT, reads what it leaves. */
static void run(void (*program)(void), const char *fault)
{
	g_autofree char *library = g_strconcat(g_getenv("CT_BUILDDIR"), LIBRARY, NULL);
	g_autofree char *fake = g_strconcat(g_getenv("CT_BUILDDIR"), FAKE, NULL);
	g_autofree char *path = NULL;
	g_autoptr(GError) error = NULL;
	pid_t child = fork();
	int status;

	if (!child) {
		g_setenv(CT_SESSION_FOLDER_ENV, folder, TRUE);
		g_setenv(CT_SESSION_CUPTI_ENV, fake, TRUE);
		g_setenv("CUDA_INJECTION64_PATH", library, TRUE);
		g_setenv("FAKE_RANGES", fault, TRUE);
		load_driver();
		if (cuda.init(0))
			_exit(93);
		program();
		exit(0);
	}
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert_msg(status == 0, "the program's status is %x", status);
	last_pid = child;
	path = file_of(child);
	ck_assert_msg(ct_counter_table_read(table, path, &error), "%s",
		      error ? error->message : "?");
}

static const struct ct_counter_row *row(const char *name, uint32_t grid)
{
	const struct ct_counter_row *found = NULL;

	for (guint i = 0; i < table->rows->len; i++) {
		const struct ct_counter_row *r =
			&g_array_index(table->rows, struct ct_counter_row, i);

		if (strcmp(r->name, name) || r->grid[0] != grid)
			continue;
		ck_assert_ptr_null(found);
		found = r;
	}
	ck_assert_msg(found != NULL, "no row of %s, %u blocks", name, grid);
	return found;
}

static void is_gemm(const struct ct_counter_row *r, uint64_t samples)
{
	ck_assert_uint_eq(r->samples, samples);
	ck_assert_uint_eq(r->block[0], 128);
	ck_assert_uint_eq(r->smem_dynamic_bytes, 64);
	ck_assert_double_eq(r->mean[CT_COUNTER_DRAM_READ_BYTES], 1000);
	ck_assert_double_eq(r->mean[CT_COUNTER_DRAM_WRITE_BYTES], 500);
	ck_assert_double_eq(r->mean[CT_COUNTER_L2_BYTES], 320);
	ck_assert_double_eq(r->mean[CT_COUNTER_SM_ACTIVE], 0.75);
	ck_assert_double_eq(r->mean[CT_COUNTER_TENSOR_ACTIVE], 0.5);
	ck_assert_double_eq(r->mean[CT_COUNTER_WARPS_ACTIVE], 0.25);
}

/* More launches than a batch holds, of three shapes in turn. */
static void many(void)
{
	for (unsigned i = 0; i < 700; i++) {
		run_gemm(4 + i % 2, 0);
		cuda.launch(&copy, 9, 2, 1, 64, 1, 1, 0, NULL, NULL, NULL);
	}
}

START_TEST(test_many)
{
	run(many, "");
	ck_assert_uint_eq(table->rows->len, 3);
	is_gemm(row(gemm.symbol, 4), 350);
	is_gemm(row(gemm.symbol, 5), 350);
	ck_assert_uint_eq(row(copy.symbol, 9)->samples, 700);
	ck_assert_uint_eq(row(copy.symbol, 9)->grid[1], 2);
	ck_assert_double_eq(row(copy.symbol, 9)->mean[CT_COUNTER_DRAM_READ_BYTES], 4000);
	ck_assert_double_eq(row(copy.symbol, 9)->mean[CT_COUNTER_L2_BYTES], 8000);
	ck_assert_uint_eq(table->n_launches, 1400);
	ck_assert_uint_eq(table->n_measured, 1400);
	ck_assert_ptr_null(table->trouble);
	ck_assert_uint_eq(page->n_collectors, 1);
	ck_assert_uint_eq(page->n_collecting, 0);
}
END_TEST

/* What is pending elsewhere is not the kernel's; what does not run is not measured. */
static void mixed(void)
{
	cuda.copy(1e6, (void *)3);
	run_gemm(4, 3);
	cuda.launch_ptsz(&gemm, 4, 1, 1, 128, 1, 1, 64, NULL, NULL, NULL);
	cuda.cluster(&gemm, 8, 128, 2, (void *)4);
	cuda.capture((void *)5, 1);
	run_gemm(4, 5);
	cuda.capture((void *)5, 0);
	cuda.graph(&copy, (void *)5); /* is waited for */
	run_gemm(4, 5);
	cuda.launch(&nccl, 1, 1, 1, 32, 1, 1, 0, (void *)6, NULL, NULL);
	cuda.synchronize((void *)6);
	cuda.refuse(1);
	cuda.launch(&gemm, 4, 1, 1, 128, 1, 1, 64, NULL, NULL, NULL);
	cuda.refuse(0);
	run_gemm(4, 0);
}

START_TEST(test_mixed)
{
	run(mixed, "");
	ck_assert_uint_eq(table->rows->len, 2);
	is_gemm(row(gemm.symbol, 4), 4);
	ck_assert_uint_eq(row(gemm.symbol, 8)->cluster[0], 2);
	ck_assert_uint_eq(row(gemm.symbol, 8)->cluster[1], 1);
	ck_assert_double_eq(row(gemm.symbol, 8)->mean[CT_COUNTER_DRAM_READ_BYTES], 1000);
	ck_assert_uint_eq(table->n_graph_launches, 1);
	ck_assert_uint_eq(table->n_launches, 7);
	ck_assert_ptr_null(table->trouble);
}
END_TEST

static pthread_barrier_t together;

static void *thread(void *stream)
{
	pthread_barrier_wait(&together);
	cuda.context((int)((size_t)stream % 2));
	for (int i = 0; i < 200; i++)
		run_gemm(4, (size_t)stream);
	return NULL;
}

static void threads(void)
{
	pthread_t id[4];

	pthread_barrier_init(&together, NULL, 4);
	for (size_t i = 0; i < 4; i++)
		pthread_create(&id[i], NULL, thread, (void *)(3 + i));
	for (size_t i = 0; i < 4; i++)
		pthread_join(id[i], NULL);
}

START_TEST(test_threads)
{
	run(threads, "");
	is_gemm(row(gemm.symbol, 4), 800);
	ck_assert_uint_eq(table->n_measured, 800);
}
END_TEST

/* A context that goes takes its counters with it, unless they are had before. */
static void destroyed(void)
{
	run_gemm(4, 0);
	cuda.destroy(0);
	cuda.context(1);
	run_gemm(4, 0);
	cuda.destroy(1);
	_exit(0);
}

START_TEST(test_destroyed)
{
	run(destroyed, "");
	is_gemm(row(gemm.symbol, 4), 2);
	ck_assert_ptr_nonnull(strstr(table->trouble, "ended by _exit()"));
}
END_TEST

static void forked(void)
{
	int status;

	run_gemm(4, 0);
	if (!fork())
		exit(0); /* must not touch its parent's file, or CUPTI */
	wait(&status);
	run_gemm(4, 0);
}

START_TEST(test_forked)
{
	run(forked, "");
	is_gemm(row(gemm.symbol, 4), 2);
	ck_assert_uint_eq(page->n_collecting, 0);
}
END_TEST

static void stopped(void)
{
	run_gemm(4, 0);
	page->stop_ns = 1;
	run_gemm(4, 0);
}

START_TEST(test_stopped)
{
	run(stopped, "");
	is_gemm(row(gemm.symbol, 4), 1);
	ck_assert_uint_eq(page->n_collecting, 0);
}
END_TEST

static void few(void)
{
	for (int i = 0; i < 600; i++)
		run_gemm(4, 0);
}

/* FAULT, and what is there in spite of it. */
static const struct {
	const char *fault;
	uint64_t samples; /* of 600 */
	const char *trouble;
} faults[] = {
	{ "few", 600, NULL },
	{ "once", 600, NULL }, /* an object is configured once */
	{ "nan", 600, NULL },
	{ "passes-4", 600, NULL },
	{ "denied", 0, "NVreg_RestrictProfilingToAdminUsers=0" },
	{ "busy", 0, "another profiler is at work" },
	{ "vgpu", 0,
	  "GH100 cannot be profiled as it is configured "
	  "(cuptiProfilerDeviceSupported (profiling of the vGPU is disabled)" },
	{ "unknown", 0, "GH100 has no counter of DRAM bytes" },
	{ "passes", 0, "GH100 cannot count DRAM bytes in one pass" },
	{ "decode", 512,
	  "88 launches were measured and could not be read "
	  "(cuptiRangeProfilerDecodeData said 999)" },
	{ "full", 594, "6 launches were measured and could not be read" },
	{ "evaluate", 598, "cuptiProfilerHostEvaluateToGpuValues said 999" },
};

START_TEST(test_fault)
{
	const char *trouble = faults[_i].trouble;

	run(few, faults[_i].fault);
	if (faults[_i].samples)
		ck_assert_uint_eq(row(gemm.symbol, 4)->samples, faults[_i].samples);
	else
		ck_assert_uint_eq(table->rows->len, 0);
	ck_assert_uint_eq(table->n_measured, faults[_i].samples);
	ck_assert_int_eq(table->trouble != NULL, trouble != NULL);
	if (trouble)
		ck_assert_msg(strstr(table->trouble, trouble) != NULL, "%s",
			      table->trouble);
	ck_assert_uint_eq(page->n_collecting, 0);
}
END_TEST

START_TEST(test_left_out)
{
	run(few, "nan");
	ck_assert(isnan(row(gemm.symbol, 4)->mean[CT_COUNTER_L2_BYTES]));
	ck_assert_double_eq(row(gemm.symbol, 4)->mean[CT_COUNTER_WARPS_ACTIVE], 0.25);
	ck_assert_double_eq(row(gemm.symbol, 4)->mean[CT_COUNTER_DRAM_READ_BYTES], 1000);
	g_array_set_size(table->rows, 0);
	run(few, "passes-4");
	ck_assert(isnan(row(gemm.symbol, 4)->mean[CT_COUNTER_WARPS_ACTIVE]));
	ck_assert(isnan(row(gemm.symbol, 4)->mean[CT_COUNTER_TENSOR_ACTIVE]));
	ck_assert_double_eq(row(gemm.symbol, 4)->mean[CT_COUNTER_SM_ACTIVE], 0.75);
}
END_TEST

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

/* What the program did, as a recording has it: the driver's names, the same shapes. */
static struct ct_trace *recorded(void)
{
	g_autofree char *path = tiny_path("recorded.ctt");
	struct ct_writer *writer = tiny_begin(path);

	tiny_kernel(writer, 0, add_shape(writer, gemm.symbol, 4, 1, 128, 64), 0, 10, 20, 1);
	tiny_kernel(writer, 0, add_shape(writer, gemm.symbol, 5, 1, 128, 64), 20, 30, 40,
		    2);
	tiny_kernel(writer, 0, add_shape(writer, copy.symbol, 9, 2, 64, 0), 40, 50, 60, 3);
	tiny_kernel(writer, 0, add_shape(writer, "unmeasured", 9, 2, 64, 0), 60, 70, 80, 4);
	ck_assert_int_eq(ct_writer_close(writer, 0), 0);
	return tiny_open(path);
}

START_TEST(test_joined)
{
	struct ct_trace *trace, *joined;
	struct ct_join_summary summary;
	g_autofree char *path = NULL;
	g_autoptr(GError) error = NULL;
	uint64_t read = 0, written = 0, l2 = 0;

	/* First: what a child inherits of tiny_path() it would remove when it ends. */
	run(many, "");
	path = tiny_path("joined.ctt");
	trace = recorded();
	ck_assert_msg(ct_join_counters(trace, table, 0, path, &summary, &error), "%s",
		      error ? error->message : "?");
	joined = tiny_open(path);
	ck_assert_uint_eq(joined->n_counters, 3);
	for (uint32_t i = 0; i < joined->n_counters; i++) {
		read += joined->counter[i].dram_read_bytes;
		written += joined->counter[i].dram_write_bytes;
		l2 += joined->counter[i].l2_bytes;
	}
	ck_assert_uint_eq(read, 1000 + 1000 + 4000);
	ck_assert_uint_eq(written, 500 + 500 + 4000);
	ck_assert_uint_eq(l2, 320 + 320 + 8000);
	ck_assert_double_eq(summary.counted_ns / summary.kernel_ns, 0.75);
	ct_join_summary_clear(&summary);
	ct_trace_free(trace);
	ct_trace_free(joined);
}
END_TEST

static void make_page(void)
{
	g_autofree char *path = g_build_filename(folder, CT_SESSION_PAGE_NAME, NULL);
	int fd = open(path, O_RDWR | O_CREAT, 0600);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(ftruncate(fd, 4096), 0);
	page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
	page->magic = CT_SESSION_MAGIC;
	page->version = CT_SESSION_VERSION;
	page->flags = CT_SESSION_CHILDREN;
}

static void setup(void)
{
	folder = g_dir_make_tmp("cotenant-counters-XXXXXX", NULL);
	make_page();
	table = ct_counter_table_new();
}

static void teardown(void)
{
	g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
	const char *name;

	while ((name = g_dir_read_name(dir))) {
		g_autofree char *path = g_build_filename(folder, name, NULL);

		g_unlink(path);
	}
	g_rmdir(folder);
	g_free(folder);
	munmap(page, 4096);
	ct_counter_table_free(table);
}

int main(void)
{
	Suite *suite = suite_create("counters");
	TCase *tcase = tcase_create("counters");
	SRunner *runner;
	int failed;

	tcase_set_timeout(tcase, 60);
	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, test_many);
	tcase_add_test(tcase, test_mixed);
	tcase_add_test(tcase, test_threads);
	tcase_add_test(tcase, test_destroyed);
	tcase_add_test(tcase, test_forked);
	tcase_add_test(tcase, test_stopped);
	tcase_add_loop_test(tcase, test_fault, 0, G_N_ELEMENTS(faults));
	tcase_add_test(tcase, test_left_out);
	tcase_add_test(tcase, test_joined);
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
