/*
 * registry - every policy this program knows: built in, or loaded from a module.
 *
 * policies/builtin.h is generated from the one list of policies in policies/local.mk and
 * included twice.  A module is the same source compiled to a file of its own with one
 * symbol, `ct_policy`; it is checked before anybody uses it and never unloaded, because
 * its static strings travel into ledgers and timelines.
 */
#include "policies/registry.h"

#include <gmodule.h>
#include <string.h>

#include "policies/options.h"
#include "sim/base/error.h"
#include "sim/base/nearest.h"

#define CT_BUILTIN(ident) extern const struct ct_policy ct_policy_##ident;
#include "policies/builtin.h"
#undef CT_BUILTIN
#define CT_BUILTIN(ident) &ct_policy_##ident,
static const struct ct_policy *const builtin[] = {
#include "policies/builtin.h"
	NULL,
};

const struct ct_policy *const *ct_registry_builtin(void)
{
	return builtin;
}

static GHashTable *loaded; /* policy -> path of its module */

static gboolean check_table(const struct ct_policy *p, const char *path, GError **error)
{
	if (p->abi >> 16 != CT_POLICY_VERSION) {
		ct_input_error(error, "%s: built for version %u of the policy ABI, not %u",
			       path, p->abi >> 16, CT_POLICY_VERSION);
		return FALSE;
	}
	if ((p->abi & 0xffff) < offsetof(struct ct_policy, init) || !p->name ||
	    !p->summary) {
		ct_input_error(error, "%s: its ct_policy lacks a name or a summary", path);
		return FALSE;
	}
	for (const struct ct_option *o = p->options; o && o->name; o++) {
		size_t width = o->type == CT_OPTION_NS ? sizeof(int64_t) : sizeof(uint32_t);

		if ((uint32_t)o->type <= CT_OPTION_CHOICE &&
		    o->offset + width <= p->state_size &&
		    (o->type != CT_OPTION_CHOICE || o->choices))
			continue;
		ct_input_error(error, "%s: option %s does not fit the policy's state", path,
			       o->name);
		return FALSE;
	}
	return TRUE;
}

static const struct ct_policy *load(const char *path, GError **error)
{
	GModule *module;
	gpointer symbol;

	if (!g_file_test(path, G_FILE_TEST_IS_REGULAR)) {
		ct_input_error(error, "%s: no such policy module", path);
		return NULL;
	}
	module = g_module_open(path, G_MODULE_BIND_LOCAL);
	if (!module) {
		ct_input_error(error, "%s: cannot be loaded: %s", path, g_module_error());
		return NULL;
	}
	g_module_make_resident(module);
	if (!g_module_symbol(module, "ct_policy", &symbol)) {
		ct_input_error(error, "%s: not a policy: it has no symbol ct_policy", path);
		return NULL;
	}
	if (!check_table(symbol, path, error))
		return NULL;
	if (!loaded)
		loaded = g_hash_table_new_full(NULL, NULL, NULL, g_free);
	g_hash_table_insert(loaded, symbol, g_strdup(path));
	return symbol;
}

const char *ct_registry_path(const struct ct_policy *p)
{
	return loaded ? g_hash_table_lookup(loaded, p) : NULL;
}

/* NULL without an error: not in this directory. */
static const struct ct_policy *look_in(const char *directory, const char *name,
				       GError **error)
{
	g_autofree char *file = g_strdelimit(g_strconcat(name, ".so", NULL), "-", '_');
	g_autofree char *path = g_build_filename(directory, file, NULL);

	if (!*directory || !g_file_test(path, G_FILE_TEST_IS_REGULAR))
		return NULL;
	return load(path, error);
}

static char **search_path(void)
{
	const char *own = g_getenv("CT_POLICY_PATH");
	g_autofree char *all =
		g_strjoin(":", own ? own : "", CT_PKGLIBDIR "/policies", NULL);

	return g_strsplit(all, ":", -1);
}

static const struct ct_policy *look_in_modules(const char *name, GError **error)
{
	g_auto(GStrv) directories = search_path();
	GError *problem = NULL;

	for (char **d = directories; *d; d++) {
		const struct ct_policy *p = look_in(*d, name, &problem);

		if (problem)
			g_propagate_error(error, problem);
		if (p || problem)
			return p;
	}
	return NULL;
}

const struct ct_policy *ct_registry_find(const char *name, GError **error)
{
	const char *names[G_N_ELEMENTS(builtin)] = { NULL };
	const struct ct_policy *p;
	const char *near;
	GError *problem = NULL;

	if (strchr(name, '/'))
		return load(name, error);
	p = look_in_modules(name, &problem);
	if (problem)
		g_propagate_error(error, problem);
	if (p || problem)
		return p;
	for (guint i = 0; builtin[i]; i++) {
		names[i] = builtin[i]->name;
		if (!strcmp(names[i], name))
			return builtin[i];
	}
	near = ct_nearest_name(name, names);
	ct_usage_error(error, "no policy '%s'%s%s%s", name, near ? "; did you mean '" : "",
		       near ? near : "", near ? "'?" : "");
	return NULL;
}

static int by_name(gconstpointer a, gconstpointer b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void add_name(GPtrArray *names, const char *name)
{
	if (!g_ptr_array_find_with_equal_func(names, name, g_str_equal, NULL))
		g_ptr_array_add(names, g_strdup(name));
}

char **ct_registry_names(void)
{
	GPtrArray *names = g_ptr_array_new();
	g_auto(GStrv) directories = search_path();

	for (guint i = 0; builtin[i]; i++)
		add_name(names, builtin[i]->name);
	for (char **d = directories; *d; d++) {
		GDir *dir = **d ? g_dir_open(*d, 0, NULL) : NULL;
		const char *file;

		while (dir && (file = g_dir_read_name(dir))) {
			g_autofree char *name = g_strdelimit(g_strdup(file), "_", '-');

			if (!g_str_has_suffix(name, ".so"))
				continue;
			name[strlen(name) - 3] = '\0';
			add_name(names, name);
		}
		if (dir)
			g_dir_close(dir);
	}
	g_ptr_array_sort(names, by_name);
	g_ptr_array_add(names, NULL);
	return (char **)g_ptr_array_free(names, FALSE);
}

static gboolean set_from_text(const struct ct_policy *p, void *state, const char *text,
			      GError **error)
{
	g_auto(GStrv) settings = g_strsplit(text, ",", -1);

	for (char **setting = settings; *setting; setting++) {
		char *equals = strchr(*setting, '=');

		if (!equals) {
			ct_usage_error(error, "policy '%s': '%s' is not OPTION=VALUE",
				       p->name, *setting);
			return FALSE;
		}
		*equals = '\0';
		if (!ct_options_set(p, state, *setting, equals + 1, error))
			return FALSE;
	}
	return TRUE;
}

/* The colon before the options; one in a directory's name is not it. */
static const char *options_of(const char *spec)
{
	const char *slash = strrchr(spec, '/');

	return strchr(slash ? slash : spec, ':');
}

gboolean ct_policy_choose(const char *spec, json_t *params, struct ct_policy_choice *out,
			  GError **error)
{
	const char *colon = options_of(spec);
	g_autofree char *name =
		colon ? g_strndup(spec, (gsize)(colon - spec)) : g_strdup(spec);
	g_autofree void *state = NULL;

	memset(out, 0, sizeof(*out));
	out->policy = ct_registry_find(name, error);
	if (!out->policy)
		return FALSE;
	state = ct_options_new(out->policy);
	if (colon && !set_from_text(out->policy, state, colon + 1, error))
		return FALSE;
	if (params && !ct_options_set_json(out->policy, state, params, error))
		return FALSE;
	out->params = ct_options_json(out->policy, state);
	out->state = g_steal_pointer(&state);
	return TRUE;
}

void ct_policy_choice_clear(struct ct_policy_choice *choice)
{
	g_free(choice->state);
	json_decref(choice->params);
	memset(choice, 0, sizeof(*choice));
}
