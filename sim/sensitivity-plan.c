/*
 * sensitivity-plan - the factors, and the runs in which they are varied.
 */
#include "sim/sensitivity.h"

#include <string.h>

#include "models/sourced.h"
#include "sim/study-plan.h"

#define DEMAND "demand"

/* Keys of the device file that the model of contention reads. */
static const char *const contention_keys[] = { "dram.", "l2.", "sm.l1_", NULL };
static const char *const slice_keys[] = { "timeslice.", NULL };

static const char *const levels[] = { "low", "as guessed", "high" };

static gboolean begins(const char *key, const char *const *prefixes)
{
	for (; *prefixes; prefixes++)
		if (g_str_has_prefix(key, *prefixes))
			return TRUE;
	return FALSE;
}

static void add_factor(struct ct_sensitivity *s, const char *name, const char *from,
		       json_t *low, json_t *value, json_t *high)
{
	struct ct_factor *f = g_new0(struct ct_factor, 1);

	*f = (struct ct_factor){ name, from, low, value, high };
	g_ptr_array_add(s->factors, f);
}

static gboolean is_guessed(const struct ct_study_point *p)
{
	for (size_t t = 0; t < p->scenario->n_tenants; t++)
		if (p->program[t]->demand_pct[CT_DEMAND_GUESS] > 0)
			return TRUE;
	return FALSE;
}

/* Which of the two rules holds is not known of any board. */
static void add_sharing(struct ct_sensitivity *s, const struct ct_entry *e)
{
	static const char *const rules[] = { "proportional", "max-min" };
	const char *value = json_string_value(e->value);

	for (size_t i = 0; value && i < G_N_ELEMENTS(rules); i++)
		if (strcmp(value, rules[i]) == 0)
			add_factor(s, e->key, e->from, json_incref(e->value),
				   json_incref(e->value), json_string(rules[!i]));
}

static void find_factors(struct ct_sensitivity *s, const struct ct_study_point *p)
{
	gboolean slices = p->scenario->sharing.mode == CT_SHARING_PROCESS;
	struct ct_entry e;

	if (is_guessed(p))
		add_factor(s, DEMAND, NULL, json_string(levels[CT_ESTIMATE_LOW]),
			   json_string(levels[CT_ESTIMATE_VALUE]),
			   json_string(levels[CT_ESTIMATE_HIGH]));
	for (size_t i = 0; ct_device_entry(p->device, i, &e); i++) {
		if (!begins(e.key, contention_keys) &&
		    !(slices && begins(e.key, slice_keys)))
			continue;
		if (strcmp(e.key, "dram.sharing") == 0)
			add_sharing(s, &e);
		else if (e.value && json_is_array(e.range))
			add_factor(s, e.key, e.from,
				   json_incref(json_array_get(e.range, 0)),
				   json_incref(e.value),
				   json_incref(json_array_get(e.range, 1)));
	}
}

static enum ct_estimate_level level_of(const json_t *changes)
{
	const char *level = json_string_value(json_object_get(changes, DEMAND));

	for (int i = 0; level && i < (int)G_N_ELEMENTS(levels); i++)
		if (strcmp(levels[i], level) == 0)
			return (enum ct_estimate_level)i;
	return CT_ESTIMATE_VALUE;
}

static struct ct_device *vary_device(const struct ct_device *device, json_t *changes,
				     GError **error)
{
	json_t *fields = json_copy(changes);
	struct ct_device *varied;

	json_object_del(fields, DEMAND);
	varied = ct_device_with(device, fields, error);
	json_decref(fields);
	return varied;
}

/* A point of its own, that differs from BASE in device and programs. */
static gboolean load_variant(struct ct_variant *v, const struct ct_study_point *base,
			     GError **error)
{
	struct ct_study_point *p = v->point = g_new0(struct ct_study_point, 1);
	const struct ct_scenario *s = base->scenario;
	json_t *complete = ct_scenario_json(s);

	p->set = json_incref(v->changes);
	p->scenario =
		ct_scenario_parse(complete, s->path ? s->path : "scenario", NULL, error);
	json_decref(complete);
	if (!p->scenario)
		return FALSE;
	v->device = vary_device(base->device, v->changes, error);
	if (!v->device || !ct_study_plan_policies(p, error))
		return FALSE;
	p->device = v->device;
	p->actuator = base->actuator;
	v->program = g_new0(struct ct_program *, s->n_tenants);
	p->program = g_new0(const struct ct_program *, s->n_tenants);
	for (size_t t = 0; t < s->n_tenants; t++)
		p->program[t] = v->program[t] = ct_program_variant(
			base->program[t], v->device, level_of(v->changes));
	return TRUE;
}

/* Takes TEXT and CHANGES. */
static gboolean add_variant(struct ct_sensitivity *s, const struct ct_study_point *base,
			    char *text, gboolean joint, json_t *changes, GError **error)
{
	struct ct_variant *v = g_new0(struct ct_variant, 1);

	v->text = text;
	v->joint = joint;
	v->changes = changes;
	g_ptr_array_add(s->variants, v);
	return load_variant(v, base, error);
}

static gboolean vary_one(struct ct_sensitivity *s, const struct ct_study_point *base,
			 const struct ct_factor *f, json_t *value, GError **error)
{
	g_autofree char *shown = NULL;
	json_t *changes;

	if (json_equal(value, f->value))
		return TRUE;
	if (json_is_string(value))
		shown = g_strdup(json_string_value(value));
	else
		shown = json_dumps(value, JSON_ENCODE_ANY);
	changes = json_object();
	json_object_set(changes, f->name, value);
	return add_variant(s, base, g_strdup_printf("%s %s", f->name, shown), FALSE,
			   changes, error);
}

/* Row and column of a Hadamard matrix by Sylvester: the sign is a parity. */
static gboolean is_high(guint run, guint factor)
{
	return !(__builtin_popcount(run & (factor + 1)) & 1);
}

static gboolean vary_jointly(struct ct_sensitivity *s, const struct ct_study_point *base,
			     GError **error)
{
	guint n_runs = 4;

	if (s->factors->len < 2)
		return TRUE;
	while (n_runs < s->factors->len + 1)
		n_runs *= 2;
	for (guint run = 0; run < n_runs; run++) {
		json_t *changes = json_object();

		for (guint i = 0; i < s->factors->len; i++) {
			const struct ct_factor *f = s->factors->pdata[i];

			json_object_set(changes, f->name,
					is_high(run, i) ? f->high : f->low);
		}
		if (!add_variant(s, base,
				 g_strdup_printf("joint %u of %u", run + 1, n_runs), TRUE,
				 changes, error))
			return FALSE;
	}
	return TRUE;
}

static void free_factor(void *data)
{
	struct ct_factor *f = data;

	json_decref(f->low);
	json_decref(f->value);
	json_decref(f->high);
	g_free(f);
}

static void free_variant(void *data)
{
	struct ct_variant *v = data;

	for (size_t t = 0; v->program && t < v->point->scenario->n_tenants; t++)
		ct_program_free(v->program[t]);
	g_free(v->program);
	if (v->point && v->point->scenario) {
		ct_study_point_free(v->point);
	} else if (v->point) {
		json_decref(v->point->set);
		g_free(v->point);
	}
	ct_device_free(v->device);
	json_decref(v->changes);
	g_free(v->text);
	g_free(v);
}

static void clear_flip(void *data)
{
	struct ct_flip *flip = data;

	g_ptr_array_free(flip->variants, TRUE);
}

struct ct_sensitivity *ct_sensitivity_plan(const struct ct_study_point *p, GError **error)
{
	struct ct_sensitivity *s = g_new0(struct ct_sensitivity, 1);
	gboolean ok = TRUE;

	s->factors = g_ptr_array_new_with_free_func(free_factor);
	s->variants = g_ptr_array_new_with_free_func(free_variant);
	s->spreads = g_array_new(FALSE, FALSE, sizeof(struct ct_spread));
	s->flips = g_array_new(FALSE, FALSE, sizeof(struct ct_flip));
	g_array_set_clear_func(s->flips, clear_flip);
	find_factors(s, p);
	for (guint i = 0; ok && i < s->factors->len; i++) {
		const struct ct_factor *f = s->factors->pdata[i];

		ok = vary_one(s, p, f, f->low, error) && vary_one(s, p, f, f->high, error);
	}
	if (ok && vary_jointly(s, p, error))
		return s;
	ct_sensitivity_free(s);
	return NULL;
}

void ct_sensitivity_free(struct ct_sensitivity *s)
{
	if (!s)
		return;
	g_array_free(s->spreads, TRUE);
	g_array_free(s->flips, TRUE);
	g_ptr_array_free(s->variants, TRUE);
	g_ptr_array_free(s->factors, TRUE);
	g_free(s);
}
