/*
 * import-kineto - what the PyTorch profiler writes, hazard by hazard.
 */
#include "config.h"

#include <check.h>
#include <glib/gstdio.h>
#include <string.h>
#include <zlib.h>

#include "sim/base/error.h"
#include "tests/unit/import-case.h"

/* JSON in C: ' stands for ". */
#define KERNEL(name, ts, dur, args)                                                        \
	"{'ph': 'X', 'cat': 'kernel', 'name': '" name "', 'pid': 0, 'tid': 7, 'ts': " ts   \
	", 'dur': " dur ", 'args': {" args "}}"
#define ON_STREAM(stream, correlation)                                                     \
	"'device': 0, 'context': 1, 'stream': " stream ", 'correlation': " correlation
#define SHAPE                                                                              \
	", 'registers per thread': 122, 'shared memory': 12544, 'grid': [8, 16, 5],"       \
	" 'block': [128, 1, 1]"
#define CALL(name, ts, dur, correlation)                                                   \
	"{'ph': 'X', 'cat': 'cuda_runtime', 'name': '" name "', 'pid': 100, 'tid': 101,"   \
	" 'ts': " ts ", 'dur': " dur ", 'args': {'cbid': 1, 'correlation': " correlation   \
	"}}"
#define COPY(cat, name, correlation)                                                       \
	"{'ph': 'X', 'cat': '" cat "', 'name': '" name "', 'pid': 0, 'tid': 7, 'ts': 20,"  \
	" 'dur': 3, 'args': {'stream': 7, 'correlation': " correlation ", 'bytes': 512,"   \
	" 'memory bandwidth (GB/s)': 'N/A'}}"
#define SYNC(kind, stream, correlation, wait)                                              \
	"{'ph': 'X', 'cat': 'cuda_sync', 'name': '" kind "', 'pid': 0, 'tid': -1,"         \
	" 'ts': 1, 'dur': 1, 'args': {" ON_STREAM(stream, correlation) wait "}}"
#define WAIT(stream, record, event)                                                        \
	", 'wait_on_stream': " stream ", 'wait_on_cuda_event_record_corr_id': " record     \
	", 'wait_on_cuda_event_id': " event
#define ONE_KERNEL    KERNEL("k", "10", "5", ON_STREAM("7", "1") SHAPE)
#define TRACE(events) "{'schemaVersion': 1, 'traceEvents': [" events "]}"

static struct import_case *begin(const char *text)
{
	static struct import_case c;
	g_autofree char *json = g_strdelimit(g_strdup(text), "'", '"');

	import_case_begin(&c, "trace.json", json, strlen(json));
	return &c;
}

static struct import_case *run(const char *text)
{
	struct import_case *c = begin(text);

	import_case_run(c);
	return c;
}

/* EVENTS ends with NULL. */
static struct import_case *run_events(const char *const *events)
{
	g_autofree char *list = g_strjoinv(",\n", (char **)events);
	g_autofree char *text = g_strdup_printf(TRACE("%s"), list);

	return run(text);
}

static void fails(const char *text, const char *why)
{
	struct import_case *c = begin(text);

	import_case_fails(c, CT_EXIT_INPUT, why);
	import_case_end(c);
}

/* A launch, and its kernel 20.5 us later, whatever the clock.  FORMAT takes both. */
static void check_clock(const char *format, const char *call_ts, const char *kernel_ts,
			gint64 origin_ns, uint32_t clock)
{
	g_autofree char *events =
		g_strdup_printf(CALL("cudaLaunchKernel", "%s", "4", "1") ", " KERNEL(
					"k", "%s", "3.001", ON_STREAM("7", "1")),
				call_ts, kernel_ts);
	g_autofree char *text = g_strdup_printf(format, events);
	struct import_case *c = run(text);
	const struct ct_op *op = import_case_op(c, CT_OP_KERNEL, 0);

	ck_assert_int_eq(c->trace->origin_ns, origin_ns);
	ck_assert_uint_eq(c->trace->clock, clock);
	ck_assert_int_eq(op->api_start_ns, 0);
	ck_assert_int_eq(op->api_end_ns, 4000);
	ck_assert_int_eq(op->start_ns, 20500);
	ck_assert_int_eq(op->end_ns, 23501);
	import_case_end(c);
}

START_TEST(test_clocks)
{
	const gint64 base_ns = 1751410836000000000;

	check_clock(TRACE("%s"), "1000", "1020.5", 1000000, CT_CLOCK_UNKNOWN);
	check_clock("[%s]", "1000", "1020.5", 1000000, CT_CLOCK_UNKNOWN);
	check_clock(TRACE("%s"), "1.712867402348289e15", "1712867402348309.5",
		    1712867402348289000, CT_CLOCK_UNKNOWN);
	check_clock("{'baseTimeNanoseconds': 1751410836000000000, 'traceEvents': [%s]}",
		    "1419247333417.54", "1419247333438.04", base_ns + 1419247333417540,
		    CT_CLOCK_UNIX);
	check_clock("{'traceEvents': [%s], 'baseTimeNanoseconds': 1751410836000000000}",
		    "1419247333417.54", "1419247333438.04", base_ns + 1419247333417540,
		    CT_CLOCK_UNIX);
}
END_TEST

START_TEST(test_shape)
{
	struct import_case *c = run(TRACE(ONE_KERNEL));
	const struct ct_op *op = import_case_op(c, CT_OP_KERNEL, 0);
	const struct ct_shape_record *shape = &c->trace->shape[op->shape];

	ck_assert_str_eq(ct_trace_string(c->trace, shape->name), "k");
	ck_assert_uint_eq(shape->grid[0], 8);
	ck_assert_uint_eq(shape->grid[1], 16);
	ck_assert_uint_eq(shape->grid[2], 5);
	ck_assert_uint_eq(shape->block[0], 128);
	ck_assert_uint_eq(shape->registers, 122);
	ck_assert_uint_eq(shape->smem_static_bytes + shape->smem_dynamic_bytes, 12544);
	ck_assert_uint_eq(shape->flags,
			  CT_SHAPE_HAS_GRID | CT_SHAPE_HAS_REGISTERS | CT_SHAPE_HAS_SMEM);
	ck_assert_uint_eq(import_case_stream(c, op), 7);
	import_case_end(c);
}
END_TEST

/* One correlation, many kernels, none with a shape: a graph on an AMD device. */
START_TEST(test_graph)
{
#define NODE(name, ts, dur)                                                                \
	KERNEL(name, ts, dur, "'device': 9, 'stream': 3, 'correlation': 5")
	static const char *const events[] = {
		NODE("b", "30", "5"),
		NODE("a", "20", "5"),
		NODE("c", "40", "0"),
		CALL("hipGraphLaunch", "10", "2", "5"),
		NULL,
	};
	struct import_case *c = run_events(events);
	const struct ct_op *launch = import_case_op(c, CT_OP_GRAPH_LAUNCH, 0);

	ck_assert_int_eq(launch->api_start_ns, 0);
	ck_assert_int_eq(launch->start_ns, CT_TIME_NONE);
	ck_assert_uint_eq(c->ops->len, 4);
	ck_assert_uint_eq(c->trace->device[0].id, 9);
	for (guint i = 0; i < 3; i++) {
		const struct ct_op *op = import_case_op(c, CT_OP_KERNEL, i);
		const struct ct_shape_record *shape = &c->trace->shape[op->shape];
		const char name[] = { "abc"[i], '\0' };

		ck_assert_ptr_eq(op, launch + 1 + i);
		ck_assert_str_eq(ct_trace_string(c->trace, shape->name), name);
		ck_assert_uint_eq(shape->flags, 0);
		ck_assert_uint_eq(op->flags, CT_OP_CHILD);
		ck_assert_int_eq(op->api_start_ns, CT_TIME_NONE);
	}
	import_case_end(c);
#undef NODE
}
END_TEST

/* Work without a launch, and kernels of one stream that overlap, are kept as they are. */
START_TEST(test_unlaunched_and_overlapping)
{
	static const char *const events[] = {
		CALL("cudaLaunchKernel", "1", "1", "2"),
		KERNEL("known", "10", "20", ON_STREAM("7", "2")),
		KERNEL("unknown", "15", "25", ON_STREAM("7", "99")),
		"{'ph': 'X', 'cat': 'kernel', 'name': 'bare', 'pid': 4, 'tid': 12,"
		" 'ts': 50, 'dur': 1}",
		NULL,
	};
	struct import_case *c = run_events(events);
	const struct ct_op *op;

	ck_assert_uint_eq(import_case_count(c, CT_OP_KERNEL), 3);
	ck_assert_uint_eq(c->summary.n_unlaunched, 2);
	ck_assert_uint_eq(c->summary.n_overlapping_in_stream, 1);
	for (guint i = 0; i < c->ops->len; i++) {
		op = &g_array_index(c->ops, struct ct_op, i);
		if (op->api_start_ns != CT_TIME_NONE)
			continue;
		ck_assert_uint_eq(op->flags, CT_OP_UNLAUNCHED);
		if (import_case_stream(c, op) == 12)
			ck_assert_uint_eq(
				c->trace->device[c->trace->stream[op->stream].device].id,
				4);
	}
	import_case_end(c);
}
END_TEST

START_TEST(test_copies)
{
	static const char *const events[] = {
		ONE_KERNEL,
		CALL("cudaMemcpy", "11", "1", "2"),
		CALL("cudaMemcpyAsync", "12", "1", "3"),
		CALL("cudaMemsetAsync", "13", "1", "4"),
		COPY("gpu_memcpy", "Memcpy HtoD (Pageable -> Device)", "2"),
		COPY("gpu_memcpy", "Memcpy DtoH (Device -> Pinned)", "3"),
		COPY("gpu_memset", "Memset (Device)", "4"),
		NULL,
	};
	struct import_case *c = run_events(events);
	const struct ct_op *op = import_case_op(c, CT_OP_MEMCPY, 0);

	ck_assert_uint_eq(op->copy, CT_COPY_HTOD);
	ck_assert_uint_eq(op->flags, CT_OP_PAGEABLE | CT_OP_BLOCKING);
	ck_assert_uint_eq(op->bytes, 512);
	op = import_case_op(c, CT_OP_MEMCPY, 1);
	ck_assert_uint_eq(op->copy, CT_COPY_DTOH);
	ck_assert_uint_eq(op->flags, 0);
	op = import_case_op(c, CT_OP_MEMSET, 0);
	ck_assert_uint_eq(op->bytes, 512);
	import_case_end(c);
}
END_TEST

/* cuda_sync names the stream and event of calls before and after it. */
START_TEST(test_sync)
{
	static const char *const events[] = {
		ONE_KERNEL,
		KERNEL("other", "30", "1", ON_STREAM("24", "2")),
		CALL("cudaEventRecord", "20", "1", "32"),
		SYNC("Stream Wait Event", "24", "33", WAIT("7", "32", "19")),
		CALL("cudaStreamWaitEvent", "21", "1", "33"),
		CALL("cudaStreamSynchronize", "22", "9", "34"),
		SYNC("Stream Sync", "24", "34", ""),
		CALL("cudaDeviceSynchronize", "40", "9", "35"),
		SYNC("Context Sync", "4294967295", "35", ""),
		CALL("cudaEventSynchronize", "50", "9", "36"),
		SYNC("Event Sync", "-1", "36", WAIT("-1", "-1", "9")),
		CALL("cudaStreamSynchronize", "60", "9", "37"),
		CALL("cudaGetDevice", "70", "9", "38"),
		NULL,
	};
	struct import_case *c = run_events(events);
	const struct ct_op *op = import_case_op(c, CT_OP_EVENT_RECORD, 0);

	ck_assert_uint_eq(c->ops->len, 8);
	ck_assert_uint_eq(import_case_stream(c, op), 7);
	ck_assert_uint_eq(op->handle, 19);
	op = import_case_op(c, CT_OP_EVENT_WAIT, 0);
	ck_assert_uint_eq(import_case_stream(c, op), 24);
	ck_assert_uint_eq(op->handle, 19);
	op = import_case_op(c, CT_OP_STREAM_SYNC, 0);
	ck_assert_uint_eq(import_case_stream(c, op), 24);
	ck_assert_int_eq(op->api_end_ns - op->api_start_ns, 9000);
	op = import_case_op(c, CT_OP_STREAM_SYNC, 1);
	ck_assert_uint_eq(op->stream, CT_NONE);
	op = import_case_op(c, CT_OP_DEVICE_SYNC, 0);
	ck_assert_uint_eq(op->stream, CT_NONE);
	ck_assert_uint_ne(op->context, CT_NONE);
	op = import_case_op(c, CT_OP_EVENT_SYNC, 0);
	ck_assert_uint_eq(op->handle, 9);
	ck_assert_uint_eq(op->stream, CT_NONE);
	/* the streams that calls and kernels name are the same */
	op = import_case_op(c, CT_OP_KERNEL, 0);
	ck_assert_uint_eq(op->stream, import_case_op(c, CT_OP_EVENT_RECORD, 0)->stream);
	import_case_end(c);
}
END_TEST

START_TEST(test_markers_and_names_of_threads)
{
	static const char *const events[] = {
		ONE_KERNEL,
		"{'name': 'step 1', 'tid': 'main', 'pid': 'trainer', 'dur': 50, 'ts': 1,"
		" 'args': {'x': [1, {}]}, 'cat': 'user_annotation', 'ph': 'X'}",
		"{'ph': 'X', 'cat': 'gpu_user_annotation', 'name': 'step 1', 'pid': 0,"
		" 'tid': 7, 'ts': 1, 'dur': 5}",
		NULL,
	};
	struct import_case *c = run_events(events);
	const struct ct_op *op = import_case_op(c, CT_OP_MARKER_BEGIN, 0);

	ck_assert_uint_eq(import_case_count(c, CT_OP_MARKER_BEGIN), 1);
	ck_assert_str_eq(ct_trace_string(c->trace, op->name), "step 1");
	ck_assert_int_eq(op->api_start_ns, 0);
	op = import_case_op(c, CT_OP_MARKER_END, 0);
	ck_assert_int_eq(op->api_start_ns, 50000);
	import_case_end(c);
}
END_TEST

START_TEST(test_device)
{
	struct import_case *c =
		run("{'traceEvents': [" ONE_KERNEL "], 'deviceProperties': [{'id': 0,"
		    " 'name': 'NVIDIA H100 80GB HBM3', 'totalGlobalMem': 85018279936,"
		    " 'computeMajor': 9, 'computeMinor': 0, 'numSms': 132, 'warpSize': 32,"
		    " 'maxThreadsPerMultiprocessor': 2048, 'regsPerMultiprocessor': 65536,"
		    " 'sharedMemPerMultiprocessor': 233472,"
		    " 'sharedMemPerBlockOptin': 232448, 'unknown': {'id': 5}}]}");
	const struct ct_device_record *device = &c->trace->device[0];

	ck_assert_str_eq(ct_trace_string(c->trace, device->name), "NVIDIA H100 80GB HBM3");
	ck_assert_uint_eq(device->id, 0);
	ck_assert_uint_eq(device->memory_bytes, 85018279936);
	ck_assert_uint_eq(device->cc_major, 9);
	ck_assert_uint_eq(device->sms, 132);
	ck_assert_uint_eq(device->threads_per_sm, 2048);
	ck_assert_uint_eq(device->smem_per_sm_bytes, 233472);
	ck_assert_uint_eq(device->smem_per_block_optin_bytes, 232448);
	ck_assert_uint_eq(device->vendor, CT_VENDOR_NVIDIA);
	import_case_end(c);
}
END_TEST

/* What the format has no place for must not reach the file, not even as slack. */
START_TEST(test_secrets_stay_out)
{
	static const char secret[] = "hunter2";
	struct import_case *c = run(
		"{'metadata': {'env': {'TOKEN': 'hunter2', 'traceEvents': ['hunter2']}},"
		" 'distributedInfo': {'name': 'hunter2'}, 'traceEvents': [" ONE_KERNEL ","
		"{'ph': 'M', 'name': 'process_name', 'args': {'name': 'hunter2'}},"
		"{'ph': 'X', 'cat': 'cpu_op', 'name': 'hunter2', 'pid': 1, 'tid': 2,"
		" 'ts': 1, 'dur': 1, 'args': {'Call stack': 'hunter2'}},"
		"{'ph': 'X', 'cat': 'cuda_runtime', 'name': 'hunter2', 'pid': 'hunter2',"
		" 'tid': 'hunter2', 'ts': 1, 'dur': 1}],"
		" 'traceName': '/home/hunter2/trace.json'}");
	g_autofree char *bytes = NULL;
	size_t length;

	ck_assert(g_file_get_contents(c->out, &bytes, &length, NULL));
	ck_assert_ptr_null(memmem(bytes, length, secret, strlen(secret)));
	import_case_end(c);
}
END_TEST

START_TEST(test_refused)
{
#define BAD_TS(ts, dur) TRACE(ONE_KERNEL "," KERNEL("bad", ts, dur, ON_STREAM("7", "2")))
	fails(BAD_TS("10", "-1"), "event 1: dur is negative");
	fails(BAD_TS("1e30", "1"), "event 1: ts is no number");
	fails(BAD_TS("9223372036854775.8", "1"), "event 1: dur ends beyond");
	fails(BAD_TS("NaN", "1"), "not JSON");
	fails(BAD_TS("'10'", "1"), "event 1: ts is missing");
	fails(BAD_TS("10", "null"), "event 1: dur is missing");
#undef BAD_TS
	fails(TRACE(KERNEL("k", "1", "1", ON_STREAM("7", "4294967296"))),
	      "event 0: correlation is out of range");
	fails(TRACE(KERNEL("k", "1", "1", ON_STREAM("-7", "1"))),
	      "event 0: stream is out of range");
	fails(TRACE(KERNEL("k", "1", "1", "'grid': [1, -1, 1]")),
	      "event 0: grid is out of range");
	fails(TRACE(KERNEL("k", "1", "1", "'registers per thread': 70000")),
	      "event 0: registers per thread is out of range");
	fails("{'deviceProperties': [{'numSms': -1}], 'traceEvents': []}",
	      "deviceProperties: numSms is out of range");
}
END_TEST

START_TEST(test_no_trace)
{
	fails("", "is empty");
	fails("  \n ", "none of the known formats");
	fails("{'hello': [1, 2]}", "no \"traceEvents\"");
	fails("{'traceEvents': 5}", "no \"traceEvents\"");
	fails(TRACE(""), "kernel");
	fails(TRACE(CALL("cudaMalloc", "1", "1", "1")), "kernel");
	fails(TRACE(ONE_KERNEL) "]", "not JSON");
	fails("{'traceEvents': [" ONE_KERNEL, "ends before it is complete");
	fails("{'traceEvents': [{'ph': 'X', 'na", "ends before it is complete");
	fails("{'traceEvents': [" ONE_KERNEL ",}", "not JSON");
}
END_TEST

/* A number that does not fit is no concern of ours in an event that is none either. */
START_TEST(test_huge_numbers_elsewhere)
{
	struct import_case *c = run(TRACE(
		ONE_KERNEL ",{'ts': 1e400, 'pid': 99999999999999999999, 'cat': 'cpu_op',"
			   " 'ph': 'X', 'args': {'Comms Id': 10159970886766084423}}"));

	ck_assert_uint_eq(import_case_count(c, CT_OP_KERNEL), 1);
	import_case_end(c);
}
END_TEST

START_TEST(test_hostile_sizes)
{
	g_autoptr(GString) text = g_string_new("{'traceEvents': [{'args': ");

	for (guint i = 0; i < 100000; i++)
		g_string_append_c(text, '[');
	fails(text->str, "nested deeper");
	g_string_assign(text, "{'metadata': '");
	g_string_set_size(text, 40u << 20);
	memset(text->str + 14, 'x', text->len - 14);
	fails(text->str, "longer than");
}
END_TEST

START_TEST(test_long_name)
{
	g_autoptr(GString) text = g_string_new("[{'ph': 'X', 'cat': 'kernel',"
					       " 'ts': 1, 'dur': 1, 'name': '");
	struct import_case *c;
	const struct ct_op *op;

	for (guint i = 0; i < 10000; i++)
		g_string_append(text, "\xc3\xa4");
	g_string_append(text, "'}]");
	c = run(text->str);
	op = import_case_op(c, CT_OP_KERNEL, 0);
	ck_assert(g_utf8_validate(
		ct_trace_string(c->trace, c->trace->shape[op->shape].name), -1, NULL));
	import_case_end(c);
}
END_TEST

/* Gzip is told by content; cut off anywhere, it is an error. */
START_TEST(test_gzip)
{
	g_autofree char *plain = g_strdelimit(g_strdup(TRACE(ONE_KERNEL)), "'", '"');
	struct import_case c;
	char packed[4096];
	z_stream z = { 0 };

	deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
	z.next_in = (Bytef *)plain;
	z.avail_in = (uInt)strlen(plain);
	z.next_out = (Bytef *)packed;
	z.avail_out = sizeof(packed);
	ck_assert_int_eq(deflate(&z, Z_FINISH), Z_STREAM_END);
	deflateEnd(&z);
	import_case_begin(&c, "trace.json", packed, z.total_out);
	import_case_run(&c);
	ck_assert_uint_eq(import_case_count(&c, CT_OP_KERNEL), 1);
	import_case_end(&c);
	for (size_t length = 20; length < z.total_out; length += 30) {
		import_case_begin(&c, "trace.json.gz", packed, length);
		import_case_fails(&c, CT_EXIT_INPUT, "cut off");
		import_case_end(&c);
	}
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("import-kineto");
	TCase *tcase = tcase_create("import-kineto");
	SRunner *runner;
	int failed;

	tcase_set_timeout(tcase, 60);
	tcase_add_test(tcase, test_clocks);
	tcase_add_test(tcase, test_shape);
	tcase_add_test(tcase, test_graph);
	tcase_add_test(tcase, test_unlaunched_and_overlapping);
	tcase_add_test(tcase, test_copies);
	tcase_add_test(tcase, test_sync);
	tcase_add_test(tcase, test_markers_and_names_of_threads);
	tcase_add_test(tcase, test_device);
	tcase_add_test(tcase, test_secrets_stay_out);
	tcase_add_test(tcase, test_refused);
	tcase_add_test(tcase, test_no_trace);
	tcase_add_test(tcase, test_huge_numbers_elsewhere);
	tcase_add_test(tcase, test_hostile_sizes);
	tcase_add_test(tcase, test_long_name);
	tcase_add_test(tcase, test_gzip);
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
