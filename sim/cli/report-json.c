/*
 * report-json - one document, cotenant-report(5).
 *
 * Names and units of its keys are a promise to programs: they are only added to.  What
 * is not defined is null, never NaN and never 0.
 */
#include "config.h"

#include <inttypes.h>
#include <math.h>

#include "sim/cli/report.h"
#include "sim/gpu.h"

static json_t *number(double value)
{
	return isfinite(value) ? json_real(value) : json_null();
}

static json_t *latency(const struct ct_latency *l)
{
	if (l->count == 0)
		return json_pack("{s:n, s:n, s:n, s:n, s:n}", "mean", "p50", "p90", "p99",
				 "max");
	return json_pack("{s:f, s:I, s:I, s:I, s:I}", "mean", l->mean_ns, "p50",
			 (json_int_t)l->p50_ns, "p90", (json_int_t)l->p90_ns, "p99",
			 (json_int_t)l->p99_ns, "max", (json_int_t)l->max_ns);
}

static json_t *causes(const struct ct_tenant_result *t)
{
	json_t *time = json_object();

	for (size_t i = 0; i < CT_CAUSE_MAX; i++)
		json_object_set_new(time, ct_cause_name[i], json_integer(t->time_ns[i]));
	return time;
}

static json_t *replay_error(const struct ct_study_point *p, size_t t)
{
	const struct ct_replay_error *replay = &p->replay[t]->tenant[0].replay;
	const struct ct_replay_error *control = &p->control[t]->tenant[0].replay;

	if (!replay->known)
		return json_null();
	return json_pack("{s:{s:I, s:I, s:I}, s:o, s:o}", "start_ns", "p50",
			 (json_int_t)replay->start_p50_ns, "p90",
			 (json_int_t)replay->start_p90_ns, "max",
			 (json_int_t)replay->start_max_ns, "makespan_pct",
			 number(replay->makespan_pct), "control_1ns_pct",
			 control->known ? number(control->makespan_pct) : json_null());
}

static json_t *tenant(const struct ct_study_cell *cell, size_t i)
{
	const struct ct_tenant_result *t = &cell->run->tenant[i];
	const struct ct_tenant_spec *spec = &cell->point->scenario->tenant[i];
	json_t *object;

	object = json_pack(
		"{s:s, s:I, s:I, s:I, s:I, s:o, s:o, s:o, s:o, s:o, s:o, s:I, s:b, s:I, "
		"s:o, s:o}",
		"name", spec->name, "count", (json_int_t)t->latency.count, "asked",
		(json_int_t)t->asked, "finished", (json_int_t)t->finished, "kernels",
		(json_int_t)t->kernels, "latency_ns", latency(&t->latency),
		"alone_latency_ns", latency(ct_study_alone_latency(cell, i)),
		"throughput_per_s", number(t->throughput_per_s), "slowdown",
		number(cell->slowdown[i]), "slo_attainment",
		spec->slo_ns ? number(t->slo_attainment) : json_null(), "time_ns",
		causes(t), "turnaround_ns", (json_int_t)t->turnaround_ns, "unstable",
		t->unstable, "backlog", (json_int_t)t->backlog, "replay_error",
		replay_error(cell->point, i), "sources",
		ct_report_sources(cell->point->program[i]));
	json_object_set_new(object, "taken_back", json_integer((json_int_t)t->taken_back));
	json_object_set_new(object, "blocks_lost",
			    json_integer((json_int_t)t->blocks_lost));
	return object;
}

static json_t *system_metrics(const struct ct_study_cell *cell)
{
	const struct ct_run_result *run = cell->run;

	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:I}", "stp",
			 number(cell->stp), "antt", number(cell->antt), "fairness",
			 number(cell->fairness), "jain", number(cell->jain), "sm_active",
			 number(run->sm_active), "occupancy", number(run->occupancy),
			 "dram_share", number(run->dram_share), "makespan_ns",
			 (json_int_t)run->makespan_ns);
}

static json_t *result(const struct ct_study_cell *cell, gboolean reproducible)
{
	const struct ct_run_result *run = cell->run;
	json_t *tenants = json_array(), *object;
	char digest[17];

	g_snprintf(digest, sizeof(digest), "%016" PRIx64, run->digest);
	for (size_t i = 0; i < run->n_tenants; i++)
		json_array_append_new(tenants, tenant(cell, i));
	object = json_pack("{s:s, s:O, s:O, s:i, s:I, s:s, s:I, s:I}", "policy",
			   cell->policy->choice.policy->name, "params",
			   cell->policy->choice.params, "sweep", cell->point->set, "repeat",
			   (int)cell->repeat, "seed", (json_int_t)cell->seed, "digest",
			   digest, "kernels", (json_int_t)run->kernels, "events",
			   (json_int_t)run->events);
	if (!reproducible) {
		json_object_set_new(object, "wall_s", number(run->wall_s));
		json_object_set_new(object, "events_per_s",
				    number((double)run->events / run->wall_s));
	}
	json_object_set_new(object, "ejected",
			    run->ejected ? json_string(run->ejected) : json_null());
	json_object_set_new(object, "timed_out", json_boolean(run->timed_out));
	json_object_set_new(object, "broker_load", number(run->broker_load));
	json_object_set_new(object, "tenants", tenants);
	json_object_set_new(object, "system", system_metrics(cell));
	return object;
}

static json_t *inputs(const struct ct_study *study)
{
	json_t *list = json_array();

	for (guint i = 0; i < study->inputs->len; i++) {
		const struct ct_study_input *input = study->inputs->pdata[i];

		json_array_append_new(list, json_pack("{s:s, s:s}", "path", input->path,
						      "sha256", input->sha256));
	}
	return list;
}

static json_t *refusals(const struct ct_study *study)
{
	json_t *list = json_array();

	for (guint i = 0; i < study->refusals->len; i++) {
		const struct ct_study_refusal *r = study->refusals->pdata[i];

		json_array_append_new(list, json_pack("{s:s, s:s}", "policy",
						      r->policy->choice.policy->name,
						      "reason", r->reason));
	}
	return list;
}

json_t *ct_report_json(const struct ct_study *study,
		       const struct ct_report_options *options)
{
	const struct ct_scenario *s = study->scenario;
	const struct ct_study_point *first = study->points->pdata[0];
	json_t *document, *results = json_array(), *warnings = json_array();

	for (guint i = 0; i < study->cells->len; i++)
		json_array_append_new(
			results, result(study->cells->pdata[i], options->reproducible));
	for (guint i = 0; i < study->warnings->len; i++)
		json_array_append_new(warnings, json_string(study->warnings->pdata[i]));
	document = json_pack(
		"{s:s, s:s, s:I, s:o, s:o, s:{s:s, s:s, s:i}, s:s, s:s, s:o, s:o, s:o, "
		"s:o}",
		"cotenant", "report/1", "version", PACKAGE_VERSION, "seed",
		(json_int_t)s->seed, "scenario", ct_scenario_json(s), "inputs",
		inputs(study), "device", "name", first->device->name, "title",
		first->device->title, "sms", (int)first->device->sms, "sharing_mode",
		ct_sharing_name[s->sharing.mode], "actuator", first->actuator->name,
		"warnings", warnings, "unsupported", refusals(study), "expectations",
		ct_report_expectations(study, results), "results", results);
	json_object_set_new(document, "engine", json_string(ct_gpu_engine_name(s->engine)));
	json_object_set_new(document, "summary", ct_report_summary_json(study));
	if (study->sensitivity)
		json_object_set_new(document, "sensitivity",
				    ct_report_sensitivity_json(study));
	if (options->explain)
		json_object_set_new(document, "explain",
				    ct_report_explain_json(study, options->explain));
	return document;
}

static void write_json(const struct ct_study *study,
		       const struct ct_report_options *options, FILE *out)
{
	json_t *document = ct_report_json(study, options);

	json_dumpf(document, out, JSON_INDENT(2) | JSON_REAL_PRECISION(15));
	fputc('\n', out);
	json_decref(document);
}

const struct ct_report_writer ct_report_json_writer = { CT_OUTPUT_JSON, write_json };
