/*
 * sharing - the words for the sharing modes and their knobs, in files, on the command
 * line and in reports.
 */
#include "sim/sharing.h"

#include <string.h>

#include "models/mig.h"
#include "sim/base/error.h"
#include "sim/scenario.h"

const char *const ct_sharing_name[CT_SHARING_MAX + 1] = { "streams", "process", "mps",
							  "mig", NULL };

static const char *const mps_priorities[] = { "normal", "below-normal", NULL };

/* One of the words of LIST; -1: none. */
static int find_word(const char *const *list, const char *word)
{
	for (int i = 0; word && list[i]; i++)
		if (strcmp(list[i], word) == 0)
			return i;
	return -1;
}

static gboolean read_word(struct ct_strict *c, const char *where, json_t *value,
			  const char *const *list, uint32_t *field)
{
	int found = find_word(list, json_string_value(value));
	g_autofree char *words = g_strjoinv("', '", (char **)list);

	if (found < 0)
		return ct_strict_fail(c, where, "must be one of '%s'", words);
	*field = (uint32_t)found;
	return TRUE;
}

gboolean ct_sharing_read_mode(struct ct_strict *c, const struct ct_strict_key *key,
			      const char *where, json_t *value, void *field)
{
	return read_word(c, where, value, ct_sharing_name, field);
}

gboolean ct_sharing_read_priority(struct ct_strict *c, const struct ct_strict_key *key,
				  const char *where, json_t *value, void *field)
{
	return read_word(c, where, value, mps_priorities, field);
}

const struct ct_strict_key ct_tenant_sharing_keys[] = { CT_TENANT_SHARING_KEYS(0),
							{ NULL, NULL, 0, 0, 0 } };

gboolean ct_tenant_sharing_set(struct ct_tenant_sharing *t, const char *key,
			       const char *value, GError **error)
{
	const struct ct_strict_key *k = ct_tenant_sharing_keys;
	guint64 number;
	int found;

	while (k->name && strcmp(k->name, key) != 0)
		k++;
	if (!k->name)
		return FALSE;
	if (k->read == ct_sharing_read_priority) {
		found = find_word(mps_priorities, value);
		if (found < 0)
			ct_usage_error(error, "must be 'normal' or 'below-normal'");
		else
			t->mps_below_normal = (uint32_t)found;
	} else if (g_ascii_string_to_unsigned(value, 10, (guint64)k->min, (guint64)k->max,
					      &number, error)) {
		*(uint32_t *)G_STRUCT_MEMBER_P(t, k->offset) = (uint32_t)number;
	}
	return TRUE;
}

uint32_t ct_sharing_instance(const struct ct_tenant_sharing *t, size_t tenant,
			     uint32_t n_instances)
{
	return t->mig_instance ? t->mig_instance - 1 : (uint32_t)(tenant % n_instances);
}

static char *instance_words(const struct ct_scenario *s, const struct ct_device *device,
			    size_t tenant)
{
	const struct ct_tenant_sharing *t = &s->tenant[tenant].sharing;
	struct ct_mig_layout layout;
	uint32_t instance;

	if (!ct_mig_place(device, s->sharing.mig, &layout, NULL))
		return NULL;
	instance = ct_sharing_instance(t, tenant, layout.n);
	return g_strdup_printf("MIG instance %u, %s", instance + 1,
			       device->mig.profile[layout.instance[instance].profile].name);
}

char *ct_sharing_words(const struct ct_scenario *s, const struct ct_device *device,
		       size_t tenant)
{
	const struct ct_tenant_sharing *t = &s->tenant[tenant].sharing;
	uint32_t slice_us = t->slice_us ? t->slice_us : s->sharing.slice_us;
	GString *words;

	if (s->sharing.mode == CT_SHARING_MIG)
		return instance_words(s, device, tenant);
	words = g_string_new(NULL);
	if (s->sharing.mode == CT_SHARING_PROCESS && slice_us)
		g_string_append_printf(words, "slices of %u us", slice_us);
	if (t->mps_percentage)
		g_string_append_printf(words, "%u %% of the SMs at most",
				       t->mps_percentage);
	if (t->mps_sms)
		g_string_append_printf(words, "a partition of %u SMs", t->mps_sms);
	if (t->mps_below_normal)
		g_string_append_printf(words, "%sbelow-normal", words->len ? ", " : "");
	return g_string_free(words, words->len == 0);
}

static void echo_number(json_t *object, const char *key, uint32_t value)
{
	if (value)
		json_object_set_new(object, key, json_integer(value));
}

void ct_sharing_echo(const struct ct_sharing *s, json_t *scenario)
{
	json_object_set_new(scenario, "sharing", json_string(ct_sharing_name[s->mode]));
	echo_number(scenario, "slice_us", s->slice_us);
	echo_number(scenario, "channels", s->channels);
	if (s->mig)
		json_object_set_new(scenario, "mig", json_string(s->mig));
}

void ct_tenant_sharing_echo(const struct ct_tenant_sharing *t, json_t *tenant)
{
	echo_number(tenant, "slice_us", t->slice_us);
	echo_number(tenant, "mps_percentage", t->mps_percentage);
	echo_number(tenant, "mps_sms", t->mps_sms);
	echo_number(tenant, "mig_instance", t->mig_instance);
	if (t->mps_below_normal)
		json_object_set_new(tenant, "mps_priority",
				    json_string(mps_priorities[t->mps_below_normal]));
}
