/*
 * options.h - a policy's tunables, between its table and what people write.
 *
 * The table in the policy says name, type, range and default; everything that reads or
 * prints options goes through here, so ranges and spellings are checked in one place.
 */
#ifndef CT_POLICIES_OPTIONS_H
#define CT_POLICIES_OPTIONS_H

#include <glib.h>
#include <jansson.h>

#include "policies/policy.h"

/* The policy's state, zeroed, with every default; g_free(). */
void *ct_options_new(const struct ct_policy *);

/* Sets one option from text ("500000", "true", a choice's name) or from JSON. */
gboolean ct_options_set(const struct ct_policy *, void *state, const char *name,
			const char *text, GError **error);
gboolean ct_options_set_json(const struct ct_policy *, void *state, json_t *params,
			     GError **error);

/* Every option with its value in STATE; a new reference. */
json_t *ct_options_json(const struct ct_policy *, const void *state);

/* "1000..60000000000", "false, true", "reset, wait"; g_free(). */
char *ct_option_range(const struct ct_option *);
char *ct_option_default(const struct ct_option *);
const char *ct_option_type_name(const struct ct_option *);

#endif
