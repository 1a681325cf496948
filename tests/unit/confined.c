/*
 * confined - whether a run was on so many SMs, by spools that the collector's own writer
 * made.
 */
#include <check.h>
#include <glib.h>
#include <glib/gstdio.h>
#include <string.h>

#include "capture/collector/spooler.h"
#include "capture/record/confined.h"
#include "sim/base/error.h"

#define FAR 0xffffffffu /* a context that is never described */

struct kernels {
	uint32_t context, n;
};

/* What is in one spool; contexts 1 (primary), 2 (48 SMs) and 3 (56 SMs) always are. */
struct spool {
	struct kernels kernels[3];
	const char *note;
	int result;
};

static char *folder;

static void begin(void)
{
	folder = g_dir_make_tmp("cotenant-test-XXXXXX", NULL);
	ck_assert_ptr_nonnull(folder);
}

static void finish(void)
{
	GDir *dir = g_dir_open(folder, 0, NULL);
	const char *name;

	while ((name = g_dir_read_name(dir))) {
		g_autofree char *path = g_build_filename(folder, name, NULL);

		g_remove(path);
	}
	g_dir_close(dir);
	g_rmdir(folder);
	g_free(folder);
}

static void put_context(struct ct_spooler *spool, uint32_t number, uint32_t sms)
{
	struct ct_spool_context *context =
		ct_spooler_append(spool, CT_SPOOL_CONTEXT, sizeof(*context));

	context->context = number;
	context->parent = sms ? 1 : CT_NONE;
	context->sms = sms;
}

/* Of one process each, as in a collector, and like there never freed. */
static struct ct_spooler spools[2];

static void write_spool(const struct spool *what, uint32_t number)
{
	struct ct_spool_header header = { .pid = 100 + number, .begin_ns = 1000 + number };
	struct ct_spooler *spool = &spools[number];
	struct ct_spool_end end = { 0 };

	ck_assert_int_eq(ct_spooler_init(spool, folder, &header), 0);
	ct_spooler_lock(spool);
	put_context(spool, 2, 48);
	for (int i = 0; i < 3; i++) {
		for (uint32_t n = 0; n < what->kernels[i].n; n++) {
			struct ct_shape_record shape = { 0 };
			struct ct_spool_kernel *kernel;

			shape.name = ct_spooler_name(spool, "gemm");
			shape.grid[0] = shape.grid[1] = shape.grid[2] = 1;
			shape.block[0] = shape.block[1] = shape.block[2] = 1;
			shape.flags = CT_SHAPE_HAS_GRID;
			shape.name = ct_spooler_shape(spool, &shape);
			kernel = ct_spooler_append(spool, CT_SPOOL_KERNEL, sizeof(*kernel));
			kernel->shape = shape.name;
			kernel->context = what->kernels[i].context;
			kernel->start_ns = 10;
			kernel->end_ns = 20;
		}
	}
	put_context(spool, 1, 0);
	put_context(spool, 3, 56);
	if (what->note)
		ct_spooler_note(spool, CT_SPOOL_NOT_CONFINED, what->result, what->note);
	ct_spooler_note(spool, CT_SPOOL_CONFINED, 0, "48 of 132 SMs");
	ct_spooler_unlock(spool);
	ct_spooler_close(spool, &end);
}

static const struct {
	struct spool spool[2];
	const char *says; /* NULL: it was on 48 */
} cases[] = {
	{ { { { { 2, 3 } }, NULL, 0 } }, NULL },
	{ { { { { 2, 3 } }, NULL, 0 }, { { { 2, 1 } }, NULL, 0 } }, NULL },
	{ { { { { 2, 2 }, { 1, 1 } }, NULL, 0 } },
	  "on 48 SMs: 1 of 3 kernels were not confined" },
	{ { { { { 2, 2 }, { 1, 2 } }, "cuGreenCtxCreate", 801 } },
	  "2 of 4 kernels were not confined; the collector: cuGreenCtxCreate (801)" },
	{ { { { { 3, 4 } }, NULL, 0 } }, "4 of 4 kernels ran on 56" },
	{ { { { { FAR, 1 } }, NULL, 0 } }, "1 of 1 kernels were not confined" },
	{ { { { { 2, 2 } }, NULL, 0 }, { { { 1, 1 } }, "no such call", 0 } },
	  "1 of 3 kernels were not confined; the collector: no such call" },
	/* Noted, and then all was well: what counts is where kernels ran. */
	{ { { { { 2, 2 } }, "the first try", 1 } }, NULL },
	{ { { { { 2, 0 } }, NULL, 0 } }, "no kernel was recorded" },
};

START_TEST(where_kernels_ran)
{
	g_autoptr(GError) error = NULL;
	gboolean ok;

	begin();
	for (int i = 0; i < 2; i++)
		if (i == 0 || cases[_i].spool[i].kernels[0].context)
			write_spool(&cases[_i].spool[i], (uint32_t)i);
	ok = ct_confined_check(folder, 48, &error);
	if (!cases[_i].says) {
		ck_assert_msg(ok, "%s", error ? error->message : "");
	} else {
		ck_assert(!ok);
		ck_assert_int_eq(error->code, CT_EXIT_FAILED);
		ck_assert_msg(strstr(error->message, cases[_i].says) != NULL, "%s",
			      error->message);
	}
	finish();
}
END_TEST

START_TEST(damage_is_no_confinement)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *path = NULL;

	begin();
	path = g_build_filename(folder, "1-1.spool", NULL);
	ck_assert(g_file_set_contents(path, "not a spool", -1, NULL));
	ck_assert(!ct_confined_check(folder, 48, &error));
	ck_assert_ptr_nonnull(error);
	finish();
}
END_TEST

START_TEST(no_folder)
{
	g_autoptr(GError) error = NULL;

	ck_assert(!ct_confined_check("/nonexistent", 48, &error));
	ck_assert_ptr_nonnull(error);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("confined");
	TCase *tcase = tcase_create("confined");
	SRunner *runner;
	int failed;

	tcase_add_loop_test(tcase, where_kernels_ran, 0, G_N_ELEMENTS(cases));
	tcase_add_test(tcase, damage_is_no_confinement);
	tcase_add_test(tcase, no_folder);
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? 1 : 0;
}
