/*
 * kernel-name - spellings of one kernel get one key, different kernels different ones.
 */
#include "traces/kernel-name.h"

#include <check.h>
#include <dlfcn.h>
#include <stdlib.h>

static const struct {
	const char *a, *b;
} same[] = {
	{ "gemm", "gemm(float *, int)" },
	{ "void f<(int)4, (bool)1>(T1 *)", "void f<4, true>(float*)" },
	{ "void f<(bool)0>(T1 *)", "f<false>" },
	{ "f<4u, -3l>", "void f<(unsigned int)4, (long)-3>()" },
	{ "void a::b<float, a::c<int> >(int)", "void a::b<float, a::c<int>>(int)" },
	{ "void <unnamed>::f(int)", "(anonymous namespace)::f(int)" },
	{ "void at::native::(anonymous namespace)::f<int>(int)",
	  "at::native::<unnamed>::f<int>" },
	{ "void f<float *, unsigned int>(int)", "void f<float*, unsigned int>(int)" },
	{ "void f<void (*)(int)>(int)", "void f<void(*)(int)>(int)" },
	{ "s::operator()(int)", "void s::operator()(float)" },
	{ "f<int> (float *)", "f<int>(float *)" },
	{ "f<{lambda(int)#1}>(int)", "void f<{lambda(int)#1}>(int)" },
};

static const struct {
	const char *a, *b;
} different[] = {
	{ "f<4>", "f<5>" },
	{ "f<4>", "f<-4>" },
	{ "f<true>", "f<false>" },
	{ "a::f", "b::f" },
	{ "f<unsigned int>", "f<int>" },
	{ "f<float>", "f" },
	{ "f1", "f2" },
	{ "f<(e)1, int>", "f<(e)2, int>" },
};

static const struct {
	const char *key, *base;
	gboolean bare;
} bases[] = {
	{ "gemm", "gemm", TRUE },
	{ "gemm<4>", "gemm", FALSE },
	{ "a::b::gemm<c::d>", "gemm", FALSE },
	{ "a::gemm", "gemm", FALSE },
	{ "<", "<", FALSE },
};

START_TEST(test_same)
{
	g_autofree char *a = ct_kernel_key(same[_i].a), *b = ct_kernel_key(same[_i].b);

	ck_assert_str_eq(a, b);
}
END_TEST

START_TEST(test_different)
{
	g_autofree char *a = ct_kernel_key(different[_i].a);
	g_autofree char *b = ct_kernel_key(different[_i].b);

	ck_assert_str_ne(a, b);
}
END_TEST

START_TEST(test_base)
{
	g_autofree char *base = ct_kernel_base(bases[_i].key);

	ck_assert_str_eq(base, bases[_i].base);
	ck_assert_int_eq(ct_kernel_is_bare(bases[_i].key), bases[_i].bare);
}
END_TEST

START_TEST(test_mangled)
{
	g_autofree char *key = ct_kernel_key("_Z4gemmILi128ELb1EEvPKfPf");
	g_autofree char *plain =
		ct_kernel_key("void gemm<(int)128, (bool)1>(const float *, float *)");

	if (dlopen("libstdc++.so.6", RTLD_LAZY))
		ck_assert_str_eq(key, plain);
	else
		ck_assert_str_eq(key, "_Z4gemmILi128ELb1EEvPKfPf");
}
END_TEST

/* A name is never lost: what cannot be understood stands for itself. */
START_TEST(test_odd)
{
	static const char *const odd[] = {
		"(", "<", ">", "(int)", "_Z", "{", " ", "f<", ")"
	};
	g_autofree char *key = ct_kernel_key(odd[_i]);

	ck_assert_str_ne(key, "");
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("kernel-name");
	TCase *tcase = tcase_create("kernel-name");
	SRunner *runner;
	int failed;

	tcase_add_loop_test(tcase, test_same, 0, G_N_ELEMENTS(same));
	tcase_add_loop_test(tcase, test_different, 0, G_N_ELEMENTS(different));
	tcase_add_loop_test(tcase, test_base, 0, G_N_ELEMENTS(bases));
	tcase_add_test(tcase, test_mangled);
	tcase_add_loop_test(tcase, test_odd, 0, 9);
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
