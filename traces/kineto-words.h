/*
 * kineto-words.h - how Kineto spells what we look for; kineto.c's own.
 */
#ifndef CT_TRACES_KINETO_WORDS_H
#define CT_TRACES_KINETO_WORDS_H

#include <string.h>

#include "traces/kineto.h"

enum ct_kineto_key { /* what a key means; below CT_KINETO_FIELDS: a field of the event */
		     CT_KINETO_KEY_PHASE = CT_KINETO_FIELDS,
		     CT_KINETO_KEY_CATEGORY,
		     CT_KINETO_KEY_NAME,
		     CT_KINETO_KEY_ARGS,
		     CT_KINETO_KEY_EVENTS, /* of the whole file */
		     CT_KINETO_KEY_DEVICES,
		     CT_KINETO_KEY_BASE,
		     CT_KINETO_KEY_DEVICE_NAME =
			     254, /* other keys of a device: offset in its record */
		     CT_KINETO_KEY_OTHER = 255,
};

struct ct_kineto_word {
	const char *text; /* NULL ends a list */
	guint8 length, value;
};

extern const struct ct_kineto_word ct_kineto_top_keys[], ct_kineto_event_keys[],
	ct_kineto_arg_keys[], ct_kineto_device_keys[], ct_kineto_categories[];

static inline guint8 ct_kineto_find(const struct ct_kineto_word *word,
				    const unsigned char *text, size_t length,
				    guint8 otherwise)
{
	for (; word->text != NULL; word++) {
		if (word->length == length && word->text[0] == (char)text[0] &&
		    memcmp(word->text, text, length) == 0)
			return word->value;
	}
	return otherwise;
}

/* The text behind VALUE, NULL if there is none. */
const char *ct_kineto_spelling(const struct ct_kineto_word *word, guint8 value);

#endif
