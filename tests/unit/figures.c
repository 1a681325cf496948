/*
 * figures - repeats read together: who is best, and when nobody can be.
 *
 * Studies are made up: a cell has nothing but the figures that are looked at.
 */
#include "sim/figures.h"

#include <check.h>
#include <math.h>

enum { POLICIES = 3, REPEATS = 4 };

struct made_up {
	struct ct_scenario scenario;
	struct ct_tenant_spec tenant;
	struct ct_study_policy policy[POLICIES];
	struct ct_study_point point;
	struct ct_study study;
	struct ct_run_result run[POLICIES * REPEATS];
	struct ct_study_cell cell[POLICIES * REPEATS];
};

/* STP of each policy and repeat, digests all different. */
static void make_up(struct made_up *m, guint policies, guint repeats, double stp[][REPEATS])
{
	*m = (struct made_up){
		.tenant = { .arrive = { .kind = CT_ARRIVE_CLOSED, .copies = 1 } },
		.scenario = { .n_tenants = 1 },
	};
	m->scenario.tenant = &m->tenant;
	m->point.scenario = &m->scenario;
	m->study.cells = g_ptr_array_new();
	for (guint p = 0; p < policies; p++)
		for (guint r = 0; r < repeats; r++) {
			guint i = p * repeats + r;

			m->run[i] =
				(struct ct_run_result){ .digest = i + 1, .n_tenants = 1 };
			m->cell[i] = (struct ct_study_cell){ .point = &m->point,
							     .policy = &m->policy[p],
							     .repeat = r,
							     .run = &m->run[i],
							     .stp = stp[p][r] };
			g_ptr_array_add(m->study.cells, &m->cell[i]);
		}
}

static void forget(struct made_up *m)
{
	g_ptr_array_unref(m->study.cells);
}

static gboolean is_best(const struct made_up *m, guint row)
{
	g_autoptr(GArray) groups = ct_groups_from(&m->study, 0);

	return ct_group_is_best(&m->study, groups, row, ct_figure_find("stp"), 0);
}

START_TEST(repeats_have_an_interval)
{
	double stp[][REPEATS] = { { 1, 2, 3, 4 }, { 5, 5, 5, 5 } };
	struct made_up m;
	g_autoptr(GArray) groups = NULL;
	struct ct_mean mean;

	make_up(&m, 2, REPEATS, stp);
	groups = ct_groups_from(&m.study, 0);
	ck_assert_uint_eq(groups->len, 2);
	mean = ct_group_mean(&m.study, &g_array_index(groups, struct ct_group, 0),
			     ct_figure_find("stp"), 0);
	ck_assert_double_eq_tol(mean.mean, 2.5, 1e-12);
	/* 3.1824 (Student, 3 degrees) x 1.29099 / 2 */
	ck_assert_double_eq_tol(mean.half_width, 2.05423, 1e-4);
	forget(&m);
}
END_TEST

START_TEST(best_is_who_can_be_told_apart)
{
	double apart[][REPEATS] = { { 1, 1.01, 0.99, 1 }, { 2, 2.02, 1.98, 2 } };
	double overlap[][REPEATS] = { { 1, 2, 1, 2 }, { 1.1, 2.1, 1.1, 2.1 } };
	struct made_up m;

	make_up(&m, 2, REPEATS, apart);
	ck_assert(!is_best(&m, 0) && is_best(&m, 1));
	forget(&m);
	make_up(&m, 2, REPEATS, overlap);
	ck_assert(!is_best(&m, 0) && !is_best(&m, 1));
	forget(&m);
}
END_TEST

/* A clear loser does not make one of two others the winner. */
START_TEST(runner_up_counts)
{
	double stp[][REPEATS] = { { 0.1, 0.1, 0.1, 0.1 },
				  { 1, 2, 1, 2 },
				  { 1.1, 2.1, 1.1, 2.1 } };
	struct made_up m;

	make_up(&m, 3, REPEATS, stp);
	ck_assert(!is_best(&m, 0) && !is_best(&m, 1) && !is_best(&m, 2));
	forget(&m);
}
END_TEST

START_TEST(one_run_of_a_chaotic_system_tells_nothing)
{
	double stp[][REPEATS] = { { 1 }, { 2 } };
	struct made_up m;

	make_up(&m, 2, 1, stp);
	ck_assert(is_best(&m, 1));
	m.tenant.arrive.copies = CT_CHAOTIC_LOOPS;
	ck_assert(!is_best(&m, 1));
	m.tenant.arrive.copies = CT_CHAOTIC_LOOPS - 1;
	ck_assert(is_best(&m, 1));
	m.tenant.arrive.kind = CT_ARRIVE_POISSON;
	ck_assert_uint_eq(ct_closed_loops(&m.scenario), 0);
	forget(&m);
}
END_TEST

START_TEST(the_same_run_twice_is_one)
{
	double stp[][REPEATS] = { { 1, 1, 1, 1 }, { 2, 2, 2, 2 } };
	g_autoptr(GArray) groups = NULL;
	const struct ct_group *g;
	struct made_up m;

	make_up(&m, 2, REPEATS, stp);
	groups = ct_groups_from(&m.study, 0);
	g = &g_array_index(groups, struct ct_group, 0);
	ck_assert_uint_eq(ct_group_distinct(&m.study, g), REPEATS);
	m.run[1].digest = m.run[3].digest = m.run[0].digest;
	ck_assert_uint_eq(ct_group_distinct(&m.study, g), 2);
	forget(&m);
}
END_TEST

START_TEST(what_is_undefined_is_not_best)
{
	double stp[][REPEATS] = { { NAN }, { 2 } };
	struct made_up m;

	make_up(&m, 2, 1, stp);
	ck_assert(!is_best(&m, 0) && !is_best(&m, 1));
	forget(&m);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("figures");
	TCase *tc = tcase_create("figures");
	SRunner *runner;
	int failed;

	tcase_add_test(tc, repeats_have_an_interval);
	tcase_add_test(tc, best_is_who_can_be_told_apart);
	tcase_add_test(tc, runner_up_counts);
	tcase_add_test(tc, one_run_of_a_chaotic_system_tells_nothing);
	tcase_add_test(tc, the_same_run_twice_is_one);
	tcase_add_test(tc, what_is_undefined_is_not_best);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
