/*
 * study-plan - the sweep's combinations, and which policies "all" is.
 *
 * "all" is every built-in policy and every module in CT_POLICY_PATH, sorted by name,
 * but for the skeleton: that one is there to be copied, not compared.
 */
#include "sim/study-plan.h"

#include <string.h>

#include "sim/base/error.h"

#define MAX_POINTS 100000

void ct_study_point_free(struct ct_study_point *p)
{
	size_t n = p->scenario->n_tenants;

	for (size_t i = 0; i < p->n_policies; i++)
		ct_policy_choice_clear(&p->policy[i].choice);
	for (size_t i = 0; p->replay && i < n; i++) {
		ct_run_result_free(p->replay[i]);
		ct_run_result_free(p->control[i]);
	}
	g_free(p->policy);
	g_free(p->replay);
	g_free(p->control);
	g_free(p->program);
	ct_scenario_free(p->scenario);
	json_decref(p->set);
	g_free(p);
}

/* Which value of sweep I the N-th combination has: the last sweep counts fastest. */
static size_t digit(const struct ct_scenario *s, size_t i, size_t n)
{
	for (size_t faster = s->n_sweeps - 1; faster > i; faster--)
		n /= json_array_size(s->sweep[faster].values);
	return n % json_array_size(s->sweep[i].values);
}

/* The N-th combination. */
static struct ct_study_point *point_of(const struct ct_scenario *base, size_t n,
				       GError **error)
{
	struct ct_study_point *p = g_new0(struct ct_study_point, 1);
	json_t *complete = ct_scenario_json(base);

	p->set = json_object();
	p->scenario = ct_scenario_parse(complete, base->path ? base->path : "scenario",
					NULL, error);
	json_decref(complete);
	for (size_t i = 0; p->scenario && i < base->n_sweeps; i++) {
		const struct ct_sweep *sweep = &base->sweep[i];
		json_t *value = json_array_get(sweep->values, digit(base, i, n));
		struct ct_scenario *changed;

		changed = ct_scenario_with(p->scenario, sweep->path, value, error);
		ct_scenario_free(p->scenario);
		p->scenario = changed;
		json_object_set(p->set, sweep->path, value);
	}
	if (p->scenario)
		return p;
	json_decref(p->set);
	g_free(p);
	return NULL;
}

gboolean ct_study_plan_points(const struct ct_scenario *base, GPtrArray *points,
			      GError **error)
{
	size_t n = 1;

	for (size_t i = 0; i < base->n_sweeps; i++) {
		n *= json_array_size(base->sweep[i].values);
		if (n > MAX_POINTS) {
			ct_input_error(error, "%s: sweep: more than %d combinations",
				       base->path ? base->path : "scenario", MAX_POINTS);
			return FALSE;
		}
	}
	for (size_t i = 0; i < n; i++) {
		struct ct_study_point *p = point_of(base, i, error);

		if (!p)
			return FALSE;
		g_ptr_array_add(points, p);
	}
	return TRUE;
}

static gint by_name(gconstpointer a, gconstpointer b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void add_modules(GPtrArray *names, const char *directory)
{
	GDir *dir = g_dir_open(directory, 0, NULL);
	const char *file;

	while (dir && (file = g_dir_read_name(dir))) {
		char *name;

		if (!g_str_has_suffix(file, ".so"))
			continue;
		name = g_strndup(file, strlen(file) - strlen(".so"));
		g_ptr_array_add(names, g_strdelimit(name, "_", '-'));
	}
	if (dir)
		g_dir_close(dir);
}

static GPtrArray *all_policies(void)
{
	GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
	const struct ct_policy *const *builtin = ct_registry_builtin();
	const char *path = g_getenv("CT_POLICY_PATH");
	g_auto(GStrv) directories = g_strsplit(path ? path : "", ":", -1);

	for (; *builtin; builtin++)
		g_ptr_array_add(names, g_strdup((*builtin)->name));
	for (char **d = directories; *d; d++)
		add_modules(names, *d);
	g_ptr_array_sort(names, by_name);
	for (guint i = names->len; i-- > 0;) {
		const char *name = names->pdata[i];

		if (strcmp(name, "skeleton") == 0 ||
		    (i > 0 && strcmp(name, names->pdata[i - 1]) == 0))
			g_ptr_array_remove_index(names, i);
	}
	return names;
}

static gboolean has_option(const struct ct_policy *policy, const char *name)
{
	for (const struct ct_option *o = policy->options; o && o->name; o++)
		if (strcmp(o->name, name) == 0)
			return TRUE;
	return FALSE;
}

/* SPEC, its PARAMS, and those of the scenario's options for all that the policy has. */
static gboolean choose(struct ct_study_point *p, const char *spec, json_t *params,
		       gboolean named, GError **error)
{
	struct ct_study_policy *policy;
	json_t *merged, *value;
	const char *name;
	gboolean ok;

	p->policy = g_renew(struct ct_study_policy, p->policy, p->n_policies + 1);
	policy = &p->policy[p->n_policies];
	policy->named = named;
	if (!ct_policy_choose(spec, params, &policy->choice, error))
		return FALSE;
	merged = params ? json_copy(params) : json_object();
	json_object_foreach(p->scenario->policy_options, name, value)
		if (has_option(policy->choice.policy, name))
			json_object_set(merged, name, value);
	ct_policy_choice_clear(&policy->choice);
	ok = ct_policy_choose(spec, merged, &policy->choice, error);
	json_decref(merged);
	p->n_policies += ok;
	return ok;
}

/* An option that no policy has would change nothing: that was not meant. */
static gboolean check_options(const struct ct_study_point *p, GError **error)
{
	const char *name;
	json_t *value;

	json_object_foreach(p->scenario->policy_options, name, value) {
		gboolean known = FALSE;

		for (size_t i = 0; i < p->n_policies && !known; i++)
			known = has_option(p->policy[i].choice.policy, name);
		if (known)
			continue;
		ct_usage_error(error,
			       "policy.%s: none of the chosen policies has that option",
			       name);
		return FALSE;
	}
	return TRUE;
}

gboolean ct_study_plan_policies(struct ct_study_point *p, GError **error)
{
	static const struct ct_policy_spec every = { (char *)"all", NULL };
	size_t n = MAX(p->scenario->n_policies, 1);

	for (size_t i = 0; i < n; i++) {
		const struct ct_policy_spec *spec =
			p->scenario->n_policies ? &p->scenario->policy[i] : &every;
		g_autoptr(GPtrArray) names = NULL;

		if (strcmp(spec->spec, "all") != 0) {
			if (!choose(p, spec->spec, spec->params, TRUE, error))
				return FALSE;
			continue;
		}
		names = all_policies();
		for (guint j = 0; j < names->len; j++)
			if (!choose(p, names->pdata[j], NULL, FALSE, error))
				return FALSE;
	}
	return check_options(p, error);
}
