/*
 * print - the groups as text for people, and as JSON for programs
 *
 * The names in the JSON are stable: groups[] of name, unit, control, rows[] of row,
 * measured, predicted, error_pct, fitted.  Others may be added; a number that is not
 * known is null.
 */
#include <jansson.h>
#include <math.h>

#include "experiments/ground-truth/truth.h"

static json_t *number(double value)
{
	return isfinite(value) ? json_real(value) : json_null();
}

static json_t *row_json(const struct truth_group *group, const struct truth_row *row)
{
	enum truth_verdict verdict = truth_verdict(group, row);

	return json_pack("{s:s, s:o, s:o, s:o, s:b, s:o, s:o, s:o, s:o}", "row", row->name,
			 "measured", number(row->measured), "predicted",
			 number(row->predicted), "error_pct", number(row->error_pct),
			 "fitted", row->fitted, "control", number(row->control),
			 "control_error_pct", number(row->control_error_pct), "goal",
			 number(row->goal), "goal_met",
			 verdict == TRUTH_NO_GOAL ? json_null()
						  : json_boolean(verdict >= TRUTH_MET));
}

static json_t *errors_json(const struct truth_group *group, gboolean of_control)
{
	struct truth_errors e;

	truth_errors(group, of_control, &e);
	return json_pack("{s:i, s:o, s:o, s:o}", "rows", (int)e.n, "p50", number(e.p50),
			 "p90", number(e.p90), "max", number(e.max));
}

static json_t *forms_json(const struct truth_group *group)
{
	json_t *forms = json_array();

	for (guint i = 0; i < group->forms->len; i++) {
		const struct truth_form *f =
			&g_array_index(group->forms, struct truth_form, i);

		json_array_append_new(forms,
				      json_pack("{s:s, s:i, s:o, s:o, s:o}", "form",
						f->name, "parameters", (int)f->parameters,
						"in_sample_pct", number(f->in_sample_pct),
						"k_fold_pct", number(f->k_fold_pct),
						"leave_out_pct", number(f->leave_out_pct)));
	}
	return forms;
}

static json_t *group_json(const struct truth_group *group)
{
	json_t *rows = json_array(), *notes = json_array();

	for (guint i = 0; i < group->rows->len; i++)
		json_array_append_new(
			rows,
			row_json(group, &g_array_index(group->rows, struct truth_row, i)));
	for (guint i = 0; i < group->notes->len; i++)
		json_array_append_new(notes,
				      json_string(g_ptr_array_index(group->notes, i)));
	return json_pack("{s:s, s:s, s:{s:s, s:o}, s:o, s:s, s:s?, s:o, s:o, s:o}", "name",
			 group->name, "unit", group->unit, "control", "name",
			 group->control, "abs_error_pct", errors_json(group, TRUE),
			 "abs_error_pct", errors_json(group, FALSE), "goal_on",
			 group->goal_is_percent ? "abs_error_pct" : "predicted", "skipped",
			 group->skipped, "notes", notes, "forms", forms_json(group), "rows",
			 rows);
}

void truth_print_json(FILE *out, const GPtrArray *groups)
{
	json_t *all = json_array();
	json_t *document = json_pack("{s:o}", "groups", all);

	for (guint i = 0; i < groups->len; i++)
		json_array_append_new(all, group_json(groups->pdata[i]));
	json_dumpf(document, out, JSON_INDENT(1) | JSON_REAL_PRECISION(9));
	fputc('\n', out);
	json_decref(document);
}

static void figure(FILE *out, double value, int width)
{
	if (isfinite(value))
		fprintf(out, "  %*.6g", width, value);
	else
		fprintf(out, "  %*s", width, "-");
}

static void percent(FILE *out, double value, int width)
{
	if (isfinite(value))
		fprintf(out, "  %+*.2f", width, value);
	else
		fprintf(out, "  %*s", width, "-");
}

static void print_rows(FILE *out, const struct truth_group *group)
{
	static const char *const verdict[] = { "", "MISSED", "met",
					       "met, by the control too" };
	int width = 3;

	for (guint i = 0; i < group->rows->len; i++)
		width = MAX(
			width,
			(int)g_utf8_strlen(
				g_array_index(group->rows, struct truth_row, i).name, -1));
	fprintf(out, "%-*s  %10s  %10s  %9s  %10s  %9s  %-6s  %8s\n", width, "row",
		"measured", "predicted", "error %", "control", "error %", "fitted", "goal");
	for (guint i = 0; i < group->rows->len; i++) {
		const struct truth_row *row =
			&g_array_index(group->rows, struct truth_row, i);

		fprintf(out, "%-*s", width, row->name);
		figure(out, row->measured, 10);
		figure(out, row->predicted, 10);
		percent(out, row->error_pct, 9);
		figure(out, row->control, 10);
		percent(out, row->control_error_pct, 9);
		fprintf(out, "  %-6s", row->fitted ? "fitted" : "");
		figure(out, row->goal, 8);
		fprintf(out, " %s\n", verdict[truth_verdict(group, row)]);
	}
}

static void print_errors(FILE *out, const char *whose, const struct truth_group *group,
			 gboolean of_control)
{
	struct truth_errors e;

	truth_errors(group, of_control, &e);
	fprintf(out, "%-10s |error| p50 %.2f %%, p90 %.2f %%, most %.2f %% of %u rows\n",
		whose, e.p50, e.p90, e.max, e.n);
}

static void print_forms(FILE *out, const struct truth_group *group)
{
	int width = 4;

	for (guint i = 0; i < group->forms->len; i++)
		width = MAX(width,
			    (int)g_utf8_strlen(
				    g_array_index(group->forms, struct truth_form, i).name,
				    -1));
	fprintf(out, "\n%-*s  %10s  %10s  %10s  %10s\n", width, "form", "parameters",
		"in-sample", "k-fold", "leave-out");
	for (guint i = 0; i < group->forms->len; i++) {
		const struct truth_form *f =
			&g_array_index(group->forms, struct truth_form, i);

		fprintf(out, "%-*s  %10u", width, f->name, f->parameters);
		figure(out, f->in_sample_pct, 10);
		figure(out, f->k_fold_pct, 10);
		figure(out, f->leave_out_pct, 10);
		fputc('\n', out);
	}
}

void truth_print_text(FILE *out, const GPtrArray *groups)
{
	for (guint i = 0; i < groups->len; i++) {
		const struct truth_group *group = groups->pdata[i];

		fprintf(out, "%s== %s (%s)\n", i ? "\n" : "", group->name, group->unit);
		if (group->skipped) {
			fprintf(out, "skipped: %s\n", group->skipped);
			continue;
		}
		print_rows(out, group);
		print_errors(out, "predicted:", group, FALSE);
		print_errors(out, "control:", group, TRUE);
		fprintf(out, "control is: %s\n", group->control);
		if (group->forms->len)
			print_forms(out, group);
		for (guint n = 0; n < group->notes->len; n++)
			fprintf(out, "- %s\n",
				(const char *)g_ptr_array_index(group->notes, n));
	}
}
