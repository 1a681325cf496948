/*
 * sorter - in order, stable, complete, whatever fits the buffer.
 */
#include <check.h>
#include <dirent.h>
#include <stdlib.h>
#include <unistd.h>

#include "sim/base/error.h"
#include "traces/sorter.h"

struct item {
	guint32 key, order;
	guint64 ballast;
};

static int compare(const void *a, const void *b)
{
	const struct item *x = a, *y = b;

	return (x->key > y->key) - (x->key < y->key);
}

enum shape { RANDOM, RISING, FALLING, EQUAL };

static void check_sort(guint32 n, size_t buffer_bytes, enum shape shape)
{
	g_autoptr(GError) error = NULL;
	struct ct_sorter *s =
		ct_sorter_new(sizeof(struct item), buffer_bytes, compare, g_get_tmp_dir());
	guint64 sum = 0, got = 0;
	const struct item *item;
	struct item last = { 0 };
	guint32 i, seed = 1;

	for (i = 0; i < n; i++) {
		struct item added = { .order = i, .ballast = i * 7ull };

		seed = seed * 1664525 + 1013904223;
		added.key = shape == RANDOM    ? seed >> 22
			    : shape == RISING  ? i / 3
			    : shape == FALLING ? (n - i) / 3
					       : 5;
		sum += added.ballast + added.key;
		ck_assert(ct_sorter_add(s, &added, &error));
	}
	ck_assert_uint_eq(ct_sorter_count(s), n);
	ck_assert(ct_sorter_sort(s, &error));
	for (i = 0; (item = ct_sorter_next(s, &error)); i++) {
		ck_assert(i == 0 || last.key < item->key ||
			  (last.key == item->key && last.order < item->order));
		last = *item;
		got += item->ballast + item->key;
	}
	ck_assert_ptr_null(error);
	ck_assert_uint_eq(i, n);
	ck_assert_uint_eq(got, sum);
	ck_assert_ptr_null(ct_sorter_next(s, &error));
	ct_sorter_free(s);
}

START_TEST(sorts)
{
	static const guint32 counts[] = { 0, 1, 2, 3, 63, 64, 65, 128, 1000, 20000 };
	enum shape shape;
	size_t i;

	for (shape = RANDOM; shape <= EQUAL; shape++) {
		for (i = 0; i < G_N_ELEMENTS(counts); i++) {
			check_sort(counts[i], 64 * sizeof(struct item), shape);
			check_sort(counts[i], 1 << 20, shape);
		}
		/* More runs than the buffer holds records. */
		check_sort(1000, 1, shape);
	}
}
END_TEST

START_TEST(leaves_nothing_behind)
{
	char directory[] = "/tmp/cotenant-sorter-XXXXXX";
	g_autoptr(GError) error = NULL;
	struct ct_sorter *s;
	struct item item = { 0 };
	struct dirent *entry;
	DIR *dir;
	int i;

	ck_assert_ptr_nonnull(mkdtemp(directory));
	s = ct_sorter_new(sizeof(item), 1 << 10, compare, directory);
	for (i = 0; i < 10000; i++)
		ck_assert(ct_sorter_add(s, &item, &error));
	dir = opendir(directory); /* while the sorter is alive */
	while ((entry = readdir(dir)))
		ck_assert_msg(entry->d_name[0] == '.' && entry->d_name[1] != 'c', "%s",
			      entry->d_name);
	closedir(dir);
	ct_sorter_free(s);
	ck_assert_int_eq(rmdir(directory), 0);
}
END_TEST

START_TEST(no_directory)
{
	struct ct_sorter *s =
		ct_sorter_new(sizeof(struct item), 1, compare, "/nonexistent");
	g_autoptr(GError) error = NULL;
	struct item item = { 0 };

	while (ct_sorter_add(s, &item, &error))
		;
	ck_assert(g_error_matches(error, CT_ERROR, CT_EXIT_FAILED));
	ct_sorter_free(s);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("sorter");
	TCase *tests = tcase_create("all");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_test(tests, sorts);
	tcase_add_test(tests, leaves_nothing_behind);
	tcase_add_test(tests, no_directory);
	suite_add_tcase(suite, tests);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
