/*
 * report-expect - does each run keep what the scenario expects of it?
 *
 * Expectations are read against the JSON result, so whatever a report says can be
 * expected of.  A value that is null or not there keeps no expectation.
 */
#include <math.h>
#include <string.h>

#include "sim/cli/report.h"

/* REST ("latency_ns.p99") below OBJECT, borrowed; NULL: not there. */
static json_t *descend(json_t *object, const char *rest)
{
	g_auto(GStrv) keys = g_strsplit(rest, ".", -1);

	for (char **key = keys; *key && object; key++)
		object = json_object_get(object, *key);
	return object;
}

/* The value at PATH: "system.stp", "digest", or TENANT and below; names may hold dots. */
static json_t *look_up(json_t *result, const char *path)
{
	json_t *tenant, *value;
	size_t i;

	json_array_foreach(json_object_get(result, "tenants"), i, tenant) {
		const char *name = json_string_value(json_object_get(tenant, "name"));

		if (g_str_has_prefix(path, name) && path[strlen(name)] == '.') {
			value = descend(tenant, path + strlen(name) + 1);
			if (value)
				return value;
		}
	}
	return descend(result, path);
}

static json_t *bound(double value)
{
	return isfinite(value) ? json_real(value) : json_null();
}

static void judge(const struct ct_expectation *e, json_t *result, json_t *list)
{
	const char *policy = json_string_value(json_object_get(result, "policy"));
	json_t *value = look_up(result, e->path);
	double number = json_number_value(value);
	gboolean met = json_is_number(value) && number >= e->min && number <= e->max;

	if (e->policy && strcmp(e->policy, policy) != 0)
		return;
	json_array_append_new(list, json_pack("{s:s, s:s, s:O, s:O, s:o, s:o, s:O?, s:b}",
					      "path", e->path, "policy", policy, "sweep",
					      json_object_get(result, "sweep"), "repeat",
					      json_object_get(result, "repeat"), "min",
					      bound(e->min), "max", bound(e->max), "value",
					      value, "met", met));
}

/* An expectation of a policy that was not run is not met either. */
static void judge_absent(const struct ct_expectation *e, json_t *list)
{
	json_array_append_new(list,
			      json_pack("{s:s, s:s?, s:o, s:o, s:n, s:b}", "path", e->path,
					"policy", e->policy, "min", bound(e->min), "max",
					bound(e->max), "value", "met", FALSE));
}

json_t *ct_report_expectations(const struct ct_study *study, json_t *results)
{
	const struct ct_scenario *s = study->scenario;
	json_t *list = json_array(), *result;
	size_t i;

	for (size_t e = 0; e < s->n_expectations; e++) {
		size_t before = json_array_size(list);

		json_array_foreach(results, i, result)
			judge(&s->expect[e], result, list);
		if (json_array_size(list) == before)
			judge_absent(&s->expect[e], list);
	}
	return list;
}
