/*
 * sourced - reads JSON documents in which every number says where it comes from.
 *
 * Input is somebody's file: every message names the file and the JSON path, nothing is
 * guessed, and what cannot be read exactly (a fraction, a number beyond 64 bits, a key
 * twice) is refused instead of rounded.
 */
#include "models/sourced.h"

#include <string.h>

#include "sim/base/error.h"
#include "sim/base/nearest.h"

#define MAX_FIELDS 96

struct reading {
	const char *path;
	const struct ct_field *fields;
	size_t n;
	char *out;
	gboolean seen[MAX_FIELDS];
	GError **error;
	const char *where; /* of a row: "mig.profiles[2]."; NULL: the document itself */
};

#define refuse(r, ...) (refuse_at((r), __VA_ARGS__), FALSE)

static void G_GNUC_PRINTF(3, 4)
	refuse_at(const struct reading *r, const char *key, const char *format, ...)
{
	g_autofree char *what = NULL;
	va_list ap;

	va_start(ap, format);
	what = g_strdup_vprintf(format, ap);
	va_end(ap);
	ct_input_error(r->error, "%s: %s%s: %s", r->path, r->where ?: "", key, what);
}

static const char *type_name(json_t *value)
{
	static const char *const names[] = {
		[JSON_OBJECT] = "an object", [JSON_ARRAY] = "a list",
		[JSON_STRING] = "a string",  [JSON_INTEGER] = "a whole number",
		[JSON_REAL] = "a fraction",  [JSON_TRUE] = "true",
		[JSON_FALSE] = "false",      [JSON_NULL] = "null",
	};

	return names[json_typeof(value)];
}

/* Printable, and not only spaces: a blank source is no source. */
static gboolean is_text(json_t *value)
{
	const char *s = json_string_value(value);

	if (!s || strlen(s) != json_string_length(value))
		return FALSE;
	for (const char *p = s; *p; p++)
		if ((unsigned char)*p < ' ')
			return FALSE;
	return strspn(s, " ") < strlen(s);
}

static gboolean whole(struct reading *r, const struct ct_field *f, const char *key,
		      json_t *value, int64_t *out)
{
	if (!json_is_integer(value))
		return refuse(r, key, "must be a whole number, not %s", type_name(value));
	*out = json_integer_value(value);
	if (*out < f->min || *out > f->max)
		return refuse(r, key,
			      "%" G_GINT64_FORMAT " is not between %" G_GINT64_FORMAT
			      " and %" G_GINT64_FORMAT,
			      *out, f->min, f->max);
	return TRUE;
}

static gboolean read_number(struct reading *r, const struct ct_field *f, json_t *value,
			    json_t *range)
{
	g_autofree char *key = g_strconcat(f->path, ".value", NULL);
	int64_t number, low, high;

	if (!whole(r, f, key, value, &number))
		return FALSE;
	if (range) {
		if (json_array_size(range) != 2)
			return refuse(r, f->path,
				      "\"range\" must be a list of two numbers");
		g_free(key);
		key = g_strconcat(f->path, ".range", NULL);
		if (!whole(r, f, key, json_array_get(range, 0), &low) ||
		    !whole(r, f, key, json_array_get(range, 1), &high))
			return FALSE;
		if (number < low || number > high)
			return refuse(r, key,
				      "does not contain the value %" G_GINT64_FORMAT,
				      number);
	}
	if (f->kind == CT_FIELD_U32)
		*(uint32_t *)(r->out + f->offset) = (uint32_t)number;
	else
		*(int64_t *)(r->out + f->offset) = number;
	return TRUE;
}

static gboolean read_list(struct reading *r, const struct ct_field *f, json_t *value)
{
	g_autofree char *key = g_strconcat(f->path, ".value", NULL);
	uint32_t *list = (uint32_t *)(r->out + f->offset);
	size_t n = json_array_size(value);
	int64_t number, last = -1;

	if (!json_is_array(value) || n == 0 || n > f->max_count)
		return refuse(r, key, "must be a list of 1 to %zu numbers", f->max_count);
	for (size_t i = 0; i < n; i++, last = number) {
		if (!whole(r, f, key, json_array_get(value, i), &number))
			return FALSE;
		if (number < last)
			return refuse(r, key, "must not fall");
		list[i] = (uint32_t)number;
	}
	*(uint32_t *)(r->out + f->count) = (uint32_t)n;
	return TRUE;
}

static gboolean read_choice(struct reading *r, const struct ct_field *f, const char *text)
{
	g_autofree char *all = NULL;

	for (uint32_t i = 0; text && f->choices[i]; i++) {
		if (strcmp(text, f->choices[i]) == 0) {
			*(uint32_t *)(r->out + f->offset) = i;
			return TRUE;
		}
	}
	all = g_strjoinv("\" or \"", (char **)f->choices);
	return refuse(r, f->path, "value must be \"%s\"", all);
}

static gboolean read_value(struct reading *r, const struct ct_field *f, json_t *value,
			   json_t *range)
{
	if (f->kind == CT_FIELD_CHOICE)
		return read_choice(r, f, json_string_value(value));
	if (f->kind == CT_FIELD_U32_LIST)
		return read_list(r, f, value);
	return read_number(r, f, value, range);
}

static gboolean read_sourced(struct reading *r, const struct ct_field *f, json_t *object)
{
	static const char *const keys[] = { "value", "from", "unit", "range", NULL };
	json_t *value = json_object_get(object, "value");
	json_t *unit = json_object_get(object, "unit");
	json_t *range = json_object_get(object, "range");
	const char *key;
	json_t *ignored;

	if (!json_is_object(object))
		return refuse(r, f->path,
			      "must be an object with \"value\" and \"from\", not %s",
			      type_name(object));
	json_object_foreach(object, key, ignored) {
		if (!g_strv_contains(keys, key))
			return refuse(r, f->path,
				      "unknown key \"%s\"; there are value, from, "
				      "unit and range",
				      key);
	}
	if (!value)
		return refuse(r, f->path, "has no \"value\"");
	if (!is_text(json_object_get(object, "from")))
		return refuse(r, f->path, "a number needs its source: \"from\" is %s",
			      json_object_get(object, "from") ? "not a text" : "missing");
	if (unit && (!f->unit || !json_is_string(unit) ||
		     strcmp(json_string_value(unit), f->unit) != 0))
		return refuse(r, f->path, "the unit must be \"%s\"",
			      f->unit ? f->unit : "");
	if (range && f->kind != CT_FIELD_U32 && f->kind != CT_FIELD_I64)
		return refuse(r, f->path, "only a single number has a \"range\"");
	return read_value(r, f, value, range);
}

static gboolean read_texts(struct reading *r, const struct ct_field *f, json_t *list)
{
	size_t n = json_array_size(list);
	char **texts;

	if (!json_is_array(list) || n > f->max_count)
		return refuse(r, f->path, "must be a list of at most %zu strings",
			      f->max_count);
	texts = g_new0(char *, n + 1);
	*(char ***)(r->out + f->offset) = texts;
	for (size_t i = 0; i < n; i++) {
		if (!is_text(json_array_get(list, i)))
			return refuse(r, f->path, "entry %zu is not a text", i + 1);
		texts[i] = g_strdup(json_string_value(json_array_get(list, i)));
	}
	return TRUE;
}

static gboolean read_object(struct reading *r, const char *prefix, json_t *object);
static gboolean all_there(const struct reading *r);

static gboolean read_rows(struct reading *r, const struct ct_field *f, json_t *list)
{
	size_t n = json_array_size(list);

	if (!json_is_array(list) || n == 0 || n > f->max_count)
		return refuse(r, f->path, "must be a list of 1 to %zu objects",
			      f->max_count);
	for (size_t i = 0; i < n; i++) {
		json_t *object = json_array_get(list, i);
		g_autofree char *where = g_strdup_printf("%s[%zu].", f->path, i);
		struct reading row = { .path = r->path,
				       .fields = f->row,
				       .n = f->n_row,
				       .out = r->out + f->offset + i * f->row_size,
				       .error = r->error,
				       .where = where };

		if (!json_is_object(object))
			return refuse(r, f->path, "entry %zu must be an object, not %s",
				      i + 1, type_name(object));
		if (!is_text(json_object_get(object, "from")))
			return refuse(&row, "from", "a row of numbers needs its source");
		*(uint32_t *)(r->out + f->count) = (uint32_t)i + 1;
		if (!read_object(&row, "", object) || !all_there(&row))
			return FALSE;
	}
	return TRUE;
}

static gboolean read_field(struct reading *r, const struct ct_field *f, json_t *value)
{
	if (f->kind == CT_FIELD_TEXTS)
		return read_texts(r, f, value);
	if (f->kind == CT_FIELD_ROWS)
		return read_rows(r, f, value);
	if (f->kind != CT_FIELD_TEXT && r->where && !json_is_object(value))
		return read_value(r, f, value, NULL);
	if (f->kind != CT_FIELD_TEXT)
		return read_sourced(r, f, value);
	if (!is_text(value))
		return refuse(r, f->path, "must be a text");
	*(char **)(r->out + f->offset) = g_strdup(json_string_value(value));
	return TRUE;
}

/* Fails with the nearest key that PREFIX could be followed by. */
static gboolean unknown_key(struct reading *r, const char *prefix, const char *key)
{
	g_autoptr(GPtrArray) known = g_ptr_array_new_with_free_func(g_free);
	g_autofree char *path = g_strconcat(prefix, key, NULL);
	g_autofree char *shown = g_strescape(path, NULL);
	size_t length = strlen(prefix);
	const char *near;

	for (size_t i = 0; i < r->n; i++) {
		const char *rest = r->fields[i].path + length;

		if (strncmp(r->fields[i].path, prefix, length) == 0)
			g_ptr_array_add(known, g_strndup(rest, strcspn(rest, ".")));
	}
	g_ptr_array_add(known, NULL);
	near = ct_nearest_name(key, (const char *const *)known->pdata);
	if (near)
		return refuse(r, shown, "unknown key; did you mean \"%s%s\"?", prefix,
			      near);
	return refuse(r, shown, "unknown key");
}

/* PREFIX is empty or ends in a dot.  As deep as the deepest field, no deeper. */
static gboolean read_object(struct reading *r, const char *prefix, json_t *object)
{
	const char *key;
	json_t *value;

	json_object_foreach(object, key, value) {
		g_autofree char *path = g_strconcat(prefix, key, NULL);
		g_autofree char *below = g_strconcat(path, ".", NULL);
		gboolean known = r->where && strcmp(path, "from") == 0;

		for (size_t i = 0; i < r->n && !known; i++) {
			const struct ct_field *f = &r->fields[i];

			if (strcmp(f->path, path) == 0) {
				if (!read_field(r, f, value))
					return FALSE;
				known = r->seen[i] = TRUE;
			} else if (g_str_has_prefix(f->path, below)) {
				if (!json_is_object(value))
					return refuse(r, path, "must be an object, not %s",
						      type_name(value));
				if (!read_object(r, below, value))
					return FALSE;
				known = TRUE;
			}
		}
		if (!known)
			return unknown_key(r, prefix, key);
	}
	return TRUE;
}

static gboolean all_there(const struct reading *r)
{
	for (size_t i = 0; i < r->n; i++)
		if (!r->fields[i].optional && !r->seen[i])
			return refuse(r, r->fields[i].path, "is missing");
	return TRUE;
}

gboolean ct_sourced_read(json_t *document, const char *path, const struct ct_field *fields,
			 size_t n, void *out, GError **error)
{
	struct reading r = { path, fields, n, out, { FALSE }, error, NULL };

	g_return_val_if_fail(n <= MAX_FIELDS, FALSE);
	return read_object(&r, "", document) && all_there(&r);
}

void ct_sourced_entry(json_t *document, const struct ct_field *field, struct ct_entry *out)
{
	g_auto(GStrv) steps = g_strsplit(field->path, ".", -1);
	json_t *at = document;

	for (char **step = steps; *step; step++)
		at = json_object_get(at, *step);
	*out = (struct ct_entry){ .key = field->path, .value = at, .unit = field->unit };
	if (json_is_object(at)) {
		out->value = json_object_get(at, "value");
		out->range = json_object_get(at, "range");
		out->from = json_string_value(json_object_get(at, "from"));
	}
}
