/* crew - every job is done once, whatever the number of threads, and progress rises. */
#include "sim/crew.h"

#include <check.h>
#include <stdlib.h>

enum { JOBS = 1000 };

struct tally {
	int done[JOBS]; /* by its own job only */
	guint reported, reports;
	GThread *caller;
};

static void job(guint number, void *data)
{
	((struct tally *)data)->done[number]++;
}

static void done(guint n_done, void *data)
{
	struct tally *t = data;

	ck_assert_uint_gt(n_done, t->reported);
	ck_assert_ptr_eq(g_thread_self(), t->caller);
	t->reported = n_done;
	t->reports++;
}

static void check_crew(guint n_jobs, guint n_threads)
{
	struct tally t = { .caller = g_thread_self() };
	struct ct_crew_work work = { n_jobs, n_threads, job, done, &t };

	ct_crew(&work);
	for (guint i = 0; i < JOBS; i++)
		ck_assert_int_eq(t.done[i], i < n_jobs);
	ck_assert_uint_eq(t.reported, n_jobs);
}

START_TEST(every_job_once)
{
	static const guint threads[] = { 0, 1, 2, 7, 64 };

	for (size_t i = 0; i < G_N_ELEMENTS(threads); i++) {
		check_crew(JOBS, threads[i]);
		check_crew(1, threads[i]);
		check_crew(3, threads[i]);
		check_crew(0, threads[i]);
	}
}
END_TEST

START_TEST(nobody_listens)
{
	struct tally t = { 0 };
	struct ct_crew_work work = { JOBS, 4, job, NULL, &t };

	ct_crew(&work);
	for (guint i = 0; i < JOBS; i++)
		ck_assert_int_eq(t.done[i], 1);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("crew");
	TCase *all = tcase_create("all");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_test(all, every_job_once);
	tcase_add_test(all, nobody_listens);
	suite_add_tcase(suite, all);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
