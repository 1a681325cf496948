/*
 * group - rows are collected, and judged against their control and their goal
 */
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>

#include "experiments/ground-truth/statistics.h"
#include "experiments/ground-truth/truth.h"

static void clear_row(gpointer row)
{
	g_free(((struct truth_row *)row)->name);
}

static void clear_form(gpointer form)
{
	g_free(((struct truth_form *)form)->name);
}

struct truth_group *truth_group_new(void)
{
	struct truth_group *group = g_new0(struct truth_group, 1);

	group->rows = g_array_new(FALSE, FALSE, sizeof(struct truth_row));
	g_array_set_clear_func(group->rows, clear_row);
	group->forms = g_array_new(FALSE, FALSE, sizeof(struct truth_form));
	g_array_set_clear_func(group->forms, clear_form);
	group->notes = g_ptr_array_new_with_free_func(g_free);
	group->goal_is_percent = TRUE;
	return group;
}

void truth_group_free(struct truth_group *group)
{
	g_array_free(group->rows, TRUE);
	g_array_free(group->forms, TRUE);
	g_ptr_array_free(group->notes, TRUE);
	g_free(group->skipped);
	g_free(group);
}

static double error_pct(double predicted, double measured)
{
	return measured == 0 ? NAN : 100 * (predicted - measured) / measured;
}

struct truth_row *truth_row(struct truth_group *group, double measured, double predicted,
			    double control, const char *name, ...)
{
	struct truth_row row = {
		.measured = measured,
		.predicted = predicted,
		.error_pct = error_pct(predicted, measured),
		.control = control,
		.control_error_pct = error_pct(control, measured),
		.goal = NAN,
	};
	va_list words;

	va_start(words, name);
	row.name = g_strdup_vprintf(name, words);
	va_end(words);
	g_array_append_val(group->rows, row);
	return &g_array_index(group->rows, struct truth_row, group->rows->len - 1);
}

void truth_note(struct truth_group *group, const char *format, ...)
{
	va_list words;

	va_start(words, format);
	g_ptr_array_add(group->notes, g_strdup_vprintf(format, words));
	va_end(words);
}

void truth_form(struct truth_group *group, const struct truth_form *form)
{
	struct truth_form copy = *form;

	copy.name = g_strdup(form->name);
	g_array_append_val(group->forms, copy);
}

void truth_skip(struct truth_group *group, const char *format, ...)
{
	va_list words;

	g_free(group->skipped);
	va_start(words, format);
	group->skipped = g_strdup_vprintf(format, words);
	va_end(words);
}

char *truth_data(struct truth_group *group, const char *folder, const char *file)
{
	const char *data = g_getenv("CT_DATA");
	char *path = g_build_filename(data && *data ? data : "../shared/data", folder, file,
				      NULL);

	if (g_file_test(path, G_FILE_TEST_EXISTS))
		return path;
	truth_skip(group, "no %s (CT_DATA names the folder of measurements)", path);
	g_free(path);
	return NULL;
}

void truth_errors(const struct truth_group *group, gboolean of_control,
		  struct truth_errors *out)
{
	g_autoptr(GArray) error = g_array_new(FALSE, FALSE, sizeof(double));

	for (guint i = 0; i < group->rows->len; i++) {
		const struct truth_row *row =
			&g_array_index(group->rows, struct truth_row, i);
		double pct = fabs(of_control ? row->control_error_pct : row->error_pct);

		if (isfinite(pct) && !row->fitted)
			g_array_append_val(error, pct);
	}
	out->n = error->len;
	out->p50 = statistics_quantile(error, 0.5);
	out->p90 = statistics_quantile(error, 0.9);
	out->max = statistics_quantile(error, 1);
}

enum truth_verdict truth_verdict(const struct truth_group *group,
				 const struct truth_row *row)
{
	gboolean percent = group->goal_is_percent;

	if (!isfinite(row->goal))
		return TRUTH_NO_GOAL;
	if ((percent ? fabs(row->error_pct) : row->predicted) > row->goal)
		return TRUTH_MISSED;
	if ((percent ? fabs(row->control_error_pct) : row->control) > row->goal)
		return TRUTH_MET;
	return TRUTH_MET_BY_BOTH;
}
