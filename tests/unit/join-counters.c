/*
 * join-counters - counters find the shapes they were measured of, and nothing else.
 */
#include "traces/join-counters.h"

#include <check.h>
#include <math.h>
#include <string.h>

#include "sim/base/error.h"
#include "tests/unit/tiny-trace.h"

/* Shapes 2.. of the trace, behind those of tiny_begin(): "a" 4 x 128, "b" 10 x 2 x 256. */
static const struct {
	const char *name;
	uint32_t grid, block, smem;
	int64_t ns; /* of its one launch */
} extra[] = {
	{ "void t<float, 4>(float*)", 8, 64, 0, 100 },
	{ "void t<half, 4>(half*)", 8, 64, 0, 200 },
	{ "void t<half, 4>(half*)", 8, 64, 1024, 300 },
	{ "ns::once(int)", 3, 32, 0, 400 },
	{ "short_name", 5, 32, 0, 500 },
};

static struct ct_trace *trace;
static struct ct_counter_table *table;
static struct ct_join_summary summary;

static uint32_t add_shape(struct ct_writer *writer, guint i)
{
	struct ct_shape_record shape = {
		.name = (uint32_t)ct_writer_string(writer, extra[i].name,
						   strlen(extra[i].name)),
		.grid = { extra[i].grid, 1, 1 },
		.block = { extra[i].block, 1, 1 },
		.smem_dynamic_bytes = extra[i].smem,
		.flags = CT_SHAPE_HAS_GRID | CT_SHAPE_HAS_SMEM,
	};

	return (uint32_t)ct_writer_shape(writer, &shape);
}

static void setup(void)
{
	g_autofree char *path = tiny_path("in.ctt");
	struct ct_writer *writer = tiny_begin(path);
	int64_t now = 100;

	tiny_kernel(writer, 0, 0, 10, 20, 70, 1);
	for (guint i = 0; i < G_N_ELEMENTS(extra); i++) {
		tiny_kernel(writer, 0, add_shape(writer, i), now, now, now + extra[i].ns,
			    2 + i);
		now += 1000;
	}
	ck_assert_int_eq(ct_writer_close(writer, 0), 0);
	trace = tiny_open(path);
	table = ct_counter_table_new();
}

static void teardown(void)
{
	ct_trace_free(trace);
	ct_counter_table_free(table);
	ct_join_summary_clear(&summary);
}

static struct ct_counter_row *add(const char *name, uint32_t grid, uint32_t block,
				  uint64_t samples, double read)
{
	struct ct_counter_row row = {
		.name = name,
		.grid = { grid, 1, 1 },
		.block = { block, 1, 1 },
		.samples = samples,
		.mean = { read, 1, NAN, 1.002, NAN, 0.25 },
	};

	g_array_append_val(table->rows, row);
	return &g_array_index(table->rows, struct ct_counter_row, table->rows->len - 1);
}

static struct ct_trace *join(void)
{
	g_autofree char *path = tiny_path("out.ctt");
	g_autoptr(GError) error = NULL;

	ck_assert_msg(ct_join_counters(trace, table, 0, path, &summary, &error), "%s",
		      error ? error->message : "?");
	return tiny_open(path);
}

/* The counters of the shape called NAME with so much dynamic shared memory; NULL: none. */
static const struct ct_counter_record *counter(const struct ct_trace *t, const char *name,
					       uint32_t smem)
{
	const struct ct_counter_record *found = NULL;

	for (uint32_t i = 0; i < t->n_counters; i++) {
		uint32_t shape = t->counter[i].shape;

		if (shape == CT_NONE ||
		    strcmp(ct_trace_string(t, t->shape[shape].name), name) ||
		    t->shape[shape].smem_dynamic_bytes != smem)
			continue;
		ck_assert_ptr_null(found);
		found = &t->counter[i];
	}
	return found;
}

START_TEST(test_exact)
{
	const struct ct_counter_record *c;
	struct ct_trace *out;

	add("void t<float, (int)4>(T1 *)", 8, 64, 3, 1000);
	add("a", 4, 128, 1, 10);
	add("a", 4, 128, 3, 30); /* measured by another process */
	add("a", 5, 128, 1, 77); /* another grid */
	out = join();
	c = counter(out, "void t<float, 4>(float*)", 0);
	ck_assert_uint_eq(c->dram_read_bytes, 1000);
	ck_assert_uint_eq(c->dram_write_bytes, 1);
	ck_assert_uint_eq(c->l2_bytes, 0);
	ck_assert_uint_eq(c->samples, 3);
	ck_assert_float_eq(c->sm_active, 1);
	ck_assert_float_eq(c->warps_active, 0.25f);
	ck_assert(isnan(c->tensor_active));
	ck_assert_uint_eq(counter(out, "a", 0)->dram_read_bytes, 25);
	ck_assert_uint_eq(counter(out, "a", 0)->samples, 4);
	ck_assert_ptr_null(counter(out, "void t<half, 4>(half*)", 0));
	ck_assert_uint_eq(out->n_counters, 2);
	ck_assert_uint_eq(out->n_kernels, trace->n_kernels);
	ck_assert_uint_eq(summary.n_rows, 4);
	ck_assert_uint_eq(summary.n_rows_used, 3);
	ck_assert_uint_eq(summary.n_shapes, 6);
	ck_assert_uint_eq(summary.n_shapes_counted, 2);
	ck_assert_double_eq(summary.kernel_ns, 1550);
	ck_assert_double_eq(summary.counted_ns, 150);
	ck_assert_str_eq(summary.largest_without, "short_name");
	ct_trace_free(out);
}
END_TEST

/* Nsight Compute says nothing of shared memory; our own pass does. */
START_TEST(test_launch)
{
	struct ct_trace *out;
	struct ct_counter_row *row;

	row = add("void t<half, 4>(half*)", 8, 64, 1, 5);
	row->has_launch = TRUE;
	row->smem_dynamic_bytes = 1024;
	out = join();
	ck_assert_uint_eq(counter(out, "void t<half, 4>(half*)", 1024)->dram_read_bytes, 5);
	ck_assert_ptr_null(counter(out, "void t<half, 4>(half*)", 0));
	ct_trace_free(out);
	ct_join_summary_clear(&summary);
	row->has_launch = FALSE;
	out = join();
	ck_assert_uint_eq(counter(out, "void t<half, 4>(half*)", 0)->dram_read_bytes, 5);
	ck_assert_uint_eq(out->n_counters, 2);
	ct_trace_free(out);
}
END_TEST

START_TEST(test_short)
{
	struct ct_trace *out;

	add("t", 8, 64, 1, 5);    /* two kernels are called so */
	add("once", 3, 32, 1, 6); /* one is */
	add("far::off::short_name<7>", 5, 32, 1, 7);
	out = join();
	ck_assert_ptr_null(counter(out, "void t<float, 4>(float*)", 0));
	ck_assert_uint_eq(counter(out, "ns::once(int)", 0)->dram_read_bytes, 6);
	ck_assert_uint_eq(counter(out, "short_name", 0)->dram_read_bytes, 7);
	ck_assert_uint_eq(summary.n_rows_ambiguous, 1);
	ck_assert_uint_eq(summary.n_rows_used, 2);
	ct_trace_free(out);
}
END_TEST

/* A full name matches no other full name, however alike. */
START_TEST(test_not_short)
{
	struct ct_trace *out;

	add("other::once(int)", 3, 32, 1, 6);
	add("void t<double, 4>(double*)", 8, 64, 1, 6);
	add("a", 4, 128, 1, 1);
	out = join();
	ck_assert_uint_eq(out->n_counters, 1);
	ck_assert_uint_eq(summary.n_rows_used, 1);
	ck_assert_uint_eq(summary.n_rows_ambiguous, 0);
	ct_trace_free(out);
}
END_TEST

START_TEST(test_replaced)
{
	struct ct_trace *once, *twice;
	g_autofree char *path = tiny_path("again.ctt");
	g_autoptr(GError) error = NULL;

	add("a", 4, 128, 1, 10);
	add("short_name", 5, 32, 1, 11);
	once = join();
	ct_join_summary_clear(&summary);
	g_array_set_size(table->rows, 1);
	add("a", 4, 128, 1, 30);
	ck_assert(ct_join_counters(once, table, 6, path, &summary, &error));
	twice = tiny_open(path);
	ck_assert_uint_eq(counter(twice, "a", 0)->dram_read_bytes, 20);
	ck_assert_uint_eq(counter(twice, "short_name", 0)->dram_read_bytes, 11);
	ck_assert_uint_eq(twice->n_counters, 2);
	ct_trace_free(once);
	ct_trace_free(twice);
}
END_TEST

START_TEST(test_nothing)
{
	g_autofree char *path = tiny_path("none.ctt");
	g_autoptr(GError) error = NULL;

	add("a", 4, 129, 1, 10);
	add("a", 4, 128, 1, NAN);
	ck_assert(!ct_join_counters(trace, table, 0, path, &summary, &error));
	ck_assert(g_error_matches(error, CT_ERROR, CT_EXIT_INPUT));
	ck_assert_uint_eq(summary.n_rows_incomplete, 1);
	ck_assert(!g_file_test(path, G_FILE_TEST_EXISTS));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("join-counters");
	TCase *tcase = tcase_create("join-counters");
	SRunner *runner;
	int failed;

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, test_exact);
	tcase_add_test(tcase, test_launch);
	tcase_add_test(tcase, test_short);
	tcase_add_test(tcase, test_not_short);
	tcase_add_test(tcase, test_replaced);
	tcase_add_test(tcase, test_nothing);
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
