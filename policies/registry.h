/*
 * registry.h - every policy this program knows: built in, or loaded from a module.
 *
 * Search order: a path (contains '/'), the directories of CT_POLICY_PATH, the installed
 * modules, the built-in ones.  A NAME may carry options: "turns:slice_ns=500000".
 */
#ifndef CT_POLICIES_REGISTRY_H
#define CT_POLICIES_REGISTRY_H

#include <glib.h>
#include <jansson.h>

#include "policies/policy.h"

/* Built-in policies, sorted by name, NULL-terminated. */
const struct ct_policy *const *ct_registry_builtin(void);

/* Stays loaded to the end of the program.  Unknown names fail with the nearest one. */
const struct ct_policy *ct_registry_find(const char *name, GError **error);

/* Names that can be found, sorted: built in, and modules on the search path. */
char **ct_registry_names(void);

/* The module a found policy was loaded from; NULL: it is built in. */
const char *ct_registry_path(const struct ct_policy *);

/* A policy chosen with options. */
struct ct_policy_choice {
	const struct ct_policy *policy;
	void *state;    /* state_size bytes, defaults and options filled in */
	json_t *params; /* resolved: every option with its value */
};

/* SPEC: "name" or "name:option=value,...".  PARAMS (may be NULL): a JSON object of
 * further options, which win (a sweep sets them).  Unknown or out-of-range options fail
 * with a sentence. */
gboolean ct_policy_choose(const char *spec, json_t *params, struct ct_policy_choice *out,
			  GError **error);
void ct_policy_choice_clear(struct ct_policy_choice *);

#endif
