/*
 * import-orion - profiles without start times, and those that are none.
 */
#include <check.h>
#include <string.h>

#include "sim/base/error.h"
#include "tests/unit/import-case.h"

#define HEADER "Name,Profile,Memory_footprint,SM_usage,Duration\n"

START_TEST(test_end_to_end)
{
	static const char text[] = HEADER "Conv,1,0,98,100480\n"
					  "BatchNorm,0,0,64,40480\n"
					  "\"void f<a, b>\",-1,0,1,4000\n";
	const struct ct_shape_record *shape;
	const struct ct_op *op;
	struct import_case c;

	import_case_begin(&c, "profile.csv", text, strlen(text));
	import_case_run(&c);
	ck_assert_uint_eq(import_case_count(&c, CT_OP_KERNEL), 3);

	op = import_case_op(&c, CT_OP_KERNEL, 0);
	shape = &c.trace->shape[op->shape];
	ck_assert_int_eq(op->start_ns, 0);
	ck_assert_int_eq(op->end_ns, 100480);
	ck_assert_uint_eq(op->flags, CT_OP_UNLAUNCHED);
	ck_assert_uint_eq(shape->flags, CT_SHAPE_HAS_SMS | CT_SHAPE_COMPUTE_BOUND);
	ck_assert_uint_eq(shape->grid[0], 98);

	op = import_case_op(&c, CT_OP_KERNEL, 1);
	ck_assert_int_eq(op->start_ns, 100480);
	ck_assert_int_eq(op->end_ns, 140960);
	ck_assert_uint_eq(c.trace->shape[op->shape].flags,
			  CT_SHAPE_HAS_SMS | CT_SHAPE_MEMORY_BOUND);

	op = import_case_op(&c, CT_OP_KERNEL, 2);
	shape = &c.trace->shape[op->shape];
	ck_assert_uint_eq(shape->flags, CT_SHAPE_HAS_SMS);
	ck_assert_str_eq(ct_trace_string(c.trace, shape->name), "void f<a, b>");
	ck_assert_uint_eq(op->overlap_ns, 0);
	import_case_end(&c);
}
END_TEST

START_TEST(test_refused)
{
	static const struct {
		const char *text, *why;
	} bad[] = {
		{ HEADER, "kernel" },
		{ HEADER "a,1,0,1,1\nb,0,0,1,1\n", "every Duration is 1: a placeholder" },
		{ HEADER "a,2,0,1,100\n",
		  "line 2: Profile \"2\" is not a number from -1 to 1" },
		{ HEADER "a,1,0,0,100\n", "line 2: SM_usage \"0\" is not a number from 1" },
		{ HEADER "a,1,0,1,\n", "line 2: Duration \"\" is not a number" },
		{ HEADER "a,1,0,1\n", "line 2: 4 fields where the header has 5" },
		{ HEADER "a,1,0,1,4000000000000000000\nb,1,0,1,4000000000000000000\n",
		  "line 3: Duration: the sum is out of range" },
	};
	struct import_case c;
	size_t i;

	for (i = 0; i < G_N_ELEMENTS(bad); i++) {
		import_case_begin(&c, "profile.csv", bad[i].text, strlen(bad[i].text));
		import_case_fails(&c, CT_EXIT_INPUT, bad[i].why);
		import_case_end(&c);
	}
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("import-orion");
	TCase *tcase = tcase_create("import-orion");
	SRunner *runner;
	int failed;

	tcase_add_test(tcase, test_end_to_end);
	tcase_add_test(tcase, test_refused);
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
