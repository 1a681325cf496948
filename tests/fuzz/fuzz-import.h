/*
 * fuzz-import.h - damaged files through one importer.
 *
 * Whatever the file: either it is imported and the trace reads back whole, or it is
 * refused in one sentence that names it, and nothing is left.
 */
#ifndef CT_TESTS_FUZZ_IMPORT_H
#define CT_TESTS_FUZZ_IMPORT_H

#include <glib/gstdio.h>

#include "sim/base/error.h"
#include "tests/fuzz/fuzz.h"
#include "traces/import.h"
#include "traces/reader.h"

static struct {
	const char *format;
	char *directory, *in, *out;
} fuzz_import;

static inline void fuzz_import_read_back(void)
{
	g_autoptr(GError) error = NULL;
	struct ct_trace *trace = ct_trace_open(fuzz_import.out, &error);
	uint32_t lane;

	g_assert_no_error(error);
	g_assert_true(trace->complete);
	g_assert_cmpuint(trace->n_kernels, >, 0);
	for (lane = 0; lane < trace->n_lanes; lane++) {
		struct ct_cursor *cursor = ct_cursor_new(trace, lane);

		while (ct_cursor_next(cursor, &error))
			;
		g_assert_no_error(error);
		ct_cursor_free(cursor);
	}
	ct_trace_free(trace);
}

static inline void fuzz_import_check(const guint8 *bytes, size_t length)
{
	struct ct_import_options options = { .format = fuzz_import.format };
	struct ct_import_summary summary;
	g_autoptr(GError) error = NULL;
	FILE *file = fopen(fuzz_import.in, "w");

	if (length > 0) /* or BYTES may be NULL */
		g_assert_cmpuint(fwrite(bytes, 1, length, file), ==, length);
	g_assert_cmpint(fclose(file), ==, 0);
	g_unlink(fuzz_import.out);
	if (ct_import(fuzz_import.in, fuzz_import.out, &options, &summary, &error)) {
		fuzz_import_read_back();
	} else {
		g_assert_error(error, CT_ERROR, CT_EXIT_INPUT);
		g_assert_nonnull(strstr(error->message, fuzz_import.in));
		g_assert_false(g_file_test(fuzz_import.out, G_FILE_TEST_EXISTS));
	}
}

/* Runs TARGET, whose check is fuzz_import_check(), on the importer called FORMAT. */
static inline int fuzz_import_main(const struct fuzz_target *target, const char *format)
{
	int code;

	fuzz_import.format = format;
	fuzz_import.directory = g_dir_make_tmp("cotenant-fuzz-XXXXXX", NULL);
	fuzz_import.in = g_build_filename(fuzz_import.directory, "in", NULL);
	fuzz_import.out = g_build_filename(fuzz_import.directory, "out.ctt", NULL);
	code = fuzz_main(target);
	g_unlink(fuzz_import.in);
	g_unlink(fuzz_import.out);
	g_rmdir(fuzz_import.directory);
	g_free(fuzz_import.directory);
	g_free(fuzz_import.in);
	g_free(fuzz_import.out);
	return code;
}

#endif
