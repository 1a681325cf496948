/*
 * strict-json.h - JSON objects, read by a table of the keys that they may have.
 *
 * A key that is not in the table is refused with the nearest one that is: a misspelt key
 * would otherwise be a default in disguise.  Messages name the file and the path of the
 * value: "mix.json: tenants[1].weight: must be a whole number".
 */
#ifndef CT_SIM_STRICT_JSON_H
#define CT_SIM_STRICT_JSON_H

#include <glib.h>
#include <jansson.h>
#include <stdint.h>

struct ct_strict { /* what is being read */
	const char *file;
	void *data; /* the caller's own */
	GError **error;
};

struct ct_strict_key {
	const char *name; /* a table ends with NULL */
	gboolean (*read)(struct ct_strict *, const struct ct_strict_key *,
			 const char *where, json_t *value, void *field);
	size_t offset; /* of the field in what is being read */
	int64_t min, max;
};

/* FALSE, with a message. */
gboolean ct_strict_fail(struct ct_strict *, const char *where, const char *format, ...)
	G_GNUC_PRINTF(3, 4);

/* FALSE, with the message of WHY, which is freed. */
gboolean ct_strict_pass_on(struct ct_strict *, const char *where, GError *why);

/* WHERE is "" for the document itself. */
gboolean ct_strict_object(struct ct_strict *, const char *where, json_t *object,
			  const struct ct_strict_key *keys, void *into);

/* Readers for the table: into char * (g_free(); null leaves it), int64_t, a 32-bit
 * integer (signed if the key's `min` is), uint32_t from true or false, and int64_t from
 * nanoseconds or a text with a unit. */
gboolean ct_strict_text(struct ct_strict *, const struct ct_strict_key *, const char *where,
			json_t *value, void *field);
gboolean ct_strict_i64(struct ct_strict *, const struct ct_strict_key *, const char *where,
		       json_t *value, void *field);
gboolean ct_strict_32(struct ct_strict *, const struct ct_strict_key *, const char *where,
		      json_t *value, void *field);
gboolean ct_strict_bool(struct ct_strict *, const struct ct_strict_key *, const char *where,
			json_t *value, void *field);
gboolean ct_strict_ns(struct ct_strict *, const struct ct_strict_key *, const char *where,
		      json_t *value, void *field);

#endif
