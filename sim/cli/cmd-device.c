/*
 * cmd-device - list, show, check and draw GPU boards.
 *
 * A board is a file whose numbers say where they come from; `show` exists so that
 * nobody has to trust a figure of the simulator without having seen its source.
 */
#include "config.h"

#include <string.h>

#include "models/device.h"
#include "sim/cli/cli.h"
#include "sim/cli/cmd-device.h"
#include "sim/cli/entries.h"

/* List. */

static json_t *summary(const struct ct_device *d)
{
	return json_pack("{s:s, s:s, s:i, s:I, s:I, s:s}", "name", d->name, "title",
			 d->title, "sms", (int)d->sms, "memory_bytes",
			 (json_int_t)d->memory_bytes, "dram_bytes_per_s",
			 (json_int_t)d->dram_bytes_per_s, "sha256", d->sha256);
}

static void list_row(struct ct_table *table, const struct ct_device *d,
		     enum ct_output_format format)
{
	ct_table_cell(table, d->name, FALSE);
	ct_table_cellf(table, "%u", d->sms);
	if (format == CT_OUTPUT_CSV) {
		ct_table_cellf(table, "%" G_GINT64_FORMAT, d->memory_bytes);
		ct_table_cellf(table, "%" G_GINT64_FORMAT, d->dram_bytes_per_s);
	} else {
		ct_table_cellf(table, "%.0f GB", (double)d->memory_bytes / 1e9);
		ct_table_cellf(table, "%.0f GB/s", (double)d->dram_bytes_per_s / 1e9);
	}
	ct_table_cell(table, d->title, FALSE);
}

static int list(int argc, char **argv)
{
	static const char *const heads[] = {
		"name", "sms", "memory", "dram", "title", NULL
	};
	static const char *const units[] = { "name",         "sms",
					     "memory_bytes", "dram_bytes_per_s",
					     "title",        NULL };
	g_autoptr(GError) error = NULL;
	g_auto(GStrv) names = NULL;
	struct ct_cli_common common;
	struct ct_table *table;
	json_t *boards;
	int code;

	if (!ct_cli_parse("device list", "",
			  "Names the GPU boards that this installation knows.", NULL,
			  &common, &argc, &argv, &code))
		return code;
	if (argc > 1)
		return ct_cli_usage("device list", "takes no arguments");
	names = ct_device_list(&error);
	if (!names)
		return ct_cli_fail("device list", g_steal_pointer(&error));
	boards = json_array();
	table = ct_table_new(common.format == CT_OUTPUT_CSV ? units : heads, "lrrrl");
	code = CT_EXIT_OK;
	for (char **name = names; *name; name++) {
		struct ct_device *d = ct_device_load(*name, &error);

		if (!d) { /* the others are still worth listing */
			code = ct_cli_fail("device list", g_steal_pointer(&error));
			continue;
		}
		json_array_append_new(boards, summary(d));
		list_row(table, d, common.format);
		ct_device_free(d);
	}
	if (common.format == CT_OUTPUT_JSON)
		ct_cli_json(boards);
	else
		ct_table_print(table, common.format, stdout);
	ct_table_free(table);
	json_decref(boards);
	return ct_cli_finish("device list", code);
}

/* Show. */

static gboolean board_entry(const void *board, size_t i, struct ct_entry *out)
{
	return ct_device_entry(board, i, out);
}

static void show_profile(struct ct_table *table, const struct ct_mig_profile *p,
			 json_t *row)
{
	g_autofree char *starts =
		ct_entry_text(json_object_get(row, "starts"), CT_OUTPUT_CSV);
	json_t *sms = json_object_get(row, "sms");

	ct_table_cell(table, p->name, FALSE);
	ct_table_cellf(table, "%u", p->compute_slices);
	ct_table_cellf(table, "%u", p->memory_slices);
	ct_table_cell(table, starts, FALSE);
	ct_table_cellf(table, "%u", p->most);
	ct_table_cellf(table, "%u", p->sms);
	if (p->memory_bytes)
		ct_table_cellf(table, "%.2f GiB", (double)p->memory_bytes / (1 << 30));
	else
		ct_table_cell(table, "", FALSE);
	ct_table_cellf(table, "%u", p->copy_engines);
	ct_table_cell(
		table,
		json_string_value(json_object_get(json_is_object(sms) ? sms : row, "from")),
		FALSE);
}

/* The table that a device file has inside. */
static void show_mig(const struct ct_device *d)
{
	static const char *const heads[] = { "mig.profiles", "compute", "memory", "starts",
					     "most",         "sms",     "bytes",  "engines",
					     "from",         NULL };
	json_t *rows = json_object_get(json_object_get(d->json, "mig"), "profiles");
	struct ct_table *table;

	if (!d->mig.n_profiles)
		return;
	table = ct_table_new(heads, "lrrlrrrrl");
	for (uint32_t i = 0; i < d->mig.n_profiles; i++)
		show_profile(table, &d->mig.profile[i], json_array_get(rows, i));
	putchar('\n');
	ct_table_print(table, CT_OUTPUT_TEXT, stdout);
	ct_table_free(table);
}

static int show(int argc, char **argv)
{
	struct ct_cli_common common;
	struct ct_device *d;
	GError *error = NULL;
	int code;

	if (!ct_cli_parse(
		    "device show", "NAME|FILE",
		    "Prints every number of a board, its unit and where it comes from.",
		    NULL, &common, &argc, &argv, &code))
		return code;
	if (argc != 2)
		return ct_cli_usage("device show",
				    "takes the name of one board, or a file");
	d = ct_device_load(argv[1], &error);
	if (!d)
		return ct_cli_fail("device show", error);
	if (common.format == CT_OUTPUT_JSON) {
		json_t *all = json_pack("{s:s, s:s, s:s, s:O}", "name", d->name, "path",
					d->path, "sha256", d->sha256, "device", d->json);

		ct_cli_json(all);
		json_decref(all);
	} else {
		if (common.format == CT_OUTPUT_TEXT)
			printf("%s\n%s\nsha256 %s\n\n", d->title, d->path, d->sha256);
		ct_entries_print(board_entry, d, common.format);
		if (common.format == CT_OUTPUT_TEXT)
			show_mig(d);
	}
	ct_device_free(d);
	return ct_cli_finish("device show", CT_EXIT_OK);
}

/* Check. */

static int check(int argc, char **argv)
{
	static const char *const heads[] = { "file", "ok", "problem", NULL };
	struct ct_cli_common common;
	struct ct_table *table;
	json_t *results;
	int code;

	if (!ct_cli_parse(
		    "device check", "FILE...",
		    "Checks board files: keys, types, ranges, and that every number has "
		    "a source.\nOne line for each file; exits 3 if one is wrong.",
		    NULL, &common, &argc, &argv, &code))
		return code;
	if (argc < 2)
		return ct_cli_usage("device check", "takes one or more files");
	results = json_array();
	table = ct_table_new(heads, "lll");
	code = CT_EXIT_OK;
	for (int i = 1; i < argc; i++) {
		g_autoptr(GError) error = NULL;
		gboolean good = ct_device_check(argv[i], &error);

		if (!good)
			code = CT_EXIT_INPUT;
		if (common.format == CT_OUTPUT_TEXT && good)
			printf("%s: good\n", argv[i]);
		else if (common.format == CT_OUTPUT_TEXT)
			printf("%s\n", error->message);
		ct_table_cell(table, argv[i], FALSE);
		ct_table_cell(table, good ? "true" : "false", FALSE);
		ct_table_cell(table, good ? NULL : error->message, FALSE);
		json_array_append_new(results, json_pack("{s:s, s:b, s:s?}", "file",
							 argv[i], "ok", good, "problem",
							 good ? NULL : error->message));
	}
	if (common.format == CT_OUTPUT_JSON)
		ct_cli_json(results);
	else if (common.format == CT_OUTPUT_CSV)
		ct_table_print(table, CT_OUTPUT_CSV, stdout);
	ct_table_free(table);
	json_decref(results);
	return ct_cli_finish("device check", code);
}

int ct_cmd_device(int argc, char **argv)
{
	static const struct ct_command commands[] = {
		{ "list", "the boards this installation knows", list },
		{ "show", "every number of a board, and its source", show },
		{ "check", "check board files", check },
		{ "diff", "what two boards say differently", ct_device_cmd_diff },
		{ "actuators", "the control mechanisms, and what each can do and costs",
		  ct_device_cmd_actuators },
		{ "draw", "a board as a picture: SMs, GPCs, parts, instances",
		  ct_device_cmd_draw },
		{ NULL, NULL, NULL },
	};

	return ct_cli_dispatch("cotenant device", "GPU boards, as data.", commands, argc,
			       argv);
}
