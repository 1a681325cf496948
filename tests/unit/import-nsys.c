/*
 * import-nsys - small Nsight Systems databases, hazard by hazard.
 */
#include <check.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <sqlite3.h>
#include <string.h>
#include <unistd.h>

#include "sim/base/error.h"
#include "tests/unit/import-case.h"

#define STRINGS                                                                            \
	"CREATE TABLE StringIds (id INTEGER PRIMARY KEY, value TEXT NOT NULL);"            \
	"INSERT INTO StringIds VALUES (1, 'gemm'), (2, 'void gemm<int>(T1)'),"             \
	" (3, 'cudaLaunchKernel_v7000'), (4, 'cudaStreamWaitEvent_v3020'),"                \
	" (5, 'cudaMemcpy_v3020'), (6, 'cudaEventQuery_v3020'), (7, 'cudaMalloc_v3020'),"  \
	" (8, 'step'), (9, 'cudaDeviceSynchronize_v3020'), (10, 'cudaLaunchKernel'),"      \
	" (11, 'cudaEventRecord_v3020');"
#define KERNELS                                                                            \
	"CREATE TABLE CUPTI_ACTIVITY_KIND_KERNEL (start INTEGER, end INTEGER,"             \
	" deviceId INTEGER, contextId INTEGER, streamId INTEGER, correlationId INTEGER,"   \
	" globalPid INTEGER, demangledName INTEGER, shortName INTEGER,"                    \
	" registersPerThread INTEGER, gridX INTEGER, gridY INTEGER, gridZ INTEGER,"        \
	" blockX INTEGER, blockY INTEGER, blockZ INTEGER, staticSharedMemory INTEGER,"     \
	" dynamicSharedMemory INTEGER, launchType INTEGER);"
#define CALLS                                                                              \
	"CREATE TABLE CUPTI_ACTIVITY_KIND_RUNTIME (start INTEGER, end INTEGER,"            \
	" globalTid INTEGER, correlationId INTEGER, nameId INTEGER, returnValue INTEGER);"
/* Two processes of one machine: pid 100 with thread 101, pid 200 with thread 201. */
#define PID_A "((1 << 48) + (100 << 24))"
#define TID_A "((1 << 48) + (100 << 24) + 101)"
#define PID_B "((1 << 48) + (200 << 24))"
#define TID_B "((1 << 48) + (200 << 24) + 201)"
#define KERNEL(start, end, correlation, pid)                                               \
	"INSERT INTO CUPTI_ACTIVITY_KIND_KERNEL VALUES (" start ", " end                   \
	", 0, 1, 7, " correlation ", " pid                                                 \
	", 2, 1, 32, 4, 5, 6, 128, 2, 1, 1024, 2048, 1);"
#define CALL(start, end, tid, correlation, name)                                           \
	"INSERT INTO CUPTI_ACTIVITY_KIND_RUNTIME VALUES (" start ", " end ", " tid         \
	", " correlation ", " name ", 0);"
#define ONE_KERNEL STRINGS KERNELS KERNEL("1000", "3000", "5", PID_A)

static struct import_case *begin(const char *sql)
{
	static struct import_case c;
	char *message = NULL;
	sqlite3 *db;

	import_case_begin(&c, "report.sqlite", "", 0);
	ck_assert_int_eq(sqlite3_open(c.in, &db), SQLITE_OK);
	sqlite3_exec(db, sql, NULL, NULL, &message);
	ck_assert_msg(message == NULL, "%s", message);
	sqlite3_close(db);
	return &c;
}

static struct import_case *run(const char *sql)
{
	struct import_case *c = begin(sql);

	import_case_run(c);
	return c;
}

static void fails(const char *sql, const char *why)
{
	struct import_case *c = begin(sql);

	import_case_fails(c, CT_EXIT_INPUT, why);
	import_case_end(c);
}

static uint32_t pid_of(const struct import_case *c, const struct ct_op *op)
{
	guint i = (guint)(op - (const struct ct_op *)(void *)c->ops->data);
	uint32_t process = c->trace->lane[g_array_index(c->lanes, uint32_t, i)].process;

	return process == CT_NONE ? CT_NONE : c->trace->process[process].pid;
}

START_TEST(test_kernel)
{
	struct import_case *c = run(ONE_KERNEL CALLS CALL("400", "600", TID_A, "5", "3"));
	const struct ct_op *op = import_case_op(c, CT_OP_KERNEL, 0);
	const struct ct_shape_record *shape = &c->trace->shape[op->shape];

	ck_assert_int_eq(op->start_ns - op->api_start_ns, 600);
	ck_assert_int_eq(op->end_ns - op->start_ns, 2000);
	ck_assert_int_eq(op->api_end_ns - op->api_start_ns, 200);
	ck_assert_uint_eq(pid_of(c, op), 100);
	ck_assert_uint_eq(import_case_stream(c, op), 7);
	ck_assert_str_eq(ct_trace_string(c->trace, shape->name), "gemm");
	ck_assert_uint_eq(shape->flags,
			  CT_SHAPE_HAS_GRID | CT_SHAPE_HAS_REGISTERS | CT_SHAPE_HAS_SMEM);
	ck_assert_uint_eq(shape->grid[2], 6);
	ck_assert_uint_eq(shape->block[1], 2);
	ck_assert_uint_eq(shape->smem_static_bytes, 1024);
	ck_assert_uint_eq(shape->smem_dynamic_bytes, 2048);
	import_case_end(c);
}
END_TEST

START_TEST(test_correlations_are_per_process)
{
	struct import_case *c = run(ONE_KERNEL CALLS KERNEL("1100", "1200", "5", PID_B)
					    CALL("1050", "1060", TID_B, "5", "3")
						    CALL("400", "600", TID_A, "5", "3"));
	guint i;

	ck_assert_uint_eq(c->summary.n_unlaunched, 0);
	for (i = 0; i < 2; i++) {
		const struct ct_op *op = import_case_op(c, CT_OP_KERNEL, i);

		ck_assert_int_eq(op->start_ns - op->api_start_ns,
				 pid_of(c, op) == 100 ? 600 : 50);
	}
	import_case_end(c);
}
END_TEST

START_TEST(test_call_that_stands_twice)
{
	struct import_case *c = run(ONE_KERNEL CALLS CALL("450", "550", TID_A, "5", "10")
					    CALL("400", "600", TID_A, "5",
						 "3") CALL("700", "800", TID_A, "6", "9")
						    CALL("700", "800", TID_A, "6", "9"));
	const struct ct_op *op = import_case_op(c, CT_OP_KERNEL, 0);

	ck_assert_int_eq(op->api_end_ns - op->api_start_ns, 200);
	ck_assert_uint_eq(import_case_count(c, CT_OP_DEVICE_SYNC), 1);
	import_case_end(c);
}
END_TEST

START_TEST(test_backtraces_are_no_calls)
{
	struct import_case *c = run(
		ONE_KERNEL CALLS CALL("400", "600", TID_A, "5",
				      "3") "ALTER TABLE CUPTI_ACTIVITY_KIND_RUNTIME"
					   " ADD COLUMN eventClass INTEGER DEFAULT 0;"
					   "INSERT INTO CUPTI_ACTIVITY_KIND_RUNTIME"
					   " VALUES (390, 610, " TID_A ", 5, 10, 0, 67);");
	const struct ct_op *op = import_case_op(c, CT_OP_KERNEL, 0);

	ck_assert_int_eq(op->api_end_ns - op->api_start_ns, 200);
	import_case_end(c);
}
END_TEST

START_TEST(test_columns_that_are_missing)
{
	struct import_case *c =
		run("CREATE TABLE StringIds (id INTEGER PRIMARY KEY, value);"
		    "INSERT INTO StringIds VALUES (1, 'gemm');"
		    "CREATE TABLE CUPTI_ACTIVITY_KIND_KERNEL (start, end,"
		    " deviceId, streamId, shortName);"
		    "INSERT INTO CUPTI_ACTIVITY_KIND_KERNEL"
		    " VALUES (10, 20, 0, 7, 1);");
	const struct ct_op *op = import_case_op(c, CT_OP_KERNEL, 0);

	ck_assert_uint_eq(op->flags, CT_OP_UNLAUNCHED);
	ck_assert_uint_eq(c->trace->shape[op->shape].flags, 0);
	import_case_end(c);
}
END_TEST

START_TEST(test_sync_events_and_allocations)
{
	struct import_case *c = run(
		ONE_KERNEL CALLS CALL("1", "2", TID_A, "8", "4") CALL(
			"3", "4", TID_A, "9", "7") CALL("5", "6", TID_A, "10", "6")
			CALL("7", "8", TID_A, "11",
			     "11") "CREATE TABLE CUPTI_ACTIVITY_KIND_SYNCHRONIZATION "
				   "(start INTEGER, end INTEGER,"
				   " deviceId INTEGER, contextId INTEGER, streamId INTEGER,"
				   " correlationId INTEGER, globalPid INTEGER, syncType "
				   "INTEGER,"
				   " eventId INTEGER);"
				   "INSERT INTO CUPTI_ACTIVITY_KIND_SYNCHRONIZATION"
				   " VALUES (1, 2, 0, 1, 7, 8, " PID_A ", 2, 77),"
				   " (1, 2, 0, 1, 8, 8, " PID_B ", 2, 88);"
				   "CREATE TABLE CUPTI_ACTIVITY_KIND_CUDA_EVENT (deviceId "
				   "INTEGER,"
				   " contextId INTEGER, streamId INTEGER, correlationId "
				   "INTEGER,"
				   " globalPid INTEGER, eventId INTEGER);"
				   "INSERT INTO CUPTI_ACTIVITY_KIND_CUDA_EVENT"
				   " VALUES (0, 1, 7, 11, " PID_A ", 77);"
				   "CREATE TABLE CUDA_GPU_MEMORY_USAGE_EVENTS (globalPid "
				   "INTEGER,"
				   " address INTEGER, bytes INTEGER, correlationId "
				   "INTEGER);"
				   "INSERT INTO CUDA_GPU_MEMORY_USAGE_EVENTS VALUES (" PID_A
				   ", 4096, 512, 9);");
	const struct ct_op *wait = import_case_op(c, CT_OP_EVENT_WAIT, 0);
	const struct ct_op *record = import_case_op(c, CT_OP_EVENT_RECORD, 0);
	const struct ct_op *alloc = import_case_op(c, CT_OP_ALLOC, 0);

	ck_assert_uint_eq(wait->handle, 77);
	ck_assert_uint_eq(import_case_stream(c, wait), 7);
	ck_assert_uint_eq(record->handle, 77);
	ck_assert_uint_eq(import_case_stream(c, record), 7);
	ck_assert_uint_eq(alloc->handle, 4096);
	ck_assert_uint_eq(alloc->bytes, 512);
	ck_assert_uint_eq(c->ops->len, 4); /* cudaEventQuery is no operation */
	import_case_end(c);
}
END_TEST

START_TEST(test_copies)
{
	struct import_case *c = run(ONE_KERNEL CALLS CALL(
		"1", "9000", TID_A, "6",
		"5") "CREATE TABLE CUPTI_ACTIVITY_KIND_MEMCPY (start, end, deviceId, "
		     "contextId,"
		     " streamId, correlationId, globalPid, bytes, copyKind, srcKind, "
		     "dstKind,"
		     " srcDeviceId, dstDeviceId);"
		     "INSERT INTO CUPTI_ACTIVITY_KIND_MEMCPY VALUES"
		     " (4000, 5000, 0, 1, 7, 6, " PID_A ", 4096, 1, 0, 2, NULL, NULL),"
		     " (6000, 7000, 0, 1, 7, NULL, " PID_A ", 64, 8, 2, 2, 0, 1);"
		     "CREATE TABLE CUPTI_ACTIVITY_KIND_MEMSET (start, end, deviceId, "
		     "contextId,"
		     " streamId, correlationId, globalPid, value, bytes);"
		     "INSERT INTO CUPTI_ACTIVITY_KIND_MEMSET VALUES"
		     " (7000, 7100, 0, 1, 7, NULL, " PID_A ", 0, 128);");
	const struct ct_op *op = import_case_op(c, CT_OP_MEMCPY, 0);

	if (op->flags & CT_OP_UNLAUNCHED)
		op = import_case_op(c, CT_OP_MEMCPY, 1);
	ck_assert_uint_eq(op->copy, CT_COPY_HTOD);
	ck_assert_uint_eq(op->flags, CT_OP_PAGEABLE | CT_OP_BLOCKING);
	ck_assert_uint_eq(op->bytes, 4096);
	ck_assert_int_eq(op->api_end_ns - op->api_start_ns, 8999);
	ck_assert_uint_eq(import_case_op(c, CT_OP_MEMSET, 0)->bytes, 128);
	import_case_end(c);
}
END_TEST

START_TEST(test_ranges)
{
	struct import_case *c =
		run(ONE_KERNEL "CREATE TABLE NVTX_EVENTS (start INTEGER, end INTEGER,"
			       " eventType INTEGER, text TEXT, globalTid INTEGER,"
			       " textId INTEGER);"
			       "INSERT INTO NVTX_EVENTS VALUES"
			       " (10, 90, 59, NULL, " TID_A ", 8),"
			       " (20, NULL, 59, 'open', " TID_A ", NULL),"
			       " (30, NULL, 75, 'domain', " TID_A ", NULL),"
			       " (40, NULL, 34, 'mark', " TID_A ", NULL);");

	ck_assert_uint_eq(import_case_count(c, CT_OP_MARKER_BEGIN), 2);
	ck_assert_uint_eq(import_case_count(c, CT_OP_MARKER_END), 2);
	ck_assert_str_eq(
		ct_trace_string(c->trace, import_case_op(c, CT_OP_MARKER_BEGIN, 0)->name),
		"step");
	ck_assert_uint_eq(c->summary.n_skipped, 1);
	import_case_end(c);
}
END_TEST

START_TEST(test_target)
{
	struct import_case *c = run(
		ONE_KERNEL
		"CREATE TABLE TARGET_INFO_GPU (id INTEGER, name TEXT, cuDevice INTEGER,"
		" smCount INTEGER, clockRate INTEGER, totalMemory INTEGER,"
		" maxWarpsPerSm INTEGER, threadsPerWarp INTEGER);"
		"INSERT INTO TARGET_INFO_GPU VALUES (0, 'idle', 1, 10, 1, 1, 1, 1),"
		" (1, 'NVIDIA A100', 0, 108, 1410000000, 84990623744, 64, 32);"
		"CREATE TABLE TARGET_INFO_CUDA_STREAM (streamId INTEGER, vmId INTEGER,"
		" processId INTEGER, contextId INTEGER, priority INTEGER, flag INTEGER);"
		"INSERT INTO TARGET_INFO_CUDA_STREAM VALUES"
		" (7, 1 << 48, 100, 1, 4294967291, 2), (8, 1 << 48, 100, 1, 0, 2),"
		" (7, 1 << 48, 999, 1, 0, 3);"
		"CREATE TABLE TARGET_INFO_SESSION_START_TIME (utcEpochNs INTEGER);"
		"INSERT INTO TARGET_INFO_SESSION_START_TIME VALUES (1779782330176752435);"
		"CREATE TABLE PROCESSES (globalPid INTEGER, pid INTEGER, name TEXT);"
		"INSERT INTO PROCESSES VALUES (" PID_A ", 100, '/home/someone/bin/python'),"
		" (" PID_B ", 200, 'other');");
	const struct ct_device_record *device = &c->trace->device[0];
	const struct ct_stream_record *stream = &c->trace->stream[0];

	ck_assert_uint_eq(c->trace->clock, CT_CLOCK_UNIX);
	ck_assert_int_eq(c->trace->origin_ns, 1779782330176753435);
	ck_assert_str_eq(ct_trace_string(c->trace, c->trace->process[0].name), "python");
	ck_assert_uint_eq(c->trace->n_devices, 1);
	ck_assert_str_eq(ct_trace_string(c->trace, device->name), "NVIDIA A100");
	ck_assert_uint_eq(device->sms, 108);
	ck_assert_uint_eq(device->clock_khz, 1410000);
	ck_assert_uint_eq(device->threads_per_sm, 2048);
	ck_assert_uint_eq(device->vendor, CT_VENDOR_NVIDIA);
	ck_assert_uint_eq(c->trace->n_streams, 1);
	ck_assert_int_eq(stream->priority, -5);
	ck_assert_uint_eq(stream->flags, CT_STREAM_PRIORITY_KNOWN | CT_STREAM_NONBLOCKING);
	import_case_end(c);
}
END_TEST

START_TEST(test_refused)
{
	fails("CREATE TABLE StringIds (id INTEGER PRIMARY KEY, value TEXT);",
	      "no table CUPTI_ACTIVITY_KIND_KERNEL");
	fails(STRINGS KERNELS, "kernel");
	fails(STRINGS "CREATE VIEW CUPTI_ACTIVITY_KIND_KERNEL AS WITH RECURSIVE"
		      " n(start) AS (SELECT 1 UNION ALL SELECT start + 1 FROM n)"
		      " SELECT start, start AS end, 0 AS deviceId, 7 AS streamId,"
		      " 1 AS shortName FROM n;",
	      "no table CUPTI_ACTIVITY_KIND_KERNEL");
	fails(STRINGS
	      "CREATE TABLE CUPTI_ACTIVITY_KIND_KERNEL (start INTEGER, end INTEGER);",
	      "table CUPTI_ACTIVITY_KIND_KERNEL has no column deviceId");
	fails(STRINGS KERNELS KERNEL("NULL", "2", "5", PID_A),
	      "table CUPTI_ACTIVITY_KIND_KERNEL, row 1: start is missing");
	fails(ONE_KERNEL KERNEL("'soon'", "2", "5", PID_A),
	      "row 2: start is not an integer");
	fails(ONE_KERNEL KERNEL("1.5", "2", "5", PID_A), "row 2: start is not an integer");
	fails(ONE_KERNEL KERNEL("1", "2", "-5", PID_A),
	      "row 2: correlationId is out of range");
	fails(ONE_KERNEL KERNEL("9", "2", "5", PID_A),
	      "row 2: kernel with correlation 5: duration is negative");
	fails(ONE_KERNEL "UPDATE CUPTI_ACTIVITY_KIND_KERNEL SET gridX = -1;",
	      "row 1: gridX is out of range");
	fails(ONE_KERNEL "UPDATE CUPTI_ACTIVITY_KIND_KERNEL SET shortName = 99,"
			 " demangledName = NULL;",
	      "row 1: shortName names no string in StringIds");
	fails(KERNELS KERNEL("1", "2", "5", PID_A), "names no string in StringIds");
	fails(ONE_KERNEL "CREATE TABLE CUPTI_ACTIVITY_KIND_RUNTIME (start INTEGER);",
	      "table CUPTI_ACTIVITY_KIND_RUNTIME has no column end");
}
END_TEST

START_TEST(test_rows_without_end)
{
	/* Joining equal correlations makes n * n rows of n. */
	fails(ONE_KERNEL CALLS
	      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n"
	      " WHERE i < 5000) INSERT INTO CUPTI_ACTIVITY_KIND_RUNTIME"
	      " SELECT i, i, " TID_A ", 5, 3, 0 FROM n;"
	      "CREATE TABLE CUPTI_ACTIVITY_KIND_SYNCHRONIZATION (globalPid INTEGER,"
	      " correlationId INTEGER);"
	      "INSERT INTO CUPTI_ACTIVITY_KIND_SYNCHRONIZATION SELECT " PID_A
	      ", 5 FROM CUPTI_ACTIVITY_KIND_RUNTIME;",
	      "more rows than the file can hold");
}
END_TEST

START_TEST(test_damaged_files)
{
	struct import_case *c = begin(ONE_KERNEL);
	g_autofree char *data = NULL;
	gsize length, cut;
	int fd;

	ck_assert(g_file_get_contents(c->in, &data, &length, NULL));
	for (cut = 64; cut < length; cut += 1024) {
		g_file_set_contents(c->in, data, (gssize)cut, NULL);
		import_case_fails(c, CT_EXIT_INPUT, ": ");
	}
	memset(data + 100, 0xa5, length - 100); /* as an encrypted file looks */
	g_file_set_contents(c->in, data, (gssize)length, NULL);
	import_case_fails(c, CT_EXIT_INPUT, ": ");
	import_case_end(c);

	c = begin(ONE_KERNEL);
	{
		g_autofree char *journal = g_strconcat(c->in, "-wal", NULL);
		g_autoptr(GError) error = NULL;
		struct ct_import_options options = { 0 };

		fd = open(journal, O_CREAT | O_WRONLY, 0600);
		ck_assert_int_eq(write(fd, "x", 1), 1);
		close(fd);
		ck_assert(!ct_import(c->in, c->out, &options, &c->summary, &error));
		ck_assert_ptr_nonnull(strstr(error->message, "still being written"));
		g_unlink(journal);
	}
	import_case_end(c);
}
END_TEST

START_TEST(test_leaves_the_folder_alone)
{
	struct import_case *c = begin(ONE_KERNEL);

	ck_assert_int_eq(g_chmod(c->in, 0400), 0);
	import_case_run(c);
	g_unlink(c->out);
	g_unlink(c->in);
	ck_assert_int_eq(g_rmdir(c->directory), 0); /* nothing else was left in it */
	import_case_end(c);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("import-nsys");
	TCase *tcase = tcase_create("import-nsys");
	SRunner *runner;
	int failed;

	tcase_set_timeout(tcase, 60);
	tcase_add_test(tcase, test_kernel);
	tcase_add_test(tcase, test_correlations_are_per_process);
	tcase_add_test(tcase, test_call_that_stands_twice);
	tcase_add_test(tcase, test_backtraces_are_no_calls);
	tcase_add_test(tcase, test_columns_that_are_missing);
	tcase_add_test(tcase, test_sync_events_and_allocations);
	tcase_add_test(tcase, test_copies);
	tcase_add_test(tcase, test_ranges);
	tcase_add_test(tcase, test_target);
	tcase_add_test(tcase, test_refused);
	tcase_add_test(tcase, test_rows_without_end);
	tcase_add_test(tcase, test_damaged_files);
	tcase_add_test(tcase, test_leaves_the_folder_alone);
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
