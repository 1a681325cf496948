/*
 * options - a policy's tunables, between its table and what people write.
 *
 * A value travels as int64_t whatever its type; `store` and `load` are the only places
 * that know how wide it is in the policy's state.
 */
#include "policies/options.h"

#include <errno.h>
#include <string.h>

#include "sim/base/error.h"
#include "sim/base/nearest.h"

static int64_t lowest(const struct ct_option *o)
{
	return o->type == CT_OPTION_BOOL || o->type == CT_OPTION_CHOICE ? 0 : o->min;
}

static int64_t highest(const struct ct_option *o)
{
	switch (o->type) {
	case CT_OPTION_BOOL:
		return 1;
	case CT_OPTION_CHOICE:
		return (int64_t)g_strv_length((char **)o->choices) - 1;
	case CT_OPTION_PERCENT:
		return o->max ? o->max : 100;
	default:
		return o->max;
	}
}

static void store(const struct ct_option *o, void *state, int64_t value)
{
	char *at = (char *)state + o->offset;

	if (o->type == CT_OPTION_NS) {
		memcpy(at, &value, sizeof(value));
	} else {
		uint32_t narrow = (uint32_t)value;

		memcpy(at, &narrow, sizeof(narrow));
	}
}

static int64_t load(const struct ct_option *o, const void *state)
{
	const char *at = (const char *)state + o->offset;
	int64_t wide;
	uint32_t narrow;

	if (o->type == CT_OPTION_NS) {
		memcpy(&wide, at, sizeof(wide));
		return wide;
	}
	memcpy(&narrow, at, sizeof(narrow));
	return narrow;
}

static char *format_value(const struct ct_option *o, int64_t value)
{
	if (o->type == CT_OPTION_BOOL)
		return g_strdup(value ? "true" : "false");
	if (o->type == CT_OPTION_CHOICE)
		return g_strdup(o->choices[value]);
	return g_strdup_printf("%" G_GINT64_FORMAT, value);
}

char *ct_option_range(const struct ct_option *o)
{
	if (o->type == CT_OPTION_BOOL)
		return g_strdup("false, true");
	if (o->type == CT_OPTION_CHOICE)
		return g_strjoinv(", ", (char **)o->choices);
	return g_strdup_printf("%" G_GINT64_FORMAT "..%" G_GINT64_FORMAT, lowest(o),
			       highest(o));
}

char *ct_option_default(const struct ct_option *o)
{
	return format_value(o, o->def);
}

const char *ct_option_type_name(const struct ct_option *o)
{
	static const char *const names[] = {
		[CT_OPTION_NS] = "ns",           [CT_OPTION_U32] = "count",
		[CT_OPTION_PERCENT] = "percent", [CT_OPTION_BOOL] = "bool",
		[CT_OPTION_CHOICE] = "choice",
	};

	return names[o->type];
}

void *ct_options_new(const struct ct_policy *p)
{
	void *state = g_malloc0((gsize)p->state_size + 1);

	for (const struct ct_option *o = p->options; o && o->name; o++)
		store(o, state, o->def);
	return state;
}

json_t *ct_options_json(const struct ct_policy *p, const void *state)
{
	json_t *params = json_object();

	for (const struct ct_option *o = p->options; o && o->name; o++) {
		int64_t value = load(o, state);
		json_t *node;

		if (o->type == CT_OPTION_BOOL)
			node = json_boolean(value);
		else if (o->type == CT_OPTION_CHOICE)
			node = json_string(o->choices[value]);
		else
			node = json_integer(value);
		json_object_set_new(params, o->name, node);
	}
	return params;
}

static const struct ct_option *find(const struct ct_policy *p, const char *name,
				    GError **error)
{
	g_autoptr(GPtrArray) names = g_ptr_array_new();
	const char *near;

	for (const struct ct_option *o = p->options; o && o->name; o++) {
		if (!strcmp(o->name, name))
			return o;
		g_ptr_array_add(names, (gpointer)o->name);
	}
	g_ptr_array_add(names, NULL);
	near = ct_nearest_name(name, (const char *const *)names->pdata);
	if (names->len == 1)
		ct_usage_error(error, "policy '%s' has no options, so not '%s' either",
			       p->name, name);
	else
		ct_usage_error(error, "policy '%s' has no option '%s'%s%s%s", p->name, name,
			       near ? "; did you mean '" : "", near ? near : "",
			       near ? "'?" : "");
	return NULL;
}

static gboolean refuse(const struct ct_policy *p, const struct ct_option *o,
		       const char *text, GError **error)
{
	g_autofree char *range = ct_option_range(o);

	ct_usage_error(error, "policy '%s': option %s is '%s', not one of %s", p->name,
		       o->name, text, range);
	return FALSE;
}

static gboolean parse(const struct ct_option *o, const char *text, int64_t *value)
{
	char *end;

	if (o->type == CT_OPTION_CHOICE) {
		for (*value = 0; o->choices[*value]; ++*value)
			if (!strcmp(o->choices[*value], text))
				return TRUE;
		return FALSE;
	}
	if (o->type == CT_OPTION_BOOL &&
	    (!strcmp(text, "true") || !strcmp(text, "false"))) {
		*value = !strcmp(text, "true");
		return TRUE;
	}
	errno = 0;
	*value = g_ascii_strtoll(text, &end, 10);
	return end != text && !*end && !errno;
}

gboolean ct_options_set(const struct ct_policy *p, void *state, const char *name,
			const char *text, GError **error)
{
	const struct ct_option *o = find(p, name, error);
	int64_t value;

	if (!o)
		return FALSE;
	if (!parse(o, text, &value) || value < lowest(o) || value > highest(o))
		return refuse(p, o, text, error);
	store(o, state, value);
	return TRUE;
}

static char *text_of(const json_t *node)
{
	if (json_is_string(node))
		return g_strdup(json_string_value(node));
	if (json_is_boolean(node))
		return g_strdup(json_is_true(node) ? "true" : "false");
	if (json_is_integer(node))
		return g_strdup_printf("%" JSON_INTEGER_FORMAT, json_integer_value(node));
	if (json_is_real(node) &&
	    json_real_value(node) == (double)(int64_t)json_real_value(node))
		return g_strdup_printf("%" G_GINT64_FORMAT, (int64_t)json_real_value(node));
	return NULL;
}

gboolean ct_options_set_json(const struct ct_policy *p, void *state, json_t *params,
			     GError **error)
{
	const char *name;
	json_t *node;

	json_object_foreach(params, name, node) {
		g_autofree char *text = text_of(node);

		if (!text) {
			ct_usage_error(error,
				       "policy '%s': option %s is neither a whole number, "
				       "a word nor a truth value",
				       p->name, name);
			return FALSE;
		}
		if (!ct_options_set(p, state, name, text, error))
			return FALSE;
	}
	return TRUE;
}
