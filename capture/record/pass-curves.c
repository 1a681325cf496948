/*
 * pass-curves - the program again on some of the SMs, for how long its kernels take there.
 *
 * One run for each number of SMs, confined by the collector (capture/collector/confine.h),
 * believed only if its records say so (confined.h), and imported like any recording; then
 * traces/join-curves.h finds the same kernels in all of them.  A run that fails costs its
 * points, not the others'.
 */
#include "config.h"

#include <glib/gstdio.h>
#include <string.h>

#include "capture/record/confined.h"
#include "capture/record/pass.h"
#include "sim/base/error.h"
#include "traces/import.h"
#include "traces/join-curves.h"
#include "traces/spool.h"

#define SHARE 0.95 /* of kernel time: the classes that are worth a curve */

/* Wave quantisation bends curves at few SMs; above 7/8 of the device they are flat. */
static const uint32_t ladder[] = { 8, 16, 24, 32, 48, 64, 96, 128, 160, 192 };

static uint32_t device_sms(const struct ct_trace *trace)
{
	uint32_t sms = 0;

	for (uint32_t i = 0; i < trace->n_devices; i++)
		sms = MAX(sms, trace->device[i].sms);
	return sms;
}

static gint compare_sms(gconstpointer a, gconstpointer b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

/* How many SMs to run on, rising; those that are no part of the device are said. */
static GArray *steps_of(const struct ct_record_options *options, uint32_t all_sms)
{
	GArray *steps = g_array_new(FALSE, FALSE, sizeof(uint32_t));
	g_auto(GStrv) words = g_strsplit(options->curves ? options->curves : "", ",", -1);

	for (char **word = words; *word; word++) {
		uint32_t sms = (uint32_t)g_ascii_strtoull(*word, NULL, 10);

		if (sms && sms < all_sms)
			g_array_append_val(steps, sms);
		else if (sms > all_sms)
			ct_record_say("curves: not on %u SMs, the device has %u", sms,
				      all_sms);
	}
	for (gsize i = 0; !words[0] && i < G_N_ELEMENTS(ladder); i++)
		if (ladder[i] * 8 <= all_sms * 7)
			g_array_append_val(steps, ladder[i]);
	g_array_sort(steps, compare_sms);
	for (guint i = 1; i < steps->len;) {
		if (g_array_index(steps, uint32_t, i) !=
		    g_array_index(steps, uint32_t, i - 1))
			i++;
		else
			g_array_remove_index(steps, i);
	}
	return steps;
}

static void remove_spools(const char *folder)
{
	GDir *dir = g_dir_open(folder, 0, NULL);
	const char *name;

	while (dir && (name = g_dir_read_name(dir))) {
		g_autofree char *path = g_build_filename(folder, name, NULL);

		if (g_str_has_suffix(name, CT_SPOOL_SUFFIX))
			g_remove(path);
	}
	if (dir)
		g_dir_close(dir);
}

/*
 * The program on SMS; NULL if it was not there, or its trace cannot be made.  *RAN: it ran
 * as it did when it was recorded.
 */
static struct ct_trace *run_on(const struct ct_pass_context *context, uint32_t sms,
			       gboolean *ran, GError **error)
{
	const struct ct_import_options how = { .zstd_level = 0 };
	g_autofree char *name = g_strdup_printf("curve-%u", sms);
	g_autofree char *file = g_strconcat(name, ".ctt", NULL);
	g_autofree char *path = g_build_filename(context->folder, file, NULL);
	const struct ct_pass_run run = { .name = name, .confine_sms = sms };
	g_autofree char *folder = ct_pass_run(context, &run, error);
	struct ct_import_summary summary;

	*ran = folder != NULL;
	if (!folder || !ct_confined_check(folder, sms, error) ||
	    !ct_import(folder, path, &how, &summary, error))
		return NULL;
	if (!context->options->keep_spools)
		remove_spools(folder);
	return ct_trace_open(path, error);
}

static void append_left(GString *text, uint32_t n, const char *what)
{
	if (n)
		g_string_append_printf(text, "%s%u %s",
				       text->len ? ", " : "; points left out: ", n, what);
}

static char *describe(const struct ct_curves_summary *s, const GArray *runs)
{
	g_autoptr(GString) left = g_string_new(NULL), on = g_string_new(NULL);

	append_left(left, s->n_other_count, "launched less or more often");
	append_left(left, s->n_other_grid, "of another shape");
	append_left(left, s->n_missing, "not launched at all");
	append_left(left, s->n_together, "beside other kernels");
	for (guint i = 0; i < runs->len; i++)
		g_string_append_printf(on, "%s%u", i ? ", " : "",
				       g_array_index(runs, struct ct_curve_run, i).sms);
	return g_strdup_printf("curves: %u of the %u kinds of kernel that make up %.0f %% "
			       "of kernel time (%.1f %%), on %s SMs%s",
			       s->n_curves, s->n_classes, 100 * SHARE, s->share_pct,
			       on->str, left->str);
}

static gboolean join(const struct ct_pass_context *context, const struct ct_trace *base,
		     const GArray *runs, char **summary, GError **error)
{
	struct ct_curves_summary joined;

	if (!ct_join_curves(base, (const struct ct_curve_run *)(void *)runs->data,
			    runs->len, SHARE, context->options->zstd_level, context->trace,
			    &joined, error))
		return FALSE;
	*summary = describe(&joined, runs);
	return TRUE;
}

static gboolean run_all(const struct ct_pass_context *context, const struct ct_trace *base,
			char **summary, GError **error)
{
	g_autoptr(GArray) steps = steps_of(context->options, device_sms(base));
	g_autoptr(GArray) runs = g_array_new(FALSE, TRUE, sizeof(struct ct_curve_run));
	gboolean ok, ran = TRUE;

	/* From many SMs to few: a program that fails on some, or is interrupted, is not
	 * tried on fewer. */
	for (guint i = steps->len; ran && i > 0; i--) {
		struct ct_curve_run run = { .sms = g_array_index(steps, uint32_t, i - 1) };
		g_autoptr(GError) failure = NULL;

		run.trace = run_on(context, run.sms, &ran, &failure);
		if (run.trace)
			g_array_prepend_val(runs, run);
		else
			ct_record_say("curves: %s%s", failure->message,
				      ran || i == 1 ? "" : "; not tried on fewer SMs");
	}
	if (runs->len) {
		ok = join(context, base, runs, summary, error);
	} else {
		ok = FALSE;
		g_set_error(error, CT_ERROR, CT_EXIT_FAILED,
			    "no run on some of the device's %u SMs succeeded",
			    device_sms(base));
	}
	for (guint i = 0; i < runs->len; i++)
		ct_trace_free((struct ct_trace *)g_array_index(runs, struct ct_curve_run, i)
				      .trace);
	return ok;
}

static gboolean wanted(const struct ct_record_options *options)
{
	return options->want_curves;
}

static gboolean run(const struct ct_pass_context *context, char **summary, GError **error)
{
	struct ct_trace *base = ct_trace_open(context->trace, error);
	gboolean ok;

	if (!base)
		return FALSE;
	ok = run_all(context, base, summary, error);
	ct_trace_free(base);
	return ok;
}

const struct ct_pass ct_pass_curves = { .name = "curves", .wanted = wanted, .run = run };
