/*
 * report-summary - the repeats of each policy, read together: means and intervals.
 *
 * In JSON each figure is an object, in CSV two columns; both are there with one run too,
 * where nothing is known of how another run would have gone: no interval.
 */
#include <math.h>

#include "sim/cli/report.h"
#include "sim/figures.h"

static json_t *number(double value)
{
	return isfinite(value) ? json_real(value) : json_null();
}

static json_t *figures(const struct ct_study *study, const GArray *groups, guint row,
		       size_t tenant, gboolean system)
{
	json_t *object = json_object();

	for (const struct ct_figure *f = ct_figures; f->name; f++) {
		struct ct_mean m;

		if (f->system != system)
			continue;
		m = ct_group_mean(study, &g_array_index(groups, struct ct_group, row), f,
				  tenant);
		json_object_set_new(
			object, f->name,
			json_pack("{s:o, s:o, s:b}", "mean", number(m.mean), "half_width",
				  number(m.half_width), "best",
				  ct_group_is_best(study, groups, row, f, tenant)));
	}
	return object;
}

static json_t *summary(const struct ct_study *study, const GArray *groups, guint row)
{
	const struct ct_group *g = &g_array_index(groups, struct ct_group, row);
	const struct ct_study_cell *cell = study->cells->pdata[g->first];
	json_t *tenants = json_array();

	for (size_t t = 0; t < cell->run->n_tenants; t++) {
		json_t *tenant = figures(study, groups, row, t, FALSE);

		json_object_set_new(tenant, "name",
				    json_string(cell->point->scenario->tenant[t].name));
		json_array_append_new(tenants, tenant);
	}
	return json_pack("{s:s, s:O, s:O, s:i, s:i, s:o, s:o}", "policy",
			 cell->policy->choice.policy->name, "params",
			 cell->policy->choice.params, "sweep", cell->point->set, "repeats",
			 (int)g->n, "distinct", (int)ct_group_distinct(study, g), "tenants",
			 tenants, "system", figures(study, groups, row, 0, TRUE));
}

json_t *ct_report_summary_json(const struct ct_study *study)
{
	json_t *list = json_array();
	guint next = 0;

	while (next < study->cells->len) {
		g_autoptr(GArray) groups = ct_groups_from(study, next);

		for (guint row = 0; row < groups->len; row++) {
			json_array_append_new(list, summary(study, groups, row));
			next += g_array_index(groups, struct ct_group, row).n;
		}
	}
	return list;
}

/* The titles of the columns that ct_report_summary_cells() fills, after BEFORE. */
GPtrArray *ct_report_summary_titles(const char *const *before)
{
	GPtrArray *titles = g_ptr_array_new_with_free_func(g_free);

	for (; *before; before++)
		g_ptr_array_add(titles, g_strdup(*before));
	g_ptr_array_add(titles, g_strdup("repeats"));
	for (const struct ct_figure *f = ct_figures; f->name; f++) {
		g_ptr_array_add(titles, g_strdup_printf("%s_mean", f->name));
		g_ptr_array_add(titles, g_strdup_printf("%s_half_width", f->name));
	}
	g_ptr_array_add(titles, NULL);
	return titles;
}

static void cell_of(struct ct_table *table, double value)
{
	char text[G_ASCII_DTOSTR_BUF_SIZE] = "";

	if (isfinite(value))
		g_ascii_formatd(text, sizeof(text), "%.15g", value);
	ct_table_cell(table, text, FALSE);
}

void ct_report_summary_cells(struct ct_table *table, const struct ct_study *study,
			     const struct ct_group *g, size_t tenant)
{
	ct_table_cellf(table, "%u", g->n);
	for (const struct ct_figure *f = ct_figures; f->name; f++) {
		struct ct_mean m = ct_group_mean(study, g, f, tenant);

		cell_of(table, m.mean);
		cell_of(table, m.half_width);
	}
}
