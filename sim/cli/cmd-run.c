/*
 * cmd-run - several programs on one GPU, under one policy after the other.
 *
 * A run that is interrupted stops at its next event, finishes the timeline as valid
 * JSON, removes an unfinished report, and dies of the signal as a shell expects.
 */
#include "config.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>

#include "sim/cli/cmd-run.h"
#include "sim/cli/open-trace.h"
#include "sim/cli/report.h"
#include "sim/explain.h"
#include "sim/timeline.h"

static gint interrupted; /* set by the handler, read by every run */
static volatile sig_atomic_t received;

static void interrupt(int signal_number)
{
	received = signal_number;
	g_atomic_int_set(&interrupted, TRUE);
}

/* The second signal kills: the handler is gone after the first. */
static void catch_signals(void)
{
	struct sigaction action = { .sa_handler = interrupt,
				    .sa_flags = (int)SA_RESETHAND };

	sigemptyset(&action.sa_mask);
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
}

static struct ct_trace *open_trace(const char *path, void *data, GError **error)
{
	return ct_cli_open_trace(path, data, error);
}

struct outputs {
	FILE *ledger, *timeline_file, *report;
	struct ct_timeline *timeline;
	struct ct_explain *explain;
};

static gboolean open_file(const char *path, FILE **file, GError **error)
{
	if (!path)
		return TRUE;
	*file = fopen(path, "w");
	if (*file)
		return TRUE;
	g_set_error(error, CT_ERROR, CT_EXIT_FAILED, "%s: %s", path, g_strerror(errno));
	return FALSE;
}

static gboolean close_file(const char *path, FILE *file, GError **error)
{
	gboolean failed;

	if (!file)
		return TRUE;
	failed = ferror(file) != 0;
	failed |= fclose(file) != 0;
	if (failed && error && !*error)
		g_set_error(error, CT_ERROR, CT_EXIT_FAILED, "%s: cannot be written: %s",
			    path, g_strerror(errno));
	return !failed;
}

/* Opened before the runs: a mistyped folder should not cost an hour. */
static gboolean open_outputs(const struct ct_run_request *r, struct outputs *o,
			     GError **error)
{
	if (!open_file(r->ledger, &o->ledger, error) ||
	    !open_file(r->timeline, &o->timeline_file, error) ||
	    !open_file(r->output, &o->report, error))
		return FALSE;
	if (o->timeline_file)
		o->timeline = ct_timeline_new(o->timeline_file);
	if (r->explain)
		o->explain =
			ct_explain_new(r->scenario, (const char *const *)r->explain, error);
	return !r->explain || o->explain;
}

static gboolean close_outputs(const struct ct_run_request *r, struct outputs *o,
			      GError **error)
{
	gboolean ok = TRUE;

	if (o->timeline) {
		ok = ct_timeline_finish(o->timeline, error);
		if (!ok)
			g_prefix_error(error, "%s: ", r->timeline);
	}
	ok &= close_file(r->timeline, o->timeline_file, error);
	ok &= close_file(r->ledger, o->ledger, error);
	ok &= close_file(r->output, o->report, error);
	return ok;
}

/* A report that was not written is no report; /dev/null stays where it is. */
static void remove_unfinished(const struct ct_run_request *r)
{
	if (r->output && g_file_test(r->output, G_FILE_TEST_IS_REGULAR))
		g_unlink(r->output);
}

/* "1.3 is above 1.2" */
static char *shortcoming(const json_t *e)
{
	const json_t *value = json_object_get(e, "value"), *min = json_object_get(e, "min");
	double number = json_number_value(value), least = json_number_value(min);

	if (!json_is_number(value))
		return g_strdup("not defined");
	if (json_is_number(min) && number < least)
		return g_strdup_printf("%g is below %g", number, least);
	return g_strdup_printf("%g is above %g", number,
			       json_number_value(json_object_get(e, "max")));
}

/* Prints what was expected in vain; TRUE if all was met. */
static gboolean check_expectations(const json_t *expectations)
{
	gboolean met = TRUE;
	json_t *e;
	size_t i;

	json_array_foreach(expectations, i, e) {
		const char *policy = json_string_value(json_object_get(e, "policy"));
		g_autofree char *sweep = NULL, *what = NULL;

		if (json_is_true(json_object_get(e, "met")))
			continue;
		met = FALSE;
		sweep = ct_report_settings(json_object_get(e, "sweep"));
		what = shortcoming(e);
		fprintf(stderr, "expectation not met: %s under %s%s%s: %s\n",
			json_string_value(json_object_get(e, "path")),
			policy ? policy : "any policy", *sweep ? ", " : "", sweep, what);
	}
	return met;
}

/* The worst that happened decides: refused, ejected, not as expected. */
static int judge(const struct ct_study *study)
{
	struct ct_report_options options = { .reproducible = TRUE };
	json_t *document = ct_report_json(study, &options);
	gboolean met = check_expectations(json_object_get(document, "expectations"));
	int code = met ? CT_EXIT_OK : CT_EXIT_FAILED;

	json_decref(document);
	for (guint i = 0; i < study->cells->len; i++) {
		const struct ct_study_cell *cell = study->cells->pdata[i];

		if (cell->run->ejected)
			code = CT_EXIT_EJECTED;
	}
	for (guint i = 0; i < study->refusals->len; i++) {
		const struct ct_study_refusal *refusal = study->refusals->pdata[i];

		if (!refusal->policy->named)
			continue;
		fprintf(stderr, "cotenant run: %s: %s\n",
			refusal->policy->choice.policy->name, refusal->reason);
		code = CT_EXIT_UNSUPPORTED;
	}
	return code;
}

/* Words that named nothing that ended in the run, if there was one. */
static int judge_explained(const struct ct_study *study, const struct ct_explain *e,
			   int code)
{
	static const char *const nothing[] = {
		[CT_EXPLAIN_TENANT] = "nothing of this tenant ended in the run",
		[CT_EXPLAIN_OP] =
			"no kernel, copy or memset of that number ended in the run",
		[CT_EXPLAIN_NAME] =
			"neither a tenant nor the name of a kernel that ended in "
			"the run",
	};
	const struct ct_explain_view *v;

	if (!study->cells->len)
		return code;
	for (size_t i = 0; e && (v = ct_explain_view(e, i)); i++) {
		if (v->n_ops)
			continue;
		fprintf(stderr, "cotenant run: --explain %s: %s\n", v->what,
			nothing[v->kind]);
		code = CT_EXIT_USAGE;
	}
	return code;
}

static struct ct_study *run_study(const struct ct_run_request *r, struct outputs *o,
				  GError **error)
{
	struct ct_cli_bar bar;
	struct ct_study_options options = {
		.n_threads = r->n_threads,
		.open_trace = open_trace,
		.open_data = (void *)&r->common,
		.progress = ct_cli_bar_step,
		.progress_data = &bar,
		.cancel = &interrupted,
		.ledger = o->ledger,
		.timeline = o->timeline,
		.explain = o->explain,
		.sensitivity = r->sensitivity,
	};
	struct ct_study *study;

	ct_cli_bar_start(&bar, &r->common, "runs");
	study = ct_study_run(r->scenario, &options, error);
	ct_cli_bar_end(&bar);
	return study;
}

static void print_warnings(const struct ct_run_request *r, const struct ct_study *study)
{
	for (guint i = 0; i < study->warnings->len; i++)
		ct_cli_say(&r->common, "warning: %s", (char *)study->warnings->pdata[i]);
}

int ct_cmd_run(int argc, char **argv)
{
	struct ct_run_request r;
	struct ct_report_options options;
	struct outputs outputs = { 0 };
	struct ct_study *study = NULL;
	GError *error = NULL;
	int code;

	if (!ct_run_request_parse(argc, argv, &r, &code))
		return code;
	catch_signals();
	if (open_outputs(&r, &outputs, &error))
		study = run_study(&r, &outputs, &error);
	if (study) {
		options = (struct ct_report_options){
			.reproducible = r.reproducible,
			.verbose = r.common.verbose,
			.explain = outputs.explain,
		};
		print_warnings(&r, study);
		ct_report_write(study, r.common.format, &options,
				outputs.report ? outputs.report : stdout);
		code = judge_explained(study, outputs.explain, judge(study));
	} else {
		remove_unfinished(&r);
	}
	close_outputs(&r, &outputs, error ? NULL : &error);
	ct_explain_free(outputs.explain);
	ct_study_free(study);
	ct_run_request_clear(&r);
	if (received) {
		signal(received, SIG_DFL);
		raise(received);
	}
	return error ? ct_cli_fail("run", error) : ct_cli_finish("run", code);
}
