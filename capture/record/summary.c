/*
 * summary - what a recording brought, in a few lines.
 */
#include "config.h"

#include "capture/record/summary.h"

#include <string.h>

#include "capture/record/find.h"
#include "capture/record/pass.h"
#include "capture/record/why.h"
#include "traces/check.h"
#include "traces/spool.h"

#define MARKERS_NAMED 3

struct counts {
	uint64_t kernels, copies, requests;
	uint32_t threads;
	int64_t first_ns, last_ns;
	GHashTable *outer; /* marker name -> how many ranges inside no other */
};

/* "name" or "prefix*", as cotenant run takes it. */
static gboolean matches(const char *pattern, const char *name)
{
	size_t n = strlen(pattern);

	if (n > 0 && pattern[n - 1] == '*')
		return strncmp(pattern, name, n - 1) == 0;
	return strcmp(pattern, name) == 0;
}

static void span(struct counts *counts, int64_t start_ns, int64_t end_ns)
{
	if (start_ns != CT_TIME_NONE && start_ns < counts->first_ns)
		counts->first_ns = start_ns;
	if (end_ns != CT_TIME_NONE && end_ns > counts->last_ns)
		counts->last_ns = end_ns;
}

static void count_outer(struct counts *counts, const char *name)
{
	guint n = GPOINTER_TO_UINT(g_hash_table_lookup(counts->outer, name));

	g_hash_table_insert(counts->outer, (gpointer)name, GUINT_TO_POINTER(n + 1));
}

/* A range inside another one is a part of it: requests are the outermost of theirs. */
static gboolean count_lane(struct counts *counts, const struct ct_trace *trace,
			   uint32_t lane, const char *requests, GError **error)
{
	struct ct_cursor *cursor = ct_cursor_new(trace, lane);
	uint32_t depth = 0, inside = 0;
	GError *failure = NULL;
	const struct ct_op *op;

	while ((op = ct_cursor_next(cursor, &failure))) {
		const char *name = "";

		span(counts, op->api_start_ns, op->api_end_ns);
		span(counts, op->start_ns, op->end_ns);
		counts->kernels += op->kind == CT_OP_KERNEL;
		counts->copies += op->kind == CT_OP_MEMCPY || op->kind == CT_OP_MEMSET;
		if (op->kind == CT_OP_MARKER_BEGIN || op->kind == CT_OP_MARKER_END)
			name = ct_trace_string(trace, op->name);
		if (op->kind == CT_OP_MARKER_BEGIN) {
			if (depth++ == 0)
				count_outer(counts, name);
			inside += requests && matches(requests, name);
		} else if (op->kind == CT_OP_MARKER_END) {
			depth -= depth > 0;
			if (requests && matches(requests, name) && inside > 0)
				counts->requests += --inside == 0;
		}
	}
	ct_cursor_free(cursor);
	if (failure)
		g_propagate_error(error, failure);
	return !failure;
}

static char *format_bytes(double bytes)
{
	static const char *const unit[] = { "B", "KiB", "MiB", "GiB", "TiB" };
	gsize i = 0;

	for (; bytes >= 1023.5 && i + 1 < G_N_ELEMENTS(unit); i++)
		bytes /= 1024;
	return g_strdup_printf("%.*f %s", i == 0 || bytes >= 99.95 ? 0 : 1, bytes, unit[i]);
}

static char *format_time(int64_t ns)
{
	double value = (double)ns / 1e6;

	if (value < 999.95)
		return g_strdup_printf("%.*f ms", value < 9.995 ? 2 : 1, value);
	return g_strdup_printf("%.2f s", value / 1e3);
}

static const char *plural(uint64_t n)
{
	return n == 1 ? "" : "s";
}

static void say_counts(const struct ct_summary *summary, const struct ct_trace *trace,
		       const struct counts *counts)
{
	g_autofree char *size = format_bytes((double)trace->file_bytes);
	g_autofree char *time = format_time(counts->last_ns - counts->first_ns);
	const struct ct_import_summary *import = summary->import;
	g_autoptr(GString) rest = g_string_new(NULL);

	if (import->n_unlaunched)
		g_string_append_printf(rest, "; %" G_GUINT64_FORMAT " without their launch",
				       import->n_unlaunched);
	if (import->n_skipped)
		g_string_append_printf(rest, "; %" G_GUINT64_FORMAT " records skipped",
				       import->n_skipped);
	ct_record_say("%s: %" G_GUINT64_FORMAT " kernel%s, %" G_GUINT64_FORMAT
		      " cop%s, %u process%s, %u thread%s, %s, %s (%.0f bytes a kernel)%s",
		      summary->options->output, counts->kernels, plural(counts->kernels),
		      counts->copies, counts->copies == 1 ? "y" : "ies", trace->n_processes,
		      trace->n_processes == 1 ? "" : "es", counts->threads,
		      plural(counts->threads), time, size,
		      (double)trace->file_bytes / (double)MAX(counts->kernels, 1),
		      rest->str);
}

static int by_count(gconstpointer a, gconstpointer b, gpointer data)
{
	GHashTable *outer = data;
	guint x = GPOINTER_TO_UINT(g_hash_table_lookup(outer, *(char *const *)a));
	guint y = GPOINTER_TO_UINT(g_hash_table_lookup(outer, *(char *const *)b));

	return x != y ? (x > y ? -1 : 1) : strcmp(*(char *const *)a, *(char *const *)b);
}

/* "step (50), eval (2)": the outermost ranges, the most frequent first. */
static char *name_markers(const struct counts *counts, const char **most)
{
	g_autoptr(GPtrArray) names = g_ptr_array_new();
	GString *list = g_string_new(NULL);
	GHashTableIter iter;
	gpointer name;

	g_hash_table_iter_init(&iter, counts->outer);
	while (g_hash_table_iter_next(&iter, &name, NULL))
		g_ptr_array_add(names, name);
	g_ptr_array_sort_with_data(names, by_count, counts->outer);
	for (guint i = 0; i < names->len && i < MARKERS_NAMED; i++)
		g_string_append_printf(list, "%s%s (%u)", i ? ", " : "",
				       (char *)names->pdata[i],
				       GPOINTER_TO_UINT(g_hash_table_lookup(
					       counts->outer, names->pdata[i])));
	if (names->len > MARKERS_NAMED)
		g_string_append(list, ", ...");
	*most = names->len ? names->pdata[0] : NULL;
	return g_string_free(list, FALSE);
}

/* A word of a command line as the shell wants it. */
static char *as_word(const char *text)
{
	return text[strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				 "0123456789_./,=:@%+-")]
		       ? g_shell_quote(text)
		       : g_strdup(text);
}

static void say_requests(const struct ct_summary *summary, const struct counts *counts)
{
	const char *wanted = summary->options->requests, *most;
	g_autofree char *markers = name_markers(counts, &most);
	g_autofree char *tenant = NULL, *word = NULL;

	if (wanted && counts->requests == 0) {
		const char *other = most ? NULL : g_getenv(CT_NVTX_INJECTION_ENV);

		ct_record_say("no range '%s' in it, so there are no requests%s%s%s%s",
			      wanted, most ? "; there are: " : "", markers,
			      other ? "; " CT_NVTX_INJECTION_ENV " is set to " : "",
			      other ? other : "");
		return;
	}
	if (!wanted && !most)
		return;
	tenant = g_strdup_printf("%s,requests=%s", summary->options->output,
				 wanted ? wanted : most);
	word = as_word(tenant);
	if (wanted)
		ct_record_say("%" G_GUINT64_FORMAT
			      " request%s '%s'; to replay: cotenant run %s",
			      counts->requests, plural(counts->requests), wanted, word);
	else
		ct_record_say("marked: %s; to replay them as requests: cotenant run %s",
			      markers, word);
}

static gboolean say_check(const struct ct_summary *summary, const struct ct_trace *trace,
			  GError **error)
{
	g_autoptr(GString) failed = g_string_new(NULL);
	g_autofree char *word = as_word(summary->options->output);
	struct ct_check check;

	if (!ct_trace_check(trace, 0, &check, error))
		return FALSE;
	for (int i = 0; i < CT_RULES; i++) {
		if (!check.rule[i].failures)
			continue;
		g_string_append_printf(failed, "%s%s (%" G_GUINT64_FORMAT,
				       failed->len ? ", " : "", ct_rule_name[i],
				       check.rule[i].failures);
		if (i == CT_RULE_ALONE)
			g_string_append_printf(failed, ", %.2f %% of kernel time",
					       check.overlapped_pct);
		g_string_append_c(failed, ')');
	}
	if (failed->len)
		ct_record_say("as isolated work it fails %s; see: cotenant trace check %s",
			      failed->str, word);
	else
		ct_record_say("it may stand for isolated work: every rule holds");
	ct_check_clear(&check);
	return TRUE;
}

/* What went wrong in some of the processes, or ended the recording early; what several
 * say alike is said once. */
static void say_notes(const struct ct_summary *summary)
{
	const struct ct_notes *notes = summary->notes;
	g_autoptr(GHashTable) said =
		g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

	for (guint i = 0; i < notes->note->len; i++) {
		const struct ct_note *note = &g_array_index(notes->note, struct ct_note, i);
		char *words = ct_why_note(note);

		if (words && g_hash_table_add(said, words))
			ct_record_say("process %u: %s", note->pid, words);
	}
	if (notes->n_open)
		ct_record_say("%u of %u processes ended without closing their records: "
			      "what they did last is missing",
			      notes->n_open, notes->n_spools);
}

gboolean ct_summary_say(const struct ct_summary *summary, const char *path, GError **error)
{
	struct ct_trace *trace = ct_trace_open(path, error);
	struct counts counts = { .first_ns = INT64_MAX, .last_ns = INT64_MIN };
	gboolean ok = trace != NULL;

	if (!ok)
		return FALSE;
	counts.outer = g_hash_table_new(g_str_hash, g_str_equal);
	for (uint32_t i = 0; ok && i < trace->n_lanes; i++) {
		counts.threads += trace->lane[i].thread != CT_NONE;
		ok = count_lane(&counts, trace, i, summary->options->requests, error);
	}
	if (ok) {
		say_counts(summary, trace, &counts);
		say_requests(summary, &counts);
		if (summary->options->check)
			ok = say_check(summary, trace, error);
		say_notes(summary);
	}
	g_hash_table_unref(counts.outer);
	ct_trace_free(trace);
	return ok;
}
