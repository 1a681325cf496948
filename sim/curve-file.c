/*
 * curve-file - reads measured curves; the format is in curve-file.h.
 *
 * A curve says something else than the formulas and is believed, so every entry needs its
 * source, and nothing is put in order or filled in.
 */
#include "sim/curve-file.h"

#include <string.h>

#include "models/sourced.h"
#include "sim/base/error.h"
#include "sim/strict-json.h"

#define MAX_CURVES 10000

static gboolean read_version(struct ct_strict *c, const struct ct_strict_key *key,
			     const char *where, json_t *value, void *field)
{
	if (strcmp(json_string_value(value) ?: "", "curves/1") != 0)
		return ct_strict_fail(c, where, "must be \"curves/1\"");
	return TRUE;
}

/* Blank and null are no text: a name and a source must be there. */
static gboolean read_text(struct ct_strict *c, const struct ct_strict_key *key,
			  const char *where, json_t *value, void *field)
{
	const char *text = json_string_value(value);
	char **out = field;

	if (!text || strspn(text, " ") == strlen(text) ||
	    strlen(text) != json_string_length(value))
		return ct_strict_fail(c, where, "must be a text");
	g_free(*out);
	*out = g_strdup(text);
	return TRUE;
}

static gboolean in_range(struct ct_strict *c, const char *where, const char *what,
			 json_t *value, int64_t most)
{
	if (json_is_integer(value) && json_integer_value(value) >= 1 &&
	    json_integer_value(value) <= most)
		return TRUE;
	return ct_strict_fail(c, where,
			      "%s must be a whole number of 1 to %" G_GINT64_FORMAT, what,
			      most);
}

static gboolean read_point(struct ct_strict *c, const char *where, json_t *pair,
			   struct ct_curve *curve)
{
	json_t *sms = json_array_get(pair, 0), *ns = json_array_get(pair, 1);
	struct ct_curve_point *p = &curve->point[curve->n];

	if (!json_is_array(pair) || json_array_size(pair) != 2)
		return ct_strict_fail(c, where, "must be a list of SMs and nanoseconds");
	if (!in_range(c, where, "SMs", sms, CT_CURVE_MAX_SMS) ||
	    !in_range(c, where, "nanoseconds", ns, CT_KERNEL_MAX_NS))
		return FALSE;
	p->sms = (uint32_t)json_integer_value(sms);
	p->ns = json_integer_value(ns);
	if (curve->n && p->sms <= p[-1].sms)
		return ct_strict_fail(c, where,
				      "%u SMs do not come after %u: SMs must rise", p->sms,
				      p[-1].sms);
	curve->n++;
	return TRUE;
}

static gboolean read_points(struct ct_strict *c, const struct ct_strict_key *key,
			    const char *where, json_t *value, void *field)
{
	struct ct_curve *curve = field;
	size_t n = json_array_size(value);

	if (!json_is_array(value) || n < 2 || n > CT_CURVE_MAX_POINTS)
		return ct_strict_fail(c, where, "must be a list of 2 to %d points",
				      CT_CURVE_MAX_POINTS);
	for (size_t i = 0; i < n; i++) {
		g_autofree char *place = g_strdup_printf("%s[%zu]", where, i);

		if (!read_point(c, place, json_array_get(value, i), curve))
			return FALSE;
	}
	return TRUE;
}

static const struct ct_strict_key curve_keys[] = {
	{ "name", read_text, offsetof(struct ct_curve, name), 0, 0 },
	{ "from", read_text, offsetof(struct ct_curve, from), 0, 0 },
	{ "points", read_points, 0, 0, 0 },
	{ NULL, NULL, 0, 0, 0 },
};

static gboolean read_curve(struct ct_strict *c, const char *where, json_t *value)
{
	struct ct_curves *curves = c->data;
	struct ct_curve *curve = &curves->curve[curves->n++];

	if (!ct_strict_object(c, where, value, curve_keys, curve))
		return FALSE;
	for (const struct ct_strict_key *key = curve_keys; key->name; key++)
		if (!json_object_get(value, key->name))
			return ct_strict_fail(c, where, "needs a \"%s\"", key->name);
	for (uint32_t i = 0; i + 1 < curves->n; i++)
		if (strcmp(curves->curve[i].name, curve->name) == 0)
			return ct_strict_fail(c, where, "kernels[%u] has the same name", i);
	return TRUE;
}

static gboolean read_curves(struct ct_strict *c, const struct ct_strict_key *key,
			    const char *where, json_t *value, void *field)
{
	struct ct_curves *curves = field;
	size_t n = json_array_size(value);

	if (!json_is_array(value) || n == 0 || n > MAX_CURVES)
		return ct_strict_fail(c, where, "must be a list of 1 to %d objects",
				      MAX_CURVES);
	curves->curve = g_new0(struct ct_curve, n);
	for (size_t i = 0; i < n; i++) {
		g_autofree char *place = g_strdup_printf("%s[%zu]", where, i);

		if (!read_curve(c, place, json_array_get(value, i)))
			return FALSE;
	}
	return TRUE;
}

static const struct ct_strict_key file_keys[] = {
	{ "cotenant", read_version, 0, 0, 0 },
	{ "device", read_text, offsetof(struct ct_curves, device), 0, 0 },
	{ "kernels", read_curves, 0, 0, 0 },
	{ NULL, NULL, 0, 0, 0 },
};

struct ct_curves *ct_curves_load(const char *path, GError **error)
{
	struct ct_curves *curves = g_new0(struct ct_curves, 1);
	struct ct_strict c = { path, curves, error };
	json_t *document = ct_sourced_load(path, &curves->sha256, error);
	gboolean ok = document && ct_strict_object(&c, "", document, file_keys, curves);

	curves->path = g_strdup(path);
	for (const struct ct_strict_key *key = file_keys; ok && key->name; key++)
		if (!json_object_get(document, key->name))
			ok = ct_strict_fail(&c, "", "needs a \"%s\"", key->name);
	json_decref(document);
	if (ok)
		return curves;
	ct_curves_free(curves);
	return NULL;
}

void ct_curves_free(struct ct_curves *curves)
{
	if (!curves)
		return;
	for (uint32_t i = 0; i < curves->n; i++) {
		g_free(curves->curve[i].name);
		g_free(curves->curve[i].from);
	}
	g_free(curves->curve);
	g_free(curves->device);
	g_free(curves->sha256);
	g_free(curves->path);
	g_free(curves);
}

const struct ct_curve *ct_curves_find(const struct ct_curves *curves, const char *kernel)
{
	for (uint32_t i = 0; i < curves->n; i++)
		if (ct_curve_fits(&curves->curve[i], kernel))
			return &curves->curve[i];
	return NULL;
}

gboolean ct_curves_check(const struct ct_curves *curves, const struct ct_device *device,
			 GError **error)
{
	for (uint32_t i = 0; i < curves->n; i++) {
		const struct ct_curve *c = &curves->curve[i];

		if (c->point[c->n - 1].sms == device->sms)
			continue;
		ct_input_error(error,
			       "%s: kernels[%u].points: the last has %u SMs, and must have "
			       "all %u of %s",
			       curves->path, i, c->point[c->n - 1].sms, device->sms,
			       device->name);
		return FALSE;
	}
	return TRUE;
}
