/*
 * scenario - defaults, tenants from the command line, and how a scenario is freed.
 *
 * The file form is in scenario-json.c.  A tenant argument is split at ',' and '=' with a
 * backslash as escape, since file names may hold either.
 */
#include "sim/scenario.h"

#include <string.h>

#include "models/estimate.h"
#include "models/spread.h"
#include "sim/base/error.h"
#include "sim/base/nearest.h"

struct ct_scenario *ct_scenario_new(void)
{
	struct ct_scenario *s = g_new0(struct ct_scenario, 1);

	s->device = g_strdup("h200-sxm");
	s->actuator = g_strdup("ideal");
	s->estimator = g_strdup(ct_estimators()[0]->name);
	s->seed = 1;
	s->min_requests = 10;
	s->patience_ns = INT64_C(10000000000);
	s->repeat = 1;
	s->policy_options = json_object();
	return s;
}

static void clear_tenant(struct ct_tenant_spec *t)
{
	g_free(t->name);
	g_free(t->trace);
	g_free(t->requests);
	g_free(t->curves);
	ct_arrival_clear(&t->arrive);
}

void ct_scenario_free(struct ct_scenario *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < s->n_policies; i++) {
		g_free(s->policy[i].spec);
		json_decref(s->policy[i].params);
	}
	for (size_t i = 0; i < s->n_tenants; i++)
		clear_tenant(&s->tenant[i]);
	for (size_t i = 0; i < s->n_sweeps; i++) {
		g_free(s->sweep[i].path);
		json_decref(s->sweep[i].values);
	}
	for (size_t i = 0; i < s->n_expectations; i++) {
		g_free(s->expect[i].path);
		g_free(s->expect[i].policy);
	}
	json_decref(s->policy_options);
	g_free(s->policy);
	g_free(s->tenant);
	g_free(s->sweep);
	g_free(s->expect);
	g_free(s->path);
	g_free(s->why);
	g_free(s->device);
	g_free(s->actuator);
	g_free(s->estimator);
	g_free(s->sharing.mig);
	g_free(s);
}

void ct_scenario_add_policy(struct ct_scenario *s, const char *spec, json_t *params)
{
	s->policy = g_renew(struct ct_policy_spec, s->policy, s->n_policies + 1);
	s->policy[s->n_policies++] = (struct ct_policy_spec){
		.spec = g_strdup(spec),
		.params = json_incref(params),
	};
}

/* "served.json.gz" is called "served"; a dot that begins no known ending stays. */
static char *name_of_trace(const char *trace)
{
	static const char *const endings[] = { ".ctt", ".json", ".gz",     ".zst",
					       ".csv", ".txt",  ".sqlite", ".pt" };
	char *name = g_path_get_basename(trace);

	for (size_t i = 0; i < G_N_ELEMENTS(endings); i++) {
		size_t length = strlen(name), ending = strlen(endings[i]);

		if (length <= ending || !g_str_has_suffix(name, endings[i]))
			continue;
		name[length - ending] = '\0';
		i = (size_t)-1; /* another may stand before it */
	}
	return name;
}

static gboolean is_taken(const struct ct_scenario *s, const char *name)
{
	for (size_t i = 0; i < s->n_tenants; i++)
		if (strcmp(s->tenant[i].name, name) == 0)
			return TRUE;
	return FALSE;
}

struct ct_tenant_spec *ct_scenario_tenant(struct ct_scenario *s, const char *name,
					  const char *trace)
{
	g_autofree char *base = name ? g_strdup(name) : name_of_trace(trace);
	char *unique = g_strdup(base);
	struct ct_tenant_spec *t;

	for (unsigned i = 2; is_taken(s, unique); i++) {
		g_free(unique);
		unique = g_strdup_printf("%s-%u", base, i);
	}
	s->tenant = g_renew(struct ct_tenant_spec, s->tenant, s->n_tenants + 1);
	t = &s->tenant[s->n_tenants++];
	*t = (struct ct_tenant_spec){
		.name = unique,
		.trace = g_strdup(trace),
		.weight = 100,
		.arrive = { .kind = CT_ARRIVE_CLOSED, .copies = 1 },
	};
	return t;
}

/* The text up to an unescaped one of STOPS, without its escapes; *TEXT moves to the stop
 * or the end. */
static char *take_until(const char **text, const char *stops)
{
	GString *out = g_string_new(NULL);
	const char *p = *text;

	for (; *p && !strchr(stops, *p); p++) {
		if (*p == '\\' && p[1])
			p++;
		g_string_append_c(out, *p);
	}
	*text = p;
	return g_string_free(out, FALSE);
}

static gboolean set_rank(struct ct_tenant_spec *t, const char *value, GError **error)
{
	gint64 rank;

	if (!g_ascii_string_to_signed(value, 10, -CT_MAX_RANK, CT_MAX_RANK, &rank, error))
		return FALSE;
	t->rank = (int32_t)rank;
	return TRUE;
}

static gboolean set_weight(struct ct_tenant_spec *t, const char *value, GError **error)
{
	guint64 weight;

	if (!g_ascii_string_to_unsigned(value, 10, 1, CT_MAX_WEIGHT, &weight, error))
		return FALSE;
	t->weight = (uint32_t)weight;
	return TRUE;
}

static gboolean set_spread(struct ct_tenant_spec *t, const char *value, GError **error)
{
	guint64 spread;

	if (!g_ascii_string_to_unsigned(value, 10, 0, CT_SPREAD_MAX_PERMILLE, &spread,
					error))
		return FALSE;
	t->spread_permille = (uint32_t)spread;
	return TRUE;
}

static gboolean set_slo(struct ct_tenant_spec *t, const char *value, GError **error)
{
	g_autofree char *ms = g_strdup_printf("%sms", value);

	return ct_duration_parse(ms, &t->slo_ns, error);
}

static gboolean set_idempotent(struct ct_tenant_spec *t, const char *value, GError **error)
{
	t->idempotent = strcmp(value, "yes") == 0;
	if (t->idempotent || strcmp(value, "no") == 0)
		return TRUE;
	ct_usage_error(error, "must be 'yes' or 'no'");
	return FALSE;
}

static gboolean set_arrive(struct ct_tenant_spec *t, const char *value, GError **error)
{
	struct ct_arrival arrive;

	if (!ct_arrival_parse(value, &arrive, error))
		return FALSE;
	ct_arrival_clear(&t->arrive);
	t->arrive = arrive;
	return TRUE;
}

static gboolean set_requests(struct ct_tenant_spec *t, const char *value, GError **error)
{
	g_free(t->requests);
	t->requests = g_strdup(value);
	return TRUE;
}

static gboolean set_curves(struct ct_tenant_spec *t, const char *value, GError **error)
{
	if (!*value) {
		ct_usage_error(error, "must be a file");
		return FALSE;
	}
	g_free(t->curves);
	t->curves = g_strdup(value);
	return TRUE;
}

static const struct key {
	const char *name;
	gboolean (*set)(struct ct_tenant_spec *, const char *value, GError **);
} keys[] = {
	{ "rank", set_rank },         { "weight", set_weight },
	{ "slo_ms", set_slo },        { "arrive", set_arrive },
	{ "requests", set_requests }, { "idempotent", set_idempotent },
	{ "curves", set_curves },     { "spread_permille", set_spread },
};

static gboolean set_key(struct ct_tenant_spec *t, const char *name, const char *value,
			GError **error)
{
	const struct ct_strict_key *more = ct_tenant_sharing_keys;
	const char *names[G_N_ELEMENTS(keys) + CT_TENANT_SHARING_N + 1] = { NULL }, *near;
	GError *why = NULL;
	size_t n = 0;

	for (size_t i = 0; i < G_N_ELEMENTS(keys); i++) {
		if (strcmp(keys[i].name, name) == 0)
			return keys[i].set(t, value, error);
		names[n++] = keys[i].name;
	}
	for (; more->name; more++)
		names[n++] = more->name;
	if (ct_tenant_sharing_set(&t->sharing, name, value, &why)) {
		if (!why)
			return TRUE;
		g_propagate_error(error, why);
		return FALSE;
	}
	near = ct_nearest_name(name, names);
	if (near) {
		ct_usage_error(error, "no key '%s'; did you mean '%s'?", name, near);
	} else {
		g_autofree char *all = g_strjoinv(", ", (char **)names);

		ct_usage_error(error, "no key '%s'; there are %s", name, all);
	}
	return FALSE;
}

gboolean ct_scenario_add_tenant(struct ct_scenario *s, const char *argument, GError **error)
{
	const char *p = argument;
	g_autofree char *first = take_until(&p, "=,"), *second = NULL;
	struct ct_tenant_spec *t;

	if (!g_utf8_validate(argument, -1, NULL)) {
		ct_usage_error(error, "tenant: the argument is not UTF-8");
		return FALSE;
	}
	if (*p == '=') {
		p++;
		second = take_until(&p, ",");
	}
	if (!*first || (second && !*second)) {
		ct_usage_error(error, "tenant '%s': a name or a trace is empty", argument);
		return FALSE;
	}
	t = ct_scenario_tenant(s, second ? first : NULL, second ? second : first);
	while (*p == ',') {
		g_autofree char *name = NULL, *value = NULL;
		GError *why = NULL;

		p++;
		name = take_until(&p, "=,");
		if (*p == '=') {
			p++;
			value = take_until(&p, ",");
		}
		if (set_key(t, name, value ? value : "", &why))
			continue;
		ct_usage_error(error, "tenant '%s': %s: %s", argument, name, why->message);
		if (error && why->domain == CT_ERROR)
			(*error)->code = why->code;
		g_error_free(why);
		return FALSE;
	}
	return TRUE;
}
