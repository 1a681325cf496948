/*
 * driver-call - numbers of calls, beside the headers they were taken from.
 */
#include "traces/driver-call.h"

#include <check.h>
#include <glib.h>
#include <stdio.h>
#include <string.h>

static const struct {
	uint32_t domain;
	const char *header, *prefix;
	unsigned last; /* number in CUDA 13.0 */
} domains[] = {
	{ CT_DOMAIN_DRIVER, "cupti_driver_cbid.h", "CUPTI_DRIVER_TRACE_CBID_", 806 },
	{ CT_DOMAIN_RUNTIME, "cupti_runtime_cbid.h", "CUPTI_RUNTIME_TRACE_CBID_", 522 },
};

static struct ct_api_call meaning_of(uint32_t domain, uint32_t number)
{
	const struct ct_driver_call *call = ct_driver_call(domain, number);
	struct ct_api_call meaning = { 0 };

	ck_assert_msg(call != NULL, "no call %u", number);
	ck_assert_msg(ct_driver_call_meaning(call, &meaning), "%s means nothing",
		      call->name);
	return meaning;
}

START_TEST(test_find)
{
	uint32_t domain = domains[_i].domain;
	const struct ct_driver_call *call;
	size_t n;

	call = ct_driver_calls(domain, &n);
	ck_assert_uint_gt(n, 100);
	for (size_t i = 0; i < n; i++) {
		if (i > 0)
			ck_assert_msg(call[i - 1].number < call[i].number, "%s",
				      call[i].name);
		ck_assert_ptr_eq(ct_driver_call(domain, call[i].number), &call[i]);
	}
	ck_assert_ptr_null(ct_driver_call(domain, 0));
	ck_assert_ptr_null(ct_driver_call(domain, UINT32_MAX));
	ck_assert_ptr_null(ct_driver_calls(0, &n));
	ck_assert_uint_eq(n, 0);
	ck_assert_ptr_null(ct_driver_call(3, 307));
}
END_TEST

START_TEST(test_meaning)
{
	ck_assert_uint_eq(meaning_of(CT_DOMAIN_DRIVER, 307).kind, CT_OP_KERNEL);
	ck_assert_uint_eq(meaning_of(CT_DOMAIN_DRIVER, 653).kind, CT_OP_KERNEL);
	ck_assert_uint_eq(meaning_of(CT_DOMAIN_RUNTIME, 506).kind, CT_OP_KERNEL);
	ck_assert_uint_eq(meaning_of(CT_DOMAIN_DRIVER, 515).kind, CT_OP_GRAPH_LAUNCH);
	ck_assert_uint_eq(meaning_of(CT_DOMAIN_DRIVER, 276).flags, CT_OP_BLOCKING);
	ck_assert_uint_eq(meaning_of(CT_DOMAIN_DRIVER, 277).flags, 0);
	ck_assert_uint_eq(meaning_of(CT_DOMAIN_DRIVER, 797).kind, CT_OP_MEMCPY);
	ck_assert_uint_eq(meaning_of(CT_DOMAIN_DRIVER, 797).flags, 0);
	ck_assert_uint_eq(meaning_of(CT_DOMAIN_DRIVER, 800).kind, CT_OP_DEVICE_SYNC);
	ck_assert_uint_eq(meaning_of(CT_DOMAIN_DRIVER, 245).kind, CT_OP_FREE);
	ck_assert(ct_driver_call_launches(ct_driver_call(CT_DOMAIN_DRIVER, 514)));
	ck_assert(ct_driver_call_launches(ct_driver_call(CT_DOMAIN_DRIVER, 477)));
	ck_assert(!ct_driver_call_launches(ct_driver_call(CT_DOMAIN_DRIVER, 277)));
	ck_assert(!ct_driver_call_launches(ct_driver_call(CT_DOMAIN_DRIVER, 549)));
}
END_TEST

/* Every call of the header that a trace keeps is in the table, under its number, and the
 * table holds no other numbers. */
START_TEST(test_header)
{
	g_autofree char *path =
		g_strdup_printf("%s/include/%s", CUDA_HOME, domains[_i].header);
	g_autoptr(GHashTable) known = g_hash_table_new(g_direct_hash, g_direct_equal);
	uint32_t domain = domains[_i].domain;
	g_autofree char *text = NULL;
	char name[128];
	unsigned number;
	size_t n;

	if (!g_file_get_contents(path, &text, NULL, NULL))
		return;
	ct_driver_calls(domain, &n);
	for (const char *at = text; (at = strstr(at, domains[_i].prefix));) {
		struct ct_api_call meaning;

		at += strlen(domains[_i].prefix);
		if (sscanf(at, "%127[A-Za-z0-9_] = %u", name, &number) != 2)
			continue;
		if (ct_driver_call(domain, number)) {
			ck_assert_str_eq(ct_driver_call(domain, number)->name, name);
			g_hash_table_add(known, GUINT_TO_POINTER(number));
		} else if (number <= domains[_i].last) {
			ck_assert_msg(!ct_api_call(name, strlen(name), &meaning),
				      "%s (%u) is not in the table", name, number);
		}
	}
	ck_assert_uint_eq(g_hash_table_size(known), n);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("driver-call");
	TCase *tcase = tcase_create("driver-call");
	SRunner *runner;
	int failed;

	tcase_add_loop_test(tcase, test_find, 0, G_N_ELEMENTS(domains));
	tcase_add_test(tcase, test_meaning);
	tcase_add_loop_test(tcase, test_header, 0, G_N_ELEMENTS(domains));
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
