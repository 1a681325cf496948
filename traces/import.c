/*
 * import - finds the importer for a file and runs it.
 *
 * Formats are told by content, never by the file's name: profilers name their files as
 * they like, and a .json may well be compressed.
 */
#include "traces/import.h"

#include "sim/base/error.h"
#include "traces/gz-input.h"

#define HEAD_BYTES (64u << 10)

const struct ct_importer *const ct_importers[] = {
	&ct_import_spool,    &ct_import_kineto,    &ct_import_nsys_sqlite,
	&ct_import_nsys_csv, &ct_import_orion_csv, NULL,
};

static char *format_names(void)
{
	g_autoptr(GPtrArray) names = g_ptr_array_new();

	for (guint i = 0; ct_importers[i] != NULL; i++)
		g_ptr_array_add(names, (gpointer)ct_importers[i]->name);
	g_ptr_array_add(names, NULL);
	return g_strjoinv(", ", (char **)names->pdata);
}

static const struct ct_importer *by_name(const char *name, GError **error)
{
	g_autofree char *names = NULL;

	for (guint i = 0; ct_importers[i] != NULL; i++) {
		if (g_str_equal(ct_importers[i]->name, name))
			return ct_importers[i];
	}
	names = format_names();
	ct_usage_error(error, "no format \"%s\"; there are %s", name, names);
	return NULL;
}

static gssize read_head(const char *path, guint8 *head, GError **error)
{
	struct ct_gz_input *input = ct_gz_input_open(path, error);
	gssize length = 0, got;

	if (input == NULL)
		return -1;
	do {
		got = ct_gz_input_read(input, head + length, HEAD_BYTES - (size_t)length,
				       error);
		length += MAX(got, 0);
	} while (got > 0 && length < (gssize)HEAD_BYTES);
	ct_gz_input_close(input);
	return got < 0 ? -1 : length;
}

static const struct ct_importer *by_content(const char *path, GError **error)
{
	g_autofree guint8 *head = g_malloc(HEAD_BYTES);
	g_autofree char *names = NULL;
	gboolean is_folder = g_file_test(path, G_FILE_TEST_IS_DIR);
	gssize length = is_folder ? 0 : read_head(path, head, error);

	if (length < 0)
		return NULL;
	if (length == 0 && !is_folder) {
		ct_input_error(error, "%s: the file is empty", path);
		return NULL;
	}
	for (guint i = 0; ct_importers[i] != NULL; i++) {
		if (ct_importers[i]->probe(path, head, (size_t)length))
			return ct_importers[i];
	}
	names = format_names();
	ct_input_error(error, "%s: none of the known formats (%s)", path, names);
	return NULL;
}

gboolean ct_import(const char *in, const char *out, const struct ct_import_options *options,
		   struct ct_import_summary *summary, GError **error)
{
	const struct ct_importer *importer = options->format != NULL
						     ? by_name(options->format, error)
						     : by_content(in, error);
	struct ct_assembler *assembler;
	gboolean ok;

	if (importer == NULL)
		return FALSE;
	assembler = ct_assembler_new(out, options->zstd_level, error);
	if (assembler == NULL)
		return FALSE;
	ok = importer->run(in, assembler, options->progress, options->data, error) &&
	     ct_assembler_finish(assembler, in, summary, error);
	ct_assembler_free(assembler);
	return ok;
}
