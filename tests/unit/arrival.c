/*
 * arrival - durations and arrivals as people write them, and what is refused.
 */
#include <check.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "sim/base/error.h"
#include "sim/scenario.h"

static int64_t duration(const char *text)
{
	GError *error = NULL;
	int64_t ns = -1;

	if (!ct_duration_parse(text, &ns, &error)) {
		ck_assert_ptr_nonnull(strstr(error->message, text));
		g_error_free(error);
		return -1;
	}
	return ns;
}

START_TEST(durations)
{
	ck_assert_int_eq(duration("250us"), 250000);
	ck_assert_int_eq(duration("250 \xc2\xb5s"), 250000);
	ck_assert_int_eq(duration("10 ms"), 10000000);
	ck_assert_int_eq(duration("1.5s"), 1500000000);
	ck_assert_int_eq(duration("0.1s"), 100000000);
	ck_assert_int_eq(duration("1000"), 1000);
	ck_assert_int_eq(duration("0"), 0);
	ck_assert_int_eq(duration(".5us"), 500);
	ck_assert_int_eq(duration("2min"), 120000000000);
	ck_assert_int_eq(duration("9223372036854775807"), INT64_MAX);
	ck_assert_int_eq(duration("0.000000001000s"), 1);
}
END_TEST

START_TEST(durations_refused)
{
	static const char *const bad[] = { "",
					   "s",
					   "-1s",
					   "1 parsec",
					   "1.2.3s",
					   "0.5",
					   "1e9",
					   "nan",
					   "1.0005us",
					   "ms 3",
					   "9223372036854775808",
					   "293000000000s",
					   "." };

	for (size_t i = 0; i < G_N_ELEMENTS(bad); i++)
		ck_assert_msg(duration(bad[i]) == -1, "'%s' was taken", bad[i]);
}
END_TEST

static gboolean parse(const char *text, struct ct_arrival *a)
{
	GError *error = NULL;

	if (ct_arrival_parse(text, a, &error))
		return TRUE;
	ck_assert_int_eq(error->domain, CT_ERROR);
	g_error_free(error);
	return FALSE;
}

static void round_trip(const char *text)
{
	struct ct_arrival a;
	g_autofree char *back = NULL;

	ck_assert(parse(text, &a));
	back = ct_arrival_text(&a);
	ck_assert_str_eq(back, text);
	ct_arrival_clear(&a);
}

START_TEST(arrivals)
{
	static const char *const bad[] = { "closed",
					   "closed:0",
					   "closed:-1",
					   "closed:5000",
					   "every:0",
					   "every:x",
					   "poisson:0",
					   "poisson:-3",
					   "poisson:inf",
					   "poisson:nan",
					   "poisson:2x",
					   "sometimes:3",
					   "",
					   "closed:1 ",
					   "file:/nowhere/at/all" };
	struct ct_arrival a;

	round_trip("closed:4");
	round_trip("every:4ms");
	round_trip("every:1500us");
	round_trip("every:60s");
	round_trip("every:1ns");
	round_trip("poisson:12.5");
	ck_assert(parse("every:4ms", &a));
	ck_assert_int_eq(a.kind, CT_ARRIVE_PERIODIC);
	ck_assert_int_eq(a.period_ns, 4000000);
	for (size_t i = 0; i < G_N_ELEMENTS(bad); i++)
		ck_assert_msg(!parse(bad[i], &a), "'%s' was taken", bad[i]);
}
END_TEST

/* What an arrival file of TEXT is read as; on failure the message. */
static char *read_text(const char *text, gssize length, struct ct_arrival *a)
{
	g_autofree char *path = NULL, *argument = NULL;
	GError *error = NULL;
	char *message = NULL;
	int fd = g_file_open_tmp("arrivalXXXXXX", &path, NULL);

	ck_assert_int_ge(fd, 0);
	close(fd);
	ck_assert(g_file_set_contents(path, text, length, NULL));
	argument = g_strdup_printf("file:%s", path);
	if (!ct_arrival_parse(argument, a, &error)) {
		ck_assert_ptr_nonnull(strstr(error->message, path));
		message = g_strdup(error->message);
		g_error_free(error);
	}
	g_unlink(path);
	return message;
}

START_TEST(files)
{
	struct ct_arrival a;
	g_autofree char *message =
		read_text("# when\n0\n\n0.5 # half a second\r\n600ms\n0.6\n", -1, &a);

	ck_assert_ptr_null(message);
	ck_assert_uint_eq(a.n_times, 4);
	ck_assert_int_eq(a.time_ns[0], 0);
	ck_assert_int_eq(a.time_ns[1], 500000000);
	ck_assert_int_eq(a.time_ns[2], 600000000);
	ck_assert_int_eq(a.time_ns[3], 600000000);
	ct_arrival_clear(&a);
}
END_TEST

START_TEST(files_refused)
{
	static const struct {
		const char *text, *says;
	} bad[] = {
		{ "", "no arrival" },     { "# nothing\n", "no arrival" },
		{ "1\n0.5\n", "line 2" }, { "0\n\nTIMESTAMP\n", "line 3" },
		{ "1,2,3\n", "line 1" },  { "[0.1, 0.2]\n", "line 1" },
		{ "-1\n", "line 1" },
	};
	struct ct_arrival a;

	for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
		g_autofree char *message = read_text(bad[i].text, -1, &a);

		ck_assert_msg(message && strstr(message, bad[i].says), "'%s': %s",
			      bad[i].text, message);
	}
	{
		g_autofree char *message = read_text("1\0002\n", 4, &a);

		ck_assert(message && strstr(message, "zero byte"));
	}
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("arrival");
	TCase *all = tcase_create("all");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_test(all, durations);
	tcase_add_test(all, durations_refused);
	tcase_add_test(all, arrivals);
	tcase_add_test(all, files);
	tcase_add_test(all, files_refused);
	suite_add_tcase(suite, all);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
