/*
 * decimal - every number of a trace goes through ct_decimal().
 */
#include "traces/decimal.h"

#include <check.h>
#include <string.h>

static const struct {
	const char *text;
	int scale;
	gint64 value;
} good[] = {
	{ "0", 3, 0 },
	{ "-0.0", 3, 0 },
	{ "12", 3, 12000 },
	{ "-12.5", 3, -12500 },
	{ "1419247332972.313", 3, 1419247332972313 },
	{ "1712867402348289", 3, 1712867402348289000 },
	{ "1751410836000000000", 0, 1751410836000000000 },
	{ "9007199254740993", 0, 9007199254740993 }, /* 2^53 + 1: no double holds it */
	{ "9223372036854775807", 0, G_MAXINT64 },
	{ "9223372036854775.807", 3, G_MAXINT64 },
	{ "1.4e15", 3, 1400000000000000000 },
	{ "1.5E+3", 0, 1500 },
	{ "25e-1", 0, 3 },
	{ "0.0004", 3, 0 },
	{ "0.0005", 3, 1 },
	{ "0.00049999999999999999999999999999", 3, 0 },
	{ "123.45678901234567890123456789", 3, 123457 },
	{ "12345678901234567890123e-10", 0, 1234567890123 },
	{ "0e999999999", 3, 0 },
	{ "1e-999999999", 3, 0 },
};

static const struct {
	const char *text;
	int scale;
} bad[] = {
	{ "", 0 },
	{ "-", 0 },
	{ ".5", 0 },
	{ "NaN", 0 },
	{ "1e", 0 },
	{ "1.2.3", 0 },
	{ "12x", 0 },
	{ " 1", 0 },
	{ "9223372036854775808", 0 },
	{ "1e19", 0 },
	{ "1e17", 3 },
	{ "1e999999999999", 0 },
	{ "99999999999999999999", 0 },
};

START_TEST(test_good)
{
	gint64 value = 77;

	ck_assert(ct_decimal(good[_i].text, strlen(good[_i].text), good[_i].scale, &value));
	ck_assert_msg(value == good[_i].value, "%s: %" G_GINT64_FORMAT, good[_i].text,
		      value);
}
END_TEST

START_TEST(test_bad)
{
	gint64 value = 77;

	ck_assert_msg(
		!ct_decimal(bad[_i].text, strlen(bad[_i].text), bad[_i].scale, &value),
		"\"%s\" became %" G_GINT64_FORMAT, bad[_i].text, value);
	ck_assert_int_eq(value, 77);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("decimal");
	TCase *tcase = tcase_create("decimal");
	SRunner *runner;
	int failed;

	tcase_add_loop_test(tcase, test_good, 0, G_N_ELEMENTS(good));
	tcase_add_loop_test(tcase, test_bad, 0, G_N_ELEMENTS(bad));
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
