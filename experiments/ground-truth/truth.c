/*
 * truth - what the simulator says beside what was measured, group by group
 *
 *	truth [--output-format=text|json] [--group=NAME]
 *
 * experiments/ground-truth/run builds it and calls it.  It judges nothing: a goal that is
 * missed is shown as missed, and the exit code is 0.  Groups whose measurements are not
 * there say so; if that is all of them the exit code is 77.
 */
#include "experiments/ground-truth/truth.h"

#include <stdlib.h>
#include <string.h>

#include "sim/base/error.h"

static const struct {
	const char *name;
	truth_run *run;
} all[] = {
	{ "microbench", truth_microbench },
	{ "solo", truth_solo },
	{ "natural", truth_natural },
	{ "inthewild", truth_inthewild },
	{ "parvagpu", truth_parvagpu },
	{ "tally", truth_tally },
	{ "abacus", truth_abacus },
	{ "igniter", truth_igniter },
	{ "head-of-line", truth_head_of_line },
	{ "preemption", truth_preemption },
	{ "closed-form", truth_closed_form },
};

static int usage(const char *message)
{
	fprintf(stderr, "truth: %s\n", message);
	return CT_EXIT_USAGE;
}

static gboolean run_groups(const char *only, GPtrArray *groups, GError **error)
{
	for (size_t i = 0; i < G_N_ELEMENTS(all); i++) {
		struct truth_group *group;

		if (only && strcmp(only, all[i].name) != 0)
			continue;
		group = truth_group_new();
		group->name = all[i].name;
		group->unit = group->control = "";
		g_ptr_array_add(groups, group);
		if (!all[i].run(group, error))
			return FALSE;
	}
	return TRUE;
}

static gboolean any_done(const GPtrArray *groups)
{
	for (guint i = 0; i < groups->len; i++)
		if (!((struct truth_group *)groups->pdata[i])->skipped)
			return TRUE;
	return FALSE;
}

static int run(const char *only, gboolean json)
{
	g_autoptr(GPtrArray) groups =
		g_ptr_array_new_with_free_func((GDestroyNotify)truth_group_free);
	g_autoptr(GError) error = NULL;

	if (!run_groups(only, groups, &error)) {
		fprintf(stderr, "truth: %s\n", error->message);
		return error->code;
	}
	if (groups->len == 0)
		return usage("--group: no such group");
	if (json)
		truth_print_json(stdout, groups);
	else
		truth_print_text(stdout, groups);
	return any_done(groups) ? EXIT_SUCCESS : CT_EXIT_SKIPPED;
}

int main(int argc, char **argv)
{
	g_autofree char *format = NULL, *group = NULL;
	const GOptionEntry entries[] = {
		{ "output-format", 0, 0, G_OPTION_ARG_STRING, &format, "text or json",
		  "FORMAT" },
		{ "group", 0, 0, G_OPTION_ARG_STRING, &group, "Only this group", "NAME" },
		{ NULL, 0, 0, 0, NULL, NULL, NULL },
	};
	g_autoptr(GOptionContext) context = g_option_context_new(NULL);
	g_autoptr(GError) error = NULL;
	gboolean json;

	g_option_context_add_main_entries(context, entries, NULL);
	if (!g_option_context_parse(context, &argc, &argv, &error))
		return usage(error->message);
	json = format && strcmp(format, "json") == 0;
	if (argc > 1)
		return usage("takes no operands");
	if (format && !json && strcmp(format, "text") != 0)
		return usage("--output-format: must be text or json");
	return run(group, json);
}
