/*
 * import-csv - the CSV reader, and the reports of nsys stats.
 */
#include <check.h>
#include <string.h>
#include <unistd.h>

#include "sim/base/error.h"
#include "tests/unit/import-case.h"
#include "traces/csv.h"

#define OLD                                                                                \
	"Start (ns),Duration (ns),CorrId,GrdX,GrdY,GrdZ,BlkX,BlkY,BlkZ,Reg/Trd,"           \
	"StcSMem (MB),DymSMem (MB),Bytes (MB),Throughput (MBps),SrcMemKd,DstMemKd,"        \
	"Device,Ctx,Strm,Name\n"
#define NEW                                                                                \
	"Start (us),Duration (us),CorrId,GrdX,GrdY,GrdZ,BlkX,BlkY,BlkZ,Reg/Trd,"           \
	"StcSMem (KB),DymSMem (KB),Bytes (KB),Throughput (MB/s),SrcMemKd,DstMemKd,"        \
	"Device,Ctx,GreenCtx,Strm,Name\n"
#define KERNEL                                                                             \
	"1000,500,7,2,3,1,128,1,1,32,0.001,0.002,,,,,NVIDIA A100 (80GB) (1),1,14,"         \
	"\"void f<int, \"\"x\"\">(T1, T2)\"\n"
#define NEW_KERNEL "1.5,0.25,7,2,3,1,128,1,1,32,0,0.5,,,,,NVIDIA A100 (1),1,,14,f\n"

/* The records of TEXT, fields joined by '|' and records by '/'; or the error. */
static char *read_all(const char *text, size_t length)
{
	GString *all = g_string_new(NULL);
	g_autoptr(GError) error = NULL;
	struct import_case c;
	struct ct_csv *csv;
	char *const *field;
	unsigned n, i;

	import_case_begin(&c, "x.csv", text, length);
	csv = ct_csv_open(c.in, &error);
	ck_assert_ptr_nonnull(csv);
	while ((field = ct_csv_next(csv, &n, &error))) {
		for (i = 0; i < n; i++)
			g_string_append_printf(all, "%s%s", i ? "|" : "", field[i]);
		g_string_append_c(all, '/');
	}
	if (error) {
		ck_assert_ptr_nonnull(strstr(error->message, c.in));
		g_string_assign(all, error->message + strlen(c.in));
	}
	ct_csv_free(csv);
	import_case_end(&c);
	return g_string_free(all, FALSE);
}

static void check_read(const char *text, const char *expected)
{
	g_autofree char *got = read_all(text, strlen(text));

	ck_assert_str_eq(got, expected);
}

START_TEST(test_records)
{
	check_read("", "");
	check_read("a,b\n", "a|b/");
	check_read("a,b", "a|b/");
	check_read("a,\n,\n", "a|/|/");
	check_read("a\r\nb\r\n", "a/b/");
	check_read("\xef\xbb\xbf"
		   "a,b\n",
		   "a|b/");
	check_read("a\n\n\r\nb\n", "a/b/");
	check_read("\"a,b\",\"c\"\"d\"\"\",\"\"\n", "a,b|c\"d\"|/");
	check_read("\"two\nlines\",x\ny\n", "two\nlines|x/y/");
	check_read("a\rb,c\n", "a\rb|c/");
	check_read("a\"b\n", "a\"b/");
}
END_TEST

START_TEST(test_broken_records)
{
	g_autofree char *many = g_strnfill(CT_CSV_FIELDS, ',');
	g_autofree char *huge = g_strnfill(CT_CSV_RECORD_BYTES + 10, 'x');
	g_autofree char *nul = read_all("a\nb\0c\n", 6);

	check_read("a\n\"b,c\nd\n", ": line 2: the file ends inside a quoted field");
	check_read("a\n\"b\"c\n", ": line 2: text after the closing quote of a field");
	check_read(many, ": line 1: more than 256 fields");
	check_read(huge, ": line 1: record exceeds 1048576 bytes (a closing quote may be "
			 "missing)");
	ck_assert_str_eq(nul, ": line 2: holds a NUL byte");
}
END_TEST

static struct import_case *run(const char *text)
{
	static struct import_case c;

	import_case_begin(&c, "report.csv", text, strlen(text));
	import_case_run(&c);
	return &c;
}

START_TEST(test_kernel)
{
	struct import_case *c = run(OLD KERNEL);
	const struct ct_op *op = import_case_op(c, CT_OP_KERNEL, 0);
	const struct ct_shape_record *shape = &c->trace->shape[op->shape];
	const struct ct_device_record *device = &c->trace->device[0];

	ck_assert_int_eq(op->end_ns - op->start_ns, 500);
	ck_assert_uint_eq(op->correlation, 7);
	ck_assert_uint_eq(op->flags, CT_OP_UNLAUNCHED);
	ck_assert_uint_eq(import_case_stream(c, op), 14);
	ck_assert_str_eq(ct_trace_string(c->trace, shape->name),
			 "void f<int, \"x\">(T1, T2)");
	ck_assert_uint_eq(shape->flags,
			  CT_SHAPE_HAS_GRID | CT_SHAPE_HAS_REGISTERS | CT_SHAPE_HAS_SMEM);
	ck_assert_uint_eq(shape->grid[1], 3);
	ck_assert_uint_eq(shape->block[0], 128);
	ck_assert_uint_eq(shape->registers, 32);
	ck_assert_uint_eq(shape->smem_static_bytes, 1000);
	ck_assert_uint_eq(shape->smem_dynamic_bytes, 2000);
	ck_assert_uint_eq(device->id, 1);
	ck_assert_str_eq(ct_trace_string(c->trace, device->name), "NVIDIA A100 (80GB)");
	import_case_end(c);
}
END_TEST

START_TEST(test_units_come_from_the_header)
{
	struct import_case *c = run(NEW NEW_KERNEL "2.000001,1,8,,,,,,,,,,4.096,1,Pageable,"
						   "Device,NVIDIA A100 (1),1,,14,"
						   "[CUDA memcpy Host-to-Device]\n"
						   "4,1,9,,,,,,,,,,1,1,Device,,"
						   "NVIDIA A100 (1),1,,14,[CUDA memset]\n");
	const struct ct_op *kernel = import_case_op(c, CT_OP_KERNEL, 0);
	const struct ct_op *copy = import_case_op(c, CT_OP_MEMCPY, 0);
	const struct ct_op *set = import_case_op(c, CT_OP_MEMSET, 0);

	ck_assert_int_eq(kernel->end_ns - kernel->start_ns, 250);
	ck_assert_uint_eq(c->trace->shape[kernel->shape].smem_dynamic_bytes, 500);
	ck_assert_int_eq(copy->start_ns - kernel->start_ns, 500);
	ck_assert_uint_eq(copy->bytes, 4096);
	ck_assert_uint_eq(copy->copy, CT_COPY_HTOD);
	ck_assert(copy->flags & CT_OP_PAGEABLE);
	ck_assert_uint_eq(set->bytes, 1000);
	import_case_end(c);
}
END_TEST

START_TEST(test_talk_before_the_header)
{
	struct import_case *c = run("Processing [x.sqlite] with [cuda_gpu_trace.py]... \n\n"
				    " ** CUDA GPU Trace (cuda_gpu_trace):\n\n" OLD KERNEL);

	ck_assert_uint_eq(import_case_count(c, CT_OP_KERNEL), 1);
	import_case_end(c);
}
END_TEST

START_TEST(test_refused)
{
	static const struct {
		const char *text, *why;
	} bad[] = {
		{ OLD, "kernel" },
		{ OLD "1,2\n", "line 2: 2 fields where the header has 20" },
		{ OLD "x,1,,,,,,,,,,,,,,,A (0),1,7,f\n",
		  "line 2: Start \"x\" is not a time" },
		{ OLD "1,-1,,,,,,,,,,,,,,,A (0),1,7,f\n",
		  "Duration \"-1\" is out of range" },
		{ OLD "1,,,,,,,,,,,,,,,,A (0),1,7,f\n", "Duration \"\" is missing" },
		{ OLD "1,nan,,,,,,,,,,,,,,,A (0),1,7,f\n",
		  "Duration \"nan\" is not a number" },
		{ OLD "9223372036854775807,9,,,,,,,,,,,,,,,A (0),1,7,f\n", "out of range" },
		{ OLD "1,1,,,,,,,,,,,,,,,A,1,7,f\n", "does not end in a device number" },
		{ OLD "1,1,,1,1,1,1,1,1,70000,,,,,,,A (0),1,7,f\n", "Reg/Trd \"70000\"" },
		{ OLD "1,1,,1,1,1,1,1,1,1,,,,,,,A (0),1,7,\"f\n", "inside a quoted field" },
	};
	struct import_case c;
	size_t i;

	for (i = 0; i < G_N_ELEMENTS(bad); i++) {
		import_case_begin(&c, "report.csv", bad[i].text, strlen(bad[i].text));
		import_case_fails(&c, CT_EXIT_INPUT, bad[i].why);
		import_case_end(&c);
	}
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("import-csv");
	TCase *tcase = tcase_create("import-csv");
	SRunner *runner;
	int failed;

	tcase_add_test(tcase, test_records);
	tcase_add_test(tcase, test_broken_records);
	tcase_add_test(tcase, test_kernel);
	tcase_add_test(tcase, test_units_come_from_the_header);
	tcase_add_test(tcase, test_talk_before_the_header);
	tcase_add_test(tcase, test_refused);
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
