/*
 * report-csv - one row for each run and tenant; empty where a value is not defined.
 *
 * Behind the figures of the run stand those of all repeats of its policy.
 */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "sim/cli/report.h"
#include "sim/figures.h"

static const char *const columns[] = {
	"policy",
	"params",
	"sweep",
	"repeat",
	"seed",
	"digest",
	"tenant",
	"count",
	"latency_mean_ns",
	"latency_p50_ns",
	"latency_p90_ns",
	"latency_p99_ns",
	"latency_max_ns",
	"throughput_per_s",
	"slowdown",
	"slo_attainment",
	"launch_ns",
	"stream_order_ns",
	"gate_ns",
	"channel_ns",
	"context_switch_ns",
	"preemption_ns",
	"copy_engine_ns",
	"priority_ns",
	"sm_room_ns",
	"gap_ns",
	"running_ns",
	"dram_ns",
	"l2_ns",
	"sm_ns",
	"stp",
	"antt",
	"fairness",
	"jain",
	"sm_active",
	"occupancy",
	"dram_share",
	"makespan_ns",
	"ejected",
	NULL,
};

G_STATIC_ASSERT(CT_CAUSE_MAX == 14); /* they are columns */

static void number(struct ct_table *table, double value)
{
	char text[G_ASCII_DTOSTR_BUF_SIZE] = "";

	if (isfinite(value))
		g_ascii_formatd(text, sizeof(text), "%.15g", value);
	ct_table_cell(table, text, FALSE);
}

static void integer(struct ct_table *table, gboolean known, int64_t value)
{
	if (known)
		ct_table_cellf(table, "%" PRId64, value);
	else
		ct_table_cell(table, "", FALSE);
}

static void add_run(struct ct_table *table, const struct ct_study_cell *cell)
{
	g_autofree char *params = ct_report_settings(cell->policy->choice.params);
	g_autofree char *sweep = ct_report_settings(cell->point->set);

	ct_table_cell(table, cell->policy->choice.policy->name, FALSE);
	ct_table_cell(table, params, FALSE);
	ct_table_cell(table, sweep, FALSE);
	ct_table_cellf(table, "%u", cell->repeat);
	ct_table_cellf(table, "%" PRIu64, cell->seed);
	ct_table_cellf(table, "%016" PRIx64, cell->run->digest);
}

static void add_tenant(struct ct_table *table, const struct ct_study_cell *cell, size_t i)
{
	const struct ct_tenant_result *t = &cell->run->tenant[i];
	const struct ct_latency *l = &t->latency;
	gboolean known = l->count > 0;

	ct_table_cell(table, cell->point->scenario->tenant[i].name, FALSE);
	ct_table_cellf(table, "%" PRIu64, l->count);
	number(table, known ? l->mean_ns : NAN);
	integer(table, known, l->p50_ns);
	integer(table, known, l->p90_ns);
	integer(table, known, l->p99_ns);
	integer(table, known, l->max_ns);
	number(table, t->throughput_per_s);
	number(table, cell->slowdown[i]);
	number(table, cell->point->scenario->tenant[i].slo_ns ? t->slo_attainment : NAN);
	for (size_t c = 0; c < CT_CAUSE_MAX; c++)
		integer(table, TRUE, t->time_ns[c]);
}

static void add_system(struct ct_table *table, const struct ct_study_cell *cell)
{
	const struct ct_run_result *run = cell->run;

	number(table, cell->stp);
	number(table, cell->antt);
	number(table, cell->fairness);
	number(table, cell->jain);
	number(table, run->sm_active);
	number(table, run->occupancy);
	number(table, run->dram_share);
	integer(table, TRUE, run->makespan_ns);
	ct_table_cell(table, run->ejected, FALSE);
}

static void add_group(struct ct_table *table, const struct ct_study *study,
		      const struct ct_group *g)
{
	for (guint i = 0; i < g->n; i++) {
		const struct ct_study_cell *cell = study->cells->pdata[g->first + i];

		for (size_t t = 0; t < cell->run->n_tenants; t++) {
			add_run(table, cell);
			add_tenant(table, cell, t);
			add_system(table, cell);
			ct_report_summary_cells(table, study, g, t);
		}
	}
}

static void write_csv(const struct ct_study *study, const struct ct_report_options *options,
		      FILE *out)
{
	g_autoptr(GPtrArray) titles = ct_report_summary_titles(columns);
	g_autofree char *alignment = g_strnfill(titles->len - 1, 'l');
	struct ct_table *table =
		ct_table_new((const char *const *)titles->pdata, alignment);
	guint next = 0;

	while (next < study->cells->len) {
		g_autoptr(GArray) groups = ct_groups_from(study, next);

		for (guint row = 0; row < groups->len; row++) {
			const struct ct_group *g =
				&g_array_index(groups, struct ct_group, row);

			add_group(table, study, g);
			next += g->n;
		}
	}
	ct_table_print(table, CT_OUTPUT_CSV, out);
	ct_table_free(table);
}

const struct ct_report_writer ct_report_csv_writer = { CT_OUTPUT_CSV, write_csv };
