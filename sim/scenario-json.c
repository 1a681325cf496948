/*
 * scenario-json - a scenario as a JSON document, read strictly.
 *
 * Every key is in a table with its reader (strict-json.h).  What is written
 * (scenario-echo.c) reads back as the same scenario.
 */
#include "sim/scenario.h"

#include <math.h>
#include <string.h>

#include "models/estimate.h"
#include "models/spread.h"
#include "sim/base/error.h"
#include "sim/gpu.h"
#include "sim/strict-json.h"

#define MAX_FILE_BYTES (16 << 20)

struct source { /* of a scenario being read */
	const char *folder;
	struct ct_scenario *scenario;
};

static const struct source *source_of(const struct ct_strict *c)
{
	return c->data;
}

/* "h200-sxm" is a name, "boards/mine.json" a path: that one from the folder. */
static char *resolve(struct ct_strict *c, const char *path)
{
	if (!source_of(c)->folder || strcmp(source_of(c)->folder, ".") == 0 ||
	    g_path_is_absolute(path))
		return g_strdup(path);
	return g_build_filename(source_of(c)->folder, path, NULL);
}

static gboolean is_path(const char *name)
{
	return strchr(name, '/') || g_str_has_suffix(name, ".json");
}

static gboolean read_file_or_name(struct ct_strict *c, const struct ct_strict_key *key,
				  const char *where, json_t *value, void *field)
{
	char **text = field, *resolved;

	if (!ct_strict_text(c, key, where, value, field))
		return FALSE;
	if (is_path(*text)) {
		resolved = resolve(c, *text);
		g_free(*text);
		*text = resolved;
	}
	return TRUE;
}

static gboolean read_file(struct ct_strict *c, const struct ct_strict_key *key,
			  const char *where, json_t *value, void *field)
{
	char **path = field, *resolved;

	if (!ct_strict_text(c, key, where, value, field))
		return FALSE;
	resolved = *path ? resolve(c, *path) : NULL;
	g_free(*path);
	*path = resolved;
	return TRUE;
}

static gboolean read_rate(struct ct_strict *c, const struct ct_strict_key *key,
			  const char *where, json_t *value, void *field)
{
	double rate = json_number_value(value);

	if (!json_is_number(value) || !(rate > 0 && rate <= 1e9))
		return ct_strict_fail(c, where, "must be a number above 0 and at most 1e9");
	*(double *)field = rate;
	return TRUE;
}

static gboolean parse_arrival(struct ct_strict *c, const char *where, const char *text,
			      struct ct_arrival *a)
{
	GError *why = NULL;
	struct ct_arrival parsed;

	if (!ct_arrival_parse(text, &parsed, &why))
		return ct_strict_pass_on(c, where, why);
	ct_arrival_clear(a);
	*a = parsed;
	return TRUE;
}

struct arrive { /* the object form; what is given decides the kind */
	char *kind, *file;
	uint32_t copies;
	int64_t period_ns;
	double rate_per_s;
};

static const struct ct_strict_key arrive_keys[] = {
	{ "kind", ct_strict_text, offsetof(struct arrive, kind), 0, 0 },
	{ "copies", ct_strict_32, offsetof(struct arrive, copies), 1, CT_MAX_COPIES },
	{ "closed", ct_strict_32, offsetof(struct arrive, copies), 1, CT_MAX_COPIES },
	{ "period_ns", ct_strict_ns, offsetof(struct arrive, period_ns), 1, INT64_MAX },
	{ "every_ns", ct_strict_ns, offsetof(struct arrive, period_ns), 1, INT64_MAX },
	{ "rate_per_s", read_rate, offsetof(struct arrive, rate_per_s), 0, 0 },
	{ "file", ct_strict_text, offsetof(struct arrive, file), 0, 0 },
	{ NULL, NULL, 0, 0, 0 },
};

/* An arrival in its text form: kind and value, whichever way they are known. */
static char *arrive_text(struct ct_strict *c, const struct arrive *a)
{
	char rate[G_ASCII_DTOSTR_BUF_SIZE];
	g_autofree char *file = NULL;

	if (a->copies)
		return g_strdup_printf("closed:%u", a->copies);
	if (a->period_ns)
		return g_strdup_printf("every:%" G_GINT64_FORMAT, a->period_ns);
	if (a->rate_per_s > 0)
		return g_strdup_printf("poisson:%s",
				       g_ascii_dtostr(rate, sizeof(rate), a->rate_per_s));
	file = resolve(c, a->file);
	return g_strdup_printf("file:%s", file);
}

static gboolean read_arrive_object(struct ct_strict *c, const char *where, json_t *value,
				   struct ct_arrival *out)
{
	struct arrive a = { 0 };
	g_autofree char *text = NULL;
	gboolean ok = ct_strict_object(c, where, value, arrive_keys, &a);
	int given =
		(a.copies > 0) + (a.period_ns > 0) + (a.rate_per_s > 0) + (a.file != NULL);

	if (ok && given != 1)
		ok = ct_strict_fail(
			c, where,
			"needs exactly one of copies, period_ns, rate_per_s, file");
	if (ok) {
		text = arrive_text(c, &a);
		if (a.kind &&
		    (!g_str_has_prefix(text, a.kind) || text[strlen(a.kind)] != ':'))
			ok = ct_strict_fail(c, where, "kind '%s' does not go with '%s'",
					    a.kind, text);
		else
			ok = parse_arrival(c, where, text, out);
	}
	g_free(a.kind);
	g_free(a.file);
	return ok;
}

static gboolean read_arrive(struct ct_strict *c, const struct ct_strict_key *key,
			    const char *where, json_t *value, void *field)
{
	const char *text = json_string_value(value);
	g_autofree char *path = NULL, *placed = NULL;

	if (!text)
		return read_arrive_object(c, where, value, field);
	if (!g_str_has_prefix(text, "file:"))
		return parse_arrival(c, where, text, field);
	path = resolve(c, text + strlen("file:"));
	placed = g_strdup_printf("file:%s", path);
	return parse_arrival(c, where, placed, field);
}

#define TENANT(field) offsetof(struct ct_tenant_spec, field)
static const struct ct_strict_key tenant_keys[] = {
	{ "name", ct_strict_text, TENANT(name), 0, 0 },
	{ "trace", ct_strict_text, TENANT(trace), 0, 0 },
	{ "rank", ct_strict_32, TENANT(rank), -CT_MAX_RANK, CT_MAX_RANK },
	{ "weight", ct_strict_32, TENANT(weight), 1, CT_MAX_WEIGHT },
	{ "spread_permille", ct_strict_32, TENANT(spread_permille), 0,
	  CT_SPREAD_MAX_PERMILLE },
	{ "slo_ns", ct_strict_ns, TENANT(slo_ns), 0, INT64_MAX },
	{ "requests", ct_strict_text, TENANT(requests), 0, 0 },
	{ "curves", read_file, TENANT(curves), 0, 0 },
	{ "idempotent", ct_strict_bool, TENANT(idempotent), 0, 0 },
	{ "arrive", read_arrive, TENANT(arrive), 0, 0 },
	CT_TENANT_SHARING_KEYS(TENANT(sharing)),
	{ NULL, NULL, 0, 0, 0 },
};

static gboolean read_tenant(struct ct_strict *c, const char *where, json_t *value)
{
	const char *name = json_string_value(json_object_get(value, "name"));
	const char *trace = json_string_value(json_object_get(value, "trace"));
	g_autofree char *resolved = NULL;
	struct ct_tenant_spec *t;

	if (!json_is_object(value))
		return ct_strict_fail(c, where, "must be an object");
	if (!trace || !*trace)
		return ct_strict_fail(c, where, "needs a trace");
	for (size_t i = 0; name && i < source_of(c)->scenario->n_tenants; i++)
		if (strcmp(source_of(c)->scenario->tenant[i].name, name) == 0)
			return ct_strict_fail(c, where, "there is a tenant '%s' before it",
					      name);
	t = ct_scenario_tenant(source_of(c)->scenario, name, trace);
	if (!ct_strict_object(c, where, value, tenant_keys, t))
		return FALSE;
	resolved = resolve(c, t->trace);
	g_free(t->trace);
	t->trace = g_steal_pointer(&resolved);
	return TRUE;
}

static gboolean read_tenants(struct ct_strict *c, const struct ct_strict_key *key,
			     const char *where, json_t *value, void *field)
{
	json_t *item;
	size_t i;

	if (!json_is_array(value) || json_array_size(value) == 0)
		return ct_strict_fail(c, where, "must be a list with at least one tenant");
	json_array_foreach(value, i, item) {
		g_autofree char *place = g_strdup_printf("%s[%zu]", where, i);

		if (!read_tenant(c, place, item))
			return FALSE;
	}
	return TRUE;
}

/* "turns", "turns:slice_ns=5", or an object: the name and the options beside it. */
static gboolean read_policy(struct ct_strict *c, const char *where, json_t *value)
{
	json_t *name = json_is_object(value) ? json_object_get(value, "name") : value;
	json_t *params = NULL;
	g_autofree char *spec = NULL;

	if (!json_is_string(name) || json_string_length(name) == 0)
		return ct_strict_fail(
			c, where, "must be the name of a policy, or an object with one");
	if (json_is_object(value)) {
		params = json_copy(value);
		json_object_del(params, "name");
	}
	spec = strchr(json_string_value(name), '/') ? resolve(c, json_string_value(name))
						    : g_strdup(json_string_value(name));
	ct_scenario_add_policy(source_of(c)->scenario, spec, params);
	json_decref(params);
	return TRUE;
}

static gboolean read_policies(struct ct_strict *c, const struct ct_strict_key *key,
			      const char *where, json_t *value, void *field)
{
	json_t *item;
	size_t i;

	if (!json_is_array(value))
		return read_policy(c, where, value);
	json_array_foreach(value, i, item) {
		g_autofree char *place = g_strdup_printf("%s[%zu]", where, i);

		if (!read_policy(c, place, item))
			return FALSE;
	}
	return TRUE;
}

static gboolean read_policy_options(struct ct_strict *c, const struct ct_strict_key *key,
				    const char *where, json_t *value, void *field)
{
	if (!json_is_object(value))
		return ct_strict_fail(c, where, "must be an object");
	json_object_update(source_of(c)->scenario->policy_options, value);
	return TRUE;
}

static gboolean read_sweep(struct ct_strict *c, const struct ct_strict_key *key,
			   const char *where, json_t *value, void *field)
{
	struct ct_scenario *s = source_of(c)->scenario;
	const char *path;
	json_t *values;

	if (!json_is_object(value))
		return ct_strict_fail(c, where,
				      "must be an object: a path and a list of its values");
	json_object_foreach(value, path, values) {
		if (!json_is_array(values) || json_array_size(values) == 0)
			return ct_strict_fail(c, where, "%s: must be a list of values",
					      path);
		s->sweep = g_renew(struct ct_sweep, s->sweep, s->n_sweeps + 1);
		s->sweep[s->n_sweeps++] = (struct ct_sweep){
			.path = g_strdup(path),
			.values = json_incref(values),
		};
	}
	return TRUE;
}

static gboolean read_bound(struct ct_strict *c, const struct ct_strict_key *key,
			   const char *where, json_t *value, void *field)
{
	if (!json_is_number(value))
		return ct_strict_fail(c, where, "must be a number");
	*(double *)field = json_number_value(value);
	return TRUE;
}

static const struct ct_strict_key expect_keys[] = {
	{ "policy", ct_strict_text, offsetof(struct ct_expectation, policy), 0, 0 },
	{ "min", read_bound, offsetof(struct ct_expectation, min), 0, 0 },
	{ "max", read_bound, offsetof(struct ct_expectation, max), 0, 0 },
	{ NULL, NULL, 0, 0, 0 },
};

static gboolean read_expectation(struct ct_strict *c, const char *where, const char *path,
				 json_t *value)
{
	struct ct_scenario *s = source_of(c)->scenario;
	struct ct_expectation *e;

	s->expect = g_renew(struct ct_expectation, s->expect, s->n_expectations + 1);
	e = &s->expect[s->n_expectations++];
	*e = (struct ct_expectation){
		.path = g_strdup(path),
		.min = -INFINITY,
		.max = INFINITY,
	};
	if (!ct_strict_object(c, where, value, expect_keys, e))
		return FALSE;
	if (isinf(e->min) && isinf(e->max))
		return ct_strict_fail(c, where, "needs a min or a max");
	return TRUE;
}

static gboolean read_expect(struct ct_strict *c, const struct ct_strict_key *key,
			    const char *where, json_t *value, void *field)
{
	const char *path;
	json_t *bounds, *item;
	size_t i;

	if (!json_is_object(value))
		return ct_strict_fail(c, where, "must be an object: a path and its bounds");
	json_object_foreach(value, path, bounds) {
		g_autofree char *place = g_strdup_printf("%s.%s", where, path);

		if (!json_is_array(bounds)) {
			if (!read_expectation(c, place, path, bounds))
				return FALSE;
			continue;
		}
		json_array_foreach(bounds, i, item)
			if (!read_expectation(c, place, path, item))
				return FALSE;
	}
	return TRUE;
}

static gboolean read_version(struct ct_strict *c, const struct ct_strict_key *key,
			     const char *where, json_t *value, void *field)
{
	const char *version = json_string_value(value);

	if (!version || strcmp(version, "scenario/1") != 0)
		return ct_strict_fail(c, where, "must be \"scenario/1\"");
	return TRUE;
}

static gboolean read_estimator(struct ct_strict *c, const struct ct_strict_key *key,
			       const char *where, json_t *value, void *field)
{
	char **name = field;

	if (!ct_strict_text(c, key, where, value, field))
		return FALSE;
	if (ct_estimator_find(*name))
		return TRUE;
	return ct_strict_fail(c, where, "must be \"shape\", \"none\" or \"bound\"");
}

static gboolean read_engine(struct ct_strict *c, const struct ct_strict_key *key,
			    const char *where, json_t *value, void *field)
{
	const char *text = json_string_value(value);

	for (uint32_t i = 0; text && i < CT_ENGINE_KINDS; i++) {
		if (strcmp(text, ct_gpu_engine_name(i)) != 0)
			continue;
		*(uint32_t *)field = i;
		return TRUE;
	}
	return ct_strict_fail(c, where, "must be \"block\" or \"fluid\"");
}

#define SCENARIO(field) offsetof(struct ct_scenario, field)
static const struct ct_strict_key scenario_keys[] = {
	{ "cotenant", read_version, 0, 0, 0 },
	{ "why", ct_strict_text, SCENARIO(why), 0, 0 },
	{ "device", read_file_or_name, SCENARIO(device), 0, 0 },
	{ "actuator", read_file_or_name, SCENARIO(actuator), 0, 0 },
	{ "estimator", read_estimator, SCENARIO(estimator), 0, 0 },
	{ "policy", read_policies, 0, 0, 0 },
	{ "policy_options", read_policy_options, 0, 0, 0 },
	{ "seed", ct_strict_i64, SCENARIO(seed), 0, INT64_MAX },
	{ "duration_ns", ct_strict_ns, SCENARIO(duration_ns), 0, INT64_MAX },
	{ "min_requests", ct_strict_32, SCENARIO(min_requests), 1, G_MAXINT32 },
	{ "patience_ns", ct_strict_ns, SCENARIO(patience_ns), 1, INT64_MAX },
	{ "repeat", ct_strict_32, SCENARIO(repeat), 1, CT_MAX_REPEAT },
	{ "engine", read_engine, SCENARIO(engine), 0, 0 },
	{ "fluid_priorities", ct_strict_bool, SCENARIO(fluid_priorities), 0, 0 },
	{ "jitter_ppm", ct_strict_32, SCENARIO(jitter_ppm), 0, CT_MAX_JITTER },
	CT_SHARING_KEYS(SCENARIO(sharing)),
	{ "tenants", read_tenants, 0, 0, 0 },
	{ "sweep", read_sweep, 0, 0, 0 },
	{ "expect", read_expect, 0, 0, 0 },
	{ NULL, NULL, 0, 0, 0 },
};

struct ct_scenario *ct_scenario_parse(json_t *document, const char *path,
				      const char *folder, GError **error)
{
	struct ct_scenario *s = ct_scenario_new();
	struct source source = { folder, s };
	struct ct_strict c = { path, &source, error };

	if (!ct_strict_object(&c, "", document, scenario_keys, s))
		goto refuse;
	if (!json_object_get(document, "cotenant")) {
		ct_strict_fail(&c, "cotenant", "missing; must be \"scenario/1\"");
		goto refuse;
	}
	if (s->n_tenants == 0) {
		ct_strict_fail(&c, "tenants", "missing");
		goto refuse;
	}
	return s;
refuse:
	ct_scenario_free(s);
	return NULL;
}

struct ct_scenario *ct_scenario_load(const char *path, GError **error)
{
	g_autofree char *text = NULL, *folder = g_path_get_dirname(path);
	struct ct_scenario *s;
	GError *why = NULL;
	json_error_t where;
	json_t *document;
	gsize length;

	if (!g_file_get_contents(path, &text, &length, &why)) {
		ct_input_error(error, "%s", why->message);
		g_error_free(why);
		return NULL;
	}
	if (length > MAX_FILE_BYTES) {
		ct_input_error(error, "%s: larger than any scenario (16 MiB)", path);
		return NULL;
	}
	document = json_loadb(text, length, JSON_REJECT_DUPLICATES, &where);
	if (!document) {
		ct_input_error(error, "%s: line %d, column %d: %s", path, where.line,
			       where.column, where.text);
		return NULL;
	}
	s = ct_scenario_parse(document, path, folder, error);
	json_decref(document);
	if (s)
		s->path = g_strdup(path);
	return s;
}
