/*
 * cmd-device-actuators - list and show the control mechanisms.
 *
 * What a mechanism costs decides more than most policies do, so each of its numbers can
 * be seen with its source, like a board's.
 */
#include "models/actuator.h"
#include "sim/cli/cmd-device.h"
#include "sim/cli/entries.h"

static json_t *words(char *const *list)
{
	json_t *array = json_array();

	for (; *list; list++)
		json_array_append_new(array, json_string(*list));
	return array;
}

static json_t *summary(const struct ct_actuator_model *a)
{
	return json_pack("{s:s, s:s, s:s, s:o, s:s}", "name", a->name, "title", a->title,
			 "gate", a->gate, "caps", words(a->caps), "sha256", a->sha256);
}

static void list_row(struct ct_table *table, const struct ct_actuator_model *a)
{
	g_autofree char *caps = g_strjoinv(" ", a->caps);

	ct_table_cell(table, a->name, FALSE);
	ct_table_cell(table, a->gate, FALSE);
	ct_table_cell(table, caps, FALSE);
	ct_table_cell(table, a->title, FALSE);
}

static int list(const struct ct_cli_common *common)
{
	static const char *const heads[] = { "name", "gate", "caps", "title", NULL };
	g_autoptr(GError) error = NULL;
	g_auto(GStrv) names = ct_actuator_model_list(&error);
	struct ct_table *table;
	json_t *all;
	int code = CT_EXIT_OK;

	if (!names)
		return ct_cli_fail("device actuators", g_steal_pointer(&error));
	table = ct_table_new(heads, "llll");
	all = json_array();
	for (char **name = names; *name; name++) {
		struct ct_actuator_model *a = ct_actuator_model_load(*name, &error);

		if (!a) { /* the others are still worth listing */
			code = ct_cli_fail("device actuators", g_steal_pointer(&error));
			continue;
		}
		json_array_append_new(all, summary(a));
		list_row(table, a);
		ct_actuator_model_free(a);
	}
	if (common->format == CT_OUTPUT_JSON)
		ct_cli_json(all);
	else
		ct_table_print(table, common->format, stdout);
	ct_table_free(table);
	json_decref(all);
	return ct_cli_finish("device actuators", code);
}

static gboolean entry_at(const void *actuator, size_t i, struct ct_entry *out)
{
	return ct_actuator_model_entry(actuator, i, out);
}

static int show(const char *name, const struct ct_cli_common *common)
{
	GError *error = NULL;
	struct ct_actuator_model *a = ct_actuator_model_load(name, &error);

	if (!a)
		return ct_cli_fail("device actuators", error);
	if (common->format == CT_OUTPUT_JSON) {
		json_t *all = json_pack("{s:s, s:s, s:s, s:O}", "name", a->name, "path",
					a->path, "sha256", a->sha256, "actuator", a->json);

		ct_cli_json(all);
		json_decref(all);
	} else {
		g_autofree char *caps = g_strjoinv(", ", a->caps);

		if (common->format == CT_OUTPUT_TEXT)
			printf("%s\n%s\nsha256 %s\ngate %s; %s\n\n", a->title, a->path,
			       a->sha256, a->gate, caps);
		ct_entries_print(entry_at, a, common->format);
	}
	ct_actuator_model_free(a);
	return ct_cli_finish("device actuators", CT_EXIT_OK);
}

int ct_device_cmd_actuators(int argc, char **argv)
{
	struct ct_cli_common common;
	int code;

	if (!ct_cli_parse("device actuators", "[NAME|FILE]",
			  "Names the control mechanisms that this installation knows, or "
			  "prints every number of one\nand where it comes from.",
			  NULL, &common, &argc, &argv, &code))
		return code;
	if (argc > 2)
		return ct_cli_usage("device actuators",
				    "takes the name of one mechanism, a file, or nothing");
	return argc == 2 ? show(argv[1], &common) : list(&common);
}
