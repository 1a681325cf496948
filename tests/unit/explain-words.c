/*
 * explain-words - what can be asked for, and how a time is split over those to blame.
 */
#include "sim/explain.h"

#include <check.h>

START_TEST(splits_are_exact)
{
	static const uint64_t weight[] = { 1, 0, 1, 1 }, none[4];
	int64_t part[4];

	ct_explain_split(100, weight, 4, part);
	ck_assert_int_eq(part[0], 34);
	ck_assert_int_eq(part[1], 0);
	ck_assert_int_eq(part[2], 33);
	ck_assert_int_eq(part[3], 33);
	ct_explain_split(7, none, 4, part);
	ck_assert_int_eq(part[3], 7);
	ct_explain_split(INT64_MAX, (const uint64_t[]){ UINT64_MAX, UINT64_MAX }, 2, part);
	ck_assert_int_eq(part[0] - 1, part[1]);
	ck_assert_int_eq(part[0], INT64_MAX / 2 + 1);
}
END_TEST

START_TEST(words)
{
	static const struct {
		const char *what;
		enum ct_explain_kind kind;
		int tenant;
		uint32_t copy;
		uint64_t number;
		const char *name;
	} cases[] = {
		{ "a", CT_EXPLAIN_TENANT, 0, 0, 0, NULL },
		{ "a:b", CT_EXPLAIN_TENANT, 1, 0, 0, NULL },
		{ "a:b:7", CT_EXPLAIN_OP, 1, 0, 7, NULL },
		{ "a:7", CT_EXPLAIN_OP, 0, 0, 7, NULL },
		{ "a#2:7", CT_EXPLAIN_OP, 0, 2, 7, NULL },
		{ "a:gemm", CT_EXPLAIN_NAME, 0, 0, 0, "gemm" },
		{ "a:at::native", CT_EXPLAIN_NAME, 0, 0, 0, "at::native" },
		{ "void at::native", CT_EXPLAIN_NAME, -1, 0, 0, "void at::native" },
	};
	static const char *const wrong[] = { "", "a:", "a#1:gemm" };
	struct ct_scenario *s = ct_scenario_new();

	ct_scenario_tenant(s, "a", "x");
	ct_scenario_tenant(s, "a:b", "x");
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		const char *const what[] = { cases[i].what, NULL };
		struct ct_explain *e = ct_explain_new(s, what, NULL);
		const struct ct_explain_view *v = ct_explain_view(e, 0);

		ck_assert_msg(v->kind == cases[i].kind, "%s", cases[i].what);
		ck_assert_int_eq(v->tenant, cases[i].tenant);
		ck_assert_uint_eq(v->copy, cases[i].copy);
		ck_assert_uint_eq(v->number, cases[i].number);
		ck_assert_pstr_eq(v->name, cases[i].name);
		ct_explain_free(e);
	}
	for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++) {
		const char *const what[] = { wrong[i], NULL };
		GError *error = NULL;

		ck_assert_ptr_null(ct_explain_new(s, what, &error));
		ck_assert_ptr_nonnull(error);
		g_error_free(error);
	}
	ct_scenario_free(s);
}
END_TEST

START_TEST(names_begin_at_words)
{
	const char *const what[] = { "vectorized", NULL };
	const struct ct_explain_id id = { 0, 0, 0 };
	struct ct_scenario *s = ct_scenario_new();
	struct ct_explain *e = ct_explain_new(s, what, NULL);

	ck_assert(ct_explain_wants(e, &id, "vectorized_gather"));
	ck_assert(ct_explain_wants(e, &id, "void at::native::vectorized_gather<4>"));
	ck_assert(!ct_explain_wants(e, &id, "void unvectorized_gather"));
	ck_assert(!ct_explain_wants(e, &id, "gemm"));
	ct_explain_free(e);
	ct_scenario_free(s);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("explain-words");
	TCase *tcase = tcase_create("explain-words");
	SRunner *runner;
	int failed;

	tcase_add_test(tcase, splits_are_exact);
	tcase_add_test(tcase, words);
	tcase_add_test(tcase, names_begin_at_words);
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? 1 : 0;
}
