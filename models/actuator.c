/*
 * actuator - loads and checks the description of a control mechanism.
 *
 * The table below is the file format, as cotenant-device(5) says in prose.  Whether a
 * capability of that name exists is for the one who offers it to say.
 */
#include "models/actuator.h"

#include <string.h>

#include "models/sourced.h"
#include "sim/base/error.h"

#define MAX_NS    1000000000
#define MAX_NAMES 64
#define MAX_TAX   10000

struct file {
	struct ct_actuator_model model;
	char **can, **sees, *note;
};

#define COST(key, member)                                                                  \
	{                                                                                  \
		.path = key, .kind = CT_FIELD_I64,                                         \
		.offset = offsetof(struct file, model.member), .min = 0, .max = MAX_NS,    \
		.unit = "ns"                                                               \
	}

static const char *const redo_names[] = { "blocks", "kernel", NULL };
static const char *const taxed_names[] = { "lower", "all", NULL };

#define TAX(key, member)                                                                   \
	{                                                                                  \
		.path = key, .kind = CT_FIELD_U32, .optional = TRUE,                       \
		.offset = offsetof(struct file, model.member), .min = 0, .max = MAX_TAX    \
	}
#define SOME_COST(key, member)                                                             \
	{                                                                                  \
		.path = key, .kind = CT_FIELD_I64, .optional = TRUE,                       \
		.offset = offsetof(struct file, model.member), .min = 0, .max = MAX_NS,    \
		.unit = "ns"                                                               \
	}
#define PREEMPTION(key, member)                                                            \
	SOME_COST(key ".signal_ns", member.signal_ns),                                     \
		SOME_COST(key ".quiesce_ns", member.quiesce_ns),                           \
		TAX(key ".tax_permille", member.tax_permille)

static const struct ct_field fields[] = {
	{ .path = "title",
	  .kind = CT_FIELD_TEXT,
	  .offset = offsetof(struct file, model.title) },
	{ .path = "note",
	  .kind = CT_FIELD_TEXT,
	  .optional = TRUE,
	  .offset = offsetof(struct file, note) },
	{ .path = "gate",
	  .kind = CT_FIELD_TEXT,
	  .offset = offsetof(struct file, model.gate) },
	{ .path = "can",
	  .kind = CT_FIELD_TEXTS,
	  .offset = offsetof(struct file, can),
	  .max_count = MAX_NAMES },
	{ .path = "sees",
	  .kind = CT_FIELD_TEXTS,
	  .offset = offsetof(struct file, sees),
	  .max_count = MAX_NAMES },
	{ .path = "exists_on",
	  .kind = CT_FIELD_TEXTS,
	  .optional = TRUE,
	  .offset = offsetof(struct file, model.exists_on),
	  .max_count = MAX_NAMES },
	COST("cost.gate_ns", gate_ns),
	COST("cost.sense_ns", sense_ns),
	COST("cost.decide_ns", decide_ns),
	COST("cost.confine_ns", confine_ns),
	PREEMPTION("flush", flush),
	PREEMPTION("retreat", retreat),
	PREEMPTION("switch", context_switch),
	PREEMPTION("reset", reset),
	{ .path = "reset.redo",
	  .kind = CT_FIELD_CHOICE,
	  .optional = TRUE,
	  .offset = offsetof(struct file, model.redo),
	  .choices = redo_names },
	TAX("slice.tax_permille", slice_tax_permille),
	{ .path = "taxed",
	  .kind = CT_FIELD_CHOICE,
	  .optional = TRUE,
	  .offset = offsetof(struct file, model.taxed),
	  .choices = taxed_names },
};

/* Who can do it says what it costs, key by key; who cannot says nothing. */
static const struct {
	const char *cap, *key;
} needed[] = {
	{ "flush", "flush.signal_ns" },      { "flush", "flush.quiesce_ns" },
	{ "flush", "flush.tax_permille" },   { "retreat", "retreat.signal_ns" },
	{ "retreat", "retreat.quiesce_ns" }, { "retreat", "retreat.tax_permille" },
	{ "switch", "switch.signal_ns" },    { "switch", "switch.quiesce_ns" },
	{ "switch", "switch.tax_permille" }, { "reset", "reset.signal_ns" },
	{ "reset", "reset.quiesce_ns" },     { "reset", "reset.tax_permille" },
	{ "reset", "reset.redo" },           { "slice", "slice.tax_permille" },
};

static char **all_caps(char **can, char **sees)
{
	GPtrArray *caps = g_ptr_array_new();

	for (char **name = can; name && *name; name++)
		g_ptr_array_add(caps, g_strdup(*name));
	for (char **name = sees; name && *name; name++)
		g_ptr_array_add(caps, g_strconcat("sees-", *name, NULL));
	g_ptr_array_add(caps, NULL);
	return (char **)g_ptr_array_free(caps, FALSE);
}

static gboolean gate_known(const struct ct_actuator_model *model, const char *path,
			   GError **error)
{
	if (strcmp(model->gate, "defers") == 0 || strcmp(model->gate, "blocks") == 0)
		return TRUE;
	ct_input_error(error, "%s: gate: must be \"defers\" or \"blocks\", not \"%s\"",
		       path, model->gate);
	return FALSE;
}

static gboolean can(char *const *names, const char *cap)
{
	for (; names && *names; names++)
		if (strcmp(*names, cap) == 0)
			return TRUE;
	return FALSE;
}

static json_t *at_key(json_t *document, const char *key)
{
	const char *dot = strchr(key, '.');
	g_autofree char *group = g_strndup(key, (gsize)(dot - key));

	return json_object_get(json_object_get(document, group), dot + 1);
}

static gboolean mechanisms_complete(const struct file *file, const char *path,
				    GError **error)
{
	for (size_t i = 0; i < G_N_ELEMENTS(needed); i++) {
		const char *cap = needed[i].cap;
		gboolean said = at_key(file->model.json, needed[i].key) != NULL;

		if (said == can(file->can, cap))
			continue;
		if (said)
			ct_input_error(error, "%s: %s: \"can\" does not name \"%s\"", path,
				       needed[i].key, cap);
		else
			ct_input_error(error, "%s: %s: missing, and \"can\" names \"%s\"",
				       path, needed[i].key, cap);
		return FALSE;
	}
	return TRUE;
}

struct ct_actuator_model *ct_actuator_model_load(const char *name, GError **error)
{
	g_autofree char *path = ct_sourced_find("actuator", name, error);
	struct ct_actuator_model *model;
	struct file file = { 0 };
	gboolean good;

	if (!path)
		return NULL;
	file.model.json = ct_sourced_load(path, &file.model.sha256, error);
	if (!file.model.json)
		return NULL;
	good = ct_sourced_read(file.model.json, path, fields, G_N_ELEMENTS(fields), &file,
			       error) &&
	       gate_known(&file.model, path, error) &&
	       mechanisms_complete(&file, path, error);
	model = g_new(struct ct_actuator_model, 1);
	*model = file.model;
	model->caps = all_caps(file.can, file.sees);
	model->name = ct_sourced_name(path);
	model->path = g_steal_pointer(&path);
	g_strfreev(file.can);
	g_strfreev(file.sees);
	g_free(file.note);
	if (!good)
		g_clear_pointer(&model, ct_actuator_model_free);
	return model;
}

void ct_actuator_model_free(struct ct_actuator_model *model)
{
	if (!model)
		return;
	g_free(model->name);
	g_free(model->title);
	g_free(model->path);
	g_free(model->gate);
	g_strfreev(model->caps);
	g_strfreev(model->exists_on);
	g_free(model->sha256);
	json_decref(model->json);
	g_free(model);
}

char **ct_actuator_model_list(GError **error)
{
	return ct_sourced_list("actuator", error);
}

gboolean ct_actuator_model_entry(const struct ct_actuator_model *model, size_t i,
				 struct ct_entry *out)
{
	if (i >= G_N_ELEMENTS(fields))
		return FALSE;
	ct_sourced_entry(model->json, &fields[i], out);
	return TRUE;
}
