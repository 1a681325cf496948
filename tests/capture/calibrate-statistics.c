/*
 * calibrate-statistics - quantiles by hand, and the kernels' PTX before an assembler.
 *
 * The quartiles are those of R's and NumPy's default (type 7).
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "capture/calibrate/driver.h"
#include "capture/calibrate/statistics.h"

static void equals(struct ct_spread s, double q1, double median, double q3)
{
	ck_assert_double_eq_tol(s.q1, q1, 1e-12);
	ck_assert_double_eq_tol(s.median, median, 1e-12);
	ck_assert_double_eq_tol(s.q3, q3, 1e-12);
}

START_TEST(few)
{
	double one[] = { 7 }, two[] = { 10, 2 }, three[] = { 3, -1, 2 };

	equals(ct_spread_of(NULL, 0), 0, 0, 0);
	equals(ct_spread_of(one, 1), 7, 7, 7);
	equals(ct_spread_of(two, 2), 4, 6, 8);
	equals(ct_spread_of(three, 3), 0.5, 2, 2.5);
	ck_assert_uint_eq(ct_spread_of(three, 3).n, 3);
}
END_TEST

START_TEST(a_tail_does_not_count)
{
	double even[] = { 4, 1, 3, 2 }, odd[101];

	equals(ct_spread_of(even, 4), 1.75, 2.5, 3.25);
	for (int i = 0; i < 101; i++)
		odd[i] = i < 80 ? 100 - i : 1e12;
	/* sorted: 21 to 100, then 21 of the tail */
	equals(ct_spread_of(odd, 101), 46, 71, 96);
}
END_TEST

START_TEST(ptx_is_assembled)
{
	char path[] = "/tmp/calibrate-XXXXXX", text[1024], command[256];
	int fd;
	FILE *file;

	ct_cal_spin_ptx(text, sizeof(text), 20000);
	ck_assert_ptr_nonnull(strstr(text, ".entry spin_20000()"));
	ck_assert_ptr_nonnull(strstr(text, "%passed, 20000;"));
	ct_cal_spin_ptx(text, sizeof(text), INT64_MAX);
	ck_assert_ptr_nonnull(strstr(text, "ret;\n}\n")); /* there was room */
	if (system("command -v ptxas >/dev/null"))
		return;
	fd = mkstemp(path);
	ck_assert_int_ge(fd, 0);
	file = fdopen(fd, "w");
	ct_cal_spin_ptx(text, sizeof(text), 20000);
	fputs(text, file);
	ck_assert_int_eq(fclose(file), 0);
	snprintf(command, sizeof(command), "ptxas -arch=sm_90 -o /dev/null %s", path);
	ck_assert_int_eq(system(command), 0);
	remove(path);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("calibrate-statistics");
	TCase *tests = tcase_create("all");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_test(tests, few);
	tcase_add_test(tests, a_tail_does_not_count);
	tcase_add_test(tests, ptx_is_assembled);
	suite_add_tcase(suite, tests);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
