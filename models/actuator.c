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
	COST("cost.gate_ns", gate_ns),
	COST("cost.sense_ns", sense_ns),
	COST("cost.decide_ns", decide_ns),
	COST("cost.confine_ns", confine_ns),
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
	       gate_known(&file.model, path, error);
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
	g_free(model->sha256);
	json_decref(model->json);
	g_free(model);
}

char **ct_actuator_model_list(GError **error)
{
	return ct_sourced_list("actuator", error);
}
