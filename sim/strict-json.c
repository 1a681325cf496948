/*
 * strict-json - tables of keys, and readers of the kinds of values in them.
 */
#include "sim/strict-json.h"

#include <stdarg.h>
#include <string.h>

#include "sim/base/error.h"
#include "sim/base/nearest.h"
#include "sim/scenario.h"

gboolean ct_strict_fail(struct ct_strict *c, const char *where, const char *format, ...)
{
	g_autofree char *message = NULL;
	va_list args;

	va_start(args, format);
	message = g_strdup_vprintf(format, args);
	va_end(args);
	ct_input_error(c->error, "%s: %s%s%s", c->file, where, *where ? ": " : "", message);
	return FALSE;
}

gboolean ct_strict_pass_on(struct ct_strict *c, const char *where, GError *why)
{
	ct_strict_fail(c, where, "%s", why->message);
	g_error_free(why);
	return FALSE;
}

gboolean ct_strict_object(struct ct_strict *c, const char *where, json_t *object,
			  const struct ct_strict_key *keys, void *into)
{
	const char *name;
	json_t *value;

	if (!json_is_object(object))
		return ct_strict_fail(c, where, "must be an object");
	json_object_foreach(object, name, value) {
		g_autofree char *path =
			*where ? g_strdup_printf("%s.%s", where, name) : g_strdup(name);
		g_autoptr(GPtrArray) names = g_ptr_array_new();
		const struct ct_strict_key *key = keys;
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
			return ct_strict_fail(c, path, "no such key; did you mean '%s'?",
					      near);
		return ct_strict_fail(c, path, "no such key");
	}
	return TRUE;
}

gboolean ct_strict_text(struct ct_strict *c, const struct ct_strict_key *key,
			const char *where, json_t *value, void *field)
{
	char **text = field;

	if (json_is_null(value))
		return TRUE;
	if (!json_is_string(value) || json_string_length(value) == 0)
		return ct_strict_fail(c, where, "must be a text");
	g_free(*text);
	*text = g_strdup(json_string_value(value));
	return TRUE;
}

static gboolean read_integer(struct ct_strict *c, const struct ct_strict_key *key,
			     const char *where, json_t *value, int64_t *number)
{
	if (!json_is_integer(value))
		return ct_strict_fail(c, where, "must be a whole number");
	*number = json_integer_value(value);
	if (*number < key->min || *number > key->max)
		return ct_strict_fail(c, where,
				      "%" G_GINT64_FORMAT " is not in %" G_GINT64_FORMAT
				      "..%" G_GINT64_FORMAT,
				      *number, key->min, key->max);
	return TRUE;
}

gboolean ct_strict_i64(struct ct_strict *c, const struct ct_strict_key *key,
		       const char *where, json_t *value, void *field)
{
	return read_integer(c, key, where, value, field);
}

gboolean ct_strict_32(struct ct_strict *c, const struct ct_strict_key *key,
		      const char *where, json_t *value, void *field)
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

gboolean ct_strict_bool(struct ct_strict *c, const struct ct_strict_key *key,
			const char *where, json_t *value, void *field)
{
	if (!json_is_boolean(value))
		return ct_strict_fail(c, where, "must be true or false");
	*(uint32_t *)field = json_is_true(value);
	return TRUE;
}

/* Nanoseconds, or a text with a unit. */
gboolean ct_strict_ns(struct ct_strict *c, const struct ct_strict_key *key,
		      const char *where, json_t *value, void *field)
{
	GError *why = NULL;
	int64_t *ns = field;

	if (!json_is_string(value))
		return read_integer(c, key, where, value, ns);
	if (!ct_duration_parse(json_string_value(value), ns, &why))
		return ct_strict_pass_on(c, where, why);
	return TRUE;
}
