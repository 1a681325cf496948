/*
 * sourced.h - JSON documents in which every number says where it comes from.
 *
 * A quantity is {"value": 132, "from": "measured on an H200"}, with an optional "unit",
 * which must then be the one the reader expects, and an optional "range", the values
 * that other sources give.  A number without a source is refused, and so is a key that
 * nobody reads: a misspelt key would otherwise be a default in disguise.
 *
 * Rows are a table: the "from" of a row is the source of its plain numbers, and a number
 * from elsewhere is a quantity of its own.
 */
#ifndef CT_MODELS_SOURCED_H
#define CT_MODELS_SOURCED_H

#include <glib.h>
#include <jansson.h>
#include <stdint.h>

enum ct_field_kind {
	CT_FIELD_TEXT,   /* plain string, into a char *; free with g_free() */
	CT_FIELD_TEXTS,  /* list of strings, into a char **; free with g_strfreev() */
	CT_FIELD_CHOICE, /* sourced string, its place in `choices` into a uint32_t */
	CT_FIELD_U32,    /* sourced whole number */
	CT_FIELD_I64,
	CT_FIELD_U32_LIST, /* sourced rising list, into uint32_t[]; length at `count` */
	CT_FIELD_ROWS,     /* list of objects, into structures; how many at `count` */
};

struct ct_field {
	const char *path; /* dotted: "sm.threads" */
	enum ct_field_kind kind;
	gboolean optional;
	size_t offset; /* into the structure being filled */
	int64_t min, max;
	const char *unit;
	const char *const *choices;
	size_t count;               /* offset of a list's length, a uint32_t */
	size_t max_count;           /* of a list */
	const struct ct_field *row; /* the fields of each row, offsets into one structure */
	size_t n_row, row_size;
};

/* Reads a document; *SHA256 is of the file's bytes. */
json_t *ct_sourced_load(const char *path, char **sha256, GError **error);

/* Fills OUT, zeroed by the caller, from DOCUMENT by the N FIELDS.  On failure the texts
 * read so far are in OUT and are the caller's to free. */
gboolean ct_sourced_read(json_t *document, const char *path, const struct ct_field *fields,
			 size_t n, void *out, GError **error);

/* A field as it stands in a document, to be shown. */
struct ct_entry {
	const char *key;
	json_t *value;           /* NULL: an optional field that is not there; borrowed */
	json_t *range;           /* NULL: none */
	const char *unit, *from; /* NULL: none; plain texts have no source */
};
void ct_sourced_entry(json_t *document, const struct ct_field *, struct ct_entry *out);

/* The file of a shipped NAME, or NAME itself if it is a path; NULL if there is none.
 * KIND is "device" or "actuator". */
char *ct_sourced_find(const char *kind, const char *name, GError **error);

/* Sorted names of the shipped documents of a KIND. */
char **ct_sourced_list(const char *kind, GError **error);

/* "h200-sxm" of "models/devices/h200-sxm.json". */
char *ct_sourced_name(const char *path);

#endif
