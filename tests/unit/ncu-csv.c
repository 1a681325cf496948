/*
 * ncu-csv - what Nsight Compute writes becomes the numbers it means, or is refused.
 */
#include <check.h>
#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#include "sim/base/error.h"
#include "traces/counter-table.h"

#define HEAD                                                                               \
	"\"ID\",\"Process ID\",\"Process Name\",\"Host Name\",\"Kernel "                   \
	"Name\",\"Context\","                                                              \
	"\"Stream\",\"Block Size\",\"Grid Size\",\"Device\",\"CC\""
#define LONG HEAD ",\"Section Name\",\"Metric Name\",\"Metric Unit\",\"Metric Value\"\n"
#define LAUNCH(id, kernel, grid)                                                           \
	"\"" id "\",\"7\",\"python\",\"127.0.0.1\",\"" kernel "\",\"1\",\"7\","            \
	"\"(128, 1, 1)\",\"" grid "\",\"0\",\"9.0\""
#define METRIC(id, kernel, grid, metric, unit, value)                                      \
	LAUNCH(id, kernel, grid)                                                           \
	",\"Command line profiler metrics\",\"" metric "\",\"" unit "\",\"" value "\"\n"
#define READ  "dram__bytes_read.sum"
#define WRITE "dram__bytes_write.sum"

static char *directory, *path;

static struct ct_counter_table *read_text(const char *text, gsize length, GError **error)
{
	struct ct_counter_table *table = ct_counter_table_new();

	g_file_set_contents(path, text, (gssize)length, NULL);
	if (ct_counter_table_read(table, path, error))
		return table;
	ct_counter_table_free(table);
	return NULL;
}

static struct ct_counter_table *read_good(const char *text)
{
	g_autoptr(GError) error = NULL;
	struct ct_counter_table *table = read_text(text, strlen(text), &error);

	ck_assert_msg(table != NULL, "%s", error ? error->message : "?");
	return table;
}

static const struct ct_counter_row *row(const struct ct_counter_table *table, guint i)
{
	ck_assert_uint_lt(i, table->rows->len);
	return &g_array_index(table->rows, struct ct_counter_row, i);
}

static void has(const struct ct_counter_row *r, enum ct_counter counter, double value)
{
	ck_assert_double_eq_tol(r->mean[counter], value, 1e-9 * fabs(value) + 1e-12);
}

/* Remarks, the program's own lines, units that ncu scaled, groups of thousands. */
START_TEST(test_long)
{
	struct ct_counter_table *table = read_good(
		"==PROF== Connected to process 7 (/usr/bin/python3.11)\n"
		"loss \"1.25\n"
		"==PROF== Profiling \"gemm\" - 0: 0%....50%....100% - 1 pass\n" LONG METRIC(
			"0", "void gemm<(int)4, float>(T2 *, const char *)", "(10, 2, 1)",
			READ, "Mbyte",
			"1.5") METRIC("0", "void gemm<(int)4, float>(T2 *, const char *)",
				      "(10, 2, 1)", WRITE, "byte", "1,234,567")
			METRIC("0", "void gemm<(int)4, float>(T2 *, const char *)",
			       "(10, 2, 1)", "gpu__time_duration.sum", "us",
			       "12.25") "step 2 of 3\n" METRIC("1",
							       "void gemm<(int)4, "
							       "float>(T2 *, const char *)",
							       "(10, 2, 1)", READ, "Kbyte",
							       "500")
				METRIC("1", "void gemm<(int)4, float>(T2 *, const char *)",
				       "(10, 2, 1)", WRITE, "byte", "765,433")
					METRIC("1",
					       "void gemm<(int)4, float>(T2 *, const char "
					       "*)",
					       "(10, 2, 1)",
					       "sm__warps_active.avg.pct_of_peak_sustained_"
					       "active",
					       "%", "48.5")
						METRIC("2",
						       "void gemm<(int)4, float>(T2 *, "
						       "const char *)",
						       "(11, 2, 1)", READ, "Gbyte", "2")
							METRIC("2",
							       "void gemm<(int)4, "
							       "float>(T2 *, const char *)",
							       "(11, 2, 1)", WRITE, "byte",
							       "0") "==PROF== Disconnected "
								    "from process 7\n");

	ck_assert_uint_eq(table->rows->len, 2);
	ck_assert_str_eq(row(table, 0)->name,
			 "void gemm<(int)4, float>(T2 *, const char *)");
	ck_assert_uint_eq(row(table, 0)->grid[0], 10);
	ck_assert_uint_eq(row(table, 0)->grid[1], 2);
	ck_assert_uint_eq(row(table, 0)->block[0], 128);
	ck_assert_uint_eq(row(table, 0)->samples, 2);
	has(row(table, 0), CT_COUNTER_DRAM_READ_BYTES, 1e6);
	has(row(table, 0), CT_COUNTER_DRAM_WRITE_BYTES, 1e6);
	has(row(table, 0), CT_COUNTER_WARPS_ACTIVE, 0.485);
	ck_assert(isnan(row(table, 0)->mean[CT_COUNTER_L2_BYTES]));
	has(row(table, 1), CT_COUNTER_DRAM_READ_BYTES, 2e9);
	has(row(table, 1), CT_COUNTER_DRAM_WRITE_BYTES, 0);
	ck_assert_uint_eq(table->n_launches, 3);
	ck_assert_uint_eq(table->n_passed_over, 1);
	ct_counter_table_free(table);
}
END_TEST

START_TEST(test_raw)
{
	struct ct_counter_table *table = read_good(
		"==PROF== Connected\n" HEAD ",\"" READ "\",\"" WRITE
		"\",\"lts__t_sectors_srcunit_tex.sum\","
		"\"sm__cycles_active.avg.pct_of_peak_sustained_elapsed\","
		"\"sm__pipe_tensor_cycles_active.avg.pct_of_peak_sustained_active\","
		"\"launch__grid_size\"\r\n"
		"\"\",\"\",\"\",\"\",\"\",\"\",\"\",\"\",\"\",\"\",\"\","
		"\"Kbyte\",\"byte\",\"sector\",\"%\",\"%\",\"\"\r\n" LAUNCH(
			"0", "f",
			"(5, 1, 1)") ",\"10,240\",\"2,048\",\"32\",\"75\",\"12.5\","
				     "\"5\"\r\n" LAUNCH("1", "f",
							"(5, 1, 1)") ",\"10,242\",\"2,"
								     "050\",\"n/"
								     "a\",\"25\",\"nan\","
								     "\"5\"\r\n");

	ck_assert_uint_eq(table->rows->len, 1);
	has(row(table, 0), CT_COUNTER_DRAM_READ_BYTES, 10241e3);
	has(row(table, 0), CT_COUNTER_DRAM_WRITE_BYTES, 2049);
	has(row(table, 0), CT_COUNTER_L2_BYTES, 1024); /* of the launch that has it */
	has(row(table, 0), CT_COUNTER_SM_ACTIVE, 0.5);
	has(row(table, 0), CT_COUNTER_TENSOR_ACTIVE, 0.125);
	ct_counter_table_free(table);
}
END_TEST

/* Two runs in one file; the newer names; a sum of both directions; no process column. */
START_TEST(test_variants)
{
	struct ct_counter_table *table = read_good(
		LONG METRIC("0", "f", "(1,1,1)", "dram__bytes_op_read.sum", "", "100")
			METRIC("0", "f", "(1,1,1)", "dram__bytes_op_write.sum", "",
			       "10") METRIC("0", "f", "(1,1,1)", "dram__bytes.sum", "",
					    "999") "==PROF== Connected to process 8\n" LONG
				METRIC("0", "f", "(1,1,1)", "dram__bytes.sum", "Kbyte",
				       "1.3") "ID,Kernel Name,Block Size,Grid Size,Metric "
					      "Name,Metric Unit,Metric Value\n"
					      "5,g,\"(1, 1, 1)\",\"(2, 1, 1)\"," READ
					      ",byte,8\n"
					      "5,g,\"(1, 1, 1)\",\"(2, 1, 1)\"," WRITE
					      ",byte,1e3\n");

	ck_assert_uint_eq(table->rows->len, 2);
	has(row(table, 0), CT_COUNTER_DRAM_READ_BYTES, 700);
	has(row(table, 0), CT_COUNTER_DRAM_WRITE_BYTES, 5);
	has(row(table, 1), CT_COUNTER_DRAM_READ_BYTES, 8);
	has(row(table, 1), CT_COUNTER_DRAM_WRITE_BYTES, 1000);
	ct_counter_table_free(table);
}
END_TEST

/* Rules stand between the metrics, and may be shorter than the header says. */
START_TEST(test_rules)
{
	struct ct_counter_table *table = read_good(
		"\"ID\",\"Kernel Name\",\"Block Size\",\"Grid Size\",\"Metric Name\","
		"\"Metric Unit\",\"Metric Value\",\"Rule Name\",\"Rule Description\"\n"
		"\"0\",\"f\",\"(1,1,1)\",\"(2,1,1)\",\"dram__bytes_read.sum\",\"byte\","
		"\"12\",\"\"\n"
		"\"0\",\"f\",\"(1,1,1)\",\"(2,1,1)\",\"\",\"\",\"\",\"Bound\",\"Do "
		"\"\"it\"\", now\"\n"
		"\"0\",\"f\",\"(1,1,1)\",\"(2,1,1)\",\"dram__bytes_write.sum\",\"byte\","
		"\"3\",\"\",\"\"\n");

	ck_assert_uint_eq(table->rows->len, 1);
	ck_assert_uint_eq(row(table, 0)->samples, 1);
	has(row(table, 0), CT_COUNTER_DRAM_READ_BYTES, 12);
	has(row(table, 0), CT_COUNTER_DRAM_WRITE_BYTES, 3);
	ct_counter_table_free(table);
}
END_TEST

#define GOOD METRIC("0", "f", "(1,1,1)", READ, "byte", "1")

static const struct {
	const char *text, *why;
} bad[] = {
	{ "", "no header line" },
	{ "a,b\n1,2\n", "no header line" },
	{ "\"ID\",\"Kernel Name\",\"Grid Size\"\n", "line 1: has no column 'Block Size'" },
	{ HEAD ",\"Metric Name\",\"Metric Value\"\n", "has no column 'Metric Unit'" },
	{ LONG GOOD, "no launch has DRAM bytes" },
	{ LONG METRIC("0", "f", "(1,1,1)", READ, "byte", "27.595.520"),
	  "line 2, column 138: '27.595.520' is no number" },
	{ LONG METRIC("0", "f", "(1,1,1)", READ, "byte", "65,77"), "'65,77' is no number" },
	{ LONG METRIC("0", "f", "(1,1,1)", READ, "byte", "1,2345"), "is no number" },
	{ LONG METRIC("0", "f", "(1,1,1)", READ, "byte", ",123"), "is no number" },
	{ LONG METRIC("0", "f", "(1,1,1)", READ, "byte", "-5"), "is no number" },
	{ LONG METRIC("0", "f", "(1,1,1)", READ, "byte", "12 (1; 2)"), "is no number" },
	{ LONG METRIC("0", "f", "(1,1,1)", READ, "byte", "1e300"), "is too large" },
	{ LONG METRIC("0", "f", "(1,1,1)", READ, "Pbyte", "1"), "'Pbyte' is no unit" },
	{ LONG METRIC("0", "f", "(1,1,1)", READ, "%", "1"), "'%' is no unit" },
	{ LONG METRIC("0", "f", "(1,0,1)", READ, "byte", "1"), "'(1,0,1)' is no grid" },
	{ LONG METRIC("0", "f", "(1,1)", READ, "byte", "1"), "'(1,1)' is no grid" },
	{ LONG METRIC("0", "", "(1,1,1)", READ, "byte", "1"), "the kernel has no name" },
	{ LONG "\"0\",\"7\"\n", "line 2: has 2 fields, the header 15" },
	{ HEAD ",\"" READ "\"\n" LAUNCH("0", "f", "(1,1,1)") "\n",
	  "line 2: has 11 fields, the header 12" },
	{ LONG "\"0\",\"7\n", "line 2: has 0 fields" },
	{ HEAD ",\"" READ "\"\n" LAUNCH("0", "f", "(1,1,1)") ",\"1\"\n",
	  "line 2, column 1: no line of units" },
};

START_TEST(test_bad)
{
	g_autoptr(GError) error = NULL;

	ck_assert_ptr_null(read_text(bad[_i].text, strlen(bad[_i].text), &error));
	ck_assert(g_error_matches(error, CT_ERROR, CT_EXIT_INPUT));
	ck_assert_msg(strstr(error->message, bad[_i].why) != NULL, "%s", error->message);
	ck_assert_ptr_nonnull(strstr(error->message, path));
}
END_TEST

static void setup(void)
{
	directory = g_dir_make_tmp("cotenant-ncu-XXXXXX", NULL);
	path = g_build_filename(directory, "in.csv", NULL);
}

static void teardown(void)
{
	g_unlink(path);
	g_rmdir(directory);
	g_free(path);
	g_free(directory);
}

int main(void)
{
	Suite *suite = suite_create("ncu-csv");
	TCase *tcase = tcase_create("ncu-csv");
	SRunner *runner;
	int failed;

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, test_long);
	tcase_add_test(tcase, test_raw);
	tcase_add_test(tcase, test_variants);
	tcase_add_test(tcase, test_rules);
	tcase_add_loop_test(tcase, test_bad, 0, G_N_ELEMENTS(bad));
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
