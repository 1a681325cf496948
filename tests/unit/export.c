/*
 * export - what leaves a trace, in every notation, and comes back through Chrome JSON.
 */
#include <check.h>
#include <glib/gstdio.h>
#include <jansson.h>
#include <string.h>

#include "tests/unit/import-case.h"
#include "traces/csv.h"
#include "traces/export.h"

#define KERNEL(name, ts, dur, stream, correlation)                                         \
	"{\"ph\":\"X\",\"cat\":\"kernel\",\"name\":\"" name "\",\"pid\":0,\"tid\":7,"      \
	"\"ts\":" ts ",\"dur\":" dur ",\"args\":{\"device\":0,\"context\":1,"              \
	"\"stream\":" stream ",\"correlation\":" correlation                               \
	",\"registers per thread\":40,\"shared memory\":1024,\"grid\":[8,2,1],"            \
	"\"block\":[64,1,1]}}"
#define CALL(name, ts, correlation)                                                        \
	"{\"ph\":\"X\",\"cat\":\"cuda_runtime\",\"name\":\"" name "\",\"pid\":100,"        \
	"\"tid\":101,\"ts\":" ts ",\"dur\":2.001,\"args\":{\"correlation\":" correlation   \
	"}}"
#define NASTY "f<\\\"a\\\\b\\\", \\u0001\\t\\u00e9>(T, \\u007f)"
#define COPY                                                                               \
	"{\"ph\":\"X\",\"cat\":\"gpu_memcpy\",\"name\":\"Memcpy HtoD (Pageable -> "        \
	"Device)\",\"pid\":0,\"tid\":7,\"ts\":30,\"dur\":1,\"args\":{\"device\":0,"        \
	"\"context\":1,\"stream\":7,\"correlation\":3,\"bytes\":4096}}"
#define SYNC                                                                               \
	"{\"ph\":\"X\",\"cat\":\"cuda_sync\",\"name\":\"Stream "                           \
	"Sync\",\"pid\":0,\"tid\":7,"                                                      \
	"\"ts\":60,\"dur\":1,\"args\":{\"device\":0,\"context\":1,\"stream\":7,"           \
	"\"correlation\":5}}"
#define RANGE                                                                              \
	"{\"ph\":\"X\",\"cat\":\"user_annotation\",\"name\":\"step\",\"pid\":100,"         \
	"\"tid\":101,\"ts\":9.5,\"dur\":60}"

/* One event a line. */
/* clang-format off */
static const char trace[] =
	"{\"baseTimeNanoseconds\":1700000000000000000,\"deviceProperties\":[{\"id\":0,"
	"\"name\":\"NVIDIA \\\"X\\\"\",\"numSms\":132,\"totalGlobalMem\":85018279936}],"
	"\"traceEvents\":["
	CALL("cudaLaunchKernel", "10.000", "1") ","
	KERNEL(NASTY, "15.007", "0.999", "7", "1") ","
	KERNEL("unlaunched", "14.000", "3.5", "9", "2") ","
	CALL("cudaMemcpy", "20", "3") ","
	COPY ","
	CALL("cudaGraphLaunch", "40", "4") ","
	KERNEL("node", "50", "1", "7", "4") ","
	KERNEL("node", "52", "1", "7", "4") ","
	CALL("cudaStreamSynchronize", "60", "5") ","
	SYNC ","
	RANGE
	"]}";
/* clang-format on */

static struct import_case source;

static void setup(void)
{
	import_case_begin(&source, "trace.json", trace, strlen(trace));
	import_case_run(&source);
	ck_assert_uint_eq(source.ops->len, 9);
}

static void teardown(void)
{
	import_case_end(&source);
}

/* What the exporter called NAME makes of the source. */
static char *export_as(const char *name, gsize *length)
{
	g_autofree char *path = g_build_filename(source.directory, "exported", NULL);
	g_autoptr(GError) error = NULL;
	const struct ct_exporter *const *exporter = ct_exporters;
	char *text = NULL;
	FILE *out = fopen(path, "w");

	while (*exporter && strcmp((*exporter)->name, name) != 0)
		exporter++;
	ck_assert_ptr_nonnull(*exporter);
	ck_assert((*exporter)->run(source.trace, out, &error));
	fclose(out);
	ck_assert(g_file_get_contents(path, &text, length, NULL));
	g_unlink(path);
	return text;
}

static json_int_t number(const json_t *object, const char *key)
{
	const json_t *value = json_object_get(object, key);

	ck_assert_msg(json_is_integer(value), "%s", key);
	return json_integer_value(value);
}

START_TEST(test_jsonl)
{
	gsize length;
	g_autofree char *text = export_as("jsonl", &length);
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	guint i, kernels = 0;

	ck_assert_uint_eq(g_strv_length(lines), source.ops->len + 1);
	for (i = 0; i < source.ops->len; i++) {
		json_t *row = json_loads(lines[i], 0, NULL);
		const char *kind = json_string_value(json_object_get(row, "kind"));

		ck_assert_msg(row != NULL, "%s", lines[i]);
		if (!strcmp(kind, "kernel") && number(row, "correlation") == 1) {
			ck_assert_str_eq(json_string_value(json_object_get(row, "name")),
					 "f<\"a\\b\", \x01\t\xc3\xa9>(T, \x7f)");
			ck_assert_int_eq(number(row, "end_ns") - number(row, "start_ns"),
					 999);
			ck_assert_int_eq(number(row, "stream"), 7);
			ck_assert_int_eq(number(row, "grid_x"), 8);
			ck_assert_int_eq(number(row, "thread"), 101);
			ck_assert_ptr_null(json_object_get(row, "flags"));
			ck_assert_ptr_null(json_object_get(row, "bytes"));
			kernels++;
		}
		json_decref(row);
	}
	ck_assert_uint_eq(kernels, 1);
}
END_TEST

START_TEST(test_csv)
{
	g_autofree char *path = g_build_filename(source.directory, "exported.csv", NULL);
	gsize length;
	g_autofree char *text = export_as("csv", &length);
	g_autoptr(GError) error = NULL;
	guint rows = 0, unlaunched = 0;
	struct ct_csv *csv;
	char *const *field;
	unsigned n, columns;

	ck_assert(g_file_set_contents(path, text, (gssize)length, NULL));
	csv = ct_csv_open(path, NULL);
	field = ct_csv_next(csv, &columns, &error);
	ck_assert_str_eq(field[0], "lane");
	ck_assert_str_eq(field[columns - 1], "flags");
	while ((field = ct_csv_next(csv, &n, &error))) {
		ck_assert_uint_eq(n, columns);
		rows++;
		unlaunched += !strcmp(field[n - 1], "unlaunched");
	}
	ck_assert_ptr_null(error);
	ck_assert_uint_eq(rows, source.ops->len);
	ck_assert_uint_eq(unlaunched, 1);
	ct_csv_free(csv);
	g_unlink(path);
}
END_TEST

/* Everything about an operation that Chrome JSON carries. */
static char *signature(const struct import_case *c, guint i)
{
	const struct ct_op *op = &g_array_index(c->ops, struct ct_op, i);
	const struct ct_shape_record *shape =
		op->kind == CT_OP_KERNEL ? &c->trace->shape[op->shape] : NULL;
	gboolean marker = op->kind == CT_OP_MARKER_BEGIN || op->kind == CT_OP_MARKER_END;
	const char *name = marker  ? ct_trace_string(c->trace, op->name)
			   : shape ? ct_trace_string(c->trace, shape->name)
				   : "";

	return g_strdup_printf(
		"%u %u %x %s | %" G_GINT64_FORMAT " %" G_GINT64_FORMAT " %" G_GINT64_FORMAT
		" %" G_GINT64_FORMAT " | %d %u %" G_GUINT64_FORMAT " | %u %u %u %x",
		op->kind, op->copy, op->flags, name, op->api_start_ns, op->api_end_ns,
		op->start_ns, op->end_ns, (int)import_case_stream(c, op), op->correlation,
		shape ? 0 : op->bytes, shape ? shape->grid[0] : 0,
		shape ? shape->block[0] : 0, shape ? shape->registers : 0,
		shape ? shape->flags : 0);
}

START_TEST(test_chrome_comes_back)
{
	gsize length;
	g_autofree char *text = export_as("chrome", &length);
	json_t *whole = json_loads(text, 0, NULL);
	struct import_case back;
	guint i;

	ck_assert_msg(whole != NULL, "%s", text);
	json_decref(whole);
	import_case_begin(&back, "back.json", text, length);
	import_case_run(&back);
	ck_assert_uint_eq(back.ops->len, source.ops->len);
	ck_assert_int_eq(back.trace->origin_ns, source.trace->origin_ns);
	for (i = 0; i < back.ops->len; i++) {
		g_autofree char *got = signature(&back, i), *want = signature(&source, i);

		ck_assert_str_eq(got, want);
	}
	ck_assert_uint_eq(back.trace->device[0].sms, 132);
	ck_assert_str_eq(ct_trace_string(back.trace, back.trace->device[0].name),
			 "NVIDIA \"X\"");
	import_case_end(&back);
}
END_TEST

START_TEST(test_times_are_exact)
{
	gsize length;
	g_autofree char *text = export_as("chrome", &length);

	ck_assert_ptr_nonnull(strstr(text, "\"ts\":5.507,\"dur\":0.999"));
}
END_TEST

START_TEST(test_full_disk)
{
	FILE *out = fopen("/dev/full", "w");
	guint i;

	for (i = 0; out && ct_exporters[i]; i++) {
		g_autoptr(GError) error = NULL;

		ck_assert(!ct_exporters[i]->run(source.trace, out, &error));
		ck_assert_ptr_nonnull(strstr(error->message, "cannot write the export"));
	}
	if (out)
		fclose(out);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("export");
	TCase *tcase = tcase_create("export");
	SRunner *runner;
	int failed;

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, test_jsonl);
	tcase_add_test(tcase, test_csv);
	tcase_add_test(tcase, test_chrome_comes_back);
	tcase_add_test(tcase, test_times_are_exact);
	tcase_add_test(tcase, test_full_disk);
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
