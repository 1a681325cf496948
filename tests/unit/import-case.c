/*
 * import-case - a small foreign file, imported and taken apart again, for tests.
 */
#include "tests/unit/import-case.h"

#include <check.h>
#include <glib/gstdio.h>
#include <string.h>

#include "sim/base/error.h"

void import_case_begin(struct import_case *c, const char *name, const char *text,
		       size_t length)
{
	memset(c, 0, sizeof(*c));
	c->directory = g_dir_make_tmp("cotenant-import-XXXXXX", NULL);
	ck_assert_ptr_nonnull(c->directory);
	c->in = g_build_filename(c->directory, name, NULL);
	c->out = g_build_filename(c->directory, "out.ctt", NULL);
	c->ops = g_array_new(FALSE, FALSE, sizeof(struct ct_op));
	c->lanes = g_array_new(FALSE, FALSE, sizeof(uint32_t));
	ck_assert(g_file_set_contents(c->in, text, (gssize)length, NULL));
}

static void read_lane(struct import_case *c, uint32_t lane)
{
	struct ct_cursor *cursor = ct_cursor_new(c->trace, lane);
	g_autoptr(GError) error = NULL;
	const struct ct_op *op;

	while ((op = ct_cursor_next(cursor, &error)) != NULL) {
		g_array_append_vals(c->ops, op, 1);
		g_array_append_val(c->lanes, lane);
	}
	ck_assert_msg(error == NULL, "%s", error ? error->message : "");
	ct_cursor_free(cursor);
}

void import_case_run(struct import_case *c)
{
	struct ct_import_options options = { 0 };
	g_autoptr(GError) error = NULL;
	gboolean ok = ct_import(c->in, c->out, &options, &c->summary, &error);

	ck_assert_msg(ok, "%s", error ? error->message : "no message");
	c->trace = ct_trace_open(c->out, &error);
	ck_assert_msg(c->trace != NULL, "%s", error ? error->message : "no message");
	ck_assert(c->trace->complete);
	for (uint32_t lane = 0; lane < c->trace->n_lanes; lane++)
		read_lane(c, lane);
}

void import_case_fails(struct import_case *c, int code, const char *why)
{
	struct ct_import_options options = { 0 };
	g_autoptr(GError) error = NULL;
	GDir *directory;

	ck_assert(!ct_import(c->in, c->out, &options, &c->summary, &error));
	ck_assert(g_error_matches(error, CT_ERROR, code));
	ck_assert_msg(strstr(error->message, why) != NULL, "\"%s\" is not in: %s", why,
		      error->message);
	ck_assert_msg(strstr(error->message, c->in) != NULL, "no file in: %s",
		      error->message);
	ck_assert_ptr_null(strchr(error->message, '\n'));
	directory = g_dir_open(c->directory, 0, NULL);
	for (guint i = 0; i < 2; i++) {
		const char *name = g_dir_read_name(directory);

		ck_assert_msg(i == 0 ? name != NULL : name == NULL, "%s was left", name);
	}
	g_dir_close(directory);
}

void import_case_end(struct import_case *c)
{
	ct_trace_free(c->trace);
	g_unlink(c->in);
	g_unlink(c->out);
	g_rmdir(c->directory);
	g_array_unref(c->ops);
	g_array_unref(c->lanes);
	g_free(c->directory);
	g_free(c->in);
	g_free(c->out);
}

guint import_case_count(const struct import_case *c, enum ct_op_kind kind)
{
	guint n = 0;

	for (guint i = 0; i < c->ops->len; i++)
		n += g_array_index(c->ops, struct ct_op, i).kind == kind;
	return n;
}

const struct ct_op *import_case_op(const struct import_case *c, enum ct_op_kind kind,
				   guint nth)
{
	for (guint i = 0; i < c->ops->len; i++) {
		const struct ct_op *op = &g_array_index(c->ops, struct ct_op, i);

		if (op->kind == kind && nth-- == 0)
			return op;
	}
	ck_abort_msg("no such operation of kind %d", kind);
	return NULL;
}

uint32_t import_case_stream(const struct import_case *c, const struct ct_op *op)
{
	return op->stream == CT_NONE ? CT_NONE : c->trace->stream[op->stream].id;
}
