/*
 * scenario-echo - a scenario written out complete, probed for, and changed by path.
 *
 * A change (a sweep, --set) goes through the written form, so that it is checked by the
 * same reader and may say whatever a file may say.
 */
#include "sim/scenario.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "sim/base/error.h"
#include "sim/base/nearest.h"
#include "sim/gpu.h"

#define PROBED_BYTES 65536

/* By text, not by parsing: a scenario with a syntax error is still one, and says so. */
gboolean ct_scenario_probe(const char *path)
{
	g_autofree char *head = g_malloc(PROBED_BYTES + 1);
	FILE *file = fopen(path, "rb");
	const char *p;
	size_t length;

	if (!file)
		return FALSE;
	length = fread(head, 1, PROBED_BYTES, file);
	fclose(file);
	head[length] = '\0';
	if (head[strspn(head, " \t\r\n")] != '{')
		return FALSE;
	for (p = head; (p = strstr(p, "\"cotenant\""));) {
		p += strlen("\"cotenant\"");
		p += strspn(p, " \t\r\n");
		if (*p != ':')
			continue;
		p++;
		p += strspn(p, " \t\r\n");
		if (g_str_has_prefix(p, "\"scenario/"))
			return TRUE;
	}
	return FALSE;
}

static json_t *arrive_json(const struct ct_arrival *a)
{
	switch (a->kind) {
	case CT_ARRIVE_CLOSED:
		return json_pack("{s:s, s:i}", "kind", "closed", "copies", (int)a->copies);
	case CT_ARRIVE_PERIODIC:
		return json_pack("{s:s, s:I}", "kind", "every", "period_ns",
				 (json_int_t)a->period_ns);
	case CT_ARRIVE_POISSON:
		return json_pack("{s:s, s:f}", "kind", "poisson", "rate_per_s",
				 a->rate_per_s);
	case CT_ARRIVE_FILE:
		return json_pack("{s:s, s:s}", "kind", "file", "file", a->path);
	}
	g_assert_not_reached();
}

static json_t *tenant_json(const struct ct_tenant_spec *t)
{
	json_t *tenant =
		json_pack("{s:s, s:s, s:i, s:i, s:I, s:s?, s:o}", "name", t->name, "trace",
			  t->trace, "rank", (int)t->rank, "weight", (int)t->weight,
			  "slo_ns", (json_int_t)t->slo_ns, "requests", t->requests,
			  "arrive", arrive_json(&t->arrive));

	if (t->curves)
		json_object_set_new(tenant, "curves", json_string(t->curves));
	if (t->idempotent)
		json_object_set_new(tenant, "idempotent", json_true());
	if (t->spread_permille)
		json_object_set_new(tenant, "spread_permille",
				    json_integer(t->spread_permille));
	ct_tenant_sharing_echo(&t->sharing, tenant);
	return tenant;
}

static json_t *policy_json(const struct ct_policy_spec *p)
{
	json_t *object;

	if (!p->params || json_object_size(p->params) == 0)
		return json_string(p->spec);
	object = json_pack("{s:s}", "name", p->spec);
	json_object_update(object, p->params);
	return object;
}

static void add_expectation(json_t *expect, const struct ct_expectation *e)
{
	json_t *bounds = json_object(), *before = json_object_get(expect, e->path), *list;

	if (e->policy)
		json_object_set_new(bounds, "policy", json_string(e->policy));
	if (!isinf(e->min))
		json_object_set_new(bounds, "min", json_real(e->min));
	if (!isinf(e->max))
		json_object_set_new(bounds, "max", json_real(e->max));
	if (!before) {
		json_object_set_new(expect, e->path, bounds);
	} else if (json_is_array(before)) {
		json_array_append_new(before, bounds);
	} else {
		list = json_pack("[O, o]", before, bounds);
		json_object_set_new(expect, e->path, list);
	}
}

json_t *ct_scenario_json(const struct ct_scenario *s)
{
	json_t *tenants = json_array(), *policies = json_array();
	json_t *sweep = json_object(), *expect = json_object(), *document;

	for (size_t i = 0; i < s->n_tenants; i++)
		json_array_append_new(tenants, tenant_json(&s->tenant[i]));
	for (size_t i = 0; i < s->n_policies; i++)
		json_array_append_new(policies, policy_json(&s->policy[i]));
	for (size_t i = 0; i < s->n_sweeps; i++)
		json_object_set(sweep, s->sweep[i].path, s->sweep[i].values);
	for (size_t i = 0; i < s->n_expectations; i++)
		add_expectation(expect, &s->expect[i]);
	document = json_pack(
		"{s:s, s:s?, s:s, s:s, s:s, s:o, s:O, s:I, s:I, s:i, s:I, s:i, s:o, s:o, "
		"s:o}",
		"cotenant", "scenario/1", "why", s->why, "device", s->device, "actuator",
		s->actuator, "estimator", s->estimator, "policy", policies,
		"policy_options", s->policy_options, "seed", (json_int_t)s->seed,
		"duration_ns", (json_int_t)s->duration_ns, "min_requests",
		(int)s->min_requests, "patience_ns", (json_int_t)s->patience_ns, "repeat",
		(int)s->repeat, "tenants", tenants, "sweep", sweep, "expect", expect);
	json_object_set_new(document, "engine", json_string(ct_gpu_engine_name(s->engine)));
	if (s->fluid_priorities)
		json_object_set_new(document, "fluid_priorities", json_true());
	json_object_set_new(document, "jitter_ppm", json_integer(s->jitter_ppm));
	ct_sharing_echo(&s->sharing, document);
	return document;
}

/* The tenant that REST ("NAME.key...") begins with; names may hold dots. */
static json_t *find_tenant(json_t *document, const char **rest)
{
	json_t *tenant, *best = NULL;
	size_t i, longest = 0;

	json_array_foreach(json_object_get(document, "tenants"), i, tenant) {
		const char *name = json_string_value(json_object_get(tenant, "name"));
		size_t length = strlen(name);

		if (length >= longest && strncmp(*rest, name, length) == 0 &&
		    (*rest)[length] == '.') {
			best = tenant;
			longest = length;
		}
	}
	if (best)
		*rest += longest + 1;
	return best;
}

static gboolean no_tenant(json_t *document, const char *path, GError **error)
{
	g_autoptr(GPtrArray) names = g_ptr_array_new();
	g_autofree char *typo = g_strdup(path);
	const char *near;
	json_t *tenant;
	size_t i;

	json_array_foreach(json_object_get(document, "tenants"), i, tenant)
		g_ptr_array_add(names,
				(char *)json_string_value(json_object_get(tenant, "name")));
	g_ptr_array_add(names, NULL);
	typo[strcspn(typo, ".")] = '\0';
	near = ct_nearest_name(typo, (const char *const *)names->pdata);
	ct_usage_error(error, "tenants.%s: no tenant '%s'%s%s%s", path, typo,
		       near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
	return FALSE;
}

/* An arrival of another kind takes the place of what was there. */
static void set_arrive(json_t *tenant, const char *key, json_t *value)
{
	json_t *arrive = json_object_get(tenant, "arrive");

	if (!json_is_object(arrive) || !json_object_get(arrive, key)) {
		arrive = json_object();
		json_object_set_new(tenant, "arrive", arrive);
	}
	json_object_set(arrive, key, value);
}

static gboolean set_path(json_t *document, const char *path, json_t *value, GError **error)
{
	if (g_str_has_prefix(path, "policy.")) {
		json_object_set(json_object_get(document, "policy_options"),
				path + strlen("policy."), value);
	} else if (g_str_has_prefix(path, "tenants.")) {
		const char *rest = path + strlen("tenants.");
		json_t *tenant = find_tenant(document, &rest);

		if (!tenant)
			return no_tenant(document, rest, error);
		if (g_str_has_prefix(rest, "arrive."))
			set_arrive(tenant, rest + strlen("arrive."), value);
		else
			json_object_set(tenant, rest, value);
	} else {
		json_object_set(document, path, value);
	}
	return TRUE;
}

struct ct_scenario *ct_scenario_with(const struct ct_scenario *s, const char *path,
				     json_t *value, GError **error)
{
	json_t *document = ct_scenario_json(s);
	struct ct_scenario *changed = NULL;

	if (set_path(document, path, value, error))
		changed = ct_scenario_parse(document, s->path ? s->path : "scenario", NULL,
					    error);
	json_decref(document);
	if (changed)
		changed->path = g_strdup(s->path);
	return changed;
}
