/*
 * report.h - a finished study, written down: a table of writers.
 *
 * To add a form: write report-NAME.c with a `const struct ct_report_writer`, and add it
 * to the table in report.c and to enum ct_output_format.  Every writer reads the study
 * alone and changes nothing.
 */
#ifndef CT_CLI_REPORT_H
#define CT_CLI_REPORT_H

#include "sim/cli/cli.h"
#include "sim/explain.h"
#include "sim/study.h"

struct ct_report_options {
	gboolean reproducible;            /* leave out what the wall clock says */
	gboolean verbose;                 /* text: also where the time went */
	const struct ct_explain *explain; /* NULL: none */
};

struct ct_report_writer {
	enum ct_output_format format;
	void (*write)(const struct ct_study *, const struct ct_report_options *, FILE *);
};

extern const struct ct_report_writer ct_report_json_writer, ct_report_text_writer,
	ct_report_csv_writer;

void ct_report_write(const struct ct_study *, enum ct_output_format,
		     const struct ct_report_options *, FILE *);

/* The document of cotenant-report(5); owned by the caller. */
json_t *ct_report_json(const struct ct_study *, const struct ct_report_options *);

/* report-explain*.c: an explanation, as text or as the list `explain` of the document */
void ct_report_explain_text(const struct ct_study *, const struct ct_explain *, FILE *);
json_t *ct_report_explain_json(const struct ct_study *, const struct ct_explain *);

/* report-sensitivity.c: of a study that has one */
void ct_report_sensitivity_text(const struct ct_study *, FILE *);
json_t *ct_report_sensitivity_json(const struct ct_study *);

/* How each expectation of the scenario fared in each run: a list of objects with path,
 * policy, sweep, repeat, min, max, value and met. */
json_t *ct_report_expectations(const struct ct_study *, json_t *results);

/* report-sources.c: where a tenant's numbers come from, as in the document and in a line;
 * both are the caller's */
json_t *ct_report_sources(const struct ct_program *);
char *ct_report_sources_text(const struct ct_program *);

/* A policy as a reader tells it from the others: its options only where another entry
 * of the same name differs.  Free with g_free(). */
char *ct_report_policy(const struct ct_study_point *, const struct ct_study_policy *);

/* "seed=1, policy.slice_ns=2"; "" without a sweep. */
char *ct_report_settings(const json_t *object);

/* report-summary.c: the repeats of each policy read together, for JSON; and as further
 * columns of a CSV whose titles (owned) begin with BEFORE. */
struct ct_group;
json_t *ct_report_summary_json(const struct ct_study *);
GPtrArray *ct_report_summary_titles(const char *const *before);
void ct_report_summary_cells(struct ct_table *, const struct ct_study *,
			     const struct ct_group *, size_t tenant);

#endif
