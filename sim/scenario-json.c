/*
 * scenario-json - a scenario as a JSON document, read strictly.
 *
 * Every key is in a table with its reader; a key that is not there is refused with the
 * nearest one, since a misspelt key would otherwise be a default in disguise.  What is
 * written (scenario-echo.c) reads back as the same scenario.
 */
#include "sim/scenario.h"

#include <math.h>
#include <stdarg.h>
#include <string.h>

#include "sim/base/error.h"
#include "sim/base/nearest.h"

#define MAX_FILE_BYTES (16 << 20)

struct context {
	const char *file, *folder;
	struct ct_scenario *scenario;
	GError **error;
};

struct key {
	const char *name;
	gboolean (*read)(struct context *, const struct key *, const char *where,
			 json_t *value, void *field);
	size_t offset; /* of the field in what is being read */
	int64_t min, max;
};

static gboolean G_GNUC_PRINTF(3, 4)
	fail(struct context *c, const char *where, const char *format, ...)
{
	g_autofree char *message = NULL;
	va_list args;

	va_start(args, format);
	message = g_strdup_vprintf(format, args);
	va_end(args);
	ct_input_error(c->error, "%s: %s: %s", c->file, where, message);
	return FALSE;
}

/* FALSE with ERROR's own message, placed. */
static gboolean pass_on(struct context *c, const char *where, GError *why)
{
	fail(c, where, "%s", why->message);
	g_error_free(why);
	return FALSE;
}

/* KEYS ends with a NULL name. */
static gboolean read_object(struct context *c, const char *where, json_t *object,
			    const struct key *keys, void *into)
{
	const char *name;
	json_t *value;

	if (!json_is_object(object))
		return fail(c, where, "must be an object");
	json_object_foreach(object, name, value)
	{
		g_autofree char *path =
			*where ? g_strdup_printf("%s.%s", where, name) : g_strdup(name);
		g_autoptr(GPtrArray) names = g_ptr_array_new();
		const struct key *key = keys;
		const char *near;

		for (; key->name && strcmp(key->name, name) != 0; key++)
			g_ptr_array_add(names, (char *)key->name);
		if (key->name) {
			if (!key->read(c, key, path, value,
				       G_STRUCT_MEMBER_P(into, key->offset)))
				return FALSE;
			continue;
		}
		g_ptr_array_add(names, NULL);
		near = ct_nearest_name(name, (const char *const *)names->pdata);
		if (near)
			return fail(c, path, "no such key; did you mean '%s'?", near);
		return fail(c, path, "no such key");
	}
	return TRUE;
}

static gboolean read_text(struct context *c, const struct key *key, const char *where,
			  json_t *value, void *field)
{
	char **text = field;

	if (json_is_null(value))
		return TRUE;
	if (!json_is_string(value) || json_string_length(value) == 0)
		return fail(c, where, "must be a text");
	g_free(*text);
	*text = g_strdup(json_string_value(value));
	return TRUE;
}

/* "h200-sxm" is a name, "boards/mine.json" a path: that one from the folder. */
static char *resolve(struct context *c, const char *path)
{
	if (!c->folder || strcmp(c->folder, ".") == 0 || g_path_is_absolute(path))
		return g_strdup(path);
	return g_build_filename(c->folder, path, NULL);
}

static gboolean is_path(const char *name)
{
	return strchr(name, '/') || g_str_has_suffix(name, ".json");
}

static gboolean read_file_or_name(struct context *c, const struct key *key,
				  const char *where, json_t *value, void *field)
{
	char **text = field, *resolved;

	if (!read_text(c, key, where, value, field))
		return FALSE;
	if (is_path(*text)) {
		resolved = resolve(c, *text);
		g_free(*text);
		*text = resolved;
	}
	return TRUE;
}

static gboolean read_integer(struct context *c, const struct key *key, const char *where,
			     json_t *value, int64_t *number)
{
	if (!json_is_integer(value))
		return fail(c, where, "must be a whole number");
	*number = json_integer_value(value);
	if (*number < key->min || *number > key->max)
		return fail(c, where,
			    "%" G_GINT64_FORMAT " is not in %" G_GINT64_FORMAT
			    "..%" G_GINT64_FORMAT,
			    *number, key->min, key->max);
	return TRUE;
}

static gboolean read_i64(struct context *c, const struct key *key, const char *where,
			 json_t *value, void *field)
{
	return read_integer(c, key, where, value, field);
}

static gboolean read_32(struct context *c, const struct key *key, const char *where,
			json_t *value, void *field)
{
	int64_t number = 0;

	if (!read_integer(c, key, where, value, &number))
		return FALSE;
	if (key->min < 0)
		*(int32_t *)field = (int32_t)number;
	else
		*(uint32_t *)field = (uint32_t)number;
	return TRUE;
}

/* Nanoseconds, or a text with a unit. */
static gboolean read_ns(struct context *c, const struct key *key, const char *where,
			json_t *value, void *field)
{
	GError *why = NULL;
	int64_t *ns = field;

	if (!json_is_string(value))
		return read_integer(c, key, where, value, ns);
	if (!ct_duration_parse(json_string_value(value), ns, &why))
		return pass_on(c, where, why);
	return TRUE;
}

static gboolean read_rate(struct context *c, const struct key *key, const char *where,
			  json_t *value, void *field)
{
	double rate = json_number_value(value);

	if (!json_is_number(value) || !(rate > 0 && rate <= 1e9))
		return fail(c, where, "must be a number above 0 and at most 1e9");
	*(double *)field = rate;
	return TRUE;
}

static gboolean parse_arrival(struct context *c, const char *where, const char *text,
			      struct ct_arrival *a)
{
	GError *why = NULL;
	struct ct_arrival parsed;

	if (!ct_arrival_parse(text, &parsed, &why))
		return pass_on(c, where, why);
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

static const struct key arrive_keys[] = {
	{ "kind", read_text, offsetof(struct arrive, kind), 0, 0 },
	{ "copies", read_32, offsetof(struct arrive, copies), 1, CT_MAX_COPIES },
	{ "period_ns", read_ns, offsetof(struct arrive, period_ns), 1, INT64_MAX },
	{ "rate_per_s", read_rate, offsetof(struct arrive, rate_per_s), 0, 0 },
	{ "file", read_text, offsetof(struct arrive, file), 0, 0 },
	{ NULL, NULL, 0, 0, 0 },
};

/* An arrival in its text form: kind and value, whichever way they are known. */
static char *arrive_text(struct context *c, const struct arrive *a)
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

static gboolean read_arrive_object(struct context *c, const char *where, json_t *value,
				   struct ct_arrival *out)
{
	struct arrive a = { 0 };
	g_autofree char *text = NULL;
	gboolean ok = read_object(c, where, value, arrive_keys, &a);
	int given =
		(a.copies > 0) + (a.period_ns > 0) + (a.rate_per_s > 0) + (a.file != NULL);

	if (ok && given != 1)
		ok = fail(c, where,
			  "needs exactly one of copies, period_ns, rate_per_s, file");
	if (ok) {
		text = arrive_text(c, &a);
		if (a.kind &&
		    (!g_str_has_prefix(text, a.kind) || text[strlen(a.kind)] != ':'))
			ok = fail(c, where, "kind '%s' does not go with '%s'", a.kind,
				  text);
		else
			ok = parse_arrival(c, where, text, out);
	}
	g_free(a.kind);
	g_free(a.file);
	return ok;
}

static gboolean read_arrive(struct context *c, const struct key *key, const char *where,
			    json_t *value, void *field)
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
static const struct key tenant_keys[] = {
	{ "name", read_text, TENANT(name), 0, 0 },
	{ "trace", read_text, TENANT(trace), 0, 0 },
	{ "rank", read_32, TENANT(rank), -CT_MAX_RANK, CT_MAX_RANK },
	{ "weight", read_32, TENANT(weight), 1, CT_MAX_WEIGHT },
	{ "slo_ns", read_ns, TENANT(slo_ns), 0, INT64_MAX },
	{ "requests", read_text, TENANT(requests), 0, 0 },
	{ "arrive", read_arrive, TENANT(arrive), 0, 0 },
	{ NULL, NULL, 0, 0, 0 },
};

static gboolean read_tenant(struct context *c, const char *where, json_t *value)
{
	const char *name = json_string_value(json_object_get(value, "name"));
	const char *trace = json_string_value(json_object_get(value, "trace"));
	g_autofree char *resolved = NULL;
	struct ct_tenant_spec *t;

	if (!json_is_object(value))
		return fail(c, where, "must be an object");
	if (!trace || !*trace)
		return fail(c, where, "needs a trace");
	for (size_t i = 0; name && i < c->scenario->n_tenants; i++)
		if (strcmp(c->scenario->tenant[i].name, name) == 0)
			return fail(c, where, "there is a tenant '%s' before it", name);
	t = ct_scenario_tenant(c->scenario, name, trace);
	if (!read_object(c, where, value, tenant_keys, t))
		return FALSE;
	resolved = resolve(c, t->trace);
	g_free(t->trace);
	t->trace = g_steal_pointer(&resolved);
	return TRUE;
}

static gboolean read_tenants(struct context *c, const struct key *key, const char *where,
			     json_t *value, void *field)
{
	json_t *item;
	size_t i;

	if (!json_is_array(value) || json_array_size(value) == 0)
		return fail(c, where, "must be a list with at least one tenant");
	json_array_foreach(value, i, item)
	{
		g_autofree char *place = g_strdup_printf("%s[%zu]", where, i);

		if (!read_tenant(c, place, item))
			return FALSE;
	}
	return TRUE;
}

/* "turns", "turns:slice_ns=5", or an object: the name and the options beside it. */
static gboolean read_policy(struct context *c, const char *where, json_t *value)
{
	json_t *name = json_is_object(value) ? json_object_get(value, "name") : value;
	json_t *params = NULL;
	g_autofree char *spec = NULL;

	if (!json_is_string(name) || json_string_length(name) == 0)
		return fail(c, where,
			    "must be the name of a policy, or an object with one");
	if (json_is_object(value)) {
		params = json_copy(value);
		json_object_del(params, "name");
	}
	spec = strchr(json_string_value(name), '/') ? resolve(c, json_string_value(name))
						    : g_strdup(json_string_value(name));
	ct_scenario_add_policy(c->scenario, spec, params);
	json_decref(params);
	return TRUE;
}

static gboolean read_policies(struct context *c, const struct key *key, const char *where,
			      json_t *value, void *field)
{
	json_t *item;
	size_t i;

	if (!json_is_array(value))
		return read_policy(c, where, value);
	json_array_foreach(value, i, item)
	{
		g_autofree char *place = g_strdup_printf("%s[%zu]", where, i);

		if (!read_policy(c, place, item))
			return FALSE;
	}
	return TRUE;
}

static gboolean read_policy_options(struct context *c, const struct key *key,
				    const char *where, json_t *value, void *field)
{
	if (!json_is_object(value))
		return fail(c, where, "must be an object");
	json_object_update(c->scenario->policy_options, value);
	return TRUE;
}

static gboolean read_sweep(struct context *c, const struct key *key, const char *where,
			   json_t *value, void *field)
{
	struct ct_scenario *s = c->scenario;
	const char *path;
	json_t *values;

	if (!json_is_object(value))
		return fail(c, where, "must be an object: a path and a list of its values");
	json_object_foreach(value, path, values)
	{
		if (!json_is_array(values) || json_array_size(values) == 0)
			return fail(c, where, "%s: must be a list of values", path);
		s->sweep = g_renew(struct ct_sweep, s->sweep, s->n_sweeps + 1);
		s->sweep[s->n_sweeps++] = (struct ct_sweep){
			.path = g_strdup(path),
			.values = json_incref(values),
		};
	}
	return TRUE;
}

static gboolean read_bound(struct context *c, const struct key *key, const char *where,
			   json_t *value, void *field)
{
	if (!json_is_number(value))
		return fail(c, where, "must be a number");
	*(double *)field = json_number_value(value);
	return TRUE;
}

static const struct key expect_keys[] = {
	{ "policy", read_text, offsetof(struct ct_expectation, policy), 0, 0 },
	{ "min", read_bound, offsetof(struct ct_expectation, min), 0, 0 },
	{ "max", read_bound, offsetof(struct ct_expectation, max), 0, 0 },
	{ NULL, NULL, 0, 0, 0 },
};

static gboolean read_expectation(struct context *c, const char *where, const char *path,
				 json_t *value)
{
	struct ct_scenario *s = c->scenario;
	struct ct_expectation *e;

	s->expect = g_renew(struct ct_expectation, s->expect, s->n_expectations + 1);
	e = &s->expect[s->n_expectations++];
	*e = (struct ct_expectation){
		.path = g_strdup(path),
		.min = -INFINITY,
		.max = INFINITY,
	};
	if (!read_object(c, where, value, expect_keys, e))
		return FALSE;
	if (isinf(e->min) && isinf(e->max))
		return fail(c, where, "needs a min or a max");
	return TRUE;
}

static gboolean read_expect(struct context *c, const struct key *key, const char *where,
			    json_t *value, void *field)
{
	const char *path;
	json_t *bounds, *item;
	size_t i;

	if (!json_is_object(value))
		return fail(c, where, "must be an object: a path and its bounds");
	json_object_foreach(value, path, bounds)
	{
		g_autofree char *place = g_strdup_printf("%s.%s", where, path);

		if (!json_is_array(bounds)) {
			if (!read_expectation(c, place, path, bounds))
				return FALSE;
			continue;
		}
		json_array_foreach(
			bounds, i,
			item) if (!read_expectation(c, place, path, item)) return FALSE;
	}
	return TRUE;
}

static gboolean read_version(struct context *c, const struct key *key, const char *where,
			     json_t *value, void *field)
{
	const char *version = json_string_value(value);

	if (!version || strcmp(version, "scenario/1") != 0)
		return fail(c, where, "must be \"scenario/1\"");
	return TRUE;
}

#define SCENARIO(field) offsetof(struct ct_scenario, field)
static const struct key scenario_keys[] = {
	{ "cotenant", read_version, 0, 0, 0 },
	{ "why", read_text, SCENARIO(why), 0, 0 },
	{ "device", read_file_or_name, SCENARIO(device), 0, 0 },
	{ "actuator", read_file_or_name, SCENARIO(actuator), 0, 0 },
	{ "policy", read_policies, 0, 0, 0 },
	{ "policy_options", read_policy_options, 0, 0, 0 },
	{ "seed", read_i64, SCENARIO(seed), 0, INT64_MAX },
	{ "duration_ns", read_ns, SCENARIO(duration_ns), 0, INT64_MAX },
	{ "min_requests", read_32, SCENARIO(min_requests), 1, G_MAXINT32 },
	{ "patience_ns", read_ns, SCENARIO(patience_ns), 1, INT64_MAX },
	{ "repeat", read_32, SCENARIO(repeat), 1, CT_MAX_REPEAT },
	{ "tenants", read_tenants, 0, 0, 0 },
	{ "sweep", read_sweep, 0, 0, 0 },
	{ "expect", read_expect, 0, 0, 0 },
	{ NULL, NULL, 0, 0, 0 },
};

struct ct_scenario *ct_scenario_parse(json_t *document, const char *path,
				      const char *folder, GError **error)
{
	struct ct_scenario *s = ct_scenario_new();
	struct context c = { path, folder, s, error };

	if (!read_object(&c, "", document, scenario_keys, s))
		goto refuse;
	if (!json_object_get(document, "cotenant")) {
		fail(&c, "cotenant", "missing; must be \"scenario/1\"");
		goto refuse;
	}
	if (s->n_tenants == 0) {
		fail(&c, "tenants", "missing");
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
