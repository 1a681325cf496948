/*
 * pass-counters - what the kernels of the program move and keep busy, measured in a run
 * of its own by libcotenant-counters.so and joined to the trace by kernel and launch shape.
 */
#include "config.h"

#include "capture/record/pass.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "sim/base/error.h"
#include "traces/join-counters.h"

#define LIBRARY     "libcotenant-counters.so"
#define LIBRARY_ENV "COTENANT_COUNTERS" /* the library to load, before all others */

static gboolean wanted(const struct ct_record_options *options)
{
	return options->want_counters;
}

/* Installed, it lies beside the collector; built, in the folder next to that. */
static char *find_library(const struct ct_pass_context *context, GError **error)
{
	const char *chosen = g_getenv(LIBRARY_ENV);
	g_autofree char *dir = g_path_get_dirname(context->collector);
	char *place[] = {
		g_strdup(chosen && *chosen ? chosen : "/dev/null/none"),
		g_build_filename(dir, LIBRARY, NULL),
		g_build_filename(dir, "..", "..", "counters", ".libs", LIBRARY, NULL),
	};
	char *found = NULL;

	for (gsize i = 0; i < G_N_ELEMENTS(place); i++) {
		if (!found && g_file_test(place[i], G_FILE_TEST_IS_REGULAR))
			found = g_canonicalize_filename(place[i], NULL);
		g_free(place[i]);
	}
	if (!found)
		g_set_error(error, CT_ERROR, CT_EXIT_FAILED,
			    "none in the trace: the library " LIBRARY
			    " is missing: looked for in %s",
			    dir);
	return found;
}

/* Every process of the run has left one. */
static gboolean read_all(const char *folder, struct ct_counter_table *table, guint *n_files,
			 GError **error)
{
	g_autoptr(GDir) dir = g_dir_open(folder, 0, error);
	const char *name;

	*n_files = 0;
	while (dir && (name = g_dir_read_name(dir))) {
		g_autofree char *path = g_build_filename(folder, name, NULL);

		if (!g_str_has_suffix(name, CT_COUNTER_FILE_SUFFIX))
			continue;
		++*n_files;
		if (!ct_counter_file_read(table, path, error))
			return FALSE;
	}
	return dir != NULL;
}

static gboolean check(const struct ct_counter_table *table, guint n_files, GError **error)
{
	if (table->rows->len)
		return TRUE;
	g_set_error(error, CT_ERROR, CT_EXIT_FAILED, "none in the trace: %s",
		    table->trouble ? table->trouble
		    : n_files      ? "no kernel was launched outside of graphs"
				   : "the program did not load the library that measures "
				     "them");
	return FALSE;
}

static char *sum_up(const struct ct_counter_table *table, const struct ct_join_summary *s)
{
	GString *text = g_string_new(NULL);

	g_string_append_printf(text,
			       "counters for %u of %u launch shapes, %.1f %% of kernel "
			       "time",
			       s->n_shapes_counted, s->n_shapes,
			       s->kernel_ns > 0 ? s->counted_ns / s->kernel_ns * 100 : 0.0);
	if (table->n_graph_launches)
		g_string_append_printf(text,
				       "; kernels of %" G_GUINT64_FORMAT
				       " graph launches were not measured",
				       table->n_graph_launches);
	if (table->trouble)
		g_string_append_printf(text, "; incomplete: %s", table->trouble);
	return g_string_free(text, FALSE);
}

static gboolean join(const struct ct_pass_context *context,
		     const struct ct_counter_table *table, char **summary, GError **error)
{
	g_autofree char *path = g_build_filename(context->folder, "counted.ctt", NULL);
	struct ct_trace *trace = ct_trace_open(context->trace, error);
	struct ct_join_summary s = { 0 };
	gboolean ok;

	if (!trace)
		return FALSE;
	ok = ct_join_counters(trace, table, context->options->zstd_level, path, &s, error);
	ct_trace_free(trace);
	if (ok && rename(path, context->trace)) {
		g_set_error(error, CT_ERROR, CT_EXIT_FAILED, "%s: cannot be written: %s",
			    context->trace, g_strerror(errno));
		ok = FALSE;
	}
	if (ok)
		*summary = sum_up(table, &s);
	ct_join_summary_clear(&s);
	return ok;
}

static gboolean run(const struct ct_pass_context *context, char **summary, GError **error)
{
	g_autofree char *library = find_library(context, error);
	const struct ct_pass_run how = { .name = "counters",
					 .injection = library,
					 .whole = TRUE };
	g_autofree char *folder = library ? ct_pass_run(context, &how, error) : NULL;
	struct ct_counter_table *table;
	guint n_files;
	gboolean ok;

	if (!folder)
		return FALSE;
	table = ct_counter_table_new();
	ok = read_all(folder, table, &n_files, error) && check(table, n_files, error) &&
	     join(context, table, summary, error);
	ct_counter_table_free(table);
	return ok;
}

const struct ct_pass ct_pass_counters = { "counters", wanted, run };
