/*
 * board - what was measured, put into a device file.
 */
#include "capture/calibrate/board.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim/base/error.h"

static int64_t distance(int64_t a, int64_t b)
{
	return a > b ? a - b : b - a;
}

static gboolean same_chip(const struct ct_device *d, const struct ct_cal_device *device)
{
	return strcmp(d->vendor, "nvidia") == 0 && d->cc_major == device->cc_major &&
	       d->cc_minor == device->cc_minor && d->sms == device->sms;
}

static struct ct_device *nearest(const struct ct_cal_device *device, GError **error)
{
	g_auto(GStrv) names = ct_device_list(error);
	struct ct_device *best = NULL, *d;

	for (char **name = names; name && *name; name++) {
		d = ct_device_load(*name, NULL);
		if (!d)
			continue;
		if (same_chip(d, device) &&
		    (!best || distance(d->memory_bytes, device->memory_bytes) <
				      distance(best->memory_bytes, device->memory_bytes))) {
			ct_device_free(best);
			best = d;
		} else {
			ct_device_free(d);
		}
	}
	if (names && !best)
		ct_usage_error(error,
			       "no shipped board has %u SMs of compute capability %u.%u as "
			       "%s has; name the nearest with --base",
			       device->sms, device->cc_major, device->cc_minor,
			       device->name);
	return best;
}

struct ct_device *ct_cal_base(const struct ct_cal_device *device, const char *base,
			      GError **error)
{
	struct ct_device *d = base ? ct_device_load(base, error) : nearest(device, error);

	/* How another number of SMs is divided is not known, and need not be. */
	if (d && d->sms != device->sms) {
		json_object_del(d->json, "gpcs");
		json_object_del(d->json, "tpcs");
		json_object_del(d->json, "gpc_sms");
	}
	return d;
}

gboolean ct_cal_has(const struct ct_device *base, const char *key)
{
	struct ct_entry entry;

	for (size_t i = 0; ct_device_entry(base, i, &entry); i++) {
		if (strcmp(entry.key, key) == 0)
			return entry.value && entry.from;
	}
	return FALSE;
}

static json_t *quantity_of(const struct ct_device *base, const char *key)
{
	g_auto(GStrv) names = g_strsplit(key, ".", -1);
	json_t *at = base->json;

	for (char **name = names; *name; name++)
		at = json_object_get(at, *name);
	return at;
}

/* The range is of other sources, and holds their value, not ours. */
gboolean ct_cal_accept(const struct ct_device *base, json_t *changes, const char *key,
		       int64_t value, GError **error)
{
	json_t *quantity = quantity_of(base, key);
	json_t *range = json_incref(json_object_get(quantity, "range"));
	json_t *old = json_incref(json_object_get(changes, key));
	struct ct_device *changed;

	json_object_del(quantity, "range");
	json_object_set_new(changes, key, json_integer(value));
	changed = ct_device_with(base, changes, error);
	if (!changed) {
		json_object_del(changes, key);
		if (old)
			json_object_set(changes, key, old);
		if (range && !old)
			json_object_set(quantity, "range", range);
	}
	json_decref(range);
	json_decref(old);
	ct_device_free(changed);
	return changed != NULL;
}

/* Every number below AT that was not measured says so.  PREFIX is as in sourced.c. */
static void mark(json_t *at, const char *prefix, const char *board, json_t *changes,
		 json_t *from)
{
	const char *key, *source;
	json_t *below;
	size_t i;

	json_object_foreach(at, key, below) {
		g_autofree char *path = g_strconcat(prefix, key, NULL);
		g_autofree char *next = g_strconcat(path, ".", NULL);
		json_t *row;

		json_array_foreach(below, i, row) {
			mark(row, next, board, changes, from);
		}
		if (json_is_object(below))
			mark(below, next, board, changes, from);
	}
	source = json_string_value(json_object_get(at, "from"));
	if (source) {
		g_autofree char *key_of = g_strndup(prefix, strlen(prefix) - 1);
		json_t *value = json_object_get(changes, key_of);
		g_autofree char *text =
			value ? g_strdup(json_string_value(json_object_get(from, key_of)))
			      : g_strdup_printf("not measured, as shipped for %s: %s",
						board, source);

		if (value) {
			json_object_set(at, "value", value);
			json_object_del(at, "range");
		}
		json_object_set_new(at, "from", json_string(text));
	}
}

gboolean ct_cal_write(const struct ct_device *base, const struct ct_cal_device *device,
		      json_t *changes, json_t *from, const char *path, GError **error)
{
	json_t *document = json_deep_copy(base->json);
	g_autofree char *note = g_strdup_printf(
		"measured by cotenant-calibrate on %s; numbers that it did not measure are "
		"those of %s, and say so",
		device->name, base->name);
	g_autofree char *capability =
		g_strdup_printf("%u.%u", device->cc_major, device->cc_minor);
	g_autofree char *fresh = g_strdup_printf("%s.%d.json", path, (int)getpid());
	g_autofree char *text = NULL, *lines = NULL;
	gboolean good;

	json_object_set_new(document, "title", json_string(device->name));
	json_object_set_new(document, "compute_capability", json_string(capability));
	json_object_set_new(document, "note", json_string(note));
	mark(document, "", base->name, changes, from);
	text = json_dumps(document, JSON_INDENT(2));
	json_decref(document);
	lines = g_strconcat(text, "\n", NULL);
	free(g_steal_pointer(&text)); /* jansson's own */
	good = g_file_set_contents(fresh, lines, -1, error);
	if (!good)
		(*error)->code = CT_EXIT_INPUT;
	good = good && ct_device_check(fresh, error);
	if (good && rename(fresh, path)) {
		ct_input_error(error, "%s: %s", path, g_strerror(errno));
		good = FALSE;
	}
	if (!good)
		unlink(fresh);
	return good;
}
