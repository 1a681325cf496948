/*
 * metrics - against values worked out by hand.
 */
#include "sim/metrics.h"

#include <check.h>
#include <math.h>

START_TEST(quantile_is_nearest_rank)
{
	int64_t value[100];

	for (int i = 0; i < 100; i++)
		value[i] = i + 1;
	ck_assert_int_eq(ct_quantile(value, 100, 0.5), 50);
	ck_assert_int_eq(ct_quantile(value, 100, 0.9), 90);
	ck_assert_int_eq(ct_quantile(value, 100, 0.99), 99);
	ck_assert_int_eq(ct_quantile(value, 100, 1), 100);
	ck_assert_int_eq(ct_quantile(value, 100, 0.07), 7);
	ck_assert_int_eq(ct_quantile(value, 99, 0.99), 99);
	ck_assert_int_eq(ct_quantile(value, 5, 0.5), 3);
	ck_assert_int_eq(ct_quantile(value, 1, 0.5), 1);
	ck_assert_int_eq(ct_quantile(value, 10, 1e-9), 1);
}
END_TEST

/* Two tenants, one at half its speed and one at a quarter. */
START_TEST(system_metrics)
{
	double slowdown[] = { 2, 4 };

	ck_assert_double_eq(ct_slowdown(30, 15), 2);
	ck_assert(isnan(ct_slowdown(NAN, 15)) && isnan(ct_slowdown(30, 0)));
	ck_assert_double_eq(ct_system_throughput(slowdown, 2), 0.75);
	ck_assert_double_eq(ct_mean_slowdown(slowdown, 2), 3);
	ck_assert_double_eq(ct_fairness(slowdown, 2), 0.5);
	/* (3/4)^2 / (2 (1/4 + 1/16)) */
	ck_assert_double_eq_tol(ct_jain(slowdown, 2), 0.9, 1e-15);
}
END_TEST

START_TEST(undefined_is_nan)
{
	double slowdown[] = { 2, NAN };

	ck_assert(isnan(ct_system_throughput(slowdown, 2)));
	ck_assert(isnan(ct_mean_slowdown(slowdown, 2)));
	ck_assert(isnan(ct_fairness(slowdown, 2)));
	ck_assert(isnan(ct_jain(slowdown, 2)));
	ck_assert(isnan(ct_fairness(slowdown, 0)) &&
		  isnan(ct_system_throughput(slowdown, 0)));
	ck_assert(isnan(ct_mean_slowdown(slowdown, 0)) && isnan(ct_jain(slowdown, 0)));
}
END_TEST

START_TEST(confidence)
{
	double value[] = { 1, NAN, 2, 3 }, many[41];
	struct ct_mean m = ct_mean_of(value, 4);

	ck_assert_uint_eq(m.n, 3);
	ck_assert_double_eq(m.mean, 2);
	ck_assert_double_eq_tol(m.half_width, 4.3027 / sqrt(3), 1e-4);
	ck_assert(isnan(ct_mean_of(value, 1).half_width));
	ck_assert(isnan(ct_mean_of(value + 1, 1).mean));
	for (int i = 0; i < 41; i++)
		many[i] = i % 2 ? 1 : -1;
	/* t(40) = 2.0211 */
	m = ct_mean_of(many, 41);
	ck_assert_double_eq_tol(m.half_width, 2.0211 * sqrt((41 - 1. / 41) / 40 / 41),
				1e-4);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("metrics");
	TCase *all = tcase_create("all");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_test(all, quantile_is_nearest_rank);
	tcase_add_test(all, system_metrics);
	tcase_add_test(all, undefined_is_nan);
	tcase_add_test(all, confidence);
	suite_add_tcase(suite, all);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
